//! Makes the text of a buffer: validates it once, and where that fails finds the
//! records at fault. Judges nothing but UTF-8.

use memchr::memchr;

use super::scan::classify::{Grammar, bad_utf8};
use super::scan::index::FieldIndex;
use crate::engine::fault::EngineError;
use crate::engine::port::Quarantined;
use crate::format::io::utf8::TextBuffer;
use crate::model::outcome::structure_fault::StructureFault;

/// Turns the buffer into text. Records that are not UTF-8 move from the accepted
/// to the malformed ones, and the bytes of malformed records are blanked.
///
/// # Errors
/// [`EngineError::Bug`] where bytes outside every record are not UTF-8: the
/// caller blanks those.
pub(super) fn settle(bytes: Vec<u8>, grammar: &Grammar, found: &mut FieldIndex) -> Result<TextBuffer, EngineError> {
    let mut bytes = match TextBuffer::new(bytes) {
        Ok(text) => return Ok(text),
        Err(bytes) => bytes,
    };
    reject_bad_records(&bytes, grammar, found);
    for record in &found.quarantined {
        blank(&mut bytes, record, found.origin);
    }
    TextBuffer::new(bytes).map_err(|_| EngineError::Bug { step: "csv text" })
}

fn reject_bad_records(bytes: &[u8], grammar: &Grammar, found: &mut FieldIndex) {
    let width = grammar.width;
    let mut known = std::mem::take(&mut found.quarantined).into_iter().peekable();
    let (mut row, mut kept) = (0, 0);
    for index in 0..found.records {
        if let Some(record) = known.next_if(|record| record.index == index) {
            found.quarantined.push(record);
            continue;
        }
        let fields = row * width..(row + 1) * width;
        let ends = found.ends.get(fields.clone()).unwrap_or_default();
        let (Some(&start), Some(&end)) = (found.starts.get(row), ends.last()) else { continue };
        let content = bytes.get(start as usize..end as usize).unwrap_or_default();
        if let Some(column) = bad_utf8(content, start as usize, ends) {
            found.quarantined.push(Quarantined {
                index,
                offset: found.origin + u64::from(start),
                length: content.len() as u64,
                fault: StructureFault::BadUtf8,
                column: Some(column),
            });
        } else {
            found.starts.copy_within(row..row + 1, kept);
            found.ends.copy_within(fields, kept * width);
            kept += 1;
        }
        row += 1;
    }
    found.starts.truncate(kept);
    found.ends.truncate(kept * width);
}

/// Overwrites a malformed record, to its line feed where it was cut short.
fn blank(bytes: &mut [u8], record: &Quarantined, origin: u64) {
    let start = usize::try_from(record.offset - origin).unwrap_or(usize::MAX);
    let mut end = start.saturating_add(usize::try_from(record.length).unwrap_or(usize::MAX)).min(bytes.len());
    if record.fault == StructureFault::RecordTooLong {
        end = bytes.get(end..).and_then(|rest| memchr(b'\n', rest)).map_or(bytes.len(), |lf| end + lf);
    }
    if let Some(content) = bytes.get_mut(start..end) {
        content.fill(b'?');
    }
}
