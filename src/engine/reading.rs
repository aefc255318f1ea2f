//! The first leg of a run: blocks are parsed, judged and minimised by workers,
//! and accounted for in the order of the input. A bounded window of blocks is
//! in flight; no worker waits for a slower one until the window is full.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::binding::Binding;
use super::fault::EngineError;
use super::matches::Matches;
use super::memory::Memory;
use super::observe::{Leg, Observer, Progress};
use super::port::{BlockParser, InputEvidence, Parsed, Payload, Quarantined, Source, SpillSpace, Ticket};
use super::stage::Minimised;
use super::step::{Step, Stepped};
use super::store::Store;
use super::trace::{Tracer, Traces};
use crate::manifest::account::Account;
use crate::model::digest::SubjectHasher;
use crate::policy::plan::ExtractRules;

/// Receives the place of each malformed record: file, number of the record in
/// it from 1, and what is wrong.
pub type QuarantineSink<'a> = dyn FnMut(&Arc<str>, u64, &Quarantined) -> io::Result<()> + Send + 'a;

/// Bits of a record number for its position in a block, and for the block.
const INDEX_BITS: u32 = 24;
const BLOCK_BITS: u32 = 32;
/// Blocks of one run of the input: as many rows as are put in order at a time.
const BLOCKS_OF_A_RUN: u64 = 32;
const MAX_SOURCES: u64 = 1 << (64 - INDEX_BITS - BLOCK_BITS);

/// What is the same for every source of a run.
pub(super) struct World<'a> {
    pub(super) extract: &'a ExtractRules,
    pub(super) hasher: &'a SubjectHasher,
    pub(super) pool: &'a rayon::ThreadPool,
    pub(super) observer: &'a dyn Observer,
    pub(super) stop: &'a AtomicBool,
    pub(super) space: &'a dyn SpillSpace,
    pub(super) store: &'a Store,
    pub(super) memory: Memory,
    pub(super) tracer: Option<&'a Tracer>,
}

/// What the sources read so far add up to.
pub(super) struct Taken<'a> {
    pub(super) account: Account,
    pub(super) matches: Matches,
    pub(super) progress: Progress,
    pub(super) quarantine: &'a mut QuarantineSink<'a>,
    /// Runs of the input so far, of all sources.
    pub(super) runs: usize,
    pub(super) traces: Traces,
}

struct Feed {
    source: Box<dyn Source>,
    given: u64,
    exhausted: bool,
}

/// What is known of a block that a worker is done with. Its rows are gone: it may
/// have to wait for the blocks before it.
struct Outline {
    records: u32,
    quarantined: Vec<Quarantined>,
    bytes: u64,
    opens: Option<u64>,
    closes: Option<u64>,
}

impl Outline {
    fn of(parsed: Parsed) -> Self {
        let Parsed { records, quarantined, bytes, opens, closes, .. } = parsed;
        Self { records, quarantined, bytes, opens, closes }
    }

    /// Whether where the block's first record starts is a guess still.
    fn is_guess(&self) -> bool {
        self.opens.is_some()
    }
}

/// A block that a worker is done with.
type Processed = Result<(Outline, Stepped), EngineError>;

struct Line<'t, 'q> {
    taken: &'t mut Taken<'q>,
    /// The next block to be accounted for.
    next: u64,
    pending: BTreeMap<u64, (Ticket, Processed)>,
    /// Where the block before ended, where a parser has to know.
    ended_at: Option<u64>,
    /// Records of this file accounted for.
    records: u64,
    failed: Option<EngineError>,
}

/// Reads one source to its end. `number` counts the sources of the run.
pub(super) fn read_source(
    world: &World<'_>,
    taken: &mut Taken<'_>,
    source: Box<dyn Source>,
    number: u64,
    binding: &Binding,
) -> Result<(InputEvidence, u64), EngineError> {
    if number >= MAX_SOURCES {
        return Err(EngineError::Bug { step: "more than 256 files" });
    }
    let reader = Reader {
        world,
        binding,
        file: Arc::clone(source.file()),
        parser: source.parser(),
        number,
        first_run: taken.runs,
        feed: Mutex::new(Feed { source, given: 0, exhausted: false }),
        line: Mutex::new(Line { taken, next: 0, pending: BTreeMap::new(), ended_at: None, records: 0, failed: None }),
        moved: Condvar::new(),
    };
    let workers = world.pool.current_num_threads();
    let window = world.memory.blocks_in_flight(workers);
    world.pool.scope(|scope| {
        for worker in 0..workers {
            let reader = &reader;
            scope.spawn(move |_| reader.work(worker, window));
        }
    });
    let feed = reader.feed.into_inner().map_err(|_| POISONED)?;
    let line = reader.line.into_inner().map_err(|_| POISONED)?;
    if let Some(error) = line.failed {
        return Err(error);
    }
    Ok((feed.source.finish()?, line.records))
}

const POISONED: EngineError = EngineError::Bug { step: "reading" };

struct Reader<'w, 't, 'q> {
    world: &'w World<'w>,
    binding: &'w Binding,
    file: Arc<str>,
    parser: Arc<dyn BlockParser>,
    number: u64,
    /// The run of the input that its first block belongs to.
    first_run: usize,
    feed: Mutex<Feed>,
    line: Mutex<Line<'t, 'q>>,
    moved: Condvar,
}

impl Reader<'_, '_, '_> {
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
                    let result = self.process(&mut ticket).and_then(|(outline, mut stepped)| {
                        // What may have to be parsed again waits for its turn in line.
                        if !outline.is_guess() {
                            self.put_away(worker, &ticket, &mut stepped)?;
                        }
                        Ok((outline, stepped))
                    });
                    self.account_for(worker, ticket, result);
                }
                Ok(None) => return,
                Err((number, error)) => {
                    // In line with the blocks before it, so that the first fault
                    // of the file is the one reported; `from` is set since there
                    // is nothing to parse again.
                    let ticket = Ticket { number, payload: Payload::Part(0), from: Some(0) };
                    self.account_for(worker, ticket, Err(error));
                    return;
                }
            }
        }
    }

    /// The next block, or the number it would have had and why there is none.
    fn next_ticket(&self, window: u64) -> Result<Option<Ticket>, (u64, EngineError)> {
        let mut feed = self.feed.lock().map_err(|_| (0, POISONED))?;
        let mut line = self.line.lock().map_err(|_| (0, POISONED))?;
        while line.failed.is_none() && feed.given >= line.next + window {
            line = self.moved.wait(line).map_err(|_| (0, POISONED))?;
        }
        let stopped = line.failed.is_some();
        drop(line);
        if stopped || feed.exhausted {
            return Ok(None);
        }
        let number = feed.given;
        if self.world.stop.load(Ordering::Relaxed) {
            feed.exhausted = true;
            return Err((number, EngineError::Interrupted));
        }
        let ticket = feed.source.next_block();
        feed.given += 1;
        feed.exhausted = !matches!(ticket, Ok(Some(_)));
        ticket.map_err(|error| (number, error))
    }

    fn process(&self, ticket: &mut Ticket) -> Processed {
        let parsed = self.parser.parse(ticket, &self.binding.needed)?;
        if parsed.records >= 1 << INDEX_BITS || ticket.number >= 1 << BLOCK_BITS {
            return Err(EngineError::Bug { step: "a block of more than 16 million records" });
        }
        let step = Step {
            binding: self.binding,
            extract: self.world.extract,
            hasher: self.world.hasher,
            file: &self.file,
            first_record: (self.number << (INDEX_BITS + BLOCK_BITS)) | (ticket.number << INDEX_BITS),
            tracer: self.world.tracer,
        };
        let stepped = step.run(&parsed)?;
        Ok((Outline::of(parsed), stepped))
    }

    /// Puts a block in line and accounts for every block whose turn has come.
    fn account_for(&self, worker: usize, ticket: Ticket, result: Processed) {
        let Ok(mut line) = self.line.lock() else { return };
        line.pending.insert(ticket.number, (ticket, result));
        while line.failed.is_none() {
            let next = line.next;
            let Some((ticket, result)) = line.pending.remove(&next) else { break };
            if let Err(error) = self.account_for_next(worker, &mut line, ticket, result) {
                line.failed = Some(error);
            }
            line.next += 1;
        }
        drop(line);
        self.moved.notify_all();
    }

    /// Where the rows of a block belong if they keep the order of the input.
    fn run_of(&self, ticket: &Ticket) -> Result<usize, EngineError> {
        let blocks = if matches!(ticket.payload, Payload::Part(_)) { 1 } else { BLOCKS_OF_A_RUN };
        let run = usize::try_from(ticket.number / blocks).map_err(|_| EngineError::Bug { step: "runs" })?;
        Ok(self.first_run + run)
    }

    /// Puts the rows and the restricted subjects of a block away.
    fn put_away(&self, worker: usize, ticket: &Ticket, stepped: &mut Stepped) -> Result<(), EngineError> {
        let World { store, space, .. } = self.world;
        store
            .take(worker, self.run_of(ticket)?, *space, &stepped.minimised, &stepped.restricted)
            .map_err(|source| EngineError::Write { what: "waiting rows", source })?;
        stepped.minimised = Minimised::default();
        stepped.restricted = Vec::new();
        Ok(())
    }

    fn account_for_next(
        &self,
        worker: usize,
        line: &mut Line<'_, '_>,
        mut ticket: Ticket,
        result: Processed,
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
        let (outline, mut stepped) = result.map_err(|error| place(error, line.records))?;
        if let Some(fault) = stepped.refused {
            return Err(place(fault.into(), line.records));
        }
        line.ended_at = outline.closes;
        for bad in &outline.quarantined {
            let record = line.records + u64::from(bad.index) + 1;
            (line.taken.quarantine)(&self.file, record, bad)
                .map_err(|source| EngineError::Write { what: "the quarantine file", source })?;
        }
        line.taken.traces.add(std::mem::take(&mut stepped.traces), line.records);
        line.records += u64::from(outline.records);
        if outline.is_guess() {
            self.put_away(worker, &ticket, &mut stepped)?;
        }
        let taken = &mut *line.taken;
        taken.runs = taken.runs.max(self.run_of(&ticket)? + 1);
        taken.account.merge(&stepped.account);
        taken.matches.take(&stepped.matches);
        taken.progress.records += u64::from(outline.records);
        taken.progress.bytes += outline.bytes;
        self.world.observer.advanced(Leg::Reading, taken.progress);
        Ok(())
    }
}

/// Turns a record counted within the block into one counted in the file.
fn place(error: EngineError, before: u64) -> EngineError {
    match error {
        EngineError::Input(mut fault) => {
            fault.record = fault.record.map(|record| record + before);
            EngineError::Input(fault)
        }
        other => other,
    }
}
