//! What the class check keeps of a waiting row: the second half of the digest of its
//! class, whose first half is that of the entry; the digest of its subject; a code for
//! each sensitive cell; and a digest of each quasi-identifier where combinations of
//! them are judged.

use super::coding::ValueCoding;
use crate::engine::spill::entries::RowEntries;
use crate::model::cells::{Cell, Cells};
use crate::model::digest::SubjectHasher;

const WORD: usize = 8;

/// Which words an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassLayout {
    /// How many sensitive columns are counted.
    pub(super) sensitive: usize,
    /// How many quasi-identifiers have a digest of their own; none if only whole
    /// classes are judged.
    pub(super) columns: usize,
}

impl ClassLayout {
    /// Bytes of an entry.
    pub(super) fn size(self) -> usize {
        (2 + self.sensitive + self.columns) * WORD
    }

    /// The second half of the digest of the class.
    #[inline]
    pub(super) fn class(bytes: &[u8]) -> u64 {
        word(bytes, 0)
    }

    /// The digest of the subject.
    #[inline]
    pub(super) fn subject(bytes: &[u8]) -> u64 {
        word(bytes, 1)
    }

    /// The code of the cell of a sensitive column.
    #[inline]
    pub(super) fn value(bytes: &[u8], sensitive: usize) -> u64 {
        word(bytes, 2 + sensitive)
    }

    /// The digest of a quasi-identifier.
    pub(super) fn column(self, bytes: &[u8], column: usize) -> u64 {
        word(bytes, 2 + self.sensitive + column)
    }
}

#[inline]
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at * WORD..).and_then(|rest| rest.first_chunk());
    word.map_or(0, |word| u64::from_le_bytes(*word))
}

/// Makes the entries.
#[derive(Debug)]
pub(super) struct ClassCollector {
    pub(super) hasher: SubjectHasher,
    /// The positions of the quasi-identifiers in the delivery.
    pub(super) quasi_identifiers: Vec<usize>,
    /// The positions of the sensitive columns, and how their cells are numbered.
    pub(super) sensitive: Vec<(usize, ValueCoding)>,
    pub(super) layout: ClassLayout,
}

impl ClassCollector {
    /// Adds an entry for each of `rows`.
    pub(super) fn collect(&self, subjects: &[u64], columns: &[Cells], rows: &[usize], entries: &mut RowEntries) {
        let mut cells = Vec::with_capacity(64);
        let mut bytes = Vec::with_capacity(self.layout.size());
        for (subject, &row) in subjects.iter().zip(rows) {
            cells.clear();
            bytes.clear();
            bytes.extend_from_slice(&[0; 2 * WORD]);
            for (position, coding) in &self.sensitive {
                let cell = columns.get(*position).map_or(Cell::Missing, |column| column.cell(row));
                bytes.extend_from_slice(&coding.code(cell, &self.hasher).to_le_bytes());
            }
            for &position in &self.quasi_identifiers {
                let start = cells.len();
                let cell = columns.get(position).map_or(Cell::Missing, |column| column.cell(row));
                cell.append_to(&mut cells);
                if self.layout.columns > 0 {
                    bytes.extend_from_slice(&self.hasher.digest_bytes(&cells[start..]).to_le_bytes());
                }
            }
            let [first, second] = halves(self.hasher.wide_bytes(&cells));
            bytes[..WORD].copy_from_slice(&second.to_le_bytes());
            bytes[WORD..2 * WORD].copy_from_slice(&subject.to_le_bytes());
            entries.push(first, &bytes);
        }
    }

    /// The digest of the class without any quasi-identifier.
    pub(super) fn all_missing(&self) -> u128 {
        self.hasher.wide_bytes(&vec![Cell::MISSING_BYTE; self.quasi_identifiers.len()])
    }

    /// The digest of a quasi-identifier that is missing.
    pub(super) fn column_missing(&self) -> u64 {
        self.hasher.digest_bytes(&[Cell::MISSING_BYTE])
    }
}

/// The two halves of a wide digest.
#[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
pub(super) fn halves(digest: u128) -> [u64; 2] {
    [(digest >> 64) as u64, digest as u64]
}
