//! Rows of words, spilled by partitions and read back: all of one length, or each with its
//! own. Every worker appends to partitions of its own.

use std::io;
use std::sync::{Mutex, PoisonError};

use super::entry::{WORD, push_words, take_words};
use crate::engine::context::RunContext;
use crate::engine::port::SpillSpace;
use crate::engine::spill::entries::DIGEST_PARTITIONS;
use crate::engine::spill::partitions::Partitions;

/// Stores for entries, one a worker.
pub(super) fn partitions_by_worker(context: &RunContext<'_>) -> Vec<Partitions> {
    let workers = context.threads();
    let buffer = context.memory.held_by_one_of(workers * DIGEST_PARTITIONS);
    (0..workers).map(|_| Partitions::with_buffer(DIGEST_PARTITIONS, buffer)).collect()
}

/// Such rows.
pub(super) struct ClassStore {
    by_worker: Vec<Mutex<Partitions>>,
}

impl ClassStore {
    /// Without rows.
    pub(super) fn empty(context: &RunContext<'_>) -> Self {
        Self { by_worker: partitions_by_worker(context).into_iter().map(Mutex::new).collect() }
    }

    /// Calls `append` with the partitions of this thread.
    pub(super) fn append<T>(&self, append: impl FnOnce(&mut Partitions) -> io::Result<T>) -> io::Result<T> {
        let own = rayon::current_thread_index().unwrap_or(0) % self.by_worker.len().max(1);
        let store = self.by_worker.get(own).ok_or_else(|| io::Error::other("no worker"))?;
        append(&mut *store.lock().map_err(|_| io::Error::other("poisoned"))?)
    }

    /// All partitions, once nothing more is appended.
    pub(super) fn into_partitions(self) -> Vec<Partitions> {
        self.by_worker.into_iter().map(|own| own.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}

/// Appends a row that says how long it is.
pub(super) fn append_variable(
    store: &mut Partitions,
    space: &dyn SpillSpace,
    part: usize,
    words: &[u64],
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    bytes.clear();
    push_words(&[words.len() as u64], bytes);
    push_words(words, bytes);
    store.append(space, part, bytes)
}

/// Rows that were appended, to be read once or more.
#[derive(Default)]
pub(super) struct StoredRows(pub(super) Vec<Partitions>);

impl StoredRows {
    /// Whether a partition has no row.
    pub(super) fn is_empty(&self, part: usize) -> bool {
        self.0.iter().all(|store| store.bytes(part) == 0)
    }

    /// Calls `take` with the words of each piece of a partition, which are whole rows.
    fn each_piece(&self, part: usize, mut take: impl FnMut(&[u64]) -> io::Result<()>) -> io::Result<()> {
        let (mut bytes, mut words) = (Vec::new(), Vec::new());
        for store in &self.0 {
            for piece in store.pieces(part) {
                bytes.clear();
                words.clear();
                piece?.read_into(&mut bytes)?;
                if !bytes.len().is_multiple_of(WORD) {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                take_words(&bytes, &mut words);
                take(&words)?;
            }
        }
        Ok(())
    }

    /// Calls `take` with each row of a partition; all have so many words.
    pub(super) fn each(&self, part: usize, width: usize, mut take: impl FnMut(&[u64])) -> io::Result<()> {
        self.each_piece(part, |words| {
            let rows = words.chunks_exact(width.max(1));
            if !rows.remainder().is_empty() {
                return Err(io::ErrorKind::InvalidData.into());
            }
            rows.for_each(&mut take);
            Ok(())
        })
    }

    /// Calls `take` with each row of a partition; each says how many words it has.
    pub(super) fn each_variable(&self, part: usize, mut take: impl FnMut(&[u64])) -> io::Result<()> {
        self.each_piece(part, |mut words| {
            while let Some((length, rest)) = words.split_first() {
                let length = usize::try_from(*length).map_err(io::Error::other)?;
                let (row, rest) =
                    rest.split_at_checked(length).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
                take(row);
                words = rest;
            }
            Ok(())
        })
    }

    /// The words of all rows of a partition, one after another.
    pub(super) fn load(&self, part: usize) -> io::Result<Vec<u64>> {
        let mut all = Vec::new();
        self.each_piece(part, |words| {
            all.extend_from_slice(words);
            Ok(())
        })?;
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::spill::partitions::tests::MemorySpace;

    #[test]
    fn rows_come_back_as_they_were_appended() {
        let space = MemorySpace::default();
        let mut store = Partitions::with_buffer(2, 1);
        let mut bytes = Vec::new();
        let long: Vec<u64> = (0..2000).collect();
        for row in [&[1_u64, 2][..], &[], &long, &[3]] {
            append_variable(&mut store, &space, 1, row, &mut bytes).unwrap();
        }
        let rows = StoredRows(vec![store]);
        let mut read = Vec::new();
        rows.each_variable(1, |row| read.push(row.to_vec())).unwrap();
        assert_eq!(read, [vec![1, 2], vec![], long, vec![3]]);
        assert!(rows.is_empty(0) && !rows.is_empty(1));
        assert!(rows.each(1, 5, |_| ()).is_err(), "rows of another length");
    }
}
