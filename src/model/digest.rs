//! Digests of documents and files, and the fast keyed digest of a subject that
//! lives only inside one run. Knows no files.

use std::fmt;

use siphasher::sip::SipHasher13;
use siphasher::sip128;

/// A 256-bit digest and the function it was made with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// BLAKE3 of some bytes.
    #[must_use]
    pub fn blake3(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Wraps digest bytes made elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Makes a [`Digest`] of bytes that come in pieces.
#[derive(Clone, Default)]
pub struct Digester(blake3::Hasher);

impl Digester {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// BLAKE3 of all pieces so far.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

impl fmt::Debug for Digester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digester")
    }
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    push_hex(bytes, &mut out);
    out
}

/// Appends bytes as lower-case hexadecimal digits.
pub(crate) fn push_hex(bytes: &[u8], out: &mut String) {
    for part in bytes.chunks(32) {
        let mut digits = [0; 64];
        let digits = const_hex::encode_to_str(part, &mut digits[..part.len() * 2]);
        out.push_str(digits.expect("cannot fail: there is room for two digits a byte"));
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Only the writing of [`fmt::Display`] is one: no other case, no prefix.
impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        let read = const_hex::decode_to_slice(text.as_bytes(), &mut bytes).ok().map(|()| Self(bytes));
        let read = read.filter(|digest| digest.to_string() == text);
        read.ok_or_else(|| serde::de::Error::custom("a digest is 64 hexadecimal digits in lower case"))
    }
}

/// Makes the 64-bit keyed digest under which a subject is known inside one run.
///
/// SipHash-1-3 (Aumasson and Bernstein, 2012) under a key derived from the
/// pseudonym key, so that the digests in a spill file say nothing to a reader
/// without it. A false match can only restrict: a record shares another
/// person's restriction. Its chance with n subjects is about n²/2⁶⁵.
///
/// [`Self::wide`] gives 128 bits, for where a false match could permit: there
/// its chance with n subjects is about n²/2¹²⁹.
#[derive(Clone)]
pub(crate) struct SubjectHasher {
    keyed: SipHasher13,
    wide: sip128::SipHasher13,
}

impl SubjectHasher {
    /// Takes the key.
    #[must_use]
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self { keyed: SipHasher13::new_with_key(key), wide: sip128::SipHasher13::new_with_key(key) }
    }

    /// The digest of a subject's canonical id.
    #[must_use]
    pub(crate) fn digest(&self, subject: &str) -> u64 {
        self.keyed.hash(subject.as_bytes())
    }

    /// The digest of some bytes.
    #[must_use]
    pub(crate) fn digest_bytes(&self, bytes: &[u8]) -> u64 {
        self.keyed.hash(bytes)
    }

    /// The wide digest of some bytes, such as the cells of a class.
    #[must_use]
    pub(crate) fn wide_bytes(&self, bytes: &[u8]) -> u128 {
        self.wide.hash(bytes).as_u128()
    }

    /// The wide digest of a subject's canonical id.
    #[must_use]
    pub(crate) fn wide(&self, subject: &str) -> u128 {
        self.wide.hash(subject.as_bytes()).as_u128()
    }
}

impl fmt::Debug for SubjectHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectHasher(keyed)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_written_as_its_digits() {
        let bytes: Vec<u8> = (0..=255).collect();
        for start in 0..=255 {
            for length in [0, 1, 3, 4, 13, 16, 31, 32, 33, 100] {
                let bytes = bytes[start..].get(..length).unwrap_or_default();
                let expected: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(to_hex(bytes), expected);
                let mut out = "x".to_owned();
                push_hex(bytes, &mut out);
                assert_eq!(out, format!("x{expected}"));
            }
        }
    }
}
