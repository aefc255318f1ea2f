//! `shift_date`: moves all dates of one subject by one secret number of days.
//!
//! The number comes from the key, the recipient, the domain and the subject, so it is
//! the same in every column and record of the domain, and from night to night. It is
//! any of −`max_days` to `max_days` with the same chance, but not 0: nobody's dates are
//! delivered as they were, and whoever learns that excludes one day of many. Ignores
//! time zones: of a timestamp it takes the day as written.
//!
//! *Removes* on which day something happened, and the time of day.
//! *Keeps* how many days lie between the dates of one subject, whichever columns and
//! records they are in, and roughly when it was. A full date is delivered.
//! *Parameters* `max_days`: by how many days at most, 1 to 3650; `domain`: which
//! columns and deliveries share shifts (with the same `max_days`). Both required.
//! `future`: true for a column whose dates may lie up to 100 years ahead of the as-of
//! day, such as appointments; else false.
//! *Types* date, timestamp or text in the column's `date_format`, or numbers where the
//! format says that they stand for dates → date.
//! *Missing cells* stay missing.
//! *Errors* a cell that is not a day is unreadable (`date`), also a month or a year
//! alone. Implausible dates (`implausible`) are those of `coarsen_date`, and those that
//! would be shifted out of the calendar, which does not begin again.
//!
//! | before | `max_days = 30, domain = "visits"` |
//! |---|---|
//! | 2017-03-31 (of A) | 2017-04-11 |
//! | 2017-04-02 (of A) | 2017-04-13 |
//! | 2017-03-31 (of B) | 2017-03-02 |
//!
//! *Limits* whoever knows one date of a person, such as a day in hospital that was in
//! the newspaper, knows the shift and with it all dates of that person; so do the days
//! between several dates find a person whose dates are known elsewhere. Seasons, and
//! weekdays of many records, show through, and a date after the as-of day tells that
//! it was shifted ahead. A date of birth is `max_days` from the true one: use
//! `coarsen_date` or `age_band`.
//!
//! Source: randomisation (noise that is consistent for a subject), ISO/IEC 20889:2018;
//! date shifting as in MIMIC-III.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::document::TableReader;
use crate::identifier::day_reader::{DayReader, Plausible};
use crate::identifier::key::ShiftKey;
use crate::model::column_type::ColumnType;
use crate::model::name::PseudonymDomain;
use crate::model::number::counted::counted;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::reading::KnownTo;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `shift_date`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct ShiftDate {
    /// By how many days at most.
    pub max_days: u16,
    /// Which columns and deliveries share shifts.
    pub domain: PseudonymDomain,
    /// Whether dates may lie ahead of the as-of day.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub future: bool,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r##"{
        "description": "All dates of one subject are moved by one secret number of days, so that intervals survive.",
        "type": "object", "additionalProperties": false, "required": ["max_days", "domain"],
        "properties": {
            "max_days": { "description": "By how many days at most, back or ahead; never by 0.",
                "type": "integer", "minimum": 1, "maximum": 3650 },
            "domain": { "description": "Columns and deliveries of one domain share the shift of a subject.",
                "$ref": "#/$defs/id" },
            "future": { "description": "Whether dates may lie up to 100 years ahead of the as-of day; else false, and a date after it is unreadable.",
                "type": "boolean" }
        }
    }"##,
    documents: r##"{
        "description": "Dates, moved by one secret number of days for each subject.",
        "type": "object", "additionalProperties": false, "required": ["max_days", "domain"],
        "properties": {
            "max_days": { "description": "By how many days at most.", "type": "integer", "minimum": 1, "maximum": 3650 },
            "domain": { "description": "Columns and deliveries of one domain share shifts.", "$ref": "#/$defs/id" },
            "future": { "description": "Dates may lie ahead of the as-of day.", "type": "boolean" }
        }
    }"##,
};

/// Documented cases; see [`crate::transform::examples`]. The shifts depend on a key.
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"shift_date = { max_days = 30, domain = "visits" }"#,
        input: ColumnType::Text,
        before: &[Some("2017-03-31"), Some("2017-04-02"), Some("1900-01-01"), None],
        after: &[],
    },
    Example {
        policy: r#"shift_date = { max_days = 3650, domain = "visits", future = true }"#,
        input: ColumnType::Timestamp,
        before: &[Some("2030-12-31T23:59:59.5Z"), Some("2017-03-31T00:00:00"), Some("9999-12-31T00:00:00Z"), None],
        after: &[],
    },
    Example {
        policy: r#"shift_date = { max_days = 1, domain = "visits" }"#,
        input: ColumnType::Date,
        before: &[Some("2017-03-31"), Some("1987-10-01"), None],
        after: &[],
    },
];

impl ShiftDate {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        if !parameters.has("max_days") {
            parameters.missing("max_days", Some("say max_days = 182 for half a year back or ahead"));
        }
        let max_days = parameters.integer("max_days", 1..=3650).and_then(|days| u16::try_from(days).ok());
        let domain = parameters.required_parsed("domain", PseudonymDomain::parse);
        let future = parameters.boolean("future").unwrap_or(false);
        parameters.finish();
        Some(Self { max_days: max_days?, domain: domain?, future })
    }
}

impl Action for ShiftDate {
    fn loss(&self) -> Loss {
        let days = counted(u64::from(self.max_days), "day");
        Loss::new(format!("the time of day, and the day to within {days}; the intervals of a subject are kept"))
    }

    fn technique(&self) -> &'static str {
        "randomisation (noise, the same for one subject)"
    }

    fn needs_key(&self) -> bool {
        true
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        const ACTION: &str = "shift_date";
        let plausible =
            if self.future { Plausible::past_and_future(context.as_of) } else { Plausible::past(context.as_of) };
        let reader = context.days(ACTION)?.within(plausible);
        let is_text = !matches!(context.input, ColumnType::Date | ColumnType::Timestamp);
        if is_text && context.date_format.known_to() != KnownTo::Day {
            return Err(Inapplicable::TooCoarse { action: ACTION, needs: "day" });
        }
        let key = context.key.ok_or(Inapplicable::KeyNeeded { action: ACTION })?;
        let key = key.shift_key(context.recipient, &self.domain);
        Ok(Box::new(ShiftDateKernel { reader, key, max_days: self.max_days }))
    }
}

#[derive(Debug)]
struct ShiftDateKernel {
    reader: DayReader,
    key: ShiftKey,
    max_days: u16,
}

impl ColumnTransform for ShiftDateKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Date
    }

    /// By whom the dates are is not known, so by how much they are shifted is not.
    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |_, _| Err(Unreadable::Identifier))
    }

    fn reads_subject(&self) -> bool {
        true
    }

    fn apply_by_subject(&self, cells: &[Option<&str>], subjects: &[&str]) -> Rewritten {
        if cells.len() != subjects.len() {
            return self.apply(cells);
        }
        let present = cells.iter().zip(subjects).filter(|(cell, _)| cell.is_some());
        let mut subjects = present.map(|(_, subject)| *subject);
        // Called once for each cell that is there, in their order.
        Rewritten::text(cells, |text, out| {
            let subject = subjects.next().ok_or(Unreadable::Identifier)?;
            let day = Date::from(self.reader.day(text)?);
            let days = self.key.days(subject, self.max_days);
            let shifted = day.checked_add(jiff::Span::new().days(days)).map_err(|_| Unreadable::Implausible)?;
            if shifted.year() < 1 {
                return Err(Unreadable::Implausible);
            }
            // Writing to a String cannot fail.
            let _ = write!(out, "{shifted}");
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transform::test_policy::{faults_of, spec, with_context};

    fn shifted(policy: &str, input: ColumnType, cells: &[(&str, &str)]) -> Vec<Option<String>> {
        let (subjects, dates): (Vec<&str>, Vec<Option<&str>>) =
            cells.iter().map(|(subject, date)| (*subject, Some(*date))).unzip();
        let transform = with_context(input, |context| spec(policy).action().build(context).unwrap());
        assert!(transform.reads_subject());
        let run = transform.apply_by_subject(&dates, &subjects);
        assert!(run.tally.is_balanced());
        (0..cells.len()).map(|row| run.cells.rendered(row)).collect()
    }

    const MONTH: &str = r#"shift_date = { max_days = 30, domain = "visits" }"#;

    fn date(text: Option<&String>) -> Date {
        text.unwrap().parse().unwrap()
    }

    #[test]
    fn intervals_of_a_subject_survive_in_every_type_of_column() {
        let one = shifted(MONTH, ColumnType::Text, &[("A", "2017-03-31"), ("A", "2017-04-02"), ("B", "2017-03-31")]);
        let two = shifted(MONTH, ColumnType::Timestamp, &[("A", "2016-02-28T23:59:59Z"), ("A", "2016-03-01T00:00:00")]);
        let (first, second) = (date(one[0].as_ref()), date(one[1].as_ref()));
        assert_eq!((second - first).get_days(), 2);
        assert_eq!((date(two[1].as_ref()) - date(two[0].as_ref())).get_days(), 2, "2016 has a 29 February");
        let by = (first - jiff::civil::date(2017, 3, 31)).get_days();
        assert!(by != 0 && by.abs() <= 30);
        assert_eq!((date(two[1].as_ref()) - jiff::civil::date(2016, 3, 1)).get_days(), by);
        assert_ne!(one[0], one[2], "of another subject");
    }

    #[test]
    fn what_is_no_day_or_cannot_be_shifted_is_unreadable() {
        let cells = [("A", "2017-03"), ("A", "31/03/2017"), ("A", "1900-01-01"), ("A", "2027-01-01"), ("A", "")];
        assert_eq!(shifted(MONTH, ColumnType::Text, &cells), [None, None, None, None, None]);
        let alone = with_context(ColumnType::Text, |context| spec(MONTH).action().build(context).unwrap())
            .apply(&[Some("2017-03-31"), None]);
        assert_eq!(alone.unreadable, [0]);
    }

    #[test]
    fn parameters_that_cannot_be_are_faults() {
        for bad in [
            "{}",
            "{ max_days = 30 }",
            "{ domain = \"d\" }",
            "{ max_days = 0, domain = \"d\" }",
            "{ max_days = 3651, domain = \"d\" }",
            "{ max_days = 30, domain = \"D\" }",
        ] {
            assert!(!faults_of(&format!("shift_date = {bad}")).is_empty(), "{bad}");
        }
        let no_key = with_context(ColumnType::Text, |context| {
            let context =
                BuildContext::new(context.as_of, context.date_format, ColumnType::Text, None, context.recipient);
            spec(MONTH).action().build(&context).err()
        });
        assert_eq!(no_key, Some(Inapplicable::KeyNeeded { action: "shift_date" }));
    }

    proptest! {
        /// A second implementation: days as numbers.
        #[test]
        fn the_shift_of_a_subject_is_one_number(subject in "[A-Z0-9]{1,6}", days in proptest::collection::vec(0_i32..36_000, 1..6)) {
            let base = jiff::civil::date(1920, 1, 1);
            let dates: Vec<String> =
                days.iter().map(|days| (base + jiff::Span::new().days(*days)).to_string()).collect();
            let cells: Vec<(&str, &str)> = dates.iter().map(|date| (subject.as_str(), date.as_str())).collect();
            let run = shifted(MONTH, ColumnType::Date, &cells);
            let number = |date: Date| (date - base).get_days();
            let by: Vec<i32> = run.iter().zip(&days).map(|(cell, days)| number(date(cell.as_ref())) - days).collect();
            prop_assert!(by.iter().all(|days| *days == by[0]) && by[0] != 0 && by[0].abs() <= 30);
        }
    }
}
