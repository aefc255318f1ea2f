//! The stored bytes of a file, read once in order and digested on the way. Knows no compression.

use std::io::{self, BufRead, Read};

use super::failure::DecompressFailure;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::format::io::file::InputFile;
use crate::model::digest::{Digest, Digester};

const BUFFER_BYTES: usize = 128 * 1024;

/// See the module. The default is an empty shell, for the moment in which a
/// decoder changes hands.
#[derive(Default)]
pub(crate) struct StoredBytes {
    file: Option<InputFile>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes read from the file.
    read: u64,
    digester: Digester,
    failure: Option<io::Error>,
}

impl StoredBytes {
    pub(crate) fn new(file: InputFile) -> Self {
        Self { file: Some(file), buffer: vec![0; BUFFER_BYTES], ..Self::default() }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.file.as_ref().map_or(0, InputFile::bytes)
    }

    /// Bytes handed out and used.
    pub(crate) fn consumed(&self) -> u64 {
        self.read - (self.end - self.start) as u64
    }

    /// The next bytes, at least `count` of them unless the file ends before.
    pub(crate) fn peek(&mut self, count: usize) -> Result<&[u8], DecompressFailure> {
        while self.end - self.start < count {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            let old = self.end;
            self.read_more().map_err(|_| self.failure_or(InputFaultKind::Corrupt))?;
            if self.end == old {
                break;
            }
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Passes over `count` bytes.
    pub(crate) fn skip(&mut self, mut count: u64) -> Result<(), DecompressFailure> {
        while count > 0 {
            let available = self.peek(1)?.len();
            if available == 0 {
                return Err(InputFaultKind::Truncated.into());
            }
            let step = usize::try_from(count).map_or(available, |count| count.min(available));
            self.consume(step);
            count -= step as u64;
        }
        Ok(())
    }

    /// Reads the next bytes as they are, no decoder between.
    pub(crate) fn read_content(&mut self, buffer: &mut [u8]) -> Result<usize, DecompressFailure> {
        let outcome = self.read(buffer);
        outcome.map_err(|_| self.failure_or(InputFaultKind::Corrupt))
    }

    /// The failure behind an error that came through a decoder: reading, if it
    /// was that; else the data's. The decoder's own text is dropped.
    pub(crate) fn failure_or(&mut self, kind: InputFaultKind) -> DecompressFailure {
        self.failure.take().map_or(DecompressFailure::Fault(kind), DecompressFailure::Read)
    }

    /// Whether the file is still what was opened.
    pub(crate) fn check_unchanged(&self) -> Result<(), EngineError> {
        self.file.as_ref().map_or(Ok(()), InputFile::check_unchanged)
    }

    pub(crate) fn finish(&self) -> Result<(u64, Digest), EngineError> {
        let file = self.file.as_ref().ok_or(EngineError::Bug { step: "stored input" })?;
        file.check_unchanged()?;
        if self.start < self.end {
            return Err(EngineError::Bug { step: "stored input" });
        }
        if self.read != file.bytes() {
            return Err(InputFault::file(InputFaultKind::InputChanged, file.name()).into());
        }
        Ok((self.read, self.digester.digest()))
    }

    /// Appends what the file gives to the buffer.
    fn read_more(&mut self) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let outcome = self.read_into(buffer.get_mut(self.end..).unwrap_or_default());
        self.buffer = buffer;
        self.end += outcome?;
        Ok(())
    }

    /// Reads and digests what the file gives next.
    fn read_into(&mut self, free: &mut [u8]) -> io::Result<usize> {
        let Some(file) = &self.file else { return Ok(0) };
        match file.read_at(free, self.read) {
            Ok(count) => {
                self.digester.update(free.get(..count).unwrap_or_default());
                self.read += count as u64;
                Ok(count)
            }
            Err(error) => {
                self.failure = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    }
}

impl BufRead for StoredBytes {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            self.read_more()?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
    }
}

impl Read for StoredBytes {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // Straight there, where a copy would save no reading.
        if self.start == self.end && into.len() >= self.buffer.len() {
            return self.read_into(into);
        }
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}
