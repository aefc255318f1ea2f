//! UK postcodes: read by the published grammar and written in one canonical form.
//!
//! Checks positions and letters, never whether a postcode is in use: no list of
//! postcodes is needed, and a misspelt one is unreadable rather than a district
//! that nobody else has. What a cell may be:
//!
//! | writing | area | district | sector | canonical |
//! |---|---|---|---|---|
//! | `SW1A 1AA`: one of the six forms `A9`, `A99`, `AA9`, `AA99`, `A9A`, `AA9A` before the inward part, or `GIR 0AA` | `SW` | `SW1A` | `SW1A 1` | `SW1A 1AA` |
//! | `SW1A 1`: a sector alone, its blank there | `SW` | `SW1A` | `SW1A 1` | none |
//! | `SW1A`: an outward code alone | `SW` | `SW1A` | none | none |
//! | `SW`: an area alone, one of those in use | `SW` | none | none | none |
//! | `BFPO 61`, `BFPO c/o 61`: a British Forces number | `BFPO` | `BFPO` | `BFPO` | `BFPO 61` |
//! | `BF1 2AY`: the same for who has no such number | `BF` | `BF1` | `BF1` | `BF1 2AY` |
//! | `ASCN 1ZZ`: a territory with one postcode | `ASCN` | `ASCN` | `ASCN` | `ASCN 1ZZ` |
//! | `GX11 1AA`: Gibraltar, the same | `GX` | `GX11` | `GX11` | `GX11 1AA` |
//! | `AI-2640`: Anguilla, the same | `AI-2640` | `AI-2640` | `AI-2640` | `AI-2640` |
//! | `VG1110`, `MSR1110`: territories that number their post | `VG` | `VG` | `VG` | `VG1110` |
//! | `ZZ99 3VZ`: the health service's stand-in for no place | unreadable, `no_place` | | | |
//!
//! Letters may be of either case and of full width. Before the inward part is
//! any run of blanks of any width, or none, so the fixed-width writings of the
//! health service and of the statistics office are read; blanks around the whole
//! say nothing. A character that draws nothing makes the cell unreadable.
//!
//! Bermuda (`HM 12`) and the Cayman Islands (`KY1-1001`) have postcodes whose
//! parts read like those of British towns: unreadable.
//!
//! Sources: BS 7666 and the government's address standard for the grammar; Royal
//! Mail for forces and territories; NHS Data Dictionary, "Postcode", for the
//! pseudo-postcodes.

use crate::model::outcome::tally::Unreadable;

/// The longest canonical form, `BFPO 1234`.
const LONGEST: usize = 9;

/// The areas in use: two letters alone are too little to know a postcode by.
const AREAS: [&str; 127] = [
    "AB", "AL", "B", "BA", "BB", "BD", "BF", "BH", "BL", "BN", "BR", "BS", "BT", "BX", "CA", "CB", "CF", "CH", "CM",
    "CO", "CR", "CT", "CV", "CW", "DA", "DD", "DE", "DG", "DH", "DL", "DN", "DT", "DY", "E", "EC", "EH", "EN", "EX",
    "FK", "FY", "G", "GL", "GU", "GX", "GY", "HA", "HD", "HG", "HP", "HR", "HS", "HU", "HX", "IG", "IM", "IP", "IV",
    "JE", "KA", "KT", "KW", "KY", "L", "LA", "LD", "LE", "LL", "LN", "LS", "LU", "M", "ME", "MK", "ML", "N", "NE",
    "NG", "NN", "NP", "NR", "NW", "OL", "OX", "PA", "PE", "PH", "PL", "PO", "PR", "RG", "RH", "RM", "S", "SA", "SE",
    "SG", "SK", "SL", "SM", "SN", "SO", "SP", "SR", "SS", "ST", "SW", "SY", "TA", "TD", "TF", "TN", "TQ", "TR", "TS",
    "TW", "UB", "W", "WA", "WC", "WD", "WF", "WN", "WR", "WS", "WV", "YO", "ZE",
];

/// Territories whose one postcode is these letters and `1ZZ`.
const TERRITORIES: [&str; 9] = ["ASCN", "BBND", "BIQQ", "FIQQ", "PCRN", "SIQQ", "STHL", "TDCU", "TKCA"];

/// A postcode, or a coarser part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Postcode {
    /// The canonical text; what is behind `length` is zero.
    text: [u8; LONGEST],
    length: u8,
    area: u8,
    /// Zero where it is not known.
    district: u8,
    /// Zero where it is not known.
    sector: u8,
    is_full: bool,
}

impl Postcode {
    /// Reads a cell that holds a postcode or a coarser part of one.
    ///
    /// # Errors
    /// [`Unreadable::NoPlace`] where it is a pseudo-postcode, else
    /// [`Unreadable::Postcode`].
    ///
    /// ```
    /// use scant::internals::Postcode;
    /// let full = Postcode::read("sw1a  1aa").unwrap();
    /// assert_eq!(full.canonical(), Some("SW1A 1AA"));
    /// assert_eq!((full.area(), full.district(), full.sector()), ("SW", Some("SW1A"), Some("SW1A 1")));
    /// assert_eq!(Postcode::read("SW1A").unwrap().sector(), None);
    /// assert!(Postcode::read("SO1O 1AA").is_err());
    /// ```
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        match Self::plain(text.as_bytes()) {
            Some(postcode) => Ok(postcode),
            None => Self::in_any_writing(text),
        }
    }

    /// A whole one in its canonical form, as nearly every cell has it.
    fn plain(text: &[u8]) -> Option<Self> {
        let (outward, [b' ', inward @ ..]) = text.split_last_chunk::<4>()? else { return None };
        if !is_inward(*inward) {
            return None;
        }
        Some(Self::written([text, b"", b""], area_of(outward)?)?.known(outward.len(), sector_of(outward)).full())
    }

    fn in_any_writing(text: &str) -> Result<Self, Unreadable> {
        let letters = Letters::of(text).ok_or(Unreadable::Postcode)?;
        letters.postcode().ok_or_else(|| letters.why_not())
    }

    /// The whole postcode in its one canonical form, such as `SW1A 1AA`; `None`
    /// for a part of one, which names more than one place.
    #[must_use]
    pub fn canonical(&self) -> Option<&str> {
        self.is_full.then(|| self.first(self.length))
    }

    /// The letters at the start, `SW`.
    #[must_use]
    pub fn area(&self) -> &str {
        self.first(self.area)
    }

    /// The outward code, `SW1A`.
    #[must_use]
    pub fn district(&self) -> Option<&str> {
        (self.district > 0).then(|| self.first(self.district))
    }

    /// The outward code and the digit after it, `SW1A 1`; no finer than the
    /// district where a postcode stands for a unit of the forces or a territory.
    #[must_use]
    pub fn sector(&self) -> Option<&str> {
        (self.sector > 0).then(|| self.first(self.sector))
    }

    fn first(&self, length: u8) -> &str {
        // ASCII alone is ever written into it.
        self.text.get(..usize::from(length)).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or("")
    }

    /// What the parts make in this order, with nothing but the area known.
    fn written(parts: [&[u8]; 3], area: usize) -> Option<Self> {
        let mut text = [0; LONGEST];
        let mut length = 0;
        for part in parts {
            text.get_mut(length..length + part.len())?.copy_from_slice(part);
            length += part.len();
        }
        let (length, area) = (u8::try_from(length).ok()?, u8::try_from(area).ok()?);
        Some(Self { text, length, area, district: 0, sector: 0, is_full: false })
    }

    /// The same, of which the district, and the sector, are so many letters.
    fn known(mut self, district: usize, sector: usize) -> Self {
        // No more than `LONGEST`.
        self.district = u8::try_from(district).unwrap_or(0);
        self.sector = u8::try_from(sector).unwrap_or(0);
        self
    }

    fn full(mut self) -> Self {
        self.is_full = true;
        self
    }
}

/// The letters, digits and hyphens of a cell in capitals of ASCII, and where
/// blanks stood among them.
struct Letters {
    text: [u8; Self::MOST],
    length: usize,
    /// Before which letters a run of blanks stood.
    blanks: [usize; 2],
}

impl Letters {
    /// `BFPO C/O 1234` without its blanks, and room to see that there is more.
    const MOST: usize = 12;

    /// `None` where there is another character, or more of them than there can be.
    fn of(text: &str) -> Option<Self> {
        let mut letters = Self { text: [0; Self::MOST], length: 0, blanks: [0; 2] };
        let mut runs = 0;
        let mut after_blank = false;
        for character in text.trim().chars() {
            let folded = match character {
                '!'..='~' => character.to_ascii_uppercase(),
                // Full-width forms are in the order of ASCII.
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xff01 + 0x21)?.to_ascii_uppercase(),
                '\t' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                    after_blank = true;
                    continue;
                }
                _ => return None,
            };
            if after_blank {
                *letters.blanks.get_mut(runs)? = letters.length;
                runs += 1;
                after_blank = false;
            }
            *letters.text.get_mut(letters.length)? = u8::try_from(folded).ok()?;
            letters.length += 1;
        }
        Some(letters)
    }

    fn all(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or(&[])
    }

    /// Whether the only blanks, if any, are before the letter at `place`.
    fn breaks_at(&self, place: usize) -> bool {
        self.blanks == [0, 0] || self.blanks == [place, 0]
    }

    fn postcode(&self) -> Option<Postcode> {
        self.common().or_else(|| self.part()).or_else(|| self.forces()).or_else(|| self.territory())
    }

    /// One of the six forms, or `GIR 0AA`.
    fn common(&self) -> Option<Postcode> {
        let (outward, inward) = self.all().split_last_chunk::<3>()?;
        if !self.breaks_at(outward.len()) || !is_inward(*inward) {
            return None;
        }
        let area = area_of(outward).or_else(|| (outward == b"GIR" && inward == b"0AA").then_some(3))?;
        Some(Postcode::written([outward, b" ", inward], area)?.known(outward.len(), sector_of(outward)).full())
    }

    /// A sector, an outward code or an area alone.
    fn part(&self) -> Option<Postcode> {
        let all = self.all();
        if let Some((digit, outward)) = all.split_last()
            && self.blanks == [outward.len(), 0]
            && digit.is_ascii_digit()
        {
            let area = area_of(outward)?;
            let sector = Postcode::written([outward, b" ", &[*digit]], area)?;
            return Some(sector.known(outward.len(), sector_of(outward)));
        }
        if self.blanks != [0, 0] {
            return None;
        }
        if let Some(area) = area_of(all) {
            let sector = if is_one_place(all) { all.len() } else { 0 };
            return Some(Postcode::written([all, b"", b""], area)?.known(all.len(), sector));
        }
        if all == b"GIR" {
            return Some(Postcode::written([all, b"", b""], 3)?.known(3, 0));
        }
        let is_area = std::str::from_utf8(all).is_ok_and(|all| AREAS.binary_search(&all).is_ok());
        if is_area { Postcode::written([all, b"", b""], all.len()) } else { None }
    }

    /// A British Forces number. It stands for one unit or ship.
    fn forces(&self) -> Option<Postcode> {
        const WORD: usize = 4;
        let number = self.all().strip_prefix(b"BFPO")?;
        let careof = number.strip_prefix(b"C/O");
        let number = careof.unwrap_or(number);
        let digits = self.length - number.len();
        let breaks = self.blanks.iter().all(|place| [0, WORD, digits].contains(place));
        if !breaks
            || number.len() > 4
            || !number.iter().all(u8::is_ascii_digit)
            || careof.is_some() && number.is_empty()
        {
            return None;
        }
        if number.is_empty() {
            return Some(Postcode::written([b"BFPO", b"", b""], WORD)?.known(WORD, WORD));
        }
        Some(Postcode::written([b"BFPO", b" ", number], WORD)?.known(WORD, WORD).full())
    }

    /// A postcode of an overseas territory: nothing finer than the territory.
    fn territory(&self) -> Option<Postcode> {
        let all = self.all();
        let is_digits = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if let Some(letters) = TERRITORIES.iter().find(|letters| all.starts_with(letters.as_bytes())) {
            let all_of_it = letters.len();
            let postcode = |inward: &[u8]| {
                let blank: &[u8] = if inward.is_empty() { b"" } else { b" " };
                Some(Postcode::written([letters.as_bytes(), blank, inward], all_of_it)?.known(all_of_it, all_of_it))
            };
            return match &all[all_of_it..] {
                b"" if self.breaks_at(0) => postcode(b""),
                b"1ZZ" if self.breaks_at(all_of_it) => Some(postcode(b"1ZZ")?.full()),
                _ => None,
            };
        }
        if let Some(number) = all.strip_prefix(b"AI") {
            let is_whole = number.strip_prefix(b"-").unwrap_or(number) == b"2640";
            let known = Postcode::written([b"AI", b"-", b"2640"], 7)?.known(7, 7).full();
            return (is_whole && self.breaks_at(2)).then_some(known);
        }
        // Tortola and its neighbours, then Montserrat.
        let letters = if all.starts_with(b"VG") { 2 } else { 3 };
        if letters == 3 && !all.starts_with(b"MSR") {
            return None;
        }
        let number = &all[letters..];
        let is_whole = number.len() == 4 && number.starts_with(b"1") && is_digits(number) && self.breaks_at(letters);
        let known = Postcode::written([all, b"", b""], letters)?.known(letters, letters).full();
        is_whole.then_some(known)
    }

    /// The reason why it is none: a stand-in for no place, or misspelt.
    fn why_not(&self) -> Unreadable {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let looks_whole = |rest: &[u8]| match rest {
            [] => true,
            [digit, last @ ..] => is_digit(digit) && last.len() == 2 && last.iter().all(u8::is_ascii_alphabetic),
        };
        match self.all() {
            [b'Z', b'Z', b'9', b'9', rest @ ..] if self.breaks_at(4) && looks_whole(rest) => Unreadable::NoPlace,
            _ => Unreadable::Postcode,
        }
    }
}

/// Whether all postcodes of a district stand for one territory, or each for one
/// unit of the forces.
fn is_one_place(outward: &[u8]) -> bool {
    outward.starts_with(b"BF") || outward == b"GX11"
}

/// How many letters the sector has, of a postcode with this outward code.
fn sector_of(outward: &[u8]) -> usize {
    if is_one_place(outward) { outward.len() } else { outward.len() + " 1".len() }
}

/// Capitals, a bit each from A on.
const fn letters(letters: &[u8]) -> u32 {
    let mut bits = 0;
    let mut at = 0;
    while at < letters.len() {
        bits |= 1 << (letters[at] - b'A');
        at += 1;
    }
    bits
}

const ALL: u32 = letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
const INWARD: u32 = ALL & !letters(b"CIKMOV");
const FIRST: u32 = ALL & !letters(b"QVX");
const SECOND: u32 = ALL & !letters(b"IJZ");
const THIRD: u32 = letters(b"ABCDEFGHJKPSTUW");
const FOURTH: u32 = letters(b"ABEHMNPRVWXY");

/// Whether a byte is one of these capitals.
#[inline]
fn is_of(byte: u8, letters: u32) -> bool {
    byte.is_ascii_uppercase() && letters >> (byte - b'A') & 1 == 1
}

/// Whether these are a digit and two letters that an inward part can have.
#[inline]
fn is_inward([digit, one, two]: [u8; 3]) -> bool {
    digit.is_ascii_digit() && is_of(one, INWARD) && is_of(two, INWARD)
}

/// How many letters the area of an outward code has; `None` where it is none of
/// the six forms.
#[inline]
fn area_of(outward: &[u8]) -> Option<usize> {
    // No district is written with a zero in front.
    let is_number = |first: u8, second: u8| matches!(first, b'1'..=b'9') && second.is_ascii_digit();
    let (area, fits) = match *outward {
        [a, digit] => (1, is_of(a, FIRST) && digit.is_ascii_digit()),
        [a, b, digit] if b.is_ascii_uppercase() => (2, is_of(a, FIRST) && is_of(b, SECOND) && digit.is_ascii_digit()),
        [a, digit, last] => {
            let is_third = digit.is_ascii_digit() && is_of(last, THIRD);
            (1, is_of(a, FIRST) && (is_third || is_number(digit, last)))
        }
        [a, b, digit, last] => {
            let is_fourth = digit.is_ascii_digit() && is_of(last, FOURTH);
            (2, is_of(a, FIRST) && is_of(b, SECOND) && (is_fourth || is_number(digit, last)))
        }
        _ => return None,
    };
    fits.then_some(area)
}

#[cfg(test)]
#[path = "tests/postcode.rs"]
mod tests;
