//! What goes wrong while compressed bytes are read.

use crate::engine::fault::InputFaultKind;

/// The window of a zstd frame, and with it the memory to read it, at most.
pub(crate) const MAX_WINDOW: u64 = 128 << 20;
/// What went wrong while reading.
#[derive(Debug)]
pub(super) enum DecompressFailure {
    /// The data is at fault.
    Fault(InputFaultKind),
    /// Reading the stored bytes failed.
    Read(std::io::Error),
}

impl From<InputFaultKind> for DecompressFailure {
    fn from(kind: InputFaultKind) -> Self {
        Self::Fault(kind)
    }
}
