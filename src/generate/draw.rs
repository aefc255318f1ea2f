//! Draws numbers that depend on a seed and a position alone.
//!
//! Not for secrets: whoever knows the seed knows every draw. That is the point:
//! a row can be written again without its neighbours, in any order, on any
//! thread.

/// What a position counts, so that row 7 and subject 7 share no draws.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    /// Whose record a row is.
    Owner = 1,
    /// What is true of a person, in each of their records.
    Person = 2,
    /// What is true of one record.
    Record = 3,
    /// The times of day in the consent log.
    Times = 4,
}

/// `SplitMix64` (Steele, Lea, Flood 2014), started anew at each position.
#[derive(Debug)]
pub(crate) struct Draw {
    state: u64,
}

impl Draw {
    pub(crate) fn new(seed: u64, stream: Stream, position: u64) -> Self {
        // Mixed between the parts: added up plainly, seed 1 at row 2 would be seed 2 at row 1.
        let state = mix(mix(mix(seed) ^ stream as u64) ^ position);
        Self { state }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number below `bound`; 0 for a bound of 0. The bias of scaling is one
    /// in 2³² per value and of no account here.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// A position below `bound`, of the full width of a row number.
    pub(crate) fn position_below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Whether something happens that happens this many times in a thousand.
    pub(crate) fn in_thousand(&mut self, times: u32) -> bool {
        self.below(1000) < times
    }

    /// One of a list that is never empty: the lists are constants of this module.
    #[expect(clippy::cast_possible_truncation, reason = "the assertion admits only lengths that fit")]
    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, list: &[T; N]) -> T {
        const { assert!(N > 0 && N <= u32::MAX as usize) };
        list[self.below(N as u32) as usize]
    }
}

fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // First outputs of SplitMix64 from state 1234567.
        let mut draw = Draw { state: 1_234_567 };
        assert_eq!(draw.next(), 6_457_827_717_110_365_317);
        assert_eq!(draw.next(), 3_203_168_211_198_807_973);
        assert_eq!(draw.next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn seed_stream_and_position_each_change_the_draws() {
        let first = |seed, stream, position| Draw::new(seed, stream, position).next();
        let base = first(1, Stream::Person, 2);
        assert_eq!(base, first(1, Stream::Person, 2));
        assert_ne!(base, first(2, Stream::Person, 1));
        assert_ne!(base, first(1, Stream::Record, 2));
        assert_ne!(base, first(1, Stream::Person, 3));
    }

    #[test]
    fn draws_stay_below_their_bound_and_reach_all_of_it() {
        let mut draw = Draw::new(5, Stream::Record, 0);
        let mut seen = [0_u32; 7];
        for _ in 0..7000 {
            seen[draw.below(7) as usize] += 1;
            assert!(draw.position_below(1 << 40) < 1 << 40);
        }
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
        assert_eq!((draw.below(0), draw.position_below(0)), (0, 0));
    }
}
