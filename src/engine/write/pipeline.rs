//! The workers of the second leg. Each takes what is most due: to append what is
//! encoded, to encode a chunk that is full, to put the next partition in order.
//! So nobody waits for a slower one while there is anything to do, and still
//! everything is cut, counted and appended in the order of the delivery. Knows
//! nothing of what rows and formats are.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::chunks::{ChunkCutter, RowChunk};
use super::files::{OutputFiles, PartOpener, WrittenFiles};
use super::release::RowReleaser;
use super::sort::SortedRows;
use crate::account::Account;
use crate::engine::fault::EngineError;
use crate::engine::port::Encoder;

/// Chunks for each worker that are being encoded or wait to be appended.
const CHUNKS_OF_A_WORKER: u64 = 2;

const POISONED: EngineError = EngineError::Bug { step: "writing in order" };

impl RowReleaser<'_> {
    /// Writes everything that is released, in as many parts as it takes. At
    /// least one part is written, if only with its header.
    pub(crate) fn write<E: Encoder>(
        &self,
        encoder: &E,
        open: &mut PartOpener<'_>,
        account: &mut Account,
    ) -> Result<WrittenFiles, EngineError> {
        let parts = OutputFiles::new(encoder, open, self.max_rows_per_file, self.observer);
        let written = write_in_order(self, encoder, parts, account)?;
        self.finish(account);
        Ok(written)
    }
}

/// Writes what is released, and adds the fates of all rows that waited.
pub(crate) fn write_in_order<E: Encoder>(
    releasing: &RowReleaser<'_>,
    encoder: &E,
    parts: OutputFiles<'_, '_, E>,
    account: &mut Account,
) -> Result<WrittenFiles, EngineError> {
    let workers = releasing.pool.current_num_threads();
    let line = WriteQueue {
        next: 0,
        cut: 0,
        ordered: BTreeMap::new(),
        held: 0,
        cutter: Some(ChunkCutter::new(
            encoder.rows_at_a_time(),
            releasing.layout.columns(),
            releasing.max_rows_per_file,
        )),
        chunks: VecDeque::new(),
        queued: 0,
        given: 0,
        in_flight: 0,
        encoded: BTreeMap::new(),
        appended: 0,
        parts: Some(parts),
        account,
        failed: None,
    };
    let writer = Writer { releasing, encoder, workers: workers as u64, line: Mutex::new(line), moved: Condvar::new() };
    releasing.pool.scope(|scope| {
        for _ in 0..workers {
            let writer = &writer;
            scope.spawn(move |_| writer.work());
        }
    });
    let line = writer.line.into_inner().map_err(|_| POISONED)?;
    match (line.failed, line.parts) {
        (Some(error), _) => Err(error),
        (None, Some(parts)) => parts.finish(),
        (None, None) => Err(POISONED),
    }
}

/// A partition in order, and the fates of its rows.
type SortedPartition = (Account, Vec<SortedRows>);

/// An encoded chunk: how many rows it has, and what it cost.
struct EncodedChunk<E: Encoder> {
    rows: u64,
    cost: u64,
    encoded: E::Encoded,
}

/// What is done and what is due.
struct WriteQueue<'a, 'p, 'o, E: Encoder> {
    /// The next partition to be put in order.
    next: usize,
    /// The next one to be cut.
    cut: usize,
    /// In order, behind one that is not.
    ordered: BTreeMap<usize, SortedPartition>,
    /// Bytes of the partitions from `cut` to `next`.
    held: u64,
    /// Gone once everything was cut.
    cutter: Option<ChunkCutter>,
    /// To be encoded.
    chunks: VecDeque<RowChunk>,
    /// What they cost.
    queued: u64,
    /// Chunks given out to be encoded.
    given: u64,
    /// What those cost that were given out and are not appended yet.
    in_flight: u64,
    /// Encoded, by the number of the chunk.
    encoded: BTreeMap<u64, EncodedChunk<E>>,
    appended: u64,
    /// With whoever appends just now, or here.
    parts: Option<OutputFiles<'p, 'o, E>>,
    account: &'a mut Account,
    failed: Option<EngineError>,
}

struct Writer<'w, 'a, 'p, 'o, E: Encoder> {
    releasing: &'w RowReleaser<'w>,
    encoder: &'w E,
    workers: u64,
    line: Mutex<WriteQueue<'a, 'p, 'o, E>>,
    moved: Condvar,
}

/// What a worker does next.
enum WriteTask<'p, 'o, E: Encoder> {
    Append(OutputFiles<'p, 'o, E>, EncodedChunk<E>),
    Encode(u64, RowChunk),
    Order(usize),
    /// A partition that is put in order alone, run by run.
    OrderByRuns(usize),
    Wait,
    Done,
}

impl<'a, 'p, 'o, E: Encoder> Writer<'_, 'a, 'p, 'o, E> {
    fn work(&self) {
        // A panic is a bug of ours, but the others must not wait for ever.
        let worked = catch_unwind(AssertUnwindSafe(|| self.work_until_done()));
        if let Err(error) = worked.unwrap_or(Err(POISONED)) {
            self.line.lock().unwrap_or_else(PoisonError::into_inner).failed.get_or_insert(error);
        }
        self.moved.notify_all();
    }

    fn work_until_done(&self) -> Result<(), EngineError> {
        loop {
            self.releasing.check_stop()?;
            let task = {
                let mut line = self.locked()?;
                match self.due(&mut line).unwrap_or_else(|| self.next(&mut line)) {
                    WriteTask::Wait => {
                        drop(self.moved.wait(line).map_err(|_| POISONED)?);
                        continue;
                    }
                    task => task,
                }
            };
            match task {
                WriteTask::Done => return Ok(()),
                WriteTask::Order(part) => self.order(part)?,
                WriteTask::OrderByRuns(part) => self.order_by_runs(part)?,
                task => self.finish(task)?,
            }
            self.moved.notify_all();
        }
    }

    fn locked(&self) -> Result<MutexGuard<'_, WriteQueue<'a, 'p, 'o, E>>, EngineError> {
        self.line.lock().map_err(|_| POISONED)
    }

    /// What there is to append or to encode.
    fn due(&self, line: &mut WriteQueue<'a, 'p, 'o, E>) -> Option<WriteTask<'p, 'o, E>> {
        if line.failed.is_some() {
            return Some(WriteTask::Done);
        }
        if line.parts.is_some()
            && let Some(bundle) = line.encoded.remove(&line.appended)
        {
            return line.parts.take().map(|parts| WriteTask::Append(parts, bundle));
        }
        if line.given >= line.appended + self.workers * CHUNKS_OF_A_WORKER {
            return None;
        }
        let cost = line.chunks.front()?.cost();
        let is_alone = line.given == line.appended;
        if !is_alone && line.in_flight + cost > self.releasing.memory.written_at_a_time() {
            return None;
        }
        let chunk = line.chunks.pop_front()?;
        line.queued -= cost;
        line.in_flight += cost;
        line.given += 1;
        Some(WriteTask::Encode(line.given - 1, chunk))
    }

    /// What else there is to do.
    fn next(&self, line: &mut WriteQueue<'a, 'p, 'o, E>) -> WriteTask<'p, 'o, E> {
        let count = self.releasing.store.row_partitions();
        if line.next < count {
            let part = line.next;
            let (bytes, is_oversized) = (self.releasing.bytes(part), self.releasing.is_oversized(part));
            // Rows that wait to be encoded are held still.
            let is_alone = line.cut == part && line.chunks.is_empty();
            let held = line.held + line.queued + bytes;
            if !is_alone && (is_oversized || held > self.releasing.memory.ordered_at_a_time()) {
                return WriteTask::Wait;
            }
            line.next += 1;
            line.held += bytes;
            return if is_oversized { WriteTask::OrderByRuns(part) } else { WriteTask::Order(part) };
        }
        if line.cut < count {
            return WriteTask::Wait;
        }
        if let Some(cutter) = line.cutter.take() {
            line.queue(cutter.rest());
            self.moved.notify_all();
            if let Some(task) = self.due(line) {
                return task;
            }
        }
        if line.chunks.is_empty() && line.appended == line.given { WriteTask::Done } else { WriteTask::Wait }
    }

    /// Appends or encodes.
    fn finish(&self, task: WriteTask<'p, 'o, E>) -> Result<(), EngineError> {
        match task {
            WriteTask::Append(mut parts, EncodedChunk { rows, cost, encoded }) => {
                parts.append(rows, encoded)?;
                let mut line = self.locked()?;
                line.parts = Some(parts);
                line.in_flight -= cost;
                line.appended += 1;
            }
            WriteTask::Encode(number, chunk) => {
                let encoded = self.releasing.encode(self.encoder, &chunk)?;
                let (rows, cost) = (chunk.len() as u64, chunk.cost());
                drop(chunk);
                self.locked()?.encoded.insert(number, EncodedChunk { rows, cost, encoded });
            }
            WriteTask::Order(_) | WriteTask::OrderByRuns(_) | WriteTask::Wait | WriteTask::Done => {}
        }
        Ok(())
    }

    fn order(&self, part: usize) -> Result<(), EngineError> {
        let mut runs = Vec::new();
        let fates = self.releasing.partition(part, &mut |run| {
            runs.push(run);
            Ok(())
        })?;
        let mut line = self.locked()?;
        let line = &mut *line;
        line.ordered.insert(part, (fates, runs));
        while let Some((fates, runs)) = line.ordered.remove(&line.cut) {
            line.account.merge(&fates);
            line.take(runs);
            line.held -= self.releasing.bytes(line.cut);
            line.cut += 1;
        }
        Ok(())
    }

    /// As many rows at a time as fit in memory; the next when these are encoded.
    fn order_by_runs(&self, part: usize) -> Result<(), EngineError> {
        let fates = self.releasing.partition(part, &mut |run| {
            self.releasing.check_stop()?;
            self.locked()?.take(vec![run]);
            self.moved.notify_all();
            self.work_off()
        })?;
        let mut line = self.locked()?;
        line.account.merge(&fates);
        line.held -= self.releasing.bytes(part);
        line.cut += 1;
        Ok(())
    }

    /// Appends and encodes, with the others, until no chunk is left to be given
    /// out.
    fn work_off(&self) -> Result<(), EngineError> {
        loop {
            let mut line = self.locked()?;
            match self.due(&mut line) {
                // Somebody else has failed and said so: what is told here is not.
                Some(WriteTask::Done) => return Err(EngineError::Interrupted),
                Some(task) => {
                    drop(line);
                    self.finish(task)?;
                    self.moved.notify_all();
                }
                None if line.chunks.is_empty() => return Ok(()),
                None => drop(self.moved.wait(line).map_err(|_| POISONED)?),
            }
        }
    }
}

impl<E: Encoder> WriteQueue<'_, '_, '_, E> {
    /// Cuts the rows that follow.
    fn take(&mut self, runs: Vec<SortedRows>) {
        let Some(cutter) = &mut self.cutter else { return };
        for run in runs {
            cutter.take(run);
        }
        let full = cutter.full();
        self.queue(full);
    }

    fn queue(&mut self, chunks: Vec<RowChunk>) {
        self.queued += chunks.iter().map(RowChunk::cost).sum::<u64>();
        self.chunks.extend(chunks);
    }
}

#[cfg(test)]
#[path = "tests/pipeline.rs"]
mod tests;
