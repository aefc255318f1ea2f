//! Numbers the values of a run's quasi-identifiers, each together with what an action
//! made of it. A waiting row carries the numbers, so that what the delivery has lost can
//! be measured over the delivered records, which are known only later.
//!
//! No value is kept, only keyed digests. A column with more values than have a number is
//! not measured, and a run takes at most 3 MB for each of its quasi-identifiers.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use super::withhold::classes::common_values::MergedColumn;
use super::withhold::digest_hasher::BuildDigestHasher;
use crate::account::CodeCounts;
use crate::model::cells::{Cell, Cells};
use crate::model::digest::SubjectHasher;
use crate::privacy::utility::delivered::{ColumnUtility, ValuePair};

/// In place of the number of a value that has none. Also how many values have one.
const NO_CODE: u16 = u16::MAX;

/// The numbers of all measured columns.
#[derive(Debug)]
pub(crate) struct ValueCodes {
    hasher: SubjectHasher,
    columns: Vec<MeasuredColumn>,
}

#[derive(Debug)]
struct MeasuredColumn {
    /// Its position in the delivery.
    position: usize,
    values: RwLock<NumberedValues>,
}

#[derive(Debug, Default)]
struct NumberedValues {
    /// By the digest of both values.
    numbers: HashMap<u64, u16, BuildDigestHasher>,
    /// By number: the digests of the value that was read and of the delivered one.
    pairs: Vec<(u64, u64)>,
    are_too_many: bool,
}

/// The cells of a measured column as they were read: of each source column of it.
pub(crate) type RawCells<'r> = Vec<Vec<Option<&'r str>>>;

impl ValueCodes {
    /// Nothing numbered yet, of the columns at these positions of the delivery.
    pub(crate) fn new(positions: &[usize], hasher: &SubjectHasher) -> Self {
        let column = |position: &usize| MeasuredColumn { position: *position, values: RwLock::default() };
        Self { hasher: hasher.clone(), columns: positions.iter().map(column).collect() }
    }

    /// Whether the column at a position of the delivery is measured.
    pub(crate) fn measures(&self, position: usize) -> bool {
        self.columns.iter().any(|column| column.position == position)
    }

    /// The numbers of some rows, column by column. `raw` are the cells that were read, by
    /// position in the delivery, and `delivered` those that an action made of them.
    pub(crate) fn number(&self, raw: &[RawCells<'_>], delivered: &[Cells]) -> Vec<Vec<u16>> {
        let number = |column: &MeasuredColumn| {
            let (Some(raw), Some(delivered)) = (raw.get(column.position), delivered.get(column.position)) else {
                return Vec::new();
            };
            column.number(&self.hasher, raw, delivered)
        };
        self.columns.iter().map(number).collect()
    }

    /// How many numbers each column has.
    pub(crate) fn lengths(&self) -> Vec<usize> {
        self.columns
            .iter()
            .map(|column| column.values.read().unwrap_or_else(PoisonError::into_inner).pairs.len())
            .collect()
    }

    /// What was lost of each column, in their order; `None` of one with too many values.
    pub(crate) fn utility(&self, counts: &[CodeCounts], merged: &[MergedColumn]) -> Vec<Option<ColumnUtility>> {
        let mut counts = counts.iter();
        let measure = |column: &MeasuredColumn| {
            let counts = counts.next();
            let values = column.values.read().unwrap_or_else(PoisonError::into_inner);
            if values.are_too_many {
                return None;
            }
            let text = |text: &str| digest(&self.hasher, Cell::Text(text));
            let merged = merged.iter().find(|merged| merged.position == column.position);
            let merged = merged.map(|merged| {
                let mut kept: Vec<u64> = merged.kept.iter().map(|kept| text(kept)).collect();
                kept.push(digest(&self.hasher, Cell::Missing));
                (kept, text(&merged.other))
            });
            let pairs = values.pairs.iter().enumerate().map(|(code, (raw, delivered))| {
                let delivered = match &merged {
                    Some((kept, other)) if !kept.contains(delivered) => *other,
                    _ => *delivered,
                };
                let [shown, suppressed] = counts.and_then(|counts| counts.0.get(code)).copied().unwrap_or_default();
                ValuePair { raw: *raw, delivered, records: shown + suppressed, suppressed }
            });
            Some(ColumnUtility::of(&pairs.collect::<Vec<_>>()))
        };
        self.columns.iter().map(measure).collect()
    }
}

impl MeasuredColumn {
    fn number(&self, hasher: &SubjectHasher, raw: &[Vec<Option<&str>>], delivered: &Cells) -> Vec<u16> {
        let rows = raw.first().map_or(0, Vec::len);
        let mut bytes = Vec::with_capacity(64);
        // The bytes of a row, and how many of them are of what was read.
        let both = |row: usize, bytes: &mut Vec<u8>| {
            bytes.clear();
            for cells in raw {
                cells.get(row).copied().flatten().map_or(Cell::Missing, Cell::Text).append_to(bytes);
            }
            let own = bytes.len();
            delivered.cell(row).append_to(bytes);
            own
        };
        let mut numbers = Vec::with_capacity(rows);
        let mut unknown = Vec::new();
        {
            let values = self.values.read().unwrap_or_else(PoisonError::into_inner);
            if values.are_too_many {
                return vec![NO_CODE; rows];
            }
            for row in 0..rows {
                both(row, &mut bytes);
                let known = values.numbers.get(&hasher.digest_bytes(&bytes)).copied();
                if known.is_none() {
                    unknown.push(row);
                }
                numbers.push(known.unwrap_or(NO_CODE));
            }
        }
        if unknown.is_empty() {
            return numbers;
        }
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        for row in unknown {
            let own = both(row, &mut bytes);
            let pair = (hasher.digest_bytes(&bytes[..own]), hasher.digest_bytes(&bytes[own..]));
            numbers[row] = values.add(hasher.digest_bytes(&bytes), pair);
        }
        numbers
    }
}

impl NumberedValues {
    fn add(&mut self, key: u64, pair: (u64, u64)) -> u16 {
        let next = u16::try_from(self.pairs.len()).unwrap_or(NO_CODE);
        if self.are_too_many {
            return NO_CODE;
        }
        let number = *self.numbers.entry(key).or_insert(next);
        if number == NO_CODE {
            *self = Self { are_too_many: true, ..Self::default() };
        } else if number == next {
            self.pairs.push(pair);
        }
        number
    }
}

fn digest(hasher: &SubjectHasher, cell: Cell<'_>) -> u64 {
    let mut bytes = Vec::new();
    cell.append_to(&mut bytes);
    hasher.digest_bytes(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(cells: &[Option<&str>]) -> Cells {
        Cells::Text(cells.iter().copied().collect())
    }

    #[test]
    fn a_value_has_one_number_whatever_block_it_is_in() {
        let codes = ValueCodes::new(&[1], &SubjectHasher::new(&[3; 16]));
        let raw = [vec![], vec![vec![Some("a"), None, Some("a"), Some("b")]]];
        let delivered = [texts(&[None; 4]), texts(&[Some("x"), None, Some("x"), Some("x")])];
        assert!(codes.measures(1) && !codes.measures(0));
        assert_eq!(codes.number(&raw, &delivered), [vec![0, 1, 0, 2]]);
        // The same cell with another after it is another value.
        let raw = [vec![], vec![vec![Some("b"), Some("a"), Some("a")]]];
        let delivered = [texts(&[None; 3]), texts(&[Some("x"), Some("x"), Some("y")])];
        assert_eq!(codes.number(&raw, &delivered), [vec![2, 0, 3]]);
        assert_eq!(codes.lengths(), [4]);
        let counts = [CodeCounts(vec![[1, 1], [0, 0], [2, 0]])];
        let found = codes.utility(&counts, &[]).remove(0).unwrap();
        assert_eq!((found.values_read, found.values_delivered), (2, 2));
        // All four stand for a or b, and half of them are a.
        assert_eq!((found.loss, found.bits, found.most_bits), (1.0, 4.0, 4.0));
    }

    #[test]
    fn more_values_than_numbers_are_not_measured() {
        let most = usize::from(NO_CODE);
        let codes = ValueCodes::new(&[0], &SubjectHasher::new(&[3; 16]));
        let values: Vec<String> = (0..=most).map(|value| value.to_string()).collect();
        let number = |values: &[String]| {
            let cells: Vec<Option<&str>> = values.iter().map(|value| Some(value.as_str())).collect();
            codes.number(&[vec![cells.clone()]], &[texts(&cells)]).remove(0)
        };
        assert_eq!(number(&values[..most]).last(), Some(&(NO_CODE - 1)));
        assert!(codes.utility(&[CodeCounts(vec![[1, 0]; most])], &[])[0].is_some());
        assert_eq!(number(&values[most..]), [NO_CODE]);
        assert_eq!(number(&values[..2]), [NO_CODE; 2]);
        assert_eq!((codes.lengths(), codes.utility(&[], &[])), (vec![0], vec![None]));
    }
}
