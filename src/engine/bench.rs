//! Doors for `benches/` to parts of the engine that stand in no public interface.
//! Nothing in the library or the command goes through them, and they promise
//! nothing to anybody.

use std::io;

use super::memory_budget::MemoryBudget;
use super::port::SpillSpace;
use super::spill::minimised::MinimisedRows;
use super::spill::store::{ClosedStore, SpillStore};
use super::withhold::decide::decide;
use super::withhold::list::CheckList;
use crate::model::outcome::reason::DropReason;
use crate::policy::plan::RowOrder;

/// What waits for the subject check.
pub struct SubjectCheckInput {
    checks: CheckList,
    store: ClosedStore,
}

impl SubjectCheckInput {
    /// Puts rows away, each with its record and the digest of its subject, and
    /// the digests of restricted subjects. The rows are empty.
    ///
    /// # Errors
    /// As `space` says.
    pub fn new(waiting: &[(u64, u64)], restricted: &[(u64, DropReason)], space: &dyn SpillSpace) -> io::Result<Self> {
        let checks = CheckList::new(Vec::new());
        let store = SpillStore::new(RowOrder::Extract, 1, MemoryBudget::default(), checks.layouts());
        let mut minimised = MinimisedRows::default();
        let mut digests = Vec::with_capacity(waiting.len());
        for &(record, digest) in waiting {
            minimised.push(record, |_| {}).ok_or(io::ErrorKind::InvalidInput)?;
            digests.push(digest);
        }
        let minimised = minimised.with_entries(checks.collect(&digests, &[], &[]));
        store.take(0, 0, space, &minimised, restricted)?;
        Ok(Self { checks, store: store.close(space)? })
    }

    /// Joins both sides and gives the number of subjects that are not restricted.
    ///
    /// # Errors
    /// As the spill files or `space` say.
    pub fn join(&self, space: &dyn SpillSpace) -> io::Result<u64> {
        decide(&self.checks, &self.store, space).map(|withheld| withheld.subjects.subjects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::spill::partitions::tests::MemorySpace;

    #[test]
    fn the_door_leads_to_the_subject_check() {
        let space = MemorySpace::default();
        let waiting = [(1, 10), (2, 20), (3, 20), (4, 30)];
        let restricted = [(20, DropReason::ConsentWithdrawn), (40, DropReason::ConsentExpired)];
        let check = SubjectCheckInput::new(&waiting, &restricted, &space).unwrap();
        assert_eq!(check.join(&space).unwrap(), 2);
    }
}
