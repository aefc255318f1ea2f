//! Text columns straight from their pages: plain values stay where they were
//! decompressed, codes of a dictionary stay codes. So a cell costs four bytes, and
//! a value that a million rows share is text once.
//!
//! Other encodings, and types that are not text, are left to the library.

use polars_parquet::parquet::compression::DecompressionContext;

use super::page_bodies::{ChunkPages, CorruptChunk, PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY, codes, unpack};
use super::pages::{Page, PageKind};
use crate::format::columnar::column::ColumnText;
use crate::format::columnar::offset_text::{DictionaryText, MOST_BYTES, OffsetBytes, OffsetText};
use crate::format::null_values::NullValues;

/// A chunk of a flat text column, its pages checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextChunk<'c> {
    pub(super) chunk: ChunkPages<'c>,
    /// The most bytes its cells may take here.
    pub(super) most_bytes: usize,
    pub(super) nulls: &'c NullValues,
}

impl TextChunk<'_> {
    /// Whether it is written in the ways that are read here.
    pub(super) fn is_simple(&self) -> bool {
        let bytes = self.chunk.pages.iter().fold(0, |sum: usize, page| sum.saturating_add(page.uncompressed));
        bytes <= self.most_bytes.min(MOST_BYTES) && self.chunk.is_written_in(&[PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY])
    }

    /// Its cells; `None` if they are more text than there is room for, which only
    /// shows where codes become cells of their own. `room` is for one of its pages.
    ///
    /// # Errors
    /// If it is corrupt.
    pub(super) fn decode(&self, room: &mut Vec<u8>) -> Result<Option<ColumnText>, CorruptChunk> {
        let mut decoder = Decoder::new(*self, room);
        for page in self.chunk.pages {
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
    chunk: ChunkPages<'c>,
    most_bytes: usize,
    nulls: &'c NullValues,
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
            most_bytes: chunk.most_bytes,
            nulls: chunk.nulls,
            chunk: chunk.chunk,
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
        let (values, present) = self.chunk.unpacked(page, (&mut self.placed.bytes, start), &mut self.context)?;
        self.placed.take(values - start, page.values, present.as_deref())
    }

    fn coded(&mut self, page: &Page) -> Option<()> {
        let missing = u32::try_from(self.values.as_ref()?.len() - 1).ok()?;
        let (start, present) = self.chunk.unpacked(page, (self.page, 0), &mut self.context)?;
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
            self.is_full = self.placed.bytes.len() + cell.map_or(0, str::len) > self.most_bytes;
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
        Some(ColumnText::Coded(DictionaryText::new(self.values?, self.codes, self.nulls)))
    }
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
