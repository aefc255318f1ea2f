//! The scheduling of the second pass. Each worker takes the most urgent task:
//! append an encoded chunk, encode a full chunk, or sort the next partition. So no
//! worker waits for a slower one while there is something to do, and yet everything
//! is cut, counted and appended in the order of the delivery (a reorder buffer).
//! Does not depend on what rows and formats are.

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

/// How many chunks of each worker may be in encoding or wait to be appended.
const CHUNKS_OF_A_WORKER: u64 = 2;

const POISONED: EngineError = EngineError::Bug { step: "writing in order" };

impl RowReleaser<'_> {
    /// Writes everything that is released, in as many files as it takes. If nothing
    /// is released, writes one file with its header only.
    pub(crate) fn write<E: Encoder>(
        &self,
        encoder: &E,
        open: &mut PartOpener<'_>,
        account: &mut Account,
    ) -> Result<WrittenFiles, EngineError> {
        let files = OutputFiles::new(encoder, open, self.max_rows_per_file, self.context.observer);
        let written = write_in_order(self, encoder, files, account)?;
        self.finish(account);
        Ok(written)
    }
}

/// Writes what is released, and adds the fates of all waiting rows to `account`.
pub(crate) fn write_in_order<E: Encoder>(
    releasing: &RowReleaser<'_>,
    encoder: &E,
    files: OutputFiles<'_, '_, E>,
    account: &mut Account,
) -> Result<WrittenFiles, EngineError> {
    let workers = releasing.context.threads();
    let queue = WriteQueue {
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
        files: Some(files),
        account,
        failed: None,
    };
    let writer =
        Writer { releasing, encoder, workers: workers as u64, queue: Mutex::new(queue), moved: Condvar::new() };
    releasing.context.pool.scope(|scope| {
        for _ in 0..workers {
            let writer = &writer;
            scope.spawn(move |_| writer.work());
        }
    });
    let queue = writer.queue.into_inner().map_err(|_| POISONED)?;
    match (queue.failed, queue.files) {
        (Some(error), _) => Err(error),
        (None, Some(files)) => files.finish(),
        (None, None) => Err(POISONED),
    }
}

/// A sorted partition, and the fates of its rows.
type SortedPartition = (Account, Vec<SortedRows>);

/// An encoded chunk: how many rows it has, and what it cost.
struct EncodedChunk<E: Encoder> {
    rows: u64,
    cost: u64,
    encoded: E::Encoded,
}

/// What is done and what is to be done.
struct WriteQueue<'a, 'p, 'o, E: Encoder> {
    /// The next partition to be sorted.
    next: usize,
    /// The next partition to be cut.
    cut: usize,
    /// Sorted partitions that wait for one before them.
    ordered: BTreeMap<usize, SortedPartition>,
    /// Bytes of the partitions from `cut` to `next`.
    held: u64,
    /// `None` once everything was cut.
    cutter: Option<ChunkCutter>,
    /// Chunks that wait to be encoded.
    chunks: VecDeque<RowChunk>,
    /// What these chunks cost.
    queued: u64,
    /// How many chunks were given to workers to be encoded.
    given: u64,
    /// What the chunks cost that were given to workers and are not yet appended.
    in_flight: u64,
    /// Encoded chunks, by their number.
    encoded: BTreeMap<u64, EncodedChunk<E>>,
    appended: u64,
    /// `None` while a worker appends.
    files: Option<OutputFiles<'p, 'o, E>>,
    account: &'a mut Account,
    failed: Option<EngineError>,
}

struct Writer<'w, 'a, 'p, 'o, E: Encoder> {
    releasing: &'w RowReleaser<'w>,
    encoder: &'w E,
    workers: u64,
    queue: Mutex<WriteQueue<'a, 'p, 'o, E>>,
    moved: Condvar,
}

/// What a worker does next.
enum WriteTask<'p, 'o, E: Encoder> {
    Append(OutputFiles<'p, 'o, E>, EncodedChunk<E>),
    Encode(u64, RowChunk),
    Order(usize),
    /// Sort a partition that is too large for memory, part by part, while no other
    /// is sorted.
    OrderByRuns(usize),
    Wait,
    Done,
}

impl<'a, 'p, 'o, E: Encoder> Writer<'_, 'a, 'p, 'o, E> {
    fn work(&self) {
        // A panic is a bug of ours, but the other workers must not wait for ever.
        let worked = catch_unwind(AssertUnwindSafe(|| self.work_until_done()));
        if let Err(error) = worked.unwrap_or(Err(POISONED)) {
            self.queue.lock().unwrap_or_else(PoisonError::into_inner).failed.get_or_insert(error);
        }
        self.moved.notify_all();
    }

    fn work_until_done(&self) -> Result<(), EngineError> {
        loop {
            self.releasing.context.check_stop()?;
            let task = {
                let mut queue = self.locked()?;
                match self.due(&mut queue).unwrap_or_else(|| self.next(&mut queue)) {
                    WriteTask::Wait => {
                        drop(self.moved.wait(queue).map_err(|_| POISONED)?);
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
        self.queue.lock().map_err(|_| POISONED)
    }

    /// The next chunk to append or to encode, if there is one.
    fn due(&self, queue: &mut WriteQueue<'a, 'p, 'o, E>) -> Option<WriteTask<'p, 'o, E>> {
        if queue.failed.is_some() {
            return Some(WriteTask::Done);
        }
        if queue.files.is_some()
            && let Some(chunk) = queue.encoded.remove(&queue.appended)
        {
            return queue.files.take().map(|files| WriteTask::Append(files, chunk));
        }
        if queue.given >= queue.appended + self.workers * CHUNKS_OF_A_WORKER {
            return None;
        }
        let cost = queue.chunks.front()?.cost();
        let is_alone = queue.given == queue.appended;
        if !is_alone && queue.in_flight + cost > self.releasing.context.memory.written_at_a_time() {
            return None;
        }
        let chunk = queue.chunks.pop_front()?;
        queue.queued -= cost;
        queue.in_flight += cost;
        queue.given += 1;
        Some(WriteTask::Encode(queue.given - 1, chunk))
    }

    /// The next task if nothing can be appended or encoded.
    fn next(&self, queue: &mut WriteQueue<'a, 'p, 'o, E>) -> WriteTask<'p, 'o, E> {
        let count = self.releasing.store.row_partitions();
        if queue.next < count {
            let part = queue.next;
            let (bytes, is_oversized) = (self.releasing.bytes(part), self.releasing.is_oversized(part));
            // Rows that wait to be encoded take memory too.
            let is_alone = queue.cut == part && queue.chunks.is_empty();
            let held = queue.held + queue.queued + bytes;
            if !is_alone && (is_oversized || held > self.releasing.context.memory.ordered_at_a_time()) {
                return WriteTask::Wait;
            }
            queue.next += 1;
            queue.held += bytes;
            return if is_oversized { WriteTask::OrderByRuns(part) } else { WriteTask::Order(part) };
        }
        if queue.cut < count {
            return WriteTask::Wait;
        }
        if let Some(cutter) = queue.cutter.take() {
            queue.add_chunks(cutter.rest());
            self.moved.notify_all();
            if let Some(task) = self.due(queue) {
                return task;
            }
        }
        if queue.chunks.is_empty() && queue.appended == queue.given { WriteTask::Done } else { WriteTask::Wait }
    }

    /// Appends or encodes.
    fn finish(&self, task: WriteTask<'p, 'o, E>) -> Result<(), EngineError> {
        match task {
            WriteTask::Append(mut files, EncodedChunk { rows, cost, encoded }) => {
                files.append(rows, encoded)?;
                let mut queue = self.locked()?;
                queue.files = Some(files);
                queue.in_flight -= cost;
                queue.appended += 1;
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
        let mut queue = self.locked()?;
        let queue = &mut *queue;
        queue.ordered.insert(part, (fates, runs));
        while let Some((fates, runs)) = queue.ordered.remove(&queue.cut) {
            queue.account.merge(&fates);
            queue.take(runs);
            queue.held -= self.releasing.bytes(queue.cut);
            queue.cut += 1;
        }
        Ok(())
    }

    /// Sorts as many rows at a time as fit in memory, and continues when they are
    /// encoded.
    fn order_by_runs(&self, part: usize) -> Result<(), EngineError> {
        let fates = self.releasing.partition(part, &mut |run| {
            self.releasing.context.check_stop()?;
            self.locked()?.take(vec![run]);
            self.moved.notify_all();
            self.drain_chunks()
        })?;
        let mut queue = self.locked()?;
        queue.account.merge(&fates);
        queue.held -= self.releasing.bytes(part);
        queue.cut += 1;
        Ok(())
    }

    /// Appends and encodes, together with the other workers, until no chunk waits
    /// to be encoded.
    fn drain_chunks(&self) -> Result<(), EngineError> {
        loop {
            let mut queue = self.locked()?;
            match self.due(&mut queue) {
                // Another worker failed and its error is kept; this one is not
                // reported.
                Some(WriteTask::Done) => return Err(EngineError::Interrupted),
                Some(task) => {
                    drop(queue);
                    self.finish(task)?;
                    self.moved.notify_all();
                }
                None if queue.chunks.is_empty() => return Ok(()),
                None => drop(self.moved.wait(queue).map_err(|_| POISONED)?),
            }
        }
    }
}

impl<E: Encoder> WriteQueue<'_, '_, '_, E> {
    /// Cuts the rows that follow into chunks.
    fn take(&mut self, runs: Vec<SortedRows>) {
        let Some(cutter) = &mut self.cutter else { return };
        for run in runs {
            cutter.take(run);
        }
        let full = cutter.full();
        self.add_chunks(full);
    }

    fn add_chunks(&mut self, chunks: Vec<RowChunk>) {
        self.queued += chunks.iter().map(RowChunk::cost).sum::<u64>();
        self.chunks.extend(chunks);
    }
}

#[cfg(test)]
#[path = "tests/pipeline.rs"]
mod tests;
