//! The loosest reading of a word: what is left when nothing counts in which two
//! writings of one word may differ. Only for rules that drop what is listed, where
//! taking two words for one keeps a record back and never lets one go.
//!
//! Not told apart: blanks, anywhere; characters that cannot be seen; capitals and
//! small letters; compatibility forms such as full-width letters (normalisation
//! form KC, UAX #15); one dash and another; marks of a spreadsheet, quotation marks and
//! separators at the ends; a whole number with and without `.0` behind it, as programs
//! write flags of a column in which some are missing.

use super::marks::is_dash;
use super::unseen::{is_blank, without_unseen};
use crate::identifier::text::{compatible, folded};

/// What may be at the ends of a word and is no part of it.
const MARKS: [char; 10] = ['\'', '"', '=', ',', ';', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{201e}'];

/// What is left of a text, added to `out`, which is empty.
pub(crate) fn push_loose(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.bytes().filter(u8::is_ascii_graphic).map(|byte| char::from(byte.to_ascii_lowercase())));
    } else {
        // Again, as long as a form lays bare what is left out, or what is left
        // composes anew.
        let mut text = text.to_owned();
        loop {
            let less: String = folded(&compatible(&without_unseen(&text))).chars().filter(|c| !is_blank(*c)).collect();
            if less == text {
                break;
            }
            text = less;
        }
        out.extend(text.chars().map(|char| if is_dash(char) { '-' } else { char }));
    }
    // What is nothing but marks is a word of its own.
    let bare = out.trim_matches(MARKS);
    if !bare.is_empty() && bare.len() < out.len() {
        *out = bare.to_owned();
    }
    if let Some(digits) = out.trim_end_matches('0').strip_suffix('.')
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        out.truncate(digits.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn loose(text: &str) -> String {
        let mut out = String::new();
        push_loose(text, &mut out);
        out
    }

    #[test]
    fn writings_of_one_word_are_one() {
        for (text, left) in [
            ("Y", "y"),
            (" y\t", "y"),
            ("\u{ff39}", "y"),
            ("Y\u{200b}", "y"),
            ("\u{feff}Y", "y"),
            ("\u{a0}Y\u{3000}", "y"),
            ("do not contact", "donotcontact"),
            ("DO  NOT\u{a0}CONTACT", "donotcontact"),
            ("Stra\u{df}e", "strasse"),
            ("\u{c9}cole", "\u{e9}cole"),
            ("E\u{301}cole", "\u{e9}cole"),
            ("do\u{2011}not\u{2013}contact", "do-not-contact"),
            ("'Y", "y"),
            ("=\"Y\"", "y"),
            ("\u{201c}Y\u{201d};", "y"),
            ("'1.0", "1"),
            ("O'Neil", "o'neil"),
            ("=", "="),
            ("1.0", "1"),
            ("1.", "1"),
            (" 1.00 ", "1"),
            ("10.0", "10"),
            ("1.5", "1.5"),
            ("1.50", "1.50"),
            ("10", "10"),
            (".0", ".0"),
            ("a.0", "a.0"),
            ("", ""),
            (" \u{200b}", ""),
        ] {
            assert_eq!(loose(text), left, "{text:?}");
        }
    }

    proptest! {
        /// Reading twice changes nothing, and no blank or capital makes a difference.
        #[test]
        fn nothing_is_left_to_leave_out(text in "\\PC{0,12}") {
            let once = loose(&text);
            prop_assert_eq!(loose(&once), once.clone());
            let padded = format!("\u{2003}{text}\u{200d} ");
            prop_assert_eq!(loose(&padded), once.clone());
            prop_assert_eq!(loose(&text.to_lowercase()), loose(&text.to_uppercase()));
        }
    }
}
