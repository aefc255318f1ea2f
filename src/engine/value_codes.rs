//! Numbers the values of a run's quasi-identifiers, each together with what an action
//! made of it. A waiting row carries the numbers, so that what the delivery has lost can
//! be measured over the delivered records, which are known only later.
//!
//! No value is kept, only keyed digests. A column with more values than have a number is
//! not measured, and a run takes at most 3 MB for each of its quasi-identifiers.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::{PoisonError, RwLock};

use foldhash::quality::FixedState;

use super::spill::row_codec::RowLayout;
use super::withhold::classes::common_values::MergedColumn;
use super::withhold::digest_hasher::BuildDigestHasher;
use crate::account::CodeCounts;
use crate::model::cells::{Cell, Cells};
use crate::model::digest::SubjectHasher;
use crate::privacy::utility::delivered::{ColumnUtility, ValuePair};

/// Also how many values have a number.
const NO_CODE: u16 = RowLayout::NO_CODE;

/// The numbers of all measured columns.
#[derive(Debug)]
pub(crate) struct ValueCodes {
    hasher: QuickHasher,
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

/// The cells of a measured column as they were read.
#[derive(Debug, Default)]
pub(crate) struct RawCells<'r> {
    /// Of each column of the extract that it is made of.
    pub(crate) sources: Vec<Vec<Option<&'r str>>>,
    /// Whether what is made of a cell depends on the cell alone, so that the delivered one
    /// need not be looked at to know it again.
    pub(crate) are_enough: bool,
}

impl ValueCodes {
    /// Nothing numbered yet, of the columns at these positions of the delivery.
    pub(crate) fn new(positions: &[usize], hasher: &SubjectHasher) -> Self {
        let column = |position: &usize| MeasuredColumn { position: *position, values: RwLock::default() };
        Self { hasher: QuickHasher::new(hasher), columns: positions.iter().map(column).collect() }
    }

    /// Whether the column at a position of the delivery is measured, and has not too many
    /// values yet.
    pub(crate) fn measures(&self, position: usize) -> bool {
        let own = self.columns.iter().find(|column| column.position == position);
        own.is_some_and(|column| !column.values.read().unwrap_or_else(PoisonError::into_inner).are_too_many)
    }

    /// The numbers of some rows, column by column; none of a column with too many values.
    /// `raw` are the cells that were read, by position in the delivery, none where it is
    /// not measured, and `delivered` those that an action made of them.
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
                let mut kept: HashSet<u64, BuildDigestHasher> = merged.kept.iter().map(|kept| text(kept)).collect();
                kept.insert(digest(&self.hasher, Cell::Missing));
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

/// Digests that nothing rests on but numbers of values: quicker than those of subjects,
/// and under a seed that is derived from their key.
#[derive(Debug)]
struct QuickHasher(FixedState);

impl QuickHasher {
    fn new(hasher: &SubjectHasher) -> Self {
        Self(FixedState::with_seed(hasher.digest("numbers of values")))
    }

    #[inline]
    fn digest(&self, bytes: &[u8]) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write(bytes);
        hasher.finish()
    }
}

impl MeasuredColumn {
    fn number(&self, hasher: &QuickHasher, raw: &RawCells<'_>, delivered: &Cells) -> Vec<u16> {
        let rows = raw.sources.first().map_or(0, Vec::len);
        let mut bytes = Vec::with_capacity(64);
        // The digests of what was read and, where that is not enough, of both.
        let mut digests = |row: usize| {
            let own = match (raw.sources.as_slice(), raw.are_enough) {
                ([source], true) => digest_of(hasher, source[row]),
                (sources, _) => {
                    bytes.clear();
                    for cells in sources {
                        cells[row].map_or(Cell::Missing, Cell::Text).append_to(&mut bytes);
                    }
                    hasher.digest(&bytes)
                }
            };
            if raw.are_enough {
                return (own, own);
            }
            delivered.cell(row).append_to(&mut bytes);
            (own, hasher.digest(&bytes))
        };
        // First all digests and then all searches: so the processor waits for several
        // of them at once.
        let keys: Vec<u64> = (0..rows).map(|row| digests(row).1).collect();
        let mut numbers = Vec::with_capacity(rows);
        let mut unknown = Vec::new();
        {
            let values = self.values.read().unwrap_or_else(PoisonError::into_inner);
            for (row, key) in keys.iter().enumerate() {
                let known = values.numbers.get(key).copied();
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
            let (own, key) = digests(row);
            numbers[row] = values.add(key, || (own, digest(hasher, delivered.cell(row))));
        }
        numbers
    }
}

impl NumberedValues {
    fn add(&mut self, key: u64, pair: impl FnOnce() -> (u64, u64)) -> u16 {
        let next = u16::try_from(self.pairs.len()).unwrap_or(NO_CODE);
        if self.are_too_many {
            return NO_CODE;
        }
        let number = *self.numbers.entry(key).or_insert(next);
        if number == NO_CODE {
            *self = Self { are_too_many: true, ..Self::default() };
        } else if number == next {
            self.pairs.push(pair());
        }
        number
    }
}

/// The digest of a cell as it was read. That of a missing one is of a byte that is in no
/// text.
#[inline]
fn digest_of(hasher: &QuickHasher, cell: Option<&str>) -> u64 {
    hasher.digest(cell.map_or(&[u8::MAX], str::as_bytes))
}

fn digest(hasher: &QuickHasher, cell: Cell<'_>) -> u64 {
    let mut bytes = Vec::new();
    cell.append_to(&mut bytes);
    hasher.digest(&bytes)
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
        let raw = |cells: &[Option<&'static str>], are_enough| {
            [RawCells::default(), RawCells { sources: vec![cells.to_vec()], are_enough }]
        };
        let delivered = [texts(&[None; 4]), texts(&[Some("x"), None, Some("x"), Some("x")])];
        assert!(codes.measures(1) && !codes.measures(0));
        let cells = [Some("a"), None, Some("a"), Some("b")];
        assert_eq!(codes.number(&raw(&cells, false), &delivered), [vec![0, 1, 0, 2]]);
        let alone = ValueCodes::new(&[1], &SubjectHasher::new(&[3; 16]));
        assert_eq!(alone.number(&raw(&cells, true), &delivered), [vec![0, 1, 0, 2]]);
        // The same cell with another after it is another value.
        let delivered = [texts(&[None; 3]), texts(&[Some("x"), Some("x"), Some("y")])];
        assert_eq!(codes.number(&raw(&[Some("b"), Some("a"), Some("a")], false), &delivered), [vec![2, 0, 3]]);
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
            let raw = RawCells { sources: vec![cells.clone()], are_enough: true };
            codes.number(&[raw], &[texts(&cells)]).remove(0)
        };
        assert_eq!(number(&values[..most]).last(), Some(&(NO_CODE - 1)));
        assert!(codes.utility(&[CodeCounts(vec![[1, 0]; most])], &[])[0].is_some());
        assert_eq!(number(&values[most..]), [NO_CODE]);
        assert_eq!(number(&values[..2]), [NO_CODE; 2]);
        assert_eq!((codes.lengths(), codes.utility(&[], &[])), (vec![0], vec![None]));
    }
}
