//! Opens a file of records, as the policy says it is written.

use std::path::Path;
use std::sync::Arc;

use crate::engine::fault::EngineError;
use crate::engine::port::Source;
use crate::format::csv::{BLOCK_BYTES, CsvDialect};
use crate::format::open;
use crate::policy::plan::dialect::WrittenAs;

/// Opens a file of records, as the policy says it is written.
pub(crate) fn open_written(
    path: &Path,
    name: &Arc<str>,
    written: &WrittenAs,
    block_bytes: Option<usize>,
) -> Result<Box<dyn Source>, EngineError> {
    let dialect = CsvDialect {
        delimiter: written.delimiter,
        quote: written.quote,
        newline_in_fields: written.newline_in_fields,
        trim: written.trim,
        null_values: written.null_values.clone(),
        block_bytes: block_bytes.unwrap_or(BLOCK_BYTES),
    };
    open::open(path, name, written.format, &dialect)
}
