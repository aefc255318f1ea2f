//! Why a plan cannot be bound to the columns of a source.

use crate::engine::fault::InputFault;
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
