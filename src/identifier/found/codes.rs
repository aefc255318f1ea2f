//! Identifiers in a text that are letters and digits: postcodes, National Insurance
//! numbers, bank account numbers. They are one word, or several with little between
//! them.

use std::ops::Range;

use crate::identifier::postcode::Postcode;

/// The longest account number, ISO 13616.
const LONGEST: usize = 34;

/// More characters between two words set two codes apart.
const WIDEST_GAP: usize = 3;

/// How long the account numbers of each country are: the registry of ISO 13616.
const IBAN_LENGTHS: &str = "\
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 \
    ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 \
    LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 \
    PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// The words of a text.
pub(super) struct Words<'a> {
    text: &'a str,
    words: Vec<Range<usize>>,
}

/// Words that follow each other, written together in capitals.
struct Joined {
    range: Range<usize>,
    letters: String,
    /// How many words they are.
    words: usize,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut words: Vec<Range<usize>> = Vec::new();
        for (at, char) in text.char_indices() {
            if !char.is_alphanumeric() {
                continue;
            }
            let end = at + char.len_utf8();
            match words.last_mut() {
                Some(word) if word.end == at => word.end = end,
                _ => words.push(at..end),
            }
        }
        Self { text, words }
    }

    fn text_of(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or("")
    }

    /// The words from `first` on, one more each time, as long as they are of ASCII,
    /// little is between them and they have no more than `longest` letters.
    fn joined(&self, first: usize, longest: usize) -> impl Iterator<Item = Joined> {
        let mut letters = String::new();
        let start = self.words.get(first).map_or(0, |word| word.start);
        let words = self.words.iter().skip(first).enumerate();
        words.map_while(move |(more, word)| {
            let before = more.checked_sub(1).and_then(|before| self.words.get(first + before));
            let gap = before.map_or("", |before| self.text.get(before.end..word.start).unwrap_or(""));
            // A full stop and a blank end a sentence.
            let is_separated = gap.bytes().all(|byte| b" -./_".contains(&byte)) && !gap.contains(". ");
            let is_gap = gap.len() <= WIDEST_GAP && is_separated;
            let text = self.text_of(word);
            if !is_gap || !text.is_ascii() || letters.len() + text.len() > longest {
                return None;
            }
            letters.extend(text.chars().map(|char| char.to_ascii_uppercase()));
            Some(Joined { range: start..word.end, letters: letters.clone(), words: more + 1 })
        })
    }

    pub(super) fn find_postcodes(&self, found: &mut Vec<Range<usize>>) {
        for first in 0..self.words.len() {
            found
                .extend(self.joined(first, 11).take(4).find(|joined| self.is_postcode(first, joined)).map(|j| j.range));
        }
    }

    /// Two words are read with the blank that is between them. Words that are broken
    /// elsewhere are a postcode in capitals only: `in a 1 1 th` is none.
    fn is_postcode(&self, first: usize, joined: &Joined) -> bool {
        let is_whole = |text: &str| Postcode::read(text).is_ok_and(|postcode| postcode.canonical().is_some());
        if joined.letters.starts_with("BFPO") {
            let number = joined.letters.trim_start_matches("BFPO").trim_start_matches("CO");
            return is_whole(&format!("BFPO {number}"));
        }
        let length = self.words.get(first).map_or(0, Range::len);
        let is_of_two = joined.words == 2
            && joined
                .letters
                .split_at_checked(length)
                .is_some_and(|(outward, inward)| is_whole(&format!("{outward} {inward}")));
        let written = self.text_of(&joined.range);
        let may_be_broken = joined.words == 1 || !written.bytes().any(|byte| byte.is_ascii_lowercase());
        is_of_two || may_be_broken && is_whole(&joined.letters)
    }

    pub(super) fn find_insurance_numbers(&self, found: &mut Vec<Range<usize>>) {
        for first in 0..self.words.len() {
            let written = self.words.get(first).map_or("", |word| self.text_of(word));
            let is_in_capitals = written.bytes().take(2).all(|byte| byte.is_ascii_uppercase());
            let is_number = |joined: &Joined| is_insurance_number(joined.letters.as_bytes(), is_in_capitals);
            found.extend(self.joined(first, 9).filter(is_number).last().map(|joined| joined.range));
        }
    }

    pub(super) fn find_ibans(&self, found: &mut Vec<Range<usize>>) {
        for first in 0..self.words.len() {
            let Some(word) = self.words.get(first) else { continue };
            let [one, two, rest @ ..] = self.text_of(word).as_bytes() else { continue };
            if !one.is_ascii_alphabetic() || !two.is_ascii_alphabetic() {
                continue;
            }
            // Some write the check digits apart.
            if rest.first().is_some_and(|byte| !byte.is_ascii_digit()) {
                continue;
            }
            let country = [one.to_ascii_uppercase(), two.to_ascii_uppercase()];
            let known = IBAN_LENGTHS.split(' ').find(|line| line.as_bytes().starts_with(&country));
            let known: Option<usize> = known.and_then(|line| line.get(2..)?.parse().ok());
            // Two small letters that are no country are a word, such as `of 3035 kg`.
            if known.is_none() && !(one.is_ascii_uppercase() && two.is_ascii_uppercase()) {
                continue;
            }
            let has_length = |length| known.map_or_else(|| (15..=LONGEST).contains(&length), |known| length == known);
            let is_iban = |joined: &Joined| has_length(joined.letters.len()) && is_iban(joined.letters.as_bytes());
            found.extend(self.joined(first, LONGEST).filter(is_iban).last().map(|joined| joined.range));
        }
    }
}

/// Whether capitals and digits are a National Insurance number: two letters of those
/// that are given out, six digits, and A to D. Without the last letter it is one in
/// capitals only.
fn is_insurance_number(letters: &[u8], is_in_capitals: bool) -> bool {
    let [one, two, rest @ ..] = letters else { return false };
    let is_prefix = one.is_ascii_uppercase()
        && two.is_ascii_uppercase()
        && !b"DFIQUV".contains(one)
        && !b"DFIOQUV".contains(two)
        && ![*b"BG", *b"GB", *b"KN", *b"NK", *b"NT", *b"ZZ"].contains(&[*one, *two]);
    let (digits, last) = rest.split_at_checked(6).unwrap_or((&[], rest));
    let is_end = match last {
        [] => is_in_capitals,
        [b'A'..=b'D'] => true,
        // A temporary number has the sex there.
        [b'F' | b'M'] => [*one, *two] == *b"TN",
        _ => false,
    };
    is_prefix && is_end && digits.len() == 6 && digits.iter().all(u8::is_ascii_digit)
}

/// Whether the check digits are valid: ISO 7064, modulus 97.
fn is_iban(letters: &[u8]) -> bool {
    let (head, body) = letters.split_at_checked(4).unwrap_or((&[], letters));
    let is_head = matches!(head, [one, two, check @ ..] if one.is_ascii_uppercase() && two.is_ascii_uppercase() && check.iter().all(u8::is_ascii_digit));
    let rest = body.iter().chain(head).fold(0_u32, |rest, letter| match letter {
        b'0'..=b'9' => (rest * 10 + u32::from(letter - b'0')) % 97,
        _ => (rest * 100 + u32::from(letter.saturating_sub(b'A')) + 10) % 97,
    });
    is_head && rest == 1
}
