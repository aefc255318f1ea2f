//! Text columns straight from their pages: plain values stay where they were
//! decompressed, codes of a dictionary stay codes. So a cell costs four bytes, and
//! a value that a million rows share is text once.
//!
//! Other encodings, and types that are not text, are left to the library.

use polars_parquet::parquet::compression::{Compression, DecompressionContext, decompress};
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};

use super::pages::{Page, PageKind};
use crate::format::columnar::column::ColumnText;
use crate::format::columnar::offset_text::{DictionaryText, MOST_BYTES, OffsetBytes, OffsetText};
use crate::format::null_values::NullValues;

// `Encoding` of `parquet.thrift`.
const PLAIN: i64 = 0;
const PLAIN_DICTIONARY: i64 = 2;
const RLE: i64 = 3;
const RLE_DICTIONARY: i64 = 8;

/// A chunk of a flat text column, its pages checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextChunk<'c> {
    pub(super) bytes: &'c [u8],
    pub(super) pages: &'c [Page],
    pub(super) codec: Compression,
    /// Whether cells may be missing.
    pub(super) is_optional: bool,
    /// The most bytes its cells may take here.
    pub(super) most_bytes: usize,
    pub(super) nulls: &'c NullValues,
}

/// A chunk that cannot be what its writer meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CorruptChunk;

/// What of a page's values is there; all of them where there is no list.
type Present = Option<Vec<bool>>;

impl TextChunk<'_> {
    /// Whether it is written in the ways that are read here.
    pub(super) fn is_simple(&self) -> bool {
        let is_simple = |page: &Page| match page.kind {
            PageKind::Dictionary => matches!(page.encoding, PLAIN | PLAIN_DICTIONARY),
            PageKind::Data => {
                matches!(page.encoding, PLAIN | PLAIN_DICTIONARY | RLE_DICTIONARY)
                    && (!self.is_optional || page.level_encoding == RLE)
            }
            PageKind::DataV2 => {
                matches!(page.encoding, PLAIN | PLAIN_DICTIONARY | RLE_DICTIONARY) && page.levels[1] == 0
            }
            PageKind::Other => true,
        };
        let bytes = self.pages.iter().fold(0, |sum: usize, page| sum.saturating_add(page.uncompressed));
        bytes <= self.most_bytes.min(MOST_BYTES) && self.pages.iter().all(is_simple)
    }

    /// Its cells; `None` if they are more text than there is room for, which only
    /// shows where codes become cells of their own. `room` is for one of its pages.
    ///
    /// # Errors
    /// If it is corrupt.
    pub(super) fn decode(&self, room: &mut Vec<u8>) -> Result<Option<ColumnText>, CorruptChunk> {
        let mut decoder = Decoder::new(*self, room);
        for page in self.pages {
            let decoded = match page.kind {
                PageKind::Dictionary => decoder.dictionary(page),
                PageKind::Data | PageKind::DataV2 if page.encoding == PLAIN => decoder.plain(page),
                PageKind::Data | PageKind::DataV2 => decoder.coded(page),
                PageKind::Other => Some(()),
            };
            if decoder.is_full {
                return Ok(None);
            }
            decoded.ok_or(CorruptChunk)?;
        }
        decoder.finish().map(Some).ok_or(CorruptChunk)
    }
}

struct Decoder<'c, 'p> {
    chunk: TextChunk<'c>,
    context: DecompressionContext,
    /// The values of codes, and a missing one behind the last.
    values: Option<OffsetText>,
    /// The cells so far, as long as all of them are codes.
    codes: Vec<u32>,
    /// The cells so far, once some are not.
    placed: OffsetBytes,
    page: &'p mut Vec<u8>,
    /// Whether there was no room for a cell.
    is_full: bool,
}

impl<'c, 'p> Decoder<'c, 'p> {
    fn new(chunk: TextChunk<'c>, page: &'p mut Vec<u8>) -> Self {
        Self {
            chunk,
            context: DecompressionContext::Unset,
            values: None,
            codes: Vec::new(),
            placed: OffsetBytes::default(),
            page,
            is_full: false,
        }
    }

    fn dictionary(&mut self, page: &Page) -> Option<()> {
        if self.values.is_some() || self.placed.len() > 0 {
            return None;
        }
        let mut values = OffsetBytes::default();
        let body = self.chunk.bytes.get(page.body.clone())?;
        unpack(self.chunk.codec, body, page.uncompressed, (&mut values.bytes, 0), &mut self.context)?;
        values.take(0, page.values, None)?;
        values.push(None)?;
        self.values = Some(values.check()?);
        Some(())
    }

    fn plain(&mut self, page: &Page) -> Option<()> {
        self.leave_codes()?;
        let start = self.placed.bytes.len();
        let (values, present) = self.chunk.page(page, (&mut self.placed.bytes, start), &mut self.context)?;
        self.placed.take(values - start, page.values, present.as_deref())
    }

    fn coded(&mut self, page: &Page) -> Option<()> {
        let missing = u32::try_from(self.values.as_ref()?.len() - 1).ok()?;
        let (start, present) = self.chunk.page(page, (self.page, 0), &mut self.context)?;
        let there =
            present.as_ref().map_or(page.values, |present| present.iter().filter(|is_there| **is_there).count());
        let mut found = codes(self.page.get(start..)?, there)?;
        // All are looked at, which is faster than stopping: several at once.
        if found.iter().copied().max().is_some_and(|largest| largest >= missing) {
            return None;
        }
        if let Some(present) = present {
            found = spread(found, &present, missing)?;
        }
        if self.placed.len() > 0 {
            return self.place(&found);
        }
        if self.codes.is_empty() {
            self.codes = found;
        } else {
            self.codes.extend(found);
        }
        Some(())
    }

    /// Turns the codes so far into cells of their own: another encoding follows, as
    /// where a dictionary grew too large.
    fn leave_codes(&mut self) -> Option<()> {
        let codes = std::mem::take(&mut self.codes);
        self.place(&codes)
    }

    fn place(&mut self, codes: &[u32]) -> Option<()> {
        let Some(values) = &self.values else { return Some(()) };
        for code in codes {
            let cell = values.cell(*code as usize);
            self.is_full = self.placed.bytes.len() + cell.map_or(0, str::len) > self.chunk.most_bytes;
            if self.is_full {
                return None;
            }
            self.placed.push(cell)?;
        }
        Some(())
    }

    fn finish(self) -> Option<ColumnText> {
        if self.placed.len() > 0 || self.values.is_none() {
            return self.placed.check().map(ColumnText::Placed);
        }
        Some(ColumnText::Coded(DictionaryText::new(self.values?, self.codes, self.chunk.nulls)))
    }
}

impl TextChunk<'_> {
    /// Puts a page of data into `out` from `start` on, decompressed. Gives where its
    /// values start there, and which cells have one.
    fn page(
        &self,
        page: &Page,
        (out, start): (&mut Vec<u8>, usize),
        context: &mut DecompressionContext,
    ) -> Option<(usize, Present)> {
        let body = self.bytes.get(page.body.clone())?;
        if page.kind == PageKind::Data {
            unpack(self.codec, body, page.uncompressed, (out, start), context)?;
            if !self.is_optional {
                return Some((start, None));
            }
            let (length, rest) = out[start..].split_first_chunk::<4>()?;
            let length = u32::from_le_bytes(*length) as usize;
            return Some((start + 4 + length, present(rest.get(..length)?, page.values)?));
        }
        let [levels, _] = page.levels;
        let (levels, values) = body.split_at_checked(levels)?;
        let length = page.uncompressed.checked_sub(levels.len())?;
        let codec = if page.is_stored { Compression::Uncompressed } else { self.codec };
        unpack(codec, values, length, (out, start), context)?;
        let present = if self.is_optional { present(levels, page.values)? } else { None };
        Some((start, present))
    }
}

/// What an unpacked page has where nothing was unpacked to: no text, no length that
/// can be, no run that ends. Some codecs give less than was declared and say nothing.
const NOTHING: u8 = 0xFF;

/// Puts the `length` bytes that were compressed into `packed` into `out` from
/// `start` on, which ends there.
fn unpack(
    codec: Compression,
    packed: &[u8],
    length: usize,
    (out, start): (&mut Vec<u8>, usize),
    context: &mut DecompressionContext,
) -> Option<()> {
    if codec == Compression::Uncompressed {
        out.truncate(start);
        out.extend_from_slice(packed);
        return (packed.len() == length).then_some(());
    }
    // Nothing at all may be compressed to nothing at all.
    if packed.is_empty() {
        out.truncate(start);
        return (length == 0).then_some(());
    }
    // Snappy writes all it says or fails, so what was there before may stay till then.
    if codec == Compression::Snappy && snappy_length(packed) != Some(length) {
        return None;
    }
    if codec != Compression::Snappy {
        out.truncate(start);
    }
    out.resize(start + length, NOTHING);
    decompress(codec, packed, &mut out[start..], context).ok()
}

/// The length with which a Snappy block begins: seven bits a byte, the lowest first.
fn snappy_length(block: &[u8]) -> Option<usize> {
    let mut length = 0;
    for (byte, shift) in block.iter().zip((0..35).step_by(7)) {
        length |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

/// Which of so many cells are there, by their definition levels: 0 or 1.
fn present(levels: &[u8], cells: usize) -> Option<Present> {
    let mut present = Vec::new();
    let mut unpacked = Vec::new();
    for chunk in HybridRleDecoder::new(levels, 1, cells).into_chunk_iter() {
        match chunk.ok()? {
            // Nearly always the only run: nothing is missing.
            HybridRleChunk::Rle(1, length) if length == cells => return Some(None),
            HybridRleChunk::Rle(level @ 0..=1, length) => present.resize(present.len() + length, level == 1),
            HybridRleChunk::Rle(..) => return None,
            HybridRleChunk::Bitpacked(bits) => {
                unpacked.clear();
                bits.collect_into(&mut unpacked);
                present.extend(unpacked.iter().map(|level| *level == 1));
            }
        }
    }
    (present.len() == cells).then_some(Some(present))
}

/// Cells that are spread at a time.
const SPREAD: usize = 16;

/// The code of each cell, of the codes of those that are there.
fn spread(mut found: Vec<u32>, present: &[bool], missing: u32) -> Option<Vec<u32>> {
    let mut cells = vec![missing; present.len()];
    // Behind the last, so that there is always a whole group to look at.
    found.resize(found.len() + 2 * SPREAD, missing);
    let mut next = 0;
    for (cells, present) in cells.chunks_mut(SPREAD).zip(present.chunks(SPREAD)) {
        let codes = found.get(next..)?.first_chunk::<{ 2 * SPREAD }>()?;
        let mut taken = 0;
        for (cell, is_there) in cells.iter_mut().zip(present) {
            // Never more than were looked at; said so that nothing checks it. Bits and
            // no branch: what is missing cannot be foreseen.
            let mask = 0_u32.wrapping_sub(u32::from(*is_there));
            *cell = (codes[taken % (2 * SPREAD)] & mask) | (missing & !mask);
            taken += usize::from(*is_there);
        }
        next += taken;
    }
    Some(cells)
}

/// So many codes, behind the byte that says how many bits each has.
fn codes(bytes: &[u8], count: usize) -> Option<Vec<u32>> {
    let Some((bits, packed)) = bytes.split_first() else {
        return (count == 0).then(Vec::new);
    };
    if *bits > 32 {
        return None;
    }
    let codes = HybridRleDecoder::new(packed, u32::from(*bits), count).collect().ok()?;
    (codes.len() == count).then_some(codes)
}
