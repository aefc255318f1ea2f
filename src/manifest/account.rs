//! The account of a run: a commutative monoid that workers add up in any order,
//! and that must balance before anything is delivered.

use std::collections::BTreeMap;

use crate::model::reason::{DropReason, StructureFault};
use crate::model::tally::Tally;

/// A sum over record numbers that does not depend on their order: two sets of
/// records with equal counts and equal sums are, but for a chance of 2⁻⁶⁴, the
/// same set. So a record that is counted twice while another is lost shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordSum {
    /// How many records.
    pub records: u64,
    mixed: u64,
}

impl RecordSum {
    /// Adds one record.
    pub fn add(&mut self, record: u64) {
        self.records += 1;
        self.mixed = self.mixed.wrapping_add(mix(record));
    }

    /// Adds the records of another sum.
    pub fn merge(&mut self, other: Self) {
        self.records += other.records;
        self.mixed = self.mixed.wrapping_add(other.mixed);
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014): a bijection.
fn mix(record: u64) -> u64 {
    let mut z = record.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What became of the records of a run, or of a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// Every record, as the reader counted it.
    pub read: RecordSum,
    /// Every record, as its fate was decided.
    pub fates: RecordSum,
    /// Records delivered.
    pub delivered: u64,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Of those, how many took the reason from another record of their subject.
    pub dropped_with_their_subject: u64,
    /// Records of which the structure is at fault.
    pub quarantined: BTreeMap<StructureFault, u64>,
    /// One tally a delivered column, then one a derived column.
    pub columns: Vec<Tally>,
    /// Most delivered rows that share one subject.
    pub most_rows_of_one_subject: u64,
    /// Subjects with a delivered row.
    pub subjects: u64,
}

/// The account does not balance: a bug, and nothing is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Imbalance {
    /// `read` is not `delivered + dropped + quarantined`.
    #[error("read {read} records, but {accounted} are accounted for")]
    Counts {
        /// Records read.
        read: u64,
        /// Records delivered, dropped and quarantined.
        accounted: u64,
    },
    /// The counts agree, but not about the same records.
    #[error("as many records are accounted for as were read, but not the same ones")]
    Records,
    /// A column's tally does not add up.
    #[error("the cells of delivered column {column} do not add up")]
    Cells {
        /// The column, counted from 1.
        column: usize,
    },
    /// The written files hold another number of rows.
    #[error("{delivered} records were delivered, but the written files hold {written} rows")]
    Rows {
        /// Records delivered.
        delivered: u64,
        /// Rows found in the written files.
        written: u64,
    },
}

impl Account {
    /// An account of a delivery with that many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { columns: vec![Tally::default(); columns], ..Self::default() }
    }

    /// Adds another account to this one.
    pub fn merge(&mut self, other: &Self) {
        self.read.merge(other.read);
        self.fates.merge(other.fates);
        self.delivered += other.delivered;
        self.dropped_with_their_subject += other.dropped_with_their_subject;
        self.most_rows_of_one_subject = self.most_rows_of_one_subject.max(other.most_rows_of_one_subject);
        self.subjects += other.subjects;
        for (reason, count) in &other.dropped {
            *self.dropped.entry(*reason).or_default() += count;
        }
        for (fault, count) in &other.quarantined {
            *self.quarantined.entry(*fault).or_default() += count;
        }
        if self.columns.len() < other.columns.len() {
            self.columns.resize(other.columns.len(), Tally::default());
        }
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            mine.merge(theirs);
        }
    }

    /// Records dropped, for any reason.
    #[must_use]
    pub fn dropped_in_all(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// Malformed records, of any kind.
    #[must_use]
    pub fn quarantined_in_all(&self) -> u64 {
        self.quarantined.values().sum()
    }

    /// Checks that every record read has exactly one fate and every cell too.
    ///
    /// # Errors
    /// The first [`Imbalance`].
    pub fn check_balance(&self) -> Result<(), Imbalance> {
        let accounted = self.delivered + self.dropped_in_all() + self.quarantined_in_all();
        if self.read.records != accounted {
            return Err(Imbalance::Counts { read: self.read.records, accounted });
        }
        if self.read != self.fates {
            return Err(Imbalance::Records);
        }
        match self.columns.iter().position(|tally| !tally.is_balanced()) {
            Some(column) => Err(Imbalance::Cells { column: column + 1 }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counted_twice_for_another_is_seen() {
        let mut account = Account::new(0);
        (1..=3).for_each(|record| account.read.add(record));
        [1, 2, 2].into_iter().for_each(|record| account.fates.add(record));
        account.delivered = 3;
        assert_eq!(account.check_balance(), Err(Imbalance::Records));
        account.delivered = 2;
        assert_eq!(account.check_balance(), Err(Imbalance::Counts { read: 3, accounted: 2 }));
    }

    #[test]
    fn merging_is_commutative_with_zero() {
        let mut one = Account::new(1);
        one.read.add(1);
        one.dropped.insert(DropReason::ConsentUnknown, 1);
        one.columns[0].count_changed();
        let mut other = Account::new(1);
        other.read.add(2);
        other.quarantined.insert(StructureFault::Nul, 1);
        let mut left = one.clone();
        left.merge(&other);
        let mut right = other.clone();
        right.merge(&one);
        assert_eq!(left, right);
        left.merge(&Account::default());
        assert_eq!(left, right);
    }
}
