//! The second pass: what one record says of others is applied before anything is
//! written.
//!
//! A list of checks judges the waiting rows. Each check keeps a small entry for
//! every row, spilled by the first bits of a keyed digest, and decides partition by
//! partition which rows are withheld and why; so memory holds one partition for
//! each worker. All rows with one digest are in one partition: so a check takes the
//! digest of what it must see together, such as the subject, or the cells that make
//! a class.
//!
//! This module does not depend on what a check counts, or on which privacy model it
//! implements.

pub(crate) mod classes;
pub(crate) mod decide;
pub(crate) mod digest_hasher;
pub(crate) mod list;
pub(crate) mod partition;
pub(crate) mod round;
mod subjects;
pub(crate) mod withheld;

use std::io;

use self::round::CheckRound;
use super::spill::entries::RowEntries;
use crate::model::cells::Cells;

/// A check of the waiting rows.
///
/// What is delivered must not depend on the number of workers: a check decides by
/// what its partition shows, and by nothing that was decided in another since.
/// Checks run again while others withhold rows, and each sees what is withheld so
/// far. A row that is withheld stays withheld. If no check withholds less when it
/// sees fewer rows, the order of the checks does not matter either.
pub(crate) trait WaitingRowCheck: Send + Sync {
    /// Bytes of an entry that are its own, beside the digest.
    fn entry_bytes(&self) -> usize;

    /// Adds an entry for each of `rows`, in their order. `rows` are indices into
    /// `columns`, the delivered cells of a block; `subjects` are the keyed digests
    /// of the rows' subjects, one for each of `rows`.
    fn collect(&self, subjects: &[u64], columns: &[Cells], rows: &[usize], entries: &mut RowEntries);

    /// Looks at the partitions, once or more, and decides which rows are withheld, and
    /// why.
    ///
    /// # Errors
    /// When the entries cannot be read.
    fn decide(&self, round: &CheckRound<'_>) -> io::Result<()>;
}
