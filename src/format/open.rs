//! Opens one file of an extract in whatever format it is, and knows when two
//! names are one file.

use std::path::Path;
use std::sync::Arc;

use super::asked_columns::AskedColumns;
use super::io::file::InputFile;
use super::spec_of;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::Source;
use crate::model::dialect::Dialect;
use crate::model::file_format::FileFormat;

/// Opens `path`, called `name` in messages. Where the dialect does not say the
/// format, the file's name decides. A CSV file is read `block_bytes` at a time.
///
/// # Errors
/// A fault of the file, or of reading it.
pub fn open(
    path: &Path,
    name: &Arc<str>,
    dialect: &Dialect,
    block_bytes: usize,
) -> Result<Box<dyn Source>, EngineError> {
    open_for(path, name, dialect, block_bytes, &AskedColumns::default())
}

/// The same, with the columns that are asked for.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_for(
    path: &Path,
    name: &Arc<str>,
    dialect: &Dialect,
    block_bytes: usize,
    asked: &AskedColumns,
) -> Result<Box<dyn Source>, EngineError> {
    let promised = path.file_name().and_then(|name| name.to_str()).and_then(FileFormat::of_file_name);
    let Some(format) = dialect.format.or(promised) else { return Err(of_no_format(path, name)) };
    spec_of(format).open(path, name, dialect, block_bytes, asked)
}

/// What is not a file at all is told before its format is asked for.
fn of_no_format(path: &Path, name: &Arc<str>) -> EngineError {
    let unknown = || InputFault::file(InputFaultKind::UnknownFormat, name).into();
    match InputFile::open(path, name) {
        Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput => unknown(),
        Err(error) => error,
        Ok(_) => unknown(),
    }
}
