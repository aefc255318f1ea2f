//! `coarsen_date`: turns dates into months, quarters, years or decades.
//!
//! Ignores time zones: of a timestamp it takes the day as written.
//!
//! *Removes* the day, so that a person cannot be matched by an exact birth date;
//! with `year` and `decade` the season too. A full date is never delivered.
//! *Keeps* the rough time: cohorts, ages to within a year.
//! *Parameters* `to`: `month` (`2017-03`), `quarter` (`2017-Q1`), `year`
//! (2017), `decade` (`2010s`). Required. `future`: true for a column whose dates
//! may lie up to 100 years ahead of the as-of day, such as the end of a contract;
//! else false.
//! *Types* date, timestamp or text in the column's `date_format` (with an ISO
//! day also a date with a time; a month or a year alone where that is enough), or
//! numbers where the format says that they stand for dates → year for `year`, else
//! text.
//! *Missing cells* stay missing.
//! *Errors* a cell that is not a date is unreadable (`date`), and so is a
//! year alone where a month is asked for. A date is
//! `implausible` if systems write it for "no date" (1900-01-01 and earlier), if it
//! is more than 130 years before the as-of day, or, unless `future = true`, if it
//! is after the as-of day. 1970-01-01 is accepted: people were born that day.
//!
//! | before (as of 2026-11-01) | `to = "quarter"` |
//! |---|---|
//! | 2017-03-31 | 2017-Q1 |
//! | 1987-10-01 | 1987-Q4 |
//! | 9999-12-31 | (unreadable) |
//! | (missing) | (missing) |
//!
//! *Limits* a birth month with a postcode still singles out many people: give
//! the column the role `quasi_identifier` and let a privacy model judge.
//!
//! Source: generalisation, ISO/IEC 20889:2018; WP216 §3.2.

use crate::document::TableReader;
use crate::identifier::day_reader::{DayReader, Plausible};
use crate::model::column_type::ColumnType;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date_unit::DateUnit;
use crate::model::time::reading::KnownTo;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `coarsen_date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct CoarsenDate {
    /// What a date becomes.
    pub to: DateUnit,
    /// Whether dates may lie ahead of the as-of day.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub future: bool,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Dates become months, quarters, years or decades.",
        "type": "object", "additionalProperties": false, "required": ["to"],
        "properties": {
            "to": { "description": "The unit that is kept.", "enum": ["month", "quarter", "year", "decade"] },
            "future": { "description": "Whether dates may lie up to 100 years ahead of the as-of day, such as the end of a contract; else false, and a date after it is unreadable.",
                "type": "boolean" }
        }
    }"#,
    documents: r#"{
        "description": "Spans of days.",
        "type": "object", "additionalProperties": false, "required": ["to"],
        "properties": {
            "to": { "description": "The span.", "enum": ["month", "quarter", "year", "decade"] },
            "future": { "description": "Dates may lie ahead of the as-of day.", "type": "boolean" }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
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
        before: &[Some("2017-03-31"), Some("2023-02-29"), None, Some("1900-01-01"), Some("2030-12-31")],
        after: &[Some("2017"), None, None, None, None],
    },
    Example {
        policy: r#"coarsen_date = { to = "year", future = true }"#,
        input: ColumnType::Timestamp,
        before: &[Some("2030-12-31T23:59:59.5Z"), Some("2017-03-31T00:00:00"), Some("9999-12-31T00:00:00Z"), None],
        after: &[Some("2030"), Some("2017"), None, None],
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
        let future = parameters.boolean("future").unwrap_or(false);
        parameters.finish();
        Some(Self { to: to?, future })
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
        const ACTION: &str = "coarsen_date";
        let plausible =
            if self.future { Plausible::past_and_future(context.as_of) } else { Plausible::past(context.as_of) };
        let reader = context.days(ACTION)?.within(plausible);
        let needs = match self.to {
            DateUnit::Decade | DateUnit::Year => None,
            DateUnit::Month | DateUnit::Quarter => Some("month"),
        };
        let is_text = !matches!(context.input, ColumnType::Date | ColumnType::Timestamp);
        if let Some(needs) = needs.filter(|_| is_text && context.date_format.known_to() == KnownTo::Year) {
            return Err(Inapplicable::TooCoarse { action: ACTION, needs });
        }
        Ok(Box::new(CoarsenDateKernel { to: self.to, reader }))
    }
}

#[derive(Debug)]
struct CoarsenDateKernel {
    to: DateUnit,
    reader: DayReader,
}

impl ColumnTransform for CoarsenDateKernel {
    fn output_type(&self) -> ColumnType {
        if matches!(self.to, DateUnit::Year) { ColumnType::Year } else { ColumnType::Text }
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        if matches!(self.to, DateUnit::Year) {
            return Rewritten::integer(cells, |text| Ok(i64::from(self.reader.days(text)?.first.year())));
        }
        Rewritten::text(cells, |text, out| {
            let days = self.reader.days(text)?;
            // A year alone does not tell the month.
            self.to.write(days, out).ok_or(Unreadable::Date)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::run;

    const CELLS: [Option<&str>; 6] = [
        Some("1900-01-01"),
        Some("9999-12-31T00:00:00Z"),
        Some("1753-01-01"),
        Some("2026-11-02"),
        Some("1970-01-01T23:59:59Z"),
        Some("2126-11-02"),
    ];

    #[test]
    fn what_stands_for_no_date_is_never_a_value() {
        for input in [ColumnType::Text, ColumnType::Date, ColumnType::Timestamp] {
            for to in ["month", "quarter", "year", "decade"] {
                let past = run(&format!("coarsen_date = {{ to = \"{to}\" }}"), input, &CELLS);
                assert_eq!(past.unreadable, [0, 1, 2, 3, 5], "{to}");
                assert_eq!(past.tally.unreadable.get(&Unreadable::Implausible), Some(&5));
                let ahead = run(&format!("coarsen_date = {{ to = \"{to}\", future = true }}"), input, &CELLS);
                assert_eq!(ahead.unreadable, [0, 1, 2, 5], "{to}");
            }
        }
    }
}
