//! `band_number`: turns numbers into half-open bands.
//!
//! Half-open, `[10,20)`: with closed bands the number 20 would be in two. Borders
//! are decided with exact decimals, never with floating point.
//!
//! *Removes* the number within its band.
//! *Keeps* the order of magnitude, and the order of the bands.
//! *Parameters* one of `width`, a number above zero, with `origin`, a number at
//! which a band starts, default 0; and `breaks`, ascending numbers: below the first
//! is `(-inf,10)`, from the last on `[90,inf)`. At most 18 digits on either side of
//! the point.
//! *Types* integer, decimal, double, float, year or text that holds numbers, or
//! bands already, → text. A band that lies within one of these becomes that one.
//! *Missing cells* stay missing.
//! *Errors* a cell that is not a number (any count of digits, an exponent of at
//! most 400, less than 1.8e308; no thousands separators, no decimal commas; not
//! NaN, not infinite) is unreadable (`number`), and so is a band that overlaps more
//! than one of these.
//!
//! | before | `width = 10` | `breaks = [10, 90]` |
//! |---|---|---|
//! | 9.99 | [0,10) | (-inf,10) |
//! | 20 | [20,30) | [10,90) |
//! | -1 | [-10,0) | (-inf,10) |
//! | 1e2 | [100,110) | [90,inf) |
//! | [20,25) | [20,30) | [10,90) |
//!
//! *Limits* with `width` an extreme number may be alone in its band: use `breaks`,
//! or a privacy model.
//!
//! Source: generalisation, ISO/IEC 20889:2018.

use std::fmt::Write as _;

use crate::document::TableReader;
use crate::model::column_type::ColumnType;
use crate::model::number::decimal::Decimal;
use crate::model::number::format::NumberFormat;
use crate::model::number::text::Number;
use crate::model::outcome::loss::Loss;
use crate::transform::shared::number;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `band_number`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum BandNumber {
    /// Bands between given numbers.
    Breaks {
        /// Where a band starts, ascending; at least one.
        breaks: Vec<Decimal>,
    },
    /// Bands of one width.
    Width {
        /// How wide a band is; above zero.
        width: Decimal,
        /// A number at which a band starts.
        origin: Decimal,
    },
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Numbers become half-open bands, [20,30).",
        "type": "object", "additionalProperties": false,
        "properties": {
            "width": { "description": "The width of every band, above zero.", "type": "number", "exclusiveMinimum": 0 },
            "origin": { "description": "Where one band starts. Default 0; goes with `width`.",
                "type": "number", "default": 0 },
            "breaks": { "description": "Where bands start, ascending; below the first and from the last on are bands too.",
                "type": "array", "items": { "type": "number" }, "minItems": 1, "uniqueItems": true }
        },
        "oneOf": [{ "required": ["width"] }, { "required": ["breaks"] }],
        "dependentRequired": { "origin": ["width"] }
    }"#,
    documents: r##"{
        "description": "Bands of numbers.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "breaks": { "description": "Where bands start.",
                "type": "array", "items": { "$ref": "#/$defs/decimal" }, "minItems": 1 },
            "width": { "description": "How wide a band is.", "$ref": "#/$defs/decimal" },
            "origin": { "description": "A number at which a band starts.", "$ref": "#/$defs/decimal" }
        },
        "oneOf": [{ "required": ["breaks"], "not": { "anyOf": [{ "required": ["width"] }, { "required": ["origin"] }] } }, { "required": ["width", "origin"] }]
    }"##,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: "band_number = { width = 10 }",
        input: ColumnType::Text,
        before: &[Some("9.99"), Some("20"), Some("-1"), Some("[20,25)"), Some("[20,40)"), Some("1,234"), None],
        after: &[Some("[0,10)"), Some("[20,30)"), Some("[-10,0)"), Some("[20,30)"), None, None, None],
    },
    Example {
        policy: "band_number = { breaks = [10, 90] }",
        input: ColumnType::Integer,
        before: &[Some("9"), Some("10"), Some("89"), Some("90"), None],
        after: &[Some("(-inf,10)"), Some("[10,90)"), Some("[10,90)"), Some("[90,inf)"), None],
    },
    Example {
        policy: "band_number = { width = 0.5, origin = 0.25 }",
        input: ColumnType::Decimal,
        before: &[Some("0.25"), Some("0.2"), Some("0.7499"), Some("1e3")],
        after: &[Some("[0.25,0.75)"), Some("[-0.25,0.25)"), Some("[0.25,0.75)"), Some("[999.75,1000.25)")],
    },
];

impl BandNumber {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        let width = number::positive_parameter(parameters, "width");
        let origin = number::parameter(parameters, "origin");
        let breaks = number::ascending_parameters(parameters, "breaks");
        parameters.finish();
        if parameters.has("width") == parameters.has("breaks") {
            parameters.fault("", "must give one of `width` and `breaks`", Some("say width = 10, or breaks = [10, 90]"));
        }
        if parameters.has("breaks") && parameters.has("origin") {
            parameters.fault("origin", "goes with `width` only", None);
        }
        let read = match (width, breaks) {
            (Some(width), _) => Self::Width { width, origin: origin.unwrap_or(Decimal::whole(0)) },
            (None, breaks) => Self::Breaks { breaks: breaks? },
        };
        (parameters.faults().count() == before).then_some(read)
    }
}

impl Action for BandNumber {
    fn loss(&self) -> Loss {
        Loss::new(match self {
            Self::Breaks { .. } => "the number within its band".to_owned(),
            Self::Width { width, .. } => format!("the number within bands of {width}"),
        })
    }

    fn technique(&self) -> &'static str {
        "generalisation (rounding)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        number::accept("band_number", context)?;
        Ok(match self {
            Self::Breaks { breaks } => Box::new(BandsByBreaksKernel {
                breaks: breaks.clone(),
                labels: labels(breaks),
                numbers: context.numbers,
            }),
            Self::Width { width, origin } => {
                Box::new(BandsByWidthKernel { width: *width, origin: *origin, numbers: context.numbers })
            }
        })
    }
}

/// The labels of the bands, one more than there are breaks.
fn labels(breaks: &[Decimal]) -> Vec<String> {
    let border = |index: usize| breaks.get(index).map_or_else(|| "inf".to_owned(), Decimal::to_string);
    let mut labels = vec![format!("(-inf,{})", border(0))];
    labels.extend((0..breaks.len()).map(|index| format!("[{},{})", border(index), border(index + 1))));
    labels
}

#[derive(Debug)]
struct BandsByBreaksKernel {
    breaks: Vec<Decimal>,
    labels: Vec<String>,
    numbers: NumberFormat,
}

impl BandsByBreaksKernel {
    fn band_of(&self, number: &Number) -> usize {
        self.breaks.partition_point(|start| number.compare(*start).is_ge())
    }

    /// The one band that contains the band in `text`, if there is one.
    fn containing_band(&self, text: &str) -> Option<usize> {
        let (start, end) = borders(text)?;
        let first = match start {
            Some(start) => self.band_of(&start),
            None => 0,
        };
        // Contained if it ends no later than the next break.
        let is_within = match (self.breaks.get(first), end) {
            (None, _) => true,
            (Some(next), Some(end)) => end.compare(*next).is_le(),
            (Some(_), None) => false,
        };
        is_within.then_some(first)
    }
}

impl ColumnTransform for BandsByBreaksKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| {
            let band = match number::cell(text, self.numbers) {
                Ok(number) => self.band_of(&number),
                Err(reason) => self.containing_band(text).ok_or(reason)?,
            };
            out.push_str(&self.labels[band]); // cannot fail: one label more than breaks
            Ok(())
        })
    }
}

#[derive(Debug)]
struct BandsByWidthKernel {
    width: Decimal,
    origin: Decimal,
    numbers: NumberFormat,
}

impl BandsByWidthKernel {
    fn start_of_band(&self, number: &Number) -> Number {
        number.minus(self.origin).floor_to(self.width).plus(self.origin)
    }

    /// Where the band starts that contains the band in `text`, if there is one.
    fn containing_start(&self, text: &str) -> Option<Number> {
        let (Some(first), Some(end)) = borders(text)? else { return None };
        let start = self.start_of_band(&first);
        let is_within = start.plus(self.width).is_at_least(&end);
        is_within.then_some(start)
    }
}

impl ColumnTransform for BandsByWidthKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| {
            let start = match number::cell(text, self.numbers) {
                Ok(number) => self.start_of_band(&number),
                Err(reason) => self.containing_start(text).ok_or(reason)?,
            };
            let _ = write!(out, "[{start},{})", start.plus(self.width)); // writing to a String cannot fail
            Ok(())
        })
    }
}

/// The start and end of a band as this action writes it; `None` for an open side.
fn borders(text: &str) -> Option<(Option<Number>, Option<Number>)> {
    let (start, end) = text.strip_suffix(')')?.split_once(',')?;
    let start = match start {
        "(-inf" => None,
        start => Some(Number::parse(start.strip_prefix('[')?)?),
    };
    let end = match end {
        "inf" => None,
        end => Some(Number::parse(end)?),
    };
    let is_empty = start.as_ref().zip(end.as_ref()).is_some_and(|(start, end)| start.is_at_least(end));
    (!is_empty).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transform::test_policy::{faults_of, run};

    #[test]
    fn bands_that_cannot_be_are_faults() {
        for bad in [
            "{}",
            "{ width = 0 }",
            "{ width = -1 }",
            "{ width = 1, breaks = [1] }",
            "{ breaks = [] }",
            "{ breaks = [2, 1] }",
            "{ breaks = [1, 1.0] }",
            "{ breaks = [1], origin = 2 }",
            "{ width = 1e3 }",
            "{ width = \"10\" }",
        ] {
            assert!(!faults_of(&format!("band_number = {bad}")).is_empty(), "{bad}");
        }
    }

    #[test]
    fn the_largest_numbers_have_bands() {
        // 19 and 18 digits: the most there can be.
        let largest = "9999999999999999999.999999999999999999";
        let lowest = format!("-{largest}");
        let policy = format!("band_number = {{ width = {largest}, origin = -{largest} }}");
        let run = run(&policy, ColumnType::Text, &[Some(largest), Some(&lowest)]);
        assert_eq!(run.cells.rendered(0), Some(format!("[{largest},19999999999999999999.999999999999999998)")));
        assert_eq!(run.cells.rendered(1), Some(format!("[{lowest},0.000000000000000000)")));
    }

    #[test]
    fn a_band_within_a_band_is_that_band() {
        for (policy, band, expected) in [
            ("{ width = 10 }", "[20,30)", Some("[20,30)")),
            ("{ width = 10 }", "[25,25.5)", Some("[20,30)")),
            ("{ width = 10 }", "[25,35)", None),
            ("{ width = 10 }", "[30,20)", None),
            ("{ width = 10 }", "[30,30)", None),
            ("{ width = 10 }", "[30,inf)", None),
            ("{ width = 10 }", "(-inf,0)", None),
            ("{ width = 10 }", "20-29", None),
            ("{ breaks = [10, 90] }", "(-inf,10)", Some("(-inf,10)")),
            ("{ breaks = [10, 90] }", "(-inf,5)", Some("(-inf,10)")),
            ("{ breaks = [10, 90] }", "[10,90)", Some("[10,90)")),
            ("{ breaks = [10, 90] }", "[95,inf)", Some("[90,inf)")),
            ("{ breaks = [10, 90] }", "[80,inf)", None),
            ("{ breaks = [10, 90] }", "(-inf,inf)", None),
        ] {
            let run = run(&format!("band_number = {policy}"), ColumnType::Text, &[Some(band)]);
            assert_eq!(run.cells.rendered(0).as_deref(), expected, "{policy} {band}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_in_the_band_its_label_says(hundredths in -100_000_i64..100_000) {
            let (sign, size) = (if hundredths < 0 { "-" } else { "" }, hundredths.abs());
            let text = format!("{sign}{}.{:02}", size / 100, size % 100);
            let run = run("band_number = { width = 2.5, origin = 1 }", ColumnType::Decimal, &[Some(&text)]);
            let label = run.cells.rendered(0).unwrap();
            let (start, end) = label[1..label.len() - 1].split_once(',').unwrap();
            let [start, end, number] = [start, end, &text].map(|text| Decimal::parse(text).unwrap());
            prop_assert!(start <= number && number < end, "{} {}", text, label);
        }
    }
}
