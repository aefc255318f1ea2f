//! BLAKE3's keyed hash of sixteen short texts side by side, for identifiers by the
//! million: one text after another, each step of the hash waits for the one before.
//! The same answers as `blake3::keyed_hash`, which the tests hold it to; texts of
//! more than one block are not its matter.
//!
//! Source: O'Connor, Aumasson, Neves and Wilcox-O'Hearn, "BLAKE3: one function,
//! fast everywhere", 2020, sections 2.1 to 2.3.

use wide::u32x4;

/// Texts hashed at once.
pub(crate) const TOGETHER: usize = 16;
/// The most bytes of a text: a block of BLAKE3.
const BLOCK_BYTES: usize = 64;

/// A word of each text.
type WordRow = [u32; TOGETHER];

/// First words of the state's second half: those of SHA-256 (section 2.2, table 1).
const IV: [u32; 4] = [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A];
/// The only block of its only chunk, which is the root, with a key (table 3).
const FLAGS: u32 = CHUNK_START | CHUNK_END | ROOT | KEYED_HASH;
const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 1 << 1;
const ROOT: u32 = 1 << 3;
const KEYED_HASH: u32 = 1 << 4;
/// Which words of the block a round takes: each the permutation of table 2 of the
/// one before.
const SCHEDULE: [[usize; 16]; 7] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8],
    [3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1],
    [10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6],
    [12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4],
    [9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7],
    [11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13],
];

/// Up to sixteen texts of at most 64 bytes.
pub(crate) struct ShortTexts {
    /// By their words, padded with zeros: the first of every text, then the second.
    words: [WordRow; 16],
    lengths: WordRow,
    count: usize,
}

impl ShortTexts {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self { words: [[0; TOGETHER]; 16], lengths: [0; TOGETHER], count: 0 }
    }

    /// Adds a text and gives its place; `None`, and nothing added, where it is too
    /// long or there are sixteen.
    #[inline]
    pub(crate) fn push(&mut self, text: &[u8]) -> Option<usize> {
        let place = self.count;
        let length = self.lengths.get_mut(place).filter(|_| text.len() <= BLOCK_BYTES)?;
        #[expect(clippy::cast_possible_truncation, reason = "64 at most")]
        let bytes = text.len() as u32;
        *length = bytes;
        let (whole, rest) = text.as_chunks::<4>();
        for (row, word) in self.words.iter_mut().zip(whole) {
            row[place] = u32::from_le_bytes(*word);
        }
        if let Some(row) = self.words.get_mut(whole.len()) {
            row[place] = rest.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
        }
        self.count += 1;
        Some(place)
    }

    /// The keyed hash of every text, in its place; what is in other places says
    /// nothing.
    pub(crate) fn hashes(&self, key: &[u8; 32]) -> [[u8; 32]; TOGETHER] {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(key.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let hashed = match wide() {
            Some(lanes) => lanes.within(
                #[inline(always)]
                || self.hash(lanes, &words),
            ),
            None => self.hash(FourTexts, &words),
        };
        let mut hashes = [[0; 32]; TOGETHER];
        for (text, hash) in hashes.iter_mut().enumerate() {
            for (bytes, row) in hash.as_chunks_mut::<4>().0.iter_mut().zip(&hashed) {
                *bytes = row[text].to_le_bytes();
            }
        }
        hashes
    }

    /// The hashes by their words.
    #[inline(always)]
    fn hash<L: WordLanes>(&self, lanes: L, key: &[u32; 8]) -> [WordRow; 8] {
        let mut hashed = [[0; TOGETHER]; 8];
        for part in 0..self.count.div_ceil(L::COUNT) {
            let mut block = [lanes.all(0); 16];
            for (words, row) in block.iter_mut().zip(&self.words) {
                *words = lanes.load(row, part);
            }
            let mut state = [lanes.all(0); 16];
            for (words, &word) in state.iter_mut().zip(key.iter().chain(&IV)) {
                *words = lanes.all(word);
            }
            // Words 12 and 13 are the number of the chunk: 0.
            state[14] = lanes.load(&self.lengths, part);
            state[15] = lanes.all(FLAGS);
            round::<0, L>(lanes, &mut state, &block);
            round::<1, L>(lanes, &mut state, &block);
            round::<2, L>(lanes, &mut state, &block);
            round::<3, L>(lanes, &mut state, &block);
            round::<4, L>(lanes, &mut state, &block);
            round::<5, L>(lanes, &mut state, &block);
            round::<6, L>(lanes, &mut state, &block);
            let (first, second) = state.split_at(8);
            for ((row, a), b) in hashed.iter_mut().zip(first).zip(second) {
                lanes.store(lanes.xor(*a, *b), row, part);
            }
        }
        hashed
    }
}

/// A round: the columns of the state, then its diagonals.
#[inline(always)]
fn round<const NUMBER: usize, L: WordLanes>(lanes: L, state: &mut [L::Words; 16], block: &[L::Words; 16]) {
    let word = |number: usize| block[SCHEDULE[NUMBER][number]];
    mix(lanes, state, [0, 4, 8, 12], word(0), word(1));
    mix(lanes, state, [1, 5, 9, 13], word(2), word(3));
    mix(lanes, state, [2, 6, 10, 14], word(4), word(5));
    mix(lanes, state, [3, 7, 11, 15], word(6), word(7));
    mix(lanes, state, [0, 5, 10, 15], word(8), word(9));
    mix(lanes, state, [1, 6, 11, 12], word(10), word(11));
    mix(lanes, state, [2, 7, 8, 13], word(12), word(13));
    mix(lanes, state, [3, 4, 9, 14], word(14), word(15));
}

/// The function G, in the letters of the paper.
#[inline(always)]
#[expect(clippy::many_single_char_names, reason = "those of the paper")]
fn mix<L: WordLanes>(lanes: L, state: &mut [L::Words; 16], at: [usize; 4], x: L::Words, y: L::Words) {
    let [mut a, mut b, mut c, mut d] = [state[at[0]], state[at[1]], state[at[2]], state[at[3]]];
    a = lanes.add(lanes.add(a, b), x);
    d = lanes.rotate::<16, 16>(lanes.xor(d, a));
    c = lanes.add(c, d);
    b = lanes.rotate::<12, 20>(lanes.xor(b, c));
    a = lanes.add(lanes.add(a, b), y);
    d = lanes.rotate::<8, 24>(lanes.xor(d, a));
    c = lanes.add(c, d);
    b = lanes.rotate::<7, 25>(lanes.xor(b, c));
    [state[at[0]], state[at[1]], state[at[2]], state[at[3]]] = [a, b, c, d];
}

/// A way to calculate with a word of several texts at once.
trait WordLanes: Copy {
    type Words: Copy;
    /// Of how many.
    const COUNT: usize;
    fn all(self, word: u32) -> Self::Words;
    /// Those of one part of the texts.
    fn load(self, row: &WordRow, part: usize) -> Self::Words;
    fn store(self, words: Self::Words, row: &mut WordRow, part: usize);
    /// Modulo 2³².
    fn add(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn xor(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// Rotates to the right; `LEFT` is what is missing to 32.
    fn rotate<const RIGHT: i32, const LEFT: i32>(self, words: Self::Words) -> Self::Words;
    /// Runs what calls the others, compiled for the instructions they use.
    #[inline(always)]
    fn within<R>(self, hash: impl FnOnce() -> R) -> R {
        hash()
    }
}

/// Four at a time, which every processor can.
#[derive(Clone, Copy)]
struct FourTexts;

impl WordLanes for FourTexts {
    type Words = u32x4;
    const COUNT: usize = 4;

    #[inline(always)]
    fn all(self, word: u32) -> u32x4 {
        u32x4::splat(word)
    }

    #[inline(always)]
    fn load(self, row: &WordRow, part: usize) -> u32x4 {
        row.as_chunks::<4>().0.get(part).map_or(u32x4::ZERO, |words| u32x4::new(*words))
    }

    #[inline(always)]
    fn store(self, words: u32x4, row: &mut WordRow, part: usize) {
        if let Some(place) = row.as_chunks_mut::<4>().0.get_mut(part) {
            *place = words.to_array();
        }
    }

    #[inline(always)]
    fn add(self, a: u32x4, b: u32x4) -> u32x4 {
        a + b
    }

    #[inline(always)]
    fn xor(self, a: u32x4, b: u32x4) -> u32x4 {
        a ^ b
    }

    #[inline(always)]
    fn rotate<const RIGHT: i32, const LEFT: i32>(self, words: u32x4) -> u32x4 {
        words >> RIGHT | words << LEFT
    }
}

/// The way of processors that can calculate with all at once, where this is one.
#[cfg(target_arch = "x86_64")]
#[inline]
fn wide() -> Option<pulp::x86::V4> {
    pulp::x86::V4::try_new()
}

#[cfg(not(target_arch = "x86_64"))]
fn wide() -> Option<FourTexts> {
    None
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::__m512i;

    use pulp::x86::V4;

    use super::{TOGETHER, WordLanes, WordRow};

    /// All at once.
    impl WordLanes for V4 {
        type Words = __m512i;
        const COUNT: usize = TOGETHER;

        #[inline(always)]
        fn all(self, word: u32) -> __m512i {
            self.avx512f._mm512_set1_epi32(word.cast_signed())
        }

        #[inline(always)]
        fn load(self, row: &WordRow, _part: usize) -> __m512i {
            pulp::cast(*row)
        }

        #[inline(always)]
        fn store(self, words: __m512i, row: &mut WordRow, _part: usize) {
            *row = pulp::cast(words);
        }

        #[inline(always)]
        fn add(self, a: __m512i, b: __m512i) -> __m512i {
            self.avx512f._mm512_add_epi32(a, b)
        }

        #[inline(always)]
        fn xor(self, a: __m512i, b: __m512i) -> __m512i {
            self.avx512f._mm512_xor_epi32(a, b)
        }

        #[inline(always)]
        fn rotate<const RIGHT: i32, const LEFT: i32>(self, words: __m512i) -> __m512i {
            self.avx512f._mm512_ror_epi32::<RIGHT>(words)
        }

        #[inline(always)]
        fn within<R>(self, hash: impl FnOnce() -> R) -> R {
            self.vectorize(hash)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::model::digest::to_hex;

    const KEY: &[u8; 32] = b"whats the Elvish word for friend";

    fn words_of(key: &[u8; 32]) -> [u32; 8] {
        std::array::from_fn(|word| u32::from_le_bytes(*key[word * 4..].first_chunk().unwrap()))
    }

    /// The hashes by each way there is here, by their words.
    fn by_every_way(texts: &ShortTexts, key: &[u8; 32]) -> Vec<[WordRow; 8]> {
        let key = words_of(key);
        // What this processor cannot do it is never asked to do.
        let wide = wide().map(|lanes| lanes.within(|| texts.hash(lanes, &key)));
        std::iter::once(texts.hash(FourTexts, &key)).chain(wide).collect()
    }

    #[test]
    fn the_published_answers_come_from_every_place() {
        // https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json
        let published = [
            (0, "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"),
            (1, "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b"),
            (2, "5392ddae0e0a69d5f40160462cbd9bd889375082ff224ac9c758802b7a6fd20a"),
            (3, "39e67b76b5a007d4921969779fe666da67b5213b096084ab674742f0d5ec62b9"),
            (4, "7671dde590c95d5ac9616651ff5aa0a27bee5913a348e053b8aa9108917fe070"),
            (63, "bb1eb5d4afa793c1ebdd9fb08def6c36d10096986ae0cfe148cd101170ce37ae"),
            (64, "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6"),
        ];
        for (length, answer) in published {
            let text: Vec<u8> = (0..length).collect();
            for place in 0..TOGETHER {
                let mut texts = ShortTexts::new();
                let places: Vec<_> = (0..=place).map(|at| texts.push(if at == place { &text } else { b"" })).collect();
                assert_eq!(places, (0..=place).map(Some).collect::<Vec<_>>());
                let hashes = texts.hashes(KEY);
                assert_eq!(to_hex(&hashes[place]), answer, "{length} bytes in place {place}");
                assert!(hashes[..place].iter().all(|hash| to_hex(hash) == published[0].1));
            }
        }
    }

    #[test]
    fn there_is_no_room_for_a_longer_text_or_a_seventeenth() {
        let mut texts = ShortTexts::new();
        assert_eq!(texts.push(&[b'x'; 65]), None);
        for place in 0..TOGETHER {
            assert_eq!(texts.push(b"x"), Some(place));
        }
        assert_eq!(texts.push(b"x"), None);
    }

    proptest! {
        #[test]
        fn the_hashes_are_those_of_the_reference(
            key in any::<[u8; 32]>(),
            cells in vec(vec(any::<u8>(), 0..=BLOCK_BYTES), 0..=TOGETHER),
        ) {
            let mut texts = ShortTexts::new();
            let places: Vec<_> = cells.iter().map(|cell| texts.push(cell)).collect();
            prop_assert_eq!(places, (0..cells.len()).map(Some).collect::<Vec<_>>());
            let expected: Vec<[u8; 32]> = cells.iter().map(|cell| *blake3::keyed_hash(&key, cell).as_bytes()).collect();
            prop_assert_eq!(&texts.hashes(&key)[..cells.len()], &expected[..]);
            for hashed in by_every_way(&texts, &key) {
                for (place, expected) in expected.iter().enumerate() {
                    prop_assert_eq!(hashed.map(|row| row[place]), words_of(expected));
                }
            }
        }
    }
}
