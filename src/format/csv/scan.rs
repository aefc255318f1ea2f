//! The fast scan: walks plain records 64 bytes at a time and hands every record
//! that is not plain to the careful judge. Says nothing the judge would not say.

use super::found::{BYTE_ORDER_MARK, Escaped, Found, MAX_FIELD, MAX_RECORD, after, before, place};
use super::lanes::{Lanes, Sixteen, wide};
use super::masks::{Carry, Needles};
use super::verdict::{Grammar, Step};

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
    found: &mut Found,
) -> Stop {
    let wide = wide();
    let needles = Needles::new(grammar);
    let mut record = start;
    while record < limit.min(bytes.len()) {
        let ran = match wide {
            Some(lanes) => lanes.within(
                #[inline(always)]
                || run(lanes, grammar, &needles, bytes, record, limit, found),
            ),
            None => run(Sixteen, grammar, &needles, bytes, record, limit, found),
        };
        match ran {
            Run::Limit(next) => return Stop::Done { next },
            Run::Open(open) if !at_end && bytes.len() - open < MAX_RECORD + 2 => {
                return Stop::NeedMore { record: open };
            }
            Run::Open(unsure) | Run::Unsure(unsure) => match grammar.judge(bytes, unsure, at_end, found) {
                Step::NeedMore => return Stop::NeedMore { record: unsure },
                Step::Next(next) => record = next,
                Step::Tail => return Stop::Tail,
                Step::Unterminated { column } => return Stop::Unterminated { column },
            },
        }
    }
    Stop::Done { next: record }
}

/// Why a run of plain records ended.
enum Run {
    /// A record would start here, at the limit or the end of the buffer.
    Limit(usize),
    /// The buffer ends inside the record that starts here.
    Open(usize),
    /// The record that starts here must be judged carefully.
    Unsure(usize),
}

#[inline(always)]
fn run(
    lanes: impl Lanes,
    grammar: &Grammar,
    needles: &Needles,
    bytes: &[u8],
    start: usize,
    limit: usize,
    found: &mut Found,
) -> Run {
    let per_record = grammar.width + 1;
    let mut carry = Carry::at_record_start();
    let mut record = start;
    let mut base = found.ends.len();
    let mut may_be_escaped = false;
    found.ends.push(before(record));

    let mut rest = bytes.get(start..).unwrap_or_default();
    let mut at = start;
    while !rest.is_empty() {
        let chunk = if let Some((whole, behind)) = rest.split_first_chunk::<64>() {
            rest = behind;
            needles.look(lanes, whole, u64::MAX, &mut carry)
        } else {
            let mut padded = [b'x'; 64];
            padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            let valid = (1 << rest.len()) - 1;
            rest = &[];
            needles.look(lanes, &padded, valid, &mut carry)
        };
        found.has_quotes |= chunk.has_quotes;
        may_be_escaped |= chunk.doubled != 0;
        let mut ends = chunk.ends;
        let mut newlines = chunk.newlines & ends;
        while newlines != 0 {
            let bit = newlines & newlines.wrapping_neg();
            newlines ^= bit;
            let upto = bit | bit.wrapping_sub(1);
            found.ends.push_bits(place(at), ends & upto);
            ends &= !upto;
            let end = at + bit.trailing_zeros() as usize;
            let content_end = end - usize::from(grammar.crlf);
            if grammar.crlf
                && let Some(last) = found.ends.last_mut()
            {
                *last = place(content_end);
            }
            let content = bytes.get(record..content_end).unwrap_or_default();
            if found.ends.len() - base != per_record || needs_care(grammar, content) {
                found.ends.truncate(base);
                return Run::Unsure(record);
            }
            if may_be_escaped {
                note_escaped(grammar, bytes, base, found);
                may_be_escaped = chunk.doubled > bit;
            }
            found.records += 1;
            record = end + 1;
            base = found.ends.len();
            if record >= limit {
                return Run::Limit(record);
            }
            found.ends.push(before(record));
        }
        found.ends.push_bits(place(at), ends);
        if chunk.is_suspect {
            found.ends.truncate(base);
            return Run::Unsure(record);
        }
        at += 64;
    }
    found.ends.truncate(base);
    if record < bytes.len() { Run::Open(record) } else { Run::Limit(record) }
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
}

/// Writes down the cells of the last record that have doubled quotes.
#[cold]
fn note_escaped(grammar: &Grammar, bytes: &[u8], base: usize, found: &mut Found) {
    for pair in found.ends.get(base..).unwrap_or_default().windows(2) {
        let [start, end] = [after(pair[0]), pair[1] as usize];
        let Some([first, text @ .., _]) = bytes.get(start..end) else { continue };
        if *first == grammar.syntax.quote && memchr::memchr(grammar.syntax.quote, text).is_some() {
            found.escaped.push(Escaped { start: place(start + 1), end: place(end - 1) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::csv::careful::Syntax;

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
            let syntax = Syntax { delimiter: b',', quote: b'"', newline_in_fields: false, trim: false };
            let grammar = Grammar { syntax, width: 2, crlf, header: b"header,too".to_vec() };
            let (needles, mut found) = (Needles::new(&grammar), Found::default());
            let run = run(Sixteen, &grammar, &needles, content.as_bytes(), 0, content.len(), &mut found);
            assert!(matches!(run, Run::Limit(end) if end == content.len()), "quoted {quoted}, CR LF {crlf}");
            assert_eq!((found.records, found.ends.len()), (199, 3 * 199));
        }
    }
}
