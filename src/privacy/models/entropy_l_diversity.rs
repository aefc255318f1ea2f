//! Entropy l-diversity: the entropy of the sensitive values of every class is at least
//! ln l, as it is where l values are equally frequent.
//!
//! *Stops* concluding the value with a high probability. Stricter than the distinct
//! form; the whole table must have that entropy as well, or no record can be delivered.
//! *Parameters* `column`; `l`, above 1, which need not be whole. What is measured is
//! e^H, so that it can be compared with l.
//!
//! Source: Machanavajjhala et al., *ℓ-diversity* (2007), definition 4.1.

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, at_least, parameters, share};
use crate::model::name::OutputName;

/// The parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EntropyLDiversity {
    /// The sensitive column.
    pub(crate) column: OutputName,
    /// What e^H must reach.
    pub(crate) l: f64,
}

impl PrivacyModel for EntropyLDiversity {
    fn word(&self) -> &'static str {
        "l_diversity"
    }

    fn reason(&self) -> &'static str {
        "below_l"
    }

    fn sensitive(&self) -> Option<&OutputName> {
        Some(&self.column)
    }

    fn counts_missing(&self) -> bool {
        false
    }

    fn measure(&self, class: &ClassCounts<'_>, _: &TableCounts) -> f64 {
        let pairs = class.pairs();
        let entropy: f64 = class.values.iter().map(|(_, count)| share(*count, pairs)).map(|p| -p * p.ln()).sum();
        entropy.exp()
    }

    fn holds(&self, measured: f64) -> bool {
        at_least(measured, self.l)
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.min(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        parameters([("column", json!(self.column.as_str())), ("kind", json!("entropy")), ("l", json!(self.l))])
    }

    fn in_words(&self) -> String {
        format!("values of {} with an entropy of at least ln {}", self.column, self.l)
    }
}
