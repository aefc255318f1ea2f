//! One run of one check: gives it the partitions of its entries, and takes what it decides.

use std::io;
use std::sync::{Mutex, MutexGuard};

use rayon::prelude::*;

use super::partition::{CheckPartition, Decisions, ReasonByRecord, WITHHELD_ENTRY, withheld_row};
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::port::SpillSpace;
use crate::engine::spill::entries::{DIGEST_PARTITIONS, each_entry};
use crate::engine::spill::partitions::Partitions;
use crate::engine::spill::store::ClosedStore;

/// Small buffers for the partitions of withheld rows: there are many partitions and
/// few rows.
const WITHHELD_BUFFER: usize = 1 << 10;

pub(super) fn poisoned() -> io::Error {
    io::Error::other("poisoned")
}

/// One run of one check: gives it the partitions of its entries.
pub(crate) struct CheckRound<'a> {
    pub(super) store: &'a ClosedStore,
    pub(crate) space: &'a dyn SpillSpace,
    pub(crate) memory: MemoryBudget,
    pub(super) withheld: &'a Mutex<WithheldSoFar>,
    /// The number of the check.
    pub(super) number: usize,
    /// The most rows of one subject that are not withheld, as the subject check last
    /// found.
    pub(super) most_rows_of_one: u64,
}

impl CheckRound<'_> {
    /// Whether no subject has several rows that are not withheld.
    pub(crate) fn subjects_have_one_row(&self) -> bool {
        self.most_rows_of_one <= 1
    }

    /// Calls `look` for every partition, on all workers; the results are in the order
    /// of the partitions.
    pub(crate) fn each<T: Send>(
        &self,
        look: impl Fn(&CheckPartition<'_>) -> io::Result<T> + Sync,
    ) -> io::Result<Vec<T>> {
        (0..DIGEST_PARTITIONS).into_par_iter().map(|part| look(&self.partition(part)?)).collect()
    }

    /// The same, and takes what is decided. A partition does not see what was decided
    /// in another meanwhile.
    pub(crate) fn decide_each<T: Send>(
        &self,
        decide: impl Fn(&CheckPartition<'_>, &mut Decisions) -> io::Result<T> + Sync,
    ) -> io::Result<Vec<T>> {
        let decide = |part: usize| {
            let mut decisions = Decisions::by(self.number)?;
            let decided = decide(&self.partition(part)?, &mut decisions)?;
            self.locked()?.take(self.space, self.number, part, &decisions)?;
            Ok(decided)
        };
        (0..DIGEST_PARTITIONS).into_par_iter().map(decide).collect()
    }

    fn partition(&self, number: usize) -> io::Result<CheckPartition<'_>> {
        let withheld = self.locked()?.of_check(self.number, number)?;
        Ok(CheckPartition { store: self.store, check: self.number, number, withheld })
    }

    /// How many rows are withheld in all.
    pub(super) fn rows_withheld(&self) -> io::Result<u64> {
        Ok(self.locked()?.rows)
    }

    fn locked(&self) -> io::Result<MutexGuard<'_, WithheldSoFar>> {
        self.withheld.lock().map_err(|_| poisoned())
    }
}

/// The rows that are withheld so far.
pub(super) struct WithheldSoFar {
    rows: u64,
    /// By partition of the row.
    pub(super) by_row: Partitions,
    /// For each check, by partition of its entry: what it sees when it runs again.
    /// Empty if there is only one check. While a check runs, what it decides in a
    /// partition is added to that partition only, so that the other partitions of
    /// this check cannot see it.
    by_entry: Vec<Partitions>,
}

impl WithheldSoFar {
    pub(super) fn new(row_partitions: usize, checks: usize) -> Self {
        let by_entry = || Partitions::with_buffer(DIGEST_PARTITIONS, WITHHELD_BUFFER);
        Self {
            rows: 0,
            by_row: Partitions::with_buffer(row_partitions, WITHHELD_BUFFER),
            by_entry: std::iter::repeat_with(by_entry).take(if checks > 1 { checks } else { 0 }).collect(),
        }
    }

    /// The rows of one partition of a check that are withheld: the most restrictive
    /// reason of each.
    fn of_check(&self, check: usize, part: usize) -> io::Result<ReasonByRecord> {
        let mut known = ReasonByRecord::default();
        let Some(partitions) = self.by_entry.get(check) else { return Ok(known) };
        each_entry(WITHHELD_ENTRY, partitions.pieces(part), |entry| {
            let (record, reason) = withheld_row(entry)?;
            // Rows whose cells are suppressed are not withheld.
            if let Some(reason) = reason {
                let most = known.entry(record).or_insert(reason);
                *most = reason.min(*most);
            }
            Ok(())
        })?;
        Ok(known)
    }

    /// Adds what a check decided in one of its partitions.
    fn take(&mut self, space: &dyn SpillSpace, check: usize, part: usize, decisions: &Decisions) -> io::Result<()> {
        self.rows += decisions.new_rows;
        for (row_partition, entry) in &decisions.rows {
            self.by_row.push(space, *row_partition as usize, *entry)?;
        }
        let others = self.by_entry.len().saturating_sub(1);
        if others == 0 {
            return Ok(());
        }
        for ((_, entry), parts) in decisions.rows.iter().zip(decisions.others.chunks_exact(others)) {
            let mut parts = parts.iter();
            for (other, partitions) in self.by_entry.iter_mut().enumerate() {
                let target = if other == check { Some(part) } else { parts.next().map(|part| usize::from(*part)) };
                let target = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
                partitions.push(space, target, *entry)?;
            }
        }
        Ok(())
    }
}
