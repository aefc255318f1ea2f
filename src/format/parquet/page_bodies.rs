//! What is in the pages of one column chunk: decompressed, and which cells are there.
//! Knows no types.

use polars_parquet::parquet::compression::{Compression, DecompressionContext, decompress};
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};

use super::pages::{Page, PageKind};

// `Encoding` of `parquet.thrift`.
pub(super) const PLAIN: i64 = 0;
pub(super) const PLAIN_DICTIONARY: i64 = 2;
const RLE: i64 = 3;
pub(super) const RLE_DICTIONARY: i64 = 8;
pub(super) const BYTE_STREAM_SPLIT: i64 = 9;

/// A chunk of a flat column, its pages checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkPages<'c> {
    pub(super) bytes: &'c [u8],
    pub(super) pages: &'c [Page],
    pub(super) codec: Compression,
    /// Whether cells may be missing.
    pub(super) is_optional: bool,
}

/// A chunk that cannot be what its writer meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CorruptChunk;

/// What of a page's values is there; all of them where there is no list.
pub(super) type Present = Option<Vec<bool>>;

impl ChunkPages<'_> {
    /// Whether the values of its pages are in one of these encodings, and its levels
    /// in the one that is read here.
    pub(super) fn is_written_in(&self, encodings: &[i64]) -> bool {
        self.pages.iter().all(|page| match page.kind {
            PageKind::Dictionary => matches!(page.encoding, PLAIN | PLAIN_DICTIONARY),
            PageKind::Data => encodings.contains(&page.encoding) && (!self.is_optional || page.level_encoding == RLE),
            PageKind::DataV2 => encodings.contains(&page.encoding) && page.levels[1] == 0,
            PageKind::Other => true,
        })
    }

    /// Puts a page of data into `out` from `start` on, decompressed. Gives where its
    /// values start there, and which cells have one.
    pub(super) fn unpacked(
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
pub(super) fn unpack(
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

/// So many codes, behind the byte that says how many bits each has.
pub(super) fn codes(bytes: &[u8], count: usize) -> Option<Vec<u32>> {
    let Some((bits, packed)) = bytes.split_first() else {
        return (count == 0).then(Vec::new);
    };
    if *bits > 32 {
        return None;
    }
    let codes = HybridRleDecoder::new(packed, u32::from(*bits), count).collect().ok()?;
    (codes.len() == count).then_some(codes)
}
