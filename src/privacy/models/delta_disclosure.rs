//! δ-disclosure privacy: in every class, every sensitive value of the delivery is about
//! as frequent as in the whole delivery: |ln(p / q)| < δ.
//!
//! *Stops* values becoming much likelier or much less likely in a class. Strict: a class
//! that lacks one of the values does not meet it for any δ, since ln 0 has no bound.
//! *Parameters* `column`; `delta`, above 0.
//!
//! Source: Brickell and Shmatikov, *The cost of privacy: destruction of data-mining
//! utility in anonymized data publishing* (2008), definition 3.

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, parameters, share};
use crate::model::name::OutputName;

/// The parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeltaDisclosure {
    /// The sensitive column.
    pub(crate) column: OutputName,
    /// What |ln(p / q)| must stay below.
    pub(crate) delta: f64,
}

impl PrivacyModel for DeltaDisclosure {
    fn word(&self) -> &'static str {
        "delta_disclosure"
    }

    fn reason(&self) -> &'static str {
        "above_delta"
    }

    fn sensitive(&self) -> Option<&OutputName> {
        Some(&self.column)
    }

    fn compares_with_table(&self) -> bool {
        true
    }

    fn measure(&self, class: &ClassCounts<'_>, table: &TableCounts) -> f64 {
        if (class.values.len() as u64) < table.different {
            return f64::INFINITY;
        }
        let pairs = class.pairs();
        let distance = |(position, count): &(u32, u64)| (share(*count, pairs) / table.share(*position)).ln().abs();
        class.values.iter().map(distance).fold(0.0, f64::max)
    }

    fn holds(&self, measured: f64) -> bool {
        // The definition is strict.
        measured < self.delta
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.max(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        parameters([("column", json!(self.column.as_str())), ("delta", json!(self.delta))])
    }

    fn in_words(&self) -> String {
        format!(
            "every value of {} about as frequent as in the whole delivery (|ln(p/q)| below {})",
            self.column, self.delta
        )
    }
}
