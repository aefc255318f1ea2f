//! The form of the deletion lists of California's Delete Request and Opt-out
//! Platform (DROP): an identifier is standardised and hashed, and lists hold the
//! hash. Several identifiers are hashed one by one, and their hashes together.
//!
//! Written from the published rules and tested with the published examples. Not
//! for the lists of advertising ids and of connected televisions, whose examples
//! were not at hand: a rule guessed wrong would find nobody, in silence.

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use crate::model::date::DateFormat;

/// An identifier that is standardised; in the order in which several are hashed
/// together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Identifier {
    /// An e-mail address: no blanks, lower case.
    Email,
    /// A telephone number: its digits, the last ten of them.
    Phone,
    /// A first name: Latin letters without accents, lower case, letters and
    /// digits only.
    FirstName,
    /// A last name, likewise.
    LastName,
    /// A birth date, as `YYYYMMDD`.
    BirthDate,
    /// A postcode: letters and digits, lower case, without the four digits after
    /// the hyphen, without leading zeros, the first five of what is left.
    Zip,
    /// A vehicle identification number: 17 letters and digits, lower case.
    Vin,
}

impl Identifier {
    /// Every identifier, with the word a policy uses for it.
    pub const ALL: [(&'static str, Self); 7] = [
        ("birth_date", Self::BirthDate),
        ("email", Self::Email),
        ("first_name", Self::FirstName),
        ("last_name", Self::LastName),
        ("phone", Self::Phone),
        ("vin", Self::Vin),
        ("zip", Self::Zip),
    ];

    /// The word a policy uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BirthDate => "birth_date",
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Phone => "phone",
            Self::Vin => "vin",
            Self::Zip => "zip",
        }
    }

    /// Writes the standardised form to `out`, which is emptied first; answers
    /// whether there is one. A cell without one is on no list.
    ///
    /// ```
    /// use scant::model::date::DateFormat;
    /// use scant::row_rule::california_drop::Identifier;
    /// let mut out = String::new();
    /// assert!(Identifier::Phone.standardise("+1(415)555-9317", &DateFormat::iso(), &mut out));
    /// assert_eq!(out, "4155559317");
    /// ```
    pub fn standardise(self, cell: &str, dates: &DateFormat, out: &mut String) -> bool {
        out.clear();
        match self {
            Self::BirthDate => {
                if let Some(date) = dates.date(cell.trim()) {
                    out.push_str(&format!("{:04}{:02}{:02}", date.year(), date.month(), date.day()));
                }
            }
            Self::Email => lower(cell.chars().filter(|letter| !letter.is_whitespace()), out),
            Self::FirstName | Self::LastName => name(cell, out),
            Self::Phone => {
                out.extend(cell.chars().filter(char::is_ascii_digit));
                let surplus = out.len().saturating_sub(10);
                out.drain(..surplus);
            }
            Self::Vin => {
                lower(cell.chars().filter(|letter| letter.is_alphanumeric()), out);
                if out.chars().count() != 17 {
                    out.clear();
                }
            }
            Self::Zip => zip(cell.trim(), out),
        }
        !out.is_empty()
    }
}

fn lower(letters: impl Iterator<Item = char>, out: &mut String) {
    out.extend(letters.flat_map(char::to_lowercase));
}

fn zip(cell: &str, out: &mut String) {
    let is_four_digits = |end: &str| end.len() == 4 && end.bytes().all(|byte| byte.is_ascii_digit());
    let kept = match cell.rsplit_once('-') {
        Some((kept, plus_four)) if is_four_digits(plus_four) => kept,
        _ => cell,
    };
    let letters = kept.chars().filter(|letter| letter.is_alphanumeric());
    lower(letters.skip_while(|letter| *letter == '0').take(5), out);
}

fn name(cell: &str, out: &mut String) {
    for letter in cell.nfc().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => out.push(letter),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ð' | 'đ' => out.push('d'),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'ı' => out.push('i'),
            'ħ' => out.push('h'),
            'ŋ' => out.push('n'),
            'ŧ' => out.push('t'),
            _ => {
                // A letter with accents is its letter; letters of other
                // alphabets stay as they are.
                let mut parts = std::iter::once(letter).nfd();
                match parts.next() {
                    Some(base) if base.is_ascii_alphabetic() => out.push(base),
                    _ if letter.is_alphanumeric() => out.push(letter),
                    _ => {}
                }
            }
        }
    }
}

/// The identifiers of each kind of list, in the order in which they are hashed.
const LISTS: [&[Identifier]; 4] = [
    &[Identifier::Email],
    &[Identifier::Phone],
    &[Identifier::FirstName, Identifier::LastName, Identifier::BirthDate, Identifier::Zip],
    &[Identifier::FirstName, Identifier::LastName, Identifier::Vin],
];

/// How the cells of a record become the hash that a deletion list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropForm {
    /// One of [`LISTS`].
    identifiers: &'static [Identifier],
    dates: DateFormat,
}

impl DropForm {
    /// For a list of these identifiers, sorted; `None` where there is no such
    /// list. `dates` is how birth dates are written.
    #[must_use]
    pub fn new(identifiers: &[Identifier], dates: DateFormat) -> Option<Self> {
        let identifiers = LISTS.into_iter().find(|list| *list == identifiers)?;
        Some(Self { identifiers, dates })
    }

    /// The identifiers, in the order in which [`DropForm::hash`] takes their
    /// cells.
    #[must_use]
    pub fn identifiers(&self) -> &'static [Identifier] {
        self.identifiers
    }

    /// Writes the hash of a record's cells to `out`; `false` where one of them
    /// is missing or cannot be standardised.
    pub fn hash<'a>(
        &self,
        cells: impl Iterator<Item = Option<&'a str>>,
        scratch: &mut String,
        out: &mut Vec<u8>,
    ) -> bool {
        out.clear();
        let mut all = 0;
        for (identifier, cell) in self.identifiers.iter().zip(cells) {
            let Some(cell) = cell else { return false };
            if !identifier.standardise(cell, &self.dates, scratch) {
                return false;
            }
            push_base64(&Sha256::digest(scratch.as_bytes()).into(), out);
            all += 1;
        }
        if all > 1 {
            let together = Sha256::digest(out.as_slice()).into();
            out.clear();
            push_base64(&together, out);
        }
        all == self.identifiers.len()
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 (RFC 4648) of 32 bytes: 43 letters and one `=`.
fn push_base64(bytes: &[u8; 32], out: &mut Vec<u8>) {
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=group.len() {
            out.push(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]);
        }
    }
    out.push(b'=');
}

/// Whether a cell can be a hash: Base64 of 32 bytes.
#[must_use]
pub fn is_hash(cell: &str) -> bool {
    let Some((last, body)) = cell.as_bytes().strip_suffix(b"=").and_then(<[u8]>::split_last) else { return false };
    let value = |byte: &u8| ALPHABET.iter().position(|letter| letter == byte);
    // 43 letters hold 258 bits, so the last two are zero.
    body.len() == 42 && body.iter().all(|byte| value(byte).is_some()) && value(last).is_some_and(|bits| bits % 4 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hash(identifiers: &[Identifier], cells: &[&str]) -> Option<String> {
        let form = DropForm::new(identifiers, DateFormat::iso()).unwrap();
        let mut out = Vec::new();
        form.hash(cells.iter().copied().map(Some), &mut String::new(), &mut out)
            .then(|| String::from_utf8(out).unwrap())
    }

    fn hash_of(text: &str) -> String {
        let mut out = Vec::new();
        push_base64(&Sha256::digest(text).into(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[track_caller]
    fn standardised(identifier: Identifier, cases: &[(&str, &str, &str)]) {
        for (cell, expected, hash) in cases {
            let mut out = String::from("left over");
            assert_eq!(identifier.standardise(cell, &DateFormat::iso(), &mut out), !expected.is_empty(), "{cell}");
            assert_eq!(out, *expected, "{cell}");
            assert!(hash.is_empty() || hash_of(expected) == *hash, "{cell}");
        }
    }

    #[test]
    fn the_published_examples_of_one_identifier() {
        standardised(
            Identifier::Email,
            &[
                ("Anna.Smith@Domain.com", "anna.smith@domain.com", "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE="),
                (" a b@X.org\u{a0}", "ab@x.org", ""),
                (" \t", "", ""),
            ],
        );
        standardised(
            Identifier::Phone,
            &[
                ("+1(415)555-9317", "4155559317", "vGM7y5n+hBXRSEAklhHDPCbysyNgYTmXdMcagGUOY8E="),
                ("+84(90)123 4567", "4901234567", "ptzVkgbv9DonwvPCHmXmJ2SEOaolSh37z3ZzY/Gmm+U="),
                ("+354(123)4567", "3541234567", "Btrzydf5K6ALAKKXJGFHSx7u5bDzHC9WlVYtpq1n2rY="),
                ("911", "911", ""),
                ("n/a", "", ""),
            ],
        );
        standardised(
            Identifier::Zip,
            &[
                ("91790", "91790", "2FPZucR4x7U8KlM+SFAX4LPGhwNz/PIZUCSUdDh0o/s="),
                ("91790-3771", "91790", ""),
                ("M1B 1A1", "m1b1a", "n8L9q8mVeT6Xt9/EeUNiTukGDrkbPJ3DvOEx14uElxk="),
                (" 00712345", "71234", "aeNUYKh7Xw5sqpxSbSP9eOHsj6iXewbUyavv89DIuhQ="),
                (" 00300-9999", "300", "mDvWFLta/s5as7YCP3EUfNe2vCMU+dJ690IlQcZVg4k="),
                ("00000", "", ""),
            ],
        );
        standardised(
            Identifier::BirthDate,
            &[
                ("1776-07-04", "17760704", "skXYXxBER6HQTZ3rXSZH1wVGLQ054mS5rbR/bwvzy4I="),
                ("4 July", "", ""),
                ("1999-02-29", "", ""),
            ],
        );
        standardised(
            Identifier::FirstName,
            &[
                ("Juan Pablo", "juanpablo", "91hIbrbzNeqHs3o81O5yNrXUj7wDd2shvZ6THKi9qz8="),
                ("Martinez", "martinez", "2wRPGbwBNxhShjRczx8GfS2c4cjvs4NJskeWloUNtp8="),
                ("Jose\u{301}-María O’Neill", "josemariaoneill", ""),
                ("ØRSTED Straße", "orstedstrasse", ""),
                ("Иван", "иван", ""),
                ("李 明", "李明", ""),
                ("--", "", ""),
            ],
        );
        standardised(
            Identifier::Vin,
            &[
                ("1HGCM82633A004352", "1hgcm82633a004352", "iNswy1m+0VSt8jAfFrvaiQ1R/0HAbgSwNGkwqo6QBss="),
                ("1HGCM82633A00435", "", ""),
            ],
        );
    }

    #[test]
    fn the_published_examples_of_several() {
        use Identifier::{BirthDate, FirstName, LastName, Vin, Zip};
        assert_eq!(
            hash(&[FirstName, LastName, BirthDate, Zip], &["Danielle", "Johnson", "1985-07-04", "91790"]).as_deref(),
            Some("PQOfn1RffEKmqMmNAzDKKaoZCwxWbQZkQzPWmQo9REA=")
        );
        assert_eq!(
            hash(&[FirstName, LastName, Vin], &["Eve", "Genesis", "1HGCM82633A004352"]).as_deref(),
            Some("rtnDuXIe63jXYQQXW5r07GJ7lSsrib8+46QuKFwkOmk=")
        );
    }

    #[test]
    fn a_record_without_one_of_the_identifiers_is_on_no_list() {
        use Identifier::{BirthDate, FirstName, LastName, Zip};
        let ndz = [FirstName, LastName, BirthDate, Zip];
        assert_eq!(hash(&ndz, &["Danielle", "Johnson", "04/07/1985", "91790"]), None);
        assert_eq!(hash(&ndz, &["Danielle", "Johnson", "1985-07-04"]), None);
        let form = DropForm::new(&ndz, DateFormat::iso()).unwrap();
        let cells = [Some("Danielle"), None, Some("1985-07-04"), Some("91790")];
        assert!(!form.hash(cells.into_iter(), &mut String::new(), &mut Vec::new()));
    }

    #[test]
    fn only_lists_that_exist_can_be_asked_for() {
        use Identifier::{Email, FirstName, Phone, Zip};
        for identifiers in [&[][..], &[FirstName], &[Zip], &[Email, Phone]] {
            assert_eq!(DropForm::new(identifiers, DateFormat::iso()), None, "{identifiers:?}");
        }
        for list in LISTS {
            assert!(list.is_sorted(), "{list:?}");
            assert!(DropForm::new(list, DateFormat::iso()).is_some());
        }
    }

    #[test]
    fn every_identifier_is_listed_under_its_word() {
        for (word, identifier) in Identifier::ALL {
            assert_eq!(identifier.as_str(), word);
        }
    }

    #[test]
    fn what_is_no_hash_is_seen() {
        let good = hash_of("x");
        assert!(is_hash(&good));
        for bad in
            ["", "=", &good[..43], &format!("{good}="), &good.replace('=', "A"), &good.replacen(&good[..1], "-", 1)]
        {
            assert!(!is_hash(bad), "{bad}");
        }
        assert!(!is_hash(&format!("{}B=", &good[..42])), "two bits too many");
    }

    proptest! {
        #[test]
        fn every_hash_is_one(text in ".{0,20}") {
            prop_assert!(is_hash(&hash_of(&text)));
        }

        #[test]
        fn a_standardised_form_is_its_own(cell in r"[ 0-9A-Za-zéÉø.@-]{0,16}|.{0,12}") {
            for (_, identifier) in Identifier::ALL {
                if identifier == Identifier::BirthDate {
                    continue;
                }
                let (mut once, mut twice) = (String::new(), String::new());
                if identifier.standardise(&cell, &DateFormat::iso(), &mut once) {
                    prop_assert!(identifier.standardise(&once, &DateFormat::iso(), &mut twice), "{:?}", identifier);
                    prop_assert_eq!(&twice, &once, "{:?}", identifier);
                }
            }
        }
    }
}
