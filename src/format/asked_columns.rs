//! What a policy asks of the columns of a file, for formats whose records may each
//! have other keys. Formats with one set of columns for all records ignore it.

use crate::policy::plan::column_uses::ColumnUse;

/// The columns a policy asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AskedColumns {
    /// Columns that it names, which a record at least must have.
    pub(crate) names: Vec<String>,
    /// Columns that mean something only if the first record has them.
    pub(crate) known_if_first: Vec<String>,
    /// Whether it refuses columns that it does not name.
    pub(crate) refuses_others: bool,
    /// What columns are used for, for formats whose cells have types of their own.
    pub(crate) uses: Vec<ColumnUse>,
}
