//! Cuts sorted rows into chunks. The cuts depend only on the number and the bytes
//! of the rows, so the files do not show how rows were divided into blocks,
//! partitions and threads, or how much memory there was. Copies no row.

use std::ops::Range;
use std::sync::Arc;

use super::sort::SortedRows;

/// The most that the rows of one chunk may cost, unless it is a single row. In
/// formats where a chunk is visible, as a row group or a record batch, changing
/// this changes the files.
const MOST_OF_A_CHUNK: u64 = 16 << 20;
/// What a cell costs in addition to its bytes: about its offset and validity.
const COST_OF_A_CELL: u64 = 8;

/// Rows that are encoded together.
#[derive(Debug, Default)]
pub(crate) struct RowChunk {
    pieces: Vec<(Arc<SortedRows>, Range<usize>)>,
    rows: usize,
    cost: u64,
}

impl RowChunk {
    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// About how many bytes they take as columns.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    /// The rows, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().flat_map(|(rows, range)| rows.rows(range.clone()))
    }
}

/// Decides where one chunk ends and the next begins.
#[derive(Debug)]
pub(crate) struct ChunkCutter {
    chunk_rows: usize,
    /// What a row costs in addition to its bytes.
    row_cost: u64,
    max_rows_per_file: Option<u64>,
    in_file: u64,
    filling: RowChunk,
    full: Vec<RowChunk>,
}

impl ChunkCutter {
    /// Begins with the first row of the first file; rows have so many columns.
    pub(crate) fn new(chunk_rows: usize, columns: usize, max_rows_per_file: Option<u64>) -> Self {
        Self {
            chunk_rows: chunk_rows.max(1),
            row_cost: columns as u64 * COST_OF_A_CELL,
            max_rows_per_file,
            in_file: 0,
            filling: RowChunk::default(),
            full: Vec::new(),
        }
    }

    /// Adds the rows that follow.
    pub(crate) fn take(&mut self, rows: SortedRows) {
        let rows = Arc::new(rows);
        let mut start = 0;
        while start < rows.len() {
            let room = self.chunk_rows - self.filling.rows;
            let left = self.max_rows_per_file.map_or(u64::MAX, |max| max.saturating_sub(self.in_file).max(1));
            let most = room.min(usize::try_from(left).unwrap_or(usize::MAX));
            let count = self.fill(rows.lengths(start).take(most));
            if count == 0 {
                self.full.push(std::mem::take(&mut self.filling));
                continue;
            }
            self.filling.pieces.push((Arc::clone(&rows), start..start + count));
            self.filling.rows += count;
            self.in_file += count as u64;
            start += count;
            let is_file_full = self.max_rows_per_file.is_some_and(|max| self.in_file >= max);
            if is_file_full {
                self.in_file = 0;
            }
            if is_file_full || self.filling.rows == self.chunk_rows {
                self.full.push(std::mem::take(&mut self.filling));
            }
        }
    }

    /// How many rows of these lengths still fit. The first row of a chunk always
    /// does.
    fn fill(&mut self, lengths: impl Iterator<Item = usize>) -> usize {
        let mut count = 0;
        for length in lengths {
            let cost = self.filling.cost + self.row_cost + length as u64;
            if cost > MOST_OF_A_CHUNK && self.filling.rows + count > 0 {
                break;
            }
            self.filling.cost = cost;
            count += 1;
        }
        count
    }

    /// Removes and returns the chunks that are full.
    pub(crate) fn full(&mut self) -> Vec<RowChunk> {
        std::mem::take(&mut self.full)
    }

    /// Returns the rest at the end.
    pub(crate) fn rest(mut self) -> Vec<RowChunk> {
        if self.filling.rows > 0 {
            self.full.push(self.filling);
        }
        self.full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK_ROWS: usize = 1 << 16;

    fn cut(runs: &[usize], max: Option<u64>) -> Vec<usize> {
        let mut cutter = ChunkCutter::new(CHUNK_ROWS, 0, max);
        runs.iter().for_each(|&rows| cutter.take(SortedRows::of_empty_rows(rows)));
        let mut chunks = cutter.full();
        chunks.extend(cutter.rest());
        for chunk in &chunks {
            assert_eq!(chunk.rows().count(), chunk.len());
        }
        chunks.iter().map(RowChunk::len).collect()
    }

    #[test]
    fn only_the_number_of_a_row_decides_where_it_falls() {
        let most = CHUNK_ROWS;
        assert_eq!(cut(&[most * 2 + 3], None), [most, most, 3]);
        assert_eq!(cut(&[1, most, 0, most, 2], None), [most, most, 3]);
        assert_eq!(cut(&[10], Some(4)), [4, 4, 2]);
        assert_eq!(cut(&[3, 3, 2], Some(4)), [4, 4]);
        assert_eq!(cut(&[most + 10], Some(most as u64 + 4)), [most, 4, 6]);
        assert_eq!(cut(&[], Some(4)), [0; 0]);
    }

    #[test]
    fn wide_rows_are_cut_where_their_bytes_are_enough_wherever_runs_end() {
        let most = usize::try_from(MOST_OF_A_CHUNK).unwrap();
        let cut = |runs: &[&[usize]]| {
            let mut cutter = ChunkCutter::new(CHUNK_ROWS, 100, None);
            runs.iter().for_each(|lengths| cutter.take(SortedRows::of_lengths(lengths)));
            let mut chunks = cutter.full();
            chunks.extend(cutter.rest());
            chunks.iter().map(|chunk| (chunk.len(), chunk.cost() <= MOST_OF_A_CHUNK)).collect::<Vec<_>>()
        };
        // The cost of its hundred cells alone is a third of the limit.
        let third = most / 3 - 800;
        for runs in [&[&[third; 7][..]][..], &[&[third; 1], &[third; 2], &[third; 3], &[third; 1]]] {
            assert_eq!(cut(runs), [(3, true), (3, true), (1, true)]);
        }
        assert_eq!(cut(&[&[third + 1; 7]]), [(2, true), (2, true), (2, true), (1, true)]);
        // A large row is a chunk by itself.
        assert_eq!(cut(&[&[1, 2 * most, 1]]), [(1, true), (1, false), (1, true)]);
    }
}
