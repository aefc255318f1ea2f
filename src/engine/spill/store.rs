//! Where minimised rows wait until the last record of their subject was read,
//! and where the digests of restricted subjects are kept to be joined with them.
//!
//! Rows are partitioned as they will be released: by runs of the input, or by
//! the first bits of the pseudonym. Digests are partitioned by their own first
//! bits, so that one partition's join fits in memory. Each worker fills a shelf
//! of its own, so that none waits for another; a partition is what all shelves
//! have of it.

use std::io;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::minimised::{MinimisedRows, ROW_HEAD};
use super::partitions::{PartitionPiece, Partitions};
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::port::SpillSpace;
use crate::model::outcome::reason::DropReason;
use crate::policy::plan::RowOrder;

/// Partitions of the digest join.
pub(crate) const DIGEST_PARTITIONS: usize = 256;
/// Partitions by the first bits of a pseudonym.
const PSEUDONYM_PARTITIONS: usize = 512;

/// Bytes of a digest in its partition, whose number is the eighth.
pub(crate) const DIGEST_BYTES: usize = 7;
/// Bytes of a waiting digest: digest, record, partition of the row.
pub(crate) const DIGEST_ENTRY: usize = DIGEST_BYTES + 8 + 4;
/// Where the record stands in it.
pub(crate) const RECORD: Range<usize> = DIGEST_BYTES..DIGEST_BYTES + 8;
/// Bytes of a restricted digest: digest, rank of the reason.
pub(crate) const RESTRICTED_ENTRY: usize = DIGEST_BYTES + 2;

/// The store.
pub(crate) struct SpillStore {
    pub(crate) order: RowOrder,
    shelves: Vec<Mutex<WorkerPartitions>>,
}

/// What one worker put away.
struct WorkerPartitions {
    rows: Partitions,
    digests: Partitions,
    restricted: Partitions,
    sorted: RestrictedByPartition,
    waiting: u64,
    /// The run of the input it is at, where rows keep the order of the input.
    run: usize,
}

/// The restricted subjects of one block by the partition of their digest: there
/// are several for each, and each partition is gone to once.
#[derive(Default)]
struct RestrictedByPartition {
    entries: Vec<[u8; RESTRICTED_ENTRY]>,
    /// Where those of each partition end.
    ends: Vec<usize>,
}

impl RestrictedByPartition {
    fn sort(&mut self, restricted: &[(u64, DropReason)]) {
        self.ends.clear();
        self.ends.resize(DIGEST_PARTITIONS, 0);
        for (digest, _) in restricted {
            self.ends[digest_partition(*digest)] += 1;
        }
        let mut start = 0;
        for end in &mut self.ends {
            start += std::mem::replace(end, start);
        }
        // From where each starts to where it ends.
        self.entries.resize(restricted.len(), [0; RESTRICTED_ENTRY]);
        for (digest, reason) in restricted {
            let mut entry = [0; RESTRICTED_ENTRY];
            entry[..8].copy_from_slice(&digest.to_le_bytes());
            entry[DIGEST_BYTES..].copy_from_slice(&reason.to_rank());
            let place = &mut self.ends[digest_partition(*digest)];
            self.entries[*place] = entry;
            *place += 1;
        }
    }

    fn of(&self, part: usize) -> &[[u8; RESTRICTED_ENTRY]] {
        let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.entries[start..self.ends[part]]
    }
}

/// What is looked for in all shelves.
#[derive(Clone, Copy)]
pub(crate) enum StoreSection {
    Digests,
    Restricted,
    Rows,
}

/// The partition of a digest.
pub(crate) fn digest_partition(digest: u64) -> usize {
    (digest >> 56) as usize
}

impl SpillStore {
    /// An empty store for so many workers.
    pub(crate) fn new(order: RowOrder, workers: usize, memory: MemoryBudget) -> Self {
        let parts = match order {
            RowOrder::Extract => 1,
            RowOrder::Pseudonym => PSEUDONYM_PARTITIONS,
        };
        let buffer = memory.held_by_one_of(workers * (PSEUDONYM_PARTITIONS + 2 * DIGEST_PARTITIONS));
        let shelf = || WorkerPartitions {
            rows: Partitions::with_buffer(parts, buffer),
            digests: Partitions::with_buffer(DIGEST_PARTITIONS, buffer),
            restricted: Partitions::with_buffer(DIGEST_PARTITIONS, buffer),
            sorted: RestrictedByPartition::default(),
            waiting: 0,
            run: 0,
        };
        Self { order, shelves: std::iter::repeat_with(|| Mutex::new(shelf())).take(workers).collect() }
    }

    /// Takes the rows and the restricted subjects of one block on the shelf of a
    /// worker. `run` counts runs of the input; a partition where rows keep its
    /// order.
    pub(crate) fn take(
        &self,
        worker: usize,
        run: usize,
        space: &dyn SpillSpace,
        minimised: &MinimisedRows,
        restricted: &[(u64, DropReason)],
    ) -> io::Result<()> {
        // Nobody else uses it, but for the blocks that are parsed twice.
        let mut shelf = self.shelves[worker].lock().unwrap_or_else(PoisonError::into_inner);
        let shelf = &mut *shelf;
        if self.order == RowOrder::Extract && run != shelf.run {
            shelf.rows.retire(space, shelf.run)?;
            shelf.rows.grow_to(run);
            shelf.run = run;
        }
        for (row, bytes) in minimised.iter() {
            let part = match self.order {
                RowOrder::Extract => run,
                RowOrder::Pseudonym => first_bits(bytes.get(ROW_HEAD..).unwrap_or_default()),
            };
            shelf.rows.append(space, part, bytes)?;
            let mut entry = [0; DIGEST_ENTRY];
            entry[..8].copy_from_slice(&row.digest.to_le_bytes());
            entry[RECORD].copy_from_slice(&row.record.to_le_bytes());
            entry[RECORD.end..].copy_from_slice(&u32::try_from(part).map_err(io::Error::other)?.to_le_bytes());
            shelf.digests.push(space, digest_partition(row.digest), entry)?;
            shelf.waiting += 1;
        }
        shelf.sorted.sort(restricted);
        for part in 0..DIGEST_PARTITIONS {
            shelf.restricted.push_all(space, part, shelf.sorted.of(part))?;
        }
        Ok(())
    }

    /// The store to read from, once everything was taken.
    pub(crate) fn close(self, space: &dyn SpillSpace) -> io::Result<ClosedStore> {
        let settled = |shelf: Mutex<WorkerPartitions>| {
            let mut shelf = shelf.into_inner().unwrap_or_else(PoisonError::into_inner);
            shelf.rows.settle(space)?;
            shelf.digests.settle(space)?;
            shelf.restricted.settle(space)?;
            Ok(shelf)
        };
        Ok(ClosedStore {
            order: self.order,
            shelves: self.shelves.into_iter().map(settled).collect::<io::Result<_>>()?,
        })
    }
}

/// A store to which nothing is added any more.
pub(crate) struct ClosedStore {
    pub(crate) order: RowOrder,
    shelves: Vec<WorkerPartitions>,
}

impl ClosedStore {
    fn of(&self, kept: StoreSection) -> impl Iterator<Item = &Partitions> {
        self.shelves.iter().map(move |shelf| match kept {
            StoreSection::Digests => &shelf.digests,
            StoreSection::Restricted => &shelf.restricted,
            StoreSection::Rows => &shelf.rows,
        })
    }

    /// How many partitions of rows there are.
    pub(crate) fn row_partitions(&self) -> usize {
        self.of(StoreSection::Rows).map(Partitions::count).max().unwrap_or(0)
    }

    /// Bytes in a partition.
    pub(crate) fn bytes(&self, kept: StoreSection, part: usize) -> u64 {
        self.of(kept).map(|partitions| partitions.bytes(part)).sum()
    }

    /// The pieces of a partition, shelf by shelf.
    pub(crate) fn pieces(
        &self,
        kept: StoreSection,
        part: usize,
    ) -> impl Iterator<Item = io::Result<PartitionPiece<'_>>> {
        self.of(kept).flat_map(move |partitions| partitions.pieces(part))
    }

    /// Gives the spill files back, several at a time: a file system takes a while
    /// over each.
    pub(crate) fn drop_files(self) {
        let kept = self.shelves.into_iter().flat_map(|shelf| [shelf.rows, shelf.digests, shelf.restricted]);
        kept.collect::<Vec<_>>().into_par_iter().for_each(drop);
    }

    /// How many rows wait.
    pub(crate) fn waiting(&self) -> u64 {
        self.shelves.iter().map(|shelf| shelf.waiting).sum()
    }
}

/// The first nine bits of a pseudonym, from its first three hexadecimal digits,
/// which follow one byte of length. Rows without a pseudonym stand before all
/// others.
fn first_bits(row: &[u8]) -> usize {
    if row.first() == Some(&0) {
        return 0;
    }
    let digit = |place: usize| {
        let byte = row.get(place).copied().unwrap_or(b'0');
        usize::from(if byte.is_ascii_digit() { byte - b'0' } else { (byte | 0x20).wrapping_sub(b'a' - 10) & 15 })
    };
    (digit(1) * 16 + digit(2)) * 2 + digit(3) / 8
}

/// The rows of a loaded partition: record and bytes.
pub(crate) fn rows_of(mut partition: &[u8]) -> impl Iterator<Item = Option<(u64, &[u8])>> {
    std::iter::from_fn(move || {
        if partition.is_empty() {
            return None;
        }
        let read = read_row(&mut partition);
        if read.is_none() {
            partition = &[];
        }
        Some(read)
    })
}

fn read_row<'a>(partition: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let (record, rest) = partition.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (row, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *partition = rest;
    Some((u64::from_le_bytes(*record), row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::spill::partitions::tests::MemorySpace;

    fn loaded(store: &ClosedStore, part: usize) -> Vec<u8> {
        let mut all = Vec::new();
        store.pieces(StoreSection::Rows, part).try_for_each(|piece| piece?.read_into(&mut all)).unwrap();
        all
    }

    #[test]
    fn rows_come_back_with_their_records_from_every_shelf() {
        let store = SpillStore::new(RowOrder::Extract, 2, MemoryBudget::default());
        let mut minimised = MinimisedRows::default();
        minimised.push(7, 1, |out| out.extend_from_slice(b"abc")).unwrap();
        minimised.push(9, u64::MAX, |_| {}).unwrap();
        store.take(0, 0, &MemorySpace::default(), &minimised, &[(5, DropReason::ConsentUnknown)]).unwrap();
        let mut later = MinimisedRows::default();
        later.push(11, 1, |out| out.push(b'z')).unwrap();
        store.take(1, 3, &MemorySpace::default(), &later, &[]).unwrap();
        let store = store.close(&MemorySpace::default()).unwrap();
        let first = loaded(&store, 0);
        let rows: Vec<_> = rows_of(&first).collect();
        assert_eq!(rows, [Some((7, &b"abc"[..])), Some((9, &b""[..]))]);
        assert_eq!(rows_of(&first[..first.len() - 1]).last(), Some(None));
        assert_eq!((store.row_partitions(), store.waiting()), (4, 3));
        assert_eq!(rows_of(&loaded(&store, 3)).collect::<Vec<_>>(), [Some((11, &b"z"[..]))]);
        assert_eq!(store.bytes(StoreSection::Digests, 255), DIGEST_ENTRY as u64);
        assert_eq!(store.bytes(StoreSection::Digests, 0), 2 * DIGEST_ENTRY as u64);
        assert_eq!(store.bytes(StoreSection::Restricted, 0), RESTRICTED_ENTRY as u64);
    }

    #[test]
    fn a_run_that_is_over_holds_nothing_back() {
        let store = SpillStore::new(RowOrder::Extract, 1, MemoryBudget::default());
        let space = MemorySpace::default();
        let mut minimised = MinimisedRows::default();
        minimised.push(1, 1, |out| out.push(b'a')).unwrap();
        for run in 0..5 {
            store.take(0, run, &space, &minimised, &[]).unwrap();
        }
        let store = store.close(&MemorySpace::default()).unwrap();
        let held = (0..5).filter(|&run| {
            store.pieces(StoreSection::Rows, run).any(|piece| matches!(piece, Ok(PartitionPiece::Held(_))))
        });
        assert_eq!(held.collect::<Vec<_>>(), [4]);
        assert_eq!(loaded(&store, 0).len(), loaded(&store, 4).len());
    }

    #[test]
    fn pseudonyms_are_partitioned_in_their_order() {
        assert_eq!(first_bits(b"\x21007b"), 0);
        assert_eq!(first_bits(b"\x219f7b"), 2 * 0x9f);
        assert_eq!(first_bits(b"\x219f8b"), 2 * 0x9f + 1);
        assert_eq!(first_bits(b"\x21ffab"), 511);
        assert_eq!(first_bits(b"\0\x05Wick"), 0);
    }
}
