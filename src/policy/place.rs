//! Where in which document a fault stands, as people count: lines and columns
//! from 1. Knows no files.

use std::fmt;

use crate::model::document::Fault;

/// A document as handed over: what it is called, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a name and a text, nothing else")]
pub struct DocumentText<'a> {
    /// What messages call it.
    pub file: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// A fault and where it stands.
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
    /// Finds the place of a fault in its document.
    #[must_use]
    pub fn new(document: DocumentText<'_>, fault: Fault) -> Self {
        let (line, column) = line_and_column(document.text, fault.start);
        let Fault { start, end, path, what, hint } = fault;
        Self { file: document.file.to_owned(), line, column, path, what, hint, start, end }
    }

    /// Finds the places of several.
    #[must_use]
    pub fn all(document: DocumentText<'_>, faults: Vec<Fault>) -> Vec<Self> {
        faults.into_iter().map(|fault| Self::new(document, fault)).collect()
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

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.get(line_start..).map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters_count_from_one() {
        let text = "é = 1\nab = 2";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 3), (1, 3));
        assert_eq!(line_and_column(text, text.find("ab").unwrap()), (2, 1));
        assert_eq!(line_and_column(text, 999), (2, 7));
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
        let shown = PlacedFault::new(document, fault("columns.msisdn")).to_string();
        assert_eq!(shown, "policy.toml:2 [columns.msisdn] a direct identifier is kept unchanged");
        assert_eq!(
            PlacedFault::new(document, fault("")).to_string(),
            "policy.toml:2 a direct identifier is kept unchanged"
        );
    }
}
