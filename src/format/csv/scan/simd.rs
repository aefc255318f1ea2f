//! 64 bytes compared with some bytes at once, as one bit a byte, and such bits as
//! places: in pieces, which any processor does, or whole, where there is AVX-512.
//! Means nothing by itself.

use wide::u8x16;

/// The bytes looked for in every chunk, and those that most chunks do not hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SoughtBytes {
    pub(crate) delimiter: u8,
    pub(crate) newline: u8,
    pub(crate) rare: [u8; 3],
}

/// Room for the places of 64 bits, and for a vector more.
pub(crate) const ROOM: usize = 80;

/// A way to compare. The same bits whichever it is.
pub(crate) trait SimdBackend: Copy {
    /// Delimiters, newlines, and whether any of the rare bytes is there.
    fn common(self, sought: SoughtBytes, bytes: &[u8; 64]) -> (u64, u64, bool);
    /// The three rare bytes.
    fn rare(self, sought: SoughtBytes, bytes: &[u8; 64]) -> [u64; 3];
    /// One byte that is looked for besides.
    fn find(self, byte: u8, bytes: &[u8; 64]) -> u64;
    /// Writes `at` plus the number of each bit that is set, the lowest first; what
    /// is behind them in `places` may be overwritten too.
    fn places(self, at: u32, bits: u64, places: &mut [u32; ROOM]);
    /// Runs what calls the others, compiled for the instructions they use.
    #[inline(always)]
    fn within<R>(self, scan: impl FnOnce() -> R) -> R {
        scan()
    }
}

/// Sixteen bytes at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Simd128;

#[inline(always)]
fn split(bytes: &[u8; 64]) -> [u8x16; 4] {
    let (lanes, _) = bytes.as_chunks::<16>();
    [0, 1, 2, 3].map(|lane| u8x16::new(lanes[lane]))
}

#[inline(always)]
fn all(byte: u8) -> u8x16 {
    u8x16::new([byte; 16])
}

#[inline(always)]
fn bits(lanes: &[u8x16; 4], byte: u8) -> u64 {
    let of = |lane: u8x16| u64::from(lane.simd_eq(all(byte)).to_bitmask());
    of(lanes[0]) | of(lanes[1]) << 16 | of(lanes[2]) << 32 | of(lanes[3]) << 48
}

impl SimdBackend for Simd128 {
    #[inline(always)]
    fn common(self, sought: SoughtBytes, bytes: &[u8; 64]) -> (u64, u64, bool) {
        let lanes = split(bytes);
        // One test for all three.
        let [a, b, c] = sought.rare.map(all);
        let rare = lanes.map(|lane| lane.simd_eq(a) | lane.simd_eq(b) | lane.simd_eq(c));
        let rare = (rare[0] | rare[1]) | (rare[2] | rare[3]);
        (bits(&lanes, sought.delimiter), bits(&lanes, sought.newline), rare.to_bitmask() != 0)
    }

    #[inline(always)]
    fn rare(self, sought: SoughtBytes, bytes: &[u8; 64]) -> [u64; 3] {
        let lanes = split(bytes);
        sought.rare.map(|byte| bits(&lanes, byte))
    }

    #[inline(always)]
    fn find(self, byte: u8, bytes: &[u8; 64]) -> u64 {
        bits(&split(bytes), byte)
    }

    #[inline(always)]
    fn places(self, at: u32, bits: u64, places: &mut [u32; ROOM]) {
        places_by_eight(at, bits, places);
    }
}

/// Eight at a time, always all of them: how many bits are set cannot be foreseen,
/// and a wrong guess costs more than the writes.
#[inline(always)]
fn places_by_eight(at: u32, mut bits: u64, places: &mut [u32; ROOM]) {
    for group in places.as_chunks_mut::<8>().0 {
        for place in group {
            *place = at.wrapping_add(bits.trailing_zeros());
            bits &= bits.wrapping_sub(1);
        }
        if bits == 0 {
            break;
        }
    }
}

/// The way of processors that can compare all at once, where this is one.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn wide() -> Option<avx512::Simd512> {
    avx512::Simd512::try_new()
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn wide() -> Option<Simd128> {
    None
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use pulp::x86::V4;

    use super::{ROOM, SimdBackend, SoughtBytes};

    const NUMBERS: [u32; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// All at once.
    #[derive(Clone, Copy)]
    pub(crate) struct Simd512(V4);

    impl Simd512 {
        /// Where the processor can.
        #[inline]
        pub(crate) fn try_new() -> Option<Self> {
            V4::try_new().map(Self)
        }

        #[inline(always)]
        fn bits(self, bytes: &[u8; 64], byte: u8) -> u64 {
            let all = self.0.avx512f._mm512_set1_epi8(byte.cast_signed());
            self.0.avx512bw._mm512_cmpeq_epi8_mask(pulp::cast(*bytes), all)
        }
    }

    impl SimdBackend for Simd512 {
        #[inline(always)]
        fn common(self, sought: SoughtBytes, bytes: &[u8; 64]) -> (u64, u64, bool) {
            let [a, b, c] = self.rare(sought, bytes);
            (self.bits(bytes, sought.delimiter), self.bits(bytes, sought.newline), a | b | c != 0)
        }

        #[inline(always)]
        fn rare(self, sought: SoughtBytes, bytes: &[u8; 64]) -> [u64; 3] {
            sought.rare.map(
                #[inline(always)]
                |byte| self.bits(bytes, byte),
            )
        }

        #[inline(always)]
        fn find(self, byte: u8, bytes: &[u8; 64]) -> u64 {
            self.bits(bytes, byte)
        }

        #[inline(always)]
        fn places(self, at: u32, bits: u64, places: &mut [u32; ROOM]) {
            let all = self.0.avx512f;
            let first = all._mm512_add_epi32(all._mm512_set1_epi32(at.cast_signed()), pulp::cast(NUMBERS));
            let mut used = 0;
            for (quarter, add) in [0, 16, 32, 48].into_iter().zip(0..) {
                #[expect(clippy::cast_possible_truncation, reason = "sixteen bits of it")]
                let bits = (bits >> quarter) as u16;
                let numbers = all._mm512_add_epi32(first, all._mm512_set1_epi32(add * 16));
                let found: [u32; 16] = pulp::cast(all._mm512_maskz_compress_epi32(bits, numbers));
                if let Some(free) = places.get_mut(used..).and_then(|free| free.first_chunk_mut()) {
                    *free = found;
                }
                used += bits.count_ones() as usize;
            }
        }

        #[inline(always)]
        fn within<R>(self, scan: impl FnOnce() -> R) -> R {
            self.0.vectorize(scan)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One byte after another.
    fn bits_of(bytes: &[u8; 64], byte: u8) -> u64 {
        (0..64).filter(|&at| bytes[at] == byte).map(|at| 1 << at).sum()
    }

    fn check(lanes: impl SimdBackend, sought: SoughtBytes, bytes: &[u8; 64]) {
        let rare = sought.rare.map(|byte| bits_of(bytes, byte));
        let common = (bits_of(bytes, sought.delimiter), bits_of(bytes, sought.newline), rare != [0; 3]);
        assert_eq!(lanes.within(|| lanes.common(sought, bytes)), common);
        assert_eq!(lanes.within(|| lanes.rare(sought, bytes)), rare);
        assert_eq!(lanes.within(|| lanes.find(sought.delimiter, bytes)), common.0);
        let mut places = [0; ROOM];
        lanes.within(|| lanes.places(1000, common.0, &mut places));
        let expected: Vec<u32> = (0..64).filter(|bit| common.0 >> bit & 1 == 1).map(|bit| 1000 + bit).collect();
        assert_eq!(places[..expected.len()], *expected);
    }

    proptest! {
        #[test]
        fn every_way_finds_what_is_there(bytes in proptest::collection::vec(0..6_u8, 64), high in any::<bool>()) {
            let raised = |byte: u8| if high { byte | 0xF0 } else { byte };
            let bytes: Vec<u8> = bytes.into_iter().map(raised).collect();
            let bytes = bytes.first_chunk::<64>().unwrap();
            let sought = SoughtBytes { delimiter: raised(1), newline: raised(2), rare: [raised(3), raised(4), raised(5)] };
            check(Simd128, sought, bytes);
            // What this processor cannot do it is never asked to do.
            if let Some(lanes) = wide() {
                check(lanes, sought, bytes);
            }
        }
    }
}
