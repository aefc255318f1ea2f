//! Workbooks of Office Open XML (`.xlsx`), of which one sheet is read and none is
//! written. Read by builds with the feature `xlsx`; any other says how to build one.
//!
//! What a sheet may hide from whoever looks at it is refused before a cell is read
//! (`scan.rs`); the cells themselves are read by calamine (`load.rs`).

#[cfg(feature = "xlsx")]
mod archive;
#[cfg(feature = "xlsx")]
mod cell;
#[cfg(feature = "xlsx")]
mod load;
#[cfg(feature = "xlsx")]
mod read;
#[cfg(feature = "xlsx")]
mod scan;
#[cfg(feature = "xlsx")]
mod skipped;
#[cfg(feature = "xlsx")]
mod value;
#[cfg(feature = "xlsx")]
mod workbook;

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::account::Account;
use crate::engine::WrittenFiles;
use crate::engine::bind::Binding;
use crate::engine::fault::EngineError;
use crate::engine::port::Source;
use crate::engine::run::ReleasePhase;
use crate::engine::write::files::PartOpener;
use crate::format::FormatSpec;
use crate::format::asked_columns::AskedColumns;
use crate::model::dialect::Dialect;
use crate::policy::plan::OutputRules;

/// What is done with such files.
pub(super) struct Xlsx;

impl FormatSpec for Xlsx {
    #[cfg(feature = "xlsx")]
    fn open(
        &self,
        path: &Path,
        name: &Arc<str>,
        dialect: &Dialect,
        _block_bytes: usize,
        asked: &AskedColumns,
    ) -> Result<Box<dyn Source>, EngineError> {
        Ok(Box::new(read::SheetSource::open(path, name, dialect, asked)?))
    }

    #[cfg(not(feature = "xlsx"))]
    fn open(
        &self,
        path: &Path,
        name: &Arc<str>,
        _dialect: &Dialect,
        _block_bytes: usize,
        _asked: &AskedColumns,
    ) -> Result<Box<dyn Source>, EngineError> {
        use crate::engine::fault::{InputFault, InputFaultKind};
        // What is no file, or an empty one, is told first.
        crate::format::io::file::InputFile::open(path, name)?;
        Err(InputFault::file(InputFaultKind::NotBuilt, name).into())
    }

    /// No policy asks for it: `output.format` has no such word.
    fn write(
        &self,
        _: &ReleasePhase<'_>,
        _: &Binding,
        _: &OutputRules,
        _: &mut PartOpener<'_>,
    ) -> Result<(Account, WrittenFiles), EngineError> {
        Err(EngineError::Bug { step: "format::xlsx: sheets are not written" })
    }

    fn count_rows(&self, _: &Path) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
