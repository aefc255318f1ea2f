//! What a rule made of a cell: three states, of which nothing may take the third
//! for the second.
//!
//! A cell that is there and cannot be read says nothing about the person, least
//! of all "no", "not found" or "adult". So there is no way from here to an
//! `Option`: whoever wants the value has to say what the other two come to.

use super::tally::Unreadable;

/// A value read from a cell, no value, or a cell that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "three states, and everybody matches on all of them")]
pub enum Read<T> {
    /// The cell was read.
    Value(T),
    /// There is no value.
    Missing,
    /// There is a value, and it cannot be read.
    Unreadable(Unreadable),
}

impl<T> Read<T> {
    /// Reads a cell that may be missing.
    ///
    /// ```
    /// use scant::Read;
    /// use scant::Unreadable;
    /// let number = |cell| Read::of(cell, |text: &str| text.parse::<u8>().map_err(|_| Unreadable::Number));
    /// assert_eq!(number(Some("7")), Read::Value(7));
    /// assert_eq!(number(None), Read::Missing);
    /// assert_eq!(number(Some("x")), Read::Unreadable(Unreadable::Number));
    /// ```
    #[inline]
    pub fn of<C>(cell: Option<C>, read: impl FnOnce(C) -> Result<T, Unreadable>) -> Self {
        match cell.map(read) {
            None => Self::Missing,
            Some(Ok(value)) => Self::Value(value),
            Some(Err(reason)) => Self::Unreadable(reason),
        }
    }

    /// The same state of another value.
    #[inline]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Value(value) => Read::Value(change(value)),
            Self::Missing => Read::Missing,
            Self::Unreadable(reason) => Read::Unreadable(reason),
        }
    }
}
