//! The verdict on a record: what became of it, where the next one starts, and the
//! only judge of a record that is not plain. Reads no file.
//!
//! One record has one fault. Where several apply, the first of this list counts:
//! `RecordTooLong`, `Nul`, `BadUtf8` (also for a byte order mark at its start),
//! `BlankRecord`, `QuoteInUnquoted`,
//! `JunkAfterQuote` or `BadEscape` (the first in the
//! record), `BareCr`, `MixedLineEnding`, `FieldTooLong`, `MissingField` or
//! `ExtraField`, `RepeatedHeader`. Quotes that do not end are above them all:
//! they are fatal for the file.

use memchr::memchr;

use super::index::{BYTE_ORDER_MARK, FieldIndex, MAX_RECORD, after, place};
use super::reference::{Ending, RecordReading, RecordShape, read};
use super::syntax::Syntax;
use crate::model::outcome::structure_fault::StructureFault;

/// The grammar of the records of one file: its syntax and what its header fixed.
#[derive(Debug, Clone)]
pub(crate) struct Grammar {
    pub(crate) syntax: Syntax,
    /// Fields in a record.
    pub(crate) width: usize,
    /// Whether lines end in CR LF.
    pub(crate) crlf: bool,
    /// The header as written, without its line ending.
    pub(crate) header: Vec<u8>,
    /// The same names with quotes around each, or with none; empty where no such
    /// line is looked for.
    pub(crate) other_header: Vec<u8>,
    /// Whether lines follow the records, so that the last record must end in a line
    /// break that is not part of a field.
    pub(crate) has_footer: bool,
}

/// What became of a record, and where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Classified {
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
    /// Whether only the careful reader knows where fields end.
    pub(crate) fn is_read_by_reference(&self) -> bool {
        self.syntax.delimiter_bytes() > 1
    }

    /// Judges the record that starts at `start` and writes the verdict down.
    pub(crate) fn judge(&self, bytes: &[u8], start: usize, at_end: bool, found: &mut FieldIndex) -> Classified {
        let escaped = found.escaped.len();
        found.scratch.clear();
        let reading = read(self.syntax, bytes, start, at_end, &mut found.scratch, &mut found.escaped);
        let shape = match reading {
            RecordReading::Complete(shape) => {
                let Some((fault, column)) = self.fault(bytes, start, &shape, &found.scratch) else {
                    found.starts.push(place(start));
                    found.ends.extend(found.scratch.get(1..).unwrap_or_default());
                    let has_quotes = |quote| holds(bytes, start, shape.content_end, quote);
                    found.has_quotes |= self.syntax.quote.is_some_and(has_quotes);
                    found.records += 1;
                    return Classified::Next(shape.next);
                };
                Some((shape, fault, column))
            }
            RecordReading::Cut { .. } | RecordReading::Incomplete | RecordReading::Unterminated { .. } => None,
        };
        found.escaped.truncate(escaped);
        match (shape, reading) {
            (Some((shape, fault, column)), _) => {
                let length = (shape.content_end - start).min(MAX_RECORD + 1);
                found.quarantine(start, length, fault, column);
                Classified::Next(shape.next)
            }
            (None, RecordReading::Cut { quoted: Some(column) }) if self.syntax.newline_in_fields => {
                Classified::Unterminated { column }
            }
            (None, RecordReading::Unterminated { column }) => Classified::Unterminated { column },
            (None, RecordReading::Cut { .. }) => {
                found.quarantine(start, MAX_RECORD + 1, StructureFault::RecordTooLong, None);
                let rest = start + MAX_RECORD + 2;
                match memchr(b'\n', bytes.get(rest..).unwrap_or_default()) {
                    Some(lf) => Classified::Next(rest + lf + 1),
                    None => Classified::Tail,
                }
            }
            (None, _) => Classified::NeedMore,
        }
    }

    fn fault(
        &self,
        bytes: &[u8],
        start: usize,
        shape: &RecordShape,
        ends: &[u32],
    ) -> Option<(StructureFault, Option<u32>)> {
        use StructureFault as Fault;
        let content = bytes.get(start..shape.content_end).unwrap_or_default();
        if content.len() > MAX_RECORD {
            return Some((Fault::RecordTooLong, None));
        }
        if shape.nul.is_some() {
            return Some((Fault::Nul, shape.nul));
        }
        if let Some(column) = bad_utf8(content, start, ends.get(1..).unwrap_or_default()) {
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
        if shape.ending == Ending::EndOfFile && self.has_footer {
            return Some((Fault::BadEscape, ends.len().checked_sub(1).map(place)));
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
        (content == self.header || content == self.other_header).then_some((Fault::RepeatedHeader, None))
    }
}

fn holds(bytes: &[u8], start: usize, end: usize, byte: u8) -> bool {
    bytes.get(start..end).is_some_and(|content| memchr(byte, content).is_some())
}

/// The column in which the content of a record stops being UTF-8, if it does, by
/// where its fields end. A
/// byte order mark at the start of a record counts as such: it is a trace of a
/// file glued on.
pub(crate) fn bad_utf8(content: &[u8], start: usize, ends: &[u32]) -> Option<u32> {
    if content.starts_with(BYTE_ORDER_MARK) {
        return Some(1);
    }
    if simdutf8::basic::from_utf8(content).is_ok() {
        return None;
    }
    let valid = std::str::from_utf8(content).err()?.valid_up_to();
    Some(place(1 + ends.iter().filter(|&&end| after(end) <= start + valid).count()))
}
