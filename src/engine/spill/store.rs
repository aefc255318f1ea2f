//! Where minimised rows wait until the last record of their subject was read,
//! and where what the checks decide by is kept.
//!
//! Rows are partitioned as they will be released: by runs of the input, or by
//! the first bits of the pseudonym. Digests are partitioned by their own first
//! bits, so that what a check reads of one partition fits in memory. Each worker
//! fills a shelf of its own, so that none waits for another; a partition is what
//! all shelves have of it.

use std::io;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::entries::{
    DIGEST_BYTES, DIGEST_PARTITIONS, EntryLayout, digest_partition, each_entry, entry_head, first_byte,
};
use super::minimised::{MinimisedRows, ROW_HEAD};
use super::partitions::{PartitionPiece, Partitions};
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::port::SpillSpace;
use crate::model::outcome::reason::DropReason;
use crate::policy::plan::RowOrder;

/// Partitions by the first bits of a pseudonym.
const PSEUDONYM_PARTITIONS: usize = 512;

/// Bytes of a restricted digest: digest, rank of the reason.
pub(crate) const RESTRICTED_ENTRY: usize = DIGEST_BYTES + 2;

/// The store.
pub(crate) struct SpillStore {
    pub(crate) order: RowOrder,
    /// By check.
    layouts: Vec<EntryLayout>,
    shelves: Vec<Mutex<WorkerPartitions>>,
}

/// What one worker put away.
struct WorkerPartitions {
    rows: Partitions,
    /// By check.
    entries: Vec<Partitions>,
    restricted: Partitions,
    /// The record of each row of the block that is put away, and its partition.
    placed: Vec<(u64, u32)>,
    sorted: RestrictedByPartition,
    waiting: u64,
    /// The run of the input it is at, where rows keep the order of the input.
    run: usize,
}

impl WorkerPartitions {
    /// Puts away what the checks keep of the rows of a block. Every check has an entry
    /// for every row, or none is taken: a row without one would not be judged.
    fn put_entries_away(
        &mut self,
        space: &dyn SpillSpace,
        minimised: &MinimisedRows,
        layouts: &[EntryLayout],
    ) -> io::Result<()> {
        let by_check = minimised.entries();
        let are_whole = by_check.iter().all(|entries| entries.are_of(self.placed.len()));
        if !are_whole || (by_check.len() != layouts.len() && !self.placed.is_empty()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut rest = Vec::new();
        for (check, (entries, layout)) in by_check.iter().zip(layouts).enumerate() {
            let partitions = &mut self.entries[check];
            for (row, (&digest, &(record, part))) in entries.digests().iter().zip(&self.placed).enumerate() {
                let head = entry_head(digest, record, part);
                if layout.others + layout.bytes == 0 {
                    partitions.push(space, digest_partition(digest), head)?;
                    continue;
                }
                rest.clear();
                rest.extend_from_slice(&head);
                let others = by_check.iter().enumerate().filter(|(other, _)| *other != check);
                rest.extend(others.map(|(_, other)| first_byte(other.digests()[row])));
                rest.extend_from_slice(entries.bytes_of(row));
                partitions.append(space, digest_partition(digest), &rest)?;
            }
        }
        Ok(())
    }
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
    /// Of the check of this number.
    Entries(usize),
    Restricted,
    Rows,
}

impl SpillStore {
    /// An empty store for so many workers, and for checks with these entries.
    pub(crate) fn new(order: RowOrder, workers: usize, memory: MemoryBudget, layouts: Vec<EntryLayout>) -> Self {
        let parts = match order {
            RowOrder::Extract => 1,
            RowOrder::Pseudonym => PSEUDONYM_PARTITIONS,
        };
        let buffer = memory.held_by_one_of(workers * (PSEUDONYM_PARTITIONS + (1 + layouts.len()) * DIGEST_PARTITIONS));
        let by_digest = || Partitions::with_buffer(DIGEST_PARTITIONS, buffer);
        let shelf = || WorkerPartitions {
            rows: Partitions::with_buffer(parts, buffer),
            entries: layouts.iter().map(|_| by_digest()).collect(),
            restricted: by_digest(),
            placed: Vec::new(),
            sorted: RestrictedByPartition::default(),
            waiting: 0,
            run: 0,
        };
        let shelves = std::iter::repeat_with(|| Mutex::new(shelf())).take(workers).collect();
        Self { order, layouts, shelves }
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
        shelf.placed.clear();
        for (row, bytes) in minimised.iter() {
            let part = match self.order {
                RowOrder::Extract => run,
                RowOrder::Pseudonym => first_bits(bytes.get(ROW_HEAD..).unwrap_or_default()),
            };
            shelf.rows.append(space, part, bytes)?;
            shelf.placed.push((row.record, u32::try_from(part).map_err(io::Error::other)?));
        }
        shelf.waiting += minimised.len() as u64;
        shelf.put_entries_away(space, minimised, &self.layouts)?;
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
            shelf.entries.iter_mut().try_for_each(|entries| entries.settle(space))?;
            shelf.restricted.settle(space)?;
            Ok(shelf)
        };
        Ok(ClosedStore {
            order: self.order,
            layouts: self.layouts,
            shelves: self.shelves.into_iter().map(settled).collect::<io::Result<_>>()?,
        })
    }
}

/// A store to which nothing is added any more.
pub(crate) struct ClosedStore {
    pub(crate) order: RowOrder,
    layouts: Vec<EntryLayout>,
    shelves: Vec<WorkerPartitions>,
}

impl ClosedStore {
    fn of(&self, kept: StoreSection) -> impl Iterator<Item = &Partitions> {
        self.shelves.iter().filter_map(move |shelf| match kept {
            StoreSection::Entries(check) => shelf.entries.get(check),
            StoreSection::Restricted => Some(&shelf.restricted),
            StoreSection::Rows => Some(&shelf.rows),
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
        let kept =
            self.shelves.into_iter().flat_map(|shelf| shelf.entries.into_iter().chain([shelf.rows, shelf.restricted]));
        kept.collect::<Vec<_>>().into_par_iter().for_each(drop);
    }

    /// How the entries of a check are laid out.
    pub(crate) fn layout(&self, check: usize) -> io::Result<EntryLayout> {
        self.layouts.get(check).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Gives every entry of a check in a partition.
    pub(crate) fn each_entry(
        &self,
        check: usize,
        part: usize,
        take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        each_entry(self.layout(check)?.size(), self.pieces(StoreSection::Entries(check), part), take)
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
#[path = "tests/store.rs"]
mod tests;
