//! The rows that were withheld, by the partition of the row.

use std::io;

use super::list::SUBJECT_CHECK;
use super::partition::{WITHHELD_ENTRY, withheld_row};
use super::subjects::SubjectCounts;
use crate::engine::spill::entries::each_entry;
use crate::engine::spill::partitions::Partitions;
use crate::model::outcome::reason::DropReason;

/// The rows that are withheld.
pub(crate) struct WithheldRows {
    pub(super) records: Partitions,
    /// The counts of subjects that are delivered.
    pub(crate) subjects: SubjectCounts,
}

/// A row that is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WithheldRow {
    /// The number of its record in the run.
    pub(crate) record: u64,
    /// The most restrictive of its reasons.
    pub(crate) reason: DropReason,
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
        rows.sort_unstable();
        // Of several reasons of a row the most restrictive is sorted first.
        rows.dedup_by_key(|row| row.record);
        Ok(rows)
    }
}
