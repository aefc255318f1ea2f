//! The checks of a run, in their order: the subject check is always the first; that of
//! classes comes after it where the policy has privacy models, and those that count
//! common values are the last.

use std::collections::BTreeMap;

use super::WaitingRowCheck;
use super::classes::ClassCheck;
use super::classes::common_values::{CommonValuesCheck, MergedColumn};
use super::subjects::{SubjectCheck, SubjectCounts};
use crate::engine::spill::entries::{EntryLayout, RowEntries};
use crate::engine::trace::ClassTrace;
use crate::model::cells::Cells;
use crate::privacy::findings::ClassFindings;

/// The number of the subject check.
pub(crate) const SUBJECT_CHECK: usize = 0;

/// The checks of a run.
pub(crate) struct CheckList {
    subjects: SubjectCheck,
    classes: Option<ClassCheck>,
    others: Vec<Box<dyn WaitingRowCheck>>,
    values: Vec<CommonValuesCheck>,
}

impl CheckList {
    /// The subject check, and these after it.
    pub(crate) fn new(classes: Option<ClassCheck>, others: Vec<Box<dyn WaitingRowCheck>>) -> Self {
        Self { subjects: SubjectCheck::default(), classes, others, values: Vec::new() }
    }

    /// The same, with checks that count common values.
    pub(crate) fn counting(self, values: Vec<CommonValuesCheck>) -> Self {
        Self { values, ..self }
    }

    /// The checks, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn WaitingRowCheck> {
        let first: &dyn WaitingRowCheck = &self.subjects;
        let classes = self.classes.iter().map(|classes| -> &dyn WaitingRowCheck { classes });
        let values = self.values.iter().map(|values| -> &dyn WaitingRowCheck { values });
        std::iter::once(first).chain(classes).chain(self.others.iter().map(AsRef::as_ref)).chain(values)
    }

    /// The layout of the entries of each check.
    pub(crate) fn layouts(&self) -> Vec<EntryLayout> {
        let others = self.iter().count() - 1;
        let layout = |check: &dyn WaitingRowCheck| EntryLayout { others, bytes: check.entry_bytes() };
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

    /// The same, made to trace the classes of some records.
    pub(crate) fn for_tracing(self) -> Self {
        Self { classes: self.classes.map(ClassCheck::for_tracing), ..self }
    }

    /// Traces the classes of the records of these numbers.
    pub(crate) fn trace(&mut self, records: Vec<u64>) {
        if let Some(classes) = &mut self.classes {
            classes.trace(records);
        }
    }

    /// The classes that were traced, by record.
    pub(crate) fn class_traces(&self) -> BTreeMap<u64, ClassTrace> {
        self.classes.as_ref().map(ClassCheck::traces).unwrap_or_default()
    }

    /// What was found about classes, once the checks have decided.
    pub(crate) fn class_findings(&self) -> Option<ClassFindings> {
        self.classes.as_ref().map(ClassCheck::findings)
    }

    /// What becomes of the values of columns, once the checks have decided.
    pub(crate) fn merged_columns(&self) -> Vec<MergedColumn> {
        self.values.iter().map(CommonValuesCheck::decided).collect()
    }

    /// The counts of subjects with rows that are not withheld, once the checks have
    /// decided.
    pub(crate) fn subject_counts(&self) -> SubjectCounts {
        self.subjects.counts()
    }
}
