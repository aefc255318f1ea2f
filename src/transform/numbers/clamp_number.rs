//! `clamp_number`: replaces numbers beyond a bound by the bound (top and bottom
//! coding).
//!
//! Between the bounds a number stays as it was written, unless other programs could
//! not read it (`+5`, `007`, `.5`). A number counts as changed only where it was
//! beyond a bound or is written otherwise afterwards.
//!
//! *Removes* how far beyond the bounds a number lies.
//! *Keeps* every number between the bounds, and that a number reached a bound.
//! *Parameters* `min` and `max`: numbers with at most 18 digits on either side
//! of the point, `min` not above `max`. One is required; without the other that
//! side is open.
//! *Types* integer → integer and year → year where the bounds are whole; these
//! otherwise, and decimal, double, float or text that holds numbers → decimal.
//! *Missing cells* stay missing.
//! *Errors* a cell that is not a number (any count of digits, an exponent of at
//! most 400, less than 1.8e308; no separators, no decimal commas; not NaN, not
//! infinite) is unreadable (`number`).
//!
//! | before | `min = 0, max = 1000` |
//! |---|---|
//! | -3 | 0 |
//! | 12.50 | 12.50 |
//! | 250000 | 1000 |
//!
//! *Limits* between the bounds numbers are exact and may single people out: use
//! `round_number` or `band_number`.
//!
//! Source: top and bottom coding, ISO/IEC 20889:2018.

use std::fmt::Write as _;

use crate::document::TableReader;
use crate::model::column_type::ColumnType;
use crate::model::number::decimal::Decimal;
use crate::model::number::format::NumberFormat;
use crate::model::number::text::{Number, is_json};
use crate::model::outcome::loss::Loss;
use crate::transform::shared::number;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `clamp_number`. At least one bound is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct ClampNumber {
    /// The least number that can be delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Decimal>,
    /// The greatest number that can be delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Decimal>,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Numbers beyond a limit become the limit.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "min": { "description": "The lowest number that is told.", "type": "number" },
            "max": { "description": "The highest number that is told.", "type": "number" }
        },
        "anyOf": [{ "required": ["min"] }, { "required": ["max"] }]
    }"#,
    documents: r##"{
        "description": "Limits of numbers.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "min": { "description": "The least.", "$ref": "#/$defs/decimal" },
            "max": { "description": "The most.", "$ref": "#/$defs/decimal" }
        },
        "minProperties": 1
    }"##,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: "clamp_number = { min = 0, max = 1000 }",
        input: ColumnType::Text,
        before: &[Some("-3"), Some("12.50"), Some("250000"), Some("1E5"), Some("1,5"), None],
        after: &[Some("0"), Some("12.50"), Some("1000"), Some("1000"), None, None],
    },
    Example {
        policy: "clamp_number = { max = 90 }",
        input: ColumnType::Integer,
        before: &[Some("-3"), Some("90"), Some("112"), None],
        after: &[Some("-3"), Some("90"), Some("90"), None],
    },
    Example {
        policy: "clamp_number = { min = 1920 }",
        input: ColumnType::Year,
        before: &[Some("1911"), Some("1920"), Some("1987")],
        after: &[Some("1920"), Some("1920"), Some("1987")],
    },
    Example {
        policy: "clamp_number = { max = 2.5 }",
        input: ColumnType::Integer,
        before: &[Some("1"), Some("2"), Some("3")],
        after: &[Some("1"), Some("2"), Some("2.5")],
    },
];

impl ClampNumber {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        let min = number::parameter(parameters, "min");
        let max = number::parameter(parameters, "max");
        parameters.finish();
        if !parameters.has("min") && !parameters.has("max") {
            parameters.fault("", "must give `min`, `max` or both", Some("say max = 1000"));
        }
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            parameters.fault("min", "must not be above `max`", None);
        }
        (parameters.faults().count() == before).then_some(Self { min, max })
    }

    /// The bound that the number is beyond, if it is beyond one.
    fn bound(&self, number: &Number) -> Option<Decimal> {
        // At most one: `min` is not above `max`.
        let min = self.min.filter(|min| number.compare(*min).is_lt());
        min.or_else(|| self.max.filter(|max| number.compare(*max).is_gt()))
    }
}

impl Action for ClampNumber {
    fn loss(&self) -> Loss {
        Loss::new(match (self.min, self.max) {
            (Some(min), Some(max)) => format!("how far a number is below {min} or above {max}"),
            (Some(min), None) => format!("how far a number is below {min}"),
            (None, Some(max)) => format!("how far a number is above {max}"),
            (None, None) => "nothing".to_owned(),
        })
    }

    fn technique(&self) -> &'static str {
        "generalisation (top and bottom coding)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        number::accept("clamp_number", context)?;
        let is_whole = [self.min, self.max].into_iter().flatten().all(|bound| bound.to_integer().is_some());
        let output = match context.input {
            ColumnType::Integer | ColumnType::Year if is_whole => context.input,
            _ => ColumnType::Decimal,
        };
        Ok(Box::new(ClampNumberKernel { bounds: *self, output, numbers: context.numbers }))
    }
}

#[derive(Debug)]
struct ClampNumberKernel {
    bounds: ClampNumber,
    output: ColumnType,
    numbers: NumberFormat,
}

impl ColumnTransform for ClampNumberKernel {
    fn output_type(&self) -> ColumnType {
        self.output
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        if self.output != ColumnType::Decimal {
            return Rewritten::integer(cells, |text| {
                let number = number::cell(text, self.numbers)?;
                number::whole(&self.bounds.bound(&number).map_or(number, Number::from))
            });
        }
        Rewritten::text(cells, |text, out| {
            let number = number::cell(text, self.numbers)?;
            // Writing to a String cannot fail.
            let _ = match self.bounds.bound(&number) {
                Some(bound) => write!(out, "{bound}"),
                None if self.numbers.is_plain() && is_json(text) => out.write_str(text),
                None => write!(out, "{number}"),
            };
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::{faults_of, run};

    #[test]
    fn only_numbers_beyond_a_bound_are_changed() {
        let cells = [Some("1"), Some("5"), Some("10"), Some("11"), Some("-2")];
        let tally = run("clamp_number = { min = 1, max = 10 }", ColumnType::Integer, &cells).tally;
        assert_eq!((tally.changed, tally.unchanged), (2, 3));
    }

    #[test]
    fn between_the_bounds_a_number_is_written_as_it_was() {
        let as_written =
            ["1.23456789E-7", "-0", "0.30000000000000004", "12.50", "5e-324", "1e21", "100000000000000000000"];
        for text in as_written {
            let run = run("clamp_number = { min = -1 }", ColumnType::Text, &[Some(text)]);
            assert_eq!(run.cells.rendered(0).as_deref(), Some(text));
            assert_eq!(run.tally.unchanged, 1, "{text}");
        }
        for (text, expected) in
            [("+5", "5"), ("007", "7"), (".5", "0.5"), ("5.", "5"), ("5.e1", "50"), ("-0.5", "-0.5")]
        {
            let run = run("clamp_number = { min = -1 }", ColumnType::Text, &[Some(text)]);
            assert_eq!(run.cells.rendered(0).as_deref(), Some(expected));
            assert!(serde_json::from_str::<f64>(expected).is_ok());
        }
    }

    #[test]
    fn bounds_that_cannot_be_are_faults() {
        for bad in ["{}", "{ min = 2, max = 1 }", "{ min = nan }", "{ max = \"1\" }", "{ maximum = 1 }"] {
            assert!(!faults_of(&format!("clamp_number = {bad}")).is_empty(), "{bad}");
        }
        assert!(faults_of("clamp_number = { min = 1, max = 1.0 }").is_empty());
    }
}
