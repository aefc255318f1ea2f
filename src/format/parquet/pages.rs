//! Walks the page headers of one column chunk: sizes within bounds, checksums
//! right, values as many as there are rows. Decodes nothing.

use std::ops::Range;

use super::thrift::{ThriftField, walk};
use crate::engine::fault::InputFaultKind;
use crate::format::most_decompressed;

const DATA_PAGE: i64 = 0;
const DICTIONARY_PAGE: i64 = 2;
const DATA_PAGE_V2: i64 = 3;

/// Bytes that a decoded cell takes at least.
const LEAST_OF_A_ROW: u64 = 4;

/// What a page header says; fields as in `PageHeader` of `parquet.thrift`.
#[derive(Debug, Default)]
struct PageHeader {
    kind: i64,
    uncompressed: i64,
    compressed: i64,
    checksum: Option<i64>,
    values: i64,
    rows: Option<i64>,
    /// Bytes of the two level lists of a version 2 page: definition, repetition.
    levels: [i64; 2],
    entries: i64,
    encoding: i64,
    level_encoding: Option<i64>,
    /// Whether the values of a version 2 page are not compressed, although the
    /// chunk is.
    is_stored: bool,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageKind {
    /// The values that codes stand for.
    Dictionary,
    /// Levels and values, compressed together.
    Data,
    /// Levels, then values that are compressed alone.
    DataV2,
    /// Nothing of the column.
    Other,
}

/// A page whose header was checked.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) kind: PageKind,
    /// Where its body lies in the chunk.
    pub(super) body: Range<usize>,
    /// Bytes of the body once decompressed, levels included.
    pub(super) uncompressed: usize,
    /// Values of a page of data, missing ones counted; entries of a dictionary.
    pub(super) values: usize,
    /// `Encoding` of the values, a number of `parquet.thrift`.
    pub(super) encoding: i64,
    /// `Encoding` of the definition levels of a first version's page.
    pub(super) level_encoding: i64,
    /// Bytes of the definition and repetition levels of a version 2 page.
    pub(super) levels: [usize; 2],
    /// Whether the values are not compressed, although the chunk is.
    pub(super) is_stored: bool,
}

impl PageHeader {
    fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut header = Self::default();
        let visit = &mut |path: &[i16], met: ThriftField| match (path, met) {
            ([1], ThriftField::Integer(number)) => header.kind = number,
            ([2], ThriftField::Integer(number)) => header.uncompressed = number,
            ([3], ThriftField::Integer(number)) => header.compressed = number,
            ([4], ThriftField::Integer(number)) => header.checksum = Some(number),
            ([5 | 8, 1], ThriftField::Integer(number)) => header.values = number,
            ([5 | 7, 2] | [8, 4], ThriftField::Integer(number)) => header.encoding = number,
            ([5, 3], ThriftField::Integer(number)) => header.level_encoding = Some(number),
            ([7, 1], ThriftField::Integer(number)) => header.entries = number,
            ([8, 3], ThriftField::Integer(number)) => header.rows = Some(number),
            ([8, 5], ThriftField::Integer(number)) => header.levels[0] = number,
            ([8, 6], ThriftField::Integer(number)) => header.levels[1] = number,
            ([8, 7], ThriftField::Boolean(is_compressed)) => header.is_stored = !is_compressed,
            _ => {}
        };
        let length = walk(bytes, visit)?;
        Some((header, length))
    }

    /// The page of this header, whose body lies there; `None` where a number is
    /// none of a page.
    fn page(&self, body: Range<usize>) -> Option<Page> {
        let (kind, values) = match self.kind {
            DATA_PAGE => (PageKind::Data, self.values),
            DATA_PAGE_V2 => (PageKind::DataV2, self.values),
            DICTIONARY_PAGE => (PageKind::Dictionary, self.entries),
            _ => (PageKind::Other, 0),
        };
        let [definition, repetition] = self.levels;
        Some(Page {
            kind,
            body,
            uncompressed: usize::try_from(self.uncompressed).ok()?,
            values: usize::try_from(values).ok()?,
            encoding: self.encoding,
            level_encoding: self.level_encoding.unwrap_or_default(),
            levels: [usize::try_from(definition).ok()?, usize::try_from(repetition).ok()?],
            is_stored: self.is_stored,
        })
    }
}

/// Checks the pages of a chunk of a flat column with that many rows, and gives
/// them.
///
/// # Errors
/// `CorruptFile` or `CountMismatch`.
pub(super) fn check(chunk: &[u8], rows: u64) -> Result<Vec<Page>, InputFaultKind> {
    let corrupt = InputFaultKind::CorruptFile;
    // A row costs memory even where a single run says what is in all of them.
    if rows.saturating_mul(LEAST_OF_A_ROW) > most_decompressed(chunk.len() as u64) {
        return Err(corrupt);
    }
    let mut pages = Vec::new();
    let (mut at, mut values, mut uncompressed) = (0, 0_u64, 0_u64);
    while values < rows {
        let rest = chunk.get(at..).filter(|rest| !rest.is_empty()).ok_or(InputFaultKind::CountMismatch)?;
        let (header, length) = PageHeader::read(rest).ok_or(corrupt)?;
        let size = usize::try_from(header.compressed).map_err(|_| corrupt)?;
        let page = rest.get(length..).and_then(|rest| rest.get(..size)).ok_or(corrupt)?;
        let body = at + length..at + length + size;
        at = body.end;
        // Thrift holds the checksum as a signed number of 32 bits.
        let expected = header.checksum.map(|sum| u32::try_from(sum & 0xffff_ffff).unwrap_or_default());
        if expected.is_some_and(|expected| expected != crc32(page)) {
            return Err(corrupt);
        }
        uncompressed += u64::try_from(header.uncompressed).map_err(|_| corrupt)?;
        if uncompressed > most_decompressed(chunk.len() as u64) {
            return Err(corrupt);
        }
        match header.kind {
            DATA_PAGE | DATA_PAGE_V2 => {
                values += u64::try_from(header.values).map_err(|_| corrupt)?;
                let levels = header.levels.iter().try_fold(0_u64, |sum, level| Some(sum + u64::try_from(*level).ok()?));
                if levels.is_none_or(|levels| levels > size as u64) {
                    return Err(corrupt);
                }
                if header.rows.is_some_and(|rows| rows != header.values) {
                    return Err(InputFaultKind::CountMismatch);
                }
            }
            DICTIONARY_PAGE if !(0..=header.uncompressed).contains(&header.entries) => {
                return Err(corrupt);
            }
            _ => {}
        }
        pages.push(header.page(body).ok_or(corrupt)?);
    }
    if values == rows { Ok(pages) } else { Err(InputFaultKind::CountMismatch) }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A data page with one byte: sizes, an optional checksum, 3 values.
    fn page(compressed: u8, checksum: Option<u32>) -> Vec<u8> {
        let mut bytes = vec![0x15, 0, 0x15, 2, 0x15, compressed * 2];
        if let Some(checksum) = checksum {
            let signed = i64::from(checksum.cast_signed());
            let mut zigzag = ((signed << 1) ^ (signed >> 63)).cast_unsigned();
            bytes.push(0x15);
            while zigzag >= 0x80 {
                bytes.push((zigzag & 0x7f) as u8 | 0x80);
                zigzag >>= 7;
            }
            bytes.push(zigzag as u8);
        }
        bytes.extend([if checksum.is_some() { 0x1c } else { 0x2c }, 0x15, 6, 0, 0, b'x']);
        bytes
    }

    #[test]
    fn pages_must_be_whole_and_add_up() {
        assert_eq!(check(&page(1, None), 3).map(|pages| pages.len()), Ok(1));
        assert_eq!(check(&[page(1, None), page(1, None)].concat(), 6).map(|pages| pages.len()), Ok(2));
        assert_eq!(check(&page(1, None), 4).err(), Some(InputFaultKind::CountMismatch));
        assert_eq!(check(&page(1, None), 2).err(), Some(InputFaultKind::CountMismatch));
        assert_eq!(check(&page(2, None), 3).err(), Some(InputFaultKind::CorruptFile));
    }

    #[test]
    fn more_rows_than_memory_is_given_for_are_corrupt() {
        assert_eq!(check(&page(1, None), 4_000_000_000).err(), Some(InputFaultKind::CorruptFile));
        assert_eq!(check(&page(1, None), 1 << 20).err(), Some(InputFaultKind::CountMismatch));
    }

    #[test]
    fn a_wrong_checksum_is_corrupt() {
        let right = crc32(b"x");
        assert_eq!(check(&page(1, Some(right)), 3).map(|pages| pages.len()), Ok(1));
        assert_eq!(check(&page(1, Some(right ^ 1)), 3).err(), Some(InputFaultKind::CorruptFile));
    }
}
