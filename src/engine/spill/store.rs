//! Where minimised rows wait until all records were read, with the entries by which
//! the checks decide.
//!
//! Rows are partitioned in the order in which they will be released: by runs of the
//! input, or by the first bits of the pseudonym. Entries are partitioned by the
//! first byte of their digest, so that what a check reads of one partition fits
//! into memory. Each worker has its own partitions, so that no worker waits for
//! another; a partition of the store is that partition of all workers together.

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

/// Bytes of the entry of a restricted subject: digest, rank of the reason.
pub(crate) const RESTRICTED_ENTRY: usize = DIGEST_BYTES + 2;

/// The store.
pub(crate) struct SpillStore {
    pub(crate) order: RowOrder,
    /// By check.
    layouts: Vec<EntryLayout>,
    workers: Vec<Mutex<WorkerPartitions>>,
}

/// What one worker added.
struct WorkerPartitions {
    rows: Partitions,
    /// By check.
    entries: Vec<Partitions>,
    restricted: Partitions,
    /// The record of each row of the block that is being added, and its partition.
    row_partitions: Vec<(u64, u32)>,
    sorted: RestrictedByPartition,
    waiting: u64,
    /// The run of the input that it adds to, if rows keep the order of the input.
    run: usize,
}

impl WorkerPartitions {
    /// Adds the entries for the rows of a block. Every check must have an entry for
    /// every row, or none is added: a row without an entry would not be judged.
    fn add_entries(
        &mut self,
        space: &dyn SpillSpace,
        minimised: &MinimisedRows,
        layouts: &[EntryLayout],
    ) -> io::Result<()> {
        let by_check = minimised.entries();
        let are_whole = by_check.iter().all(|entries| entries.are_of(self.row_partitions.len()));
        if !are_whole || (by_check.len() != layouts.len() && !self.row_partitions.is_empty()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut rest = Vec::new();
        for (check, (entries, layout)) in by_check.iter().zip(layouts).enumerate() {
            let partitions = &mut self.entries[check];
            for (row, (&digest, &(record, part))) in entries.digests().iter().zip(&self.row_partitions).enumerate() {
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

/// The restricted subjects of one block, sorted by partition (counting sort): so
/// each partition is appended to once for a block.
#[derive(Default)]
struct RestrictedByPartition {
    entries: Vec<[u8; RESTRICTED_ENTRY]>,
    /// The index after the last entry of each partition.
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
        // Now each is the start of its partition, and is moved to its end below.
        self.entries.resize(restricted.len(), [0; RESTRICTED_ENTRY]);
        for (digest, reason) in restricted {
            let mut entry = [0; RESTRICTED_ENTRY];
            entry[..8].copy_from_slice(&digest.to_le_bytes());
            entry[DIGEST_BYTES..].copy_from_slice(&reason.to_rank());
            let end = &mut self.ends[digest_partition(*digest)];
            self.entries[*end] = entry;
            *end += 1;
        }
    }

    fn of(&self, part: usize) -> &[[u8; RESTRICTED_ENTRY]] {
        let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.entries[start..self.ends[part]]
    }
}

/// A kind of content that every worker has partitions of.
#[derive(Clone, Copy)]
pub(crate) enum StoreSection {
    /// The entries of the check of this number.
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
        let own = || WorkerPartitions {
            rows: Partitions::with_buffer(parts, buffer),
            entries: layouts.iter().map(|_| by_digest()).collect(),
            restricted: by_digest(),
            row_partitions: Vec::new(),
            sorted: RestrictedByPartition::default(),
            waiting: 0,
            run: 0,
        };
        let workers = std::iter::repeat_with(|| Mutex::new(own())).take(workers).collect();
        Self { order, layouts, workers }
    }

    /// Adds the rows and the restricted subjects of one block to the partitions of
    /// a worker. `run` is the number of the run of the input, which is the
    /// partition if rows keep the order of the input.
    pub(crate) fn add(
        &self,
        worker: usize,
        run: usize,
        space: &dyn SpillSpace,
        minimised: &MinimisedRows,
        restricted: &[(u64, DropReason)],
    ) -> io::Result<()> {
        // Rarely contended: only a block that is parsed a second time may be added
        // by another worker.
        let mut own = self.workers[worker].lock().unwrap_or_else(PoisonError::into_inner);
        let own = &mut *own;
        if self.order == RowOrder::Extract && run != own.run {
            own.rows.retire(space, own.run)?;
            own.rows.grow_to(run);
            own.run = run;
        }
        own.row_partitions.clear();
        for (row, bytes) in minimised.iter() {
            let part = match self.order {
                RowOrder::Extract => run,
                RowOrder::Pseudonym => first_bits(bytes.get(ROW_HEAD..).unwrap_or_default()),
            };
            own.rows.append(space, part, bytes)?;
            own.row_partitions.push((row.record, u32::try_from(part).map_err(io::Error::other)?));
        }
        own.waiting += minimised.len() as u64;
        own.add_entries(space, minimised, &self.layouts)?;
        own.sorted.sort(restricted);
        for part in 0..DIGEST_PARTITIONS {
            own.restricted.push_all(space, part, own.sorted.of(part))?;
        }
        Ok(())
    }

    /// Ends adding.
    pub(crate) fn close(self, space: &dyn SpillSpace) -> io::Result<ClosedStore> {
        let settled = |own: Mutex<WorkerPartitions>| {
            let mut own = own.into_inner().unwrap_or_else(PoisonError::into_inner);
            own.rows.settle(space)?;
            own.entries.iter_mut().try_for_each(|entries| entries.settle(space))?;
            own.restricted.settle(space)?;
            Ok(own)
        };
        Ok(ClosedStore {
            order: self.order,
            layouts: self.layouts,
            workers: self.workers.into_iter().map(settled).collect::<io::Result<_>>()?,
        })
    }
}

/// A store that is complete and can be read.
pub(crate) struct ClosedStore {
    pub(crate) order: RowOrder,
    layouts: Vec<EntryLayout>,
    workers: Vec<WorkerPartitions>,
}

impl ClosedStore {
    fn of(&self, kept: StoreSection) -> impl Iterator<Item = &Partitions> {
        self.workers.iter().filter_map(move |own| match kept {
            StoreSection::Entries(check) => own.entries.get(check),
            StoreSection::Restricted => Some(&own.restricted),
            StoreSection::Rows => Some(&own.rows),
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

    /// The pieces of a partition, worker by worker.
    pub(crate) fn pieces(
        &self,
        kept: StoreSection,
        part: usize,
    ) -> impl Iterator<Item = io::Result<PartitionPiece<'_>>> {
        self.of(kept).flat_map(move |partitions| partitions.pieces(part))
    }

    /// Drops the spill files, several at a time: a file system takes a while for
    /// each.
    pub(crate) fn drop_files(self) {
        let kept = self.workers.into_iter().flat_map(|own| own.entries.into_iter().chain([own.rows, own.restricted]));
        kept.collect::<Vec<_>>().into_par_iter().for_each(drop);
    }

    /// The layout of the entries of a check.
    pub(crate) fn layout(&self, check: usize) -> io::Result<EntryLayout> {
        self.layouts.get(check).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Calls `take` for every entry of a check in a partition.
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
        self.workers.iter().map(|own| own.waiting).sum()
    }
}

/// The first nine bits of a pseudonym, from its first three hexadecimal digits,
/// which follow one byte of length. Rows without a pseudonym come before all
/// others.
fn first_bits(row: &[u8]) -> usize {
    if row.first() == Some(&0) {
        return 0;
    }
    let digit = |index: usize| {
        let byte = row.get(index).copied().unwrap_or(b'0');
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
