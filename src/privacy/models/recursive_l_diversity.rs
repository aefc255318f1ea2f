//! Recursive (c, l)-diversity: in every class, the most frequent sensitive value is
//! less frequent than c times the least frequent ones together, from the l-th on:
//! `r₁ < c·(r_l + … + r_m)`.
//!
//! *Stops* concluding the value, also after l − 2 other values were ruled out.
//! *Parameters* `column`; `l`, from 2; `c`, above 0. A class of fewer than l values does
//! not meet it. What is measured is `r₁ / (r_l + … + r_m)`.
//!
//! Source: Machanavajjhala et al., *ℓ-diversity* (2007), definition 4.2.

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, number, parameters};
use crate::model::name::OutputName;

/// The parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RecursiveLDiversity {
    /// The sensitive column.
    pub(crate) column: OutputName,
    /// The number of values.
    pub(crate) l: u64,
    /// What `r₁ / (r_l + … + r_m)` must stay below.
    pub(crate) c: f64,
}

impl PrivacyModel for RecursiveLDiversity {
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
        let mut counts: Vec<u64> = class.values.iter().map(|(_, count)| *count).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let first = counts.first().copied().unwrap_or(0);
        let least: u64 = counts.iter().skip(usize::try_from(self.l.saturating_sub(1)).unwrap_or(usize::MAX)).sum();
        if least == 0 { f64::INFINITY } else { number(first) / number(least) }
    }

    fn holds(&self, measured: f64) -> bool {
        // The definition is strict: equality is a violation.
        measured < self.c
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.max(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        parameters([
            ("column", json!(self.column.as_str())),
            ("kind", json!("recursive")),
            ("l", json!(self.l)),
            ("c", json!(self.c)),
        ])
    }

    fn in_words(&self) -> String {
        format!("recursive ({}, {})-diverse values of {}", self.c, self.l, self.column)
    }
}
