//! The grammar of a record, byte by byte: the definition that the fast scan must
//! agree with. Reads no file, keeps no state between records and judges none.
//!
//! A field that starts with a quote is quoted and ends with the next quote that
//! is not doubled; a quote elsewhere is a fault of the record but opens nothing.
//! With `trim`, blanks (space, tab, unless they delimit) before the opening and
//! after the closing quote are allowed.
//!
//! Where the dialect has an escape, it makes the character behind it text: a quote,
//! the delimiter, itself, a line break where fields may hold them, and with
//! `letters` those that stand for control characters. Before anything else, and at
//! the end of the file, it is a fault of the record; but for a whole cell that is
//! a declared missing value, such as `\N`.
//!
//! The length of a field is that of its value: without quotes and escapes, a doubled
//! quote counted once, trimmed where `trim` says so.
//!
//! Of a record of more than 1 MiB only so much is looked at. It ends at the next
//! line feed, its quotes no longer count; if it is inside quotes at that
//! point and fields may hold line feeds, that is fatal, since its end is unknown.

use super::index::{EscapedField, MAX_FIELD, MAX_RECORD, before, place};
use super::syntax::{Escaped, Syntax};
use crate::model::outcome::structure_fault::StructureFault;

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    CrLf,
    EndOfFile,
    Lf,
}

/// The shape of one record, with the column of each fault in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordShape {
    pub(crate) content_end: usize,
    pub(crate) next: usize,
    pub(crate) ending: Ending,
    pub(crate) nul: Option<u32>,
    pub(crate) quote: Option<(StructureFault, u32)>,
    pub(crate) bare_cr: Option<u32>,
    pub(crate) long_field: Option<u32>,
}

/// What reading one record gave.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RecordReading {
    /// The record, whole.
    Complete(RecordShape),
    /// No end within the most bytes a record may have; at that point it is
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
pub(crate) fn read(
    syntax: Syntax,
    bytes: &[u8],
    start: usize,
    at_end: bool,
    ends: &mut Vec<u32>,
    escaped: &mut Vec<EscapedField>,
) -> RecordReading {
    let most = start.saturating_add(MAX_RECORD + 2);
    let window = bytes.len().min(most);
    let mut fields = Fields { syntax, start, column: 1, long: None, text_start: start, removed: 0, ends, escaped };
    let (delimiter, behind_delimiter) = syntax.delimiter.parts();
    let escape = syntax.escape.map(|escape| escape.byte);
    let only_in_quotes = syntax.escape.is_some_and(|escape| escape.only_in_quotes);
    // Up to here everything belongs to what was read before: a longer delimiter, or
    // what is behind an escape.
    let mut taken = start;
    fields.ends.push(before(start));
    let mut state = State::Start;
    let (mut nul, mut quote, mut bare_cr) = (None, None, None);
    let mut closed_at = start;

    let mut next = start;
    while next < window {
        if matches!(state, State::Quoted | State::Unquoted) {
            let rest = bytes.get(next..window).unwrap_or_default();
            next += rest.iter().position(|&byte| syntax.is_special(byte)).unwrap_or(rest.len());
        }
        let at = next;
        let Some(&byte) = bytes.get(at).filter(|_| at < window) else { break };
        next += 1;
        if byte == 0 {
            nul.get_or_insert(fields.column);
        }
        if at < taken {
            continue;
        }
        if byte == b'\n' {
            if state == State::Quoted {
                if syntax.newline_in_fields {
                    continue;
                }
                return RecordReading::Unterminated { column: fields.column };
            }
            let crlf = at > start && bytes.get(at - 1) == Some(&b'\r');
            let content_end = if crlf { at - 1 } else { at };
            fields.close(bytes, content_end, closed_at);
            let ending = if crlf { Ending::CrLf } else { Ending::Lf };
            let long_field = fields.long;
            return RecordReading::Complete(RecordShape {
                content_end,
                next: at + 1,
                ending,
                nul,
                quote,
                bare_cr,
                long_field,
            });
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
        if byte == delimiter && state != State::Quoted {
            let behind = bytes.get(at + 1..).unwrap_or_default();
            if behind.starts_with(behind_delimiter) {
                fields.close(bytes, at, closed_at);
                fields.column += 1;
                state = State::Start;
                taken = at + syntax.delimiter_bytes();
                continue;
            }
            if behind.len() < behind_delimiter.len() && !at_end {
                return RecordReading::Incomplete;
            }
        }
        let may_escape =
            |state| state == State::Quoted || matches!(state, State::Start | State::Unquoted) && !only_in_quotes;
        if Some(byte) == escape && may_escape(state) {
            let behind = bytes.get(at + 1..).unwrap_or_default();
            match syntax.escaped(behind, at_end, state == State::Start) {
                Escaped::Text { bytes } => {
                    // A line break of two bytes stays two.
                    fields.removed += 1;
                    taken = at + 1 + bytes;
                }
                Escaped::Null => taken = at + 2,
                Escaped::Fault => {
                    quote.get_or_insert((StructureFault::BadEscape, fields.column));
                }
                Escaped::Unknown => return RecordReading::Incomplete,
            }
            if state == State::Start {
                state = State::Unquoted;
            }
            continue;
        }
        if Some(byte) == syntax.quote {
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
                    fields.removed += 1;
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
        return RecordReading::Cut { quoted: (state == State::Quoted).then_some(fields.column) };
    }
    if !at_end {
        return RecordReading::Incomplete;
    }
    if state == State::Quoted {
        return RecordReading::Unterminated { column: fields.column };
    }
    fields.close(bytes, window, closed_at);
    let (ending, long_field) = (Ending::EndOfFile, fields.long);
    RecordReading::Complete(RecordShape { content_end: window, next: window, ending, nul, quote, bare_cr, long_field })
}

/// The fields of the record being read.
struct Fields<'a> {
    syntax: Syntax,
    start: usize,
    column: u32,
    long: Option<u32>,
    /// Where the text of a quoted field starts.
    text_start: usize,
    /// By how many bytes its value is shorter than what is written.
    removed: usize,
    ends: &'a mut Vec<u32>,
    escaped: &'a mut Vec<EscapedField>,
}

impl Fields<'_> {
    fn close(&mut self, bytes: &[u8], end: usize, closed_at: usize) {
        if self.removed > 0 {
            let is_quoted = self.is_quoted(closed_at);
            let (start, end) = if is_quoted { (self.text_start, closed_at) } else { self.without_blanks(bytes, end) };
            self.escaped.push(EscapedField { start: place(start), end: place(end) });
        }
        if end - self.start > MAX_FIELD && self.value_bytes(bytes, end, closed_at) > MAX_FIELD {
            self.long.get_or_insert(self.column);
        }
        self.removed = 0;
        self.ends.push(place(end));
        self.start = end + self.syntax.delimiter_bytes();
    }

    fn is_quoted(&self, closed_at: usize) -> bool {
        self.text_start > self.start && closed_at >= self.text_start
    }

    /// Where the field starts and ends without the blanks around it.
    fn without_blanks(&self, bytes: &[u8], end: usize) -> (usize, usize) {
        let field = bytes.get(self.start..end).unwrap_or_default();
        let leading = field.iter().take_while(|&&byte| self.syntax.is_blank(byte)).count();
        let start = self.start + leading;
        (start, start + trimmed(self.syntax, field).len())
    }

    /// Length of the field's value: without quotes, doubled quotes once, trimmed.
    fn value_bytes(&self, bytes: &[u8], end: usize, closed_at: usize) -> usize {
        if self.is_quoted(closed_at) {
            return (closed_at - self.text_start).saturating_sub(self.removed);
        }
        trimmed(self.syntax, bytes.get(self.start..end).unwrap_or_default()).len().saturating_sub(self.removed)
    }
}

/// `field` without the blanks around it.
pub(crate) fn trimmed(syntax: Syntax, field: &[u8]) -> &[u8] {
    let Some(first) = field.iter().position(|&byte| !syntax.is_blank(byte)) else { return &[] };
    let last = field.iter().rposition(|&byte| !syntax.is_blank(byte)).unwrap_or(first);
    field.get(first..=last).unwrap_or_default()
}
