//! Reads NDJSON: cuts the stream into blocks at newlines; workers parse them. The
//! columns are the keys of the first record, in order, all text: a string as it
//! is, a number in its own digits, `true`, `false`, and `null` for missing.
//!
//! The stream may be a file or what a decompressor makes of one.

use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::block::NdjsonParser;
use super::record::Keys;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{
    BlockParser, Extent, InputEvidence, Payload, Source, SourceColumn, Ticket,
};
use crate::format::column_names;
use crate::format::stored_file::StoredFile;
use crate::model::column_type::ColumnType;
use crate::model::digest::Digester;

const BLOCK: usize = 512 << 10;
const LONGEST_FIRST_RECORD: usize = 1 << 20;
/// A longer line is no record of anybody; it would have to be held to be judged.
const LONGEST_LINE: usize = 16 << 20;

/// Called at the end of the stream: checks what lies under it and says what was
/// read.
pub type Closing = Box<dyn FnOnce() -> Result<InputEvidence, EngineError> + Send>;

/// An NDJSON file of the extract.
pub struct NdjsonSource {
    reader: Box<dyn Read + Send>,
    file: Arc<str>,
    columns: Vec<SourceColumn>,
    parser: Arc<NdjsonParser>,
    extent: Extent,
    closing: Closing,
    /// Read and not yet given out.
    pending: Vec<u8>,
    /// Where `pending` begins in the stream.
    offset: u64,
    next: u64,
    is_at_end: bool,
}

impl NdjsonSource {
    /// Opens the uncompressed file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    pub fn open(
        path: &Path,
        name: &Arc<str>,
        null_values: &Arc<[String]>,
    ) -> Result<Self, EngineError> {
        let file = Arc::new(StoredFile::open(path, name)?);
        let extent = Extent {
            bytes: Some(file.bytes()),
            records: None,
        };
        let digested = Arc::new(Mutex::new((Digester::default(), 0)));
        let reader = DigestingReader {
            file: Arc::clone(&file),
            digested: Arc::clone(&digested),
        };
        let closing = move || {
            file.check_unchanged()?;
            let digested = digested.lock().unwrap_or_else(PoisonError::into_inner);
            if digested.1 != file.bytes() {
                return Err(InputFault::file(InputFaultKind::InputChanged, file.name()).into());
            }
            Ok(InputEvidence {
                bytes: digested.1,
                blake3: digested.0.digest(),
                replacement_characters: 0,
            })
        };
        Self::from_reader(
            Box::new(reader),
            name,
            null_values,
            extent,
            Box::new(closing),
        )
    }

    /// Reads a stream, such as that of a decompressor. An [`InputFault`] inside
    /// one of the reader's errors is passed on.
    ///
    /// # Errors
    /// A fault of the first record, or of reading.
    pub fn from_reader(
        reader: Box<dyn Read + Send>,
        file: &Arc<str>,
        null_values: &Arc<[String]>,
        extent: Extent,
        closing: Closing,
    ) -> Result<Self, EngineError> {
        let parser = NdjsonParser {
            keys: Keys::default(),
            null_values: Arc::clone(null_values),
        };
        let mut source = Self {
            reader,
            file: Arc::clone(file),
            columns: Vec::new(),
            parser: Arc::new(parser),
            extent,
            closing,
            pending: Vec::new(),
            offset: 0,
            next: 0,
            is_at_end: false,
        };
        let keys = source.read_keys()?;
        source.columns = keys.names().iter().map(column).collect();
        source.parser = Arc::new(NdjsonParser {
            keys,
            null_values: Arc::clone(null_values),
        });
        Ok(source)
    }

    /// Reads as far as the first record and takes its keys; the record itself
    /// stays to be read.
    fn read_keys(&mut self) -> Result<Keys, EngineError> {
        let newline = loop {
            if let Some(newline) = memchr::memchr(b'\n', &self.pending) {
                break newline;
            }
            if self.is_at_end {
                break self.pending.len();
            }
            if self.pending.len() > LONGEST_FIRST_RECORD {
                break LONGEST_FIRST_RECORD + 1;
            }
            self.fill()?;
        };
        if let Some(kind) = foreign(&self.pending) {
            return Err(self.fault(kind));
        }
        if newline > LONGEST_FIRST_RECORD {
            return Err(self.fault(InputFaultKind::HeaderTooLong));
        }
        let mark = if self.pending.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        self.pending.drain(..mark);
        self.offset = mark as u64;
        let line = self
            .pending
            .get(..newline.saturating_sub(mark))
            .unwrap_or_default();
        if self.pending.is_empty() {
            return Err(self.fault(InputFaultKind::EmptyInput));
        }
        let line = std::str::from_utf8(line).map_err(|_| self.fault(InputFaultKind::BadUtf8))?;
        let keys = Keys::of_first(line).ok_or_else(|| self.fault(InputFaultKind::FormatMismatch));
        let keys = keys?;
        column_names::check(keys.names().iter().map(String::as_str), &self.file)?;
        Ok(keys)
    }

    /// Bytes read and not yet given out.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.pending.len()
    }

    fn fault(&self, kind: InputFaultKind) -> EngineError {
        InputFault::file(kind, &self.file).into()
    }

    /// Reads some more bytes, or finds the end.
    fn fill(&mut self) -> Result<(), EngineError> {
        let held = self.pending.len();
        self.pending.resize(held + BLOCK, 0);
        let free = self.pending.get_mut(held..).unwrap_or_default();
        let outcome = self.reader.read(free);
        self.pending
            .truncate(held + outcome.as_ref().map_or(0, |read| *read));
        match outcome {
            Ok(read) => self.is_at_end = read == 0,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(read_error(error, &self.file)),
        }
        Ok(())
    }
}

fn column(name: &String) -> SourceColumn {
    SourceColumn {
        name: name.clone(),
        column_type: ColumnType::Text,
    }
}

/// What the first bytes betray of a file that is no NDJSON.
fn foreign(bytes: &[u8]) -> Option<InputFaultKind> {
    const GZIP: &[u8] = b"\x1f\x8b";
    const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        Some(InputFaultKind::Utf32)
    } else if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        Some(InputFaultKind::Utf16)
    } else if bytes.starts_with(GZIP) || bytes.starts_with(ZSTD) {
        Some(InputFaultKind::FormatMismatch)
    } else if bytes.get(..2).is_some_and(|two| two.contains(&0)) {
        Some(InputFaultKind::Nul)
    } else {
        None
    }
}

fn read_error(error: io::Error, file: &Arc<str>) -> EngineError {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<InputFault>());
    if let Some(fault) = inner {
        return fault.clone().into();
    }
    if error.raw_os_error().is_some() {
        return EngineError::Read {
            file: Arc::clone(file),
            source: error,
        };
    }
    // Not the operating system's: a decompressor's, whose text is dropped.
    InputFault::from_io(&error, file).into()
}

impl Source for NdjsonSource {
    fn file(&self) -> &Arc<str> {
        &self.file
    }

    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn extent(&self) -> Extent {
        self.extent
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::clone(&self.parser) as Arc<dyn BlockParser>
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        let mut searched = 0;
        let end = loop {
            let unsearched = self.pending.get(searched..).unwrap_or_default();
            let newline = memchr::memrchr(b'\n', unsearched).map(|at| searched + at + 1);
            if self.is_at_end {
                break self.pending.len();
            }
            if self.pending.len() >= BLOCK {
                if let Some(end) = newline {
                    break end;
                }
                searched = self.pending.len();
            }
            if self.pending.len() > LONGEST_LINE {
                return Err(self.fault(InputFaultKind::FormatMismatch));
            }
            self.fill()?;
        };
        if end == 0 {
            return Ok(None);
        }
        let rest = self.pending.split_off(end);
        let bytes = std::mem::replace(&mut self.pending, rest);
        let (number, offset) = (self.next, self.offset);
        self.next += 1;
        self.offset += bytes.len() as u64;
        Ok(Some(Ticket {
            number,
            payload: Payload::Bytes { bytes, offset },
            from: None,
        }))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        (self.closing)()
    }
}

/// Reads a file from front to back and digests what it reads.
struct DigestingReader {
    file: Arc<StoredFile>,
    digested: Arc<Mutex<(Digester, u64)>>,
}

impl Read for DigestingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut digested = self.digested.lock().unwrap_or_else(PoisonError::into_inner);
        let read = self.file.read_at(buffer, digested.1)?;
        digested.0.update(buffer.get(..read).unwrap_or_default());
        digested.1 += read as u64;
        Ok(read)
    }
}
