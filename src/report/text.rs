//! Texts of the page: those that others wrote, and numbers as people write them.

use crate::format::io::opening::is_invisible;
use crate::model::number::counted::counted;

/// No text of a document is shown further than this.
const LONGEST: usize = 300;

/// A text that another may have written, as one line of plain characters: what would hide
/// others, turn their order round or end the line is written as `\u{202e}`. The templates
/// escape it once more, for HTML.
pub(super) fn foreign(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (at, character) in text.chars().enumerate() {
        if at == LONGEST {
            shown.push('…');
            break;
        }
        if is_invisible(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Several such texts, joined by commas.
pub(super) fn foreign_list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(foreign).collect::<Vec<_>>().join(", ")
}

/// Such a part of one, rounded to the nearest; none of nothing. In whole numbers: the same
/// text on every machine.
fn parts_of(one: u128, part: u64, whole: u64) -> u128 {
    let (part, whole) = (u128::from(part), u128::from(whole));
    if whole == 0 { 0 } else { (part * one * 2 + whole) / (whole * 2) }
}

/// The share of a whole in per cent, for people.
pub(super) fn per_cent(part: u64, whole: u64) -> String {
    match parts_of(1000, part, whole) {
        _ if part == whole && whole > 0 => "100 %".to_owned(),
        0 if part > 0 => "under 0.1 %".to_owned(),
        1000 => "over 99.9 %".to_owned(),
        tenths => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// The same for the width of a bar of 100, so that what is there is seen.
pub(super) fn width(part: u64, whole: u64) -> String {
    let points = parts_of(10_000, part, whole).min(10_000);
    let points = if part > 0 { points.max(40) } else { points };
    format!("{}.{:02}", points / 100, points % 100)
}

/// A share from 0 to 1 that was measured, in per cent.
pub(super) fn measured_per_cent(share: Option<f64>) -> String {
    share.map_or_else(|| "not told".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// Bytes as people write them.
pub(super) fn bytes(count: u64) -> String {
    counted(count, "byte")
}

/// A technical word, such as `quasi_identifier`, as words.
pub(super) fn spaced(word: &str) -> String {
    foreign(word).replace('_', " ")
}

/// With a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_written_out_and_long_texts_end() {
        assert_eq!(foreign("a\n\u{202e}é</style>\u{7}"), r"a\u{a}\u{202e}é</style>\u{7}");
        assert_eq!(foreign(&"x".repeat(400)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn shares_are_told_to_a_tenth_and_never_as_nothing() {
        assert_eq!([per_cent(1, 3), per_cent(0, 3), per_cent(3, 3)], ["33.3 %", "0.0 %", "100 %"]);
        assert_eq!([per_cent(236, 300), per_cent(9_999, 10_000)], ["78.7 %", "over 99.9 %"]);
        assert_eq!([per_cent(1, 1_000_000), per_cent(1, 0)], ["under 0.1 %", "under 0.1 %"]);
        assert_eq!([width(1, 3), width(1, 100_000), width(0, 3), width(9, 3)], ["33.33", "0.40", "0.00", "100.00"]);
        assert_eq!(measured_per_cent(Some(0.111_111)), "11.1 %");
    }
}
