//! What a rule destroys, in words a data protection officer reads.

use serde::Serialize;

/// A sentence fragment that says what can no longer be learnt from a column,
/// for the manifest and for `scant explain`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Loss(String);

impl Loss {
    /// States the loss. Written by us or from a policy's parameters, never from
    /// a cell.
    #[must_use]
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
