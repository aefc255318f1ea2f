//! `bucket_time`: cuts times to the minute, hour, day or month.
//!
//! Cuts, never rounds: a bucket is named after its start. It is the bucket of the
//! time in UTC; an offset from UTC, which tells where the person was, is removed. A
//! time without an offset is taken as it is.
//!
//! *Removes* what is finer than the bucket, and the offset.
//! *Keeps* when something happened, as closely as the bucket says.
//! *Parameters* `to`: `minute` (`2024-03-05T14:37`), `hour` (`2024-03-05T14:00`),
//! `day` (`2024-03-05`), `month` (`2024-03`). Required.
//! *Types* timestamp, or text in the column's `date_format` if that has a time of
//! day, or numbers where it is `epoch_s` or another that stands for times → date for
//! `day`, else text.
//! *Missing cells* stay missing.
//! *Errors* a cell that cannot be read as such a time is unreadable (`timestamp`);
//! so are 24:00 and leap seconds.
//!
//! | before | `to = "hour"` |
//! |---|---|
//! | 2024-03-05T14:37:12Z | 2024-03-05T14:00 |
//! | 2024-03-05T00:10:00+01:00 | 2024-03-04T23:00 |
//! | (missing) | (missing) |
//!
//! *Limits* a few times of one person, even to the hour, single that person out
//! among millions: deliver a count or the last time, not all of them.
//!
//! Source: generalisation, ISO/IEC 20889:2018.

use std::fmt::Write as _;

use crate::document::TableReader;
use crate::model::column_type::ColumnType;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;
use crate::model::time::iso_time::read_iso;
use crate::model::time::moment::Moment;
use crate::model::time::reading::DateReading;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `bucket_time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct BucketTime {
    /// What a time becomes.
    pub to: TimeUnit,
}

/// A unit of time, from fine to coarse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimeUnit {
    /// `2024-03-05T14:37`.
    Minute,
    /// `2024-03-05T14:00`.
    Hour,
    /// `2024-03-05`.
    Day,
    /// `2024-03`.
    Month,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Timestamps are cut to a unit of UTC time.",
        "type": "object", "additionalProperties": false, "required": ["to"],
        "properties": {
            "to": { "description": "The unit that is kept.", "enum": ["minute", "hour", "day", "month"] }
        }
    }"#,
    documents: r#"{
        "description": "Spans of time.",
        "type": "object", "additionalProperties": false, "required": ["to"],
        "properties": {
            "to": { "description": "The span.", "enum": ["minute", "hour", "day", "month"] }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"bucket_time = { to = "minute" }"#,
        input: ColumnType::Timestamp,
        before: &[Some("2024-03-05T14:37:12Z"), Some("2024-03-05T14:37:12.999999"), None],
        after: &[Some("2024-03-05T14:37"), Some("2024-03-05T14:37"), None],
    },
    Example {
        policy: r#"bucket_time = { to = "hour" }"#,
        input: ColumnType::Timestamp,
        before: &[Some("2024-03-05T14:37:12Z"), Some("2024-03-05T00:10:00+01:00"), None, Some("2024-03-05T24:00:00Z")],
        after: &[Some("2024-03-05T14:00"), Some("2024-03-04T23:00"), None, None],
    },
    Example {
        policy: r#"bucket_time = { to = "day" }"#,
        input: ColumnType::Timestamp,
        before: &[Some("2024-02-29T23:59:59Z"), Some("2016-12-31T23:59:60Z"), Some("2024-03-05")],
        after: &[Some("2024-02-29"), None, None],
    },
    Example {
        policy: r#"bucket_time = { to = "month" }"#,
        input: ColumnType::Timestamp,
        before: &[Some("2024-03-05T14:37:12Z"), Some("2024-03-01T00:30:00+0100"), None],
        after: &[Some("2024-03"), Some("2024-02"), None],
    },
];

impl BucketTime {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        if !parameters.has("to") {
            parameters.missing("to", Some("say to = \"minute\", \"hour\", \"day\" or \"month\""));
        }
        let to = parameters.choice(
            "to",
            &[
                ("day", TimeUnit::Day),
                ("hour", TimeUnit::Hour),
                ("minute", TimeUnit::Minute),
                ("month", TimeUnit::Month),
            ],
        );
        parameters.finish();
        Some(Self { to: to? })
    }
}

impl Action for BucketTime {
    fn loss(&self) -> Loss {
        Loss::new(match self.to {
            TimeUnit::Minute => "the second",
            TimeUnit::Hour => "the minute and the second",
            TimeUnit::Day => "the time of day",
            TimeUnit::Month => "the day and the time of day",
        })
    }

    fn technique(&self) -> &'static str {
        "generalisation (rounding)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        const ACTION: &str = "bucket_time";
        context.accept_dates(ACTION, "times", &[ColumnType::Text, ColumnType::Timestamp])?;
        let form = if context.input == ColumnType::Timestamp {
            TimeForm::Iso
        } else if context.date_format.has_time() {
            TimeForm::Declared(context.date_format.clone())
        } else {
            return Err(Inapplicable::NoTimeOfDay { action: ACTION });
        };
        Ok(Box::new(BucketTimeKernel { to: self.to, form }))
    }
}

/// How the times of a column are written.
#[derive(Debug)]
enum TimeForm {
    /// As a typed extract writes them, in any writing of ISO 8601.
    Iso,
    /// In a format that the policy declares.
    Declared(DateFormat),
}

impl TimeForm {
    /// A time of day; a bare day is none, but for the serial number of a spreadsheet,
    /// which has no fraction at midnight.
    fn read(&self, text: &str) -> Option<DateReading> {
        let reading = match self {
            Self::Iso => read_iso(text)?,
            Self::Declared(format) if format.is_serial() => return format.read(text),
            Self::Declared(format) => format.read_with_iso_times(text)?,
        };
        reading.time.is_some().then_some(reading)
    }
}

#[derive(Debug)]
struct BucketTimeKernel {
    to: TimeUnit,
    form: TimeForm,
}

const MICROS_PER_MINUTE: i64 = 60_000_000;
const MINUTES_PER_DAY: i64 = 24 * 60;

impl ColumnTransform for BucketTimeKernel {
    fn output_type(&self) -> ColumnType {
        if matches!(self.to, TimeUnit::Day) { ColumnType::Date } else { ColumnType::Text }
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| {
            let moment = self.form.read(text).and_then(Moment::of).ok_or(Unreadable::Timestamp)?;
            let day = moment.day;
            // Converted to UTC, a time on the first day of the calendar can fall
            // before it.
            if day.year() < 1 {
                return Err(Unreadable::Timestamp);
            }
            let minutes = moment.first.div_euclid(MICROS_PER_MINUTE).rem_euclid(MINUTES_PER_DAY);
            // Writing to a String cannot fail.
            let _ = match self.to {
                TimeUnit::Minute => write!(out, "{day}T{:02}:{:02}", minutes / 60, minutes % 60),
                TimeUnit::Hour => write!(out, "{day}T{:02}:00", minutes / 60),
                TimeUnit::Day => write!(out, "{day}"),
                TimeUnit::Month => write!(out, "{:04}-{:02}", day.year(), day.month()),
            };
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::PartyId;
    use crate::transform::test_policy::spec;

    fn build(pattern: &str, input: ColumnType) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        let format = DateFormat::parse(pattern).unwrap();
        let recipient = PartyId::parse("bigbroker").unwrap();
        let context = BuildContext::new(jiff::civil::date(2026, 11, 1), &format, input, None, &recipient);
        spec(r#"bucket_time = { to = "hour" }"#).action().build(&context)
    }

    #[test]
    fn text_is_read_in_the_columns_own_format() {
        let transform = build("%d/%m/%Y %H:%M", ColumnType::Text).unwrap();
        let run = transform.apply(&[Some("05/03/1969 14:37"), Some("2024-03-05T14:37:12Z")]);
        assert_eq!(run.cells.rendered(0).as_deref(), Some("1969-03-05T14:00"));
        assert_eq!(run.unreadable, [1]);
    }

    #[test]
    fn a_format_without_a_time_of_day_does_not_fit() {
        assert!(matches!(build("%Y-%m-%d", ColumnType::Text), Err(Inapplicable::NoTimeOfDay { .. })));
        assert!(build("%Y-%m-%d", ColumnType::Timestamp).is_ok());
        assert!(matches!(build("%Y-%m-%d", ColumnType::Date), Err(Inapplicable::WrongType { .. })));
    }

    #[test]
    fn no_bucket_lies_before_the_calendar() {
        let transform = build("%Y-%m-%d", ColumnType::Timestamp).unwrap();
        assert_eq!(transform.apply(&[Some("0001-01-01T00:00:00+01:00")]).unreadable, [0]);
    }
}
