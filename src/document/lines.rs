//! Texts that documents repeat to people: one line each, so that none can look like more
//! than it is.

use super::TableReader;

const WHAT: &str = "must be one line that is not empty, without control characters";

/// Whether a text can be shown as one line.
fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

impl<'a> TableReader<'a> {
    /// A text of one line.
    pub(crate) fn line(&self, key: &'static str) -> Option<&'a str> {
        let text = self.text(key)?;
        if !is_line(text) {
            self.fault(key, WHAT, None);
            return None;
        }
        Some(text)
    }

    /// A text of one line that must be given.
    pub(crate) fn required_line(&self, key: &'static str) -> Option<&'a str> {
        if self.has(key) {
            return self.line(key);
        }
        self.required_text(key)
    }

    /// Texts of one line each.
    pub(crate) fn lines(&self, key: &'static str) -> Vec<String> {
        let mut lines = Vec::new();
        for (text, span) in self.placed_texts(key).unwrap_or_default() {
            if !is_line(text) {
                self.faults().at(span, &self.path_of(key), WHAT, None);
            }
            lines.push(text.to_owned());
        }
        lines
    }
}
