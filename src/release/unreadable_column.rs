//! What is reported of a delivered column that cannot be read.

use std::fmt;

use crate::model::number::counted::{counted, number};
use crate::model::outcome::tally::Unreadable;

/// A delivered column of which too many cells cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadableColumn {
    /// Its name in the delivery.
    pub name: String,
    /// Cells that cannot be read.
    pub unreadable: u64,
    /// Cells of admitted records that are neither missing nor sentinels.
    pub cells: u64,
    /// The unreadable cells, by what they should have been.
    pub reasons: Vec<(Unreadable, u64)>,
    /// The date format of the policy, if dates cannot be read.
    pub date_format: Option<String>,
}

impl fmt::Display for UnreadableColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<String> =
            self.reasons.iter().map(|(reason, count)| format!("{} as {}", number(*count), reason.as_str())).collect();
        write!(
            f,
            "{}: {} of {} ({}",
            self.name,
            number(self.unreadable),
            counted(self.cells, "cell"),
            reasons.join(", ")
        )?;
        if let Some(format) = &self.date_format {
            write!(f, ", date_format {format}")?;
        }
        f.write_str(")")
    }
}
