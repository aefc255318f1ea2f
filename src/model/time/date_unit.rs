//! Units of the calendar that are coarser than a day, and how each is written. One
//! place, so that a date is generalised to the same text wherever that is done.

use std::fmt::Write as _;

use super::day::Day;
use super::reading::DaySpan;

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DateUnit {
    /// Ten years, `2010s`.
    Decade,
    /// A month, `2017-03`.
    Month,
    /// Three months, `2017-Q1`.
    Quarter,
    /// A year, 2017.
    Year,
}

impl DateUnit {
    /// Appends the unit that some days are in; `None` if they may be in more than one,
    /// as a year alone may be in any month.
    pub(crate) fn write(self, days: DaySpan, out: &mut String) -> Option<()> {
        let day = days.first;
        let quarter = |day: Day| day.month().div_ceil(3);
        let is_known = match self {
            Self::Decade | Self::Year => true,
            Self::Quarter => quarter(day) == quarter(days.last),
            Self::Month => day.month() == days.last.month(),
        };
        if !is_known {
            return None;
        }
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Decade => write!(out, "{}s", day.year() / 10 * 10),
            Self::Quarter => write!(out, "{:04}-Q{}", day.year(), quarter(day)),
            Self::Month => write!(out, "{:04}-{:02}", day.year(), day.month()),
            Self::Year => write!(out, "{}", day.year()),
        };
        Some(())
    }
}
