//! Hierarchies made of the values of one column. What cannot be read is in none: it is
//! handed back with the reason, so that whoever asked can say how much there is. To put
//! it under `*` would call it read.
//!
//! The number of the levels depends on how the column is read, or on what was asked
//! for, and as little as can be on the values: a policy names a level by its number.

pub(crate) mod dates;
pub(crate) mod numbers;
pub(crate) mod postcodes;
pub(crate) mod prefixes;

use super::tree::Hierarchy;
use crate::model::outcome::tally::Unreadable;

/// What everything is at the last level.
const ALL: &str = "*";

/// The levels of one kind of value.
#[derive(Debug)]
pub(crate) enum Levels {
    /// Month, quarter, year, decade.
    Dates(dates::DateLevels),
    /// Bands, each twice as wide as those of the level before.
    Numbers(numbers::NumberLevels),
    /// Sector, district, area.
    Postcodes,
    /// One character less at each level.
    Prefixes(prefixes::PrefixLevels),
}

/// A hierarchy, and the values that are not in it.
#[derive(Debug)]
pub(crate) struct BuiltHierarchy<'v> {
    /// `None` where no value could be read.
    pub(crate) hierarchy: Option<Hierarchy>,
    /// What each level is, from level 1 on, as people call it.
    pub(crate) level_names: Vec<String>,
    /// Values that could not be read, and why.
    pub(crate) unreadable: Vec<(&'v str, Unreadable)>,
}

/// The rows of a hierarchy, in any order.
struct LeafRows<'v, K> {
    /// By what they are sorted, then the fields.
    rows: Vec<(K, Vec<String>)>,
    unreadable: Vec<(&'v str, Unreadable)>,
}

impl<'v, K: Ord> LeafRows<'v, K> {
    /// The row of each value, or why there is none.
    fn of(values: &[&'v str], mut row: impl FnMut(&'v str) -> Result<(K, Vec<String>), Unreadable>) -> Self {
        let (mut rows, mut unreadable) = (Vec::with_capacity(values.len()), Vec::new());
        for value in values {
            match row(value) {
                Ok(row) => rows.push(row),
                Err(reason) => unreadable.push((*value, reason)),
            }
        }
        Self { rows, unreadable }
    }

    /// The hierarchy of the rows, sorted: by the keys, then by the values as texts.
    fn built(mut self, level_names: Vec<String>) -> Result<BuiltHierarchy<'v>, NotBuilt> {
        self.rows.sort_unstable();
        let rows: Vec<Vec<String>> = self.rows.into_iter().map(|(_, row)| row).collect();
        let built = (!rows.is_empty()).then(|| Hierarchy::from_rows(&rows));
        let hierarchy = built.transpose().map_err(|_| NotBuilt::NotNested)?;
        Ok(BuiltHierarchy { hierarchy, level_names, unreadable: self.unreadable })
    }
}

/// Why no hierarchy can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotBuilt {
    /// A level does not follow from the one before it: a bug.
    #[error("levels that are not nested")]
    NotNested,
    /// The longest text has too many characters for a level each.
    #[error("more characters than there may be levels")]
    TooLong,
}

impl Levels {
    /// The hierarchy of these values, each of them once.
    ///
    /// # Errors
    /// [`NotBuilt`].
    pub(crate) fn of<'v>(&self, values: &[&'v str]) -> Result<BuiltHierarchy<'v>, NotBuilt> {
        match self {
            Self::Dates(levels) => levels.of(values),
            Self::Numbers(levels) => levels.of(values),
            Self::Postcodes => postcodes::of(values),
            Self::Prefixes(levels) => levels.of(values),
        }
    }
}

#[cfg(test)]
#[path = "tests/levels.rs"]
mod tests;
