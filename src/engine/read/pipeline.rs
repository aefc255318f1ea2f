//! Parses and processes the blocks of one source on all threads, and takes the
//! results in the order of the source (a reorder buffer). A bounded window of
//! blocks is in flight; no worker waits for a slower one until the window is full.
//! Does not depend on what the processing is.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::port::{BlockParser, InputEvidence, Parsed, Payload, Quarantined, Source, Ticket};

/// Processes the blocks of a source.
pub(crate) trait BlockWork: Sync {
    /// The result of a block.
    type Done: Send;

    /// The source columns whose cells are needed, ascending.
    fn needed(&self) -> &[usize];

    /// Processes a parsed block: on any thread, in any order, and a second time if
    /// the start of the block was guessed wrongly.
    fn process(&self, ticket: &Ticket, parsed: &Parsed) -> Result<Self::Done, EngineError>;

    /// Stores the rows of a processed block: once, in any order, as soon as the
    /// start of the block is certain. `worker` is the number of the thread.
    fn store(&self, worker: usize, done: &mut Self::Done) -> Result<(), EngineError>;
}

/// What is kept of a processed block while it waits for the blocks before it.
pub(crate) struct BlockOutline {
    pub(crate) records: u32,
    pub(crate) quarantined: Vec<Quarantined>,
    pub(crate) bytes: u64,
    opens: Option<u64>,
    closes: Option<u64>,
}

impl BlockOutline {
    fn of(parsed: Parsed) -> Self {
        let Parsed { records, quarantined, bytes, opens, closes, .. } = parsed;
        Self { records, quarantined, bytes, opens, closes }
    }

    /// Whether the start of its first record is still a guess.
    fn is_guess(&self) -> bool {
        self.opens.is_some()
    }
}

/// Receives the result of the next block of the source, and how many records came
/// before it.
pub(crate) type Take<'t, D> = dyn FnMut(&BlockOutline, D, u64) -> Result<(), EngineError> + Send + 't;

type Processed<D> = Result<(BlockOutline, D), EngineError>;

struct BlockFeed {
    source: Box<dyn Source>,
    given: u64,
    exhausted: bool,
}

struct ReadQueue<'l, 't, D> {
    take: &'l mut Take<'t, D>,
    /// The number of the next block to be taken.
    next: u64,
    pending: BTreeMap<u64, (Ticket, Processed<D>)>,
    /// Offset at which the block before ended, if a parser needs it.
    ended_at: Option<u64>,
    /// How many records were taken.
    records: u64,
    failed: Option<EngineError>,
}

struct PipelineReader<'w, 'l, 't, W: BlockWork> {
    work: &'w W,
    parser: Arc<dyn BlockParser>,
    stop: &'w AtomicBool,
    /// At most so many blocks are read and not yet taken.
    window: u64,
    feed: Mutex<BlockFeed>,
    queue: Mutex<ReadQueue<'l, 't, W::Done>>,
    moved: Condvar,
}

const POISONED: EngineError = EngineError::Bug { step: "reading in order" };

/// Reads a source to its end; returns its evidence and how many records it had.
pub(crate) fn read_in_order<W: BlockWork>(
    context: &RunContext<'_>,
    source: Box<dyn Source>,
    work: &W,
    take: &mut Take<'_, W::Done>,
) -> Result<(InputEvidence, u64), EngineError> {
    let reader = PipelineReader {
        work,
        parser: source.parser(),
        stop: context.stop,
        window: context.window(),
        feed: Mutex::new(BlockFeed { source, given: 0, exhausted: false }),
        queue: Mutex::new(ReadQueue {
            take,
            next: 0,
            pending: BTreeMap::new(),
            ended_at: None,
            records: 0,
            failed: None,
        }),
        moved: Condvar::new(),
    };
    context.pool.scope(|scope| {
        for worker in 0..context.threads() {
            let reader = &reader;
            scope.spawn(move |_| reader.work(worker));
        }
    });
    let feed = reader.feed.into_inner().map_err(|_| POISONED)?;
    let queue = reader.queue.into_inner().map_err(|_| POISONED)?;
    match queue.failed {
        Some(error) => Err(error),
        None => Ok((feed.source.finish()?, queue.records)),
    }
}

impl<'l, 't, W: BlockWork> PipelineReader<'_, 'l, 't, W> {
    fn work(&self, worker: usize) {
        // A panic is a bug of ours, but the other workers must not wait for ever
        // for the block that this worker had.
        if catch_unwind(AssertUnwindSafe(|| self.work_until_done(worker))).is_err() {
            self.queue.lock().unwrap_or_else(PoisonError::into_inner).failed.get_or_insert(POISONED);
            self.moved.notify_all();
        }
    }

    fn work_until_done(&self, worker: usize) {
        loop {
            match self.next_ticket() {
                Ok(Some(mut ticket)) => {
                    let result = self.process(&mut ticket).and_then(|(outline, mut done)| {
                        if !outline.is_guess() {
                            self.work.store(worker, &mut done)?;
                        }
                        Ok((outline, done))
                    });
                    self.enqueue(worker, ticket, result);
                }
                Ok(None) => return,
                Err((number, error)) => {
                    // Queued after the blocks before it, so that the first fault of
                    // the file is the one reported. With `from` set it is not
                    // parsed again.
                    let ticket = Ticket { number, payload: Payload::Part(0), from: Some(0) };
                    self.enqueue(worker, ticket, Err(error));
                    return;
                }
            }
        }
    }

    fn locked(&self) -> Result<MutexGuard<'_, ReadQueue<'l, 't, W::Done>>, (u64, EngineError)> {
        self.queue.lock().map_err(|_| (0, POISONED))
    }

    /// The next block; or an error, with the number that the block would have had.
    fn next_ticket(&self) -> Result<Option<Ticket>, (u64, EngineError)> {
        let mut feed = self.feed.lock().map_err(|_| (0, POISONED))?;
        let mut queue = self.locked()?;
        while queue.failed.is_none() && feed.given >= queue.next + self.window {
            queue = self.moved.wait(queue).map_err(|_| (0, POISONED))?;
        }
        let stopped = queue.failed.is_some();
        drop(queue);
        if stopped || feed.exhausted {
            return Ok(None);
        }
        let number = feed.given;
        if self.stop.load(Ordering::Relaxed) {
            feed.exhausted = true;
            return Err((number, EngineError::Interrupted));
        }
        let ticket = feed.source.next_block();
        feed.given += 1;
        feed.exhausted = !matches!(ticket, Ok(Some(_)));
        ticket.map_err(|error| (number, error))
    }

    fn process(&self, ticket: &mut Ticket) -> Processed<W::Done> {
        let parsed = self.parser.parse(ticket, self.work.needed())?;
        let done = self.work.process(ticket, &parsed)?;
        Ok((BlockOutline::of(parsed), done))
    }

    /// Adds a block to the queue, and takes every block whose turn has come.
    fn enqueue(&self, worker: usize, ticket: Ticket, result: Processed<W::Done>) {
        let Ok(mut queue) = self.queue.lock() else { return };
        queue.pending.insert(ticket.number, (ticket, result));
        while queue.failed.is_none() {
            let next = queue.next;
            let Some((ticket, result)) = queue.pending.remove(&next) else { break };
            if let Err(error) = self.take_next(worker, &mut queue, ticket, result) {
                queue.failed = Some(error);
            }
            queue.next += 1;
        }
        drop(queue);
        self.moved.notify_all();
    }

    fn take_next(
        &self,
        worker: usize,
        queue: &mut ReadQueue<'_, '_, W::Done>,
        mut ticket: Ticket,
        result: Processed<W::Done>,
    ) -> Result<(), EngineError> {
        // If the parser guessed the start of the first record, and the block before
        // ended elsewhere, the block is parsed again. A fault may also be due to a
        // wrong guess.
        let guess = match &result {
            Ok((outline, _)) => outline.opens,
            Err(_) => None,
        };
        let result = match queue.ended_at {
            Some(end) if ticket.from.is_none() && guess != Some(end) => {
                ticket.from = Some(end);
                self.process(&mut ticket)
            }
            _ => result,
        };
        let before = queue.records;
        let (outline, mut done) = result.map_err(|error| error.after(before))?;
        queue.ended_at = outline.closes;
        queue.records += u64::from(outline.records);
        if outline.is_guess() {
            self.work.store(worker, &mut done)?;
        }
        (queue.take)(&outline, done, before).map_err(|error| error.after(before))
    }
}
