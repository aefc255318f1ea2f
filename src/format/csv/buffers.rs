//! Buffers that go round: from a worker into the rows of a block, and back when
//! the engine drops them. Nothing is allocated per record, little per block.

use super::scan::index::FieldIndex;
use crate::format::io::buffer_pool::{BufferPool, Reusable};

/// More than the blocks in flight on any sensible machine.
const MOST_KEPT: usize = 256;

impl Reusable for FieldIndex {
    fn held(&self) -> usize {
        self.ends.capacity() * size_of::<u32>()
    }
}

/// Spare buffers: bytes of blocks, and where the fields in them end.
#[derive(Debug, Default)]
pub(super) struct CsvBufferPool {
    pub(super) bytes: BufferPool<Vec<u8>, MOST_KEPT>,
    found: BufferPool<FieldIndex, MOST_KEPT>,
}

impl CsvBufferPool {
    /// An empty table for a buffer that starts at `origin`.
    pub(super) fn found(&self, origin: u64) -> FieldIndex {
        let mut found = self.found.take();
        found.reset(origin);
        found
    }

    /// Takes back the bytes of a block and their table.
    pub(super) fn give_back(&self, bytes: Vec<u8>, found: FieldIndex) {
        self.bytes.give_back([bytes]);
        self.found.give_back([found]);
    }
}
