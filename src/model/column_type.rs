//! What the cells of a column are.

use serde::Serialize;

/// The type of a column, before or after an action.
///
/// Cells of every type travel as text until an action reads them; the type says
/// how that text is to be read. In a typed extract (Parquet, IPC) dates and
/// times arrive in ISO 8601 form whatever the policy's `date_format` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every action and every format answers for every type")]
pub enum ColumnType {
    /// `true` or `false`.
    Boolean,
    /// A day of the proleptic Gregorian calendar, `YYYY-MM-DD`.
    Date,
    /// An exact decimal number.
    Decimal,
    /// A whole number of at most 64 bits.
    Integer,
    /// Any text. What every column of a CSV file is before an action.
    Text,
    /// An instant or a local date and time, ISO 8601.
    Timestamp,
    /// A calendar year, a whole number.
    Year,
}

impl ColumnType {
    /// The word for it in messages and manifests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::Timestamp => "timestamp",
            Self::Year => "year",
        }
    }
}
