//! Sorts the rows of one partition: an external radix sort, most significant byte
//! first. A partition that is too large for memory is split by the first byte in
//! which its rows differ, again and again, so that memory stays bounded for any
//! rows.

use std::io;
use std::ops::Range;

use crate::engine::fault::EngineError;
use crate::engine::port::SpillSpace;
use crate::engine::spill::minimised::{ROW_HEAD, row_head};
use crate::engine::spill::partitions::{PartitionPiece, Partitions};
use crate::engine::spill::store::rows_of;

/// A row: the key it is sorted by first, and where its bytes are.
#[derive(Debug, Clone, Copy)]
struct SortEntry {
    key: u64,
    start: usize,
    end: usize,
}

/// Rows in the order of the delivery.
#[derive(Debug, Default)]
pub(crate) struct SortedRows {
    bytes: Vec<u8>,
    rows: Vec<SortEntry>,
}

impl SortedRows {
    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    #[cfg(test)]
    pub(crate) fn of_lengths(lengths: &[usize]) -> Self {
        let entry = |&length: &usize| SortEntry { key: 0, start: 0, end: length };
        let most = lengths.iter().max().copied().unwrap_or_default();
        Self { bytes: vec![0; most], rows: lengths.iter().map(entry).collect() }
    }

    #[cfg(test)]
    pub(crate) fn of_empty_rows(count: usize) -> Self {
        Self { bytes: Vec::new(), rows: vec![SortEntry { key: 0, start: 0, end: 0 }; count] }
    }

    /// How many bytes each of the rows from `start` on has.
    pub(crate) fn lengths(&self, start: usize) -> impl Iterator<Item = usize> {
        self.rows.get(start..).unwrap_or_default().iter().map(|row| row.end - row.start)
    }

    /// Some of the rows.
    pub(crate) fn rows(&self, range: Range<usize>) -> impl ExactSizeIterator<Item = &[u8]> {
        self.rows.get(range).unwrap_or_default().iter().map(|row| &self.bytes[row.start..row.end])
    }
}

/// Receives sorted rows, each call after the one before in the order of the
/// delivery.
pub(crate) type TakeRun<'a> = dyn FnMut(SortedRows) -> Result<(), EngineError> + 'a;

/// A partition: its size, and its pieces, which can be read more than once.
pub(crate) struct Partition<'p> {
    pub(crate) bytes: u64,
    pub(crate) pieces: &'p dyn Fn() -> Box<dyn Iterator<Item = io::Result<PartitionPiece<'p>>> + 'p>,
}

/// What becomes of a waiting row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowFate {
    /// Its first bytes are released, so many.
    Released(usize),
    /// It is released with other cells.
    Rewritten,
    /// It is not released.
    Withheld,
}

/// Decides about the row of a record; called once for each. Appends the row as it is
/// released if it is rewritten. `None` if the bytes are no row.
pub(crate) type ReleaseRow<'a> = dyn FnMut(u64, &[u8], &mut Vec<u8>) -> Option<RowFate> + 'a;

/// Calls `take` with the rows of a partition that are released, sorted by their bytes
/// if `in_order`, else by the numbers of their records. With `in_order`, a partition of
/// more than `whole` bytes is split first.
pub(crate) fn sort_partition(
    partition: &Partition<'_>,
    in_order: bool,
    whole: u64,
    space: &dyn SpillSpace,
    release: &mut ReleaseRow<'_>,
    take: &mut TakeRun<'_>,
) -> Result<(), EngineError> {
    let in_memory = if in_order { whole } else { u64::MAX };
    let sorter = PartitionSorter { in_order, space, in_memory };
    if partition.bytes <= in_memory {
        return take(sorter.load(partition, release).map_err(waiting_rows)?);
    }
    // Split as they are released: what is not delivered must not decide where a row is.
    let released = sorter.released(partition, release).map_err(waiting_rows)?;
    let pieces = || -> Box<dyn Iterator<Item = _>> { Box::new(released.pieces(0)) };
    sorter.give(&Partition { bytes: released.bytes(0), pieces: &pieces }, take)
}

struct PartitionSorter<'a> {
    in_order: bool,
    space: &'a dyn SpillSpace,
    in_memory: u64,
}

impl PartitionSorter<'_> {
    /// Sorts rows that are all released.
    fn give(&self, partition: &Partition<'_>, take: &mut TakeRun<'_>) -> Result<(), EngineError> {
        if partition.bytes > self.in_memory
            && let Some(shared) = shared_prefix(partition).map_err(waiting_rows)?
        {
            let finer = self.split(partition, shared).map_err(waiting_rows)?;
            return (0..finer.count()).try_for_each(|bucket| {
                let pieces = || -> Box<dyn Iterator<Item = _>> { Box::new(finer.pieces(bucket)) };
                self.give(&Partition { bytes: finer.bytes(bucket), pieces: &pieces }, take)
            });
        }
        let mut all = |_, row: &[u8], _: &mut Vec<u8>| Some(RowFate::Released(row.len()));
        take(self.load(partition, &mut all).map_err(waiting_rows)?)
    }

    /// The rows that are released, as they are released.
    fn released(&self, partition: &Partition<'_>, release: &mut ReleaseRow<'_>) -> io::Result<Partitions> {
        let mut released = Partitions::new(1);
        let mut entry = Vec::new();
        each_row(partition, |record, row| {
            entry.clear();
            entry.extend_from_slice(&[0; ROW_HEAD]);
            match release(record, row, &mut entry).ok_or_else(not_whole)? {
                RowFate::Withheld => return Ok(()),
                RowFate::Released(length) => entry.extend_from_slice(row.get(..length).ok_or_else(not_whole)?),
                RowFate::Rewritten => {}
            }
            let head = row_head(record, entry.len() - ROW_HEAD).ok_or_else(not_whole)?;
            entry[..ROW_HEAD].copy_from_slice(&head);
            released.append(self.space, 0, &entry)
        })?;
        Ok(released)
    }

    /// Splits the rows by the byte after the prefix they all share.
    fn split(&self, partition: &Partition<'_>, shared: usize) -> io::Result<Partitions> {
        let mut finer = Partitions::new(257);
        let mut entry = Vec::new();
        each_row(partition, |record, row| {
            // A row that ends here comes before the rows that go on.
            let bucket = row.get(shared).map_or(0, |&byte| usize::from(byte) + 1);
            entry.clear();
            entry.extend_from_slice(&row_head(record, row.len()).ok_or_else(not_whole)?);
            entry.extend_from_slice(row);
            finer.append(self.space, bucket, &entry)
        })?;
        Ok(finer)
    }

    fn load(&self, partition: &Partition<'_>, release: &mut ReleaseRow<'_>) -> io::Result<SortedRows> {
        let mut bytes = Vec::with_capacity(usize::try_from(partition.bytes).map_err(io::Error::other)?);
        for piece in (partition.pieces)() {
            piece?.read_into(&mut bytes)?;
        }
        let mut rows = Vec::new();
        let mut end = 0;
        // Rows with other cells come after all others in memory.
        let (mut rewritten, whole) = (Vec::new(), bytes.len());
        for row in rows_of(&bytes) {
            let (record, row) = row.ok_or_else(not_whole)?;
            let start = end + ROW_HEAD;
            end = start + row.len();
            let key = |row: &[u8]| if self.in_order { first_bytes(row) } else { record };
            let own = rewritten.len();
            match release(record, row, &mut rewritten).ok_or_else(not_whole)? {
                RowFate::Withheld => {}
                RowFate::Released(length) => {
                    let key = key(row.get(..length).ok_or_else(not_whole)?);
                    rows.push(SortEntry { key, start, end: start + length });
                }
                RowFate::Rewritten => {
                    let key = key(&rewritten[own..]);
                    rows.push(SortEntry { key, start: whole + own, end: whole + rewritten.len() });
                }
            }
        }
        bytes.append(&mut rewritten);
        if self.in_order {
            // The first eight bytes nearly always decide, and they are in the entry
            // itself.
            rows.sort_unstable_by(|a, b| {
                a.key.cmp(&b.key).then_with(|| bytes[a.start..a.end].cmp(&bytes[b.start..b.end]))
            });
        } else {
            // The rows of one worker are in the order of the input; those of
            // several may be mixed.
            rows.sort_unstable_by_key(|row| row.key);
        }
        Ok(SortedRows { bytes, rows })
    }
}

/// The first eight bytes as a number that compares as they do.
fn first_bytes(row: &[u8]) -> u64 {
    if let Some(first) = row.first_chunk::<8>() {
        return u64::from_be_bytes(*first);
    }
    let mut first = [0; 8];
    first.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(first)
}

fn not_whole() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// An error of the operating system while rows are spilled or read back.
pub(crate) fn waiting_rows(source: io::Error) -> EngineError {
    EngineError::Write { what: "waiting rows", source }
}

/// How many bytes at the start all rows share; `None` if all rows are equal, so
/// that there is nothing to sort.
fn shared_prefix(partition: &Partition<'_>) -> io::Result<Option<usize>> {
    let mut first: Option<Vec<u8>> = None;
    let mut shared = usize::MAX;
    let mut lengths_differ = false;
    each_row(partition, |_, row| {
        let Some(first) = &first else {
            first = Some(row.to_vec());
            return Ok(());
        };
        let common = first.iter().zip(row).take_while(|(a, b)| a == b).count();
        shared = shared.min(common);
        lengths_differ |= first.len() != row.len();
        Ok(())
    })?;
    let whole = first.map_or(0, |first| first.len());
    Ok((shared < whole || lengths_differ).then_some(shared.min(whole)))
}

fn each_row(partition: &Partition<'_>, mut take: impl FnMut(u64, &[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut bytes = Vec::new();
    for piece in (partition.pieces)() {
        bytes.clear();
        piece?.read_into(&mut bytes)?;
        for row in rows_of(&bytes) {
            let (record, row) = row.ok_or_else(not_whole)?;
            take(record, row)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::spill::partitions::tests::MemorySpace;

    fn sorted(rows: &[Vec<u8>], in_memory: u64) -> Vec<Vec<u8>> {
        let space = MemorySpace::default();
        let mut partitions = Partitions::with_buffer(1, 64);
        for (record, row) in (0_u64..).zip(rows) {
            partitions.append(&space, 0, &[&row_head(record, row.len() + 1).unwrap()[..], row, &[7]].concat()).unwrap();
        }
        let mut asked = 0;
        // A row ends with a byte that is not released.
        let mut release = |_, row: &[u8], _: &mut Vec<u8>| {
            asked += 1;
            Some(RowFate::Released(row.len() - 1))
        };
        let mut given: Vec<Vec<u8>> = Vec::new();
        let mut take = |run: SortedRows| {
            given.extend(run.rows(0..run.len()).map(<[u8]>::to_vec));
            Ok(())
        };
        let pieces = || -> Box<dyn Iterator<Item = _>> { Box::new(partitions.pieces(0)) };
        let partition = Partition { bytes: partitions.bytes(0), pieces: &pieces };
        sort_partition(&partition, true, in_memory, &space, &mut release, &mut take).unwrap();
        assert_eq!(asked, rows.len());
        given
    }

    #[test]
    fn an_oversized_partition_is_sorted_like_a_small_one() {
        let mut state = 1_u64;
        let rows: Vec<Vec<u8>> = (0..500)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let length = (state >> 60) as usize;
                let mut row = b"shared".to_vec();
                row.extend((0..length).map(|at| (state >> (8 + at)) as u8 & 3));
                row
            })
            .collect();
        let mut expected = rows.clone();
        expected.sort();
        for in_memory in [0, 100, 1_000, u64::MAX] {
            assert_eq!(sorted(&rows, in_memory), expected, "{in_memory}");
        }
    }

    #[test]
    fn first_bytes_compare_as_the_rows_do() {
        let rows: [&[u8]; 7] = [b"", b"\0", b"\0\0", b"\0\x01", b"a", b"abcdefgh", b"abcdefghi"];
        for (a, b) in rows.iter().zip(&rows[1..]) {
            assert!(a < b && first_bytes(a) <= first_bytes(b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn equal_rows_end_the_splitting() {
        let rows = vec![b"same".to_vec(); 50];
        assert_eq!(sorted(&rows, 0), rows);
    }
}
