//! How the numbers of a column are written: which mark stands before the decimals,
//! and which between groups of three digits. A mark in any other place makes the
//! text unreadable: `1.5` is not 15 where a point groups digits.

use super::text::Number;

/// What may stand before the decimals.
pub(crate) const DECIMAL_MARKS: [char; 2] = ['.', ','];

/// What may stand between groups of three digits: marks, blanks of any width, and the
/// apostrophes of Switzerland.
pub(crate) const THOUSANDS_MARKS: [char; 8] = ['.', ',', ' ', '\'', '\u{2019}', '\u{a0}', '\u{2009}', '\u{202f}'];

/// How the numbers of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberFormat {
    decimal: char,
    thousands: Option<char>,
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self { decimal: '.', thousands: None }
    }
}

impl NumberFormat {
    /// Numbers with these marks; `None` where both are the same, or one is none.
    ///
    /// ```
    /// use scant::internals::NumberFormat;
    /// let german = NumberFormat::new(',', Some('.')).unwrap();
    /// let number = |text| german.read(text).map(|number| number.to_string());
    /// assert_eq!(number("-1.234,56").as_deref(), Some("-1234.56"));
    /// assert_eq!(number("1234,5").as_deref(), Some("1234.5"));
    /// assert_eq!(number("1234.5"), None);
    /// ```
    #[must_use]
    pub fn new(decimal: char, thousands: Option<char>) -> Option<Self> {
        let are_marks =
            DECIMAL_MARKS.contains(&decimal) && thousands.is_none_or(|mark| THOUSANDS_MARKS.contains(&mark));
        (are_marks && thousands != Some(decimal)).then_some(Self { decimal, thousands })
    }

    /// Whether numbers are written as programs write them, `-1234.5`.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self == Self::default()
    }

    /// Whether a comma stands before the decimals: then a number that was none of text
    /// needs it too.
    #[must_use]
    pub(crate) fn has_decimal_comma(self) -> bool {
        self.decimal == ','
    }

    /// Reads the whole text; `None` for everything that is not such a number.
    #[inline]
    #[must_use]
    pub fn read(self, text: &str) -> Option<Number> {
        if self.is_plain() { Number::parse(text) } else { self.read_marked(text) }
    }

    #[inline(never)]
    fn read_marked(self, text: &str) -> Option<Number> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(place) => text.split_at_checked(place)?,
            None => (text, ""),
        };
        let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (whole, decimals) = match unsigned.split_once(self.decimal) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (unsigned, None),
        };
        let mut plain = String::with_capacity(text.len());
        if mantissa.starts_with('-') {
            plain.push('-');
        }
        match self.thousands.filter(|mark| whole.contains(*mark)) {
            Some(mark) => push_groups(whole, mark, &mut plain)?,
            None => plain.push_str(whole),
        }
        if let Some(decimals) = decimals {
            // A second mark, or a point, is no digit.
            if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            plain.push('.');
            plain.push_str(decimals);
        }
        if !whole.is_empty() && !plain.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        // Of the whole part, too, only digits may be left.
        let is_point_ours = plain.bytes().filter(|byte| *byte == b'.').count() == usize::from(decimals.is_some());
        if !is_point_ours {
            return None;
        }
        plain.push_str(exponent);
        Number::parse(&plain)
    }
}

/// The digits of groups of three, of which the first may be shorter and does not
/// begin with nought: `0.123` is no number of thousands.
fn push_groups(whole: &str, mark: char, plain: &mut String) -> Option<()> {
    for (place, group) in whole.split(mark).enumerate() {
        let is_full = group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
        let is_first = (1..=3).contains(&group.len()) && !group.starts_with('0');
        if !(is_full && place > 0 || is_first && place == 0) {
            return None;
        }
        plain.push_str(group);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn formats() -> impl Strategy<Value = NumberFormat> {
        let thousands = prop_oneof![Just(None), select(&THOUSANDS_MARKS[..]).prop_map(Some)];
        (select(&DECIMAL_MARKS[..]), thousands)
            .prop_filter_map("two marks", |(decimal, thousands)| NumberFormat::new(decimal, thousands))
    }

    /// The whole part with a mark before every three digits.
    fn grouped(digits: &str, mark: char) -> String {
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(mark);
            }
            text.push(digit);
        }
        text
    }

    proptest! {
        #[test]
        fn what_is_written_with_marks_is_the_number_that_was_written(
            format in formats(), sign in select(&["", "-", "+"][..]), whole in 0_u128..10_u128.pow(30), cut in 0..30_u32,
            decimals in "[0-9]{0,20}", exponent in select(&["", "e3", "E-7", "e+02"][..]), is_grouped in any::<bool>(),
        ) {
            let whole = (whole / 10_u128.pow(cut)).to_string();
            let written = match format.thousands.filter(|_| is_grouped) {
                Some(mark) => grouped(&whole, mark),
                None => whole.clone(),
            };
            let (point, mark) = if decimals.is_empty() { (String::new(), String::new()) } else { (".".to_owned(), format.decimal.to_string()) };
            let plain = Number::parse(&format!("{sign}{whole}{point}{decimals}{exponent}")).map(|number| number.to_string());
            prop_assert!(plain.is_some());
            let text = format!("{sign}{written}{mark}{decimals}{exponent}");
            prop_assert_eq!(format.read(&text).map(|number| number.to_string()), plain, "{}", text);
        }

        /// Against a second reader, by its grammar: what is read is a number with every
        /// mark in its place.
        #[test]
        fn a_mark_in_another_place_is_unreadable(format in formats(), text in "[+-]?[0-9., '\u{a0}]{1,9}(e[0-9])?") {
            let (mantissa, _) = text.split_once('e').unwrap_or((&text, ""));
            let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
            let (whole, decimals) = unsigned.split_once(format.decimal).unwrap_or((unsigned, ""));
            let are_digits = |text: &str| text.chars().all(|mark| mark.is_ascii_digit());
            let ungrouped: String = whole.chars().filter(|mark| Some(*mark) != format.thousands).collect();
            let is_whole = are_digits(&ungrouped)
                && (ungrouped == whole
                    || format.thousands.is_some_and(|mark| grouped(&ungrouped, mark) == whole) && !ungrouped.starts_with('0'));
            let is_number = is_whole && are_digits(decimals) && !(ungrouped.is_empty() && decimals.is_empty());
            prop_assert_eq!(format.read(&text).is_some(), is_number, "{:?} {}", format, text);
        }
    }

    #[test]
    fn nothing_is_guessed_of_a_number_written_otherwise() {
        let german = NumberFormat::new(',', Some('.')).unwrap();
        for bad in [
            "1.5",
            "0.123",
            "12.34",
            "1.2345",
            "1,234.5",
            "1..234",
            ".234",
            "1.234,5,6",
            "1 234",
            "",
            "-",
            ",",
            "1.23e4.5",
            "1,5e",
            "--1",
        ] {
            assert!(german.read(bad).is_none(), "{bad}");
        }
        let swiss = NumberFormat::new('.', Some('\u{2019}')).unwrap();
        assert_eq!(swiss.read("-1\u{2019}234\u{2019}567.80").unwrap().to_string(), "-1234567.80");
        assert!(swiss.read("1'234").is_none());
        for (decimal, thousands) in [('.', Some('.')), (',', Some(',')), (';', None), (',', Some('_'))] {
            assert_eq!(NumberFormat::new(decimal, thousands), None);
        }
    }
}
