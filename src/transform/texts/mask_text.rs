//! `mask_text`: hides the middle of a text, or all of it.
//!
//! Counts characters (Unicode scalar values of normalisation form C), never bytes,
//! so that a letter is never cut in two.
//!
//! *Removes* every character but the first and last few.
//! *Keeps* those, and how long the text was.
//! *Parameters* `keep_first`, `keep_last`: how many characters are kept at either
//! end, 0 to 64, default 0; `with`: the one character that replaces a hidden one,
//! default `*`.
//! *Types* text or integer → text.
//! *Missing cells* stay missing.
//! *Errors* none. A text not longer than `keep_first` and `keep_last` together is
//! hidden whole: otherwise all of it would be delivered.
//!
//! | before | `keep_last = 4` |
//! |---|---|
//! | 07700900123 | *******0123 |
//! | 0123 | **** |
//! | (missing) | (missing) |
//!
//! *Limits* what is kept is data: four last digits with a name find the number in
//! any directory, and lengths distinguish values. To join use `pseudonymise`.
//!
//! Source: masking, ISO/IEC 20889:2018.

use crate::document::TableReader;
use crate::identifier::canonical::nfc;
use crate::model::column_type::ColumnType;
use crate::model::number::counted::counted;
use crate::model::outcome::loss::Loss;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `mask_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MaskText {
    /// How many characters are kept at the start.
    pub keep_first: usize,
    /// How many characters are kept at the end.
    pub keep_last: usize,
    /// The character that replaces a hidden one.
    pub with: char,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "All characters but those at the ends are hidden.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "keep_first": { "description": "Characters told at the start. Default 0.",
                "type": "integer", "minimum": 0, "default": 0, "maximum": 64 },
            "keep_last": { "description": "Characters told at the end. Default 0.",
                "type": "integer", "minimum": 0, "default": 0, "maximum": 64 },
            "with": { "description": "The character shown instead. Default *.",
                "type": "string", "minLength": 1, "maxLength": 1, "default": "*" }
        }
    }"#,
    documents: r#"{
        "description": "What stays of a text.",
        "type": "object", "additionalProperties": false, "required": ["keep_first", "keep_last", "with"],
        "properties": {
            "keep_first": { "description": "Characters kept at the start.", "type": "integer", "minimum": 0 },
            "keep_last": { "description": "Characters kept at the end.", "type": "integer", "minimum": 0 },
            "with": { "description": "What stands for each of the others.", "type": "string", "minLength": 1 }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: "mask_text = { keep_last = 4 }",
        input: ColumnType::Text,
        before: &[Some("07700900123"), Some("0123"), None],
        after: &[Some("*******0123"), Some("****"), None],
    },
    Example {
        policy: r#"mask_text = { keep_first = 1, keep_last = 1, with = "•" }"#,
        input: ColumnType::Text,
        before: &[Some("Zoë"), Some("Zoe\u{308}"), Some("Jo"), Some("")],
        after: &[Some("Z•ë"), Some("Z•ë"), Some("••"), Some("")],
    },
    Example {
        policy: "mask_text = {}",
        input: ColumnType::Integer,
        before: &[Some("12345"), Some("-1"), None],
        after: &[Some("*****"), Some("**"), None],
    },
];

impl MaskText {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        let keep_first = parameters.integer("keep_first", 0..=64).unwrap_or(0);
        let keep_last = parameters.integer("keep_last", 0..=64).unwrap_or(0);
        let with = parameters.parsed("with", one_visible).unwrap_or('*');
        parameters.finish();
        let (keep_first, keep_last) = (usize::try_from(keep_first).ok()?, usize::try_from(keep_last).ok()?);
        (parameters.faults().count() == before).then_some(Self { keep_first, keep_last, with })
    }
}

fn one_visible(text: &str) -> Result<char, &'static str> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(char), None) if !char.is_control() => Ok(char),
        _ => Err("must be one visible character"),
    }
}

impl Action for MaskText {
    fn loss(&self) -> Loss {
        let characters = |count: usize| counted(count as u64, "character");
        Loss::new(match (self.keep_first, self.keep_last) {
            (0, 0) => "everything but the length".to_owned(),
            (first, 0) => format!("everything but the first {} and the length", characters(first)),
            (0, last) => format!("everything but the last {} and the length", characters(last)),
            (first, last) => {
                format!("everything but the first {first} and the last {} and the length", characters(last))
            }
        })
    }

    fn technique(&self) -> &'static str {
        "masking"
    }

    fn holds_original_text(&self) -> bool {
        true
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        context.accept("mask_text", "text or whole numbers", &[ColumnType::Integer, ColumnType::Text])?;
        Ok(Box::new(MaskTextKernel(*self)))
    }
}

#[derive(Debug)]
struct MaskTextKernel(MaskText);

impl ColumnTransform for MaskTextKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        let MaskText { keep_first, keep_last, with } = self.0;
        let mut scratch = String::new();
        Rewritten::text(cells, |text, out| {
            scratch.clear();
            let text = nfc(text, &mut scratch);
            let length = text.chars().count();
            // Positions first..end are hidden.
            let (first, end) =
                if length <= keep_first + keep_last { (0, length) } else { (keep_first, length - keep_last) };
            let shown = |(place, char)| if (first..end).contains(&place) { with } else { char };
            out.extend(text.chars().enumerate().map(shown));
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::transform::test_policy::faults_of;

    #[test]
    fn the_mask_is_one_visible_character() {
        for bad in ["{ with = \"\" }", "{ with = \"xx\" }", "{ with = \"\\n\" }", "{ keep_first = -1 }", "{ keep = 1 }"]
        {
            assert!(!faults_of(&format!("mask_text = {bad}")).is_empty(), "{bad}");
        }
    }
}
