//! The words of a cell that lists several, in columns and in logs alike.

/// The words of a cell, without the blanks around each; without a separator the
/// whole cell is one word, as it is written: blanks around a cell are a matter of
/// the file's `trim`.
///
/// Cells are short and separators nearly always one byte, for which a search for
/// texts would cost more to set up than to run.
pub(super) fn words<'a>(cell: &'a str, separator: Option<&'a str>) -> impl Iterator<Item = &'a str> {
    let mut rest = Some(cell);
    std::iter::from_fn(move || {
        let cell = rest.take()?;
        let Some(separator) = separator else { return Some(cell) };
        let end = match separator.as_bytes() {
            &[byte] => cell.bytes().position(|found| found == byte),
            _ => cell.find(separator),
        };
        let Some(end) = end else { return Some(cell.trim_matches(BLANKS)) };
        rest = cell.get(end + separator.len()..);
        cell.get(..end).map(|word| word.trim_matches(BLANKS))
    })
}

/// What may be around a word. A blank that is not one of these is part of the word,
/// as everywhere.
pub(crate) const BLANKS: [char; 2] = [' ', '\t'];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all<'a>(cell: &'a str, separator: Option<&'a str>) -> Vec<&'a str> {
        words(cell, separator).collect()
    }

    #[test]
    fn blanks_around_a_word_belong_to_the_separator() {
        assert_eq!(all("email; post", Some(";")), ["email", "post"]);
        assert_eq!(all(" email ;\tpost;", Some(";")), ["email", "post", ""]);
        assert_eq!(all("no blank|in\u{a0}side", Some("|")), ["no blank", "in\u{a0}side"]);
        assert_eq!(all("\u{a0}email|post\u{a0}", Some("|")), ["\u{a0}email", "post\u{a0}"]);
        assert_eq!(all("a, b , c", Some(", ")), ["a", "b", "c"]);
        assert_eq!(all("", Some("|")), [""]);
    }

    #[test]
    fn a_cell_that_is_one_word_is_left_as_it_is() {
        assert_eq!(all(" email; post ", None), [" email; post "]);
        assert_eq!(all("", None), [""]);
    }

    proptest! {
        /// A separator of one byte takes another way than a longer one.
        #[test]
        fn they_are_the_words_of_the_standard_library(cell in "[ab |;\t]{0,12}", separator in "[|;]{1,2}") {
            let plain: Vec<&str> = cell.split(separator.as_str()).map(|word| word.trim_matches([' ', '\t'])).collect();
            prop_assert_eq!(all(&cell, Some(&separator)), plain);
        }
    }
}
