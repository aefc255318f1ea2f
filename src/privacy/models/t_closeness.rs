//! t-closeness: in every class, the sensitive values are distributed nearly as in the
//! whole delivery: the distance of the two distributions is at most t.
//!
//! *Stops* learning more about a person from the class than from the whole delivery.
//! *Parameters* `column`; `t`, from 0 to 1; `distance`: `equal`, half the sum of |p − q|
//! (all values are equally far from each other), or `ordered`,
//! Σᵢ|Σⱼ≤ᵢ(pⱼ − qⱼ)| / (m − 1) for values with an order, where m is the number of
//! different values of the delivery. Numbers and dates have their own order, and other
//! values that of `order = ["low", "medium", "high"]`. A missing cell comes first.
//!
//! Source: Li, Li and Venkatasubramanian, *t-closeness: privacy beyond k-anonymity and
//! ℓ-diversity* (2007), sections 4.1 and 4.2.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, at_most, number, parameters, share};
use crate::model::name::OutputName;

/// How the values of a column are ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ValueOrder {
    /// As numbers, dates or times.
    Natural,
    /// As in this list.
    Listed(Arc<[String]>),
}

/// How far two distributions are from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Distance {
    /// All values are equally far from each other.
    Equal,
    /// Values are ordered.
    Ordered(ValueOrder),
}

/// The parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TCloseness {
    /// The sensitive column.
    pub(crate) column: OutputName,
    /// The largest distance.
    pub(crate) t: f64,
    /// How it is measured.
    pub(crate) distance: Distance,
}

impl TCloseness {
    fn equal(class: &ClassCounts<'_>, table: &TableCounts) -> f64 {
        let pairs = class.pairs();
        // Values that the class does not have differ by their share of the table, and
        // all shares of the table are 1 together.
        let here = class.values.iter().map(|(position, count)| {
            let (p, q) = (share(*count, pairs), table.share(*position));
            (p - q).abs() - q
        });
        f64::midpoint(here.sum::<f64>(), 1.0)
    }

    fn ordered(class: &ClassCounts<'_>, table: &TableCounts) -> f64 {
        if table.different < 2 {
            return 0.0;
        }
        let pairs = class.pairs();
        let mut values = class.values.iter().peekable();
        let (mut below, mut distance) = (0.0, 0.0);
        for (position, count) in (0_u32..).zip(&table.counts) {
            let here = values.next_if(|(own, _)| *own == position).map_or(0, |(_, count)| *count);
            if *count > 0 {
                below += share(here, pairs) - share(*count, table.pairs);
                distance += f64::abs(below);
            }
        }
        distance / number(table.different - 1)
    }
}

impl PrivacyModel for TCloseness {
    fn word(&self) -> &'static str {
        "t_closeness"
    }

    fn reason(&self) -> &'static str {
        "above_t"
    }

    fn sensitive(&self) -> Option<&OutputName> {
        Some(&self.column)
    }

    fn order(&self) -> Option<&ValueOrder> {
        match &self.distance {
            Distance::Equal => None,
            Distance::Ordered(order) => Some(order),
        }
    }

    fn compares_with_table(&self) -> bool {
        true
    }

    fn measure(&self, class: &ClassCounts<'_>, table: &TableCounts) -> f64 {
        match self.distance {
            Distance::Equal => Self::equal(class, table),
            Distance::Ordered(_) => Self::ordered(class, table),
        }
    }

    fn holds(&self, measured: f64) -> bool {
        at_most(measured, self.t)
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.max(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        let distance = if self.distance == Distance::Equal { "equal" } else { "ordered" };
        parameters([("column", json!(self.column.as_str())), ("distance", json!(distance)), ("t", json!(self.t))])
    }

    fn in_words(&self) -> String {
        format!("values of {} within {} of those of the whole delivery", self.column, self.t)
    }
}
