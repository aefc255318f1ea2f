//! What a policy looks for inside the texts of a column (`regex` of `redact_text`).

use std::ops::Range;

use regex::Regex;

use crate::transform::shared::pattern::PatternFault;
use crate::transform::shared::pattern::compile;

/// A long text is searched in pieces of twice this many bytes, each of which begins in
/// the middle of the one before. So a search takes time linear in the text, whatever
/// the expression: all matches of an expression together may need the square of what
/// they are looked for in.
const REACH: usize = 1024;

/// A regular expression that is looked for in a text. A match of up to 1,024 bytes is
/// found wherever it is.
#[derive(Debug, Clone)]
pub struct SearchPattern {
    source: String,
    anywhere: Regex,
}

impl SearchPattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it, to follow the name of a key.
    pub fn parse(source: &str) -> Result<Self, SearchFault> {
        let anywhere = compile(source)?;
        if anywhere.is_match("") {
            return Err(SearchFault::Nothing);
        }
        Ok(Self { source: source.to_owned(), anywhere })
    }

    /// The pattern as the policy has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Adds where it is found.
    pub(crate) fn find(&self, text: &str, found: &mut Vec<Range<usize>>) {
        let mut from = 0;
        loop {
            let end = text.floor_char_boundary(from + 2 * REACH);
            let Some(piece) = text.get(..end) else { return };
            let mut at = from;
            // What is before the piece is looked at, too, by `^` and `\b`.
            while let Some(one) = (at <= end).then(|| self.anywhere.find_at(piece, at)).flatten() {
                if one.is_empty() {
                    at = piece.ceil_char_boundary(one.end() + 1).max(one.end() + 1);
                } else {
                    found.push(one.range());
                    at = one.end();
                }
            }
            if end == text.len() {
                return;
            }
            from = text.floor_char_boundary(from + REACH);
        }
    }
}

/// Why a text cannot be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SearchFault {
    /// It is not an expression.
    #[error(transparent)]
    Pattern(#[from] PatternFault),
    /// It matches a text of no characters.
    #[error("is found in every text, since it matches nothing at all, too")]
    Nothing,
}

impl PartialEq for SearchPattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for SearchPattern {}

impl serde::Serialize for SearchPattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        SearchPattern::parse(pattern).unwrap().find(text, &mut found);
        found
    }

    #[test]
    fn a_match_is_found_wherever_it_is() {
        assert_eq!(found(r"\bC-[0-9]+", "C-1, C-22 xC-3"), [0..3, 5..9]);
        assert_eq!(found(r"é|\b", "aéb").into_iter().map(|range| range.start).collect::<Vec<_>>(), [1]);
        for at in [0, 1018, 1024, 2040, 2045, 2048, 3072, 19_990] {
            let mut text = "é".repeat(10_000);
            let at = text.floor_char_boundary(at);
            text.insert_str(at, " C-12345 ");
            assert!(found(r"\bC-[0-9]{5}\b", &text).contains(&(at + 1..at + 8)), "{at}");
        }
    }

    #[test]
    fn what_could_be_anywhere_is_a_fault() {
        for (bad, why) in [
            ("", SearchFault::Nothing),
            ("a*", SearchFault::Nothing),
            ("(", SearchFault::Pattern(PatternFault::Malformed)),
            (r"(a)\1", SearchFault::Pattern(PatternFault::Malformed)),
            ("(?:[a-z]{1000}){1000}", SearchFault::Pattern(PatternFault::TooLarge)),
        ] {
            assert_eq!(SearchPattern::parse(bad).err(), Some(why), "{bad}");
        }
    }

    /// Each search goes to the end of the text, and there are as many as characters.
    #[test]
    fn an_expression_of_the_worst_kind_takes_no_square() {
        let text = "A".repeat(10_000);
        let found = found(".*[^A-Z]|[A-Z]", &text);
        assert!(found.len() >= text.len() && found.len() <= 2 * text.len() + 2 * REACH);
    }
}
