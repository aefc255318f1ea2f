//! Where in which document a fault is, as people count: lines and columns
//! from 1. Knows no files.

use std::fmt;

use crate::document::Fault;

/// A document as handed over: what it is called, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a name and a text, nothing else")]
pub struct DocumentText<'a> {
    /// What messages call it.
    pub file: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// A fault and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlacedFault {
    /// The document.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
    /// The key it concerns, as `columns.dob.coarsen_date.to`; empty for the whole.
    pub path: String,
    /// What is wrong, a lower-case fragment.
    pub what: String,
    /// What to try, if there is something.
    pub hint: Option<String>,
    /// First byte of the document it concerns.
    pub start: usize,
    /// End of those bytes.
    pub end: usize,
}

impl PlacedFault {
    /// Finds the places of some faults in their document, in one walk through it
    /// where they are in its order.
    #[must_use]
    pub fn all(document: DocumentText<'_>, faults: Vec<Fault>) -> Vec<Self> {
        let mut walk = TextPosition { text: document.text, at: 0, line: 1, column: 1 };
        let placed = faults.into_iter().map(|fault| {
            let (line, column) = walk.to(fault.start);
            let Fault { start, end, path, what, hint } = fault;
            Self { file: document.file.to_owned(), line, column, path, what, hint, start, end }
        });
        placed.collect()
    }
}

impl fmt::Display for PlacedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ", self.file, self.line)?;
        if !self.path.is_empty() {
            write!(f, "[{}] ", self.path)?;
        }
        f.write_str(&self.what)
    }
}

/// A place in a text, and the line and character it has.
struct TextPosition<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    column: usize,
}

impl TextPosition<'_> {
    /// Goes to a byte; back to the start only for one that lies behind.
    fn to(&mut self, at: usize) -> (usize, usize) {
        if at < self.at {
            *self = Self { at: 0, line: 1, column: 1, ..*self };
        }
        let between = self.text.get(self.at..at).or_else(|| self.text.get(self.at..)).unwrap_or_default();
        for character in between.chars() {
            if character == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at += between.len();
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters_count_from_one() {
        let text = "é = 1\nab = 2";
        let mut walk = TextPosition { text, at: 0, line: 1, column: 1 };
        // In order, and back again.
        for (at, place) in [(0, (1, 1)), (3, (1, 3)), (7, (2, 1)), (999, (2, 7)), (3, (1, 3))] {
            assert_eq!(walk.to(at), place, "{at}");
        }
    }

    #[test]
    fn one_line_says_file_line_key_and_what() {
        let document = DocumentText { file: "policy.toml", text: "a\nb" };
        let fault = |path: &str| Fault {
            start: 2,
            end: 3,
            path: path.into(),
            what: "a direct identifier is kept unchanged".into(),
            hint: None,
        };
        let shown: Vec<String> = PlacedFault::all(document, vec![fault("columns.msisdn"), fault("")])
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            shown,
            [
                "policy.toml:2 [columns.msisdn] a direct identifier is kept unchanged",
                "policy.toml:2 a direct identifier is kept unchanged",
            ]
        );
    }
}
