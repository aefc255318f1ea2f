//! Lines at the start and the end of a file that the policy says are no records: a
//! title, a total. None of them may be somebody's record: a line that reads as one is
//! refused, unless the policy says how the lines start and they do.

use memchr::{memchr, memrchr};

use super::scan::index::MAX_RECORD;
use super::scan::reference::{RecordReading, read};
use super::scan::syntax::Syntax;
use crate::engine::fault::{EngineError, InputFaultKind as Kind};
use crate::format::io::file::InputFile;
use crate::model::dialect::SkippedLines;

/// The most bytes that skipped lines may have together.
const MOST_BYTES: usize = MAX_RECORD;
const PIECE: usize = 64 << 10;

/// Where the lines that are skipped end, from `start` on; `None` when more bytes are
/// needed.
///
/// # Errors
/// When the file has fewer lines, or they are too long.
pub(super) fn behind_skipped(
    skip: &SkippedLines,
    bytes: &[u8],
    start: usize,
    at_end: bool,
) -> Result<Option<usize>, Kind> {
    let mut at = start;
    for _ in 0..skip.count {
        match memchr(b'\n', bytes.get(at..).unwrap_or_default()) {
            Some(newline) => at += newline + 1,
            None if at_end => return Err(Kind::FewerLines),
            None if bytes.len() - start > MOST_BYTES => return Err(Kind::SkippedLinesTooLong),
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// Checks lines that are skipped; `width` is the number of fields of a record where
/// it is known.
///
/// # Errors
/// When they do not start as the policy says, or one reads as a record.
pub(super) fn check_skipped(
    skip: &SkippedLines,
    lines: &[u8],
    syntax: Syntax,
    width: Option<usize>,
) -> Result<(), Kind> {
    if let Some(start) = &skip.starts_with {
        return if lines.starts_with(start.as_bytes()) { Ok(()) } else { Err(Kind::SkippedLinesDiffer) };
    }
    if width.is_some() && goes_on(lines, syntax) {
        return Err(Kind::SkippedRecord);
    }
    let mut rest = lines;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let (line, behind) = rest.split_at(end);
        if width.is_some_and(|width| is_record(line, syntax, width)) {
            return Err(Kind::SkippedRecord);
        }
        rest = behind;
    }
    Ok(())
}

/// Whether the last line break of some lines is part of a field, so that what begins
/// in them goes on behind them.
fn goes_on(lines: &[u8], syntax: Syntax) -> bool {
    let mut at = 0;
    while at < lines.len() {
        let (mut ends, mut escaped) = (Vec::new(), Vec::new());
        match read(syntax, lines, at, false, &mut ends, &mut escaped) {
            RecordReading::Complete(shape) => at = shape.next,
            // The last lines of a file may lack a line ending.
            RecordReading::Incomplete => return lines.ends_with(b"\n"),
            RecordReading::Cut { .. } | RecordReading::Unterminated { .. } => return false,
        }
    }
    false
}

/// Whether a line reads as a record of so many fields.
fn is_record(line: &[u8], syntax: Syntax, width: usize) -> bool {
    let (mut ends, mut escaped) = (Vec::new(), Vec::new());
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match read(syntax, line, 0, true, &mut ends, &mut escaped) {
        RecordReading::Complete(shape) => !line.is_empty() && shape.quote.is_none() && ends.len() == width + 1,
        RecordReading::Cut { .. } | RecordReading::Incomplete | RecordReading::Unterminated { .. } => false,
    }
}

/// Where the last `count` lines of `bytes` start. The last counts without a line
/// ending. `None` where there are fewer.
pub(super) fn start_of_last(count: u32, bytes: &[u8]) -> Option<usize> {
    if count == 0 {
        return Some(bytes.len());
    }
    let mut end = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    for _ in 1..count {
        end = end.get(..memrchr(b'\n', end)?)?;
    }
    (!bytes.is_empty()).then(|| memrchr(b'\n', end).map_or(0, |newline| newline + 1))
}

/// The last lines of a stored file: where they start, and their bytes.
///
/// # Errors
/// When there are fewer behind `from`, or they are too long; or of reading the file.
pub(super) fn last_lines(
    skip: &SkippedLines,
    file: &InputFile,
    from: u64,
) -> Result<Result<(u64, Vec<u8>), Kind>, EngineError> {
    let end = file.bytes();
    let mut held = PIECE.min(MOST_BYTES) as u64;
    loop {
        let start = end.saturating_sub(held).max(from.min(end));
        let mut bytes = vec![0; usize::try_from(end - start).unwrap_or(0)];
        file.read_exact_at(&mut bytes, start)?;
        // A line that may have begun before does not count.
        match start_of_last(skip.count, &bytes) {
            Some(at) if at > 0 || start == from => return Ok(Ok((start + at as u64, bytes.split_off(at)))),
            _ if start == from => return Ok(Err(Kind::FewerLines)),
            _ if held > MOST_BYTES as u64 => return Ok(Err(Kind::SkippedLinesTooLong)),
            _ => held *= 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dialect::Dialect;

    #[test]
    fn the_last_lines_start_where_they_start() {
        for (bytes, count, start) in [
            (&b"a\nb\nc\n"[..], 1, Some(4)),
            (b"a\nb\nc", 1, Some(4)),
            (b"a\nb\nc\n", 2, Some(2)),
            (b"a\nb\nc\n", 3, Some(0)),
            (b"a\nb\nc\n", 4, None),
            (b"a\n\n", 1, Some(2)),
            (b"a\r\nb\r\n", 1, Some(3)),
            (b"a\n", 0, Some(2)),
            (b"", 1, None),
        ] {
            assert_eq!(start_of_last(count, bytes), start, "{count} of {}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_line_that_reads_as_a_record_is_not_skipped() {
        let syntax = Syntax::of(&Dialect::default());
        let check = |lines: &[u8], starts_with: Option<&str>| {
            let skip = SkippedLines { count: 1, starts_with: starts_with.map(str::to_owned) };
            check_skipped(&skip, lines, syntax, Some(2))
        };
        assert_eq!(check(b"Total: 3\r\n", None), Ok(()));
        assert_eq!(check(b"a title\n\nof, three, fields\n", None), Ok(()));
        assert_eq!(check(b"a title\n1,x\n", None), Err(Kind::SkippedRecord));
        assert_eq!(check(b"\"1\",\"x\"", None), Err(Kind::SkippedRecord));
        assert_eq!(check(b"Total,3\n", Some("Total")), Ok(()));
        assert_eq!(check(b"1,x\n", Some("Total")), Err(Kind::SkippedLinesDiffer));
        let syntax = Syntax::of(&Dialect { newline_in_fields: true, ..Dialect::default() });
        let cut = |lines: &[u8]| check_skipped(&SkippedLines { count: 1, starts_with: None }, lines, syntax, Some(3));
        assert_eq!(cut(b"a title\n1,\"two\n"), Err(Kind::SkippedRecord));
        assert_eq!(cut(b"a \"title\n"), Ok(()));
    }
}
