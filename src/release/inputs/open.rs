//! Opens a file of records, as the policy says it is written.

use std::path::Path;
use std::sync::Arc;

use crate::engine::fault::EngineError;
use crate::engine::port::Source;
use crate::format::csv::BLOCK_BYTES;
use crate::format::open;
use crate::model::dialect::Dialect;

/// Opens a file of records, as the policy says it is written.
pub(crate) fn open_written(
    path: &Path,
    name: &Arc<str>,
    dialect: &Dialect,
    block_bytes: Option<usize>,
) -> Result<Box<dyn Source>, EngineError> {
    open::open(path, name, dialect, block_bytes.unwrap_or(BLOCK_BYTES))
}
