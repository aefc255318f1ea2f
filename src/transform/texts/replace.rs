//! `replace`: replaces every value by a constant.
//!
//! For a recipient whose software needs the column. Otherwise drop the column.
//!
//! *Removes* everything but whether there was a value.
//! *Keeps* whether there was a value.
//! *Parameters* `with`: the text of every cell that is not missing. Required.
//! *Types* any → text.
//! *Missing cells* stay missing.
//! *Errors* none.
//!
//! | before | `with = "withheld"` |
//! |---|---|
//! | 14 Sample Street | withheld |
//! | withheld | withheld |
//! | (missing) | (missing) |
//!
//! *Limits* that a cell is missing can tell something: that a person has no
//! telephone, say.
//!
//! Source: masking, ISO/IEC 20889:2018.

use crate::document::TableReader;
use crate::model::column_type::ColumnType;
use crate::model::outcome::loss::Loss;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `replace`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Replace {
    /// The text of every cell that is not missing.
    pub with: String,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Every value becomes one constant.",
        "type": "object", "additionalProperties": false, "required": ["with"],
        "properties": {
            "with": { "description": "The constant.", "type": "string" }
        }
    }"#,
    documents: r#"{
        "description": "A constant.",
        "type": "object", "additionalProperties": false, "required": ["with"],
        "properties": {
            "with": { "description": "What every cell becomes.", "type": "string" }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"replace = { with = "withheld" }"#,
        input: ColumnType::Text,
        before: &[Some("14 Sample Street"), Some("withheld"), None],
        after: &[Some("withheld"), Some("withheld"), None],
    },
    Example {
        policy: r#"replace = { with = "" }"#,
        input: ColumnType::Boolean,
        before: &[Some("true"), Some("false"), None],
        after: &[Some(""), Some(""), None],
    },
];

impl Replace {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let with = parameters.required_text("with");
        parameters.finish();
        Some(Self { with: with?.to_owned() })
    }
}

impl Action for Replace {
    fn loss(&self) -> Loss {
        Loss::new("everything but whether there was a value")
    }

    fn technique(&self) -> &'static str {
        "masking"
    }

    fn build(&self, _: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        Ok(Box::new(ReplaceKernel(self.clone())))
    }
}

#[derive(Debug)]
struct ReplaceKernel(Replace);

impl ColumnTransform for ReplaceKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |_, out| {
            out.push_str(&self.0.with);
            Ok(())
        })
    }
}
