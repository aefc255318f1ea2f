//! Lists of digests of values, as the trade in addresses exchanges them: each entry
//! is the MD5, SHA-1 or SHA-256 of a value. A digest of an address hides nothing, since
//! anybody can digest all addresses there are; it is a way to write a list, and no
//! protection of the people on it.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::base64::read_base64;

/// What the entries of a list are digests by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigestFunction {
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// SHA-256 (FIPS 180-4).
    Sha256,
}

impl DigestFunction {
    /// Its name, as people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
        }
    }

    /// How many bytes a digest has.
    fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// Writes the digest of a value to `out`, which is emptied first.
    pub(super) fn digest(self, value: &str, out: &mut Vec<u8>) {
        out.clear();
        match self {
            Self::Md5 => out.extend(Md5::digest(value)),
            Self::Sha1 => out.extend(Sha1::digest(value)),
            Self::Sha256 => out.extend(Sha256::digest(value)),
        }
    }

    /// Writes the bytes of a digest to `out`, which is emptied first: hexadecimal in
    /// either case, or Base64. The two never have the same length, so nothing is
    /// guessed. `false` if the text is neither.
    pub(super) fn read(self, text: &str, out: &mut Vec<u8>) -> bool {
        if text.len() != self.length() * 2 {
            return read_base64(text, out) && out.len() == self.length();
        }
        out.clear();
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        for pair in text.as_bytes().chunks(2) {
            let [high, low] = pair else { return false };
            let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { return false };
            out.push(high << 4 | low);
        }
        true
    }
}

const ALL: [DigestFunction; 3] = [DigestFunction::Md5, DigestFunction::Sha1, DigestFunction::Sha256];

/// Whether a text looks like a digest: in hexadecimal, or in Base64 with its padding.
/// Without it many an id of some letters and digits would look like one.
pub(crate) fn is_like_digest(text: &str) -> bool {
    let is_one = |function: DigestFunction| {
        (text.len() == function.length() * 2 || text.ends_with('=')) && function.read(text, &mut Vec::new())
    };
    ALL.into_iter().any(is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digests of "abc": RFC 1321 section A.5, FIPS 180-4 examples.
    const ABC: [(DigestFunction, &str, &str); 3] = [
        (DigestFunction::Md5, "900150983cd24fb0d6963f7d28e17f72", "kAFQmDzST7DWlj99KOF/cg=="),
        (DigestFunction::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
        (
            DigestFunction::Sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        ),
    ];

    #[test]
    fn the_published_digests_in_every_writing() {
        for (function, hexadecimal, base64) in ABC {
            let mut digest = Vec::new();
            function.digest("abc", &mut digest);
            assert_eq!(digest.len(), function.length());
            let url_safe = base64.replace('+', "-").replace('/', "_");
            for writing in [
                hexadecimal,
                &hexadecimal.to_uppercase(),
                base64,
                base64.trim_end_matches('='),
                &url_safe,
                url_safe.trim_end_matches('='),
            ] {
                let mut read = Vec::new();
                assert!(function.read(writing, &mut read), "{writing}");
                assert_eq!(read, digest, "{writing}");
            }
        }
    }

    #[test]
    fn what_is_no_digest_of_its_kind_is_seen() {
        for (function, hexadecimal, base64) in ABC {
            let longer = format!("{hexadecimal}0");
            let prefixed = format!("0x{hexadecimal}");
            for bad in
                ["", &hexadecimal[1..], &longer, &prefixed, &hexadecimal.replace('0', "g"), &base64[1..], "ann@x.org"]
            {
                assert!(!function.read(bad, &mut Vec::new()), "{bad}");
            }
            for other in ALL.into_iter().filter(|other| *other != function) {
                for writing in [hexadecimal, base64] {
                    assert!(!other.read(writing, &mut Vec::new()), "{writing} by {}", other.name());
                }
            }
        }
    }

    #[test]
    fn a_digest_looks_like_one_and_an_id_does_not() {
        for (_, hexadecimal, base64) in ABC {
            assert!(
                is_like_digest(hexadecimal) && is_like_digest(&hexadecimal.to_uppercase()) && is_like_digest(base64)
            );
            assert!(!is_like_digest(base64.trim_end_matches('=')) && !is_like_digest(&hexadecimal[2..]));
        }
        for id in ["", "M-1", "ann@x.org", "0ujsswThIGTUYm2K8FjOOfXtY1K", "123e4567-e89b-12d3-a456-426614174000"] {
            assert!(!is_like_digest(id), "{id}");
        }
    }

    #[test]
    fn no_length_of_a_digest_is_that_of_another_writing() {
        let lengths = ALL.map(|function| {
            let bytes = function.length();
            [bytes * 2, bytes.div_ceil(3) * 4, (bytes * 8).div_ceil(6)]
        });
        for (place, lengths) in lengths.iter().enumerate() {
            assert!(lengths[1..].iter().all(|length| *length != lengths[0]), "{place}");
        }
    }
}
