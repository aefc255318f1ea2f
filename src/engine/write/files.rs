//! The files of a delivery while they are written: one at a time; a new one begins
//! where a file has as many rows as the policy allows.

use std::io;

use crate::engine::fault::EngineError;
use crate::engine::port::{Appender, Encoder, SinkReport};
use crate::engine::progress::{Observer, Phase, Progress};

/// Opens the data file of this number, from 0.
pub(crate) type PartOpener<'a> = dyn FnMut(usize) -> io::Result<Box<dyn io::Write + Send>> + Send + 'a;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenFiles {
    /// The rows of each file.
    pub rows: Vec<u64>,
    /// The sum of what the sinks reported.
    pub report: SinkReport,
}

/// A file that is being written, and its rows so far.
type OpenPart<E> = (Box<dyn Appender<<E as Encoder>::Encoded>>, u64);

/// The files of the delivery, and what was written so far.
pub(crate) struct OutputFiles<'p, 'o, E: Encoder> {
    encoder: &'p E,
    open: &'p mut PartOpener<'o>,
    max_rows: Option<u64>,
    current: Option<OpenPart<E>>,
    written: WrittenFiles,
    observer: &'p dyn Observer,
    progress: Progress,
}

impl<'p, 'o, E: Encoder> OutputFiles<'p, 'o, E> {
    /// Without an open file.
    pub(crate) fn new(
        encoder: &'p E,
        open: &'p mut PartOpener<'o>,
        max_rows: Option<u64>,
        observer: &'p dyn Observer,
    ) -> Self {
        let (written, progress) = (WrittenFiles::default(), Progress::default());
        Self { encoder, open, max_rows, current: None, written, observer, progress }
    }

    /// Appends the encoded rows that follow; they are all for one file.
    pub(crate) fn append(&mut self, rows: u64, encoded: E::Encoded) -> Result<(), EngineError> {
        if self.current.as_ref().is_some_and(|(_, held)| self.max_rows.is_some_and(|max| *held >= max)) {
            self.close()?;
        }
        let (appender, held) = self.current()?;
        appender.append(encoded)?;
        *held += rows;
        self.progress.records += rows;
        self.observer.advanced(Phase::Writing, self.progress);
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
            self.written.report.rounded_cells += report.rounded_cells;
            self.written.rows.push(rows);
        }
        Ok(())
    }

    /// Ends the last file. If there is none, writes one with its header only.
    pub(crate) fn finish(mut self) -> Result<WrittenFiles, EngineError> {
        if self.written.rows.is_empty() {
            self.current()?;
        }
        self.close()?;
        Ok(self.written)
    }
}
