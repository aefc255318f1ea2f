//! What a check sees of one of its partitions, and what it decides about the rows
//! in it.

use std::collections::HashMap;
use std::io;

use super::digest_hasher::BuildDigestHasher;
use crate::engine::spill::entries::{DIGEST_BYTES, ENTRY_HEAD, RECORD, digest, each_entry, number};
use crate::engine::spill::store::{ClosedStore, RESTRICTED_ENTRY, StoreSection};
use crate::model::outcome::reason::DropReason;

/// Bytes of a withheld row: record, rank of the reason, number of the check.
pub(super) const WITHHELD_ENTRY: usize = 8 + 2 + 1;
/// In place of a rank: the row is not withheld, but some of its cells are suppressed.
const CELLS_SUPPRESSED: [u8; 2] = [0xFF, 0xFF];

/// Why rows are withheld, by record.
pub(super) type ReasonByRecord = HashMap<u64, DropReason, BuildDigestHasher>;

/// The entries of one check in one partition, and which of the rows were withheld
/// before the check began.
pub(crate) struct CheckPartition<'a> {
    pub(super) store: &'a ClosedStore,
    /// The number of the check.
    pub(super) check: usize,
    /// The number of the partition.
    pub(super) number: usize,
    /// The most restrictive reason so far, by record.
    pub(super) withheld: ReasonByRecord,
}

/// A row as a check sees it.
pub(crate) struct WaitingRow<'e> {
    entry: &'e [u8],
    /// The partitions of its entries of the other checks.
    others: &'e [u8],
    /// Why it is withheld so far; `None`: it is not.
    pub(crate) withheld: Option<DropReason>,
}

impl WaitingRow<'_> {
    /// The digest that the check gave it, without the byte that all rows of the
    /// partition share.
    #[inline]
    pub(crate) fn digest(&self) -> u64 {
        digest(self.entry)
    }

    /// The number of its record in the run.
    pub(crate) fn record(&self) -> u64 {
        number(&self.entry[RECORD])
    }
}

impl CheckPartition<'_> {
    /// The number of the partition.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> io::Result<usize> {
        let bytes = self.store.bytes(StoreSection::Entries(self.check), self.number);
        Ok(usize::try_from(bytes).map_err(io::Error::other)? / self.store.layout(self.check)?.size())
    }

    /// Calls `take` for every row, with the check's own bytes of it.
    pub(crate) fn each_row(&self, mut take: impl FnMut(&WaitingRow<'_>, &[u8]) -> io::Result<()>) -> io::Result<()> {
        let own = ENTRY_HEAD + self.store.layout(self.check)?.others;
        self.store.each_entry(self.check, self.number, |entry| {
            let withheld =
                if self.withheld.is_empty() { None } else { self.withheld.get(&number(&entry[RECORD])).copied() };
            let (others, bytes) = (&entry[ENTRY_HEAD..own], &entry[own..]);
            take(&WaitingRow { entry, others, withheld }, bytes)
        })
    }

    /// Calls `take` for every subject of the partition that a dropped record
    /// restricts: with its digest and the rank of the reason.
    pub(crate) fn each_restriction(&self, mut take: impl FnMut(u64, [u8; 2]) -> io::Result<()>) -> io::Result<()> {
        each_entry(RESTRICTED_ENTRY, self.store.pieces(StoreSection::Restricted, self.number), |entry| {
            take(digest(entry), [entry[DIGEST_BYTES], entry[DIGEST_BYTES + 1]])
        })
    }
}

/// What a check decided of one partition.
pub(crate) struct Decisions {
    /// The number of the check.
    check: u8,
    /// The partition and the entry of each withheld row.
    pub(super) rows: Vec<(u32, [u8; WITHHELD_ENTRY])>,
    /// For each of them, the partitions of its entries of the other checks, one
    /// after another.
    pub(super) others: Vec<u8>,
    /// Rows that were not withheld before.
    pub(super) new_rows: u64,
}

impl Decisions {
    pub(super) fn by(check: usize) -> io::Result<Self> {
        let check = u8::try_from(check).map_err(io::Error::other)?;
        Ok(Self { check, rows: Vec::new(), others: Vec::new(), new_rows: 0 })
    }

    /// Withholds a row. The most restrictive of its reasons counts: another changes
    /// nothing.
    pub(crate) fn withhold(&mut self, row: &WaitingRow<'_>, reason: DropReason) {
        if row.withheld.is_some_and(|known| known <= reason) {
            return;
        }
        self.add(row, reason.to_rank());
        self.new_rows += u64::from(row.withheld.is_none());
    }

    /// Suppresses the cells of the quasi-identifiers of a row, unless another decision
    /// withholds it.
    pub(crate) fn suppress_cells(&mut self, row: &WaitingRow<'_>) {
        self.add(row, CELLS_SUPPRESSED);
    }

    fn add(&mut self, row: &WaitingRow<'_>, rank: [u8; 2]) {
        let mut out = [0; WITHHELD_ENTRY];
        out[..8].copy_from_slice(&row.entry[RECORD]);
        out[8..10].copy_from_slice(&rank);
        out[10] = self.check;
        let row_partition = row.entry[RECORD.end..].first_chunk::<4>().map_or(0, |part| u32::from_le_bytes(*part));
        self.rows.push((row_partition, out));
        self.others.extend_from_slice(row.others);
    }
}

/// The record and the reason of a withheld row; no reason where its cells are
/// suppressed.
pub(super) fn withheld_row(entry: &[u8]) -> io::Result<(u64, Option<DropReason>)> {
    let rank = [entry[8], entry[9]];
    if rank == CELLS_SUPPRESSED {
        return Ok((number(entry), None));
    }
    let reason = DropReason::from_rank(rank).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok((number(entry), Some(reason)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::spill::entries::entry_head;
    use crate::engine::spill::tests::is_drawn;

    #[test]
    fn a_withheld_row_is_laid_out_as_the_manual_draws_it() {
        let mut decisions = Decisions::by(0).unwrap();
        let entry = entry_head(7, 258, 3);
        decisions.withhold(&WaitingRow { entry: &entry, others: &[], withheld: None }, DropReason::Suppressed(1));
        let [(row_partition, withheld)] = decisions.rows.clone()[..] else { panic!("one row") };
        assert_eq!(row_partition, 3);
        is_drawn(&withheld, &[8, 1, 1, 1]);
        assert_eq!(withheld_row(&withheld).unwrap(), (258, Some(DropReason::Suppressed(1))));
        decisions.suppress_cells(&WaitingRow { entry: &entry, others: &[], withheld: None });
        assert_eq!(withheld_row(&decisions.rows[1].1).unwrap(), (258, None));
        assert_eq!(decisions.new_rows, 1);
    }
}
