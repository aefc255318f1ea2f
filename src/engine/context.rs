//! What the engine needs from its caller, and the worker threads of a run.

use std::sync::atomic::{AtomicBool, Ordering};

use super::fault::EngineError;
use super::memory_budget::MemoryBudget;
use super::port::SpillSpace;
use super::progress::Observer;
use super::workers;
use crate::model::digest::SubjectHasher;

/// What the engine needs from its caller.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the caller passes the world in, field by field")]
pub struct RunOptions<'a> {
    /// Worker threads.
    pub threads: usize,
    /// The key of subject digests.
    pub subject_key: [u8; 16],
    /// Is told of the progress.
    pub observer: &'a dyn Observer,
    /// Set by another thread to interrupt the run.
    pub stop: &'a AtomicBool,
    /// Creates spill files.
    pub space: &'a dyn SpillSpace,
    /// How much memory the run may use.
    pub memory: MemoryBudget,
}

/// What every step of a run uses: one thread pool, one key of subject digests, one
/// memory budget.
pub struct RunContext<'a> {
    pub(crate) pool: rayon::ThreadPool,
    pub(crate) hasher: SubjectHasher,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) stop: &'a AtomicBool,
    pub(crate) space: &'a dyn SpillSpace,
    pub(crate) memory: MemoryBudget,
}

impl<'a> RunContext<'a> {
    /// Starts the threads of a run.
    ///
    /// # Errors
    /// When none can be started.
    pub fn start(options: RunOptions<'a>) -> Result<Self, EngineError> {
        let RunOptions { threads, subject_key, observer, stop, space, memory } = options;
        let (pool, hasher) = (workers::start(threads)?, SubjectHasher::new(&subject_key));
        Ok(Self { pool, hasher, observer, stop, space, memory })
    }

    /// The number of worker threads: as many as were asked for, or could be started.
    pub(crate) fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// How many blocks may be read and not yet taken.
    pub(crate) fn window(&self) -> u64 {
        self.memory.blocks_in_flight(self.threads())
    }

    /// Fails if the run is to be interrupted.
    pub(crate) fn check_stop(&self) -> Result<(), EngineError> {
        if self.stop.load(Ordering::Relaxed) { Err(EngineError::Interrupted) } else { Ok(()) }
    }

    /// For tests: with a made-up key and without an observer.
    #[cfg(test)]
    pub(crate) fn for_tests(
        threads: usize,
        stop: &'a AtomicBool,
        space: &'a dyn SpillSpace,
        memory: MemoryBudget,
    ) -> Result<Self, EngineError> {
        let observer = &super::progress::NoObserver;
        Self::start(RunOptions { threads, subject_key: [3; 16], observer, stop, space, memory })
    }
}
