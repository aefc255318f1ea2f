//! Floor 4: the account of a run. Workers add up accounts in any order (a
//! commutative monoid), and the sum must balance before anything is delivered.

use std::collections::{BTreeMap, BTreeSet};

use crate::consent::relied_on::ReliedOn;
use crate::model::number::counted::{are, counted};
use crate::model::outcome::detail::Detail;
use crate::model::outcome::reason::DropReason;
use crate::model::outcome::shape::Shapes;
use crate::model::outcome::structure_fault::StructureFault;
use crate::model::outcome::tally::Tally;
use crate::privacy::findings::ClassFindings;

/// A sum over record numbers that does not depend on their order. Two sets of
/// records with equal counts and equal sums are the same set, but for a chance of
/// 2⁻⁶⁴; so it shows when one record was counted twice and another not at all.
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

/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014), a bijection:
/// without it, sums of small numbers would often be equal.
fn mix(record: u64) -> u64 {
    let mut z = record.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What became of the records of a run, or of a part of one.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// Of those, how many were dropped for this reason because of another record of
    /// their subject.
    pub with_their_subject: BTreeMap<DropReason, u64>,
    /// Of those dropped for a reason of their own: which notice and party, or which
    /// cell, the reason is about, for the reasons that have a detail.
    pub details: BTreeMap<(DropReason, Detail), u64>,
    /// Malformed records, by what is wrong with their structure.
    pub quarantined: BTreeMap<StructureFault, u64>,
    /// One tally for each delivered column, then one for each derived column: of the cells
    /// of all records that passed the rules, delivered or not.
    pub columns: Vec<Tally>,
    /// The same of the delivered records alone.
    pub delivered_columns: Vec<Tally>,
    /// For each delivered column that is kept unchanged, what some of its cells
    /// look like.
    pub shapes: Vec<Shapes>,
    /// The positions of delivered columns of which common values should be kept, and
    /// which have too many different ones.
    pub too_varied: BTreeSet<usize>,
    /// The most delivered rows of one subject.
    pub most_rows_of_one_subject: u64,
    /// Subjects with a delivered row.
    pub subjects: u64,
    /// Delivered records by what their consent rests on.
    pub relied_on: BTreeMap<ReliedOn, u64>,
    /// Delivered records by the number of their value, for each measured column, and last
    /// by that of what their consent rests on.
    pub(crate) value_counts: Vec<CodeCounts>,
    /// What was found about the classes of the records, where the policy has privacy
    /// models.
    pub(crate) classes: Option<ClassFindings>,
}

/// Delivered records by the number of their value: with the value, and with the cell
/// suppressed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CodeCounts(pub(crate) Vec<[u64; 2]>);

impl CodeCounts {
    fn merge(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), [0; 2]);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            mine[0] += theirs[0];
            mine[1] += theirs[1];
        }
    }
}

/// The account does not balance: a bug, and nothing is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Imbalance {
    /// `read` is not `delivered + dropped + quarantined`.
    #[error("read {}, but {accounted} {} accounted for", counted(*read, "record"), are(*accounted))]
    Counts {
        /// Records read.
        read: u64,
        /// Records delivered, dropped and quarantined.
        accounted: u64,
    },
    /// The details of a reason do not add up to its records.
    #[error("the second level of a reason does not add up to its records")]
    Details,
    /// The counts agree, but the records that were read and those that were decided
    /// differ.
    #[error("as many records are accounted for as were read, but not the same ones")]
    Records,
    /// What the consents of the delivered records rest on does not add up to them.
    #[error("what the consents rest on does not add up to the delivered records")]
    Consents,
    /// A column's tally does not add up.
    #[error("the cells of delivered column {column} do not add up")]
    Cells {
        /// The column, counted from 1.
        column: usize,
    },
    /// The written files hold another number of rows.
    #[error("the account says {} delivered, but the written files hold {}", counted(*delivered, "record"), counted(*written, "row"))]
    Rows {
        /// Records delivered.
        delivered: u64,
        /// Rows found in the written files.
        written: u64,
    },
}

impl Account {
    /// An empty account of a delivery with that many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        let tallies = vec![Tally::default(); columns];
        Self { columns: tallies.clone(), delivered_columns: tallies, ..Self::default() }
    }

    /// Adds another account to this one.
    pub fn merge(&mut self, other: &Self) {
        self.read.merge(other.read);
        self.fates.merge(other.fates);
        self.delivered += other.delivered;
        self.most_rows_of_one_subject = self.most_rows_of_one_subject.max(other.most_rows_of_one_subject);
        self.subjects += other.subjects;
        self.too_varied.extend(&other.too_varied);
        self.classes = self.classes.take().or_else(|| other.classes.clone());
        for (reason, count) in &other.dropped {
            *self.dropped.entry(*reason).or_default() += count;
        }
        for (reason, count) in &other.with_their_subject {
            *self.with_their_subject.entry(*reason).or_default() += count;
        }
        for (detail, count) in &other.details {
            *self.details.entry(*detail).or_default() += count;
        }
        for (fault, count) in &other.quarantined {
            *self.quarantined.entry(*fault).or_default() += count;
        }
        for (consent, count) in &other.relied_on {
            *self.relied_on.entry(*consent).or_default() += count;
        }
        if self.shapes.len() < other.shapes.len() {
            self.shapes.resize(other.shapes.len(), Shapes::default());
        }
        for (mine, theirs) in self.shapes.iter_mut().zip(&other.shapes) {
            mine.merge(theirs);
        }
        if self.value_counts.len() < other.value_counts.len() {
            self.value_counts.resize(other.value_counts.len(), CodeCounts::default());
        }
        for (mine, theirs) in self.value_counts.iter_mut().zip(&other.value_counts) {
            mine.merge(theirs);
        }
        merge_tallies(&mut self.columns, &other.columns);
        merge_tallies(&mut self.delivered_columns, &other.delivered_columns);
    }

    /// Records dropped, for any reason.
    #[must_use]
    pub fn dropped_in_all(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// Records dropped because of another record of their subject, for any reason.
    #[must_use]
    pub fn dropped_with_their_subject(&self) -> u64 {
        self.with_their_subject.values().sum()
    }

    /// Records that were dropped for a reason of their own.
    #[must_use]
    pub fn dropped_on_their_own(&self, reason: DropReason) -> u64 {
        let all = self.dropped.get(&reason).copied().unwrap_or(0);
        all.saturating_sub(self.with_their_subject.get(&reason).copied().unwrap_or(0))
    }

    /// Malformed records, of any kind.
    #[must_use]
    pub fn quarantined_in_all(&self) -> u64 {
        self.quarantined.values().sum()
    }

    /// Checks that every record read, and every cell, is counted exactly once.
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
        if !self.details_add_up() {
            return Err(Imbalance::Details);
        }
        if self.relied_on.values().sum::<u64>() != self.delivered {
            return Err(Imbalance::Consents);
        }
        let of_delivered = |tally: &Tally| tally.is_balanced() && tally.cells == self.delivered;
        let admitted = self.columns.iter().position(|tally| !tally.is_balanced());
        let delivered = self.delivered_columns.iter().position(|tally| !of_delivered(tally));
        let (one, other) = (self.columns.len(), self.delivered_columns.len());
        let uncounted = (one != other).then_some(one.min(other));
        match admitted.or(delivered).or(uncounted) {
            Some(column) => Err(Imbalance::Cells { column: column + 1 }),
            None => Ok(()),
        }
    }

    /// Whether the details of each reason that has details add up to its records,
    /// and no other reason has any.
    fn details_add_up(&self) -> bool {
        let all = |reason: &DropReason| self.dropped.get(reason).copied().unwrap_or(0);
        let mut left: BTreeMap<DropReason, u64> = BTreeMap::new();
        for reason in self.dropped.keys().filter(|reason| reason.has_detail()) {
            left.insert(*reason, self.dropped_on_their_own(*reason));
        }
        for ((reason, _), count) in &self.details {
            match left.get_mut(reason).and_then(|left| left.checked_sub(*count).map(|rest| (left, rest))) {
                Some((left, rest)) => *left = rest,
                None => return false,
            }
        }
        left.values().all(|left| *left == 0)
            && self.with_their_subject.iter().all(|(reason, count)| *count <= all(reason))
    }
}

fn merge_tallies(mine: &mut Vec<Tally>, theirs: &[Tally]) {
    if mine.len() < theirs.len() {
        mine.resize(theirs.len(), Tally::default());
    }
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        mine.merge(theirs);
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
    fn a_second_level_that_does_not_add_up_is_seen() {
        let reason = DropReason::RecipientNotNamed;
        let mut account = Account::new(0);
        for record in 0..5 {
            account.read.add(record);
            account.fates.add(record);
        }
        account.dropped = BTreeMap::from([(reason, 4), (DropReason::ConsentRefused, 1)]);
        account.with_their_subject.insert(reason, 1);
        assert_eq!(account.check_balance(), Err(Imbalance::Details));
        account.details.insert((reason, Detail::of_notice(0)), 2);
        account.details.insert((reason, Detail::NONE), 1);
        assert_eq!(account.check_balance(), Ok(()));
        let mut other = account.clone();
        other.details.insert((DropReason::ConsentRefused, Detail::NONE), 1);
        assert_eq!(other.check_balance(), Err(Imbalance::Details));
        account.with_their_subject.insert(DropReason::ConsentRefused, 2);
        assert_eq!(account.check_balance(), Err(Imbalance::Details));
    }

    #[test]
    fn delivered_cells_are_as_many_as_delivered_records() {
        let mut account = Account::new(1);
        for record in 0..2 {
            account.read.add(record);
            account.fates.add(record);
            account.columns[0].count_changed();
        }
        account.delivered = 1;
        account.dropped.insert(DropReason::ConsentRefused, 1);
        assert_eq!(account.check_balance(), Err(Imbalance::Consents));
        account.relied_on.insert(ReliedOn { notice: Some(0), month: None }, 1);
        assert_eq!(account.check_balance(), Err(Imbalance::Cells { column: 1 }));
        account.delivered_columns[0].count_missing();
        assert_eq!(account.check_balance(), Ok(()));
        account.delivered_columns[0].suppressed = 1;
        assert_eq!(account.check_balance(), Err(Imbalance::Cells { column: 1 }));
        account.delivered_columns.clear();
        assert_eq!(account.check_balance(), Err(Imbalance::Cells { column: 1 }));
    }

    #[test]
    fn merging_is_commutative_with_zero() {
        let mut one = Account::new(1);
        one.read.add(1);
        one.dropped.insert(DropReason::ConsentUnknown, 1);
        one.with_their_subject.insert(DropReason::ConsentUnknown, 1);
        one.details.insert((DropReason::RecipientNotNamed, Detail::of_notice(1)), 1);
        one.columns[0].count_changed();
        one.delivered_columns[0].count_changed();
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
