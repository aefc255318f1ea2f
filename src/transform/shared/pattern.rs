//! The shape a policy declares for a column's cells (`pattern = "[0-9]{10}"`).
//!
//! A lost or extra delimiter shifts a person's data into the next column while the
//! count of fields is still right; the pattern notices. It is checked before the
//! column's action is run, and does not change a cell that matches.

use regex::{Regex, RegexBuilder};

/// Why a text cannot be used as a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternFault {
    /// It is not a regular expression of the dialect.
    #[error("is not a regular expression (no look-around, no back-references)")]
    Malformed,
    /// Compiled, it would need more than a mebibyte.
    #[error("is too large a regular expression")]
    TooLarge,
}

/// A regular expression that a whole cell must match. Matching takes time linear in
/// the cell, whatever the expression. `\d`, `\w` and `\s` match all scripts: for
/// ASCII digits write `[0-9]`.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    whole: Regex,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A [`PatternFault`].
    ///
    /// ```
    /// use scant::internals::Pattern;
    /// let pattern = Pattern::parse("a|ab").unwrap();
    /// assert!(pattern.fits("ab"));
    /// assert!(!pattern.fits("abc"));
    /// ```
    pub fn parse(source: &str) -> Result<Self, PatternFault> {
        // Parsed without brackets first: `a)(b` would be well-formed inside ours.
        compile(source)?;
        let whole = compile(&format!(r"\A(?:{source})\z"))?;
        Ok(Self { source: source.to_owned(), whole })
    }

    /// The pattern as the policy has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the whole cell matches.
    #[must_use]
    pub fn fits(&self, cell: &str) -> bool {
        self.whole.is_match(cell)
    }

    /// Makes every cell that does not match missing, and returns the positions of
    /// these, ascending; each is [`Unreadable::Pattern`]. Missing cells are not
    /// checked.
    ///
    /// [`Unreadable::Pattern`]: crate::model::outcome::tally::Unreadable::Pattern
    pub fn check(&self, cells: &mut [Option<&str>]) -> Vec<u32> {
        let mut misfits = Vec::new();
        for (row, cell) in cells.iter_mut().enumerate() {
            if cell.is_some_and(|text| !self.fits(text)) {
                *cell = None;
                // Cannot overflow: the cells are of one block, so there are far
                // fewer than 2³².
                misfits.push(u32::try_from(row).unwrap_or(u32::MAX));
            }
        }
        misfits
    }
}

pub(super) fn compile(source: &str) -> Result<Regex, PatternFault> {
    RegexBuilder::new(source).size_limit(1 << 20).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => PatternFault::TooLarge,
        _ => PatternFault::Malformed,
    })
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl serde::Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_cells_match() {
        let pattern = Pattern::parse("[0-9]{3}|x").unwrap();
        let mut cells =
            [Some("123"), Some("1234"), None, Some("x"), Some("xx"), Some("123\n"), Some("１２３"), Some("")];
        assert_eq!(pattern.check(&mut cells), [1, 4, 5, 6, 7]);
        assert_eq!(cells, [Some("123"), None, None, Some("x"), None, None, None, None]);
    }

    #[test]
    fn lines_do_not_make_cells() {
        let pattern = Pattern::parse("(?m)^a$").unwrap();
        assert!(pattern.fits("a") && !pattern.fits("a\nb") && !pattern.fits("b\na"));
    }

    #[test]
    fn what_is_no_pattern_is_a_fault() {
        for bad in ["(", "a)(b", "a)|(?:b", r"(a)\1", "(?=a)", "[z-a]", "a{2,1}"] {
            assert_eq!(Pattern::parse(bad).err(), Some(PatternFault::Malformed), "{bad}");
        }
        assert_eq!(Pattern::parse("(?:[a-z]{1000}){1000}").err(), Some(PatternFault::TooLarge));
    }
}
