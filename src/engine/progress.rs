//! What a run tells whoever watches: counts, never cells.

use std::io;
use std::path::Path;

use super::port::Extent;

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "counts only")]
pub struct Progress {
    /// Records read so far.
    pub records: u64,
    /// Bytes of the extract as stored that were read so far.
    pub bytes: u64,
}

/// Part of a run.
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

/// Watches a run. Every method has a default that does nothing.
pub trait Observer: Send + Sync {
    /// A leg begins; `extent` is what is known of its size.
    fn started(&self, leg: Phase, extent: Extent) {
        let _ = (leg, extent);
    }
    /// A block was accounted for.
    fn advanced(&self, leg: Phase, progress: Progress) {
        let _ = (leg, progress);
    }
    /// A leg ended.
    fn finished(&self, leg: Phase) {
        let _ = leg;
    }
    /// What waited at a path could not be removed, and stays until the next run
    /// beside it.
    fn left_behind(&self, path: &Path, error: &io::Error) {
        let _ = (path, error);
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "has nothing to hide")]
pub struct NoObserver;

impl Observer for NoObserver {}
