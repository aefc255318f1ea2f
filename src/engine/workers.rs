//! The worker threads of a run: as many as asked for, or as many as the system
//! gives. How many never changes what is delivered.

use std::io;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::fault::EngineError;

/// Starts at most `threads` threads called `name` and a number. A container's limit
/// on processes may allow fewer: then half of them, and so on.
pub(super) fn start(threads: usize, name: &'static str) -> Result<ThreadPool, EngineError> {
    let mut threads = threads.max(1);
    loop {
        let named = move |number| format!("{name}-{number}");
        match ThreadPoolBuilder::new().num_threads(threads).thread_name(named).build() {
            Ok(pool) => return Ok(pool),
            Err(error) if threads == 1 => {
                return Err(EngineError::Write { what: WORKERS, source: io::Error::other(error) });
            }
            Err(_) => threads /= 2,
        }
    }
}

/// What an error calls them.
pub const WORKERS: &str = "a worker thread";
