//! The header of a file: read with the grammar of a record, under stricter limits
//! since everything else hangs on it. A fault in it is fatal and told by column
//! position, never by its text: without a header it would be somebody's data.

use std::sync::Arc;

use memchr::memchr;

use super::scan::classify::bad_utf8;
use super::scan::index::{BYTE_ORDER_MARK, MAX_RECORD, after};
use super::scan::reference::{Ending, RecordReading, RecordShape, Syntax, read, trimmed};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind as Kind};
use crate::engine::port::SourceColumn;
use crate::format::column_names;
use crate::model::column_type::ColumnType;

/// The most bytes a header may have, and with its line ending the most that must
/// be read to know.
pub(super) const MAX_HEADER_READ: usize = BYTE_ORDER_MARK.len() + MAX_RECORD + 2;

/// A header.
#[derive(Debug)]
pub(super) struct CsvHeader {
    pub(super) columns: Vec<SourceColumn>,
    /// As written, without mark and line ending.
    pub(super) content: Vec<u8>,
    /// Whether it ends in CR LF.
    pub(super) crlf: bool,
    /// Where the records start.
    pub(super) data_start: usize,
}

/// Reads the header at the start of `bytes`; `None` when more are needed.
///
/// # Errors
/// The header's fault.
pub(super) fn read_header(
    syntax: Syntax,
    bytes: &[u8],
    at_end: bool,
    file: &Arc<str>,
) -> Result<Option<CsvHeader>, EngineError> {
    let fault = |kind| InputFault::file(kind, file);
    let start = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let (mut ends, mut escaped) = (Vec::new(), Vec::new());
    let shape = match read(syntax, bytes, start, at_end, &mut ends, &mut escaped) {
        RecordReading::Complete(shape) => shape,
        RecordReading::Incomplete => return Ok(None),
        RecordReading::Unterminated { column } => return Err(fault(Kind::UnterminatedQuote).at_column(column).into()),
        RecordReading::Cut { .. } => {
            let only_crs = memchr(b'\n', bytes).is_none() && memchr(b'\r', bytes).is_some();
            return Err(fault(if only_crs { Kind::BareCrFile } else { Kind::HeaderTooLong }).into());
        }
    };
    let content = bytes.get(start..shape.content_end).unwrap_or_default();
    if let Some(fault) = structure_fault(content, start, &shape, &ends, file) {
        return Err(fault.into());
    }
    let columns = columns(syntax, bytes, &ends, file)?;
    Ok(Some(CsvHeader {
        columns,
        content: content.to_vec(),
        crlf: shape.ending == Ending::CrLf,
        data_start: shape.next,
    }))
}

fn structure_fault(
    content: &[u8],
    start: usize,
    shape: &RecordShape,
    ends: &[u32],
    file: &Arc<str>,
) -> Option<InputFault> {
    let fault = |kind, column| Some(InputFault::file(kind, file).at_column(column));
    if content.len() > MAX_RECORD {
        return Some(InputFault::file(Kind::HeaderTooLong, file));
    }
    if let Some(column) = shape.nul {
        return fault(Kind::Nul, column);
    }
    if let Some(column) = bad_utf8(content, start, ends.get(1..).unwrap_or_default()) {
        return fault(Kind::BadUtf8, column);
    }
    if shape.bare_cr.is_some() {
        return Some(InputFault::file(Kind::BareCrFile, file));
    }
    let (_, column) = shape.quote?;
    fault(Kind::HeaderMismatch, column)
}

/// Columns by their names, which must be fit to be told apart.
fn columns(syntax: Syntax, bytes: &[u8], ends: &[u32], file: &Arc<str>) -> Result<Vec<SourceColumn>, EngineError> {
    let mut columns = Vec::with_capacity(ends.len());
    for (pair, column) in ends.windows(2).zip(1..) {
        let field = bytes.get(after(pair[0])..pair[1] as usize).unwrap_or_default();
        let bad_utf8 = || InputFault::file(Kind::BadUtf8, file).at_column(column);
        let name = cell(syntax, field).ok_or_else(bad_utf8)?;
        columns.push(SourceColumn { name, column_type: ColumnType::Text, without_text: None });
    }
    column_names::check(columns.iter().map(|column| column.name.as_str()), file)?;
    Ok(columns)
}

/// The text of a header cell: without blanks, quotes, doubled quotes.
fn cell(syntax: Syntax, field: &[u8]) -> Option<String> {
    let field = trimmed(syntax, field);
    let text = match field {
        [first, inner @ .., last] if *first == syntax.quote && *last == syntax.quote => std::str::from_utf8(inner),
        plain => return std::str::from_utf8(plain).ok().map(str::to_owned),
    };
    let quote = char::from(syntax.quote).to_string();
    text.ok().map(|text| text.replace(&quote.repeat(2), &quote))
}
