//! A file of records that was looked at and is read when its turn comes. A few stay
//! open in between, as most runs have no more; of thousands, as engines write that
//! work in parallel, no system would allow it.

use std::path::PathBuf;
use std::sync::Arc;

use super::open::FileReading;
use crate::engine::fault::{InputFault, InputFaultKind};
use crate::engine::port::{Source, SourceColumn};
use crate::format::io::file::FileStamp;
use crate::release::error::ReleaseError;

/// Files that stay open until their turn, of the extract and of the logs each.
const OPEN_AT_ONCE: usize = 16;

/// A file whose columns are known.
pub(crate) struct WaitingInput {
    path: PathBuf,
    name: Arc<str>,
    /// Of the file that was looked at.
    stamp: FileStamp,
    columns: Arc<[SourceColumn]>,
    /// Open still.
    source: Option<Box<dyn Source>>,
}

impl WaitingInput {
    /// The file behind `source`, with `before` others before it, of which the last has
    /// the columns `last`.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub(crate) fn new(
        path: PathBuf,
        source: Box<dyn Source>,
        before: usize,
        last: Option<&Arc<[SourceColumn]>>,
    ) -> Result<Self, ReleaseError> {
        // After opening: a file that cannot be opened has a clearer fault.
        let stamp = FileStamp::of_path(&path).map_err(ReleaseError::io("look at", &path))?;
        let same = last.filter(|last| ***last == *source.columns());
        let columns = same.map_or_else(|| source.columns().into(), Arc::clone);
        let name = Arc::clone(source.file());
        let source = (before < OPEN_AT_ONCE).then_some(source);
        Ok(Self { path, name, stamp, columns, source })
    }

    /// Its columns.
    pub(crate) fn columns(&self) -> &Arc<[SourceColumn]> {
        &self.columns
    }

    /// The file, to be read: the one that was looked at, or a fault.
    ///
    /// # Errors
    /// [`InputFaultKind::InputChanged`], or as opening it the first time.
    pub(crate) fn open(self, reading: &FileReading) -> Result<Box<dyn Source>, ReleaseError> {
        let Self { path, name, stamp, columns, source } = self;
        if let Some(source) = source {
            return Ok(source);
        }
        let changed = || ReleaseError::Input(InputFault::file(InputFaultKind::InputChanged, &name));
        let is_same = || FileStamp::of_path(&path).is_ok_and(|now| now == stamp);
        if !is_same() {
            return Err(changed());
        }
        let source = reading.open(&path, &name)?;
        // From here on it is the open file that must stay as it is.
        if is_same() && *source.columns() == *columns { Ok(source) } else { Err(changed()) }
    }
}
