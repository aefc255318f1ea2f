//! `truncate_text`: keeps the first few characters of a text.
//!
//! For codes that read from coarse to fine: ZIP codes, cell ids, tariff codes.
//! Counts characters (Unicode scalar values of normalisation form C), never bytes.
//! Of no use for free text, of which the first characters are free text too.
//!
//! *Removes* the characters after the first few.
//! *Keeps* the first few. A text that is not longer stays whole.
//! *Parameters* `keep`: how many characters are kept, 1 to 64, required;
//! `small_areas`: `us_zip3`, with `keep = 3` only: cells must be ZIP codes (`12345`
//! or `12345-6789`), and a prefix of at most 20,000 people becomes `000`.
//! *Types* text → text.
//! *Missing cells* stay missing.
//! *Errors* with `small_areas`, a cell that is not a ZIP code is unreadable
//! (`postcode`), such as one that lost its leading zeros in a spreadsheet.
//!
//! | before | `keep = 3` | `keep = 3, small_areas = "us_zip3"` |
//! |---|---|---|
//! | 90210 | 902 | 902 |
//! | 03601-0001 | 036 | 000 |
//! | 3601 | 360 | (missing) |
//!
//! *Limits* how many people share a prefix depends on the code; the list of small
//! areas is of the census of 2000. Use a privacy model.
//!
//! Source: generalisation, ISO/IEC 20889:2018; small areas as in the HIPAA safe
//! harbour, 45 CFR 164.514(b)(2)(i)(B).

use crate::document::TableReader;
use crate::identifier::canonical::nfc;
use crate::model::column_type::ColumnType;
use crate::model::number::counted::counted;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::Unreadable;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// ZIP code prefixes of at most 20,000 people: the 17 which the guidance of the
/// US Department of Health and Human Services lists from the census of 2000.
/// Ascending.
pub(crate) const US_ZIP3_SMALL: [&str; 17] = [
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890",
    "893",
];

/// The parameters of `truncate_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct TruncateText {
    /// How many characters are kept.
    pub keep: usize,
    /// A list of prefixes that become `000`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small_areas: Option<SmallAreas>,
}

/// A list of prefixes that few people share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SmallAreas {
    /// [`US_ZIP3_SMALL`].
    UsZip3,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Only the first characters are kept.",
        "type": "object", "additionalProperties": false, "required": ["keep"],
        "properties": {
            "keep": { "description": "Characters that are kept.", "type": "integer", "minimum": 1, "maximum": 64 },
            "small_areas": { "description": "ZIP prefixes of fewer than 20,000 people become 000; goes with keep = 3.",
                "enum": ["us_zip3"] }
        },
        "if": { "required": ["small_areas"] },
        "then": { "properties": { "keep": { "const": 3 } } }
    }"#,
    documents: r#"{
        "description": "The start of a text.",
        "type": "object", "additionalProperties": false, "required": ["keep"],
        "properties": {
            "keep": { "description": "Characters kept.", "type": "integer", "minimum": 1 },
            "small_areas": { "description": "Starts that are replaced because few people live there.",
                "enum": ["us_zip3"] }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: "truncate_text = { keep = 3 }",
        input: ColumnType::Text,
        before: &[Some("90210"), Some("Zoe\u{308}lle"), Some("NW"), None],
        after: &[Some("902"), Some("Zo\u{eb}"), Some("NW"), None],
    },
    Example {
        policy: r#"truncate_text = { keep = 3, small_areas = "us_zip3" }"#,
        input: ColumnType::Text,
        before: &[Some("90210"), Some("03601-0001"), Some("3601"), None],
        after: &[Some("902"), Some("000"), None, None],
    },
];

impl TruncateText {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        if !parameters.has("keep") {
            parameters.missing("keep", Some("say keep = 3"));
        }
        let keep = parameters.integer("keep", 1..=64);
        let small_areas = parameters.choice("small_areas", &[("us_zip3", SmallAreas::UsZip3)]);
        parameters.finish();
        let keep = usize::try_from(keep?).ok()?;
        if small_areas.is_some() && keep != 3 {
            parameters.fault("small_areas", "goes with keep = 3 only", None);
        }
        (parameters.faults().count() == before).then_some(Self { keep, small_areas })
    }
}

impl Action for TruncateText {
    fn loss(&self) -> Loss {
        let small = if self.small_areas.is_some() { ", and which small area" } else { "" };
        Loss::new(format!("everything after the first {}{small}", counted(self.keep as u64, "character")))
    }

    fn technique(&self) -> &'static str {
        "generalisation (truncation)"
    }

    fn holds_original_text(&self) -> bool {
        true
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        context.accept("truncate_text", "text", &[ColumnType::Text])?;
        Ok(Box::new(TruncateTextKernel(*self)))
    }
}

/// The first three digits of a ZIP code.
fn zip3(text: &str) -> Option<&str> {
    let is_digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let (five, four) = text.split_once('-').map_or((text, None), |(five, four)| (five, Some(four)));
    let is_zip = is_digits(five, 5) && four.is_none_or(|four| is_digits(four, 4));
    if is_zip { five.get(..3) } else { None }
}

#[derive(Debug)]
struct TruncateTextKernel(TruncateText);

impl ColumnTransform for TruncateTextKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        let mut scratch = String::new();
        Rewritten::text(cells, |text, out| {
            if self.0.small_areas.is_some() {
                let area = zip3(text).ok_or(Unreadable::Postcode)?;
                out.push_str(if US_ZIP3_SMALL.binary_search(&area).is_ok() { "000" } else { area });
                return Ok(());
            }
            scratch.clear();
            out.extend(nfc(text, &mut scratch).chars().take(self.0.keep));
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::{faults_of, run};

    #[test]
    fn every_small_area_is_hidden() {
        assert!(US_ZIP3_SMALL.is_sorted());
        for area in US_ZIP3_SMALL {
            let zip = format!("{area}99");
            let run = run(r#"truncate_text = { keep = 3, small_areas = "us_zip3" }"#, ColumnType::Text, &[Some(&zip)]);
            assert_eq!(run.cells.rendered(0).as_deref(), Some("000"), "{area}");
        }
    }

    #[test]
    fn what_is_no_zip_code_has_no_area() {
        for bad in
            ["", "902", "9021", "902100", "90210-", "90210-123", "90210-12345", "9021O", "９０２１０", "90210 1234"]
        {
            assert_eq!(zip3(bad), None, "{bad}");
        }
    }

    #[test]
    fn small_areas_go_with_three_digits() {
        for bad in [
            "{}",
            "{ keep = 0 }",
            "{ keep = 65 }",
            "{ keep = 4, small_areas = \"us_zip3\" }",
            "{ keep = 3, small_areas = \"de\" }",
        ] {
            assert!(!faults_of(&format!("truncate_text = {bad}")).is_empty(), "{bad}");
        }
    }
}
