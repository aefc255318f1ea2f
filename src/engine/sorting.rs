//! Puts the rows of one partition in order. A partition that is too large for
//! memory is split by the first byte in which its rows differ, again and again,
//! so that memory stays bounded whatever the rows are.

use std::io;
use std::ops::Range;

use super::fault::EngineError;
use super::partitions::Partitions;
use super::port::SpillSpace;
use super::store::rows_of;

/// Bytes of a partition that is sorted in memory.
const IN_MEMORY: u64 = 24 << 20;

/// Rows in the order of the delivery.
#[derive(Debug, Default)]
pub(super) struct SortedRows {
    bytes: Vec<u8>,
    rows: Vec<Range<usize>>,
}

impl SortedRows {
    /// The rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.iter().map(|range| &self.bytes[range.clone()])
    }
}

/// Receives runs of rows, each after the one before in the order of the delivery.
pub(super) type TakeRun<'a> = dyn FnMut(SortedRows) -> Result<(), EngineError> + 'a;

/// Whether a partition must be split before it can be sorted.
pub(super) fn is_oversized(partitions: &Partitions, part: usize) -> bool {
    partitions.bytes(part) > IN_MEMORY
}

/// Gives the rows of a partition for which `keep` answers yes, sorted by their
/// bytes where `in_order`, else as they were appended. Each is asked for once.
pub(super) fn sort_partition(
    partitions: &Partitions,
    part: usize,
    in_order: bool,
    space: &dyn SpillSpace,
    keep: &mut dyn FnMut(u64) -> bool,
    take: &mut TakeRun<'_>,
) -> Result<(), EngineError> {
    let in_memory = if in_order { IN_MEMORY } else { u64::MAX };
    Sorting { in_order, space, in_memory }.give(partitions, part, keep, take)
}

struct Sorting<'a> {
    in_order: bool,
    space: &'a dyn SpillSpace,
    in_memory: u64,
}

impl Sorting<'_> {
    fn give(
        &self,
        partitions: &Partitions,
        part: usize,
        keep: &mut dyn FnMut(u64) -> bool,
        take: &mut TakeRun<'_>,
    ) -> Result<(), EngineError> {
        if partitions.bytes(part) > self.in_memory
            && let Some(shared) = shared_prefix(partitions, part).map_err(waiting_rows)?
        {
            let finer = self.split(partitions, part, shared).map_err(waiting_rows)?;
            return (0..finer.count()).try_for_each(|bucket| self.give(&finer, bucket, keep, take));
        }
        take(self.load(partitions, part, keep).map_err(waiting_rows)?)
    }

    /// Partitions the rows by the byte after those they all share.
    fn split(&self, partitions: &Partitions, part: usize, shared: usize) -> io::Result<Partitions> {
        let mut finer = Partitions::new(257);
        each_row(partitions, part, |record, row| {
            // Rows that end here come before all that go on.
            let bucket = row.get(shared).map_or(0, |&byte| usize::from(byte) + 1);
            let length = u32::try_from(row.len()).map_err(io::Error::other)?;
            finer.append(self.space, bucket, &[&record.to_le_bytes(), &length.to_le_bytes(), row])
        })?;
        Ok(finer)
    }

    fn load(&self, partitions: &Partitions, part: usize, keep: &mut dyn FnMut(u64) -> bool) -> io::Result<SortedRows> {
        let mut sorted = SortedRows::default();
        each_row(partitions, part, |record, row| {
            if keep(record) {
                let start = sorted.bytes.len();
                sorted.bytes.extend_from_slice(row);
                sorted.rows.push(start..sorted.bytes.len());
            }
            Ok(())
        })?;
        if self.in_order {
            let bytes = &sorted.bytes;
            sorted.rows.sort_unstable_by(|a, b| bytes[a.clone()].cmp(&bytes[b.clone()]));
        }
        Ok(sorted)
    }
}

/// What an operating system error means while rows wait.
pub(super) fn waiting_rows(source: io::Error) -> EngineError {
    EngineError::Write { what: "waiting rows", source }
}

/// How many first bytes all rows share; `None` when all rows are the same, so
/// that there is nothing to sort.
fn shared_prefix(partitions: &Partitions, part: usize) -> io::Result<Option<usize>> {
    let mut first: Option<Vec<u8>> = None;
    let mut shared = usize::MAX;
    let mut lengths_differ = false;
    each_row(partitions, part, |_, row| {
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

fn each_row(
    partitions: &Partitions,
    part: usize,
    mut take: impl FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    for piece in partitions.pieces(part) {
        bytes.clear();
        piece?.read_into(&mut bytes)?;
        for row in rows_of(&bytes) {
            let (record, row) = row.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
            take(record, row)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::partitions::tests::MemorySpace;

    fn sorted(rows: &[Vec<u8>], in_memory: u64) -> Vec<Vec<u8>> {
        let space = MemorySpace::default();
        let mut partitions = Partitions::with_buffer(1, 64);
        for (record, row) in (0_u64..).zip(rows) {
            let length = u32::try_from(row.len()).unwrap();
            partitions.append(&space, 0, &[&record.to_le_bytes(), &length.to_le_bytes(), row]).unwrap();
        }
        let mut asked = 0;
        let mut keep = |_| {
            asked += 1;
            true
        };
        let mut given: Vec<Vec<u8>> = Vec::new();
        let mut take = |run: SortedRows| {
            given.extend(run.iter().map(<[u8]>::to_vec));
            Ok(())
        };
        let sorting = Sorting { in_order: true, space: &space, in_memory };
        sorting.give(&partitions, 0, &mut keep, &mut take).unwrap();
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
    fn equal_rows_end_the_splitting() {
        let rows = vec![b"same".to_vec(); 50];
        assert_eq!(sorted(&rows, 0), rows);
    }
}
