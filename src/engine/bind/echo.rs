//! Binds `guards.echo`: which columns of the source are compared with which texts of the
//! delivery.

use super::{Binder, BoundColumn};
use crate::model::column_type::ColumnType;
use crate::policy::plan::echo::EchoRule;

/// The guard, bound.
pub(in crate::engine) struct BoundEcho {
    /// Columns of the source that hold direct identifiers.
    pub(in crate::engine) sources: Vec<usize>,
    /// Delivered columns of text, by their number; and which of `sources` is their own
    /// column, since of that one the policy says itself what is delivered.
    pub(in crate::engine) targets: Vec<(usize, Option<usize>)>,
    /// Whether what is found is taken out.
    pub(in crate::engine) is_redacted: bool,
}

impl Binder<'_> {
    /// The guard, if the policy has it and there is something to compare. The columns
    /// of direct identifiers are read, also those that are dropped.
    pub(super) fn echo(&mut self, columns: &[BoundColumn]) -> Option<BoundEcho> {
        let plan = self.plan;
        let is_redacted = plan.guards.echo? == EchoRule::Redact;
        let sources: Vec<usize> = plan.echo_sources().into_iter().filter_map(|name| self.position(name)).collect();
        let targets = plan.echo_targets().into_iter().filter_map(|number| {
            let column = columns.get(number).filter(|column| column.transform.output_type() == ColumnType::Text)?;
            Some((number, sources.iter().position(|source| *source == column.source)))
        });
        let targets: Vec<(usize, Option<usize>)> = targets.collect();
        (!sources.is_empty() && !targets.is_empty()).then_some(BoundEcho { sources, targets, is_redacted })
    }
}
