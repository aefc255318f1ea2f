//! Words that cells are compared with by the million. Means nothing by itself.

/// Whether two texts are the same, byte for byte: those of at most 32 bytes, as
/// nearly all words are, without a call.
///
/// ```
/// use scant::internals::is_same;
/// assert!(is_same("marketing", "marketing"));
/// assert!(!is_same("marketing", "Marketing"));
/// ```
#[inline(always)]
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    one.len() == other.len()
        && match one.len() {
            0 => true,
            1..=3 => one.first() == other.first() && one.last() == other.last() && one.get(1) == other.get(1),
            4..=7 => same_ends::<4>(one, other),
            8..=16 => same_ends::<8>(one, other),
            17..=32 => same_ends::<16>(one, other),
            _ => one == other,
        }
}

/// Whether the first and the last bytes are the same, which overlap or meet.
#[inline(always)]
fn same_ends<const N: usize>(one: &[u8], other: &[u8]) -> bool {
    one.first_chunk::<N>() == other.first_chunk() && one.last_chunk::<N>() == other.last_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_itself_and_nothing_else() {
        // Every length around the ends of the cases, every byte changed.
        for length in 0..=40 {
            let text = "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"[..length].to_owned();
            assert!(is_same(&text, &text.clone()));
            assert!(!is_same(&text, &format!("{text}a")));
            for at in 0..length {
                let mut other = text.clone();
                other.replace_range(at..=at, "#");
                assert!(!is_same(&text, &other) && !is_same(&other, &text), "{other}");
                assert!(!is_same(&text, &text[..at]));
            }
        }
    }
}
