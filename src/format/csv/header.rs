//! The header of a file: read with the grammar of a record, under stricter limits
//! since everything else hangs on it. A fault in it is fatal and told by column
//! position, never by its text: without a header it would be somebody's data.

use std::sync::Arc;

use memchr::memchr;

use super::line::field_texts;
use super::scan::classify::bad_utf8;
use super::scan::index::{BYTE_ORDER_MARK, MAX_RECORD};
use super::scan::reference::{Ending, RecordReading, RecordShape, read};
use super::scan::syntax::Syntax;
use super::skipped::{behind_skipped, check_skipped};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind as Kind};
use crate::engine::port::SourceColumn;
use crate::format::column_names;
use crate::model::column_type::ColumnType;
use crate::model::dialect::Dialect;

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
    /// Lines before it that were skipped.
    pub(super) skipped: u32,
    /// Lines that seem to be before the header, where the first does not read as one.
    pub(super) lines_before: Option<u32>,
}

impl CsvHeader {
    /// The same names with quotes around each, or with none if that is how the header
    /// is written; empty where that cannot be written.
    pub(super) fn in_other_writing(&self, syntax: Syntax) -> Vec<u8> {
        let Some(quote) = syntax.quote.map(char::from) else { return Vec::new() };
        let delimiter = syntax.delimiter.as_str();
        let is_plain = |name: &str| !name.contains(['\n', quote]) && !name.contains(delimiter);
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        if !names.iter().all(|name| is_plain(name)) {
            return Vec::new();
        }
        let quoted = names.iter().map(|name| format!("{quote}{name}{quote}")).collect::<Vec<_>>().join(delimiter);
        if quoted.as_bytes() == self.content { names.join(delimiter).into_bytes() } else { quoted.into_bytes() }
    }
}

/// Reads the header at the start of `bytes`, or takes the one that the dialect says
/// where the file has none; `None` when more bytes are needed.
///
/// # Errors
/// The header's fault, or that of the lines before it.
pub(super) fn read_header(
    dialect: &Dialect,
    bytes: &[u8],
    at_end: bool,
    file: &Arc<str>,
) -> Result<Option<CsvHeader>, EngineError> {
    let syntax = Syntax::of(dialect);
    let fault = |kind| EngineError::from(InputFault::file(kind, file));
    let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let skip = &dialect.skip_lines;
    let Some(start) = behind_skipped(skip, bytes, mark, at_end).map_err(fault)? else { return Ok(None) };
    let width = dialect.header.as_ref().map(Vec::len);
    let skipped = bytes.get(mark..start).unwrap_or_default();
    check_skipped(skip, skipped, syntax, width).map_err(fault)?;
    let header = match &dialect.header {
        None => written_header(syntax, bytes, start, at_end, file)?,
        Some(names) => declared_header(syntax, names, bytes, start, at_end),
    };
    Ok(header.map(|header| CsvHeader { skipped: skip.count, ..header }))
}

/// The header that a policy says; the file has none. How its lines end, and what its
/// header would be, the first record shows.
fn declared_header(syntax: Syntax, names: &[String], bytes: &[u8], start: usize, at_end: bool) -> Option<CsvHeader> {
    let (mut ends, mut escaped) = (Vec::new(), Vec::new());
    let mut content = names.join(syntax.delimiter.as_str()).into_bytes();
    let crlf = match read(syntax, bytes, start, at_end, &mut ends, &mut escaped) {
        RecordReading::Incomplete => return None,
        RecordReading::Complete(shape) => {
            let fields = field_texts(syntax, bytes, &ends);
            // As it is written there, with or without quotes.
            if fields.map(Option::unwrap_or_default).eq(names.iter().cloned()) {
                content = bytes.get(start..shape.content_end).unwrap_or_default().to_vec();
            }
            shape.ending == Ending::CrLf
        }
        RecordReading::Cut { .. } | RecordReading::Unterminated { .. } => false,
    };
    let column = |name: &String| SourceColumn { name: name.clone(), column_type: ColumnType::Text, without_text: None };
    Some(CsvHeader {
        columns: names.iter().map(column).collect(),
        content,
        crlf,
        data_start: start,
        skipped: 0,
        lines_before: None,
    })
}

fn written_header(
    syntax: Syntax,
    bytes: &[u8],
    start: usize,
    at_end: bool,
    file: &Arc<str>,
) -> Result<Option<CsvHeader>, EngineError> {
    let fault = |kind| InputFault::file(kind, file);
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
    if content.starts_with(b"sep=") && content.len() <= b"sep=,".len() {
        return Err(fault(Kind::SeparatorLine).into());
    }
    let columns = columns(syntax, bytes, &ends, file)?;
    Ok(Some(CsvHeader {
        columns,
        content: content.to_vec(),
        crlf: shape.ending == Ending::CrLf,
        data_start: shape.next,
        skipped: 0,
        lines_before: lines_before_header(syntax, bytes, start, at_end),
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
    if start == BYTE_ORDER_MARK.len() && content.starts_with(BYTE_ORDER_MARK) {
        return Some(InputFault::file(Kind::DoubledByteOrderMark, file));
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

/// A title and what is around it are not longer.
const MOST_LINES_BEFORE: u32 = 20;

/// How many lines are before the first one that has several fields and is followed by
/// one of as many, where the first line of all has one field.
fn lines_before_header(syntax: Syntax, bytes: &[u8], start: usize, at_end: bool) -> Option<u32> {
    let mut at = start;
    let mut fields = || {
        let (mut ends, mut escaped) = (Vec::new(), Vec::new());
        let RecordReading::Complete(shape) = read(syntax, bytes, at, at_end, &mut ends, &mut escaped) else {
            return None;
        };
        let is_behind_end = at >= bytes.len();
        at = shape.next;
        (!is_behind_end).then(|| ends.len() - 1)
    };
    let mut before = fields().filter(|&fields| fields == 1)?;
    for line in 1..=MOST_LINES_BEFORE + 1 {
        let own = fields()?;
        if own == before && own > 1 {
            return Some(line - 1);
        }
        before = own;
    }
    None
}

/// Columns by their names, which must be fit to be told apart.
fn columns(syntax: Syntax, bytes: &[u8], ends: &[u32], file: &Arc<str>) -> Result<Vec<SourceColumn>, EngineError> {
    let mut columns = Vec::with_capacity(ends.len());
    for (text, column) in field_texts(syntax, bytes, ends).zip(1..) {
        let bad_utf8 = || InputFault::file(Kind::BadUtf8, file).at_column(column);
        let name = text.ok_or_else(bad_utf8)?;
        columns.push(SourceColumn { name, column_type: ColumnType::Text, without_text: None });
    }
    column_names::check(columns.iter().map(|column| column.name.as_str()), file)?;
    Ok(columns)
}
