//! The plain writing of a text: what is left of it when nothing counts that a person
//! does not see, or reads as something plainer. A telephone number that was written
//! with full-width digits, with a soft hyphen inside or with digits of another script
//! is the same number there.
//!
//! Left out: characters that cannot be seen, and marks on letters and digits. Nobody can
//! say whether such a character parts two words or hides in one, so a text that has some
//! is read twice, once with blanks for them. Plain:
//! compatibility forms (normalisation form KD), the full stop of other scripts, decimal digits of every script as
//! those of ASCII, every blank, tab and end of line as one blank, every dash as a
//! hyphen, and Cyrillic and Greek letters that look like Latin ones as these.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::identifier::text::marks::is_dash;
use crate::identifier::text::unseen::UnseenCharacters;

/// Whether Cyrillic and Greek capitals that look like Latin ones are these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lookalikes {
    AreLatin,
    AreTold,
}

/// A text in its plain writing, with the way back to the text as it is written.
#[derive(Debug)]
pub(crate) struct PlainText<'a> {
    source: &'a str,
    /// `None` where the text is its own plain writing.
    plain: Option<(String, Vec<(usize, usize)>)>,
}

impl<'a> PlainText<'a> {
    /// The readings of a text in which identifiers are looked for: one, or two.
    pub(crate) fn readings(source: &'a str) -> Vec<Self> {
        Self::both(source, Lookalikes::AreLatin)
    }

    /// The same, where letters of every alphabet stay what they are: of a name in
    /// Cyrillic letters some alone would be Latin.
    pub(crate) fn readings_of_letters(source: &'a str) -> Vec<Self> {
        Self::both(source, Lookalikes::AreTold)
    }

    fn both(source: &'a str, lookalikes: Lookalikes) -> Vec<Self> {
        let (first, has_unseen) = Self::rewritten(source, lookalikes, "");
        let mut readings = vec![first];
        if has_unseen {
            readings.push(Self::rewritten(source, lookalikes, " ").0);
        }
        readings
    }

    /// The reading, with `unseen` for each character that cannot be seen, and whether
    /// there are any.
    fn rewritten(source: &'a str, lookalikes: Lookalikes, unseen: &str) -> (Self, bool) {
        let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        if source.bytes().all(is_plain) {
            return (Self { source, plain: None }, false);
        }
        let mut plain = String::with_capacity(source.len());
        let mut origins = Vec::with_capacity(source.len());
        let mut unseen_ones = UnseenCharacters::of(source);
        let mut has_unseen = false;
        for (start, char) in source.char_indices() {
            let before = plain.len();
            // Ends of lines and tabs set words apart; the other controls are nothing.
            if !char.is_whitespace() && unseen_ones.is_at(start) {
                has_unseen = true;
                plain.push_str(unseen);
            } else {
                push(char, lookalikes, &mut plain);
            }
            origins.resize(origins.len() + plain.len() - before, (start, start + char.len_utf8()));
        }
        (Self { source, plain: Some((plain, origins)) }, has_unseen)
    }

    pub(crate) fn as_str(&self) -> &str {
        self.plain.as_ref().map_or(self.source, |(plain, _)| plain)
    }

    /// Whether the text is written otherwise.
    pub(crate) fn is_rewritten(&self) -> bool {
        self.plain.is_some()
    }

    /// The part of the text as written from which a part of the plain writing came, with
    /// what was left out behind it.
    pub(crate) fn source_of(&self, plain: Range<usize>) -> Range<usize> {
        let Some((_, origins)) = &self.plain else { return plain };
        let last = plain.end.checked_sub(1).and_then(|last| origins.get(last));
        match (origins.get(plain.start), last) {
            (Some((start, _)), Some((_, end))) => {
                let next = origins.get(plain.end).map_or(self.source.len(), |(next, _)| *next);
                *start..next.max(*end)
            }
            _ => 0..0,
        }
    }
}

fn push(char: char, lookalikes: Lookalikes, out: &mut String) {
    if char.is_ascii() && !char.is_whitespace() {
        out.push(char);
        return;
    }
    if char.is_whitespace() {
        out.push(' ');
        return;
    }
    for char in std::iter::once(char).nfkd() {
        if is_combining_mark(char) {
            continue;
        }
        out.push(match char {
            _ if char.is_whitespace() => ' ',
            _ if is_dash(char) => '-',
            // The ideographic one, which parts the labels of a domain as well (UTS #46).
            '\u{3002}' => '.',
            _ if lookalikes == Lookalikes::AreLatin => digit(char).or_else(|| lookalike(char)).unwrap_or(char),
            _ => digit(char).unwrap_or(char),
        });
    }
}

/// The noughts of all scripts with decimal digits. The others of a script follow its
/// nought (UAX #44, `Numeric_Type=Decimal`).
const NOUGHTS: [u32; 70] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0,
    0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50,
    0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1e140, 0x1e2f0, 0x1e4f0,
    0x1e5f1, 0x1e950, 0x1fbf0,
];

/// The digit of ASCII that a decimal digit of another script is.
fn digit(char: char) -> Option<char> {
    let code = u32::from(char);
    let before = NOUGHTS.partition_point(|nought| *nought <= code).checked_sub(1)?;
    let value = code - NOUGHTS.get(before)?;
    char::from_digit(value, 10)
}

/// The Latin letter that a Cyrillic or Greek one passes for.
fn lookalike(char: char) -> Option<char> {
    const OTHERS: &str = "АВЕЅІЈКМНОРСТХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρ";
    const LATIN: &str = "ABESIJKMHOPCTXaesijopcyxABEZHIKMNOPTYXovp";
    let at = OTHERS.chars().position(|other| other == char)?;
    LATIN.chars().nth(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str) -> PlainText<'_> {
        PlainText::readings(text).swap_remove(0)
    }

    #[test]
    fn letters_that_look_alike_are_as_many_as_those_they_pass_for() {
        assert_eq!(reading("АВЕЅІЈКМНОРСТХ аеѕіјорсух").as_str(), "ABESIJKMHOPCTX aesijopcyx");
        assert_eq!(reading("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ ονρ").as_str(), "ABEZHIKMNOPTYX ovp");
        assert_eq!(PlainText::readings_of_letters("Анна")[0].as_str(), "Анна");
    }

    #[test]
    fn every_decimal_digit_is_known() {
        let property = regex::Regex::new(r"^\p{Nd}$").unwrap();
        assert!(NOUGHTS.is_sorted());
        for char in '\u{80}'..=char::MAX {
            let is_digit = property.is_match(&char.to_string());
            let mut plain = String::new();
            push(char, Lookalikes::AreLatin, &mut plain);
            assert!(!is_digit || plain.len() == 1 && plain.as_bytes()[0].is_ascii_digit(), "{char:?} {plain}");
            assert!(digit(char).is_none() || is_digit, "{char:?}");
        }
        for (text, value) in [("٠١٢٣٤٥٦٧٨٩", "0123456789"), ("०९", "09"), ("𝟎𝟗𝟘𝟡", "0909"), ("０９", "09"), ("①", "1")]
        {
            assert_eq!(reading(text).as_str(), value);
        }
    }

    #[test]
    fn what_hides_a_number_is_gone_and_the_way_back_is_known() {
        let text = "Tel\u{a0}07\u{ad}700\u{200b}\u{2011}９00\t1\u{336}23 \u{410}\u{301}é…";
        let plain = reading(text);
        assert_eq!(plain.as_str(), "Tel 07700-900 123 Ae...");
        let at = plain.as_str().find("07700").unwrap();
        let source = plain.source_of(at.."Tel 07700-900".len());
        assert_eq!(&text[source], "07\u{ad}700\u{200b}\u{2011}９00");
        assert_eq!(PlainText::readings(text)[1].as_str(), "Tel 07 700 -900 123 Ae...");
        assert_eq!(PlainText::readings("é plain").len(), 1);
        assert_eq!(reading("plain").source_of(1..3), 1..3);
        assert!(!reading("plain").is_rewritten() && plain.is_rewritten());
    }
}
