//! A plan that fits the columns of a source, before the consent logs are read: every
//! fault is known, and nothing is written yet. What the logs say makes it a
//! [`Binding`].

use std::sync::Arc;

use super::{Binding, BoundRule};
use crate::engine::consent_log::rule::LogRule;
use crate::engine::consent_log::verdicts::LogVerdicts;
use crate::engine::fault::EngineError;
use crate::engine::port::OutputColumn;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::row_rule::Reads;

/// See the module. [`PlanFit::new`] makes one.
pub struct PlanFit {
    /// Without the gate, if the evidence is a log.
    pub(super) binding: Binding,
    /// What that gate reads, and the slots of it.
    pub(super) log_gate: Option<(Reads, Vec<usize>)>,
    pub(super) unlisted: Vec<usize>,
    pub(super) types: Vec<(ColumnName, ColumnType)>,
}

impl PlanFit {
    /// The binding: records are judged by what the consent logs say of their subjects,
    /// if the evidence is a log.
    ///
    /// # Errors
    /// [`EngineError::Bug`] if the evidence is a log and there are no verdicts, or the
    /// reverse: without its gate a binding would let every record pass.
    pub fn into_binding(self, log: Option<&Arc<LogVerdicts>>) -> Result<Binding, EngineError> {
        let Self { mut binding, log_gate, .. } = self;
        match (log_gate, log) {
            (None, None) => {}
            (Some((reads, slots)), Some(verdicts)) => {
                let rule = LogRule::new(reads, binding.subject_form.clone(), Arc::clone(verdicts));
                binding.rules.push(BoundRule { rule: Box::new(rule), slots });
            }
            _ => return Err(EngineError::Bug { step: "a gate without its evidence" }),
        }
        Ok(binding)
    }

    /// The columns of the delivery.
    #[must_use]
    pub fn output(&self) -> &[OutputColumn] {
        self.binding.output()
    }

    /// Indices of the columns of the source that the policy does not list.
    #[must_use]
    pub fn unlisted(&self) -> &[usize] {
        &self.unlisted
    }

    /// Indices of the columns of the source of which the policy uses no cell.
    pub fn unused(&self, columns: usize) -> impl Iterator<Item = usize> {
        (0..columns).filter(|position| !self.binding.needed.contains(position))
    }

    /// The columns the policy names, with the types the source gives them.
    #[must_use]
    pub fn types(&self) -> &[(ColumnName, ColumnType)] {
        &self.types
    }
}
