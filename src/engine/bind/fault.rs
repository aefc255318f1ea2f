//! Why a plan cannot be bound to the columns of a source.

use crate::engine::fault::{FaultFacts, InputFault};
use crate::model::name::ColumnName;
use crate::transform::Inapplicable;

/// Why a plan does not fit a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BindFault {
    /// The source lacks a column, has one too many, or has one of a type that
    /// cannot be read.
    #[error("{0}")]
    Input(#[from] InputFault),
    /// An action, or a selection of records, does not fit the type of its column.
    #[error("column `{column}`: {fault}")]
    Inapplicable {
        /// The column, which the policy names.
        column: ColumnName,
        /// Its position in the policy.
        start: usize,
        /// What does not fit.
        fault: Inapplicable,
    },
}

impl BindFault {
    /// The same faults, in a file that seems to have so many lines before its header.
    pub(crate) fn with_lines_before(faults: Vec<Self>, lines_before: Option<u32>) -> Vec<Self> {
        let facts = FaultFacts { lines_before, ..FaultFacts::default() };
        let with_facts = |fault| match fault {
            Self::Input(fault) if lines_before.is_some() => Self::Input(fault.with_facts(facts.clone())),
            fault => fault,
        };
        faults.into_iter().map(with_facts).collect()
    }
}
