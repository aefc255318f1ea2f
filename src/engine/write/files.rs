//! The files of a delivery while they are written: one open at a time, a new one
//! where the policy's number of rows is reached.

use std::io;

use crate::engine::fault::EngineError;
use crate::engine::port::{Appender, Encoder, SinkReport};
use crate::engine::progress::{Observer, Phase, Progress};

/// Opens the data file of a part, counted from 0.
pub(crate) type PartOpener<'a> = dyn FnMut(usize) -> io::Result<Box<dyn io::Write + Send>> + Send + 'a;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenFiles {
    /// Rows of each part.
    pub rows: Vec<u64>,
    /// What the sinks reported, in all.
    pub report: SinkReport,
}

/// A file that is being written, and its rows so far.
type OpenPart<E> = (Box<dyn Appender<<E as Encoder>::Encoded>>, u64);

/// The files of the delivery, and how far they are.
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
    /// No file yet.
    pub(crate) fn new(
        encoder: &'p E,
        open: &'p mut PartOpener<'o>,
        max_rows: Option<u64>,
        observer: &'p dyn Observer,
    ) -> Self {
        let (written, progress) = (WrittenFiles::default(), Progress::default());
        Self { encoder, open, max_rows, current: None, written, observer, progress }
    }

    /// Appends the encoded rows that follow, which never belong to two files.
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

    /// Ends the last file. At least one is written, if only with its header.
    pub(crate) fn finish(mut self) -> Result<WrittenFiles, EngineError> {
        if self.written.rows.is_empty() {
            self.current()?;
        }
        self.close()?;
        Ok(self.written)
    }
}
