//! Numbers in a text that are groups of digits: of payment cards, of patients of the
//! health service, of telephones.
//!
//! Groups belong to one run if between them is a blank, a hyphen or the like, and
//! nothing else. A number is one group of a run or several that follow each other,
//! never a part of a group.

use std::ops::Range;
use std::ops::RangeInclusive;

use crate::identifier::canonical::Normalise;
use crate::identifier::phone::Region;
use crate::identifier::phone::is_in_text;

/// More characters between two groups set two numbers apart.
const WIDEST_GAP: usize = 3;

/// The most digits of any number here.
const MOST_DIGITS: usize = 19;

/// The runs of digits of a text.
pub(super) struct DigitGroups<'a> {
    text: &'a str,
    groups: Vec<Range<usize>>,
    /// Of each group: whether it follows the one before in a run.
    follows: Vec<bool>,
}

/// Groups of one run that follow each other, and their digits.
struct DigitWindow<'g> {
    groups: &'g [Range<usize>],
    digits: String,
}

fn range_of(groups: &[Range<usize>]) -> Option<Range<usize>> {
    Some(groups.first()?.start..groups.last()?.end)
}

impl<'a> DigitGroups<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let (mut groups, mut follows) = (Vec::<Range<usize>>::new(), Vec::new());
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(start) = bytes.iter().skip(at).position(u8::is_ascii_digit).map(|ahead| at + ahead) {
            let length = bytes.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
            let gap = groups.last().and_then(|last| text.get(last.end..start));
            follows.push(gap.is_some_and(is_gap));
            at = start + length;
            groups.push(start..at);
        }
        Self { text, groups, follows }
    }

    fn text_of(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or("")
    }

    /// The longest number that begins with the group `first`, of those with `lengths`
    /// digits for which `is_number` is true.
    fn longest(
        &self,
        first: usize,
        lengths: &RangeInclusive<usize>,
        mut is_number: impl FnMut(&DigitWindow<'_>) -> bool,
    ) -> Option<&[Range<usize>]> {
        let mut digits = String::new();
        let mut found = None;
        for (more, group) in self.groups.iter().skip(first).enumerate() {
            let goes_on = more == 0 || self.follows.get(first + more).copied().unwrap_or(false);
            if !goes_on || digits.len() + group.len() > *lengths.end() {
                break;
            }
            digits.push_str(self.text_of(group));
            if !lengths.contains(&digits.len()) {
                continue;
            }
            let groups = self.groups.get(first..=first + more).unwrap_or(&[]);
            let window = DigitWindow { groups, digits };
            if !self.holds_date(&window) && is_number(&window) {
                found = Some(groups);
            }
            digits = window.digits;
        }
        found
    }

    /// Adds all numbers. One may begin inside of another, with its last groups.
    fn find(
        &self,
        lengths: &RangeInclusive<usize>,
        found: &mut Vec<Range<usize>>,
        mut is_number: impl FnMut(&DigitWindow<'_>) -> bool,
    ) {
        for first in 0..self.groups.len() {
            let groups = self.longest(first, lengths, &mut is_number);
            found.extend(groups.and_then(range_of));
        }
    }

    /// Whether a date is among the groups, with the year in four digits, or they are one:
    /// a day with its time behind it is no telephone number.
    fn holds_date(&self, window: &DigitWindow<'_>) -> bool {
        let are_all = window.groups.len() == 3;
        window.groups.windows(3).any(|groups| {
            let [one, two, three] = groups else { return false };
            let gaps = (self.text.get(one.end..two.start), self.text.get(two.end..three.start));
            let is_same = matches!(gaps, (Some("-"), Some("-")) | (Some("."), Some(".")) | (Some("/"), Some("/")));
            let value = |group: &Range<usize>| self.text_of(group).parse().unwrap_or(u32::MAX);
            let is_day = |group: &Range<usize>| group.len() <= 2 && (1..=31).contains(&value(group));
            let is_year = |group: &Range<usize>| {
                group.len() == 4 && (1900..=2099).contains(&value(group)) || group.len() == 2 && are_all
            };
            is_same && is_day(two) && (is_year(one) && is_day(three) || is_day(one) && is_year(three))
        })
    }

    pub(super) fn find_cards(&self, found: &mut Vec<Range<usize>>) {
        self.find(&(12..=MOST_DIGITS), found, |window| is_card(&window.digits));
    }

    pub(super) fn find_nhs_numbers(&self, found: &mut Vec<Range<usize>>) {
        let mut scratch = String::new();
        self.find(&(10..=10), found, |window| {
            scratch.clear();
            Normalise::NhsNumber.canonical(&window.digits, Region::default(), &mut scratch).is_ok()
        });
    }

    pub(super) fn find_phones(&self, region: Region, found: &mut Vec<Range<usize>>) {
        for (first, group) in self.groups.iter().enumerate() {
            let plus = self.plus_before(group.start);
            let is_phone = |window: &DigitWindow<'_>| is_in_text(plus.is_some(), &window.digits, region);
            let range = self.longest(first, &(6..=MOST_DIGITS), is_phone).and_then(range_of);
            found.extend(range.map(|range| plus.unwrap_or(range.start)..range.end));
        }
    }

    /// Where the `+` of a number is whose first digit is at `start`.
    fn plus_before(&self, start: usize) -> Option<usize> {
        let before = self.text.get(..start)?;
        let plus = before.trim_end_matches([' ', '(']);
        (before.len() - plus.len() <= 2 && plus.ends_with('+')).then(|| plus.len() - 1)
    }
}

/// Whether two groups with this between them are of one run.
fn is_gap(gap: &str) -> bool {
    let is_separator = |char| matches!(char, ' ' | '-' | '.' | '/' | '(' | ')' | '_' | '*' | '~' | '·' | '•' | '‧');
    // A full stop and a blank end a sentence.
    gap.chars().take(WIDEST_GAP + 1).count() <= WIDEST_GAP && gap.chars().all(is_separator) && !gap.contains(". ")
}

/// Whether digits are the number of a card: of a range and a length that are given
/// out (ISO/IEC 7812), with a valid check digit.
fn is_card(digits: &str) -> bool {
    let starts = |length: usize| digits.get(..length).and_then(|start| start.parse::<u32>().ok()).unwrap_or(0);
    let lengths = match (starts(1), starts(2), starts(4)) {
        (4, ..) => 13..=19,
        (_, 34 | 37, _) | (1, ..) => 15..=15,
        (_, 36 | 38 | 39, _) | (_, _, 3000..=3059 | 3095) => 14..=19,
        (_, 35, _) => 16..=19,
        (_, 51..=55, _) | (_, _, 2221..=2720) => 16..=16,
        (_, _, 2200..=2204) => 16..=19,
        (5 | 6, ..) => 12..=19,
        (9, ..) => 16..=16,
        _ => return false,
    };
    let values = digits.bytes().rev().map(|digit| u32::from(digit - b'0'));
    let sum: u32 = values
        .enumerate()
        .map(|(place, value)| if place % 2 == 1 { value * 2 / 10 + value * 2 % 10 } else { value })
        .sum();
    lengths.contains(&digits.len()) && sum.is_multiple_of(10)
}
