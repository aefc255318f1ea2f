//! The stages rows go through. `Raw` rows are what a parser gives
//! ([`Rows`](crate::engine::port::Rows)); `Minimised` rows have passed every row rule
//! and every action and wait for the last record of their subject; only then are
//! they [`Released`](crate::engine::port::Released), and sinks accept nothing else.

use super::entries::RowEntries;

/// Minimised rows of one block, encoded, with what each check keeps of them. Never
/// leaves the engine.
#[derive(Debug, Default)]
pub(crate) struct MinimisedRows {
    bytes: Vec<u8>,
    rows: Vec<MinimisedRow>,
    /// By check.
    entries: Vec<RowEntries>,
}

/// Bytes before each row: its record and its length.
pub(crate) const ROW_HEAD: usize = 8 + 4;

/// The head of a row of so many bytes. `None` if it is too long to wait.
pub(crate) fn row_head(record: u64, length: usize) -> Option<[u8; ROW_HEAD]> {
    let mut head = [0; ROW_HEAD];
    head[..8].copy_from_slice(&record.to_le_bytes());
    head[8..].copy_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    Some(head)
}

/// One row that waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MinimisedRow {
    /// The number of its record in the run.
    pub(crate) record: u64,
    start: usize,
    end: usize,
}

impl MinimisedRows {
    /// Room for some rows.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { bytes: Vec::with_capacity(rows * 64), rows: Vec::with_capacity(rows), entries: Vec::new() }
    }

    /// Adds the row that `encode` writes. `None` if it is too long to wait.
    pub(crate) fn push(&mut self, record: u64, encode: impl FnOnce(&mut Vec<u8>)) -> Option<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; ROW_HEAD]);
        let row = self.bytes.len();
        encode(&mut self.bytes);
        let end = self.bytes.len();
        self.bytes[start..row].copy_from_slice(&row_head(record, end - row)?);
        self.rows.push(MinimisedRow { record, start, end });
        Some(())
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// What each check keeps of the rows.
    pub(crate) fn entries(&self) -> &[RowEntries] {
        &self.entries
    }

    /// The same rows, with what each check keeps of them.
    pub(crate) fn with_entries(self, entries: Vec<RowEntries>) -> Self {
        Self { entries, ..self }
    }

    /// The rows in order, with their bytes behind [`ROW_HEAD`] others.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (MinimisedRow, &[u8])> {
        self.rows.iter().map(|row| (*row, &self.bytes[row.start..row.end]))
    }
}
