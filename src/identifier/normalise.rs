//! One canonical form per identifier, so that one person has one pseudonym and
//! is found on every list.
//!
//! The rules are versioned by [`NORMALISATION_VERSION`], which enters every
//! pseudonym: change a rule, raise the version. They refuse rather than guess:
//! two people with one pseudonym are worse than a cell that is counted as
//! unreadable. They know nothing of keys and lists.
//!
//! [`NORMALISATION_VERSION`]: crate::model::key::NORMALISATION_VERSION

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::model::tally::Unreadable;

/// How a cell is brought into canonical form. Every rule ends in Unicode
/// normalisation form C.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Normalise {
    /// The digits of a number written with blanks, hyphens, slashes or brackets;
    /// leading zeros stay. Anything else, letters and digits of other scripts
    /// included, is refused: `1E5` is not 15.
    Digits,
    /// Trimmed, lower case, exactly one `@` with something on both sides; blanks,
    /// control characters and what cannot be seen are refused.
    Email,
    /// Trimmed, lower case.
    Lower,
    /// Ten digits with a valid check digit (modulus 11), blanks and hyphens
    /// dropped. Ten equal digits pass the sum and are refused all the same: they
    /// are what people type for "none".
    NhsNumber,
    /// As written.
    #[default]
    None,
    /// `+` and 8 to 15 digits. `00` is read as `+`, a leading `0` as `+44`, and
    /// the `(0)` of `+44 (0)20…` is dropped. A number with none of these
    /// prefixes names no country and is refused.
    PhoneE164,
    /// Without white space at the ends, no-break spaces included.
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

    /// Whether there are identifiers it cannot read.
    #[must_use]
    pub fn may_fail(self) -> bool {
        match self {
            Self::Digits | Self::Email | Self::NhsNumber | Self::PhoneE164 => true,
            Self::Lower | Self::None | Self::Trim => false,
        }
    }

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
    /// canonical already, otherwise built in `scratch`.
    ///
    /// # Errors
    /// The reason why the cell has none.
    ///
    /// ```
    /// use scant::identifier::normalise::Normalise;
    /// let mut scratch = String::new();
    /// assert_eq!(Normalise::PhoneE164.canonical("07700 900123", &mut scratch), Ok("+447700900123"));
    /// ```
    #[inline]
    pub fn canonical<'a>(self, cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
        // Nearly every identifier is canonical already.
        if matches!(self, Self::None | Self::Trim) && is_bare(cell) && cell.is_ascii() {
            return Ok(cell);
        }
        self.rewrite(cell, scratch)
    }

    fn rewrite<'a>(self, cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
        scratch.clear();
        match self {
            Self::Digits => digits(cell, scratch),
            Self::Email => email(trimmed(cell), scratch),
            Self::Lower => Ok(lower(trimmed(cell), scratch)),
            Self::NhsNumber => nhs_number(cell, scratch),
            Self::None => Ok(nfc(cell, scratch)),
            Self::PhoneE164 => phone(cell, scratch),
            Self::Trim => Ok(nfc(trimmed(cell), scratch)),
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

fn lower<'a>(text: &'a str, scratch: &'a mut String) -> &'a str {
    if text.is_ascii() {
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return text;
        }
        scratch.push_str(text);
        scratch.make_ascii_lowercase();
        return scratch;
    }
    // Composed before, so that equal texts meet the same lower-case rule, and
    // after, since lower-casing may decompose. By text, not by character: a
    // capital sigma at the end of a word is another letter in lower case.
    let composed: String = text.nfc().collect();
    scratch.extend(composed.to_lowercase().nfc());
    scratch
}

fn email<'a>(trimmed: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    let (local, domain) = trimmed.split_once('@').ok_or(Unreadable::Email)?;
    let odd = if trimmed.is_ascii() {
        trimmed.bytes().any(|byte| byte <= b' ' || byte == 0x7f)
    } else {
        trimmed.chars().any(|char| char.is_whitespace() || is_unseen(char))
    };
    if odd || local.is_empty() || domain.is_empty() || domain.contains('@') {
        return Err(Unreadable::Email);
    }
    Ok(lower(trimmed, scratch))
}

/// Characters that change a text without showing: two addresses that look alike
/// would be two people.
fn is_unseen(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{feff}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn is_hyphen(char: char) -> bool {
    matches!(char, '-' | '\u{2010}'..='\u{2013}')
}

fn digits<'a>(cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    if !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(cell);
    }
    for char in cell.chars() {
        if char.is_ascii_digit() {
            scratch.push(char);
        } else if !(char.is_whitespace() || is_hyphen(char) || matches!(char, '/' | '(' | ')')) {
            return Err(Unreadable::Identifier);
        }
    }
    if scratch.is_empty() { Err(Unreadable::Identifier) } else { Ok(scratch) }
}

fn nhs_number<'a>(cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    for char in cell.chars() {
        if char.is_ascii_digit() && scratch.len() < 10 {
            scratch.push(char);
        } else if !(char.is_whitespace() || is_hyphen(char)) {
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

fn phone<'a>(cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    // `+`, 15 digits, and up to three of a prefix that is replaced below.
    const LONGEST: usize = 1 + 15 + 3;
    let mut international = false;
    scratch.push('+');
    for char in cell.chars() {
        if char.is_ascii_digit() && scratch.len() < LONGEST {
            scratch.push(char);
        } else if char == '+' && scratch.len() == 1 && !international {
            international = true;
        } else if !(char.is_whitespace() || is_hyphen(char) || matches!(char, '(' | ')' | '.')) {
            return Err(Unreadable::Phone);
        }
    }
    if !international {
        if scratch.starts_with("+00") {
            scratch.replace_range(1..3, "");
        } else if scratch.starts_with("+0") {
            scratch.replace_range(1..2, "44");
        } else {
            return Err(Unreadable::Phone);
        }
    }
    if scratch.starts_with("+440") {
        scratch.replace_range(3..4, "");
    }
    // No country code starts with 0.
    if scratch.starts_with("+0") || !(1 + 8..=1 + 15).contains(&scratch.len()) {
        return Err(Unreadable::Phone);
    }
    Ok(scratch)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(rule: Normalise, cell: &str) -> Result<String, Unreadable> {
        rule.canonical(cell, &mut String::from("left over")).map(str::to_owned)
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

    proptest! {
        #[test]
        fn what_may_not_fail_reads_every_text(cell in any::<String>()) {
            for (_, rule) in Normalise::ALL {
                prop_assert!(rule.may_fail() || canonical(rule, &cell).is_ok(), "{rule:?}");
            }
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_one_text() {
        gives(Normalise::None, &[("Zoe\u{308} ", "Zo\u{eb} "), ("00123", "00123")]);
        gives(Normalise::Trim, &[("\u{a0} Zoe\u{308}\u{2003}", "Zo\u{eb}")]);
        gives(Normalise::Lower, &[(" ÉCOLE", "école"), ("E\u{301}COLE ", "école"), ("ΟΔΟΣ", "οδος"), ("AbC", "abc")]);
    }

    #[test]
    fn an_address_has_one_at_and_nothing_unseen() {
        gives(Normalise::Email, &[("\u{a0}Anna.Smith@Example.ORG ", "anna.smith@example.org"), ("ö@x", "ö@x")]);
        refuses(
            Normalise::Email,
            Unreadable::Email,
            &[
                "",
                "anna",
                "@example.org",
                "anna@",
                "a@b@c",
                "a b@example.org",
                "a\u{200b}@example.org",
                "a\u{202e}@example.org",
                "a\u{ad}b@example.org",
                "a\u{a0}b@example.org",
                "a\tb@example.org",
                "a\u{7f}@example.org",
                "a\u{85}@example.org",
                "a＠example.org",
                "\u{feff}a@example.org",
            ],
        );
    }

    #[test]
    fn every_way_of_writing_a_number_gives_one_form() {
        let one = "+447700900123";
        gives(
            Normalise::PhoneE164,
            &[
                ("07700900123", one),
                ("07700 900-123", one),
                ("+44 7700 900123", one),
                ("0044 7700 900123", one),
                ("+44 (0)7700 900123", one),
                ("(07700) 900.123", one),
                ("(+44) 7700\u{a0}900123", one),
                ("07700\u{2011}900123", one),
                ("+1 202 555 0123", "+12025550123"),
                ("01632 960", "+441632960"),
                ("00123456789012345", "+123456789012345"),
            ],
        );
        refuses(
            Normalise::PhoneE164,
            Unreadable::Phone,
            &[
                "",
                "+",
                "7700900123",
                "447700900123",
                "4.47701E+11",
                "4.47701",
                "0",
                "00",
                "+0123456789",
                "+1234567",
                "+1234567890123456",
                "٠٧٧٠٠٩٠٠١٢٣",
                "０７７００９００１２３",
                "07700 900123 x5",
                "+44+7700900123",
                "0+7700900123",
                &"0".repeat(40),
            ],
        );
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
