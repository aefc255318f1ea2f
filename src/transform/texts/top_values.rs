//! `top_values`: keeps the most common values of a column, or those of enough people;
//! every other value becomes one word.
//!
//! Which values are kept is known only when the last record was read: the cells wait as
//! they are, and are rewritten when they are released. Counted are the records that are
//! delivered, and a person with several records has each value once. Values are compared
//! as they are written, blanks and case included.
//!
//! *Removes* rare values: which of them a record has.
//! *Keeps* common ones, as they are written, and that a value was rare.
//! *Parameters* `keep`: how many values are kept, 1 to 10,000, or `min_count`: of how
//! many different people a value must be, 2 or more; one of both is required. `other`:
//! what every other value becomes, required. Of values that as many people have, `keep`
//! takes those first that come first byte by byte.
//! *Types* text → text.
//! *Missing cells* stay missing; they are not `other`.
//! *Errors* none. A column of more than 100,000 different values, or of 8 MiB of them,
//! refuses the run: it holds no categories.
//!
//! | before | `min_count = 2, other = "another"` |
//! |---|---|
//! | nurse (of A, and of B) | nurse |
//! | falconer (of C, twice) | another |
//! | (missing) | (missing) |
//!
//! *Limits* few people may have `other`, and somebody who knows a rare value knows that
//! it is among them. What is common in one delivery may be rare in the next, and the
//! difference tells who. The models of `[privacy]` judge the values as they wait: use
//! `map_values` or `map_hierarchy` to merge what they judge.
//!
//! Source: global recoding, ISO/IEC 20889:2018; bottom coding of categories in
//! statistical disclosure control (Hundepool et al., 2012).

use std::collections::HashSet;

use crate::document::TableReader;
use crate::model::column_type::ColumnType;
use crate::model::number::counted::number;
use crate::model::outcome::loss::Loss;
use crate::transform::keep::keep;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema};

/// The parameters of `top_values`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct TopValues {
    /// Which values are kept.
    #[serde(flatten)]
    pub common: Common,
    /// What every other value becomes.
    pub other: String,
}

/// Which values are common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub enum Common {
    /// So many, of the most people.
    #[serde(rename = "keep")]
    Most(u64),
    /// Those of at least so many people.
    #[serde(rename = "min_count")]
    OfPeople(u64),
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Rare values become one word.",
        "type": "object", "additionalProperties": false, "required": ["other"],
        "properties": {
            "keep": { "description": "How many values are kept, those of the most people.",
                "type": "integer", "minimum": 1, "maximum": 10000 },
            "min_count": { "description": "Of how many different people a value must be to be kept.",
                "type": "integer", "minimum": 2 },
            "other": { "description": "What every other value becomes.", "type": "string" }
        },
        "oneOf": [{ "required": ["keep"] }, { "required": ["min_count"] }]
    }"#,
    documents: r#"{
        "description": "Common values, and a word for the others.",
        "type": "object", "additionalProperties": false, "required": ["other"],
        "properties": {
            "keep": { "description": "How many values were kept.", "type": "integer", "minimum": 1 },
            "min_count": { "description": "Of how many people a value that was kept had to be.",
                "type": "integer", "minimum": 2 },
            "other": { "description": "What every other value became.", "type": "string" }
        },
        "oneOf": [{ "required": ["keep"] }, { "required": ["min_count"] }]
    }"#,
};

/// Documented cases; see [`crate::transform::examples`]. As they wait: which of the
/// values are rare is known only of a whole delivery.
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"top_values = { keep = 10, other = "another" }"#,
        input: ColumnType::Text,
        before: &[Some("nurse"), Some("Nurse "), None],
        after: &[Some("nurse"), Some("Nurse "), None],
    },
    Example {
        policy: r#"top_values = { min_count = 5, other = "" }"#,
        input: ColumnType::Text,
        before: &[Some("falconer"), Some(""), None],
        after: &[Some("falconer"), Some(""), None],
    },
];

impl TopValues {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        let keep = parameters.integer("keep", 1..=10_000).and_then(|count| u64::try_from(count).ok());
        let min_count = parameters.integer("min_count", 2..=i64::MAX).and_then(|count| u64::try_from(count).ok());
        let other = parameters.required_text("other");
        match (parameters.has("keep"), parameters.has("min_count")) {
            (true, true) => parameters.fault("min_count", "stands beside `keep`: give one of them", None),
            (false, false) => parameters.missing("keep", Some("say keep = 20, or min_count = 10")),
            _ => {}
        }
        parameters.finish();
        if parameters.faults().count() > before {
            return None;
        }
        let common = keep.map(Common::Most).or(min_count.map(Common::OfPeople))?;
        Some(Self { common, other: other?.to_owned() })
    }

    /// The values that are kept, of all that are delivered, each once, with the number
    /// of people who have it.
    pub(crate) fn kept<'v>(&self, mut counted: Vec<(&'v str, u64)>) -> HashSet<&'v str> {
        counted.retain(|(_, people)| *people > 0);
        match self.common {
            Common::OfPeople(least) => counted.retain(|(_, people)| *people >= least),
            Common::Most(most) => {
                counted.sort_unstable_by(|(one, people), (other, of_other)| of_other.cmp(people).then(one.cmp(other)));
                counted.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            }
        }
        counted.into_iter().map(|(value, _)| value).collect()
    }
}

impl Action for TopValues {
    fn loss(&self) -> Loss {
        Loss::new(match self.common {
            Common::Most(most) => format!("every value but the {} most common", number(most)),
            Common::OfPeople(least) => format!("every value that fewer than {least} people have"),
        })
    }

    fn technique(&self) -> &'static str {
        "generalisation (global recoding)"
    }

    fn holds_original_text(&self) -> bool {
        true
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        context.accept("top_values", "text", &[ColumnType::Text])?;
        // As they are, until it is known which are kept.
        Ok(keep(ColumnType::Text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::faults_of;

    fn kept(common: Common, counted: &[(&'static str, u64)]) -> Vec<&'static str> {
        let action = TopValues { common, other: "x".to_owned() };
        let mut kept: Vec<&str> = action.kept(counted.to_vec()).into_iter().collect();
        kept.sort_unstable();
        kept
    }

    #[test]
    fn the_common_values_are_kept_and_ties_are_decided_by_the_value() {
        let counted = [("d", 2), ("b", 3), ("a", 2), ("c", 2), ("e", 9), ("f", 0)];
        assert_eq!(kept(Common::Most(3), &counted), ["a", "b", "e"]);
        assert_eq!(kept(Common::Most(4), &counted), ["a", "b", "c", "e"]);
        assert_eq!(kept(Common::Most(99), &counted), ["a", "b", "c", "d", "e"]);
        assert_eq!(kept(Common::OfPeople(3), &counted), ["b", "e"]);
        assert_eq!(kept(Common::OfPeople(10), &counted), [""; 0]);
    }

    #[test]
    fn parameters_that_cannot_be_are_faults() {
        for bad in [
            "{}",
            "{ keep = 3 }",
            "{ other = \"x\" }",
            "{ keep = 0, other = \"x\" }",
            "{ min_count = 1, other = \"x\" }",
            "{ keep = 3, min_count = 3, other = \"x\" }",
            "{ keep = \"3\", other = \"x\" }",
        ] {
            assert!(!faults_of(&format!("top_values = {bad}")).is_empty(), "{bad}");
        }
    }
}
