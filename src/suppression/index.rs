//! The entries of one list as a compact set: 16 bytes an entry and a few bits to
//! find it by, never what the list says. A digest of 128 bits under a key makes
//! a false match as good as impossible: its chance, records × entries / 2¹²⁸, is
//! below 10⁻¹⁸ for a milliard of each.

use std::fmt;

use siphasher::sip128::SipHasher13;

use crate::model::number::counted::counted;

/// Makes the digest of an entry. SipHash-1-3 with 128 bits (Aumasson and
/// Bernstein, 2012), keyed, so that what is held in memory says nothing without
/// the key.
#[derive(Clone)]
pub struct EntryHasher {
    keyed: SipHasher13,
}

impl EntryHasher {
    /// Takes the key.
    #[must_use]
    pub fn new(key: &[u8; 16]) -> Self {
        Self { keyed: SipHasher13::new_with_key(key) }
    }

    /// The digest of what is compared.
    #[must_use]
    pub fn digest(&self, comparable: &[u8]) -> u128 {
        self.keyed.hash(comparable).as_u128()
    }
}

impl fmt::Debug for EntryHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EntryHasher(keyed)")
    }
}

/// Digests of a bucket, on average: two cache lines.
const BUCKET: usize = 8;

/// The set. An entry is known by its place in it.
#[derive(Default)]
pub struct ListIndex {
    /// Ascending, each once.
    digests: Vec<u128>,
    /// Where the bucket of each leading bits begins, and the end of the last.
    starts: Vec<u32>,
    /// How many leading bits choose a bucket.
    bits: u32,
}

impl ListIndex {
    /// Takes the digests of a list in any order; two equal entries are one.
    /// `None` for more than 2³² entries.
    #[must_use]
    pub fn new(mut digests: Vec<u128>) -> Option<Self> {
        digests.sort_unstable();
        digests.dedup();
        digests.shrink_to_fit();
        u32::try_from(digests.len()).ok()?;
        let bits = (digests.len() / BUCKET).checked_ilog2().map_or(0, |log| log + 1);
        let mut starts = vec![0_u32; (1 << bits) + 1];
        for digest in &digests {
            starts[bucket(*digest, bits) + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Some(Self { digests, starts, bits })
    }

    /// How many entries there are, each once.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The place of an entry.
    #[must_use]
    pub fn place(&self, digest: u128) -> Option<u32> {
        let bucket = bucket(digest, self.bits);
        let (start, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        let entries = self.digests.get(start as usize..end as usize)?;
        let within = entries.iter().position(|entry| *entry == digest)?;
        u32::try_from(within).ok().map(|within| start + within)
    }
}

fn bucket(digest: u128, bits: u32) -> usize {
    digest.checked_shr(u128::BITS - bits).unwrap_or(0) as usize
}

impl fmt::Debug for ListIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListIndex({})", counted(self.len() as u64, "entry"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_empty_list_holds_nothing() {
        assert_eq!(ListIndex::default().place(7), None);
        let empty = ListIndex::new(Vec::new()).unwrap();
        assert!(empty.is_empty());
        assert_eq!(empty.place(0), None);
    }

    #[test]
    fn the_digest_depends_on_the_key_and_nothing_is_shown() {
        let hasher = EntryHasher::new(&[1; 16]);
        assert_eq!(hasher.digest(b"a"), EntryHasher::new(&[1; 16]).digest(b"a"));
        assert_ne!(hasher.digest(b"a"), EntryHasher::new(&[2; 16]).digest(b"a"));
        let index = ListIndex::new(vec![hasher.digest(b"a")]).unwrap();
        assert_eq!(format!("{hasher:?} {index:?}"), "EntryHasher(keyed) ListIndex(1 entry)");
    }

    #[test]
    fn a_large_list_finds_every_entry_and_no_other() {
        let hasher = EntryHasher::new(&[3; 16]);
        let digest = |number: u32| hasher.digest(&number.to_le_bytes());
        let index = ListIndex::new((0..10_000).map(digest).collect()).unwrap();
        assert_eq!(index.len(), 10_000);
        let places: BTreeSet<u32> = (0..10_000).map(|number| index.place(digest(number)).unwrap()).collect();
        assert_eq!(places, (0..10_000).collect());
        assert!((10_000..20_000).all(|number| index.place(digest(number)).is_none()));
        assert!(index.starts.len() * 4 <= index.digests.len(), "a byte an entry at most");
    }

    proptest! {
        #[test]
        fn it_is_a_set(
            entries in prop::collection::vec(prop_oneof![any::<u128>(), 0_u128..20], 0..200),
            asked in prop::collection::vec(prop_oneof![any::<u128>(), 0_u128..20], 0..50),
        ) {
            let set: BTreeSet<u128> = entries.iter().copied().collect();
            let index = ListIndex::new(entries).unwrap();
            prop_assert_eq!(index.len(), set.len());
            for (place, entry) in (0_u32..).zip(&set) {
                prop_assert_eq!(index.place(*entry), Some(place));
            }
            for digest in asked {
                prop_assert_eq!(index.place(digest).is_some(), set.contains(&digest));
            }
        }
    }
}
