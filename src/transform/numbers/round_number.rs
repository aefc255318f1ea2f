//! `round_number`: rounds numbers to the nearest multiple.
//!
//! Halves are rounded away from zero, so that positive and negative numbers are
//! treated alike. Exact decimals only.
//!
//! *Removes* the digits below the step.
//! *Keeps* the size of the number, to within half a step.
//! *Parameters* `to`: the step, a number above zero with at most 18 digits on
//! either side of the point. Required.
//! *Types* integer, decimal, double, float, year or text that holds numbers →
//! integer for a whole step, else decimal with as many digits after the point as
//! the step.
//! *Missing cells* stay missing.
//! *Errors* a cell that is not a number (any count of digits, an exponent of at
//! most 400, less than 1.8e308; no separators, no decimal commas; not NaN, not
//! infinite) is unreadable (`number`). So is one whose result would be an integer
//! of more than 64 bits; a step such as `500.5` has no such limit.
//!
//! | before | `to = 500` | `to = 0.1` |
//! |---|---|---|
//! | 1249.99 | 1000 | 1250.0 |
//! | 0.25 | 0 | 0.3 |
//! | 1.5E7 | 15000000 | 15000000.0 |
//! | -250 | -500 | -250.0 |
//!
//! *Limits* an extreme number stays extreme: use `clamp_number`, in an output of
//! its own, or a privacy model.
//!
//! Source: rounding, ISO/IEC 20889:2018.

use std::fmt::Write as _;

use crate::document::TableReader;
use crate::model::column_type::ColumnType;
use crate::model::number::decimal::Decimal;
use crate::model::number::format::NumberFormat;
use crate::model::outcome::loss::Loss;
use crate::transform::shared::number;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `round_number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct RoundNumber {
    /// The step; above zero.
    pub to: Decimal,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Numbers are rounded to a multiple.",
        "type": "object", "additionalProperties": false, "required": ["to"],
        "properties": {
            "to": { "description": "The multiple, above zero.", "type": "number", "exclusiveMinimum": 0 }
        }
    }"#,
    documents: r##"{
        "description": "Multiples.",
        "type": "object", "additionalProperties": false, "required": ["to"],
        "properties": {
            "to": { "description": "Numbers become multiples of this.", "$ref": "#/$defs/decimal" }
        }
    }"##,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: "round_number = { to = 500 }",
        input: ColumnType::Text,
        before: &[Some("1249.99"), Some("0.25"), Some("-250"), Some("1.5E7"), Some("NaN"), None],
        after: &[Some("1000"), Some("0"), Some("-500"), Some("15000000"), None, None],
    },
    Example {
        policy: "round_number = { to = 0.1 }",
        input: ColumnType::Decimal,
        before: &[Some("1249.99"), Some("0.25"), Some("-250"), Some("5e-324"), None],
        after: &[Some("1250.0"), Some("0.3"), Some("-250.0"), Some("0.0"), None],
    },
    Example {
        policy: "round_number = { to = 5.0 }",
        input: ColumnType::Integer,
        before: &[Some("12"), Some("13"), Some("9223372036854775807"), None],
        after: &[Some("10"), Some("15"), Some("9223372036854775805"), None],
    },
];

impl RoundNumber {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        if !parameters.has("to") {
            parameters.missing("to", Some("say to = 100, or to = 0.5"));
        }
        let to = number::positive_parameter(parameters, "to");
        parameters.finish();
        Some(Self { to: to? })
    }
}

impl Action for RoundNumber {
    fn loss(&self) -> Loss {
        Loss::new(format!("the number between multiples of {}", self.to))
    }

    fn technique(&self) -> &'static str {
        "generalisation (rounding)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        number::accept("round_number", context)?;
        Ok(Box::new(RoundNumberKernel { to: self.to, numbers: context.numbers }))
    }
}

#[derive(Debug)]
struct RoundNumberKernel {
    to: Decimal,
    numbers: NumberFormat,
}

impl ColumnTransform for RoundNumberKernel {
    fn output_type(&self) -> ColumnType {
        if self.to.is_whole() { ColumnType::Integer } else { ColumnType::Decimal }
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        if self.to.is_whole() {
            return Rewritten::integer(cells, |text| {
                number::whole(&number::cell(text, self.numbers)?.round_to(self.to))
            });
        }
        Rewritten::text(cells, |text, out| {
            let _ = write!(out, "{}", number::cell(text, self.numbers)?.round_to(self.to)); // writing to a String cannot fail
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::{faults_of, run};

    #[test]
    fn a_result_of_more_than_64_bits_is_unreadable() {
        let run = run(
            "round_number = { to = 10 }",
            ColumnType::Text,
            &[Some("9223372036854775807"), Some("9223372036854775804")],
        );
        assert_eq!(run.unreadable, [0]);
        assert_eq!(run.cells.rendered(1).as_deref(), Some("9223372036854775800"));
    }

    #[test]
    fn a_step_is_above_zero() {
        for bad in ["{}", "{ to = 0 }", "{ to = -5 }", "{ to = \"5\" }", "{ to = inf }", "{ to = 1e2 }"] {
            assert!(!faults_of(&format!("round_number = {bad}")).is_empty(), "{bad}");
        }
    }
}
