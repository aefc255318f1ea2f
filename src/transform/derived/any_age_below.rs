//! `any_age_below`: whether any of several birth dates is of a child below an
//! age.
//!
//! The one fact a campaign for young families needs, without a birth date or the
//! number of children. Never reads the clock: ages are those at the as-of date.
//!
//! *Removes* the dates, how many there are, and which child has which age.
//! *Keeps* whether one of the children is below the age.
//! *Parameters* `years`: the age, 1 to 130; `columns`: the columns of birth
//! dates, one or more, none twice. Both required.
//! *Types* date, timestamp or text in each column's `date_format` → boolean.
//! True if a readable date d has d ≤ as-of date < d + `years`, else false. A child
//! to be born, up to ten months ahead, does not count yet. A birthday on the as-of
//! date has been reached; 29 February plus years is 28 February where there is no
//! 29th.
//! *Missing cells* do not count as children; where every cell is missing the result
//! is missing.
//! *Errors* an unreadable cell does not count as a child, nor does a month or a
//! year alone if only some of its days would make one. Where a row has cells but
//! none can be read, the row is unreadable: `date` if a cell is not a date,
//! `implausible` for a day on which no child was or will be born (1900-01-01 and
//! earlier, or more than ten months after the as-of day).
//!
//! | before (as of 2026-11-01) | | `years = 5` |
//! |---|---|---|
//! | 2019-01-31 | 2021-11-02 | true |
//! | 2021-11-01 | (missing) | false |
//! | (missing) | (missing) | (missing) |
//!
//! *Limits* the day on which an answer turns from true to false reveals a birthday,
//! and a recipient of many
//! deliveries sees that day: do not deliver years of birth too.
//!
//! Source: data minimisation, GDPR Art. 5(1)(c).

use jiff::civil::Date;

use super::Derivation;
use crate::document::TableReader;
use crate::identifier::day_reader::{DayReader, Plausible};
use crate::model::cells::Cells;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::day::Day;
use crate::model::time::duration::Period;
use crate::transform::{CellCounter, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `any_age_below`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct AnyAgeBelow {
    /// The age, in full years.
    pub years: u16,
    /// The columns of birth dates; at least one.
    pub columns: Vec<ColumnName>,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r##"{
        "description": "Whether any of several birth dates is of somebody below an age.",
        "type": "object", "additionalProperties": false, "required": ["years", "columns"],
        "properties": {
            "years": { "description": "The age.", "type": "integer", "minimum": 1, "maximum": 130 },
            "columns": { "description": "The columns of birth dates.",
                "type": "array", "items": { "$ref": "#/$defs/column" }, "minItems": 1, "uniqueItems": true }
        }
    }"##,
    documents: r#"{
        "description": "Whether one of several dates is of somebody below an age.",
        "type": "object", "additionalProperties": false, "required": ["years", "columns"],
        "properties": {
            "years": { "description": "The age.", "type": "integer", "minimum": 1 },
            "columns": { "description": "The columns of birth dates.",
                "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 }
        }
    }"#,
};

impl AnyAgeBelow {
    /// The type of the new column.
    pub const OUTPUT_TYPE: ColumnType = ColumnType::Boolean;

    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        for key in ["years", "columns"] {
            if !parameters.has(key) {
                parameters.missing(key, Some("say { years = 5, columns = [\"child_1_dob\"] }"));
            }
        }
        let years = parameters.integer("years", 1..=130);
        let names = parameters.texts("columns");
        parameters.finish();
        let mut columns: Vec<ColumnName> = Vec::new();
        for name in names? {
            match ColumnName::parse(name) {
                Ok(name) if columns.contains(&name) => parameters.fault("columns", "names a column twice", None),
                Ok(name) => columns.push(name),
                Err(fault) => parameters.fault("columns", fault.to_string(), None),
            }
        }
        if columns.is_empty() {
            parameters.fault("columns", "must name one column or more", None);
        }
        let years = u16::try_from(years?).ok()?;
        (parameters.faults().count() == before).then_some(Self { years, columns })
    }

    /// The columns it reads.
    #[must_use]
    pub fn reads(&self) -> &[ColumnName] {
        &self.columns
    }

    /// Says what the new column no longer tells.
    #[must_use]
    pub fn loss(&self) -> Loss {
        Loss::new(format!("everything but whether one of the dates is of somebody below {}", self.years))
    }

    /// Builds the kernel; see [`super::DerivationSpec::build`].
    ///
    /// # Errors
    /// If `dates` refuses a column.
    pub fn build(
        &self,
        as_of: Date,
        dates: impl FnMut(&ColumnName) -> Result<DayReader, Inapplicable>,
    ) -> Result<Box<dyn Derivation>, Inapplicable> {
        let births = |reader: Result<DayReader, _>| reader.map(|reader| reader.within(Plausible::past_and_due(as_of)));
        let readers = self.columns.iter().map(dates).map(births).collect::<Result<_, _>>()?;
        let (first, last) = (first_below(as_of, self.years).into(), as_of.into());
        Ok(Box::new(AnyAgeBelowKernel { spec: self.clone(), readers, first, last }))
    }
}

/// The first birth date of a person below `years` on `as_of`. Everyone born from
/// that date to `as_of` is below `years` too, since adding years keeps the order of
/// dates.
fn first_below(as_of: Date, years: u16) -> Date {
    let period = Period::years(years);
    // A person born earlier is not below: 28 February is used where there is no
    // 29th.
    let mut first = period.before(as_of).unwrap_or(Date::MIN);
    // Because of leap days, the first date may be a few days later.
    while period.after(first).is_some_and(|birthday| birthday <= as_of) {
        let Ok(next) = first.tomorrow() else { break };
        first = next;
    }
    first
}

#[derive(Debug)]
struct AnyAgeBelowKernel {
    spec: AnyAgeBelow,
    readers: Vec<DayReader>,
    first: Day,
    last: Day,
}

impl AnyAgeBelowKernel {
    /// The answer for one row; `None` where every cell is missing.
    fn answer(&self, columns: &[&[Option<&str>]], row: usize) -> Option<Result<bool, Unreadable>> {
        let mut answer = None;
        for (reader, column) in self.readers.iter().zip(columns) {
            let Some(text) = column.get(row).copied().flatten() else { continue };
            let is_below = |born: Day| (self.first..=self.last).contains(&born);
            match reader.days(text) {
                Ok(born) if is_below(born.first) && is_below(born.last) => return Some(Ok(true)),
                Ok(born) if born.last < self.first || born.first > self.last => answer = Some(Ok(false)),
                // A month or a year of which some days are those of a child.
                Ok(_) => answer = answer.or(Some(Err(Unreadable::Date))),
                Err(reason) => answer = answer.or(Some(Err(reason))),
            }
        }
        answer
    }
}

impl Derivation for AnyAgeBelowKernel {
    fn reads(&self) -> &[ColumnName] {
        self.spec.reads()
    }

    fn output_type(&self) -> ColumnType {
        AnyAgeBelow::OUTPUT_TYPE
    }

    fn loss(&self) -> Loss {
        self.spec.loss()
    }

    fn apply(&self, columns: &[&[Option<&str>]]) -> Rewritten {
        let rows = columns.iter().map(|column| column.len()).max().unwrap_or(0);
        let mut counted = CellCounter::with_capacity(rows);
        let mut written = Vec::with_capacity(rows);
        for row in 0..rows {
            written.push(match self.answer(columns, row) {
                Some(Ok(answer)) => {
                    counted.rewritten(true);
                    Some(answer)
                }
                Some(Err(reason)) => {
                    counted.unreadable(row, reason);
                    None
                }
                None => {
                    counted.missing();
                    None
                }
            });
        }
        counted.of(Cells::Boolean(written))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::transform::derived::DerivationSpec;
    use crate::transform::test_policy::{read_entry, with_context};

    const POLICY: &str = r#"any_age_below = { years = 5, columns = ["first", "second"] }"#;

    fn build(policy: &str, as_of: Date) -> Box<dyn Derivation> {
        let (spec, faults) = read_entry(policy, DerivationSpec::read);
        assert_eq!(faults, []);
        let dates = |_: &ColumnName| with_context(ColumnType::Text, |context| context.days("any_age_below"));
        spec.unwrap().build(as_of, dates).unwrap()
    }

    #[test]
    fn one_child_below_the_age_is_enough() {
        let first = [Some("2019-01-31"), Some("2021-11-01"), None, Some("x"), Some("x"), Some("2026-11-02"), None];
        let second = [Some("2021-11-02"), None, None, Some("2020-01-01"), None, None, Some("2026-11-01")];
        let run = build(POLICY, date(2026, 11, 1)).apply(&[&first, &second]);
        let expected = vec![Some(true), Some(false), None, Some(false), None, Some(false), Some(true)];
        assert_eq!(run.cells, Cells::Boolean(expected));
        assert_eq!(run.unreadable, [4]);
        assert!(run.tally.is_balanced() && run.tally.cells == 7 && run.tally.missing == 1);
    }

    #[test]
    fn a_leap_day_child_grows_older_on_the_28th_of_february_here() {
        for (as_of, expected) in [(date(2025, 2, 27), true), (date(2025, 2, 28), false), (date(2025, 3, 1), false)] {
            let run = build(POLICY, as_of).apply(&[&[Some("2020-02-29")], &[None]]);
            assert_eq!(run.cells, Cells::Boolean(vec![Some(expected)]), "{as_of}");
        }
    }

    #[test]
    fn parameters_that_cannot_be_are_faults() {
        for bad in [
            "{}",
            "{ years = 5 }",
            "{ years = 5, columns = [] }",
            "{ years = 0, columns = [\"a\"] }",
            "{ years = 5, columns = [\"a\", \"a\"] }",
            "{ years = 5, columns = [\"\"] }",
            "{ years = 5, columns = [\"a\"], month = 1 }",
        ] {
            let (spec, faults) = read_entry(&format!("any_age_below = {bad}"), DerivationSpec::read);
            assert!(!faults.is_empty() && spec.is_none(), "{bad}");
        }
    }

    fn is_below(born: Date, years: u16, as_of: Date) -> bool {
        born <= as_of && Period::years(years).after(born).is_none_or(|birthday| as_of < birthday)
    }

    proptest! {
        #[test]
        fn the_threshold_is_the_definition(as_of in 0..60_000_i32, before in -400..60_000_i32, years in 1..=130_u16) {
            let day = |days: i32| date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let (as_of, born) = (day(as_of), day(as_of - before));
            let found = (first_below(as_of, years)..=as_of).contains(&born);
            prop_assert_eq!(found, is_below(born, years, as_of), "{} {} {}", born, years, as_of);
        }

        #[test]
        fn the_threshold_holds_around_leap_days(
            year in 1900..2100_i16, years in 1..=20_u16, off in -3..=3_i32, back in -3..=3_i32,
        ) {
            let near = |year: i16, off: i32| date(year, 2, 28).checked_add(jiff::Span::new().days(off)).unwrap();
            let (as_of, born) = (near(year, off), near(year - i16::try_from(years).unwrap(), back));
            let found = (first_below(as_of, years)..=as_of).contains(&born);
            prop_assert_eq!(found, is_below(born, years, as_of), "{} {} {}", born, years, as_of);
        }
    }
}
