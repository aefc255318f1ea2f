//! What a spreadsheet would run as a formula, and what only looks like one.
//!
//! Opened in a spreadsheet, a cell of CSV is what its characters say: one that
//! begins with `=`, `+`, `-`, `@`, a tab, a carriage return or NUL may be run as a
//! formula (OWASP, CSV Injection; ASVS 1.2.10), leading blanks and quotes apart.
//! A text that is wholly a number is a number there, and no formula; so is a
//! telephone number in international notation (ITU-T E.123: a plus, digits, blanks)
//! and one with its trunk prefix in brackets or with dots. With hyphens it is a
//! difference: spreadsheets show `+44-7700-900001` as -907657.

/// Digits of an E.164 number.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Whether a spreadsheet may take the text for a formula.
///
/// ```
/// use scant::internals::is_formula;
/// assert!(is_formula("=1+1") && is_formula("-2+3") && is_formula(" @home"));
/// assert!(!is_formula("-12.50") && !is_formula("+44 7700 900001") && !is_formula("plain"));
/// ```
#[inline]
#[must_use]
pub fn is_formula(text: &str) -> bool {
    // Nearly every cell: its first byte says that it is none.
    !text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) && begins_formula(text)
}

fn begins_formula(text: &str) -> bool {
    for character in text.chars() {
        match character {
            '+' | '-' => {
                let whole = text.trim_matches(' ');
                return !(is_number(whole) || is_telephone_number(whole));
            }
            '=' | '@' | '\t' | '\r' | '\0' | '＝' | '＋' | '－' | '＠' => return true,
            // Quotes, and what draws nothing and is taken away at the start of a text.
            '"' | '\'' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            blank if blank.is_whitespace() => {}
            _ => return false,
        }
    }
    false
}

/// Whether the text is wholly a number: a sign, digits with points or commas among
/// them, an exponent.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digit = mantissa.bytes().any(|byte| byte.is_ascii_digit());
    let is_mantissa = mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    // Two marks that meet belong to no number.
    let marks_meet = mantissa.as_bytes().windows(2).any(|pair| pair.iter().all(|byte| !byte.is_ascii_digit()));
    let is_exponent = exponent.is_none_or(|exponent| is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    has_digit && is_mantissa && !marks_meet && is_exponent
}

/// Whether the text is wholly a telephone number in international notation.
fn is_telephone_number(text: &str) -> bool {
    let Some(number) = text.strip_prefix('+') else { return false };
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_open = |byte: u8| matches!(byte, b'0'..=b'9' | b' ' | b'.' | b'(' | b')');
    let brackets: String = number.chars().filter(|character| matches!(character, '(' | ')')).collect();
    PHONE_DIGITS.contains(&digits)
        && number.bytes().all(is_open)
        && matches!(brackets.as_str(), "" | "()")
        && number.starts_with(|first: char| matches!(first, '1'..='9'))
        && number.ends_with(|last: char| last.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_seen_behind_blanks_and_quotes() {
        for cell in [
            "=1",
            "+a",
            "-",
            "+",
            "@a",
            "\ta",
            "\ra",
            "\0a",
            "＝1",
            "＋",
            "－",
            "＠",
            " =1",
            "\"=1",
            "' =1",
            "=1+1",
            "@home",
            "-2+3",
            "+1-555;cmd",
            "+1-555-0100",
            "+44-7700-900001",
            "-1+1",
            "--1",
            "+-1",
            "-1e",
            "-e5",
            "-1e5e5",
            "-1..2",
            "-,",
            "-A1",
            "+A1",
            "-1;2",
            "+44 7700 900001|x",
            "+44 7700 900001 =1",
            "+44 7700 900001\n",
            "-5%",
            "\t-12.50",
            "\r-1",
            "\u{feff}=1",
            "\u{200b}@a",
            "\n=1",
            "\u{a0}=1",
            "+0 7700 900001",
            "+44 (7700 900001",
            "+1 2345 6789 0123 456",
            "-44 7700 900001",
            "'-12.50",
            "+(44) 7700 900001",
            "-1e5+1",
            "-1 2",
            "-１",
        ] {
            assert!(is_formula(cell), "{cell:?}");
        }
    }

    #[test]
    fn numbers_and_telephone_numbers_are_none() {
        for cell in [
            "",
            "a=1",
            "1-2",
            "'",
            "æ=",
            "#",
            "-12.50",
            "12.50",
            "-1e3",
            "-1E+3",
            "+5",
            "-.5",
            "-5.",
            "-0",
            "-12,50",
            "-1.234,56",
            "-1,234.56",
            "+44 7700 900001",
            "+447700900001",
            "+44 (0)20 7946 0123",
            "+1.555.0100.999",
            " -12.50",
            "-12.50 ",
            "-9999999999999999999999",
            "2024-01-01",
        ] {
            assert!(!is_formula(cell), "{cell:?}");
        }
    }

    proptest! {
        /// What passes although it begins like a formula holds nothing that a
        /// spreadsheet could calculate: no operator but a sign, no name, no call.
        #[test]
        fn what_passes_calculates_nothing(text in "[ ]{0,2}[-+][-+0-9.,eE() ;|!A-C=@\\t]{0,16}|[-+]\\PC{0,12}") {
            if !is_formula(&text) {
                let trimmed = text.trim_matches(' ');
                prop_assert!(trimmed.starts_with(['+', '-']), "{:?}", text);
                for (place, character) in trimmed.char_indices().skip(1) {
                    let before = trimmed.as_bytes()[place - 1];
                    let is_of_an_exponent = matches!(before, b'e' | b'E');
                    prop_assert!(
                        character.is_ascii_digit() || " .,()eE".contains(character)
                            || is_of_an_exponent && "+-".contains(character),
                        "{:?}", text
                    );
                }
            }
        }

        #[test]
        fn what_begins_otherwise_passes(text in "[a-z0-9æ#][ -~]{0,10}") {
            prop_assert!(!is_formula(&text));
        }

        #[test]
        fn every_number_passes(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
            for text in [number.to_string(), format!("{number:e}")] {
                prop_assert!(!is_formula(&text));
            }
        }
    }
}
