//! Identifiers that are any text: as written, but for what two writings of one
//! identifier differ in without anybody seeing it. What may be one identifier or
//! two is refused.
//!
//! Read as one: blanks at the ends or none; a blank of any width; letters and
//! marks composed or not, and compatibility forms such as full-width digits
//! (normalisation form KC, UAX #15); with `LetterCase::Folded` capitals and small
//! letters, the i with and without a dot among them; dashes of every kind.
//! Refused: characters that cannot be seen; two blanks side by side, a tab, an
//! end of a line; a number that a program has rewritten; what a program has put
//! before or behind; decimal digits of other scripts, which form KC leaves; a word
//! with letters of two alphabets that look alike.

pub(crate) mod latin;
pub(crate) mod loose;
pub(crate) mod marks;
pub(crate) mod script;
pub(crate) mod unseen;
pub(crate) mod whole_number;

use std::sync::LazyLock;

use regex::Regex;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

use super::text::marks::{is_dash, is_marked};
use super::text::script::is_mixed;
use super::text::unseen::{has_unseen, is_blank, is_plain};
use super::text::whole_number::is_rewritten;
use crate::model::outcome::tally::Unreadable;

/// Whether capitals are other letters than small ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterCase {
    Told,
    Folded,
}

/// The canonical form of a text; `scratch` is empty.
pub(super) fn canonical<'a>(cell: &'a str, case: LetterCase, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    let is_small = |text: &str| case == LetterCase::Told || !text.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_plain(cell) && !cell.is_empty() && is_small(cell) {
        return Ok(cell);
    }
    let text = cell.trim();
    if text.is_empty() || has_unseen(text) {
        return Err(Unreadable::Identifier);
    }
    if text.is_ascii() && !text.contains("  ") && is_small(text) {
        return if is_rewritten(text) || is_marked(text) { Err(Unreadable::Identifier) } else { Ok(text) };
    }
    let composed = compatible(text);
    push_single_blanks(&composed, scratch)?;
    if case == LetterCase::Folded {
        let folded = folded(scratch);
        scratch.clear();
        push_single_blanks(&folded, scratch)?;
    }
    let is_doubtful = is_marked(scratch) || is_rewritten(scratch) || is_mixed(scratch) || has_other_digits(scratch);
    if scratch.is_empty() || has_unseen(scratch) || is_doubtful {
        return Err(Unreadable::Identifier);
    }
    Ok(scratch)
}

/// Whether a text holds a decimal digit of another script. `١٠` is the number 10, and
/// nobody can say whether the id `10` of somebody else is the same.
fn has_other_digits(text: &str) -> bool {
    static DIGITS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[\p{Nd}--[0-9]]").ok());
    // Without the tables nothing but ASCII could be judged.
    !text.is_ascii() && DIGITS.as_ref().is_none_or(|digits| digits.is_match(text))
}

/// A text in normalisation form KC.
pub(super) fn compatible(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        return text.into();
    }
    text.nfkc().collect::<String>().into()
}

/// Adds a text without the blanks at its ends, with one kind of blank and one kind of
/// dash inside.
fn push_single_blanks(text: &str, out: &mut String) -> Result<(), Unreadable> {
    let mut after_blank = false;
    for char in text.trim().chars() {
        let blank = is_blank(char);
        if blank && after_blank {
            return Err(Unreadable::Identifier);
        }
        out.push(match char {
            _ if blank => ' ',
            _ if is_dash(char) => '-',
            _ => char,
        });
        after_blank = blank;
    }
    Ok(())
}

/// A text in which capitals and small letters are the same: what has one capital
/// form has one folded form (`ß` and `ss`, both small sigmas, `ı` and `i`), and
/// the dot that a capital `İ` leaves behind is part of its i.
pub(super) fn folded(text: &str) -> String {
    // By text, not by character: a capital sigma at the end of a word is another
    // letter in lower case. Lower case first, for capitals that are their own
    // capital form (`ẞ`).
    let small = text.to_lowercase().to_uppercase().to_lowercase();
    let small: String = small.nfkc().collect();
    if small.contains("i\u{307}") { small.replace("i\u{307}", "i") } else { small }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(cell: &str, case: LetterCase) -> Result<String, Unreadable> {
        canonical(cell, case, &mut String::new()).map(str::to_owned)
    }

    #[test]
    fn writings_that_look_alike_are_one_text() {
        for (cell, form) in [
            ("00123", "00123"),
            ("A-1001 ", "A-1001"),
            ("\u{a0} Zoe\u{308}\u{2003}", "Zo\u{eb}"),
            ("Anna\u{a0}Smith", "Anna Smith"),
            ("Anna\u{3000}Smith", "Anna Smith"),
            ("Ａ１００１", "A1001"),
            ("ﬁnn", "finn"),
            ("12E5", "12E5"),
            ("3fe1.example", "3fe1.example"),
            ("\tA1\r\n", "A1"),
            ("AB\u{2011}1001", "AB-1001"),
            ("AB\u{2010}1001", "AB-1001"),
            ("AB\u{2013}1001", "AB-1001"),
            ("AB\u{2212}1001", "AB-1001"),
            ("AB\u{fe58}1001", "AB-1001"),
            ("'t Hooft", "'t Hooft"),
            ("O'Neil", "O'Neil"),
            ("a;b|c", "a;b|c"),
            ("\u{2460}", "1"),
        ] {
            assert_eq!(of(cell, LetterCase::Told).as_deref(), Ok(form), "{cell:?}");
        }
        for (cell, form) in [
            (" ÉCOLE", "école"),
            ("E\u{301}COLE ", "école"),
            ("ΟΔΟΣ", "οδος"),
            ("AbC", "abc"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("İSTANBUL", "istanbul"),
            ("ışık", "işik"),
        ] {
            assert_eq!(of(cell, LetterCase::Folded).as_deref(), Ok(form), "{cell:?}");
        }
    }

    #[test]
    fn what_may_be_two_identifiers_is_refused() {
        for cell in [
            "",
            "  ",
            "\u{a0}",
            "Anna  Smith",
            "Anna \u{a0}Smith",
            "A\tB",
            "A\nB",
            "A1\u{200b}",
            "\u{feff}A1",
            "A\u{ffa0}1",
            "A\u{2800}1",
            "\u{202a}A1\u{202c}",
            "1001.0",
            "１００１．０",
            "4.47701E+11",
            "1E5",
            "M\u{fffd}ller",
            "\u{410}1001B",
            "A\u{7f}1",
            "'1001",
            " '1001",
            "=\"AB 12-3\"",
            "\u{ff1d}1001",
            "\"AB 12-3\"",
            "AB-1001; ",
            "AB-1001\u{37e}",
            "AB-1001,",
            "\u{661}\u{660}\u{660}\u{661}",
            "AB\u{967}",
            "A\u{e000}1",
            "A\u{488}1",
            "1\u{20dd}",
            "A\u{378}1",
            "\u{2212}5.0",
            "\u{13aa}-1001",
            "\u{a4ee}1001",
        ] {
            assert_eq!(of(cell, LetterCase::Told), Err(Unreadable::Identifier), "{cell:?}");
            assert_eq!(of(cell, LetterCase::Folded), Err(Unreadable::Identifier), "{cell:?}");
        }
    }

    #[test]
    fn every_character_has_one_form_of_its_own_form() {
        // Without the long runs of ideographs and Hangul, which change nothing.
        let runs = ['\0'..='\u{33ff}', '\u{a000}'..='\u{abff}', '\u{f900}'..='\u{ffff}', '\u{1d400}'..='\u{1d7ff}'];
        for char in runs.into_iter().flatten() {
            for text in [char.to_string(), format!("a{char}b")] {
                for case in [LetterCase::Told, LetterCase::Folded] {
                    let Ok(once) = of(&text, case) else { continue };
                    assert_eq!(of(&once, case).as_ref(), Ok(&once), "{text:?} {case:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn capitals_are_found(text in r"[\p{L}\p{M}]{1,8}") {
            // Capitals that are newer than the tables of properties cannot be read.
            if has_unseen(&text.to_uppercase()) {
                return Ok(());
            }
            let small = of(&text, LetterCase::Folded);
            prop_assert_eq!(of(&text.to_uppercase(), LetterCase::Folded), small.clone(), "{:?}", text);
            prop_assert_eq!(of(&text.to_lowercase(), LetterCase::Folded), small);
        }
    }
}
