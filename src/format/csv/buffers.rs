//! Buffers that go round: from a worker into the rows of a block, and back when
//! the engine drops them. Nothing is allocated per record, little per block.

use std::sync::{Mutex, PoisonError};

use super::scan::index::FieldIndex;

/// A buffer that a long record blew up is not kept.
const MAX_KEPT_BYTES: usize = 4 << 20;
/// More than the blocks in flight on any sensible machine.
const MAX_KEPT: usize = 256;

/// Spare buffers.
#[derive(Debug, Default)]
pub(super) struct CsvBufferPool {
    bytes: Mutex<Vec<Vec<u8>>>,
    found: Mutex<Vec<FieldIndex>>,
}

impl CsvBufferPool {
    /// A buffer with any length and content.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// An empty table for a buffer that starts at `origin`.
    pub(super) fn found(&self, origin: u64) -> FieldIndex {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        found.reset(origin);
        found
    }

    /// Takes a buffer back.
    pub(super) fn give_bytes(&self, bytes: Vec<u8>) {
        if (1..=MAX_KEPT_BYTES).contains(&bytes.capacity()) {
            keep(&self.bytes, bytes);
        }
    }

    /// Takes a table back.
    pub(super) fn give_found(&self, found: FieldIndex) {
        if (1..=MAX_KEPT_BYTES / size_of::<u32>()).contains(&found.ends.capacity()) {
            keep(&self.found, found);
        }
    }
}

fn keep<T>(spare: &Mutex<Vec<T>>, one: T) {
    let mut spare = spare.lock().unwrap_or_else(PoisonError::into_inner);
    if spare.len() < MAX_KEPT {
        spare.push(one);
    }
}
