//! `age_band`: turns birth dates into ages or bands of ages.
//!
//! Never reads the clock: the age is that at the as-of date of the run.
//!
//! *Removes* the birth date; with bands wider than a year also the exact age. All
//! ages from `top` on become one band.
//! *Keeps* the age, as exactly as the bands say.
//! *Parameters* one of `width`, years in a band, 1 to 130 (1 gives the age
//! itself), and `bands`, ascending ages at which a band starts, 0 to 130; `top`,
//! the age from which on all are one band, 1 to 130, default 90. A band includes
//! its first age and ends before the first age of the next.
//! *Types* date, timestamp or text in the column's `date_format` (with an ISO day
//! also a date with a time) → text.
//! *Missing cells* stay missing.
//! *Errors* a cell that is not a date is unreadable (`date`), and so is a
//! month or a year alone if its days are in more than one band. A date is
//! `implausible` if the person would be unborn or older than 130 at the as-of date,
//! or if it is 1900-01-01 or earlier, since systems write such days for "no date".
//!
//! | before (as of 2026-11-01) | `bands = [18, 30, 60]` | `width = 5` |
//! |---|---|---|
//! | 2015-06-30 | <18 | 10-14 |
//! | 1996-11-02 | 18-29 | 25-29 |
//! | 1931-01-01 | 90+ | 90+ |
//!
//! *Limits* two deliveries with different as-of dates narrow the birthday of each
//! person who moved to the next band in between. A band of high ages holds few
//! people.
//!
//! Source: generalisation and top coding, ISO/IEC 20889:2018; 90 as in the HIPAA
//! safe harbour, 45 CFR 164.514(b)(2)(i)(C).

use crate::document::TableReader;
use crate::identifier::day_reader::DayReader;
use crate::model::column_type::ColumnType;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::age::age_on;
use crate::model::time::day::Day;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

const OLDEST: u16 = 130;

/// The parameters of `age_band`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct AgeBand {
    /// Where bands start.
    #[serde(flatten)]
    pub bands: AgeBands,
    /// The age from which on all ages are one band.
    pub top: u16,
}

/// Where bands of ages start.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub enum AgeBands {
    /// At these ages, ascending. The ages below the first are a band too.
    #[serde(rename = "bands")]
    Starts(Vec<u16>),
    /// At every multiple of this many years.
    #[serde(rename = "width")]
    Width(u16),
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Birth dates become bands of ages at the as-of date.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "width": { "description": "Years in a band; 1 gives the age.",
                "type": "integer", "minimum": 1, "maximum": 130 },
            "bands": { "description": "The ages at which bands start, ascending; half-open.",
                "type": "array", "items": { "type": "integer", "minimum": 0, "maximum": 130 }, "minItems": 1, "uniqueItems": true },
            "top": { "description": "From this age on there is one band. Default 90.",
                "type": "integer", "minimum": 1, "default": 90, "maximum": 130 }
        },
        "oneOf": [{ "required": ["width"] }, { "required": ["bands"] }]
    }"#,
    documents: r#"{
        "description": "Bands of ages.",
        "type": "object", "additionalProperties": false, "required": ["top"],
        "properties": {
            "width": { "description": "At every multiple of this many years.", "type": "integer", "minimum": 1 },
            "bands": { "description": "Where bands start, in years.",
                "type": "array", "items": { "type": "integer", "minimum": 0 }, "minItems": 1 },
            "top": { "description": "The age from which on all ages are one band.", "type": "integer", "minimum": 1 }
        },
        "oneOf": [{ "required": ["width"] }, { "required": ["bands"] }]
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: "age_band = { bands = [18, 30, 60] }",
        input: ColumnType::Text,
        before: &[Some("2015-06-30"), Some("1996-11-02"), Some("1996-11-01"), Some("1931-01-01"), None],
        after: &[Some("<18"), Some("18-29"), Some("30-59"), Some("90+"), None],
    },
    Example {
        policy: "age_band = { width = 5 }",
        input: ColumnType::Date,
        before: &[Some("2015-06-30"), Some("1996-11-02"), Some("1936-11-02"), Some("1936-11-01")],
        after: &[Some("10-14"), Some("25-29"), Some("85-89"), Some("90+")],
    },
    Example {
        policy: "age_band = { width = 1, top = 85 }",
        input: ColumnType::Timestamp,
        before: &[Some("1992-02-29T10:00:00Z"), Some("1930-01-01T00:00:00Z"), Some("2026-11-02T00:00:00Z")],
        after: &[Some("34"), Some("85+"), None],
    },
];

impl AgeBand {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        let width = parameters.integer("width", 1..=i64::from(OLDEST));
        let starts = Self::read_starts(parameters);
        let top = parameters.integer("top", 1..=i64::from(OLDEST)).unwrap_or(90);
        parameters.finish();
        if parameters.has("width") == parameters.has("bands") {
            parameters.fault(
                "",
                "must give one of `width` and `bands`",
                Some("say width = 5, or bands = [18, 30, 60]"),
            );
        }
        let top = u16::try_from(top).ok()?;
        if starts.as_ref().and_then(|starts| starts.last()).is_some_and(|last| *last > top) {
            parameters.fault("bands", "must not go beyond `top`, which is 90 unless given", Some("raise `top`"));
        }
        let bands = match (width, starts) {
            (Some(width), _) => AgeBands::Width(u16::try_from(width).ok()?),
            (None, starts) => AgeBands::Starts(starts?),
        };
        (parameters.faults().count() == before).then_some(Self { bands, top })
    }

    fn read_starts(parameters: &TableReader<'_>) -> Option<Vec<u16>> {
        let starts: Vec<Option<u16>> =
            parameters.numbers("bands")?.iter().map(|text| text.parse().ok().filter(|age| *age <= OLDEST)).collect();
        let starts: Option<Vec<u16>> = starts.into_iter().collect();
        let starts = starts.filter(|starts| !starts.is_empty() && starts.windows(2).all(|pair| pair[0] < pair[1]));
        if starts.is_none() {
            parameters.fault("bands", "must be whole ages from 0 to 130, each above the one before", None);
        }
        starts
    }

    /// The label of every age below `top`, by age.
    fn labels(&self) -> Vec<String> {
        let starts: Vec<u16> = match &self.bands {
            AgeBands::Starts(starts) => starts.clone(),
            AgeBands::Width(width) => (0..self.top).step_by(usize::from(*width)).collect(),
        };
        let label = |age: u16| {
            // The first band that starts above the age: the age is in the band
            // before it.
            let next = starts.partition_point(|start| *start <= age);
            let end = starts.get(next).map_or(self.top, |end| (*end).min(self.top));
            match next.checked_sub(1).and_then(|band| starts.get(band)) {
                None => format!("<{end}"),
                Some(start) if start + 1 == end => start.to_string(),
                Some(start) => format!("{start}-{}", end - 1),
            }
        };
        (0..self.top).map(label).collect()
    }
}

impl Action for AgeBand {
    fn loss(&self) -> Loss {
        let top = self.top;
        Loss::new(match &self.bands {
            AgeBands::Width(1) => format!("the birth date, and the age from {top} on"),
            AgeBands::Width(width) => {
                format!("the birth date, the age within bands of {width} years, and the age from {top} on")
            }
            AgeBands::Starts(_) => format!("the birth date, the age within its band, and the age from {top} on"),
        })
    }

    fn technique(&self) -> &'static str {
        "generalisation (rounding, top coding)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        let reader = context.days("age_band")?.of_births(context.as_of);
        Ok(Box::new(AgeBandKernel {
            labels: self.labels(),
            top: format!("{}+", self.top),
            reader,
            as_of: context.as_of,
        }))
    }
}

#[derive(Debug)]
struct AgeBandKernel {
    as_of: jiff::civil::Date,
    labels: Vec<String>,
    reader: DayReader,
    top: String,
}

impl AgeBandKernel {
    fn band(&self, born: Day) -> Result<&str, Unreadable> {
        // The reader takes nobody born later.
        let age = age_on(born.into(), self.as_of).ok_or(Unreadable::Implausible)?;
        Ok(self.labels.get(usize::from(age)).unwrap_or(&self.top))
    }
}

impl ColumnTransform for AgeBandKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| {
            let born = self.reader.days(text)?;
            let band = self.band(born.first)?;
            // Whoever was born in a month or a year was born by the as-of day.
            if born.day().is_none() && band != self.band(born.last.min(self.as_of.into()))? {
                return Err(Unreadable::Date);
            }
            out.push_str(band);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::{faults_of, run};

    #[test]
    fn every_age_has_one_label_and_bands_are_half_open() {
        let labels = AgeBand { bands: AgeBands::Starts(vec![1, 18, 19, 65]), top: 65 }.labels();
        assert_eq!(labels.len(), 65);
        assert_eq!(
            [&labels[0], &labels[1], &labels[17], &labels[18], &labels[19], &labels[64]],
            ["<1", "1-17", "1-17", "18", "19-64", "19-64"]
        );
        let labels = AgeBand { bands: AgeBands::Width(20), top: 90 }.labels();
        assert_eq!((labels[79].as_str(), labels[80].as_str(), labels[89].as_str()), ("60-79", "80-89", "80-89"));
        let labels = AgeBand { bands: AgeBands::Starts(vec![100]), top: 120 }.labels();
        assert_eq!((labels[99].as_str(), labels[100].as_str()), ("<100", "100-119"));
    }

    #[test]
    fn nobody_is_unborn_or_older_than_everyone() {
        let run = run(
            "age_band = { width = 1 }",
            ColumnType::Text,
            &[Some("2026-11-02"), Some("1895-01-01"), Some("x"), Some("1900-01-01"), Some("9999-12-31")],
        );
        assert_eq!(run.tally.unreadable.get(&Unreadable::Implausible), Some(&4));
        assert_eq!(run.tally.unreadable.get(&Unreadable::Date), Some(&1));
    }

    #[test]
    fn bands_that_cannot_be_are_faults() {
        for bad in [
            "{}",
            "{ width = 5, bands = [1] }",
            "{ width = 0 }",
            "{ bands = [] }",
            "{ bands = [30, 18] }",
            "{ bands = [18, 18] }",
            "{ bands = [1.5] }",
            "{ bands = [18, 95] }",
            "{ bands = [131], top = 130 }",
            "{ width = 5, top = 0 }",
            "{ width = 5, tops = 9 }",
        ] {
            assert!(!faults_of(&format!("age_band = {bad}")).is_empty(), "{bad}");
        }
        assert!(faults_of("age_band = { bands = [18, 95], top = 95 }").is_empty());
    }
}
