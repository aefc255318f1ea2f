//! How many malformed records are read before a run gives up that may not deliver
//! anyway.

use crate::engine::fault::EngineError;

/// How many are read even if fewer are allowed: enough to count each kind of fault
/// of a broken export. Not all, since a few kilobytes can decompress to billions of
/// malformed records.
const READ_ANYWAY: u64 = 1_000;

/// How many malformed records there may be before reading stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MalformedLimit {
    allowed: u64,
}

impl MalformedLimit {
    pub(crate) fn new(allowed: u64) -> Self {
        Self { allowed }
    }

    /// Refuses to read on if more were found. Called after every block, in the
    /// order of the input. The error does not say how many were found, which would
    /// depend on the size of the blocks.
    pub(crate) fn check(self, found: u64) -> Result<(), EngineError> {
        let limit = self.allowed.max(READ_ANYWAY);
        if found <= limit {
            return Ok(());
        }
        Err(EngineError::MalformedWithoutEnd { limit, allowed: self.allowed })
    }
}
