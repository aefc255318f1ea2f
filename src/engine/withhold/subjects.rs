//! The subject check: a waiting row gets the most restrictive reason among the
//! records of its subject. A hash join, partition by partition, of the digests of
//! waiting rows and of restricted subjects: memory holds the subjects of one
//! partition for each worker.
//!
//! A row that another check withholds restricts no other row: it is only not
//! counted.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use super::WaitingRowCheck;
use super::digest_hasher::BuildDigestHasher;
use super::partition::{CheckPartition, Decisions};
use super::round::CheckRound;
use crate::engine::spill::entries::{DIGEST_PARTITIONS, RowEntries};
use crate::model::cells::Cells;
use crate::model::outcome::reason::DropReason;

/// The check.
pub(crate) struct SubjectCheck {
    /// By partition: when a partition is decided again, its counts are replaced.
    counts: Mutex<Vec<SubjectCounts>>,
}

/// Subjects with rows that are not withheld.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SubjectCounts {
    /// How many there are.
    pub(crate) subjects: u64,
    /// The most rows that one of them has.
    pub(crate) most_rows_of_one: u64,
}

impl Default for SubjectCheck {
    fn default() -> Self {
        Self { counts: Mutex::new(vec![SubjectCounts::default(); DIGEST_PARTITIONS]) }
    }
}

/// What is known of a waiting row's subject.
#[derive(Clone, Copy, Default)]
struct SubjectState {
    reason: Option<DropReason>,
    /// Its rows that no other check withholds.
    rows: u64,
}

type SubjectTable = HashMap<u64, SubjectState, BuildDigestHasher>;

/// A Bloom filter with one hash function: rejects most digests that are not in a
/// set. At most one bit of sixteen is set, and it fits into the processor's
/// second-level cache.
struct BloomFilter {
    bits: Vec<u64>,
    mask: u64,
}

impl BloomFilter {
    fn with_room_for(digests: usize) -> Self {
        let words = (digests / 4).next_power_of_two();
        Self { bits: vec![0; words], mask: (words as u64) * 64 - 1 }
    }

    #[inline]
    fn place(&self, digest: u64) -> (usize, u64) {
        let bit = digest & self.mask;
        // Cannot fail: the mask keeps it within the words.
        (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
    }

    fn add(&mut self, digest: u64) {
        let (word, bit) = self.place(digest);
        self.bits[word] |= bit;
    }

    #[inline]
    fn may_hold(&self, digest: u64) -> bool {
        let (word, bit) = self.place(digest);
        self.bits[word] & bit != 0
    }
}

impl SubjectCheck {
    /// The counts, once the check has decided.
    pub(super) fn counts(&self) -> SubjectCounts {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let all = SubjectCounts::default();
        counts.iter().fold(all, |all, part| SubjectCounts {
            subjects: all.subjects + part.subjects,
            most_rows_of_one: all.most_rows_of_one.max(part.most_rows_of_one),
        })
    }
}

impl WaitingRowCheck for SubjectCheck {
    fn entry_bytes(&self) -> usize {
        0
    }

    fn collect(&self, subjects: &[u64], _: &[Cells], _: &[usize], entries: &mut RowEntries) {
        for subject in subjects {
            entries.push(*subject, &[]);
        }
    }

    fn decide(&self, round: &CheckRound<'_>) -> io::Result<()> {
        round.decide_each(|partition, decisions| self.decide_partition(partition, decisions)).map(drop)
    }
}

impl SubjectCheck {
    fn decide_partition(&self, partition: &CheckPartition<'_>, decisions: &mut Decisions) -> io::Result<()> {
        let waiting = partition.rows()?;
        let mut subjects = SubjectTable::with_capacity_and_hasher(waiting, BuildDigestHasher::default());
        let mut filter = BloomFilter::with_room_for(waiting);
        partition.each_row(|row, _| {
            filter.add(row.digest());
            subjects.entry(row.digest()).or_default().rows += u64::from(row.withheld.is_none());
            Ok(())
        })?;
        let mut is_anyone_restricted = false;
        partition.each_restriction(|digest, rank| {
            // Rejects early: most restricted subjects have no waiting row.
            if filter.may_hold(digest)
                && let Some(subject) = subjects.get_mut(&digest)
            {
                let reason = DropReason::from_rank(rank);
                let reason = reason.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
                subject.reason = Some(subject.reason.map_or(reason, |known| known.min(reason)));
                is_anyone_restricted = true;
            }
            Ok(())
        })?;
        if is_anyone_restricted {
            partition.each_row(|row, _| {
                if let Some(reason) = subjects.get(&row.digest()).and_then(|subject| subject.reason) {
                    decisions.withhold(row, reason);
                }
                Ok(())
            })?;
        }
        let passing = || subjects.values().filter(|subject| subject.reason.is_none() && subject.rows > 0);
        let most_rows_of_one = passing().map(|subject| subject.rows).max().unwrap_or(0);
        let counted = SubjectCounts { subjects: passing().count() as u64, most_rows_of_one };
        let mut counts = self.counts.lock().map_err(|_| io::Error::other("poisoned"))?;
        if let Some(counts) = counts.get_mut(partition.number()) {
            *counts = counted;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::memory_budget::MemoryBudget;
    use crate::engine::spill::minimised::MinimisedRows;
    use crate::engine::spill::partitions::tests::MemorySpace;
    use crate::engine::spill::store::SpillStore;
    use crate::engine::withhold::decide::decide;
    use crate::engine::withhold::list::CheckList;
    use crate::engine::withhold::withheld::WithheldRow;
    use crate::policy::plan::RowOrder;

    #[test]
    fn the_earliest_reason_of_a_subject_spreads_to_all_its_rows() {
        let space = MemorySpace::default();
        let checks = CheckList::new(None, Vec::new());
        let store = SpillStore::new(RowOrder::Extract, 2, MemoryBudget::default(), checks.layouts());
        let rows = [(1, 10), (2, 20), (3, 10), (4, u64::MAX), (5, 20), (6, 20)];
        let mut minimised = MinimisedRows::default();
        for (record, _) in rows {
            minimised.push(record, |out| out.push(0)).unwrap();
        }
        let minimised = minimised.with_entries(checks.collect(&rows.map(|(_, subject)| subject), &[], &[]));
        let restricted = [
            (10, DropReason::RecipientNotNamed),
            (10, DropReason::ConsentWithdrawn),
            (10, DropReason::ConsentExpired),
            (30, DropReason::Erased),
        ];
        store.add(0, 0, &space, &minimised, &restricted[..2]).unwrap();
        store.add(1, 0, &space, &MinimisedRows::default(), &restricted[2..]).unwrap();
        let withheld = decide(&checks, &store.close(&space).unwrap(), &space, MemoryBudget::default()).unwrap();
        let with_subject =
            |record| WithheldRow { record, reason: Some(DropReason::ConsentWithdrawn), is_with_subject: true };
        assert_eq!(withheld.of_partition(0).unwrap(), [with_subject(1), with_subject(3)]);
        assert_eq!(withheld.subjects, SubjectCounts { subjects: 2, most_rows_of_one: 3 });
    }
}
