//! Letters of alphabets that look alike. `аnna` with a Cyrillic a is another text
//! than `anna`, and nobody sees it: one of them would be past every list.
//!
//! A word holds letters of one alphabet, as the highly restrictive level of UTS #39
//! (section 5.2) has it: Latin letters beside Han, kana, Hangul and Bopomofo only,
//! and Greek beside Cyrillic never. A word that is written in another alphabet from
//! its first letter to its last is read: it is somebody's name. Not so in a text with
//! digits where no letter of it tells: `А-1001` is an id in which a Latin letter was
//! replaced, or one of a country that uses the other alphabet, and nobody can say. Of
//! some scripts so many letters look like Latin capitals that none of them tells.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::char::is_combining_mark;

/// Latin letters, letters that are in no word beside them, and the other two; a
/// word in which each Cyrillic or Greek letter looks like a Latin one; and letters of
/// scripts that look like Latin capitals.
static ALPHABETS: LazyLock<Option<[Regex; 6]>> = LazyLock::new(|| {
    let class = |class: &str| Regex::new(class).ok();
    Some([
        class(r"\p{Latin}")?,
        class(r"[\p{L}--[\p{Latin}\p{Common}\p{Inherited}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}]]")?,
        class(r"\p{Greek}")?,
        class(r"\p{Cyrillic}")?,
        class(r"^[0-9АВЕЅІЈКМНОРСТУХавеѕіјкмнорстухԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορχ]+$")?,
        class(r"[\p{Cherokee}\p{Lisu}\p{Canadian_Aboriginal}\p{Coptic}\p{Deseret}\p{Osage}]")?,
    ])
});

/// Whether a word of the text, in normalisation form KC, mixes alphabets, or may be
/// of two.
pub(crate) fn is_mixed(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    // Without the tables nothing but ASCII could be judged.
    let Some([latin, other, greek, cyrillic, either, capitals]) = ALPHABETS.as_ref() else { return true };
    let ends_a_word = |char: char| !char.is_alphanumeric() && !is_combining_mark(char);
    let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    if has_digits && capitals.is_match(text) {
        return true;
    }
    text.split(ends_a_word).any(|word| {
        let both = |one: &Regex, two: &Regex| one.is_match(word) && two.is_match(word);
        both(latin, other) || both(greek, cyrillic) || has_digits && !word.is_ascii() && either.is_match(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_of_one_alphabet() {
        for mixed in [
            "\u{430}nna",
            "ann\u{430}",
            "\u{391}1001B",
            "A\u{391}",
            "\u{3b1}\u{430}",
            "\u{501}og",
            "x \u{443}y",
            "\u{410}1001",
            "7\u{3bf}",
            "\u{421}-123",
            "\u{13aa}1001",
            "\u{13aa}\u{301}-1001",
            "1001 \u{a4ee}\u{a4d0}",
            "\u{1587}-7",
            "\u{2c82}2",
            "\u{10404}1",
            "\u{104b0}1",
        ] {
            assert!(is_mixed(mixed), "{mixed:?}");
        }
        for of_one in [
            "",
            "anna",
            "zo\u{e9}",
            "zoe\u{301}",
            "\u{430}\u{43d}\u{43d}\u{430}",
            "Anna \u{418}\u{432}\u{430}\u{43d}",
            "a1-\u{3b2}2",
            "\u{7530}\u{4e2d}taro",
            "\u{ac00}b",
            "\u{416}1",
            "\u{13aa}\u{13d4}",
            "\u{a4ee}\u{a4d0}",
            "\u{421}\u{430}\u{440}\u{430}",
            "\u{e9}\u{df}\u{142}\u{131}",
        ] {
            assert!(!is_mixed(of_one), "{of_one:?}");
        }
    }
}
