//! How many classes there are of each range of sizes, for the account: a histogram that
//! shows at a glance how many people are in small classes.

use serde::{Deserialize, Serialize};

use crate::privacy::class_sizes::{ClassSizes, RANGES};

/// The classes of a range of sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeRange {
    /// The smallest size.
    pub from: u64,
    /// The largest size. Absent of the last range, which has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
    /// Classes of such a size.
    pub classes: u64,
    /// Persons in these classes.
    pub persons: u64,
}

impl SizeRange {
    /// Every range, ascending.
    pub(super) fn all(sizes: &ClassSizes) -> Vec<Self> {
        let counted = RANGES.into_iter().zip(sizes.by_range());
        counted.map(|((from, to), (classes, persons))| Self { from, to, classes, persons }).collect()
    }
}
