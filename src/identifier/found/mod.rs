//! Identifiers inside free text: where in a text an e-mail address, a telephone
//! number, a postcode and the like stand.
//!
//! One notion of each holds in the whole tool: what the reader of a form reads as a
//! whole cell is found between other words too, and check digits are checked where
//! there are some. Two things differ. First, a text is looked at in its plain writing
//! (`plain.rs`), in which nothing counts that hides a number from a program and not
//! from a person. Second, what looks like an identifier and cannot be decided is
//! found: a word too much that is taken out costs less than a number left in.
//!
//! Every search goes through the text once and looks at a bounded number of
//! characters around each place, so it takes time linear in the text.

mod addresses;
mod codes;
mod digits;
pub(crate) mod plain;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::codes::Words;
use self::digits::DigitGroups;
use self::plain::PlainText;
use super::phone::Region;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextPattern {
    /// The number of a payment card: 12 to 19 digits with a valid check digit (Luhn),
    /// in the ranges and lengths that are given out.
    Card,
    /// An e-mail address, also with blanks around its `@` or with `(at)` for it.
    Email,
    /// An international bank account number with valid check digits (ISO 13616,
    /// modulus 97), of the length of its country.
    Iban,
    /// A UK National Insurance number, also without its last letter.
    NationalInsurance,
    /// Ten digits with a valid check digit (modulus 11), in any groups.
    NhsNumber,
    /// A telephone number, as the form `phone_e164` reads it; without a `+` only
    /// where it looks like a number that is given out.
    Phone,
    /// A whole UK postcode; a district alone is none.
    UkPostcode,
    /// An address of the web: with a scheme, with `www.`, or a host that is followed
    /// by a path or ends as most do.
    Url,
}

impl TextPattern {
    /// Every pattern, with the word a policy uses for it.
    pub const ALL: [(&'static str, Self); 8] = [
        ("card", Self::Card),
        ("email", Self::Email),
        ("iban", Self::Iban),
        ("national_insurance", Self::NationalInsurance),
        ("nhs_number", Self::NhsNumber),
        ("phone", Self::Phone),
        ("uk_postcode", Self::UkPostcode),
        ("url", Self::Url),
    ];
}

/// Adds where in a text `patterns` are found, as ranges of bytes in any order, which
/// may overlap. Telephone numbers without a country are read in `region`.
pub(crate) fn find(text: &PlainText<'_>, patterns: &[TextPattern], region: Region, found: &mut Vec<Range<usize>>) {
    let plain = text.as_str();
    let first = found.len();
    let has = |pattern| patterns.contains(&pattern);
    // Most sentences have neither digits nor what an address needs.
    let has_digits = plain.bytes().any(|byte| byte.is_ascii_digit());
    if has_digits && (has(TextPattern::Card) || has(TextPattern::NhsNumber) || has(TextPattern::Phone)) {
        let groups = DigitGroups::of(plain);
        if has(TextPattern::Card) {
            groups.find_cards(found);
        }
        if has(TextPattern::NhsNumber) {
            groups.find_nhs_numbers(found);
        }
        if has(TextPattern::Phone) {
            groups.find_phones(region, found);
        }
    }
    if has_digits && (has(TextPattern::Iban) || has(TextPattern::NationalInsurance) || has(TextPattern::UkPostcode)) {
        let words = Words::of(plain);
        if has(TextPattern::Iban) {
            words.find_ibans(found);
        }
        if has(TextPattern::NationalInsurance) {
            words.find_insurance_numbers(found);
        }
        if has(TextPattern::UkPostcode) {
            words.find_postcodes(found);
        }
    }
    if has(TextPattern::Email) {
        addresses::find_emails(plain, found);
    }
    if has(TextPattern::Url) {
        addresses::find_urls(plain, found);
    }
    for range in found.iter_mut().skip(first) {
        *range = text.source_of(range.clone());
    }
}
