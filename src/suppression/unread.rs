//! What of a row cannot be compared: the first cell that cannot be read.

use crate::model::outcome::tally::Unreadable;

/// The first cell of a row that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The place of its column among those that are compared.
    pub column: usize,
    /// Why.
    pub reason: Unreadable,
}

/// Whether a cell holds white space and no more.
pub(crate) fn is_blank(cell: &str) -> bool {
    cell.chars().all(char::is_whitespace)
}
