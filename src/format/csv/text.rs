//! Makes the text of a buffer: validates it once, and where that fails finds the
//! records at fault. Judges nothing but UTF-8.

use std::fmt;
use std::ops::Deref;

use memchr::memchr;
use yoke::Yoke;

use super::found::Found;
use super::verdict::{Grammar, bad_utf8};
use crate::engine::fault::EngineError;
use crate::engine::port::Quarantined;
use crate::model::reason::StructureFault;

/// A buffer that is text. A `String` would be validated by std, which takes four
/// times as long where letters other than ASCII are strewn in.
pub(super) struct Text(Yoke<&'static str, Vec<u8>>);

impl Text {
    /// Validates the bytes; gives them back where they are no text.
    fn new(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        let mut is_text = true;
        let text = Yoke::attach_to_cart(bytes, |bytes| {
            simdutf8::basic::from_utf8(bytes).unwrap_or_else(|_| {
                is_text = false;
                ""
            })
        });
        if is_text { Ok(Self(text)) } else { Err(text.into_backing_cart()) }
    }

    /// The buffer.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_backing_cart()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self(Yoke::attach_to_cart(Vec::new(), |_| ""))
    }
}

impl Deref for Text {
    type Target = str;

    #[inline(always)]
    fn deref(&self) -> &str {
        self.0.get()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text")
    }
}

/// Turns the buffer into text. Records that are not UTF-8 move from the accepted
/// to the malformed ones, and the bytes of malformed records are blanked.
///
/// # Errors
/// [`EngineError::Bug`] where bytes outside every record are not UTF-8: the
/// caller blanks those.
pub(super) fn settle(bytes: Vec<u8>, grammar: &Grammar, found: &mut Found) -> Result<Text, EngineError> {
    let mut bytes = match Text::new(bytes) {
        Ok(text) => return Ok(text),
        Err(bytes) => bytes,
    };
    reject_bad_records(&bytes, grammar, found);
    for record in &found.quarantined {
        blank(&mut bytes, record, found.origin);
    }
    Text::new(bytes).map_err(|_| EngineError::Bug { step: "csv text" })
}

fn reject_bad_records(bytes: &[u8], grammar: &Grammar, found: &mut Found) {
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
