//! What the first bytes of a file say it is, whatever its name says. Looks at
//! those bytes only; reads no file.

use crate::engine::fault::InputFaultKind;
use crate::model::file_format::{FileContent, FileFormat};

/// The kind of file the first bytes belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Magic {
    /// A compression that scant does not read (bzip2, xz, lz4).
    Foreign,
    /// gzip.
    Gzip,
    /// A JSON object.
    Json,
    /// A JSON array.
    JsonArray,
    /// A document or a table of another kind: HTML, XML, PDF, Parquet, Arrow.
    OtherDocument,
    /// Nothing known: text, as far as one can tell.
    Text,
    /// UTF-16, by its byte order mark.
    Utf16,
    /// UTF-32, by its byte order mark.
    Utf32,
    /// A ZIP archive, which spreadsheets are.
    Zip,
    /// Zstandard, or one of its skippable frames.
    Zstd,
}

/// How many bytes [`recognise`] wants to see.
pub(crate) const HEAD_BYTES: usize = 512;

/// What `head`, the first bytes of a file, says the file is.
#[must_use]
pub(crate) fn recognise(head: &[u8]) -> Magic {
    // UTF-32 before UTF-16: its little-endian mark starts with the other's.
    const MARKS: [(&[u8], Magic); 14] = [
        (&[0xFF, 0xFE, 0, 0], Magic::Utf32),
        (&[0, 0, 0xFE, 0xFF], Magic::Utf32),
        (&[0xFF, 0xFE], Magic::Utf16),
        (&[0xFE, 0xFF], Magic::Utf16),
        (&[0x1F, 0x8B], Magic::Gzip),
        (&[0x28, 0xB5, 0x2F, 0xFD], Magic::Zstd),
        (b"PK\x03\x04", Magic::Zip),
        (b"PK\x05\x06", Magic::Zip),
        (b"BZh", Magic::Foreign),
        (&[0xFD, b'7', b'z', b'X', b'Z', 0], Magic::Foreign),
        (&[0x04, 0x22, 0x4D, 0x18], Magic::Foreign),
        (b"%PDF-", Magic::OtherDocument),
        (&[0xD0, 0xCF, 0x11, 0xE0], Magic::OtherDocument),
        (b"SQLite format 3", Magic::OtherDocument),
    ];
    if let Some((_, magic)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
        return *magic;
    }
    let mut formats = FileFormat::ALL.iter().map(|(_, format)| format);
    if formats.any(|format| format.marks().iter().any(|mark| head.starts_with(mark))) {
        return Magic::OtherDocument;
    }
    if matches!(head, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..]) {
        return Magic::Zstd;
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let starts = |mark: &str| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark.as_bytes()));
    match text {
        [b'{', ..] => return Magic::Json,
        [b'[', ..] => return Magic::JsonArray,
        _ => {}
    }
    if ["<!doctype", "<html", "<?xml"].into_iter().any(starts) {
        return Magic::OtherDocument;
    }
    Magic::Text
}

impl Magic {
    /// What is wrong with such bytes at the start of a file of a text `format`.
    #[must_use]
    pub(crate) fn fault_in(self, format: FileFormat) -> Option<InputFaultKind> {
        match self {
            Self::Foreign => Some(InputFaultKind::OtherCompression),
            Self::Gzip | Self::Zstd => Some(InputFaultKind::FormatMismatch),
            Self::JsonArray => Some(InputFaultKind::JsonArray),
            Self::Json if format.content() == FileContent::Json => None,
            Self::Json | Self::OtherDocument | Self::Zip => Some(InputFaultKind::BadMagic),
            Self::Text => None,
            Self::Utf16 => Some(InputFaultKind::Utf16),
            Self::Utf32 => Some(InputFaultKind::Utf32),
        }
    }

    /// What is wrong with such bytes at the start of what was decompressed.
    #[must_use]
    pub(crate) fn fault_in_content(self, format: FileFormat) -> Option<InputFaultKind> {
        match self {
            Self::Foreign | Self::Gzip | Self::Zstd => Some(InputFaultKind::NestedCompression),
            other => other.fault_in(format),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_the_kind() {
        assert_eq!(recognise(b"id,name\n"), Magic::Text);
        assert_eq!(recognise(b""), Magic::Text);
        assert_eq!(recognise(b"\xEF\xBB\xBFid,name\n"), Magic::Text);
        assert_eq!(recognise(b"\xFF\xFEi\0"), Magic::Utf16);
        assert_eq!(recognise(b"\xFF\xFE\0\0i\0\0\0"), Magic::Utf32);
        assert_eq!(recognise(b"PK\x03\x04xl"), Magic::Zip);
        assert_eq!(recognise(b" \n<!DOCTYPE html>"), Magic::OtherDocument);
        for mark in [b"PAR1".as_slice(), b"PARE", b"ARROW1\0\0"] {
            assert_eq!(recognise(mark), Magic::OtherDocument);
        }
        assert_eq!(recognise(b"\xEF\xBB\xBF[{\"id\":1}]"), Magic::JsonArray);
        assert_eq!(recognise(b"\n{\"id\":1}"), Magic::Json);
        assert_eq!(recognise(b"\x50\x2A\x4D\x18\0\0\0\0"), Magic::Zstd);
    }

    #[test]
    fn what_is_no_fault_in_one_format_is_one_in_another() {
        let (csv, ndjson) = (FileFormat::Csv, FileFormat::Ndjson);
        assert_eq!(Magic::Json.fault_in(ndjson), None);
        assert_eq!(Magic::Json.fault_in(csv), Some(InputFaultKind::BadMagic));
        assert_eq!(Magic::JsonArray.fault_in(csv), Some(InputFaultKind::JsonArray));
        assert_eq!(Magic::JsonArray.fault_in(ndjson), Some(InputFaultKind::JsonArray));
        assert_eq!(Magic::Gzip.fault_in(csv), Some(InputFaultKind::FormatMismatch));
        let nested = Some(InputFaultKind::NestedCompression);
        assert_eq!(Magic::Gzip.fault_in_content(ndjson), nested);
        assert_eq!(Magic::Text.fault_in_content(csv), None);
    }
}
