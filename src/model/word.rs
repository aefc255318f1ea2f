//! A word of the policy that cells are compared with by the million. Means
//! nothing by itself.

/// A text, with its first and last eight bytes as numbers: most words have at
/// most sixteen bytes, and those are compared without a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    text: Box<str>,
    ends: Option<(u64, u64)>,
}

impl Word {
    /// Takes the text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { ends: ends(text.as_bytes()), text: text.into() }
    }

    /// Whether the cell is this text, byte for byte.
    ///
    /// ```
    /// use scant::model::word::Word;
    /// assert!(Word::new("marketing").is("marketing"));
    /// assert!(!Word::new("marketing").is("Marketing"));
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn is(&self, cell: &str) -> bool {
        cell.len() == self.text.len()
            && match self.ends {
                Some(own) => ends(cell.as_bytes()) == Some(own),
                None => *cell == *self.text,
            }
    }
}

/// The first and the last eight bytes of 8 to 16, which overlap; of 4 to 7 the
/// first and last four; of less every byte.
#[inline(always)]
fn ends(bytes: &[u8]) -> Option<(u64, u64)> {
    match bytes.len() {
        8..=16 => Some((u64::from_le_bytes(*bytes.first_chunk()?), u64::from_le_bytes(*bytes.last_chunk()?))),
        4..=7 => {
            let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
            Some((half(bytes.first_chunk()?), half(bytes.last_chunk()?)))
        }
        1..=3 => {
            let byte = |at: usize| bytes.get(at).copied().map(u64::from);
            Some((byte(0)? << 8 | byte(bytes.len() / 2)?, byte(bytes.len() - 1)?))
        }
        0 => Some((0, 0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_itself_and_nothing_else() {
        // Every length around the ends of the cases, every byte changed.
        for length in 0..=40 {
            let text = "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"[..length].to_owned();
            let word = Word::new(&text);
            assert!(word.is(&text));
            assert!(!word.is(&format!("{text}a")));
            for at in 0..length {
                let mut other = text.clone();
                other.replace_range(at..=at, "#");
                assert!(!word.is(&other), "{other}");
                assert!(!word.is(&text[..at]));
            }
        }
    }
}
