//! Makes the row rules of `rows.only` and `rows.drop` from the policy.

use crate::policy::plan::{Plan, SelectionRule};
use crate::row_rule::selection::{Listed, Selection};

/// The row rule of one selection of the policy. `null_values` are words that are
/// known not to be listed, unless they are.
pub(super) fn selection(plan: &Plan, rule: &SelectionRule) -> Selection {
    let (column, listed) = (rule.column.clone(), rule.listed.clone());
    match (rule.coarsening, rule.effect) {
        (Some(coarsening), effect) => Selection::coarsened(column, listed, coarsening, effect),
        (None, Listed::AreKept) => Selection::only(column, listed),
        (None, Listed::AreDropped(reason)) => {
            let nulls = &plan.extract.written.null_values;
            let others = rule.others.as_ref().map(|others| others.iter().chain(nulls).cloned().collect::<Vec<_>>());
            Selection::dropping(column, &listed, others.as_deref(), reason)
        }
    }
}

/// The policy's own reasons, by position, that are of one record alone.
pub(super) fn of_the_record(plan: &Plan) -> Vec<u8> {
    let own = |rule: &SelectionRule| match rule.effect {
        Listed::AreDropped(own) if !rule.whole_subject => Some(own),
        _ => None,
    };
    plan.rows.selections.iter().filter_map(own).collect()
}
