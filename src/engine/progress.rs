//! What a run reports to an observer: counts, never cells.

use std::io;
use std::path::Path;

use super::port::Extent;

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "counts only")]
pub struct Progress {
    /// Records read so far.
    pub records: u64,
    /// Bytes of the extract as stored that were read so far.
    pub bytes: u64,
}

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the parts of a run, in order")]
pub enum Phase {
    /// Reading the consent log.
    Consent,
    /// Reading, judging and minimising.
    Reading,
    /// Writing what is released.
    Writing,
}

/// Watches a run. Every method does nothing by default.
pub trait Observer: Send + Sync {
    /// A phase begins; `extent` is its size, as far as known.
    fn started(&self, leg: Phase, extent: Extent) {
        let _ = (leg, extent);
    }
    /// A block was counted.
    fn advanced(&self, leg: Phase, progress: Progress) {
        let _ = (leg, progress);
    }
    /// A phase ended.
    fn finished(&self, leg: Phase) {
        let _ = leg;
    }
    /// A partial folder could not be removed. It is left at `path` until the next
    /// run in this folder.
    fn left_behind(&self, path: &Path, error: &io::Error) {
        let _ = (path, error);
    }
}

/// Does nothing.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "has nothing to hide")]
pub struct NoObserver;

impl Observer for NoObserver {}
