//! The second pass: what one record says of others is carried out before anything is
//! written.
//!
//! A list of checks judges the rows that wait. Each keeps a small entry of every row,
//! spilled by the first bits of a keyed digest, and decides partition by partition which
//! rows are withheld and why, so that memory holds one partition of it a worker. A
//! partition has all rows of a digest; so a check chooses the digest by what it has to
//! see together: the subject, or the cells that make a class.
//!
//! Nothing else is known of a check: not what it counts, nor which model it stands for.

pub(crate) mod decide;
pub(crate) mod list;
pub(crate) mod partition;
mod subjects;
pub(crate) mod withheld;

use std::io;

use self::partition::{CheckPartition, Decisions};
use super::spill::entries::RowEntries;
use crate::model::cells::Cells;

/// A check of the rows that wait.
///
/// What is delivered must not depend on the number of workers: a check decides by what
/// the partition shows, and by nothing that was decided elsewhere since. Checks run
/// again while others withhold rows, and each sees what is withheld by then. A row that
/// is withheld stays so. Where a check withholds no less when it sees fewer rows, what
/// is withheld in the end does not depend on the order of the checks either.
pub(crate) trait WaitingRowCheck: Send + Sync {
    /// Bytes that it keeps of a row beside the digest.
    fn entry_bytes(&self) -> usize;

    /// Adds an entry for each of `rows`, in their order. These are positions within
    /// `columns`, the delivered cells of a block; `subjects` are the keyed digests of
    /// the rows' subjects, one for each of `rows`.
    fn collect(&self, subjects: &[u64], columns: &[Cells], rows: &[usize], entries: &mut RowEntries);

    /// Decides which rows of a partition are withheld, and why.
    ///
    /// # Errors
    /// When the entries cannot be read.
    fn decide(&self, partition: &CheckPartition<'_>, decisions: &mut Decisions) -> io::Result<()>;
}
