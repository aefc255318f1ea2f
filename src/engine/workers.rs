//! The worker threads of a run: as many as asked for, or as many as the system
//! allows. What is delivered does not depend on their number.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};

use super::fault::EngineError;

/// What an error message calls them.
pub(crate) const WORKERS: &str = "a worker thread";

/// How often, and at which interval, starting a thread is tried again: a thread
/// that has ended may still be counted against the limit of its user for a while.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(2);

/// Starts at most `threads` threads. If the limit of a container allows fewer, starts
/// those.
pub(super) fn start(threads: usize) -> Result<ThreadPool, EngineError> {
    let failed = |source| EngineError::Write { what: WORKERS, source };
    // Started before the pool: if a pool cannot start one of its threads it ends
    // all others, and until these are gone no thread can be started.
    let mut waiting = waiting_threads(threads).map_err(failed)?.into_iter();
    ThreadPoolBuilder::new()
        .num_threads(waiting.len())
        .spawn_handler(|worker| {
            let gone = || io::Error::other("the thread is gone");
            waiting.next().ok_or_else(gone)?.send(worker).map_err(|_| gone())
        })
        .build()
        .map_err(|error| failed(io::Error::other(error)))
}

/// Threads that wait to be given to a pool: at least one.
fn waiting_threads(threads: usize) -> io::Result<Vec<Sender<ThreadBuilder>>> {
    let mut looks = 0;
    let mut waiting = Vec::new();
    while waiting.len() < threads.max(1) {
        match waiting_thread(format!("scant-{}", waiting.len())) {
            Ok(thread) => waiting.push(thread),
            Err(_) if !waiting.is_empty() => break,
            Err(error) if looks == LOOKS => return Err(error),
            Err(_) => {
                looks += 1;
                thread::sleep(PAUSE);
            }
        }
    }
    Ok(waiting)
}

fn waiting_thread(name: String) -> io::Result<Sender<ThreadBuilder>> {
    let (hand, take) = channel::<ThreadBuilder>();
    let wait = move || {
        if let Ok(worker) = take.recv() {
            worker.run();
        }
    };
    thread::Builder::new().name(name).spawn(wait)?;
    Ok(hand)
}
