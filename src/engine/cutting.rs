//! Cuts ordered rows into chunks by delivered row number alone, so that blocks,
//! partitions and threads leave no trace in the files. Copies no row.

use std::ops::Range;
use std::sync::Arc;

use super::sorting::SortedRows;

/// Rows to be encoded together.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pieces: Vec<(Arc<SortedRows>, Range<usize>)>,
    rows: usize,
}

impl Chunk {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// The rows, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().flat_map(|(rows, range)| rows.rows(range.clone()))
    }
}

/// Where the next row falls.
#[derive(Debug)]
pub(super) struct Cutter {
    chunk_rows: usize,
    max_rows_per_file: Option<u64>,
    in_file: u64,
    filling: Chunk,
    full: Vec<Chunk>,
}

impl Cutter {
    /// Starts at the first row of the first file.
    pub(super) fn new(chunk_rows: usize, max_rows_per_file: Option<u64>) -> Self {
        Self {
            chunk_rows: chunk_rows.max(1),
            max_rows_per_file,
            in_file: 0,
            filling: Chunk::default(),
            full: Vec::new(),
        }
    }

    /// Takes the rows that follow.
    pub(super) fn take(&mut self, rows: SortedRows) {
        let rows = Arc::new(rows);
        let mut start = 0;
        while start < rows.len() {
            let room = self.chunk_rows - self.filling.rows;
            let left = self.max_rows_per_file.map_or(u64::MAX, |max| max.saturating_sub(self.in_file).max(1));
            let count = room.min(usize::try_from(left).unwrap_or(usize::MAX)).min(rows.len() - start);
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

    /// The chunks that are full.
    pub(super) fn full(&mut self) -> Vec<Chunk> {
        std::mem::take(&mut self.full)
    }

    /// What is left at the end.
    pub(super) fn rest(mut self) -> Vec<Chunk> {
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
        let mut cutter = Cutter::new(CHUNK_ROWS, max);
        runs.iter().for_each(|&rows| cutter.take(SortedRows::of_empty_rows(rows)));
        let mut chunks = cutter.full();
        chunks.extend(cutter.rest());
        for chunk in &chunks {
            assert_eq!(chunk.rows().count(), chunk.len());
        }
        chunks.iter().map(Chunk::len).collect()
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
}
