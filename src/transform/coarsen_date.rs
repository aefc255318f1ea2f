//! `coarsen_date`: turns dates into months, quarters, years or decades.
//!
//! Knows nothing of time zones: of a timestamp it takes the day as written.
//!
//! *Removes* the day, so nobody can be matched by an exact birth date; with
//! `year` and `decade` the season too. A full date never survives.
//! *Keeps* the rough time: cohorts, ages to within a year.
//! *Parameters* `to`: `month` (`2017-03`), `quarter` (`2017-Q1`), `year`
//! (2017), `decade` (`2010s`). Required.
//! *Types* date, timestamp or text in the column's `date_format` → year for
//! `year`, else text.
//! *Missing cells* stay missing.
//! *Errors* a cell that is no date is unreadable (`date`).
//!
//! | before | `to = "quarter"` |
//! |---|---|
//! | 2017-03-31 | 2017-Q1 |
//! | 1987-10-01 | 1987-Q4 |
//! | (missing) | (missing) |
//!
//! *Limits* a birth month with a postcode still singles out many people: give
//! the column the role `quasi_identifier` and let a privacy model judge.
//!
//! Source: generalisation, ISO/IEC 20889:2018; WP216 §3.2.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::{Action, BuildContext, ColumnTransform, Example, Inapplicable, Rewritten};
use crate::model::column_type::ColumnType;
use crate::model::date::DateFormat;
use crate::model::day::Day;
use crate::model::document::TableReader;
use crate::model::loss::Loss;
use crate::model::tally::Unreadable;

/// The parameters of `coarsen_date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct CoarsenDate {
    /// What a date becomes.
    pub to: DateUnit,
}

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

/// Documented cases; see [`super::examples`].
pub const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"coarsen_date = { to = "month" }"#,
        input: ColumnType::Text,
        before: &[Some("2017-03-31"), Some("1987-10-01"), None, Some("31/03/2017")],
        after: &[Some("2017-03"), Some("1987-10"), None, None],
    },
    Example {
        policy: r#"coarsen_date = { to = "quarter" }"#,
        input: ColumnType::Date,
        before: &[Some("2017-03-31"), Some("1987-10-01"), None],
        after: &[Some("2017-Q1"), Some("1987-Q4"), None],
    },
    Example {
        policy: r#"coarsen_date = { to = "year" }"#,
        input: ColumnType::Text,
        before: &[Some("2017-03-31"), Some("2023-02-29"), None],
        after: &[Some("2017"), None, None],
    },
    Example {
        policy: r#"coarsen_date = { to = "decade" }"#,
        input: ColumnType::Text,
        before: &[Some("2017-03-31"), Some("1987-10-01"), None],
        after: &[Some("2010s"), Some("1980s"), None],
    },
];

impl CoarsenDate {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        if !parameters.has("to") {
            parameters.missing("to", Some("say to = \"month\", \"quarter\", \"year\" or \"decade\""));
        }
        let to = parameters.choice(
            "to",
            &[
                ("decade", DateUnit::Decade),
                ("month", DateUnit::Month),
                ("quarter", DateUnit::Quarter),
                ("year", DateUnit::Year),
            ],
        );
        parameters.finish();
        Some(Self { to: to? })
    }
}

impl Action for CoarsenDate {
    fn loss(&self) -> Loss {
        Loss::new(match self.to {
            DateUnit::Decade => "everything but the decade",
            DateUnit::Month => "the day of the month",
            DateUnit::Quarter => "the day and the month within the quarter",
            DateUnit::Year => "the day and the month",
        })
    }

    fn technique(&self) -> &'static str {
        "generalisation (rounding)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        let reader = DateCells::for_column("coarsen_date", context)?;
        Ok(Box::new(Runs { to: self.to, reader }))
    }
}

/// Reads the dates of one column, whatever its type. Shared by every action on
/// dates.
#[derive(Debug, Clone)]
pub struct DateCells {
    format: DateFormat,
    typed_timestamp: bool,
}

impl DateCells {
    /// Chooses how the column's dates are read.
    ///
    /// # Errors
    /// [`Inapplicable::WrongType`] for a column that holds no dates.
    pub fn for_column(action: &'static str, context: &BuildContext<'_>) -> Result<Self, Inapplicable> {
        match context.input {
            ColumnType::Text => Ok(Self { format: context.date_format.clone(), typed_timestamp: false }),
            ColumnType::Date => Ok(Self { format: DateFormat::iso(), typed_timestamp: false }),
            ColumnType::Timestamp => Ok(Self { format: DateFormat::iso(), typed_timestamp: true }),
            found => Err(Inapplicable::WrongType { action, wants: "dates", found }),
        }
    }

    /// The day a cell names.
    ///
    /// # Errors
    /// [`Unreadable::Date`].
    pub fn date(&self, text: &str) -> Result<Date, Unreadable> {
        self.day(text).map(Date::from)
    }

    /// The same as a [`Day`], to be compared and taken apart.
    ///
    /// # Errors
    /// [`Unreadable::Date`].
    pub fn day(&self, text: &str) -> Result<Day, Unreadable> {
        // A typed timestamp is ISO 8601: its first ten bytes are the day.
        let text = if self.typed_timestamp { text.get(..10).unwrap_or(text) } else { text };
        self.format.day(text).ok_or(Unreadable::Date)
    }
}

#[derive(Debug)]
struct Runs {
    to: DateUnit,
    reader: DateCells,
}

impl ColumnTransform for Runs {
    fn output_type(&self) -> ColumnType {
        if matches!(self.to, DateUnit::Year) { ColumnType::Year } else { ColumnType::Text }
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        if matches!(self.to, DateUnit::Year) {
            return Rewritten::integer(cells, |text| Ok(i64::from(self.reader.day(text)?.year())));
        }
        Rewritten::text(cells, |text, out| {
            let day = self.reader.day(text)?;
            // Writing to a String cannot fail.
            let _ = match self.to {
                DateUnit::Decade => write!(out, "{}s", day.year() / 10 * 10),
                DateUnit::Quarter => write!(out, "{:04}-Q{}", day.year(), day.month().div_ceil(3)),
                DateUnit::Month | DateUnit::Year => write!(out, "{:04}-{:02}", day.year(), day.month()),
            };
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_timestamp_gives_its_day() {
        let cells = DateCells { format: DateFormat::iso(), typed_timestamp: true };
        assert_eq!(cells.date("2024-02-29T23:59:59Z"), Ok(jiff::civil::date(2024, 2, 29)));
        assert_eq!(cells.date("2024"), Err(Unreadable::Date));
    }
}
