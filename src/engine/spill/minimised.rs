//! The stages of a row. A source row is what a parser returns
//! ([`Rows`](crate::engine::port::Rows)). A minimised row has passed every row rule
//! and every action, and waits until all records were read, since another may
//! restrict its subject. Then it is [`Released`](crate::engine::port::Released),
//! the only kind that an encoder accepts.

use super::entries::RowEntries;

/// The minimised rows of one block, encoded, with their entries for the checks.
/// Never leaves the engine.
#[derive(Debug, Default)]
pub(crate) struct MinimisedRows {
    bytes: Vec<u8>,
    rows: Vec<MinimisedRow>,
    /// By check.
    entries: Vec<RowEntries>,
}

/// Bytes before each row: the number of its record and its length.
pub(crate) const ROW_HEAD: usize = 8 + 4;

/// The head of a row of so many bytes. `None` if it is too long.
pub(crate) fn row_head(record: u64, length: usize) -> Option<[u8; ROW_HEAD]> {
    let mut head = [0; ROW_HEAD];
    head[..8].copy_from_slice(&record.to_le_bytes());
    head[8..].copy_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    Some(head)
}

/// One waiting row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MinimisedRow {
    /// The number of its record in the run.
    pub(crate) record: u64,
    start: usize,
    end: usize,
}

impl MinimisedRows {
    /// Without rows; allocates for `rows`.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { bytes: Vec::with_capacity(rows * 64), rows: Vec::with_capacity(rows), entries: Vec::new() }
    }

    /// Adds the row that `encode` writes. `None` if it is too long.
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

    /// The entries of the rows, by check.
    pub(crate) fn entries(&self) -> &[RowEntries] {
        &self.entries
    }

    /// The same rows, with these entries.
    pub(crate) fn with_entries(self, entries: Vec<RowEntries>) -> Self {
        Self { entries, ..self }
    }

    /// The rows in order. The bytes of each begin with its head of [`ROW_HEAD`]
    /// bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (MinimisedRow, &[u8])> {
        self.rows.iter().map(|row| (*row, &self.bytes[row.start..row.end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::spill::row_codec::{CellKind, RowLayout};
    use crate::engine::spill::tests::is_drawn;
    use crate::model::cells::Cells;
    use crate::model::outcome::cell_state::CellState;
    use crate::model::outcome::tally::Unreadable;

    #[test]
    fn a_waiting_row_is_laid_out_as_the_manual_draws_it() {
        let text = |cell: Option<&str>| Cells::Text([cell].into_iter().collect());
        let cells = [text(Some("né")), Cells::Integer(vec![Some(1987)]), Cells::Boolean(vec![Some(true)]), text(None)];
        let kinds = vec![CellKind::Text, CellKind::Integer, CellKind::Boolean, CellKind::Text];
        let repeating = CellState::CHANGED.repeating();
        let states = [repeating, CellState::UNCHANGED, CellState::CHANGED, CellState::unreadable(Unreadable::Date)];
        let states = states.map(|state| vec![state]);
        let mut rows = MinimisedRows::default();
        rows.push(258, |out| RowLayout::new(kinds, None).encode(&cells, &states, &[], 0, out)).unwrap();
        let (_, bytes) = rows.iter().next().unwrap();
        is_drawn(bytes, &[8, 4, 4, 3, 1, 1, 4]);
    }
}
