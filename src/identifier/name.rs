//! Names of people, as two registers write the name of one person: `O\u{2019}Brien`,
//! `O'BRIEN` and `O Brien`; `Anne-Marie` and `Anne Marie`; `Zoë` and `Zoe`.
//!
//! Read as one: capitals and small letters; Latin letters with and without accents, and
//! `ß æ œ þ ð đ ø ł ı ħ ŋ` as `ss ae oe th d d o l i h n`; compatibility forms (`Ĳ` is
//! `ij`); names with and without blanks, hyphens, apostrophes, full stops and middle
//! dots. Letters of other scripts stay as they are: both sides are read here, so none is
//! transcribed.
//!
//! Refused: what is no letter, mark or one of those signs. A digit, a comma or a bracket
//! says that the cell holds more than a name, or one in another order. So are
//! characters that cannot be seen, and words with letters of two alphabets that look
//! alike. `ü` is `u`, never `ue`, and nobody can say which of both was meant; a title is
//! part of the name that it stands before.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::text::latin::plain;
use super::text::marks::is_dash;
use super::text::script::is_mixed;
use super::text::unseen::{has_unseen, is_blank};
use super::text::{compatible, folded};
use crate::model::outcome::tally::Unreadable;

/// The canonical form of a name; `scratch` is empty.
pub(crate) fn canonical<'a>(cell: &str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    let cell = cell.trim();
    let composed = compatible(cell);
    if has_unseen(cell) || is_mixed(&composed) {
        return Err(Unreadable::Name);
    }
    let mut after = Letter::None;
    for char in folded(&composed).chars() {
        after = push(char, after, scratch)?;
    }
    // The signs of a name alone are none, and what was folded may be seen no more.
    if scratch.is_empty() || has_unseen(scratch) { Err(Unreadable::Name) } else { Ok(scratch) }
}

/// The letter before a mark: what the mark does depends on that.
#[derive(Clone, Copy, PartialEq)]
enum Letter {
    None,
    Latin,
    Other,
}

fn push(char: char, after: Letter, out: &mut String) -> Result<Letter, Unreadable> {
    if is_sign(char) {
        return Ok(Letter::None);
    }
    if is_combining_mark(char) {
        match after {
            Letter::None => return Err(Unreadable::Name),
            Letter::Latin => {}
            Letter::Other => out.push(char),
        }
        return Ok(after);
    }
    if !char.is_alphabetic() {
        return Err(Unreadable::Name);
    }
    let base = std::iter::once(char).nfd().next().unwrap_or(char);
    if let Some(plain) = plain(base) {
        out.push_str(plain);
    } else if base.is_ascii_alphabetic() {
        out.push(base);
    } else {
        // Whether a sigma ends a word depends on blanks, which are none here.
        out.push(if char == 'ς' { 'σ' } else { char });
        return Ok(Letter::Other);
    }
    Ok(Letter::Latin)
}

/// What a name is written with or without.
fn is_sign(char: char) -> bool {
    is_blank(char)
        || is_dash(char)
        || matches!(char, '\'' | '`' | '\u{b4}' | '.' | '\u{b7}' | '\u{30fb}' | '\u{2018}' | '\u{2019}' | '\u{201b}')
        // Letters that are written for an apostrophe, such as the turned comma.
        || matches!(char, '\u{2b9}' | '\u{2bb}'..='\u{2bd}' | '\u{2c8}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(cell: &str) -> Result<String, Unreadable> {
        canonical(cell, &mut String::new()).map(str::to_owned)
    }

    #[test]
    fn writings_of_one_name_are_one() {
        for (name, writings) in [
            ("obrien", &["O'Brien", "O\u{2019}BRIEN", "o brien", "O`Brien", " O\u{2bb}Brien\u{a0}", "OBrien"][..]),
            ("annemarie", &["Anne-Marie", "Anne Marie", "ANNE\u{2010}MARIE", "Anne  Marie", "anne marie."]),
            ("zoe", &["Zoë", "ZOE\u{308}", "Zoe", "ＺＯＥ"]),
            ("ijsselmeer", &["Ĳsselmeer", "IJsselmeer"]),
            ("strasse", &["Straße", "STRASSE", "Stra\u{1e9e}e"]),
            ("soren", &["Søren", "Sǿren", "SOREN"]),
            ("jrsmith", &["J. R. Smith", "J.R.Smith"]),
            ("istanbul", &["İstanbul", "ISTANBUL", "ıstanbul"]),
            ("иванов", &["Иванов", "ИВАНОВ"]),
            ("андрей", &["Андрей", "АНДРЕИ\u{306}"]),
            ("김", &["김", "\u{1100}\u{1175}\u{11b7}"]),
            ("ジョンスミス", &["ジョン・スミス", "ジョンスミス"]),
        ] {
            for writing in writings {
                assert_eq!(of(writing).as_deref(), Ok(name), "{writing:?}");
            }
        }
        assert_eq!(of("Νίκος"), of("ΝΊΚΟΣ"));
        assert_eq!(of("Νίκος Παππάς"), of("ΝΊΚΟΣΠΑΠΠΆΣ"));
        for (one, other) in
            [("Müller", "Mueller"), ("Иван", "Ivan"), ("Dr Smith", "Smith"), ("Ann", "Anna"), ("Αν", "Ан")]
        {
            assert_ne!(of(one), of(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_more_than_a_name_is_refused() {
        for cell in [
            "",
            "-",
            " . ",
            "Smith, Jo",
            "Jo (Ann)",
            "Jo 2",
            "Jo/Ann",
            "Jo;Ann",
            "jo@x.org",
            "\"Jo\"",
            "J\u{200b}o",
            "n/a",
            "Jo\u{2028}",
            "J\u{43e}",
            "\u{301}",
            "'\u{301}",
            "Jo\u{20dd}",
            "Jo&Ann",
            "\u{661}",
        ] {
            let read = of(cell);
            let is_trimmed = cell == "Jo\u{2028}";
            assert_eq!(read, if is_trimmed { Ok("jo".to_owned()) } else { Err(Unreadable::Name) }, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn a_canonical_form_is_its_own_and_case_says_nothing(cell in r"[ a-zA-Z'.\-éßİıÅøΣςЙ\u{301}\u{308}]{0,12}|\PC{0,8}") {
            if let Ok(once) = of(&cell) {
                // Words of two alphabets are two words no longer.
                prop_assert!(is_mixed(&once) || of(&once).as_ref() == Ok(&once), "{}", once);
                prop_assert_eq!(of(&cell.to_lowercase()), Ok(once));
            }
        }
    }
}
