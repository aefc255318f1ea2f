//! What `benches/` measures of the engine without its being part of the public
//! interface. Neither the library nor the command uses this file, and it may change
//! at any time.

use std::io;

use super::memory_budget::MemoryBudget;
use super::port::SpillSpace;
use super::spill::minimised::MinimisedRows;
use super::spill::store::{ClosedStore, SpillStore};
use super::withhold::decide::decide;
use super::withhold::list::CheckList;
use crate::model::outcome::reason::DropReason;
use crate::policy::plan::RowOrder;

/// Rows that wait for the subject check.
pub struct SubjectCheckInput {
    checks: CheckList,
    store: ClosedStore,
}

impl SubjectCheckInput {
    /// Stores empty rows, each with its record number and the digest of its
    /// subject, and the digests of restricted subjects.
    ///
    /// # Errors
    /// If `space` fails.
    pub fn new(waiting: &[(u64, u64)], restricted: &[(u64, DropReason)], space: &dyn SpillSpace) -> io::Result<Self> {
        let checks = CheckList::new(None, Vec::new());
        let store = SpillStore::new(RowOrder::Extract, 1, MemoryBudget::default(), checks.layouts());
        let mut minimised = MinimisedRows::default();
        let mut digests = Vec::with_capacity(waiting.len());
        for &(record, digest) in waiting {
            minimised.push(record, |_| {}).ok_or(io::ErrorKind::InvalidInput)?;
            digests.push(digest);
        }
        let minimised = minimised.with_entries(checks.collect(&digests, &[], &[]));
        store.add(0, 0, space, &minimised, restricted)?;
        Ok(Self { checks, store: store.close(space)? })
    }

    /// Runs the subject check and returns the number of subjects that are not
    /// restricted.
    ///
    /// # Errors
    /// If the spill files or `space` fail.
    pub fn join(&self, space: &dyn SpillSpace) -> io::Result<u64> {
        decide(&self.checks, &self.store, space, MemoryBudget::default()).map(|withheld| withheld.subjects.subjects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::spill::partitions::tests::MemorySpace;

    #[test]
    fn the_subject_check_is_run() {
        let space = MemorySpace::default();
        let waiting = [(1, 10), (2, 20), (3, 20), (4, 30)];
        let restricted = [(20, DropReason::ConsentWithdrawn), (40, DropReason::ConsentExpired)];
        let check = SubjectCheckInput::new(&waiting, &restricted, &space).unwrap();
        assert_eq!(check.join(&space).unwrap(), 2);
    }
}
