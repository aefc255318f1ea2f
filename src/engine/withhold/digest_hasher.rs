//! The hash of a digest in a table, or of the number of a record. A digest is random
//! already, but its first bits are equal within a partition, and a hash table uses the
//! first bits.

use std::hash::{BuildHasherDefault, Hasher};

/// Mixes a digest.
#[derive(Default)]
pub(crate) struct DigestHasher(u64);

/// Makes them.
pub(crate) type BuildDigestHasher = BuildHasherDefault<DigestHasher>;

impl Hasher for DigestHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64((self.0 << 8) | u64::from(byte));
        }
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = (self.0 ^ digest).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    fn write_u128(&mut self, digest: u128) {
        self.write_u64((digest >> 64) as u64 ^ digest as u64);
    }
}
