//! How many malformed records are read before a run that may not deliver gives up.

use crate::engine::fault::EngineError;

/// How many are read whatever is allowed: enough to count what a broken export has
/// of each kind. A few kilobytes can decompress to billions of them.
const READ_ANYWAY: u64 = 1_000;

/// How many malformed records there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MalformedLimit {
    allowed: u64,
}

impl MalformedLimit {
    pub(crate) fn new(allowed: u64) -> Self {
        Self { allowed }
    }

    /// Refuses to read on once so many were found. Asked after every block, in the
    /// order of the input. The error has no count, which would depend on how long
    /// the blocks are.
    pub(crate) fn check(self, found: u64) -> Result<(), EngineError> {
        let limit = self.allowed.max(READ_ANYWAY);
        if found <= limit {
            return Ok(());
        }
        Err(EngineError::MalformedWithoutEnd { limit, allowed: self.allowed })
    }
}
