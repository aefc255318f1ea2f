//! Which characters of an identifier cannot be seen. Two texts that look alike
//! would be two identifiers, and one of them past every list: so a text with such
//! a character is not an identifier in any form.
//!
//! Asked of Unicode's own properties (UAX #44; the tables of the `regex` crate),
//! not of a list of ours, but for the few that draw nothing and have no property
//! that says so.

use std::sync::LazyLock;

use regex::Regex;

use super::marks::may_be_marked;

/// What draws nothing, only directs, or stands for a character that was lost:
///
/// - `Default_Ignorable_Code_Point`: zero-width characters, fillers that pass for
///   letters (U+115F, U+3164, U+FFA0), variation selectors, tags, soft hyphens;
/// - `Bidi_Control`, controls and format characters (`Cc`, `Cf`), line and
///   paragraph separators, noncharacters;
/// - blanks that are filed as letters or symbols: the Braille pattern without
///   dots, the null notehead, blanks of Khitan and of hieroglyphs;
/// - what draws as each font likes, mostly as nothing or an empty box: private use
///   (`Co`), and what these tables do not know (`Cn`);
/// - marks that enclose a letter (`Me`), which most fonts leave out or draw beside it;
/// - U+FFFC and U+FFFD, which replace something else.
static UNSEEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&["[", DRAWS_NOTHING, r"\p{Cn}\p{Co}]"].concat()).ok());

/// Those of them that a loose reading leaves out. Not what is unassigned here: newer
/// tables than these may know it as somebody's letter.
static LEFT_OUT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&["[", DRAWS_NOTHING, "]"].concat()).ok());

const DRAWS_NOTHING: &str = r"\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Noncharacter_Code_Point}\p{Me}\p{Cc}\p{Cf}\p{Zl}\p{Zp}\x{2800}\x{13441}\x{13442}\x{16FE4}\x{1D159}\x{FFFC}\x{FFFD}";

/// Whether a text holds a character that cannot be seen. Blanks are seen.
pub(crate) fn has_unseen(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().any(|byte| byte.is_ascii_control());
    }
    // Without the tables nothing but ASCII could be judged.
    UNSEEN.as_ref().is_none_or(|unseen| unseen.is_match(text))
}

/// Where in a text characters are that cannot be seen, asked for from its start on.
pub(crate) struct UnseenCharacters<'a> {
    found: Option<std::iter::Peekable<regex::Matches<'static, 'a>>>,
}

impl<'a> UnseenCharacters<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { found: UNSEEN.as_ref().map(|unseen| unseen.find_iter(text).peekable()) }
    }

    /// Whether there is one at this offset, which is none before the last asked for.
    pub(crate) fn is_at(&mut self, offset: usize) -> bool {
        let Some(found) = &mut self.found else { return false };
        while found.next_if(|unseen| unseen.start() < offset).is_some() {}
        found.peek().is_some_and(|unseen| unseen.start() == offset)
    }
}

/// A text without the characters that cannot be seen.
pub(crate) fn without_unseen(text: &str) -> std::borrow::Cow<'_, str> {
    match LEFT_OUT.as_ref() {
        Some(unseen) => unseen.replace_all(text, ""),
        None => text.into(),
    }
}

/// Whether a character is a blank within a line: what separates, in whatever
/// width. Tabs and ends of lines set off another value.
pub(crate) fn is_blank(char: char) -> bool {
    char == ' ' || (char.is_whitespace() && !char.is_control() && !matches!(char, '\u{2028}' | '\u{2029}'))
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

/// Whether a text is visible ASCII, and neither marked by a program at its ends nor a
/// number that one has rewritten: it begins with no digit or sign, or has neither
/// point nor E. Nearly every
/// identifier of most extracts is told to be canonical by this alone; where it says
/// no, the text has to be read.
#[inline(always)]
pub(crate) fn is_plain(text: &str) -> bool {
    if may_be_marked(text) {
        return false;
    }
    let begins_as_a_number = matches!(text.as_bytes().first(), Some(b'0'..=b'9' | b'+' | b'-'));
    if begins_as_a_number { no_byte(text, invisible_point_or_e) } else { no_byte(text, invisible) }
}

/// Whether no byte of a text is odd, eight bytes at once. The last eight overlap
/// those before them, which is quicker than fewer.
#[inline(always)]
fn no_byte(text: &str, odd_bytes: impl Fn(u64) -> u64) -> bool {
    let bytes = text.as_bytes();
    let odd_of = |word: &[u8; 8]| odd_bytes(u64::from_le_bytes(*word));
    let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) else {
        // Fewer than eight, behind as many noughts.
        return odd_bytes(bytes.iter().fold(0x30 * ONES, |word, byte| word << 8 | u64::from(*byte))) == 0;
    };
    let ends = odd_of(first) | odd_of(last);
    if bytes.len() <= 16 {
        return ends == 0;
    }
    bytes.as_chunks().0.iter().fold(ends, |odd, word| odd | odd_of(word)) == 0
}

/// The high bit of every byte that is not visible ASCII (and, harmlessly, of some
/// that follow one).
#[inline]
fn invisible(word: u64) -> u64 {
    let not_above_blank = !((word | HIGH) - 0x21 * ONES);
    let delete = (word & !HIGH) + ONES;
    (word | not_above_blank | delete) & HIGH
}

/// The same, and of every point and E.
#[inline]
fn invisible_point_or_e(word: u64) -> u64 {
    let small = word | (0x20 * ONES);
    invisible(word) | ((zero_bytes(small ^ (0x2e * ONES)) | zero_bytes(small ^ (0x65 * ONES))) & HIGH)
}

#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_draws_nothing_is_found_and_what_draws_is_not() {
        for unseen in [
            '\0',
            '\t',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{180b}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{206f}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{fffd}',
            '\u{ffff}',
            '\u{13441}',
            '\u{1bca0}',
            '\u{1d159}',
            '\u{1d173}',
            '\u{488}',
            '\u{20dd}',
            '\u{378}',
            '\u{e000}',
            '\u{f8ff}',
            '\u{10fffd}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e01ef}',
        ] {
            assert!(has_unseen(&format!("a{unseen}b")), "{unseen:?}");
        }
        for seen in ['a', ' ', '\u{a0}', '\u{3000}', 'é', '\u{301}', '漢', 'ع', '１', '\u{1f600}', '-', '\u{2011}']
        {
            assert!(!has_unseen(&format!("a{seen}b")), "{seen:?}");
        }
    }

    #[test]
    fn a_blank_separates_and_a_tab_does_not() {
        assert!([' ', '\u{a0}', '\u{2003}', '\u{202f}', '\u{3000}'].into_iter().all(is_blank));
        assert!(!['\t', '\n', '\r', '\u{85}', '\u{2028}', '\u{200b}', 'a'].into_iter().any(is_blank));
    }

    proptest! {
        #[test]
        fn eight_bytes_at_once_say_what_each_says(text in r"[ -~]{0,20}|[!-~]{0,30}|[+-]?[0-9]{1,9}[.eE]?[0-9]{0,9}|.{0,12}") {
            let begins_as_a_number = text.starts_with(|char: char| char.is_ascii_digit() || "+-".contains(char));
            let odd = |byte: u8| !byte.is_ascii_graphic() || (begins_as_a_number && b".eE".contains(&byte));
            let is_marked = text.starts_with(['\'', '"', '=']) || text.ends_with([',', ';']);
            prop_assert_eq!(is_plain(&text), !is_marked && !text.bytes().any(odd));
        }
    }
}
