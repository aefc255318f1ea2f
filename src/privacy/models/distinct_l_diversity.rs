//! Distinct l-diversity: every class has at least l different values of the sensitive
//! column.
//!
//! *Stops* concluding the value from the class alone. *Does not stop* concluding it with
//! a high probability: one value may be that of nearly all persons (see the entropy and
//! the recursive form).
//! *Parameters* `column`; `l`, from 2.
//!
//! Source: Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam, *ℓ-diversity: privacy
//! beyond k-anonymity* (2007).

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, at_least, number, parameters};
use crate::model::name::OutputName;

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DistinctLDiversity {
    /// The sensitive column.
    pub(crate) column: OutputName,
    /// The fewest different values.
    pub(crate) l: u64,
}

impl PrivacyModel for DistinctLDiversity {
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
        number(class.values.len() as u64)
    }

    fn holds(&self, measured: f64) -> bool {
        at_least(measured, number(self.l))
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.min(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        parameters([("column", json!(self.column.as_str())), ("kind", json!("distinct")), ("l", json!(self.l))])
    }

    fn in_words(&self) -> String {
        format!("at least {} different values of {}", self.l, self.column)
    }
}
