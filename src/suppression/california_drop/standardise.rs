//! How each identifier but names is standardised. What the published rules do not
//! say, or what makes them take the wrong part of a cell, is unreadable: an
//! extension becomes the end of a telephone number, a second number takes its
//! place, and "CA 91790" begins with `ca917`.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization as _;

use crate::identifier::canonical::Normalise;
use crate::identifier::day_reader::DayReader;
use crate::identifier::form::Form;
use crate::model::outcome::tally::Unreadable;

/// E.164 has 15 digits at most; before them an exit code may be.
const LONGEST_NUMBER: usize = 15;
const EXIT_CODES: [&str; 2] = ["011", "00"];
/// Of a number, what is kept.
const LAST_DIGITS: usize = 10;
/// Of a postcode, what is kept.
const FIRST_LETTERS: usize = 5;

pub(crate) fn birth_date(cell: &str, dates: &DayReader, out: &mut String) -> Result<(), Unreadable> {
    let day = dates.day(cell)?;
    out.extend(Date::from(day).to_string().chars().filter(char::is_ascii_digit));
    Ok(())
}

/// No blanks, lower case; dots, plus signs and all else stay. A cell that holds
/// more or less than an address is none, and neither is one with letters that
/// look like others: the rules do not say whether they become those.
pub(crate) fn email(cell: &str, out: &mut String) -> Result<(), Unreadable> {
    if cell.is_ascii() {
        out.extend(cell.chars().filter(|letter| !letter.is_ascii_whitespace()));
        out.make_ascii_lowercase();
    } else {
        let bare = cell.chars().filter(|letter| !letter.is_whitespace());
        out.extend(bare.flat_map(char::to_lowercase).nfc());
        if out.nfkc().ne(out.chars()) {
            return Err(Unreadable::Email);
        }
    }
    // Taking the blanks away has made one word of a name and an address.
    if out.contains(['<', '>', '(', ')', '[', ']', '"', ',', ';', ':', '\\']) {
        return Err(Unreadable::Email);
    }
    Form::new(Normalise::Email).canonical(out, &mut String::new()).map(|_| ())
}

pub(crate) fn phone(cell: &str, out: &mut String) -> Result<(), Unreadable> {
    let mut opened_with_zero = None;
    let mut before = None;
    for letter in cell.nfkc() {
        match letter {
            '0'..='9' => {
                if before == Some('(') && letter == '0' {
                    opened_with_zero = Some(out.len());
                }
                out.push(letter);
            }
            '+' if out.is_empty() => {}
            '(' | ')' | '-' | '.' | '\u{2010}'..='\u{2013}' => {}
            _ if letter.is_whitespace() => {}
            _ => return Err(Unreadable::Phone),
        }
        before = Some(letter);
    }
    if is_fraction(cell) {
        return Err(Unreadable::Phone);
    }
    let exit_code = EXIT_CODES.into_iter().find(|code| out.starts_with(code)).map_or(0, str::len);
    let bracketed = out.get(opened_with_zero.unwrap_or(0)..).filter(|_| opened_with_zero.is_some_and(|at| at > 0));
    // `+49 (0)30 123456`: whether the zero is among the last ten digits the
    // rules leave open, where the number behind it is shorter than that.
    let is_doubtful = bracketed.is_some_and(|rest| rest.len() <= LAST_DIGITS);
    if out.is_empty() || out.len() > LONGEST_NUMBER + exit_code || is_doubtful {
        return Err(Unreadable::Phone);
    }
    out.drain(..out.len().saturating_sub(LAST_DIGITS));
    Ok(())
}

/// Whether it is a number as spreadsheets write one, `4155559317.0`.
fn is_fraction(cell: &str) -> bool {
    cell.trim().rsplit_once('.').is_some_and(|(whole, zeros)| {
        whole.len() > 4
            && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+')
            && zeros.bytes().all(|byte| byte == b'0')
    })
}

pub(crate) fn zip(cell: &str, out: &mut String) -> Result<(), Unreadable> {
    let folded: String = cell.trim().nfkc().collect();
    let is_four_digits = |end: &str| end.len() == 4 && end.bytes().all(|byte| byte.is_ascii_digit());
    let kept = match folded.rsplit_once('-') {
        Some((kept, plus_four)) if is_four_digits(plus_four) => kept,
        _ => folded.as_str(),
    };
    alphanumeric(kept, Unreadable::Postcode, out)?;
    let zeros = out.len() - out.trim_start_matches('0').len();
    out.drain(..zeros);
    out.truncate(FIRST_LETTERS);
    // A code of the United States behind the letters of its state.
    let letters = out.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = kept.bytes().filter(u8::is_ascii_digit).count();
    if out.is_empty()
        || (letters == 2 && (digits == 5 || digits == 9) && !out.bytes().skip(2).any(|b| b.is_ascii_alphabetic()))
    {
        return Err(Unreadable::Postcode);
    }
    Ok(())
}

pub(crate) fn vin(cell: &str, out: &mut String) -> Result<(), Unreadable> {
    alphanumeric(cell, Unreadable::Identifier, out)?;
    if out.len() == 17 { Ok(()) } else { Err(Unreadable::Identifier) }
}

pub(crate) fn maid(cell: &str, out: &mut String) -> Result<(), Unreadable> {
    alphanumeric(cell, Unreadable::Identifier, out)?;
    let is_hexadecimal = out.bytes().all(|byte| byte.is_ascii_hexdigit());
    if out.len() == 32 && is_hexadecimal { Ok(()) } else { Err(Unreadable::Identifier) }
}

pub(crate) fn ctvid(cell: &str, out: &mut String) -> Result<(), Unreadable> {
    alphanumeric(cell, Unreadable::Identifier, out)?;
    if (8..=32).contains(&out.len()) { Ok(()) } else { Err(Unreadable::Identifier) }
}

/// The letters and digits of ASCII in lower case, without the blanks and signs
/// between them that such codes are written with. Anything else makes it
/// unreadable: `12345.0` is not a code with one more digit.
fn alphanumeric(cell: &str, reason: Unreadable, out: &mut String) -> Result<(), Unreadable> {
    for letter in cell.nfkc() {
        match letter {
            'a'..='z' | '0'..='9' => out.push(letter),
            'A'..='Z' => out.push(letter.to_ascii_lowercase()),
            '-' | '_' | ':' | '{' | '}' => {}
            _ if letter.is_whitespace() => {}
            _ => return Err(reason),
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "tests/standardise.rs"]
mod tests;
