//! The checks of a run, in their order: the subject check is always the first.

use super::WaitingRowCheck;
use super::subjects::{SubjectCheck, SubjectCounts};
use crate::engine::spill::entries::{EntryLayout, RowEntries};
use crate::model::cells::Cells;

/// The number of the subject check.
pub(crate) const SUBJECT_CHECK: usize = 0;

/// The checks of a run.
pub(crate) struct CheckList {
    subjects: SubjectCheck,
    others: Vec<Box<dyn WaitingRowCheck>>,
}

impl CheckList {
    /// The subject check, and these after it.
    pub(crate) fn new(others: Vec<Box<dyn WaitingRowCheck>>) -> Self {
        Self { subjects: SubjectCheck::default(), others }
    }

    /// The checks, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn WaitingRowCheck> {
        let first: &dyn WaitingRowCheck = &self.subjects;
        std::iter::once(first).chain(self.others.iter().map(AsRef::as_ref))
    }

    /// The layout of the entries of each check.
    pub(crate) fn layouts(&self) -> Vec<EntryLayout> {
        let layout =
            |check: &dyn WaitingRowCheck| EntryLayout { others: self.others.len(), bytes: check.entry_bytes() };
        self.iter().map(layout).collect()
    }

    /// The entries of all checks for the rows of a block.
    pub(crate) fn collect(&self, subjects: &[u64], columns: &[Cells], rows: &[usize]) -> Vec<RowEntries> {
        let collect = |check: &dyn WaitingRowCheck| {
            let mut entries = RowEntries::with_capacity(rows.len(), check.entry_bytes());
            check.collect(subjects, columns, rows, &mut entries);
            entries
        };
        self.iter().map(collect).collect()
    }

    /// The counts of subjects with rows that are not withheld, once the checks have
    /// decided.
    pub(crate) fn subject_counts(&self) -> SubjectCounts {
        self.subjects.counts()
    }
}
