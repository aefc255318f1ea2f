//! Inputs read from front to back: which compression a name and the first bytes
//! agree on, and one reader over all of them and none. Strict: every member or frame to its end, every
//! checksum, nothing behind the last. Writes nothing.

mod failure;
mod gzip;
mod stored;
mod zstandard;

use std::path::Path;
use std::sync::Arc;

use super::file::{InputFile, read_failed};
use super::magic::Magic;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::format::io::compression::failure::DecompressFailure;
use crate::format::io::compression::gzip::GzipMembers;
use crate::format::io::compression::stored::StoredBytes;
use crate::format::io::compression::zstandard::ZstdFrames;
use crate::format::io::decoding::Decoding;
use crate::model::dialect::TextEncoding;
use crate::model::digest::Digest;
use crate::model::file_format::FileFormat;

/// Decompressed bytes for one stored byte, at most; looked at only after
/// [`RATIO_FREE`] bytes, so that small and very regular files pass.
pub(crate) const MAX_RATIO: u64 = 1_000;
/// Decompressed bytes before the ratio is looked at.
pub(crate) const RATIO_FREE: u64 = 64 << 20;

/// A compression scant reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Compression {
    /// gzip (RFC 1952), any number of members.
    Gzip,
    /// Zstandard (RFC 8878), any number of frames.
    Zstd,
}

/// Which compression a file of a text `format` at `path` is stored with, when its
/// first bytes are `magic`. The name and the bytes must agree.
///
/// # Errors
/// What is wrong with the file where they do not, or where neither is known.
pub(crate) fn stored_with(
    path: &Path,
    magic: Magic,
    format: FileFormat,
) -> Result<Option<Compression>, InputFaultKind> {
    let suffix = path.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default().to_ascii_lowercase();
    match (suffix.as_str(), magic) {
        ("gz", Magic::Gzip) => Ok(Some(Compression::Gzip)),
        ("zst", Magic::Zstd) => Ok(Some(Compression::Zstd)),
        ("gz" | "zst", _) => Err(InputFaultKind::FormatMismatch),
        (other, _) if is_other_compression(other) => Err(InputFaultKind::OtherCompression),
        (_, magic) => magic.fault_in(format).map_or(Ok(None), Err),
    }
}

/// Whether a name that ends so is that of an archive, or of a compression that scant does
/// not read; `suffix` in small letters.
pub(crate) fn is_other_compression(suffix: &str) -> bool {
    ["7z", "br", "bz2", "lz4", "lzma", "rar", "snappy", "tar", "tgz", "xz", "z", "zip"].contains(&suffix)
}

#[expect(
    clippy::large_enum_variant,
    reason = "one a file, never copied, and each of the three holds a digester of 2 kB"
)]
enum Codec {
    Gzip(GzipMembers),
    Stored(StoredBytes),
    Zstd(ZstdFrames),
}

impl Codec {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, DecompressFailure> {
        match self {
            Self::Gzip(members) => members.read(buffer),
            Self::Stored(stored) => stored.read_content(buffer),
            Self::Zstd(frames) => frames.read(buffer),
        }
    }
}

/// Reads the content of a file, compressed or not, as text in UTF-8, from its start to
/// its end, once.
pub(crate) struct ContentReader {
    codec: Codec,
    /// Where the content is not UTF-8.
    decoding: Option<Decoding>,
    file: Arc<str>,
    output: u64,
}

impl ContentReader {
    /// Starts at the beginning of `file`.
    ///
    /// # Errors
    /// [`EngineError::Bug`] where the decompressor cannot be made.
    pub(crate) fn new(
        compression: Option<Compression>,
        encoding: TextEncoding,
        file: InputFile,
    ) -> Result<Self, EngineError> {
        let name = Arc::clone(file.name());
        let stored = StoredBytes::new(file);
        let codec = match compression {
            None => Codec::Stored(stored),
            Some(Compression::Gzip) => Codec::Gzip(GzipMembers::new(stored)),
            Some(Compression::Zstd) => {
                let frames = ZstdFrames::new(stored);
                Codec::Zstd(frames.ok_or(EngineError::Bug { step: "zstd" })?)
            }
        };
        let decoding = (!encoding.is_utf8()).then(|| Decoding::new(encoding));
        Ok(Self { codec, decoding, file: name, output: 0 })
    }

    /// The file's name in messages.
    #[must_use]
    pub(crate) fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Stored bytes used so far.
    #[must_use]
    pub(crate) fn consumed(&self) -> u64 {
        self.stored().consumed()
    }

    /// Size of the stored file.
    #[must_use]
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.stored().bytes()
    }

    /// Fills the start of `buffer`, which must not be empty; 0 means the end, with
    /// every checksum verified and nothing behind it.
    ///
    /// # Errors
    /// A fault of the data, or of reading it.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, EngineError> {
        let codec = &mut self.codec;
        let result = match &mut self.decoding {
            None => codec.read(buffer),
            Some(decoding) => decoding.read(buffer, |stored| codec.read(stored)),
        };
        let count = match result {
            Ok(count) => count,
            Err(DecompressFailure::Fault(kind)) => {
                // A file that is still being written looks corrupt, or cut, or too long.
                self.stored().check_unchanged()?;
                return Err(InputFault::file(kind, &self.file).into());
            }
            Err(DecompressFailure::Read(source)) => return Err(read_failed(source, &self.file)),
        };
        self.output += count as u64;
        if self.output > RATIO_FREE && self.output / MAX_RATIO > self.consumed() {
            return Err(InputFault::file(InputFaultKind::RatioLimit, &self.file).into());
        }
        Ok(count)
    }

    /// After the end: length and digest of the stored file, once it is known not
    /// to have changed.
    ///
    /// # Errors
    /// [`InputFaultKind::InputChanged`]; [`EngineError::Bug`] before the end.
    pub(crate) fn finish(&self) -> Result<(u64, Digest), EngineError> {
        self.stored().finish()
    }

    fn stored(&self) -> &StoredBytes {
        match &self.codec {
            Codec::Gzip(members) => members.stored(),
            Codec::Stored(stored) => stored,
            Codec::Zstd(frames) => frames.stored(),
        }
    }
}

#[cfg(test)]
mod tests;
