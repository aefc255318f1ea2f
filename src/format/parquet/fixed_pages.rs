//! Columns of bytes of a fixed number straight from their pages: the library decodes
//! those whose number is not a power of two wrongly where cells are missing.

use polars_arrow::array::FixedSizeBinaryArray;
use polars_arrow::bitmap::MutableBitmap;
use polars_arrow::datatypes::ArrowDataType;
use polars_parquet::parquet::compression::DecompressionContext;

use super::page_bodies::{
    BYTE_STREAM_SPLIT, ChunkPages, CorruptChunk, PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY, codes, unpack,
};
use super::pages::{Page, PageKind};
use crate::format::most_decompressed;

/// Whether the chunk is written in the ways that are read here.
pub(super) fn is_read(chunk: &ChunkPages<'_>) -> bool {
    chunk.is_written_in(&[PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY, BYTE_STREAM_SPLIT])
}

/// The values of a chunk, each of `width` bytes. `room` is for one of its pages.
///
/// # Errors
/// If it is corrupt.
pub(super) fn decode(
    chunk: ChunkPages<'_>,
    width: usize,
    room: &mut Vec<u8>,
) -> Result<FixedSizeBinaryArray, CorruptChunk> {
    // What a run of codes says in a few bytes takes the memory of all its cells.
    let cells = chunk.pages.iter().fold(0, |sum: usize, page| sum.saturating_add(page.values));
    if cells.saturating_mul(width) as u64 > most_decompressed(chunk.bytes.len() as u64) {
        return Err(CorruptChunk);
    }
    let mut decoder = FixedDecoder {
        chunk,
        width,
        context: DecompressionContext::Unset,
        dictionary: None,
        values: Vec::new(),
        present: MutableBitmap::new(),
        page: room,
    };
    for page in chunk.pages {
        match page.kind {
            PageKind::Dictionary => decoder.dictionary(page),
            PageKind::Data | PageKind::DataV2 => decoder.data(page),
            PageKind::Other => Some(()),
        }
        .ok_or(CorruptChunk)?;
    }
    let array_type = ArrowDataType::FixedSizeBinary(width);
    let array = FixedSizeBinaryArray::try_new(array_type, decoder.values.into(), Some(decoder.present.into()));
    array.map_err(|_| CorruptChunk)
}

struct FixedDecoder<'c, 'p> {
    chunk: ChunkPages<'c>,
    width: usize,
    context: DecompressionContext,
    /// The values of codes, one behind another.
    dictionary: Option<Vec<u8>>,
    /// Those of the cells so far, zeros where one is missing.
    values: Vec<u8>,
    present: MutableBitmap,
    page: &'p mut Vec<u8>,
}

impl FixedDecoder<'_, '_> {
    fn dictionary(&mut self, page: &Page) -> Option<()> {
        if self.dictionary.is_some() {
            return None;
        }
        let mut values = Vec::new();
        let body = self.chunk.bytes.get(page.body.clone())?;
        unpack(self.chunk.codec, body, page.uncompressed, (&mut values, 0), &mut self.context)?;
        let is_whole = page.values.checked_mul(self.width) == Some(values.len());
        is_whole.then(|| self.dictionary = Some(values))
    }

    fn data(&mut self, page: &Page) -> Option<()> {
        let (start, present) = self.chunk.unpacked(page, (self.page, 0), &mut self.context)?;
        let there =
            present.as_ref().map_or(page.values, |present| present.iter().filter(|is_there| **is_there).count());
        let values = self.page.get(start..)?;
        let is_of_code = matches!(page.encoding, PLAIN_DICTIONARY | RLE_DICTIONARY);
        let codes = if is_of_code { codes(values, there)? } else { Vec::new() };
        if !is_of_code && there.checked_mul(self.width) != Some(values.len()) {
            return None;
        }
        let mut next = 0;
        for cell in 0..page.values {
            let is_there = present.as_ref().is_none_or(|present| present.get(cell) == Some(&true));
            self.present.push(is_there);
            if !is_there {
                self.values.resize(self.values.len() + self.width, 0);
                continue;
            }
            if page.encoding == BYTE_STREAM_SPLIT {
                // The first bytes of all values, then the second ones of all, and so on.
                self.values.extend(values.iter().skip(next).step_by(there));
            } else {
                let (from, number) = match &self.dictionary {
                    Some(dictionary) if is_of_code => (dictionary.as_slice(), *codes.get(next)? as usize),
                    None if is_of_code => return None,
                    _ => (values, next),
                };
                let begins = number.checked_mul(self.width)?;
                self.values.extend_from_slice(from.get(begins..)?.get(..self.width)?);
            }
            next += 1;
        }
        Some(())
    }
}
