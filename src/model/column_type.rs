//! What the cells of a column are.

use serde::{Deserialize, Serialize};

/// The type of a column, before or after an action.
///
/// Cells of every type travel as text until an action reads them; the type says
/// how that text is to be read. In a typed extract (Parquet, IPC) dates and
/// times arrive in ISO 8601 form whatever the policy's `date_format` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every action and every format answers for every type")]
pub enum ColumnType {
    /// `true` or `false`.
    Boolean,
    /// A day of the proleptic Gregorian calendar, `YYYY-MM-DD`.
    Date,
    /// An exact decimal number.
    Decimal,
    /// A binary floating-point number of 64 bits, in a typed extract, log or list.
    /// Delivered as a decimal.
    Double,
    /// The same of 32 bits.
    Float,
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
    /// The type in which its cells are delivered where nothing is done to them.
    #[must_use]
    pub fn delivered(self) -> Self {
        match self {
            Self::Double | Self::Float => Self::Decimal,
            other => other,
        }
    }

    /// For a type that rounds: whole numbers nearer to zero than this are exact,
    /// and of those beyond it several are one (IEEE 754: 53 bits of a double, 24 of
    /// a float).
    #[must_use]
    pub fn exact_below(self) -> Option<u64> {
        match self {
            Self::Double => Some(1 << 53),
            Self::Float => Some(1 << 24),
            _ => None,
        }
    }

    /// The word for it in messages and manifests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Decimal => "decimal",
            Self::Double => "double",
            Self::Float => "float",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::Timestamp => "timestamp",
            Self::Year => "year",
        }
    }
}
