//! The grammar of a record, byte by byte: the definition that the fast scan must
//! agree with, and the only judge of a record that is not plain. Reads no file
//! and keeps no state between records.
//!
//! A field that starts with a quote is quoted and ends with the next quote that
//! is not doubled; a quote elsewhere is a fault of the record but opens nothing.
//! With `trim`, blanks (space, tab, unless they delimit) before the opening and
//! after the closing quote are allowed.
//!
//! One record has one fault. Where several apply, the first of this list counts:
//! `RecordTooLong`, `Nul`, `BadUtf8` (also for a byte order mark at its start),
//! `BlankRecord`, `QuoteInUnquoted` or `JunkAfterQuote` (the first in the
//! record), `BareCr`, `MixedLineEnding`, `FieldTooLong`, `MissingField` or
//! `ExtraField`, `RepeatedHeader`. Quotes that do not end are above them all:
//! they are fatal for the file.
//!
//! The length of a field is that of its value: without quotes, a doubled quote
//! counted once, trimmed where `trim` says so.
//!
//! Of a record of more than 1 MiB only so much is looked at. It ends at the next
//! line feed, its quotes no longer count; if it stands inside quotes at that
//! point and fields may hold line feeds, that is fatal, since its end is unknown.

use memchr::memchr;

use super::found::{BYTE_ORDER_MARK, Escaped, Found, MAX_FIELD, MAX_RECORD, after, before, place};
use crate::model::reason::StructureFault;

/// What separates fields and records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syntax {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    pub(super) newline_in_fields: bool,
    pub(super) trim: bool,
}

impl Syntax {
    /// Whether `byte` is a blank that `trim` drops.
    #[inline(always)]
    pub(super) fn is_blank(self, byte: u8) -> bool {
        self.trim && (byte == b' ' || byte == b'\t') && byte != self.delimiter
    }
}

/// The grammar of the records of one file: its syntax and what its header fixed.
#[derive(Debug, Clone)]
pub(super) struct Grammar {
    pub(super) syntax: Syntax,
    /// Fields in a record.
    pub(super) width: usize,
    /// Whether lines end in CR LF.
    pub(super) crlf: bool,
    /// The header as written, without its line ending.
    pub(super) header: Vec<u8>,
}

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    CrLf,
    EndOfFile,
    Lf,
}

/// The shape of one record, with the column of each fault in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) content_end: usize,
    pub(super) next: usize,
    pub(super) ending: Ending,
    pub(super) nul: Option<u32>,
    pub(super) quote: Option<(StructureFault, u32)>,
    pub(super) bare_cr: Option<u32>,
    pub(super) long_field: Option<u32>,
}

/// What reading one record gave.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    /// The record, whole.
    Complete(Shape),
    /// No end within the most bytes a record may have; at that point it stands
    /// inside the quotes of this column, or outside quotes.
    Cut { quoted: Option<u32> },
    /// The bytes end before the record does, and the file goes on.
    Incomplete,
    /// The quotes of the field in this column do not end.
    Unterminated { column: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Behind the closing quote and blanks.
    AfterQuoted,
    /// Behind a quote inside quotes: the closing one, or the first of two.
    Closing,
    /// Behind text after a closing quote.
    Junk,
    Quoted,
    Start,
    Unquoted,
}

/// Reads the record that starts at `start`. Appends to `ends` the place before
/// it and the end of each of its fields, to `escaped` the fields with doubled
/// quotes.
pub(super) fn read(
    syntax: Syntax,
    bytes: &[u8],
    start: usize,
    at_end: bool,
    ends: &mut Vec<u32>,
    escaped: &mut Vec<Escaped>,
) -> Reading {
    let most = start.saturating_add(MAX_RECORD + 2);
    let window = bytes.len().min(most);
    let span = bytes.get(start..window).unwrap_or_default();
    let mut fields = Fields { syntax, start, column: 1, long: None, text_start: start, doubled: 0, ends, escaped };
    fields.ends.push(before(start));
    let mut state = State::Start;
    let (mut nul, mut quote, mut bare_cr) = (None, None, None);
    let mut closed_at = start;

    for (at, &byte) in (start..).zip(span) {
        if byte == 0 {
            nul.get_or_insert(fields.column);
        }
        if byte == b'\n' {
            if state == State::Quoted {
                if syntax.newline_in_fields {
                    continue;
                }
                return Reading::Unterminated { column: fields.column };
            }
            let crlf = at > start && bytes.get(at - 1) == Some(&b'\r');
            let content_end = if crlf { at - 1 } else { at };
            fields.close(bytes, content_end, closed_at);
            let ending = if crlf { Ending::CrLf } else { Ending::Lf };
            let long_field = fields.long;
            return Reading::Complete(Shape { content_end, next: at + 1, ending, nul, quote, bare_cr, long_field });
        }
        if byte == b'\r' {
            let before_lf = bytes.get(at + 1) == Some(&b'\n');
            if !before_lf && (at + 1 < bytes.len() || at_end) {
                bare_cr.get_or_insert(fields.column);
            }
            if !before_lf {
                state = match state {
                    State::Start => State::Unquoted,
                    State::Closing => State::AfterQuoted,
                    same => same,
                };
            }
            continue;
        }
        if byte == syntax.delimiter && state != State::Quoted {
            fields.close(bytes, at, closed_at);
            fields.column += 1;
            state = State::Start;
            continue;
        }
        if byte == syntax.quote {
            state = match state {
                State::Start => {
                    fields.text_start = at + 1;
                    State::Quoted
                }
                State::Quoted => {
                    closed_at = at;
                    State::Closing
                }
                State::Closing => {
                    fields.doubled += 1;
                    State::Quoted
                }
                State::AfterQuoted => {
                    quote.get_or_insert((StructureFault::JunkAfterQuote, fields.column));
                    State::Junk
                }
                State::Unquoted => {
                    quote.get_or_insert((StructureFault::QuoteInUnquoted, fields.column));
                    State::Unquoted
                }
                State::Junk => State::Junk,
            };
            continue;
        }
        state = match state {
            State::Start if syntax.is_blank(byte) => State::Start,
            State::Start => State::Unquoted,
            State::Closing | State::AfterQuoted if syntax.is_blank(byte) => State::AfterQuoted,
            State::Closing | State::AfterQuoted => {
                quote.get_or_insert((StructureFault::JunkAfterQuote, fields.column));
                State::Junk
            }
            same @ (State::Junk | State::Quoted | State::Unquoted) => same,
        };
    }

    if window == most {
        return Reading::Cut { quoted: (state == State::Quoted).then_some(fields.column) };
    }
    if !at_end {
        return Reading::Incomplete;
    }
    if state == State::Quoted {
        return Reading::Unterminated { column: fields.column };
    }
    fields.close(bytes, window, closed_at);
    let (ending, long_field) = (Ending::EndOfFile, fields.long);
    Reading::Complete(Shape { content_end: window, next: window, ending, nul, quote, bare_cr, long_field })
}

/// The fields of the record being read.
struct Fields<'a> {
    syntax: Syntax,
    start: usize,
    column: u32,
    long: Option<u32>,
    /// Where the text of a quoted field starts.
    text_start: usize,
    doubled: usize,
    ends: &'a mut Vec<u32>,
    escaped: &'a mut Vec<Escaped>,
}

impl Fields<'_> {
    fn close(&mut self, bytes: &[u8], end: usize, closed_at: usize) {
        if self.doubled > 0 {
            self.escaped.push(Escaped { start: place(self.text_start), end: place(closed_at) });
        }
        if end - self.start > MAX_FIELD && self.value_bytes(bytes, end, closed_at) > MAX_FIELD {
            self.long.get_or_insert(self.column);
        }
        self.doubled = 0;
        self.ends.push(place(end));
        self.start = end + 1;
    }

    /// Length of the field's value: without quotes, doubled quotes once, trimmed.
    fn value_bytes(&self, bytes: &[u8], end: usize, closed_at: usize) -> usize {
        if self.text_start > self.start && closed_at >= self.text_start {
            return closed_at - self.text_start - self.doubled;
        }
        trimmed(self.syntax, bytes.get(self.start..end).unwrap_or_default()).len()
    }
}

fn holds(bytes: &[u8], start: usize, end: usize, byte: u8) -> bool {
    bytes.get(start..end).is_some_and(|content| memchr(byte, content).is_some())
}

/// `field` without the blanks around it.
pub(super) fn trimmed(syntax: Syntax, field: &[u8]) -> &[u8] {
    let Some(first) = field.iter().position(|&byte| !syntax.is_blank(byte)) else { return &[] };
    let last = field.iter().rposition(|&byte| !syntax.is_blank(byte)).unwrap_or(first);
    field.get(first..=last).unwrap_or_default()
}

/// What became of a record, and where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The file goes on and more bytes are needed to judge the record.
    NeedMore,
    /// Judged; the next record starts here.
    Next(usize),
    /// Judged too long; its line feed is not in the buffer.
    Tail,
    /// Fatal.
    Unterminated { column: u32 },
}

impl Grammar {
    /// Judges the record that starts at `start` and writes the verdict down.
    pub(super) fn judge(&self, bytes: &[u8], start: usize, at_end: bool, found: &mut Found) -> Step {
        let base = found.ends.len();
        let escaped = found.escaped.len();
        let reading = read(self.syntax, bytes, start, at_end, &mut found.ends, &mut found.escaped);
        let shape = match reading {
            Reading::Complete(shape) => {
                let ends = found.ends.get(base..).unwrap_or_default();
                let Some((fault, column)) = self.fault(bytes, start, &shape, ends) else {
                    found.has_quotes |= holds(bytes, start, shape.content_end, self.syntax.quote);
                    found.records += 1;
                    return Step::Next(shape.next);
                };
                Some((shape, fault, column))
            }
            Reading::Cut { .. } | Reading::Incomplete | Reading::Unterminated { .. } => None,
        };
        found.ends.truncate(base);
        found.escaped.truncate(escaped);
        match (shape, reading) {
            (Some((shape, fault, column)), _) => {
                let length = (shape.content_end - start).min(MAX_RECORD + 1);
                found.quarantine(start, length, fault, column);
                Step::Next(shape.next)
            }
            (None, Reading::Cut { quoted: Some(column) }) if self.syntax.newline_in_fields => {
                Step::Unterminated { column }
            }
            (None, Reading::Unterminated { column }) => Step::Unterminated { column },
            (None, Reading::Cut { .. }) => {
                found.quarantine(start, MAX_RECORD + 1, StructureFault::RecordTooLong, None);
                let rest = start + MAX_RECORD + 2;
                match memchr(b'\n', bytes.get(rest..).unwrap_or_default()) {
                    Some(lf) => Step::Next(rest + lf + 1),
                    None => Step::Tail,
                }
            }
            (None, _) => Step::NeedMore,
        }
    }

    fn fault(&self, bytes: &[u8], start: usize, shape: &Shape, ends: &[u32]) -> Option<(StructureFault, Option<u32>)> {
        use StructureFault as Fault;
        let content = bytes.get(start..shape.content_end).unwrap_or_default();
        if content.len() > MAX_RECORD {
            return Some((Fault::RecordTooLong, None));
        }
        if shape.nul.is_some() {
            return Some((Fault::Nul, shape.nul));
        }
        if let Some(column) = bad_utf8(content, start, ends) {
            return Some((Fault::BadUtf8, Some(column)));
        }
        if content.iter().all(|&byte| self.syntax.is_blank(byte)) {
            return Some((Fault::BlankRecord, None));
        }
        if let Some((fault, column)) = shape.quote {
            return Some((fault, Some(column)));
        }
        if shape.bare_cr.is_some() {
            return Some((Fault::BareCr, shape.bare_cr));
        }
        if shape.ending != Ending::EndOfFile && (shape.ending == Ending::CrLf) != self.crlf {
            return Some((Fault::MixedLineEnding, None));
        }
        if shape.long_field.is_some() {
            return Some((Fault::FieldTooLong, shape.long_field));
        }
        let width = ends.len().saturating_sub(1);
        if width < self.width {
            return Some((Fault::MissingField, Some(place(width + 1))));
        }
        if width > self.width {
            return Some((Fault::ExtraField, Some(place(self.width + 1))));
        }
        (content == self.header).then_some((Fault::RepeatedHeader, None))
    }
}

/// The column in which the content of a record stops being UTF-8, if it does. A
/// byte order mark at the start of a record counts as such: it is a trace of a
/// file glued on.
pub(super) fn bad_utf8(content: &[u8], start: usize, ends: &[u32]) -> Option<u32> {
    if content.starts_with(BYTE_ORDER_MARK) {
        return Some(1);
    }
    if simdutf8::basic::from_utf8(content).is_ok() {
        return None;
    }
    let valid = std::str::from_utf8(content).err()?.valid_up_to();
    let fields = ends.get(1..).unwrap_or_default();
    Some(place(1 + fields.iter().filter(|&&end| after(end) <= start + valid).count()))
}
