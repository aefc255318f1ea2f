//! Why no hierarchy can be made of a column.

use crate::hierarchy::builders::prefixes::MOST_CHARACTERS;
use crate::model::number::counted::number;

/// A column with more values is an identifier, or has to be coarsened first.
pub(crate) const MOST_VALUES: usize = 1_000_000;
/// What is read as a hierarchy again is no longer than this.
pub(crate) const MOST_BYTES: u64 = 64 << 20;

/// Why there is no hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoHierarchy {
    /// No cell can be read.
    #[error("no cell of the column can be read, so there is nothing to generalise")]
    NothingRead,
    /// The file would be longer than what is read as one.
    #[error("the hierarchy would be larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
    /// The longest text has too many characters for a level each.
    #[error("the longest value has more than {} characters, for a level each", number(MOST_CHARACTERS as u64))]
    TooLong,
    /// The column has too many values.
    #[error("the column has more than {} different values", number(MOST_VALUES as u64))]
    TooManyValues,
    /// The bands would be wider than exact numbers.
    #[error("so many levels of bands would be wider than 10^19")]
    TooWide,
}

impl NoHierarchy {
    /// What to try.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::NothingRead => {
                "is it this column? --policy names a policy whose [extract] and [columns] say how dates and numbers are written"
            }
            Self::TooLarge | Self::TooManyValues => {
                "a column of nearly as many values as records is an identifier; others can be coarsened first"
            }
            Self::TooLong => "--length says how many characters the levels begin with",
            Self::TooWide => "give a smaller --width or fewer --levels",
        }
    }
}
