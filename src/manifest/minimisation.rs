//! How much less is delivered than there was: of the data of each delivered person,
//! how many columns were not delivered. Records that were not delivered do not
//! count: dropping many of them does not make the others smaller.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::name::ColumnName;
use crate::policy::plan::{ColumnDecision, Plan};

/// How much less is delivered than there was. The counts of columns follow from the
/// policy and the header alone; those of records and cells are in the account only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinimisationSection {
    /// Columns of the extract.
    pub columns_in: usize,
    /// Of those, how many are delivered unchanged.
    pub columns_kept: usize,
    /// Of the others, how many are delivered rewritten, or read by a derived
    /// column.
    pub columns_rewritten: usize,
    /// The others: nothing of them is delivered.
    pub columns_removed: usize,
    /// Columns of the delivery.
    pub columns_out: usize,
    /// Records read that are not delivered. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records_not_delivered: Option<u64>,
    /// The cells of the delivered records. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells_of_delivered_records: Option<DeliveredCells>,
}

/// The cells of the delivered records in the extract, by what happened to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveredCells {
    /// Delivered unchanged.
    pub kept: u64,
    /// Delivered rewritten, or read by a derived column.
    pub rewritten: u64,
    /// Not delivered.
    pub removed: u64,
}

impl MinimisationSection {
    /// What the policy does with an extract of that many columns.
    #[must_use]
    pub fn new(plan: &Plan, columns_in: usize) -> Self {
        let is_kept = |decision: &ColumnDecision| matches!(decision, ColumnDecision::Keep { .. });
        let delivered = || plan.columns.iter().filter(|rule| rule.output.is_some());
        let kept: BTreeSet<&ColumnName> =
            delivered().filter(|rule| is_kept(&rule.decision)).map(|rule| &rule.name).collect();
        let mut used: BTreeSet<&ColumnName> = delivered().map(|rule| &rule.name).collect();
        used.extend(plan.derived.iter().flat_map(|rule| rule.spec.reads()));
        Self {
            columns_in,
            columns_kept: kept.len(),
            columns_rewritten: used.len() - kept.len(),
            columns_removed: columns_in.saturating_sub(used.len()),
            columns_out: delivered().count() + plan.derived.len(),
            records_not_delivered: None,
            cells_of_delivered_records: None,
        }
    }

    /// The same with the counts of a run.
    #[must_use]
    pub fn counted(self, read: u64, delivered: u64) -> Self {
        let cells = |columns: usize| delivered.saturating_mul(columns as u64);
        Self {
            records_not_delivered: Some(read.saturating_sub(delivered)),
            cells_of_delivered_records: Some(DeliveredCells {
                kept: cells(self.columns_kept),
                rewritten: cells(self.columns_rewritten),
                removed: cells(self.columns_removed),
            }),
            ..self
        }
    }
}
