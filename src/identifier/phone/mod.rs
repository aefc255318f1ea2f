//! Telephone numbers in their international form: `+`, a calling code that
//! exists and a national number as long as those of its country are (ITU-T
//! E.164).
//!
//! Read are digits between blanks, hyphens, points and brackets: after a `+`;
//! after the exit code of the region the policy names; as dialled within the
//! region, with its trunk prefix where it has one; and with the region's calling
//! code and no `+`, where that cannot be a number of the region. A trunk prefix
//! between calling code and number, in brackets or not, is dropped where the
//! country has one: `+49 (0)30` is `+49 30`, and `+39 06` stays.
//!
//! Refused: extensions, `tel:`, two numbers, the `.0` of a spreadsheet, anything
//! else that is not a digit; a calling code that does not exist; a length that no
//! number of the country has; and what can be read as two numbers.
//!
//! How countries number is libphonenumber's metadata; see its file `numbering.rs`.

mod numbering;
#[cfg(test)]
mod tests;

use crate::identifier::phone::numbering::{Numbering, all};

use super::text::unseen::is_blank;
use crate::model::outcome::tally::Unreadable;

/// The country whose national writings are read: two capital letters
/// (ISO 3166-1 alpha-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    place: usize,
}

impl Region {
    /// The region of these letters, if numbers are given out there.
    ///
    /// ```
    /// use scant::internals::Region;
    /// assert_eq!(Region::parse("US").unwrap().as_str(), "US");
    /// assert!(Region::parse("UK").is_err());
    /// ```
    ///
    /// # Errors
    /// What is wrong, to follow the name of a key.
    pub fn parse(letters: &str) -> Result<Self, &'static str> {
        // The metadata files numbers of no country under a region of digits.
        let is_country = letters.bytes().all(|byte| byte.is_ascii_uppercase());
        let place = all().regions().iter().position(|own| own.region == letters && is_country);
        place
            .map(|place| Self { place })
            .ok_or("must be the two letters of a country with telephone numbers, such as GB")
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.numbering().map_or("", |own| own.region)
    }

    fn numbering(self) -> Option<&'static Numbering> {
        all().regions().get(self.place)
    }
}

impl Default for Region {
    /// The United Kingdom.
    fn default() -> Self {
        Self::parse("GB").unwrap_or(Self { place: usize::MAX })
    }
}

/// A number of more digits is none: the longest exit code, calling code, trunk
/// prefix and number together are shorter.
const MOST_DIGITS: usize = 32;
/// ITU-T E.164: calling code and national number.
const LONGEST: usize = 15;

/// The canonical form of a number; `scratch` is empty.
pub(super) fn canonical<'a>(cell: &'a str, region: Region, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    if is_international(cell) {
        return Ok(cell);
    }
    let (plus, digits) = digits(cell.trim()).ok_or(Unreadable::Phone)?;
    let number =
        if plus { international(&digits) } else { region.numbering().and_then(|own| without_plus(own, &digits)) };
    scratch.push_str(&number.ok_or(Unreadable::Phone)?);
    Ok(scratch)
}

/// Whether digits in a sentence are a telephone number. With a `+` they are one where
/// the reader reads them. A sentence has other digits, too: without a `+` they are one
/// where they also look like a number that is given out.
pub(super) fn is_in_text(plus: bool, digits: &str, region: Region) -> bool {
    if plus {
        return international(digits).is_some();
    }
    let number = region.numbering().and_then(|own| without_plus(own, digits)).unwrap_or_default();
    let country = number.get(1..).and_then(|number| all().country(number));
    country.is_some_and(|(own, national)| own.looks_like(national))
}

/// Whether a text is in canonical form as it is, by the look of it: nothing
/// that could be a trunk prefix, and a length that numbers of its country have.
fn is_international(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    if digits.len() > LONGEST || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let country = all().country(digits);
    country.is_some_and(|(country, national)| country.has_length(national) && !country.may_have_trunk(national))
}

/// The digits of a cell, and whether a `+` is before them.
fn digits(cell: &str) -> Option<(bool, String)> {
    let mut digits = String::new();
    let mut plus = false;
    for char in cell.chars() {
        if char.is_ascii_digit() && digits.len() < MOST_DIGITS {
            digits.push(char);
        } else if char == '+' && digits.is_empty() && !plus {
            plus = true;
        } else if !is_separator(char) {
            return None;
        }
    }
    (!digits.is_empty() && !is_of_a_spreadsheet(cell)).then_some((plus, digits))
}

fn is_separator(char: char) -> bool {
    is_blank(char) || matches!(char, '-' | '\u{2010}'..='\u{2013}' | '(' | ')' | '.')
}

/// Whether a program has taken the number for one to be reckoned with: a nought
/// behind the last point, or two behind the only one, which are no digits of it.
/// (`01.42.68.53.00` is how a number is written in France.)
fn is_of_a_spreadsheet(cell: &str) -> bool {
    let Some((before, last)) = cell.rsplit_once('.') else { return false };
    let mut digits = last.chars().filter(char::is_ascii_digit);
    match (digits.next(), digits.next(), digits.next()) {
        (None, ..) | (Some('0'), None, _) => true,
        (Some('0'), Some('0'), None) => !before.contains('.'),
        _ => false,
    }
}

/// A number that begins with its calling code.
fn international(digits: &str) -> Option<String> {
    let (country, national) = all().country(digits)?;
    settled(country, national)
}

/// A number without a `+`, of a region: the one number it can be.
fn without_plus(own: &Numbering, digits: &str) -> Option<String> {
    let abroad = own.after_exit_code(digits).and_then(international);
    let national = own.is_dialled(digits).then(|| own.national(digits)).flatten();
    let national = national.and_then(|national| settled(all().country(&own.code.to_string())?.0, &national));
    let bare = own.without_code(digits).and_then(|_| international(digits));
    let mut readings: Vec<String> = [abroad, national, bare].into_iter().flatten().collect();
    readings.dedup();
    match readings.len() {
        1 => readings.pop(),
        _ => None,
    }
}

/// Calling code and national number, in the form that is its own form.
fn settled(country: &Numbering, national: &str) -> Option<String> {
    let once = country.national(national)?;
    let number = format!("+{}{once}", country.code);
    (country.national(&once)? == once && number.len() <= 1 + LONGEST).then_some(number)
}
