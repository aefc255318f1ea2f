//! One canonical form per identifier, so that one person has one pseudonym and
//! is found on every list.
//!
//! The rules are versioned by [`NORMALISATION_VERSION`], which enters every
//! pseudonym: change a rule, raise the version. They refuse rather than guess:
//! two people with one pseudonym are worse than a cell that is counted as
//! unreadable. They know nothing of keys and lists.
//!
//! [`NORMALISATION_VERSION`]: crate::identifier::key::NORMALISATION_VERSION

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::email;
use super::phone;
use super::phone::Region;
use super::text;
use super::text::LetterCase;
use super::text::unseen::{is_blank, is_plain};
use crate::model::outcome::tally::Unreadable;

/// How a cell is brought into canonical form. No rule reads a text with a
/// character that cannot be seen. Blanks at the ends are never part of an
/// identifier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Normalise {
    /// The digits of a number written with blanks, hyphens, slashes or brackets;
    /// leading zeros stay. Anything else, letters and digits of other scripts
    /// included, is refused: `1E5` is not 15.
    Digits,
    /// One mailbox in small letters, its domain in A-labels; see
    /// `src/identifier/email.rs` for what is one.
    Email,
    /// As `none`, with capitals and small letters the same.
    Lower,
    /// Ten digits with a valid check digit (modulus 11), blanks and hyphens
    /// dropped. Ten equal digits pass the sum and are refused all the same: they
    /// are what people type for "none".
    NhsNumber,
    /// As written, but for what nobody sees: blanks at the ends, the width of a
    /// blank, composed and compatibility forms of letters. Two blanks side by side,
    /// and numbers that a program has rewritten (`1001.0`, `4.47701E+11`), are
    /// refused.
    #[default]
    None,
    /// `+`, a calling code and a national number; numbers without a country are
    /// read by the region the policy names. See [`super::phone`].
    PhoneE164,
    /// As `none`, for a policy that says so.
    Trim,
}

impl Normalise {
    /// Every rule, with the word a policy uses for it.
    pub const ALL: [(&'static str, Self); 7] = [
        ("digits", Self::Digits),
        ("email", Self::Email),
        ("lower", Self::Lower),
        ("nhs_number", Self::NhsNumber),
        ("none", Self::None),
        ("phone_e164", Self::PhoneE164),
        ("trim", Self::Trim),
    ];

    /// The word a policy uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Email => "email",
            Self::Lower => "lower",
            Self::NhsNumber => "nhs_number",
            Self::None => "none",
            Self::PhoneE164 => "phone_e164",
            Self::Trim => "trim",
        }
    }

    /// The canonical form of a cell: borrowed from the cell where it is
    /// canonical already, otherwise built in `scratch`. `region` says how
    /// telephone numbers without a country are read.
    #[inline]
    pub(super) fn canonical<'a>(
        self,
        cell: &'a str,
        region: Region,
        scratch: &'a mut String,
    ) -> Result<&'a str, Unreadable> {
        if self.keeps(cell) { Ok(cell) } else { self.rewrite(cell, region, scratch) }
    }

    /// Whether a look at eight bytes at once tells that the rule keeps a cell as it
    /// is. What it does not tell has to be read.
    #[inline]
    pub(super) fn keeps(self, cell: &str) -> bool {
        matches!(self, Self::None | Self::Trim) && !cell.is_empty() && is_plain(cell)
    }

    fn rewrite<'a>(self, cell: &'a str, region: Region, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
        scratch.clear();
        match self {
            Self::Digits => digits(cell, scratch),
            Self::Email => email::canonical(cell, scratch),
            Self::Lower => text::canonical(cell, LetterCase::Folded, scratch),
            Self::NhsNumber => nhs_number(cell, scratch),
            Self::None | Self::Trim => text::canonical(cell, LetterCase::Told, scratch),
            Self::PhoneE164 => phone::canonical(cell, region, scratch),
        }
    }
}

/// Whether nothing has to be looked for at its ends, as of nearly every
/// identifier: they are no white space.
#[inline]
fn is_bare(text: &str) -> bool {
    let is_graphic = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    is_graphic(text.as_bytes().first()) && is_graphic(text.as_bytes().last())
}

/// The text without white space at its ends.
#[inline]
pub(crate) fn trimmed(text: &str) -> &str {
    if is_bare(text) { text } else { text.trim() }
}

/// The text in normalisation form C; `scratch` is empty.
pub(crate) fn nfc<'a>(text: &'a str, scratch: &'a mut String) -> &'a str {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    scratch.extend(text.nfc());
    scratch
}

fn is_hyphen(char: char) -> bool {
    matches!(char, '-' | '\u{2010}'..='\u{2013}')
}

fn digits<'a>(cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    if !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(cell);
    }
    for char in cell.trim().chars() {
        if char.is_ascii_digit() {
            scratch.push(char);
        } else if !(is_blank(char) || is_hyphen(char) || matches!(char, '/' | '(' | ')')) {
            return Err(Unreadable::Identifier);
        }
    }
    if scratch.is_empty() { Err(Unreadable::Identifier) } else { Ok(scratch) }
}

fn nhs_number<'a>(cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    for char in cell.trim().chars() {
        if char.is_ascii_digit() && scratch.len() < 10 {
            scratch.push(char);
        } else if !(is_blank(char) || is_hyphen(char)) {
            return Err(Unreadable::Identifier);
        }
    }
    let [number @ .., check] = scratch.as_bytes() else { return Err(Unreadable::Identifier) };
    let value = |digit: &u8| u32::from(digit - b'0');
    let sum: u32 = number.iter().zip((2..=10).rev()).map(|(digit, weight)| value(digit) * weight).sum();
    let is_repeated = number.iter().all(|digit| digit == check);
    if number.len() != 9 || is_repeated || (11 - sum % 11) % 11 != value(check) {
        return Err(Unreadable::Identifier);
    }
    Ok(scratch)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(rule: Normalise, cell: &str) -> Result<String, Unreadable> {
        rule.canonical(cell, Region::default(), &mut String::from("left over")).map(str::to_owned)
    }

    #[track_caller]
    fn gives(rule: Normalise, cases: &[(&str, &str)]) {
        for (cell, expected) in cases {
            assert_eq!(canonical(rule, cell).as_deref(), Ok(*expected), "{cell:?}");
        }
    }

    #[track_caller]
    fn refuses(rule: Normalise, reason: Unreadable, cells: &[&str]) {
        for cell in cells {
            assert_eq!(canonical(rule, cell), Err(reason), "{cell:?}");
        }
    }

    #[test]
    fn digits_never_merge_two_identifiers() {
        gives(Normalise::Digits, &[("00123", "00123"), (" 12-34/5 (6)", "123456")]);
        refuses(Normalise::Digits, Unreadable::Identifier, &["", "-", "1E5", "1.0", "A15", "٣", "１２", "+1"]);
    }

    #[test]
    fn an_nhs_number_has_a_valid_check_digit() {
        gives(Normalise::NhsNumber, &[("943 476 5919", "9434765919"), ("943-476-5919", "9434765919")]);
        refuses(
            Normalise::NhsNumber,
            Unreadable::Identifier,
            &["", "9434765918", "943476591", "94347659190", "0000000000", "1111111111", "943476591X", "9434765９19"],
        );
        // 10 + 2 is 1 modulo 11: the sum asks for a check digit of 10, which none is.
        for check in 0..10 {
            refuses(Normalise::NhsNumber, Unreadable::Identifier, &[&format!("100000001{check}")]);
        }
    }

    #[test]
    fn every_rule_is_listed_under_its_word() {
        for (word, rule) in Normalise::ALL {
            assert_eq!(rule.as_str(), word);
        }
    }

    proptest! {
        #[test]
        fn a_canonical_form_is_its_own_canonical_form(cell in r"[ +0-9aA@().é\u{301}\u{a0}-]{0,20}|.{0,12}") {
            for (_, rule) in Normalise::ALL {
                if let Ok(once) = canonical(rule, &cell) {
                    let twice = canonical(rule, &once);
                    prop_assert_eq!(twice.as_ref(), Ok(&once), "{:?}", rule);
                    let recomposed: String = once.nfc().collect();
                    prop_assert_eq!(recomposed, once);
                }
            }
        }
    }
}
