//! The second leg of a run: rows that waited and whose subject turned out to be
//! free of restrictions become `Released`, are put in order, cut by delivered
//! row number and encoded by workers. While they do, what is encoded already is
//! appended in order by a thread of its own.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use rayon::prelude::*;

use super::cutting::{Chunk, Cutter};
use super::fault::EngineError;
use super::join::Withheld;
use super::memory::Memory;
use super::observe::{Leg, Observer, Progress};
use super::partitions::Piece;
use super::port::{Appender, Encoder, Released, SinkReport, SpillSpace};
use super::row_codec::Layout;
use super::sorting::{Partition, SortedRows, TakeRun, sort_partition, waiting_rows};
use super::store::{Closed, Kept};
use crate::manifest::account::Account;
use crate::policy::plan::RowOrder;

/// The most partitions put in order at a time, for each worker.
const WINDOW_PARTITIONS: usize = 4;

/// Opens the data file of a part, counted from 0.
pub type PartOpener<'a> = dyn FnMut(usize) -> io::Result<Box<dyn io::Write + Send>> + Send + 'a;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "counts only")]
pub struct Written {
    /// Rows of each part.
    pub rows: Vec<u64>,
    /// What the sinks reported, in all.
    pub report: SinkReport,
}

pub(super) struct Releasing<'a> {
    pub(super) store: &'a Closed,
    pub(super) withheld: &'a Withheld,
    pub(super) layout: &'a Layout,
    pub(super) space: &'a dyn SpillSpace,
    pub(super) pool: &'a rayon::ThreadPool,
    pub(super) observer: &'a dyn Observer,
    pub(super) stop: &'a AtomicBool,
    pub(super) max_rows_per_file: Option<u64>,
    pub(super) memory: Memory,
}

/// Some encoded rows and how many they are.
type Bundle<E> = (u64, <E as Encoder>::Encoded);
/// Receives what is encoded, in order.
type Emit<'a, E> = dyn FnMut(Vec<Bundle<E>>) -> Result<(), EngineError> + 'a;
/// A partition in order, and the fates of its rows.
type Ready = (Account, Vec<SortedRows>);

impl Releasing<'_> {
    /// Counts what would be released; for a dry run.
    pub(super) fn count(&self, account: &mut Account) -> Result<(), EngineError> {
        for window in self.windows() {
            self.check_stop()?;
            if self.is_oversized(window.start) {
                account.merge(&self.partition(window.start, &mut |_| Ok(()))?);
            } else {
                let ready = self.pool.install(|| self.put_in_order(window))?;
                for (fates, _) in &ready {
                    account.merge(fates);
                }
            }
        }
        self.finish(account);
        Ok(())
    }

    /// Writes everything that is released, in as many parts as it takes. At
    /// least one part is written, if only with its header.
    pub(super) fn write<E: Encoder>(
        &self,
        encoder: &E,
        open: &mut PartOpener<'_>,
        account: &mut Account,
    ) -> Result<Written, EngineError> {
        let parts =
            Parts { encoder, open, max_rows: self.max_rows_per_file, current: None, written: Written::default() };
        if self.pool.current_num_threads() == 1 {
            // One thread was asked for: it does everything in turn.
            let mut appending = Appending { parts, observer: self.observer, progress: Progress::default() };
            self.encode_all(encoder, account, &mut |encoded| appending.append(encoded))?;
            return appending.parts.finish();
        }
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel::<Vec<Bundle<E>>>(1);
            let mut appending = Appending { parts, observer: self.observer, progress: Progress::default() };
            let writer = scope.spawn(move || {
                receiver.into_iter().try_for_each(|encoded| appending.append(encoded))?;
                appending.parts.finish()
            });
            // A writer that has failed takes nothing, and says so itself.
            let encoded = self.encode_all(encoder, account, &mut |encoded| {
                let _ = sender.send(encoded);
                Ok(())
            });
            drop(sender);
            let written = writer.join().map_err(|_| EngineError::Bug { step: "writing" })?;
            written.and_then(|written| encoded.map(|()| written))
        })
    }

    /// Encodes the rows of one window while those of the next are put in order.
    fn encode_all<E: Encoder>(
        &self,
        encoder: &E,
        account: &mut Account,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), EngineError> {
        let workers = self.pool.current_num_threads();
        let mut cutter = Cutter::new(self.max_rows_per_file);
        let mut chunks = Vec::new();
        for window in self.windows() {
            self.check_stop()?;
            if self.is_oversized(window.start) {
                // Alone, run by run: as many rows as fit in memory at a time.
                emit(self.pool.install(|| self.encode(encoder, &std::mem::take(&mut chunks)))?)?;
                let fates = self.partition(window.start, &mut |run| {
                    cutter.take(run);
                    self.check_stop()?;
                    emit(self.pool.install(|| self.encode(encoder, &cutter.full()))?)
                })?;
                account.merge(&fates);
                continue;
            }
            // A chunk for every worker, or one of them would look on.
            let due = if chunks.len() < workers { Vec::new() } else { std::mem::take(&mut chunks) };
            let (ready, encoded) =
                self.pool.install(|| rayon::join(|| self.put_in_order(window), || self.encode(encoder, &due)));
            drop(due);
            emit(encoded?)?;
            for (fates, runs) in ready? {
                account.merge(&fates);
                for run in runs {
                    cutter.take(run);
                }
            }
            chunks.extend(cutter.full());
        }
        chunks.extend(cutter.rest());
        self.check_stop()?;
        emit(self.pool.install(|| self.encode(encoder, &chunks))?)?;
        self.finish(account);
        Ok(())
    }

    fn encode<E: Encoder>(&self, encoder: &E, chunks: &[Chunk]) -> Result<Vec<Bundle<E>>, EngineError> {
        let encode = |chunk: &Chunk| {
            let columns = self.layout.decode(chunk.len(), chunk.rows());
            let columns = columns.ok_or(EngineError::Bug { step: "decoding waiting rows" })?;
            Ok((chunk.len() as u64, encoder.encode(&Released::new(columns, chunk.len()))?))
        };
        chunks.par_iter().map(encode).collect()
    }

    fn check_stop(&self) -> Result<(), EngineError> {
        if self.stop.load(Ordering::Relaxed) { Err(EngineError::Interrupted) } else { Ok(()) }
    }

    fn is_oversized(&self, part: usize) -> bool {
        self.store.order == RowOrder::Pseudonym && self.store.bytes(Kept::Rows, part) > self.memory.ordered_whole()
    }

    /// Runs of partitions to put in order together: a few for every worker, but
    /// no more than fit; one that is too large alone.
    fn windows(&self) -> Vec<Range<usize>> {
        let workers = self.pool.current_num_threads();
        let mut windows: Vec<Range<usize>> = Vec::new();
        let mut bytes = 0;
        for part in 0..self.store.row_partitions() {
            let own = self.store.bytes(Kept::Rows, part);
            let fits = |window: &&mut Range<usize>| {
                !self.is_oversized(window.start)
                    && !self.is_oversized(part)
                    && (window.len() < workers || bytes + own <= self.memory.ordered_at_a_time())
                    && window.len() < workers * WINDOW_PARTITIONS
            };
            if let Some(window) = windows.last_mut().filter(fits) {
                window.end = part + 1;
                bytes += own;
            } else {
                windows.push(part..part + 1);
                bytes = own;
            }
        }
        windows
    }

    fn put_in_order(&self, window: Range<usize>) -> Result<Vec<Ready>, EngineError> {
        let put = |part: usize| {
            let mut runs = Vec::new();
            let fates = self.partition(part, &mut |run| {
                runs.push(run);
                Ok(())
            })?;
            Ok((fates, runs))
        };
        window.into_par_iter().map(put).collect()
    }

    fn finish(&self, account: &mut Account) {
        account.subjects = self.withheld.subjects;
        account.most_rows_of_one_subject = self.withheld.most_rows_of_one_subject;
    }

    /// Gives the released rows of one partition in order, and the fates of all
    /// its rows.
    fn partition(&self, part: usize, take: &mut TakeRun<'_>) -> Result<Account, EngineError> {
        let withheld = self.withheld.of_partition(part).map_err(waiting_rows)?;
        let mut fates = Account::default();
        let mut keep = |record: u64| {
            fates.fates.add(record);
            let found = withheld.binary_search_by_key(&record, |(record, _)| *record);
            if let Ok(found) = found {
                let reason = withheld[found].1;
                *fates.dropped.entry(reason).or_default() += 1;
                *fates.with_their_subject.entry(reason).or_default() += 1;
            } else {
                fates.delivered += 1;
            }
            found.is_err()
        };
        let in_order = self.store.order == RowOrder::Pseudonym;
        let pieces =
            || -> Box<dyn Iterator<Item = io::Result<Piece<'_>>>> { Box::new(self.store.pieces(Kept::Rows, part)) };
        let rows = Partition { bytes: self.store.bytes(Kept::Rows, part), pieces: &pieces };
        sort_partition(&rows, in_order, self.memory.ordered_whole(), self.space, &mut keep, take)?;
        Ok(fates)
    }
}

/// Appends what is encoded, in order, and tells how far it is.
struct Appending<'p, 'e, 'o, E: Encoder> {
    parts: Parts<'e, 'o, E>,
    observer: &'p dyn Observer,
    progress: Progress,
}

impl<E: Encoder> Appending<'_, '_, '_, E> {
    fn append(&mut self, encoded: Vec<Bundle<E>>) -> Result<(), EngineError> {
        for (rows, encoded) in encoded {
            self.parts.append(rows, encoded)?;
            self.progress.records += rows;
            self.observer.advanced(Leg::Writing, self.progress);
        }
        Ok(())
    }
}

/// A file that is being written, and its rows so far.
type OpenPart<E> = (Box<dyn Appender<<E as Encoder>::Encoded>>, u64);

/// The files of the delivery, one open at a time.
struct Parts<'e, 'o, E: Encoder> {
    encoder: &'e E,
    open: &'o mut PartOpener<'o>,
    max_rows: Option<u64>,
    current: Option<OpenPart<E>>,
    written: Written,
}

impl<E: Encoder> Parts<'_, '_, E> {
    fn append(&mut self, rows: u64, encoded: E::Encoded) -> Result<(), EngineError> {
        if self.current.as_ref().is_some_and(|(_, held)| self.max_rows.is_some_and(|max| *held >= max)) {
            self.close()?;
        }
        let (appender, held) = self.current()?;
        appender.append(encoded)?;
        *held += rows;
        Ok(())
    }

    fn current(&mut self) -> Result<&mut OpenPart<E>, EngineError> {
        if self.current.is_none() {
            let file = (self.open)(self.written.rows.len())
                .map_err(|source| EngineError::Write { what: "the data file", source })?;
            self.current = Some((self.encoder.open(file)?, 0));
        }
        self.current.as_mut().ok_or(EngineError::Bug { step: "opening a part" })
    }

    fn close(&mut self) -> Result<(), EngineError> {
        if let Some((appender, rows)) = self.current.take() {
            let report = appender.finish()?;
            self.written.report.guarded_cells += report.guarded_cells;
            self.written.rows.push(rows);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Written, EngineError> {
        if self.written.rows.is_empty() {
            self.current()?;
        }
        self.close()?;
        Ok(self.written)
    }
}
