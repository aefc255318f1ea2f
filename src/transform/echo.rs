//! Whether a text of a record repeats what the record's direct identifiers say
//! (`[guards] echo`): a name in a note beside a name that is dropped.
//!
//! Compared are whole words, in which neither capitals nor accents count, nor marks and
//! characters that cannot be seen, nor how letters are composed. What is looked for of
//! a cell of four characters or more:
//!
//! - all of it, with or without its blanks, hyphens and apostrophes: `Anne-Marie` finds
//!   `Anne Marie` and `annemarie`, and of digits with blanks anywhere: `07700900123`
//!   finds `07700 900 123`;
//! - of a cell without digits and `@`, each word of four letters or more: `Anna Ashdown`
//!   finds `Ashdown's`. A title is none.
//!
//! `Mark` is not found in `market`. Nor is a name in a text of a script that writes no
//! blanks between words, a nickname, or another spelling.

use std::ops::Range;

use crate::identifier::found::plain::PlainText;
use crate::identifier::text::latin::plain as plain_letters;

/// What stands for a word that was taken out.
pub(crate) const REMOVED: &str = "[…]";

/// Characters of a cell, or letters of a word, that are enough to be looked for.
const FEWEST: usize = 4;

/// Words before a name that are everybody's.
const TITLES: [&str; 12] =
    ["doctor", "fraulein", "frau", "herr", "lady", "lord", "madame", "master", "miss", "monsieur", "prof", "professor"];

/// A word of a text.
struct EchoWord {
    /// Its folded letters and digits, as a range of `Words::folded`.
    folded: Range<usize>,
    /// Where it is in the plain text.
    place: Range<usize>,
    /// Whether only a hyphen or an apostrophe is between it and the word before.
    is_joined: bool,
}

/// The words of a text: runs of letters and digits.
#[derive(Default)]
struct EchoWords {
    folded: String,
    words: Vec<EchoWord>,
}

impl EchoWords {
    fn read(&mut self, plain: &str) {
        self.folded.clear();
        self.words.clear();
        let mut is_inside = false;
        for (at, char) in plain.char_indices() {
            if !char.is_alphanumeric() || is_apostrophe(char) {
                is_inside = false;
                continue;
            }
            let start = self.folded.len();
            push_folded(char, &mut self.folded);
            let (folded, end) = (self.folded.len(), at + char.len_utf8());
            if let Some(word) = self.words.last_mut().filter(|_| is_inside) {
                word.folded.end = folded;
                word.place.end = end;
            } else {
                let gap = self.words.last().and_then(|last| plain.get(last.place.end..at));
                let mut gap = gap.unwrap_or("").chars();
                let is_joined = gap.next().is_some_and(|char| char == '-' || is_apostrophe(char));
                let is_joined = is_joined && gap.next().is_none();
                self.words.push(EchoWord { folded: start..folded, place: at..end, is_joined });
            }
            is_inside = true;
        }
    }

    fn text(&self, word: &EchoWord) -> &str {
        self.folded.get(word.folded.clone()).unwrap_or("")
    }
}

/// Some of them are letters to Unicode.
fn is_apostrophe(char: char) -> bool {
    matches!(char, '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{2b9}' | '\u{2bb}'..='\u{2bd}' | '\u{2c8}')
}

/// Adds a letter as it is compared: small, in plain Latin letters where it has them.
fn push_folded(char: char, out: &mut String) {
    if char.is_ascii() {
        out.push(char.to_ascii_lowercase());
        return;
    }
    for small in char.to_lowercase() {
        match plain_letters(small) {
            Some(plain) => out.push_str(plain),
            // One letter, written otherwise at the end of a word.
            None if small == 'ς' => out.push('σ'),
            None if small.is_alphanumeric() => out.push(small),
            // The dot of a small i that was a capital.
            None => {}
        }
    }
}

/// What is looked for of one cell.
#[derive(Debug, PartialEq, Eq)]
struct Needle {
    letters: String,
    /// Where one word of the cell ends and the next begins. The words of a text may be
    /// fewer, but end nowhere else: `Ann, a friend` is no Anna.
    breaks: Vec<usize>,
    /// Of a cell with digits: the text may have blanks anywhere.
    has_digits: bool,
}

/// What the direct identifiers of one record say.
#[derive(Default)]
pub(crate) struct Echo {
    needles: Vec<Needle>,
    words: EchoWords,
}

impl Echo {
    /// Forgets the last record.
    pub(crate) fn clear(&mut self) {
        self.needles.clear();
    }

    /// Adds a cell of a direct identifier.
    pub(crate) fn add(&mut self, cell: &str) {
        let cell = cell.trim();
        if cell.chars().take(FEWEST).count() < FEWEST {
            return;
        }
        let readings = PlainText::readings_of_letters(cell);
        // What cannot be seen in an identifier is nothing.
        let Some(plain) = readings.first() else { return };
        self.words.read(plain.as_str());
        let words = &self.words;
        let is_long = |text: &str| text.chars().take(FEWEST).count() == FEWEST;
        let whole = &words.folded;
        let has_digits = plain.as_str().bytes().any(|byte| byte.is_ascii_digit());
        if is_long(whole) {
            let breaks = words.words.iter().map(|word| word.folded.end).collect();
            self.needles.push(Needle { letters: whole.clone(), breaks, has_digits });
        }
        if !cell.contains('@') && !has_digits && words.words.len() > 1 {
            let named = words.words.iter().map(|word| words.text(word));
            let named = named.filter(|word| is_long(word) && !TITLES.contains(word));
            let needle = |word: &str| Needle { letters: word.to_owned(), breaks: Vec::new(), has_digits };
            self.needles.extend(named.map(needle));
        }
    }

    /// Whether nothing is looked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Where a text repeats something, in its order.
    pub(crate) fn places(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for plain in PlainText::readings_of_letters(text) {
            self.words.read(plain.as_str());
            for (first, word) in self.words.words.iter().enumerate() {
                let longest = self.needles.iter().filter_map(|needle| self.end_of(needle, first)).max();
                found.extend(longest.map(|end| plain.source_of(word.place.start..end)));
            }
        }
        found.sort_unstable_by_key(|range| range.start);
        let mut places: Vec<Range<usize>> = Vec::new();
        for range in found {
            match places.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => places.push(range),
            }
        }
        places
    }

    /// Where in the plain text the words end that are this needle, of those from
    /// `first` on.
    fn end_of(&self, needle: &Needle, first: usize) -> Option<usize> {
        let mut rest = needle.letters.as_str();
        for (more, word) in self.words.words.iter().skip(first).enumerate() {
            let done = needle.letters.len() - rest.len();
            if more > 0 && !word.is_joined && !needle.has_digits && !needle.breaks.contains(&done) {
                return None;
            }
            let letters = Some(self.words.text(word)).filter(|letters| !letters.is_empty())?;
            rest = rest.strip_prefix(letters)?;
            if rest.is_empty() {
                return Some(word.place.end);
            }
        }
        None
    }
}

/// A text without what is at `places`.
pub(crate) fn without(text: &str, places: &[Range<usize>]) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for place in places {
        rest.push_str(text.get(from..place.start).unwrap_or(""));
        rest.push_str(REMOVED);
        from = place.end;
    }
    rest.push_str(text.get(from..).unwrap_or(""));
    rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn removed(identifiers: &[&str], text: &str) -> String {
        let mut echo = Echo::default();
        identifiers.iter().for_each(|cell| echo.add(cell));
        let places = echo.places(text);
        without(text, &places)
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for (name, text, left) in [
            ("Anna", "ANNA rang, and anna's son", "[…] rang, and […]'s son"),
            ("Anna", "An\u{200b}na; Ann\u{e1}; Anna\u{301}!", "[…]; […]; […]!"),
            ("Anna", "Anna\u{200b}Dale", "[…]\u{200b}Dale"),
            ("Ren\u{e9}e", "rene\u{301}e RENEE", "[…] […]"),
            ("Anne-Marie", "Anne Marie, annemarie, Marie", "[…], […], […]"),
            ("O'Brien", "O\u{2019}BRIEN's and obrien and Brien", "[…]'s and […] and […]"),
            ("Anna Ashdown", "Ms Ashdown; Ashdown, Anna", "Ms […]; […], […]"),
            ("Ashdown, Anna", "anna ashdown", "[…] […]"),
            ("Jo-Ann", "Jo Ann, Jo", "[…], Jo"),
            ("Annemarie", "Anne-Marie, Anne Marie", "[…], Anne Marie"),
            ("O\u{2bc}Brien", "O'Brien, OBrien", "[…], […]"),
            ("O'Brien", "O\u{2bc}Brien", "[…]"),
            ("Stra\u{df}er", "STRASSER", "[…]"),
            ("S\u{f8}ren", "Soren-Smith", "[…]-Smith"),
            ("Иванов", "ИВАНОВ", "[…]"),
            ("Νίκος", "ΝΊΚΟΣ", "[…]"),
            ("İnci", "INCI inci", "[…] […]"),
            ("Ｄａｌｅ", "dale", "[…]"),
            ("A-1001", "case A1001, a 1001", "case […], […]"),
            ("07700 900123", "ring 07700900123", "ring […]"),
            ("anna@example.org", "to ANNA@example.org, at example", "to […], at example"),
            ("14 Sample Street", "14 sample street; the street", "[…]; the street"),
            ("Miss Jones", "miss it, Jones", "miss it, […]"),
        ] {
            assert_eq!(removed(&[name], text), left, "{name}: {text}");
        }
    }

    #[test]
    fn what_is_not_the_name_stays() {
        for (name, text) in [
            ("Mark", "market, denmark, marks, Mark2"),
            ("Ann", "Ann"),
            ("Bo Li", "Bo or Li"),
            ("Anna", "Ann, a friend; a n n a"),
            ("Anna Dale", "ann adale"),
            ("", "text"),
            ("----", "---- text"),
            ("Anna Lee", "Lee"),
        ] {
            assert_eq!(removed(&[name], text), text, "{name}");
        }
    }

    #[test]
    fn several_identifiers_are_found_once_each() {
        assert_eq!(removed(&["Anna", "Ashdown", "Anna Ashdown"], "Anna Ashdown, Anna"), "[…], […]");
    }

    proptest! {
        /// A planted name is found between any other words, and nothing of it is left.
        #[test]
        fn a_planted_name_is_found(
            name in "[A-Z][a-zé]{3,8}([ '-][A-Z][a-zö]{3,8})?",
            before in "([a-z]{1,3}[ ,.]{1,2}){0,4}",
            behind in "([ ,.;!?)]|'s )([a-z]{1,3}[ ,.]){0,4}",
        ) {
            for written in [name.clone(), name.to_uppercase(), name.to_lowercase()] {
                let text = format!("{before}{written}{behind}");
                let left = removed(&[&name], &text);
                prop_assert_eq!(left, format!("{before}[…]{behind}"));
            }
        }

        #[test]
        fn twice_is_once(cells in proptest::collection::vec("\\PC{0,8}", 0..3), text in "\\PC{0,40}") {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let once = removed(&cells, &text);
            prop_assert_eq!(removed(&cells, &once), once);
        }
    }
}
