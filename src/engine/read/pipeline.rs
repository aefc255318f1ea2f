//! Blocks of one source parsed and worked on by every thread, and taken in the
//! order of the source. A bounded window of blocks is in flight; no worker waits
//! for a slower one until the window is full. Knows nothing of what the work is.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::engine::fault::EngineError;
use crate::engine::port::{BlockParser, InputEvidence, Parsed, Payload, Quarantined, Source, Ticket};

/// What is done with the blocks of a source.
pub(crate) trait BlockWork: Sync {
    /// What a worker makes of a block.
    type Done: Send;

    /// The source columns whose cells are asked for, ascending.
    fn needed(&self) -> &[usize];

    /// Works on a parsed block: on any thread, in any order, and a second time
    /// where the start of the block was guessed wrongly.
    fn process(&self, ticket: &Ticket, parsed: &Parsed) -> Result<Self::Done, EngineError>;

    /// Puts away what a worker made of a block: once, as soon as the start of the
    /// block is no guess, in any order. `worker` is the number of the thread.
    fn put_away(&self, worker: usize, done: &mut Self::Done) -> Result<(), EngineError>;
}

/// What is known of a block that a worker is done with. Its rows are gone: it may
/// have to wait for the blocks before it.
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

    /// Whether where the block's first record starts is a guess still.
    fn is_guess(&self) -> bool {
        self.opens.is_some()
    }
}

/// Takes what a worker made of the next block of the source, and how many records
/// came before it.
pub(crate) type Take<'t, D> = dyn FnMut(&BlockOutline, D, u64) -> Result<(), EngineError> + Send + 't;

type Processed<D> = Result<(BlockOutline, D), EngineError>;

struct BlockFeed {
    source: Box<dyn Source>,
    given: u64,
    exhausted: bool,
}

struct ReadQueue<'l, 't, D> {
    take: &'l mut Take<'t, D>,
    /// The next block to be taken.
    next: u64,
    pending: BTreeMap<u64, (Ticket, Processed<D>)>,
    /// Where the block before ended, where a parser has to know.
    ended_at: Option<u64>,
    /// Records taken.
    records: u64,
    failed: Option<EngineError>,
}

struct PipelineReader<'w, 'l, 't, W: BlockWork> {
    work: &'w W,
    parser: Arc<dyn BlockParser>,
    stop: &'w AtomicBool,
    feed: Mutex<BlockFeed>,
    line: Mutex<ReadQueue<'l, 't, W::Done>>,
    moved: Condvar,
}

const POISONED: EngineError = EngineError::Bug { step: "reading in order" };

/// Reads a source to its end; gives its evidence and how many records it had. At
/// most `window` blocks are read and not taken yet.
pub(crate) fn read_in_order<W: BlockWork>(
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
    window: u64,
    source: Box<dyn Source>,
    work: &W,
    take: &mut Take<'_, W::Done>,
) -> Result<(InputEvidence, u64), EngineError> {
    let workers = pool.current_num_threads();
    let reader = PipelineReader {
        work,
        parser: source.parser(),
        stop,
        feed: Mutex::new(BlockFeed { source, given: 0, exhausted: false }),
        line: Mutex::new(ReadQueue {
            take,
            next: 0,
            pending: BTreeMap::new(),
            ended_at: None,
            records: 0,
            failed: None,
        }),
        moved: Condvar::new(),
    };
    pool.scope(|scope| {
        for worker in 0..workers {
            let reader = &reader;
            scope.spawn(move |_| reader.work(worker, window));
        }
    });
    let feed = reader.feed.into_inner().map_err(|_| POISONED)?;
    let line = reader.line.into_inner().map_err(|_| POISONED)?;
    match line.failed {
        Some(error) => Err(error),
        None => Ok((feed.source.finish()?, line.records)),
    }
}

impl<'l, 't, W: BlockWork> PipelineReader<'_, 'l, 't, W> {
    fn work(&self, worker: usize, window: u64) {
        // A panic is a bug of ours, but the others must not wait for ever for the
        // block of the worker that had it.
        if catch_unwind(AssertUnwindSafe(|| self.work_until_done(worker, window))).is_err() {
            self.line.lock().unwrap_or_else(PoisonError::into_inner).failed.get_or_insert(POISONED);
            self.moved.notify_all();
        }
    }

    fn work_until_done(&self, worker: usize, window: u64) {
        loop {
            match self.next_ticket(window) {
                Ok(Some(mut ticket)) => {
                    let result = self.process(&mut ticket).and_then(|(outline, mut done)| {
                        if !outline.is_guess() {
                            self.work.put_away(worker, &mut done)?;
                        }
                        Ok((outline, done))
                    });
                    self.put_in_line(worker, ticket, result);
                }
                Ok(None) => return,
                Err((number, error)) => {
                    // In line with the blocks before it, so that the first fault
                    // of the file is the one reported; `from` is set since there
                    // is nothing to parse again.
                    let ticket = Ticket { number, payload: Payload::Part(0), from: Some(0) };
                    self.put_in_line(worker, ticket, Err(error));
                    return;
                }
            }
        }
    }

    fn locked(&self) -> Result<MutexGuard<'_, ReadQueue<'l, 't, W::Done>>, (u64, EngineError)> {
        self.line.lock().map_err(|_| (0, POISONED))
    }

    /// The next block, or the number it would have had and why there is none.
    fn next_ticket(&self, window: u64) -> Result<Option<Ticket>, (u64, EngineError)> {
        let mut feed = self.feed.lock().map_err(|_| (0, POISONED))?;
        let mut line = self.locked()?;
        while line.failed.is_none() && feed.given >= line.next + window {
            line = self.moved.wait(line).map_err(|_| (0, POISONED))?;
        }
        let stopped = line.failed.is_some();
        drop(line);
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

    /// Puts a block in line and takes every block whose turn has come.
    fn put_in_line(&self, worker: usize, ticket: Ticket, result: Processed<W::Done>) {
        let Ok(mut line) = self.line.lock() else { return };
        line.pending.insert(ticket.number, (ticket, result));
        while line.failed.is_none() {
            let next = line.next;
            let Some((ticket, result)) = line.pending.remove(&next) else { break };
            if let Err(error) = self.take_next(worker, &mut line, ticket, result) {
                line.failed = Some(error);
            }
            line.next += 1;
        }
        drop(line);
        self.moved.notify_all();
    }

    fn take_next(
        &self,
        worker: usize,
        line: &mut ReadQueue<'_, '_, W::Done>,
        mut ticket: Ticket,
        result: Processed<W::Done>,
    ) -> Result<(), EngineError> {
        // A parser that guessed where its first record starts is asked again
        // when the block before ended elsewhere; its fault may be a wrong
        // guess's too.
        let guess = match &result {
            Ok((outline, _)) => outline.opens,
            Err(_) => None,
        };
        let result = match line.ended_at {
            Some(end) if ticket.from.is_none() && guess != Some(end) => {
                ticket.from = Some(end);
                self.process(&mut ticket)
            }
            _ => result,
        };
        let before = line.records;
        let (outline, mut done) = result.map_err(|error| error.after(before))?;
        line.ended_at = outline.closes;
        line.records += u64::from(outline.records);
        if outline.is_guess() {
            self.work.put_away(worker, &mut done)?;
        }
        (line.take)(&outline, done, before).map_err(|error| error.after(before))
    }
}
