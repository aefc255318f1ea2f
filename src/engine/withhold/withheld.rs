//! The rows that were withheld, by the partition of the row.

use std::collections::BTreeMap;
use std::io;

use super::classes::common_values::MergedColumn;
use super::list::SUBJECT_CHECK;
use super::partition::{WITHHELD_ENTRY, withheld_row};
use super::subjects::SubjectCounts;
use crate::engine::spill::entries::each_entry;
use crate::engine::spill::partitions::Partitions;
use crate::engine::trace::ClassTrace;
use crate::model::outcome::reason::DropReason;
use crate::privacy::findings::ClassFindings;

/// The rows that are withheld, or delivered with fewer cells.
pub(crate) struct WithheldRows {
    pub(super) records: Partitions,
    /// The counts of subjects that are delivered.
    pub(crate) subjects: SubjectCounts,
    /// What was found about classes, where the policy has privacy models.
    pub(crate) classes: Option<ClassFindings>,
    /// The columns of which rare values are merged.
    pub(crate) merged: Vec<MergedColumn>,
    /// The classes of traced records, by record.
    pub(crate) class_traces: BTreeMap<u64, ClassTrace>,
}

/// A row that is withheld, or delivered with fewer cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WithheldRow {
    /// The number of its record in the run.
    pub(crate) record: u64,
    /// The most restrictive of its reasons; `None`: it is delivered, with the cells of
    /// its quasi-identifiers suppressed.
    pub(crate) reason: Option<DropReason>,
    /// Whether the reason is that of another record of its subject; if not, a check
    /// found it.
    pub(crate) is_with_subject: bool,
}

impl WithheldRows {
    /// The withheld rows of one partition, ascending by record.
    pub(crate) fn of_partition(&self, part: usize) -> io::Result<Vec<WithheldRow>> {
        let mut rows = Vec::new();
        each_entry(WITHHELD_ENTRY, self.records.pieces(part), |entry| {
            let (record, reason) = withheld_row(entry)?;
            rows.push(WithheldRow { record, reason, is_with_subject: usize::from(entry[10]) == SUBJECT_CHECK });
            Ok(())
        })?;
        // Of several decisions about a row the most restrictive is sorted first.
        let rank = |row: &WithheldRow| (row.record, row.reason.is_none(), row.reason, row.is_with_subject);
        rows.sort_unstable_by_key(rank);
        rows.dedup_by_key(|row| row.record);
        Ok(rows)
    }
}
