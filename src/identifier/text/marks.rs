//! What is at the ends of a text and is not part of it: the marks by which a
//! spreadsheet is told to leave a text alone (`'1001`, `="1001"`), quotation marks
//! of a file that was taken apart wrongly, a separator that another value followed.
//! With the mark and without it is one identifier, or two: nobody can say.

/// Whether a look at the first byte and the last leaves that open.
#[inline]
pub(crate) fn may_be_marked(text: &str) -> bool {
    matches!(text.as_bytes(), [b'\'' | b'"' | b'=', ..] | [.., b',' | b';'])
}

/// Whether a text without blanks at its ends is marked so. `'t Hooft` is a name, and
/// `5'11"` a height: an apostrophe before digits marks, and so do quotation marks at
/// both ends.
pub(crate) fn is_marked(text: &str) -> bool {
    const APOSTROPHES: [char; 3] = ['\'', '\u{2018}', '\u{2019}'];
    const QUOTATION_MARKS: [char; 4] = ['"', '\u{201c}', '\u{201d}', '\u{201e}'];
    if text.starts_with('=') || text.ends_with([',', ';']) {
        return true;
    }
    let is_between = |marks: &[char]| text.strip_prefix(marks).is_some_and(|rest| rest.ends_with(marks));
    if is_between(&APOSTROPHES) || is_between(&QUOTATION_MARKS) {
        return true;
    }
    text.starts_with(APOSTROPHES) && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a character is a dash: by Unicode's property of that name (UAX #44), and
/// two that look the same, the hyphen bullet and the lowered minus. Which of them a
/// program puts for a hyphen is its own affair.
pub(crate) fn is_dash(char: char) -> bool {
    matches!(
        char,
        '-' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{2043}'
                | '\u{2d7}'
                | '\u{58a}'
                | '\u{5be}'
                | '\u{1400}'
                | '\u{1806}'
                | '\u{2053}'
                | '\u{207b}'
                | '\u{208b}'
                | '\u{2e17}'
                | '\u{2e1a}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{2e40}'
                | '\u{2e5d}'
                | '\u{301c}'
                | '\u{3030}'
                | '\u{30a0}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
                | '\u{10d6e}'
                | '\u{10ead}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_of_programs_are_known_and_names_are_not_marked() {
        for marked in [
            "'1001",
            "'AB-1001",
            "'0",
            "\u{2019}1001",
            "=\"AB 12-3\"",
            "=1001",
            "=",
            "\"AB 12-3\"",
            "\"\"",
            "\u{201c}A\u{201d}",
            "'A1'",
            "'anna'",
            "AB-1001,",
            "AB-1001;",
            ";",
            ",",
        ] {
            assert!(is_marked(marked), "{marked:?}");
        }
        for bare in [
            "",
            "'",
            "\"",
            "'t Hooft",
            "O'Neil",
            "a;b|c",
            "a,b",
            "5'11\"",
            "12\"",
            "A=1",
            "AB-1001",
            "\"Bob\" Smith",
            "Jones'",
            ";a",
        ] {
            assert!(!is_marked(bare), "{bare:?}");
        }
    }

    #[test]
    fn every_dash_of_unicode_is_one() {
        let property = regex::Regex::new(r"^\p{Dash}$").unwrap();
        for char in '\0'..=char::MAX {
            let is_more = matches!(char, '\u{2043}' | '\u{2d7}');
            assert_eq!(is_dash(char), is_more || property.is_match(&char.to_string()), "{char:?}");
        }
    }

    proptest! {
        #[test]
        fn the_look_at_both_ends_misses_nothing(text in r#"['"=]?[ -~]{0,6}[,;'"]?"#) {
            prop_assert!(may_be_marked(&text) || !is_marked(&text));
        }
    }
}
