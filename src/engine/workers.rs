//! The worker threads of a run: as many as asked for, or as many as the system
//! gives. How many never changes what is delivered.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};

use super::fault::EngineError;

/// What an error calls them.
pub(crate) const WORKERS: &str = "a worker thread";

/// How long a thread that has ended may still count among those of its user, and how
/// often that is looked at.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(2);

/// Starts at most `threads` threads called `name` and a number. A container's limit
/// on processes may allow fewer: then those it allows.
pub(super) fn start(threads: usize, name: &'static str) -> Result<ThreadPool, EngineError> {
    let failed = |source| EngineError::Write { what: WORKERS, source };
    // Started before there is a pool: a pool that lacks a thread lets the others go,
    // and until they are gone no more can be had.
    let mut waiting = waiting_threads(threads, name).map_err(failed)?.into_iter();
    ThreadPoolBuilder::new()
        .num_threads(waiting.len())
        .spawn_handler(|worker| {
            let gone = || io::Error::other("the thread is gone");
            waiting.next().ok_or_else(gone)?.send(worker).map_err(|_| gone())
        })
        .build()
        .map_err(|error| failed(io::Error::other(error)))
}

/// Threads that wait for what they shall do: at least one.
fn waiting_threads(threads: usize, name: &str) -> io::Result<Vec<Sender<ThreadBuilder>>> {
    let mut looks = 0;
    let mut waiting = Vec::new();
    while waiting.len() < threads.max(1) {
        match waiting_thread(format!("{name}-{}", waiting.len())) {
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
