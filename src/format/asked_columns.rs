//! What a policy asks of the columns of a file, for formats whose records may each
//! have other keys. Formats with one set of columns for all records ignore it.

/// The columns a policy asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AskedColumns {
    /// Columns that it names, which a record at least must have.
    pub(crate) names: Vec<String>,
    /// Columns that mean something only if the first record has them.
    pub(crate) known_if_first: Vec<String>,
    /// Whether it refuses columns that it does not name.
    pub(crate) refuses_others: bool,
}
