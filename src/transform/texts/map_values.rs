//! `map_values`: replaces values by a table; each value that is not in the table
//! becomes one other value.
//!
//! Matches whole cells exactly, blanks and case included: a value the author did
//! not foresee is never delivered.
//!
//! *Removes* the difference between values that share a new one, and every value
//! that is not in the table.
//! *Keeps* the new values.
//! *Parameters* `values`: a table from old to new, at least one; `other`: what
//! everything else becomes. Both required.
//! *Types* any → text. A typed cell is matched in the form a CSV file would show.
//! *Missing cells* stay missing; they are not `other`.
//! *Errors* none: every cell is read.
//!
//! | before | `values = { "F" = "female", "M" = "male" }, other = "not stated"` |
//! |---|---|
//! | F | female |
//! | f | not stated |
//! | (missing) | (missing) |
//!
//! *Limits* a new value that few people share singles them out as well as the old
//! one did.
//!
//! Source: generalisation, ISO/IEC 20889:2018.

use std::collections::BTreeMap;

use crate::document::TableReader;
use crate::model::column_type::ColumnType;
use crate::model::outcome::loss::Loss;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `map_values`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MapValues {
    /// New values by old ones.
    pub values: BTreeMap<String, String>,
    /// What each other value becomes.
    pub other: String,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Each listed value becomes another; the rest becomes `other`.",
        "type": "object", "additionalProperties": false, "required": ["values", "other"],
        "properties": {
            "values": { "description": "Old value = new value.",
                "type": "object", "additionalProperties": { "type": "string" }, "minProperties": 1 },
            "other": { "description": "What a value that is not listed becomes.", "type": "string" }
        }
    }"#,
    documents: r#"{
        "description": "A table of values.",
        "type": "object", "additionalProperties": false, "required": ["values", "other"],
        "properties": {
            "values": { "description": "Value of the extract = value delivered.",
                "type": "object", "additionalProperties": { "type": "string" }, "minProperties": 1 },
            "other": { "description": "What every other value becomes.", "type": "string" }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"map_values = { values = { "F" = "female", "M" = "male" }, other = "not stated" }"#,
        input: ColumnType::Text,
        before: &[Some("F"), Some("f"), Some("M"), None],
        after: &[Some("female"), Some("not stated"), Some("male"), None],
    },
    Example {
        policy: r#"map_values = { values = { "1" = "1-2", "2" = "1-2" }, other = "3+" }"#,
        input: ColumnType::Integer,
        before: &[Some("1"), Some("2"), Some("7")],
        after: &[Some("1-2"), Some("1-2"), Some("3+")],
    },
];

impl MapValues {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        if !parameters.has("values") {
            parameters.missing("values", Some("say values = { \"old\" = \"new\" }"));
        }
        if !parameters.has("other") {
            parameters.missing("other", Some("say what a value that is not in the table becomes"));
        }
        let values = parameters.text_map("values");
        let other = parameters.text("other");
        parameters.finish();
        let values = values?;
        if values.is_empty() {
            parameters.fault("values", "must hold one value or more", Some("use `replace` for a constant"));
            return None;
        }
        let values = values.into_iter().map(|(old, new)| (old.to_owned(), new.to_owned())).collect();
        Some(Self { values, other: other?.to_owned() })
    }
}

impl Action for MapValues {
    fn loss(&self) -> Loss {
        let count = self.values.len();
        Loss::new(format!("every value but {count} of the policy's table, and which of those that share a new one"))
    }

    fn technique(&self) -> &'static str {
        "generalisation (recoding)"
    }

    fn build(&self, _: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        Ok(Box::new(MapValuesKernel(self.clone())))
    }
}

#[derive(Debug)]
struct MapValuesKernel(MapValues);

impl ColumnTransform for MapValuesKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| {
            out.push_str(self.0.values.get(text).unwrap_or(&self.0.other));
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::transform::test_policy::faults_of;

    #[test]
    fn a_table_and_another_value_are_required() {
        for bad in [
            "{ other = \"x\" }",
            "{ values = { a = \"b\" } }",
            "{ values = {}, other = \"x\" }",
            "{ values = { a = 1 }, other = \"x\" }",
            "{ values = { a = \"b\" }, other = \"x\", else = \"y\" }",
        ] {
            assert!(!faults_of(&format!("map_values = {bad}")).is_empty(), "{bad}");
        }
    }
}
