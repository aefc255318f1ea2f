//! Reads NDJSON, compressed or not: cuts the content into blocks at newlines;
//! workers parse them. The columns are the keys of the first record, in order, then
//! those that the policy asks for besides (`record.rs`), all text: a string as it is, a number as the one text it has however it is written
//! (`number.rs`), `true`, `false`, and `null` for missing.

use std::path::Path;
use std::sync::Arc;

use super::block::NdjsonParser;
use super::keys::{KeyRules, Keys};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{BlockParser, Extent, InputEvidence, Payload, Source, SourceColumn, Ticket};
use crate::format::column_names;
use crate::format::io::compression::{ContentReader, stored_with};
use crate::format::io::file::InputFile;
use crate::format::io::magic::{HEAD_BYTES, recognise};
use crate::format::null_values::NullValues;
use crate::model::column_type::ColumnType;
use crate::model::dialect::TextEncoding;
use crate::model::file_format::FileFormat;

const BLOCK: usize = 512 << 10;
/// What is read at a time: so many of them make a block that its room is used again
/// without being made larger.
const READ: usize = 256 << 10;
const LONGEST_FIRST_RECORD: usize = 1 << 20;
/// A longer line cannot be a record; it would have to be held to be judged.
const LONGEST_LINE: usize = 16 << 20;

/// An NDJSON file of the extract.
pub(crate) struct NdjsonSource {
    content: ContentReader,
    file: Arc<str>,
    columns: Vec<SourceColumn>,
    parser: Arc<NdjsonParser>,
    /// The first `held` bytes were read and not yet given out.
    pending: Vec<u8>,
    held: usize,
    /// Where `pending` begins in the content.
    offset: u64,
    next: u64,
    is_at_end: bool,
}

impl NdjsonSource {
    /// Opens the file at `path`, called `name` in messages, plain or compressed,
    /// and reads the keys of its first record.
    ///
    /// # Errors
    /// A fault of the file or of its first record, or of reading it.
    pub(crate) fn open(
        path: &Path,
        name: &Arc<str>,
        nulls: &Arc<NullValues>,
        rules: &KeyRules<'_>,
    ) -> Result<Self, EngineError> {
        let file = InputFile::open(path, name)?;
        let magic = recognise(&file.head(HEAD_BYTES)?);
        let compression = stored_with(path, magic, FileFormat::Ndjson).map_err(|kind| InputFault::file(kind, name))?;
        let parser = |keys| Arc::new(NdjsonParser::new(keys, Arc::clone(nulls)));
        let mut source = Self {
            content: ContentReader::new(compression, TextEncoding::default(), file)?,
            file: Arc::clone(name),
            columns: Vec::new(),
            parser: parser(Keys::default()),
            pending: Vec::new(),
            held: 0,
            offset: 0,
            next: 0,
            is_at_end: false,
        };
        let keys = source.read_keys(rules)?;
        source.columns = keys.names().iter().map(|name| column(name)).collect();
        source.parser = parser(keys);
        Ok(source)
    }

    /// Reads as far as the first record and takes its keys; the record itself
    /// stays to be read.
    fn read_keys(&mut self, rules: &KeyRules<'_>) -> Result<Keys, EngineError> {
        let newline = loop {
            if let Some(newline) = memchr::memchr(b'\n', self.pending()) {
                break newline;
            }
            if self.is_at_end {
                break self.held;
            }
            if self.held > LONGEST_FIRST_RECORD {
                break LONGEST_FIRST_RECORD + 1;
            }
            self.fill()?;
        };
        let head = self.pending().get(..HEAD_BYTES).unwrap_or(self.pending());
        if let Some(kind) = recognise(head).fault_in_content(FileFormat::Ndjson) {
            return Err(self.fault(kind));
        }
        // UTF-16 without a mark: one byte of two is NUL in every bracket and quote.
        if head.get(..2).is_some_and(|two| two.contains(&0)) {
            return Err(self.fault(InputFaultKind::Nul));
        }
        if newline > LONGEST_FIRST_RECORD {
            return Err(self.fault(InputFaultKind::HeaderTooLong));
        }
        let mark = if self.pending().starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        self.pending.drain(..mark);
        self.held -= mark;
        self.offset = mark as u64;
        let line = self.pending().get(..newline.saturating_sub(mark)).unwrap_or_default();
        if self.held == 0 {
            return Err(self.fault(InputFaultKind::EmptyInput));
        }
        let line = std::str::from_utf8(line).map_err(|_| self.fault(InputFaultKind::BadUtf8))?;
        let keys = Keys::of_first(line, rules).ok_or_else(|| self.fault(InputFaultKind::FormatMismatch));
        let keys = keys?;
        column_names::check(keys.names().iter().map(String::as_str), &self.file)?;
        Ok(keys)
    }

    /// Bytes read and not yet given out.
    pub(super) fn pending(&self) -> &[u8] {
        self.pending.get(..self.held).unwrap_or_default()
    }

    fn fault(&self, kind: InputFaultKind) -> EngineError {
        InputFault::file(kind, &self.file).into()
    }

    /// Reads some more bytes, or finds the end.
    fn fill(&mut self) -> Result<(), EngineError> {
        let upto = self.held + READ;
        if self.pending.len() < upto {
            self.pending.resize(upto, 0);
        }
        let free = self.pending.get_mut(self.held..upto).unwrap_or_default();
        let outcome = self.content.read(free);
        self.held += outcome.as_ref().map_or(0, |read| *read);
        self.is_at_end = outcome? == 0;
        Ok(())
    }
}

fn column(name: &str) -> SourceColumn {
    SourceColumn { name: name.to_owned(), column_type: ColumnType::Text, without_text: None }
}

impl Source for NdjsonSource {
    fn file(&self) -> &Arc<str> {
        &self.file
    }

    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn extent(&self) -> Extent {
        Extent { bytes: Some(self.content.stored_bytes()), records: None }
    }

    fn has_fixed_columns(&self) -> bool {
        self.parser.has_fixed_columns()
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::clone(&self.parser) as Arc<dyn BlockParser>
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        let mut searched = 0;
        let end = loop {
            let unsearched = self.pending().get(searched..).unwrap_or_default();
            let newline = memchr::memrchr(b'\n', unsearched).map(|at| searched + at + 1);
            if self.is_at_end {
                break self.held;
            }
            if self.held >= BLOCK {
                if let Some(end) = newline {
                    break end;
                }
                searched = self.held;
            }
            if self.held > LONGEST_LINE {
                return Err(self.fault(InputFaultKind::FormatMismatch));
            }
            self.fill()?;
        };
        if end == 0 {
            return Ok(None);
        }
        let rest = self.pending().get(end..).unwrap_or_default();
        let mut pending = self.parser.room.take();
        if pending.len() < rest.len() {
            pending.resize(rest.len(), 0);
        }
        pending.get_mut(..rest.len()).unwrap_or_default().copy_from_slice(rest);
        self.held = rest.len();
        let mut bytes = std::mem::replace(&mut self.pending, pending);
        bytes.truncate(end);
        let (number, offset) = (self.next, self.offset);
        self.next += 1;
        self.offset += bytes.len() as u64;
        let consumed = self.content.consumed();
        self.parser.stored.note(number, consumed);
        Ok(Some(Ticket { number, payload: Payload::Bytes { bytes, offset }, from: None }))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        let (bytes, blake3) = self.content.finish()?;
        let replacement_characters = self.parser.replacement_characters();
        Ok(InputEvidence {
            bytes,
            blake3,
            replacement_characters,
            skipped_lines: 0,
            never_seen: self.parser.never_seen(),
        })
    }
}
