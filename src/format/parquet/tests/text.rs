//! Text columns straight from their pages, against pages that a writer of the
//! tests' own makes of known cells: every encoding, both versions, mixed.

use polars_parquet::parquet::compression::{CompressionOptions, compress};
use polars_parquet::parquet::encoding::hybrid_rle::encode;
use proptest::prelude::*;

use crate::engine::fault::InputFaultKind;
use crate::format::columnar::offset_text::MOST_BYTES;
use crate::format::guarded;
use crate::format::null_values::NullValues;
use crate::format::parquet::page_bodies::{ChunkPages, CorruptChunk};
use crate::format::parquet::pages::{Page, PageKind};
use crate::format::parquet::text_pages::TextChunk;

/// A page of data: its cells, and how they are written.
#[derive(Debug, Clone)]
struct Written {
    cells: Vec<Option<String>>,
    is_coded: bool,
    is_v2: bool,
    is_stored: bool,
}

/// A chunk that is being written.
struct Chunk {
    bytes: Vec<u8>,
    pages: Vec<Page>,
    codec: CompressionOptions,
    is_optional: bool,
    nulls: NullValues,
}

fn plain<'a>(cells: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for cell in cells {
        bytes.extend(u32::try_from(cell.len()).unwrap().to_le_bytes());
        bytes.extend(cell.as_bytes());
    }
    bytes
}

fn packed(numbers: &[u32], bits: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode::<u32, _, _>(&mut bytes, numbers.iter().copied(), bits).unwrap();
    bytes
}

impl Chunk {
    fn compressed(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match self.codec {
            CompressionOptions::Uncompressed => out.extend(bytes),
            _ if bytes.is_empty() => {}
            codec => compress(codec, bytes, &mut out).unwrap(),
        }
        out
    }

    fn add(&mut self, body: &[u8], page: Page) {
        let begins = self.bytes.len();
        self.bytes.extend(body);
        self.pages.push(Page { body: begins..self.bytes.len(), ..page });
    }

    fn dictionary(&mut self, values: &[&str]) {
        let plain = plain(values.iter().copied());
        let page = page(PageKind::Dictionary, plain.len(), values.len(), 2);
        self.add(&self.compressed(&plain), page);
    }

    fn data(&mut self, written: &Written, dictionary: &[&str]) {
        let there = || written.cells.iter().flatten().map(String::as_str);
        let values = if written.is_coded {
            let code = |cell: &str| u32::try_from(dictionary.iter().position(|value| *value == cell).unwrap()).unwrap();
            let codes: Vec<u32> = there().map(code).collect();
            [vec![9], packed(&codes, 9)].concat()
        } else {
            plain(there())
        };
        let levels: Vec<u32> = written.cells.iter().map(|cell| u32::from(cell.is_some())).collect();
        let levels = if self.is_optional { packed(&levels, 1) } else { Vec::new() };
        let encoding = if written.is_coded { 8 } else { 0 };
        let rows = written.cells.len();
        if written.is_v2 {
            let packed = if written.is_stored { values.clone() } else { self.compressed(&values) };
            let mut page = page(PageKind::DataV2, levels.len() + values.len(), rows, encoding);
            page.levels = [levels.len(), 0];
            page.is_stored = written.is_stored;
            self.add(&[levels, packed].concat(), page);
        } else {
            let length = u32::try_from(levels.len()).unwrap().to_le_bytes();
            let levels = if self.is_optional { [&length[..], &levels].concat() } else { Vec::new() };
            let body = [levels, values].concat();
            let page = page(PageKind::Data, body.len(), rows, encoding);
            self.add(&self.compressed(&body), page);
        }
    }

    fn chunk(&self, most_bytes: usize) -> TextChunk<'_> {
        let codec = self.codec.into();
        let (bytes, pages, is_optional) = (&self.bytes, &self.pages, self.is_optional);
        TextChunk { chunk: ChunkPages { bytes, pages, codec, is_optional }, most_bytes, nulls: &self.nulls }
    }

    fn decoded(&self, cells: usize) -> Option<Vec<Option<String>>> {
        let chunk = self.chunk(MOST_BYTES);
        assert!(chunk.is_simple());
        // What a page before left there must not matter.
        let mut room = vec![b'?'; 100];
        let text = guarded(InputFaultKind::CorruptFile, || chunk.decode(&mut room)).ok()?.unwrap();
        assert_eq!(text.cell(cells), None, "no cell behind the last");
        Some((0..cells).map(|index| text.cell(index).map(str::to_owned)).collect())
    }
}

fn page(kind: PageKind, uncompressed: usize, values: usize, encoding: i64) -> Page {
    Page { kind, body: 0..0, uncompressed, values, encoding, level_encoding: 3, levels: [0, 0], is_stored: false }
}

fn chunk_of(codec: CompressionOptions, is_optional: bool, pages: &[Written]) -> (Chunk, Vec<Option<String>>) {
    let mut chunk = Chunk { bytes: Vec::new(), pages: Vec::new(), codec, is_optional, nulls: NullValues::default() };
    let coded = pages.iter().filter(|page| page.is_coded);
    let mut dictionary: Vec<&str> =
        coded.clone().flat_map(|page| page.cells.iter().flatten()).map(String::as_str).collect();
    dictionary.sort_unstable();
    dictionary.dedup();
    if coded.count() > 0 {
        chunk.dictionary(&dictionary);
    }
    for page in pages {
        chunk.data(page, &dictionary);
    }
    (chunk, pages.iter().flat_map(|page| page.cells.clone()).collect())
}

fn codecs() -> impl Strategy<Value = CompressionOptions> {
    prop::sample::select(every_codec())
}

fn every_codec() -> Vec<CompressionOptions> {
    vec![
        CompressionOptions::Uncompressed,
        CompressionOptions::Snappy,
        CompressionOptions::Lz4Raw,
        CompressionOptions::Zstd(None),
    ]
}

fn pages(is_optional: bool) -> impl Strategy<Value = Vec<Written>> {
    // Few different cells, or runs of one: levels and codes in runs and in bits.
    let cell = prop_oneof![Just(String::new()), "[a-c]", "[a-z é☃]{0,40}"];
    let cell = move || {
        let missing = u32::from(is_optional);
        prop_oneof![3 => cell.clone().prop_map(Some), missing => Just(None)]
    };
    let cells = prop_oneof![
        prop::collection::vec(cell(), 0..60),
        (cell(), 0..60_usize).prop_map(|(cell, count)| vec![cell; count]),
    ];
    let page = (cells, any::<[bool; 3]>()).prop_map(|(cells, [is_coded, is_v2, is_stored])| Written {
        cells,
        is_coded,
        is_v2,
        is_stored,
    });
    prop::collection::vec(page, 1..5)
}

proptest! {
    #[test]
    fn the_cells_of_every_mix_of_pages_come_back(
        (is_optional, pages) in any::<bool>().prop_flat_map(|is_optional| (Just(is_optional), pages(is_optional))),
        codec in codecs(),
    ) {
        let (chunk, cells) = chunk_of(codec, is_optional, &pages);
        prop_assert_eq!(chunk.decoded(cells.len()), Some(cells));
    }

    #[test]
    fn damaged_pages_are_a_fault_or_leave_the_shape(
        (is_optional, pages) in any::<bool>().prop_flat_map(|is_optional| (Just(is_optional), pages(is_optional))),
        codec in codecs(),
        (at, flip) in (any::<prop::sample::Index>(), 1..=u8::MAX),
    ) {
        let (mut chunk, cells) = chunk_of(codec, is_optional, &pages);
        prop_assume!(!chunk.bytes.is_empty());
        let at = at.index(chunk.bytes.len());
        chunk.bytes[at] ^= flip;
        if let Some(read) = chunk.decoded(cells.len()) {
            prop_assert_eq!(read.len(), cells.len());
        }
    }
}

fn page_of(cells: &[&str], is_coded: bool) -> Written {
    let cells = cells.iter().map(|cell| Some((*cell).to_owned())).collect();
    Written { cells, is_coded, is_v2: false, is_stored: false }
}

#[test]
fn pages_that_unpack_to_less_than_they_declare_are_corrupt() {
    for codec in every_codec() {
        for is_coded in [false, true] {
            let (mut chunk, cells) = chunk_of(codec, false, &[page_of(&["", "a", "a", ""], is_coded)]);
            assert_eq!(chunk.decoded(4), Some(cells));
            // Of zeroes they would be empty cells. Codes come eight at a time.
            let last = chunk.pages.last_mut().unwrap();
            last.uncompressed += 36;
            last.values += 9;
            assert_eq!(chunk.decoded(13), None, "{codec:?}");
        }
    }
}

#[test]
fn what_has_no_room_is_left_to_others_and_not_called_corrupt() {
    let coded = page_of(&["abcdefgh"; 40], true);
    let (chunk, _) = chunk_of(CompressionOptions::Uncompressed, false, &[coded.clone(), page_of(&["x"], false)]);
    let decoded = |chunk: &Chunk, most| chunk.chunk(most).decode(&mut Vec::new()).map(|text| text.is_some());
    assert_eq!(decoded(&chunk, MOST_BYTES), Ok(true));
    assert_eq!(decoded(&chunk, 200), Ok(false), "forty cells of their own");
    assert!(chunk.chunk(200).is_simple() && !chunk.chunk(20).is_simple());
    let (chunk, _) = chunk_of(CompressionOptions::Uncompressed, false, &[coded]);
    assert_eq!(decoded(&chunk, 200), Ok(true), "forty times one");
    let mut corrupt = chunk;
    corrupt.pages.remove(0);
    assert_eq!(decoded(&corrupt, 200), Err(CorruptChunk));
}

#[test]
fn what_is_wrong_with_pages_is_found() {
    let whole = || chunk_of(CompressionOptions::Uncompressed, false, &[page_of(&["a", "b"], true)]).0;
    assert!(whole().decoded(2).is_some());
    let mut without_dictionary = whole();
    without_dictionary.pages.remove(0);
    assert_eq!(without_dictionary.decoded(2), None);
    let mut two_dictionaries = whole();
    two_dictionaries.dictionary(&["c"]);
    assert_eq!(two_dictionaries.decoded(2), None);
    let mut unknown_code = whole();
    unknown_code.pages[0].values = 1;
    assert_eq!(unknown_code.decoded(2), None);
    let mut too_many = whole();
    too_many.pages[1].values = 999;
    assert_eq!(too_many.decoded(2), None);
    let mut no_text = chunk_of(CompressionOptions::Uncompressed, false, &[page_of(&["a", "b"], false)]).0;
    no_text.bytes[4] = 0xFF;
    assert_eq!(no_text.decoded(2), None);
}
