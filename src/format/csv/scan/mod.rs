//! The fast scan: walks plain records 64 bytes at a time and hands every record
//! that is not plain to the careful judge. Says nothing the judge would not say.

pub(crate) mod bitmasks;
pub(crate) mod classify;
pub(crate) mod index;
pub(crate) mod reference;
pub(crate) mod simd;
pub(crate) mod syntax;

use std::mem;

use super::scan::bitmasks::{Carry, Needles};
use super::scan::classify::{Classified, Grammar};
use super::scan::index::{BYTE_ORDER_MARK, EscapedField, FieldIndex, MAX_FIELD, MAX_RECORD, after, place};
use super::scan::simd::{ROOM, Simd128, SimdBackend, wide};

/// Why a scan stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Every record that starts before the limit was judged; the next starts here.
    Done { next: usize },
    /// The record that starts here goes on beyond the buffer.
    NeedMore { record: usize },
    /// The last record is too long and its line feed not in the buffer.
    Tail,
    /// Quotes that do not end, in the record after those found.
    Unterminated { column: u32 },
}

/// Judges the records that start in `start..limit` of `bytes`; `at_end` says
/// that the file ends where `bytes` end.
pub(super) fn scan(
    grammar: &Grammar,
    bytes: &[u8],
    start: usize,
    limit: usize,
    at_end: bool,
    found: &mut FieldIndex,
) -> Stop {
    let needles = Needles::new(grammar);
    let run = if grammar.is_read_by_reference() {
        |_: &Grammar, _, _: &[u8], record, _, _: &mut FieldIndex| RunEnd::Unsure(record)
    } else if needles.has_escape() {
        run_as_able::<true>
    } else {
        run_as_able::<false>
    };
    let mut record = start;
    // Records that the fast scan got nowhere with, one after another: as many are left
    // to the careful judge before it is tried again.
    let (mut stuck, mut left) = (0, 0);
    while record < limit.min(bytes.len()) {
        let is_tried = left == 0;
        let ran = if is_tried {
            run(grammar, needles, bytes, record, limit, found)
        } else {
            left -= 1;
            RunEnd::Unsure(record)
        };
        if is_tried {
            let is_stuck = matches!(ran, RunEnd::Unsure(unsure) if unsure == record);
            stuck = if is_stuck { (stuck + 1).min(MOST_LEFT) } else { 0 };
            left = stuck;
        }
        match ran {
            RunEnd::Limit(next) => return Stop::Done { next },
            RunEnd::Open(open) if !at_end && bytes.len() - open < MAX_RECORD + 2 => {
                return Stop::NeedMore { record: open };
            }
            RunEnd::Open(unsure) | RunEnd::Unsure(unsure) => match grammar.judge(bytes, unsure, at_end, found) {
                Classified::NeedMore => return Stop::NeedMore { record: unsure },
                Classified::Next(next) => record = next,
                Classified::Tail => return Stop::Tail,
                Classified::Unterminated { column } => return Stop::Unterminated { column },
            },
        }
    }
    Stop::Done { next: record }
}

/// Records at a time that are left to the careful judge alone, at most.
const MOST_LEFT: u32 = 16;

/// Chunks that are looked at before the records that ended in them are judged. So
/// where records end decides no branch of the inner loop, for it cannot be
/// foreseen. A run begins with a few, and goes on with more as long as all is well:
/// what lies behind a record that is not plain is looked at again.
const FIRST_STRETCH: usize = 4;
const STRETCH: usize = 32;

/// Why a run of plain records ended.
enum RunEnd {
    /// A record would start here, at the limit or the end of the buffer.
    Limit(usize),
    /// The buffer ends inside the record that starts here.
    Open(usize),
    /// The record that starts here must be judged carefully.
    Unsure(usize),
}

/// Runs with the widest instructions that the processor has.
fn run_as_able<const ESCAPES: bool>(
    grammar: &Grammar,
    needles: Needles,
    bytes: &[u8],
    start: usize,
    limit: usize,
    found: &mut FieldIndex,
) -> RunEnd {
    match wide() {
        Some(lanes) => lanes.within(
            #[inline(always)]
            || run::<ESCAPES>(lanes, grammar, needles, bytes, start, limit, found),
        ),
        None => run::<ESCAPES>(Simd128, grammar, needles, bytes, start, limit, found),
    }
}

/// Room for the ends of a stretch and what is written behind them.
const STRETCH_ROOM: usize = STRETCH * 64 + ROOM;

#[inline(always)]
fn run<const ESCAPES: bool>(
    lanes: impl SimdBackend,
    grammar: &Grammar,
    needles: Needles,
    bytes: &[u8],
    start: usize,
    limit: usize,
    found: &mut FieldIndex,
) -> RunEnd {
    let mut carry = Carry::at_record_start();
    let rows = found.starts.len();
    let mut accepting = RecordAcceptor { grammar, bytes, limit, rows, record: start, newlines: rows, doubled: 0 };
    found.doubled.clear();
    let (mut chunks, tail) = bytes.get(start..).unwrap_or_default().as_chunks::<64>();
    let padded = [needles.padded(tail)];
    let mut tail = if tail.is_empty() { &[] } else { padded.as_slice() };
    let (mut at, mut length) = (start, FIRST_STRETCH);
    let mut expects_quotes = false;
    let mut ran = None;
    while ran.is_none() {
        if chunks.is_empty() {
            chunks = mem::take(&mut tail);
        }
        let (stretch, behind) = chunks.split_at(length.min(chunks.len()));
        (chunks, length) = (behind, (length * 2).min(STRETCH));
        if stretch.is_empty() {
            break;
        }
        let Some(room) = found.ends.room::<STRETCH_ROOM>() else { break };
        let (mut used, mut quotes, mut is_suspect) = (0, 0, false);
        for bytes in stretch {
            let mut chunk = needles.look::<ESCAPES>(lanes, bytes, expects_quotes, &mut carry);
            if chunk.suspect != 0 {
                chunk = chunk.before_suspect();
                is_suspect = true;
            }
            if let Some(room) = room.get_mut(used..).and_then(|room| room.first_chunk_mut()) {
                lanes.places(place(at), chunk.ends, room);
            }
            used += chunk.ends.count_ones() as usize;
            quotes |= chunk.quotes;
            accepting.newlines += chunk.newlines.count_ones() as usize;
            if chunk.doubled != 0 {
                note_doubled(at, chunk.doubled, &mut found.doubled);
            }
            at += 64;
            if is_suspect {
                break;
            }
        }
        found.ends.take(used);
        expects_quotes = quotes != 0;
        found.has_quotes |= expects_quotes;
        ran = accepting.accept(found).or_else(|| is_suspect.then_some(RunEnd::Unsure(accepting.record)));
    }
    found.ends.truncate(accepting.rows * grammar.width);
    let record = accepting.record;
    ran.unwrap_or(if record < bytes.len() { RunEnd::Open(record) } else { RunEnd::Limit(record) })
}

#[cold]
fn note_doubled(at: usize, mut bits: u64, doubled: &mut Vec<u32>) {
    while bits != 0 {
        doubled.push(place(at + bits.trailing_zeros() as usize));
        bits &= bits - 1;
    }
}

/// Accepts the records of a run.
struct RecordAcceptor<'a> {
    grammar: &'a Grammar,
    bytes: &'a [u8],
    limit: usize,
    /// Records accepted, and where the next one starts.
    rows: usize,
    record: usize,
    /// Records accepted before the run, and newlines in it.
    newlines: usize,
    /// Doubled quotes of the run that are before the next record.
    doubled: usize,
}

impl RecordAcceptor<'_> {
    /// Accepts the records that have ended, to the first that is not plain or would
    /// start behind the limit.
    #[inline(always)]
    fn accept(&mut self, found: &mut FieldIndex) -> Option<RunEnd> {
        let Grammar { width, crlf, .. } = *self.grammar;
        // Where every so many ends come to a newline, and there are no more newlines
        // than that, no other end is one. So the ends need not be asked one by one.
        let lines = found.ends.get(self.rows * width..).unwrap_or_default().chunks_exact(width);
        let is_even = found.ends.len() / width == self.newlines
            && lines.filter_map(|ends| ends.last()).all(|&end| self.is_newline(end));
        while let Some(last) = found.ends.get_mut(self.rows * width + width - 1) {
            let line_end = *last as usize;
            let content_end = line_end.saturating_sub(usize::from(crlf));
            let content = self.bytes.get(self.record..content_end).unwrap_or_default();
            *last = place(content_end);
            if !(is_even || self.is_one_line(line_end, found)) || needs_care(self.grammar, content) {
                return Some(RunEnd::Unsure(self.record));
            }
            if found.doubled.get(self.doubled).is_some_and(|&doubled| (doubled as usize) < line_end) {
                self.note_escaped(line_end, found);
            }
            found.starts.push(place(self.record));
            found.records += 1;
            self.rows += 1;
            self.record = line_end + 1;
            if self.record >= self.limit {
                return Some(RunEnd::Limit(self.record));
            }
        }
        // The newline too many is that of the record that seems to go on.
        (!is_even).then_some(RunEnd::Unsure(self.record))
    }

    #[inline(always)]
    fn is_newline(&self, at: u32) -> bool {
        self.bytes.get(at as usize) == Some(&b'\n')
    }

    /// Whether the next record ends there, and no field of it before.
    #[cold]
    fn is_one_line(&self, line_end: usize, found: &FieldIndex) -> bool {
        let fields = self.rows * self.grammar.width;
        let inner = found.ends.get(fields..fields + self.grammar.width - 1).unwrap_or_default();
        self.is_newline(place(line_end)) && !inner.iter().any(|&end| self.is_newline(end))
    }

    /// Writes down the cells of the next record that have doubled quotes.
    #[cold]
    fn note_escaped(&mut self, line_end: usize, found: &mut FieldIndex) {
        let mut start = self.record;
        let fields = self.rows * self.grammar.width;
        for &end in found.ends.get(fields..fields + self.grammar.width).unwrap_or_default() {
            let cell = start..end as usize;
            start = after(end);
            let Some([first, text @ .., _]) = self.bytes.get(cell.clone()) else { continue };
            let is_doubled = |quote| *first == quote && memchr::memchr(quote, text).is_some();
            if self.grammar.syntax.quote.is_some_and(is_doubled) {
                found.escaped.push(EscapedField { start: place(cell.start + 1), end: place(cell.end - 1) });
            }
        }
        let behind = found.doubled.get(self.doubled..).unwrap_or_default();
        self.doubled += behind.iter().take_while(|&&doubled| (doubled as usize) < line_end).count();
    }
}

/// Whether a record of plain bytes and the right number of fields may still be
/// at fault.
#[inline(always)]
fn needs_care(grammar: &Grammar, content: &[u8]) -> bool {
    let Some(&first) = content.first() else { return true };
    content.len() > MAX_FIELD
        || (first == BYTE_ORDER_MARK[0] && content.starts_with(BYTE_ORDER_MARK))
        || grammar.syntax.is_blank(first)
        || (content.len() == grammar.header.len() && content == grammar.header)
        || (content.len() == grammar.other_header.len() && content == grammar.other_header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::csv::scan::syntax::Syntax;
    use crate::model::dialect::Dialect;

    #[test]
    fn well_formed_records_never_leave_the_fast_path() {
        // Lines of every length, so that every byte falls on every place of a chunk.
        for (quoted, crlf) in [(false, false), (true, false), (false, true), (true, true)] {
            let ending = if crlf { "\r\n" } else { "\n" };
            let line = |length: usize| {
                let text = "x".repeat(length);
                match (quoted, length % 2) {
                    (false, _) => format!("{text},b{ending}"),
                    (true, 0) => format!("{text},\"a\"\"b\"{ending}"),
                    (true, _) => format!("\"{text},\",\"a\"\"b\"{ending}"),
                }
            };
            let content: String = (1..200).map(line).collect();
            let syntax = Syntax::of(&Dialect::default());
            let grammar = Grammar {
                syntax,
                width: 2,
                crlf,
                header: b"header,too".to_vec(),
                other_header: Vec::new(),
                has_footer: false,
            };
            let (needles, mut found) = (Needles::new(&grammar), FieldIndex::default());
            let run = run::<false>(Simd128, &grammar, needles, content.as_bytes(), 0, content.len(), &mut found);
            assert!(matches!(run, RunEnd::Limit(end) if end == content.len()), "quoted {quoted}, CR LF {crlf}");
            assert_eq!((found.records, found.starts.len(), found.ends.len()), (199, 199, 2 * 199));
        }
    }
}
