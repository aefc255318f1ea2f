//! The accepted records of one block: gives their cells as slices of the block's
//! text. Judges nothing.

use std::mem;
use std::sync::Arc;

use memchr::memchr;

use super::buffers::CsvBufferPool;
use super::scan::classify::Grammar;
use super::scan::index::{FieldIndex, after};
use super::scan::syntax::Syntax;
use super::validate::settle;
use crate::engine::fault::EngineError;
use crate::engine::port::{Parsed, Rows, Wanted};
use crate::format::io::utf8::TextBuffer;
use crate::format::null_values::NullValues;
use crate::model::outcome::structure_fault::StructureFault;
use crate::row_rule::View;

/// What every block of one file shares.
#[derive(Debug)]
pub(super) struct SharedByBlocks {
    /// The file's name in messages.
    pub(super) file: Arc<str>,
    pub(super) grammar: Grammar,
    /// A byte around fields; where there is none, one that no text holds.
    pub(super) quote: u8,
    pub(super) nulls: NullValues,
    /// Whether cells in quotes are compared with them too.
    pub(super) also_quoted: bool,
    /// Whether the content was decoded, so that bytes that are no text mean another
    /// fault.
    pub(super) is_decoded: bool,
    pub(super) pool: CsvBufferPool,
}

impl SharedByBlocks {
    /// Makes a parsed block of a scanned buffer.
    pub(super) fn parsed(
        self: &Arc<Self>,
        bytes: Vec<u8>,
        mut found: FieldIndex,
        stored_bytes: u64,
    ) -> Result<Parsed, EngineError> {
        let text = settle(bytes, &self.grammar, &mut found)?;
        let mut quarantined = mem::take(&mut found.quarantined);
        if self.is_decoded {
            for record in quarantined.iter_mut().filter(|record| record.fault == StructureFault::BadUtf8) {
                record.fault = StructureFault::BadEncoding;
            }
        }
        // Accepted rows before each malformed record.
        let breaks = quarantined.iter().zip(0..).map(|(record, before)| record.index - before).collect();
        let unescaped = unescape(self.grammar.syntax, &text, &found);
        Ok(Parsed {
            records: found.records,
            quarantined,
            rows: Box::new(BlockRows { shared: Arc::clone(self), text, found, breaks, unescaped }),
            bytes: stored_bytes,
            opens: None,
            closes: None,
        })
    }

    /// A block in which no record starts.
    pub(super) fn nothing(self: &Arc<Self>, stored_bytes: u64) -> Result<Parsed, EngineError> {
        self.parsed(Vec::new(), FieldIndex::default(), stored_bytes)
    }
}

/// The texts of the cells with doubled quotes or escapes, in order.
#[derive(Debug, Default)]
struct Unescaped {
    text: String,
    ends: Vec<usize>,
}

fn unescape(syntax: Syntax, text: &str, found: &FieldIndex) -> Unescaped {
    let mut plain = Unescaped::default();
    for cell in &found.escaped {
        let written = text.get(cell.start as usize..cell.end as usize).unwrap_or_default();
        syntax.push_value(written, &mut plain.text);
        plain.ends.push(plain.text.len());
    }
    plain
}

struct BlockRows {
    shared: Arc<SharedByBlocks>,
    text: TextBuffer,
    found: FieldIndex,
    breaks: Vec<u32>,
    unescaped: Unescaped,
}

impl BlockRows {
    /// Appends what `read` makes of start and end of the column's field in each
    /// wanted row.
    #[inline(always)]
    fn collect<'a>(
        &self,
        column: usize,
        wanted: Wanted<'_>,
        cells: &mut Vec<Option<&'a str>>,
        read: &impl ReadField<'a>,
    ) {
        let width = self.shared.grammar.width;
        let (starts, ends): (&[u32], &[u32]) = (&self.found.starts, &self.found.ends);
        match (wanted, column.checked_sub(1)) {
            // Of a known length, so that no push looks whether there is room.
            (Wanted::Run(run), Some(before)) => {
                let run = ends.get(run.start * width..run.end * width).unwrap_or_default();
                cells.extend(run.chunks_exact(width).map(|record| {
                    let Some(&[before, end]) = record.get(before..before + 2) else { return None };
                    read.field(read.start_after(before), end as usize)
                }));
            }
            (Wanted::Run(run), None) => {
                let ends = ends.get(run.start * width..run.end * width).unwrap_or_default();
                let starts = starts.get(run).unwrap_or_default();
                cells.extend(ends.chunks_exact(width).zip(starts).map(|(record, &start)| {
                    let &end = record.first()?;
                    read.field(start as usize, end as usize)
                }));
            }
            (Wanted::Only(rows), Some(before)) => cells.extend(rows.iter().map(|&row| {
                let at = row as usize * width + before;
                let Some(&[before, end]) = ends.get(at..at + 2) else { return None };
                read.field(read.start_after(before), end as usize)
            })),
            (Wanted::Only(rows), None) => cells.extend(rows.iter().map(|&row| {
                let (&start, &end) = (starts.get(row as usize)?, ends.get(row as usize * width)?);
                read.field(start as usize, end as usize)
            })),
        }
    }

    #[inline(always)]
    fn field(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    #[inline(always)]
    fn is_quoted(&self, field: &str) -> bool {
        field.len() >= 2 && field.as_bytes().first() == Some(&self.shared.quote)
    }

    /// What is between the quotes of a field that starts at `start`.
    #[cold]
    #[inline(never)]
    fn content<'a>(&'a self, field: &'a str, start: usize) -> &'a str {
        self.escaped_at(start + 1).unwrap_or_else(|| field.get(1..field.len() - 1).unwrap_or_default())
    }

    /// The value of the field whose text starts at `start`, where it is not simply that
    /// text.
    fn escaped_at(&self, start: usize) -> Option<&str> {
        let place = self.found.escaped.binary_search_by_key(&start, |cell| cell.start as usize);
        place.ok().map(|index| self.unescaped_cell(index))
    }

    fn unescaped_cell(&self, index: usize) -> &str {
        let ends = &self.unescaped.ends;
        let start = index.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
        let end = ends.get(index).copied().unwrap_or(start);
        self.unescaped.text.get(start..end).unwrap_or_default()
    }
}

impl Rows for BlockRows {
    fn len(&self) -> usize {
        self.found.starts.len()
    }

    fn index_in_block(&self, row: usize) -> u32 {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        let before = self.breaks.partition_point(|&rows_before| rows_before <= row);
        row.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }

    fn gather<'a>(&'a self, column: usize, wanted: Wanted<'_>, view: View, cells: &mut Vec<Option<&'a str>>) {
        let count = wanted.len();
        if column >= self.shared.grammar.width {
            cells.extend(std::iter::repeat_n(None, count));
            return;
        }
        let syntax = self.shared.grammar.syntax;
        if syntax.trim
            || syntax.trim_quoted
            || syntax.escape.is_some()
            || syntax.delimiter_bytes() > 1
            || self.shared.also_quoted
        {
            let behind_first = syntax.delimiter_bytes() - 1;
            return self.collect(column, wanted, cells, &FieldsOfAnyDialect { rows: self, view, behind_first });
        }
        match (view, self.found.has_quotes) {
            (View::Raw, false) => self.collect(column, wanted, cells, &UntrimmedFields::<true, false>(self)),
            (View::Raw, true) => self.collect(column, wanted, cells, &UntrimmedFields::<true, true>(self)),
            (View::Value, false) => self.collect(column, wanted, cells, &UntrimmedFields::<false, false>(self)),
            (View::Value, true) => self.collect(column, wanted, cells, &UntrimmedFields::<false, true>(self)),
        }
    }
}

/// Makes a cell of the place of a field.
trait ReadField<'a> {
    fn field(&self, start: usize, end: usize) -> Option<&'a str>;

    /// Where a field starts, by where the one before it ends.
    #[inline(always)]
    fn start_after(&self, end: u32) -> usize {
        after(end)
    }
}

/// Cells that are in no blanks. Most are not quoted, also where some are: one
/// look at their first byte, and where a whole block has no quote not even that.
struct UntrimmedFields<'a, const RAW: bool, const QUOTES: bool>(&'a BlockRows);

impl<'a, const RAW: bool, const QUOTES: bool> ReadField<'a> for UntrimmedFields<'a, RAW, QUOTES> {
    #[inline(always)]
    fn field(&self, start: usize, end: usize) -> Option<&'a str> {
        let rows = self.0;
        let cell = rows.field(start, end);
        if QUOTES && rows.is_quoted(cell) {
            return Some(rows.content(cell, start));
        }
        (RAW || !rows.shared.nulls.holds(cell)).then_some(cell)
    }
}

/// Cells of every other dialect: in blanks, with blanks in quotes, with escapes, behind longer delimiters,
/// or missing also in quotes.
struct FieldsOfAnyDialect<'a> {
    rows: &'a BlockRows,
    view: View,
    /// Bytes of a delimiter behind its first.
    behind_first: usize,
}

impl<'a> ReadField<'a> for FieldsOfAnyDialect<'a> {
    fn field(&self, start: usize, end: usize) -> Option<&'a str> {
        let rows = self.rows;
        let syntax = rows.shared.grammar.syntax;
        let is_missing = |cell: &str| self.view == View::Value && rows.shared.nulls.holds(cell);
        let mut field = rows.field(start, end);
        let mut start = start;
        if syntax.trim {
            let blank = |c: char| u8::try_from(c).is_ok_and(|byte| syntax.is_blank(byte));
            let from_text = field.trim_start_matches(blank);
            start = end - from_text.len();
            field = from_text.trim_end_matches(blank);
        }
        if rows.is_quoted(field) {
            let cell = syntax.quoted_value(rows.content(field, start));
            return (!rows.shared.also_quoted || !is_missing(cell)).then_some(cell);
        }
        if is_missing(field) {
            return None;
        }
        let may_be_escaped = syntax.escape.is_some_and(|escape| memchr(escape.byte, field.as_bytes()).is_some());
        let value = if may_be_escaped { rows.escaped_at(start) } else { None };
        Some(value.unwrap_or(field))
    }

    fn start_after(&self, end: u32) -> usize {
        after(end) + self.behind_first
    }
}

impl Drop for BlockRows {
    fn drop(&mut self) {
        self.shared.pool.give_bytes(mem::take(&mut self.text).into_bytes());
        self.shared.pool.give_found(mem::take(&mut self.found));
    }
}
