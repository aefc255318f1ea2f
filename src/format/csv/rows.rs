//! The accepted records of one block: gives their cells as slices of the block's
//! text. Judges nothing.

use std::mem;
use std::sync::Arc;

use super::buffers::CsvBufferPool;
use super::scan::classify::Grammar;
use super::scan::index::{FieldIndex, after};
use super::validate::settle;
use crate::engine::fault::EngineError;
use crate::engine::port::{Parsed, Rows, Wanted};
use crate::format::io::utf8::TextBuffer;
use crate::format::null_values::NullValues;
use crate::row_rule::View;

/// What every block of one file shares.
#[derive(Debug)]
pub(super) struct SharedByBlocks {
    /// The file's name in messages.
    pub(super) file: Arc<str>,
    pub(super) grammar: Grammar,
    pub(super) nulls: NullValues,
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
        let quarantined = mem::take(&mut found.quarantined);
        // Accepted rows before each malformed record.
        let breaks = quarantined.iter().zip(0..).map(|(record, before)| record.index - before).collect();
        let unescaped = unescape(self.grammar.syntax.quote, &text, &found);
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

/// The texts of the cells with doubled quotes, in order.
#[derive(Debug, Default)]
struct Unescaped {
    text: String,
    ends: Vec<usize>,
}

fn unescape(quote: u8, text: &str, found: &FieldIndex) -> Unescaped {
    let mut plain = Unescaped::default();
    let quote = char::from(quote);
    for cell in &found.escaped {
        let mut rest = text.get(cell.start as usize..cell.end as usize).unwrap_or_default();
        while let Some((before, behind)) = rest.split_once(quote) {
            plain.text.push_str(before);
            plain.text.push(quote);
            rest = behind.strip_prefix(quote).unwrap_or(behind);
        }
        plain.text.push_str(rest);
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
                    read.field(after(before), end as usize)
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
                read.field(after(before), end as usize)
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
        field.len() >= 2 && field.as_bytes().first() == Some(&self.shared.grammar.syntax.quote)
    }

    /// What is between the quotes of a field that starts at `start`.
    #[cold]
    #[inline(never)]
    fn content<'a>(&'a self, field: &'a str, start: usize) -> &'a str {
        let place = self.found.escaped.binary_search_by_key(&(start + 1), |cell| cell.start as usize);
        match place {
            Ok(index) => self.unescaped_cell(index),
            Err(_) => field.get(1..field.len() - 1).unwrap_or_default(),
        }
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
        if self.shared.grammar.syntax.trim {
            return self.collect(column, wanted, cells, &TrimmedFields { rows: self, view });
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

/// Cells that may be in blanks, with quotes behind them.
struct TrimmedFields<'a> {
    rows: &'a BlockRows,
    view: View,
}

impl<'a> ReadField<'a> for TrimmedFields<'a> {
    fn field(&self, start: usize, end: usize) -> Option<&'a str> {
        let rows = self.rows;
        let blank = |c: char| u8::try_from(c).is_ok_and(|byte| rows.shared.grammar.syntax.is_blank(byte));
        let from_text = rows.field(start, end).trim_start_matches(blank);
        let field = from_text.trim_end_matches(blank);
        if rows.is_quoted(field) {
            return Some(rows.content(field, end - from_text.len()));
        }
        (self.view == View::Raw || !rows.shared.nulls.holds(field)).then_some(field)
    }
}

impl Drop for BlockRows {
    fn drop(&mut self) {
        self.shared.pool.give_bytes(mem::take(&mut self.text).into_bytes());
        self.shared.pool.give_found(mem::take(&mut self.found));
    }
}
