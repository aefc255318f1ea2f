//! β-likeness: in no class is a sensitive value much more frequent than in the whole
//! delivery: its gain (p − q) / q is at most β.
//!
//! *Stops* rare values becoming likely in a class, which t-closeness lets happen while
//! the sum of the differences is small. Lower frequencies are not limited.
//! *Parameters* `column`; `beta`, above 0; `kind`: `basic`, or `enhanced`, where the
//! gain is also at most −ln q, so that frequent values cannot come close to certain.
//! What is measured is the largest gain, and in the enhanced form the smallest β that
//! the class meets: infinite where a gain is above −ln q.
//!
//! Source: Cao and Karras, *Publishing microdata with a robust privacy guarantee*
//! (2012), definitions 2 and 3.

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, at_most, parameters, share};
use crate::model::name::OutputName;

/// The parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BetaLikeness {
    /// The sensitive column.
    pub(crate) column: OutputName,
    /// The largest gain.
    pub(crate) beta: f64,
    /// Whether the gain is also at most −ln q.
    pub(crate) is_enhanced: bool,
}

impl PrivacyModel for BetaLikeness {
    fn word(&self) -> &'static str {
        "beta_likeness"
    }

    fn reason(&self) -> &'static str {
        "above_beta"
    }

    fn sensitive(&self) -> Option<&OutputName> {
        Some(&self.column)
    }

    fn compares_with_table(&self) -> bool {
        true
    }

    fn measure(&self, class: &ClassCounts<'_>, table: &TableCounts) -> f64 {
        let pairs = class.pairs();
        let gain = |(position, count): &(u32, u64)| {
            let q = table.share(*position);
            let gain = (share(*count, pairs) - q) / q;
            if self.is_enhanced && !at_most(gain, -q.ln()) { f64::INFINITY } else { gain }
        };
        class.values.iter().map(gain).fold(0.0, f64::max)
    }

    fn holds(&self, measured: f64) -> bool {
        at_most(measured, self.beta)
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.max(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        let kind = if self.is_enhanced { "enhanced" } else { "basic" };
        parameters([("column", json!(self.column.as_str())), ("kind", json!(kind)), ("beta", json!(self.beta))])
    }

    fn in_words(&self) -> String {
        format!("no value of {} more frequent than in the whole delivery by more than {} times", self.column, self.beta)
    }
}
