//! `mask_email`: hides an e-mail address, or all of it but the domain.
//!
//! For a recipient who only needs to see that there is an address. To join on
//! addresses use `pseudonymise`.
//!
//! *Removes* the mailbox; without `keep_domain` everything but that there is an
//! address.
//! *Keeps* that there is an address; with `keep_domain` its domain, in small
//! letters, other scripts as A-labels. What is written before or after the address
//! is not kept.
//! *Parameters* `keep_domain`: true or false, default false.
//! *Types* text → text.
//! *Missing cells* stay missing.
//! *Errors* a cell that is not one address and nothing else, by the rule `email`
//! of `normalise`, is unreadable (`email`).
//!
//! | before | `keep_domain = true` | `{}` |
//! |---|---|---|
//! | Anna@Example.org | ***@example.org | *** |
//! | Anna@München.example | ***@xn--mnchen-3ya.example | *** |
//! | anna@example.org;07700900123 | (missing) | (missing) |
//! | no address | (missing) | (missing) |
//! | (missing) | (missing) | (missing) |
//!
//! *Limits* a private domain names its owner, and a firm's domain names the
//! employer: keep domains only where they are those of large providers.
//!
//! Source: masking, ISO/IEC 20889:2018.

use crate::document::TableReader;
use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
use crate::model::column_type::ColumnType;
use crate::model::outcome::loss::Loss;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `mask_email`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MaskEmail {
    /// Whether the domain is kept.
    pub keep_domain: bool,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "The part of an e-mail address before the @ is hidden.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "keep_domain": { "description": "Whether the domain is told. Default false.",
                "type": "boolean", "default": false }
        }
    }"#,
    documents: r#"{
        "description": "What stays of an address.",
        "type": "object", "additionalProperties": false, "required": ["keep_domain"],
        "properties": {
            "keep_domain": { "description": "Whether the domain stays.", "type": "boolean" }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: "mask_email = { keep_domain = true }",
        input: ColumnType::Text,
        before: &[
            Some("Anna@Example.org"),
            Some("no address"),
            None,
            Some(" b.c@example.com"),
            Some("Anna@München.example"),
            Some("anna@example.org;07700900123"),
            Some("anna@example.org."),
        ],
        after: &[
            Some("***@example.org"),
            None,
            None,
            Some("***@example.com"),
            Some("***@xn--mnchen-3ya.example"),
            None,
            None,
        ],
    },
    Example {
        policy: "mask_email = {}",
        input: ColumnType::Text,
        before: &[Some("Anna@Example.org"), Some("no address"), None],
        after: &[Some("***"), None, None],
    },
];

impl MaskEmail {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        let keep_domain = parameters.boolean("keep_domain").unwrap_or(false);
        parameters.finish();
        (parameters.faults().count() == before).then_some(Self { keep_domain })
    }
}

impl Action for MaskEmail {
    fn loss(&self) -> Loss {
        Loss::new(if self.keep_domain { "the mailbox" } else { "everything but that there is an address" })
    }

    fn technique(&self) -> &'static str {
        "masking"
    }

    fn holds_original_text(&self) -> bool {
        true
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        context.accept("mask_email", "text", &[ColumnType::Text])?;
        Ok(Box::new(MaskEmailKernel(*self)))
    }
}

#[derive(Debug)]
struct MaskEmailKernel(MaskEmail);

impl ColumnTransform for MaskEmailKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        let form = Form::new(Normalise::Email);
        let mut scratch = String::new();
        Rewritten::text(cells, |text, out| {
            let address = form.canonical(text, &mut scratch)?;
            out.push_str("***");
            if let Some(at) = address.find('@').filter(|_| self.0.keep_domain) {
                out.push_str(&address[at..]);
            }
            Ok(())
        })
    }
}
