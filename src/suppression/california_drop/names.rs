//! How a name is standardised: Unicode normalised, lower case, Latin letters
//! folded to plain ASCII, then letters and digits only.
//!
//! The platform also transcribes "supported" Greek and Cyrillic letters. Its table
//! was not at hand, only its example (`Иван` becomes `ivan`): so of Cyrillic the
//! letters are read that every published transcription of Russian writes alike
//! (ICAO 9303, BGN/PCGN, GOST 52535, ISO 9), and every other letter of which it is
//! not known what becomes of it makes the name unreadable. Chinese, Japanese,
//! Arabic and Hebrew letters stay as they are, where Unicode has one way to write
//! them.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::identifier::text::latin::plain;
use crate::model::outcome::tally::Unreadable;

/// The Cyrillic letters of one reading, beside their Latin ones.
const CYRILLIC: &str = "абвгдезиклмнопрстуф";
const TRANSCRIBED: &str = "abvgdeziklmnoprstuf";

/// Where the last letter came from: what a mark behind it does depends on that.
#[derive(PartialEq)]
enum LastLetter {
    Latin,
    Other,
}

pub(crate) fn name(cell: &str, out: &mut String) -> Result<(), Unreadable> {
    if cell.is_ascii() {
        out.extend(cell.chars().filter(char::is_ascii_alphanumeric));
        out.make_ascii_lowercase();
    } else {
        // Composed first: й is another letter than и with a mark.
        let composed: String = cell.nfkc().collect();
        let mut last = LastLetter::Other;
        for letter in composed.to_lowercase().nfkc() {
            last = fold(letter, &last, out)?;
        }
    }
    if out.is_empty() { Err(Unreadable::Script) } else { Ok(()) }
}

fn fold(letter: char, last: &LastLetter, out: &mut String) -> Result<LastLetter, Unreadable> {
    if letter.is_ascii_alphanumeric() {
        out.push(letter);
        return Ok(LastLetter::Latin);
    }
    if let Some(plain) = plain(letter) {
        out.push_str(plain);
        return Ok(LastLetter::Latin);
    }
    if let Some((_, plain)) = CYRILLIC.chars().zip(TRANSCRIBED.chars()).find(|(cyrillic, _)| *cyrillic == letter) {
        out.push(plain);
        return Ok(LastLetter::Other);
    }
    if is_combining_mark(letter) {
        return if *last == LastLetter::Latin { Ok(LastLetter::Latin) } else { Err(Unreadable::Script) };
    }
    if !letter.is_alphanumeric() {
        return Ok(LastLetter::Other);
    }
    let mut parts = std::iter::once(letter).nfd();
    match parts.next() {
        Some(base) if base.is_ascii_alphabetic() => {
            out.push(base);
            Ok(LastLetter::Latin)
        }
        // Perhaps a special letter with an accent, such as ǿ.
        Some(base) if base != letter && plain(base).is_some() => fold(base, last, out),
        Some(base) if base == letter && stays(letter) => {
            out.push(letter);
            Ok(LastLetter::Other)
        }
        _ => Err(Unreadable::Script),
    }
}

/// Letters that are kept as they are: Han, Kana, Arabic and Hebrew without
/// modifiers, which Unicode counts as letters and the platform may not.
fn stays(letter: char) -> bool {
    matches!(letter,
        '\u{5d0}'..='\u{5ea}'
        | '\u{620}'..='\u{63f}' | '\u{641}'..='\u{64a}' | '\u{671}'..='\u{6d3}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn standardised(cell: &str) -> Result<String, Unreadable> {
        let mut out = String::new();
        name(cell, &mut out).map(|()| out)
    }

    #[test]
    fn latin_letters_become_plain_ones() {
        for (cell, expected) in [
            ("Juan Pablo", "juanpablo"),
            ("Martinez", "martinez"),
            ("Jose\u{301}-María O’Neill", "josemariaoneill"),
            ("ØRSTED Straße", "orstedstrasse"),
            ("STRAẞE", "strasse"),
            ("ĲsselMeer", "ijsselmeer"),
            ("IJsselmeer", "ijsselmeer"),
            ("ＡＮＮＡ", "anna"),
            ("ﬁnn", "finn"),
            ("ǿ", "o"),
            ("İzmir", "izmir"),
            ("ıI", "ii"),
            ("Łukasz Ħaġar Ŋambi Þór Æther", "lukaszhagarnambithoraether"),
            ("Nguyễn", "nguyen"),
            ("Zoë\u{200b}", "zoe"),
        ] {
            assert_eq!(standardised(cell).as_deref(), Ok(expected), "{cell}");
        }
    }

    #[test]
    fn other_letters_are_known_or_unreadable() {
        for (cell, expected) in
            [("Иван", "ivan"), ("ИВАНОВ", "ivanov"), ("李 明", "李明"), ("キムラ", "キムラ"), ("שלום", "שלום")]
        {
            assert_eq!(standardised(cell).as_deref(), Ok(expected), "{cell}");
        }
        // Letters that published transcriptions write differently, modifiers, marks
        // and digits that belong to no letter, scripts of which nothing is said.
        for cell in [
            "Ёлкина",
            "Андрей",
            "Щукина",
            "Θεοδώρου",
            "김",
            "Oʼbrien",
            "ə",
            "ŧ",
            "が",
            "٣",
            "مُحمد",
            "ก",
            "Ѓ",
            "--",
            "ー",
        ] {
            assert_eq!(standardised(cell), Err(Unreadable::Script), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn a_standardised_name_is_its_own_and_holds_letters_and_digits_only(cell in r"[ 0-9A-Za-zéÉøĲﬁИв\u{301}’-]{0,16}|.{0,12}") {
            if let Ok(once) = standardised(&cell) {
                prop_assert!(once.chars().all(char::is_alphanumeric));
                prop_assert_eq!(standardised(&once), Ok(once));
            }
        }

        #[test]
        fn however_unicode_writes_a_name_it_is_one(cell in "[A-ZÀ-ſ ]{1,12}") {
            let of = |cell: String| standardised(&cell);
            let plain = of(cell.clone());
            prop_assert_eq!(&of(cell.nfd().collect()), &plain);
            prop_assert_eq!(&of(cell.nfkd().collect()), &plain);
            prop_assert_eq!(&of(cell.to_uppercase()), &plain);
        }
    }
}
