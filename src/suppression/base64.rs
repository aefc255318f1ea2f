//! Base64 (RFC 4648), as far as digests need it: written in one way, and read in
//! each way that the standard has, strictly.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Adds bytes in the standard alphabet, padded.
pub(super) fn push_base64(bytes: &[u8], out: &mut Vec<u8>) {
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=group.len() {
            out.push(STANDARD[(bits >> (18 - 6 * place) & 63) as usize]);
        }
        out.extend(std::iter::repeat_n(b'=', 3 - group.len()));
    }
}

/// The bytes of a text, written to `out`, which is emptied first: in the standard
/// alphabet or the one for addresses, padded or not. `false` if it is no Base64, and
/// also if its last letter has bits that no byte needs: then two texts would be the
/// same bytes.
pub(super) fn read_base64(text: &str, out: &mut Vec<u8>) -> bool {
    out.clear();
    let letters = text.trim_end_matches('=');
    let (padding, rest) = (text.len() - letters.len(), letters.len() % 4);
    let is_padded = matches!((padding, rest), (0, 0 | 2 | 3) | (1, 3) | (2, 2));
    let alphabet = if letters.contains(['-', '_']) { URL_SAFE } else { STANDARD };
    if !is_padded {
        return false;
    }
    let (mut bits, mut held) = (0_u32, 0);
    for letter in letters.bytes() {
        let Some(value) = (0_u32..).zip(alphabet).find(|(_, known)| **known == letter).map(|(value, _)| value) else {
            return false;
        };
        bits = bits << 6 | value;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
        bits &= (1 << held) - 1;
    }
    bits == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        push_base64(bytes, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn read(text: &str) -> Option<Vec<u8>> {
        let mut out = vec![7];
        read_base64(text, &mut out).then_some(out)
    }

    #[test]
    fn the_examples_of_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(written(bytes.as_bytes()), text);
            assert_eq!(read(text).as_deref(), Some(bytes.as_bytes()), "{text}");
            assert_eq!(read(text.trim_end_matches('=')).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(read("-_-_"), read("+/+/"));
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        for bad in
            ["Z", "Zg=", "Zg===", "Zm9v=", "Zm8==", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "=", "+_+_", "Zé==", "Z=g="]
        {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_in_each_way(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let text = written(&bytes);
            prop_assert_eq!(text.len() % 4, 0);
            let url_safe = text.replace('+', "-").replace('/', "_");
            for writing in [&text, &url_safe] {
                prop_assert_eq!(read(writing), Some(bytes.clone()));
                prop_assert_eq!(read(writing.trim_end_matches('=')), Some(bytes.clone()));
            }
        }
    }
}
