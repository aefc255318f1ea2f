//! What is kept of a record, as words of 64 bits: the digest of its person, where that is
//! known; the digest of its class, in two words; a code for each sensitive cell; a digest
//! of each quasi-identifier.
//!
//! An entry lies in the partition of the first byte of its first word. Once entries are
//! partitioned by class that byte is free, and says whether the entry counts a person or
//! only values.

use crate::model::digest::SubjectHasher;

/// Bytes of a word.
pub(super) const WORD: usize = 8;
/// The digest of a missing quasi-identifier, and the code of a missing sensitive cell.
pub(super) const MISSING: u64 = 0;
/// In place of a code: the value was counted for the person already.
pub(super) const COUNTED: u64 = u64::MAX;
/// Whether the entry of a class counts a person.
pub(super) const COUNTS_PERSON: u64 = 1 << 56;
/// The bits of the first word of a digest that its partition does not share.
const IN_PARTITION: u64 = (1 << 56) - 1;

/// Which words an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryShape {
    /// Whether persons are known.
    pub(crate) has_persons: bool,
    /// How many sensitive columns there are.
    pub(crate) sensitive: usize,
    /// How many quasi-identifiers there are.
    pub(crate) columns: usize,
}

impl EntryShape {
    /// Words of an entry that is partitioned by class.
    pub(super) fn of_class(self) -> usize {
        2 + self.sensitive + self.columns
    }

    /// Words of an entry as it is read.
    pub(super) fn as_read(self) -> usize {
        usize::from(self.has_persons) + self.of_class()
    }
}

/// The digest of the class of an entry, but for the byte that its partition shares.
#[inline]
pub(super) fn class_of(entry: &[u64]) -> u128 {
    let (first, second) = (entry.first().copied().unwrap_or(0), entry.get(1).copied().unwrap_or(0));
    u128::from(first & IN_PARTITION) << 64 | u128::from(second)
}

/// The partition of a word.
#[inline]
pub(super) fn partition_of(word: u64) -> usize {
    usize::from(word.to_be_bytes()[0])
}

/// The two words of a wide digest.
#[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
pub(super) fn words_of(digest: u128) -> [u64; 2] {
    [(digest >> 64) as u64, digest as u64]
}

/// Turns words into the bytes that are spilled.
pub(super) fn push_words(words: &[u64], out: &mut Vec<u8>) {
    for word in words {
        out.extend_from_slice(&word.to_le_bytes());
    }
}

/// Turns spilled bytes into words again.
pub(super) fn take_words(bytes: &[u8], out: &mut Vec<u64>) {
    let (words, _) = bytes.as_chunks::<WORD>();
    out.extend(words.iter().map(|word| u64::from_le_bytes(*word)));
}

/// Makes the digests of quasi-identifiers.
#[derive(Debug)]
pub(super) struct QuasiDigester<'h> {
    hasher: &'h SubjectHasher,
    bytes: Vec<u8>,
}

impl<'h> QuasiDigester<'h> {
    pub(super) fn new(hasher: &'h SubjectHasher) -> Self {
        Self { hasher, bytes: Vec::with_capacity(128) }
    }

    /// The digest of a class by its cells. Each cell is given to `column` as a digest too,
    /// in which the column has a part: equal cells of two columns have unequal digests.
    #[inline]
    pub(super) fn class<'c>(
        &mut self,
        cells: impl Iterator<Item = Option<&'c str>>,
        mut column: impl FnMut(u64),
    ) -> u128 {
        self.bytes.clear();
        for (number, cell) in (0_u16..).zip(cells) {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(&number.to_le_bytes());
            match cell {
                // No cell is as long as that.
                None => self.bytes.extend_from_slice(&[u8::MAX; WORD]),
                Some(text) => {
                    self.bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
                    self.bytes.extend_from_slice(text.as_bytes());
                }
            }
            column(match cell {
                None => MISSING,
                Some(_) => self.hasher.digest_bytes(&self.bytes[start..]).max(MISSING + 1),
            });
        }
        self.hasher.wide_bytes(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_told_apart_by_every_cell_and_its_column() {
        let hasher = SubjectHasher::new(&[1; 16]);
        let mut digester = QuasiDigester::new(&hasher);
        let mut digests = |cells: &[Option<&str>]| {
            let mut columns = Vec::new();
            (digester.class(cells.iter().copied(), |digest| columns.push(digest)), columns)
        };
        let rows: [&[Option<&str>]; 6] = [
            &[Some("a"), Some("b")],
            &[Some("ab"), Some("")],
            &[Some("b"), Some("a")],
            &[None, Some("a")],
            &[Some(""), Some("a")],
            &[None, None],
        ];
        let mut classes: Vec<u128> = rows.iter().map(|row| digests(row).0).collect();
        classes.sort_unstable();
        classes.dedup();
        assert_eq!(classes.len(), rows.len());
        let (_, same) = digests(&[Some("a"), Some("a")]);
        assert_ne!(same[0], same[1]);
        assert_eq!(digests(&[None, Some("a")]).1, [MISSING, same[1]]);
    }

    #[test]
    fn words_come_back_as_they_were_spilled() {
        let mut bytes = Vec::new();
        push_words(&[1, u64::MAX, 1 << 63], &mut bytes);
        let mut words = Vec::new();
        take_words(&bytes, &mut words);
        assert_eq!(words, [1, u64::MAX, 1 << 63]);
        let entry = [COUNTS_PERSON | 5, 7];
        assert_eq!(class_of(&entry), 5 << 64 | 7);
        assert_eq!((partition_of(0xAB << 56), words_of(5 << 64 | 7)), (0xAB, [5, 7]));
    }
}
