//! The second leg of a run: rows that waited and whose subject turned out to be
//! free of restrictions become `Released`, are put in order, cut by delivered
//! row number, encoded by workers and appended in order.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::fault::EngineError;
use super::join::Withheld;
use super::observe::{Leg, Observer, Progress};
use super::port::{Appender, Encoder, Released, SinkReport, SpillSpace};
use super::row_codec::Layout;
use super::sorting::{SortedRows, TakeRun, is_oversized, sort_partition, waiting_rows};
use super::store::Store;
use crate::manifest::account::Account;
use crate::policy::plan::RowOrder;

/// Rows of one row group, one record batch, one run of lines. Cut by delivered
/// row number alone, so that blocks and threads leave no trace in the files.
const CHUNK_ROWS: usize = 1 << 16;

/// Opens the data file of a part, counted from 0.
pub type PartOpener<'a> = dyn FnMut(usize) -> io::Result<Box<dyn io::Write + Send>> + 'a;

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
    pub(super) store: &'a Store,
    pub(super) withheld: &'a Withheld,
    pub(super) layout: &'a Layout,
    pub(super) space: &'a dyn SpillSpace,
    pub(super) pool: &'a rayon::ThreadPool,
    pub(super) observer: &'a dyn Observer,
    pub(super) stop: &'a AtomicBool,
    pub(super) max_rows_per_file: Option<u64>,
}

/// Rows on their way into chunks.
#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    rows: Vec<Range<usize>>,
}

impl Chunk {
    fn push(&mut self, row: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(row);
        self.rows.push(start..self.bytes.len());
    }
}

impl Releasing<'_> {
    /// Counts what would be released; for a dry run.
    pub(super) fn count(&self, account: &mut Account) -> Result<(), EngineError> {
        self.each_window(account, |_| Ok(()))
    }

    /// Writes everything that is released, in as many parts as it takes. At
    /// least one part is written, if only with its header.
    pub(super) fn write<E: Encoder>(
        &self,
        encoder: &E,
        open: &mut PartOpener<'_>,
        account: &mut Account,
    ) -> Result<Written, EngineError> {
        let mut parts =
            Parts { encoder, open, max_rows: self.max_rows_per_file, current: None, written: Written::default() };
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut filling = Chunk::default();
        let mut in_part = 0_u64;
        let mut progress = Progress::default();
        let most = self.pool.current_num_threads();
        self.each_window(account, |rows| {
            for row in rows.iter() {
                filling.push(row);
                in_part += 1;
                let part_full = self.max_rows_per_file.is_some_and(|max| in_part == max);
                if part_full {
                    in_part = 0;
                }
                if part_full || filling.rows.len() == CHUNK_ROWS {
                    chunks.push(std::mem::take(&mut filling));
                    if chunks.len() >= most {
                        self.flush(&mut chunks, &mut parts, &mut progress)?;
                    }
                }
            }
            Ok(())
        })?;
        if !filling.rows.is_empty() {
            chunks.push(filling);
        }
        self.flush(&mut chunks, &mut parts, &mut progress)?;
        parts.finish()
    }

    fn flush<E: Encoder>(
        &self,
        chunks: &mut Vec<Chunk>,
        parts: &mut Parts<'_, '_, E>,
        progress: &mut Progress,
    ) -> Result<(), EngineError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(EngineError::Interrupted);
        }
        let encoder = parts.encoder;
        let encode = |chunk: &Chunk| {
            let rows = chunk.rows.iter().map(|range| &chunk.bytes[range.clone()]);
            let columns = self.layout.decode(rows).ok_or(EngineError::Bug { step: "decoding waiting rows" })?;
            encoder.encode(&Released::new(columns, chunk.rows.len()))
        };
        let encoded: Vec<_> =
            self.pool.install(|| chunks.par_iter().map(encode).collect::<Result<_, EngineError>>())?;
        for (chunk, encoded) in chunks.drain(..).zip(encoded) {
            let rows = chunk.rows.len() as u64;
            parts.append(rows, encoded)?;
            progress.records += rows;
            self.observer.advanced(Leg::Writing, *progress);
        }
        Ok(())
    }

    /// Gives the rows that are released, in order, a few partitions at a time,
    /// and accounts for every row that waited.
    fn each_window(
        &self,
        account: &mut Account,
        mut take: impl FnMut(&SortedRows) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let in_order = self.store.order == RowOrder::Pseudonym;
        let oversized = |part: usize| in_order && is_oversized(&self.store.rows, part);
        let mut part = 0;
        while part < self.store.rows.count() {
            if self.stop.load(Ordering::Relaxed) {
                return Err(EngineError::Interrupted);
            }
            if oversized(part) {
                // Alone, run by run: as many rows as fit in memory at a time.
                account.merge(&self.partition(part, &mut |run| take(&run))?);
                part += 1;
                continue;
            }
            let until = (part..self.store.rows.count().min(part + self.pool.current_num_threads()))
                .find(|&next| oversized(next))
                .unwrap_or_else(|| self.store.rows.count().min(part + self.pool.current_num_threads()));
            let sort = |part: usize| {
                let mut runs = Vec::new();
                let fates = self.partition(part, &mut |run| {
                    runs.push(run);
                    Ok(())
                })?;
                Ok((fates, runs))
            };
            let ready: Vec<(Account, Vec<SortedRows>)> =
                self.pool.install(|| (part..until).into_par_iter().map(sort).collect::<Result<_, EngineError>>())?;
            for (fates, runs) in ready {
                account.merge(&fates);
                runs.iter().try_for_each(&mut take)?;
            }
            part = until;
        }
        account.subjects = self.withheld.subjects;
        account.most_rows_of_one_subject = self.withheld.most_rows_of_one_subject;
        Ok(())
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
                *fates.dropped.entry(withheld[found].1).or_default() += 1;
                fates.dropped_with_their_subject += 1;
            } else {
                fates.delivered += 1;
            }
            found.is_err()
        };
        let in_order = self.store.order == RowOrder::Pseudonym;
        sort_partition(&self.store.rows, part, in_order, self.space, &mut keep, take)?;
        Ok(fates)
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
