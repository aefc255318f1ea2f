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
    /// The same of 16 bits.
    Half,
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
            Self::Double | Self::Float | Self::Half => Self::Decimal,
            other => other,
        }
    }

    /// For a type that rounds: whole numbers nearer to zero than this are exact,
    /// and of those beyond it several are one (IEEE 754: 53 bits of a double, 24 of
    /// a float, 11 of a half).
    #[must_use]
    pub fn exact_below(self) -> Option<u64> {
        match self {
            Self::Double => Some(1 << 53),
            Self::Float => Some(1 << 24),
            Self::Half => Some(1 << 11),
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
            Self::Half => "half",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::Timestamp => "timestamp",
            Self::Year => "year",
        }
    }
}

/// A type of a column in a typed file whose values have no one text: such a column
/// can be passed over, and not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TextlessType {
    /// JSON in its binary form.
    Bson,
    /// A length of time.
    Duration,
    /// Bytes of a fixed number that are no UUID.
    FixedBinary,
    /// Months, days and times of no fixed length.
    Interval,
    /// What the format did not have when this was written.
    Later,
    /// A list, by offsets or by views.
    List,
    /// A decimal of more digits than 256 bits hold.
    LongDecimal,
    /// Keys and values.
    Map,
    /// Values that are written once a run.
    RunEndEncoded,
    /// Several columns in one.
    Struct,
    /// One of several types in each cell.
    Union,
    /// A timestamp that is shown in a zone nobody knows.
    UnknownZone,
}

impl TextlessType {
    /// What it is called.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bson => "binary JSON",
            Self::Duration => "a duration",
            Self::FixedBinary => "binary of a fixed size",
            Self::Interval => "an interval",
            Self::Later => "a type of a later version of the format",
            Self::List => "a list",
            Self::LongDecimal => "a decimal of more than 76 digits",
            Self::Map => "a map",
            Self::RunEndEncoded => "run-end encoded",
            Self::Struct => "a struct",
            Self::Union => "a union",
            Self::UnknownZone => "a timestamp in a zone that is not known",
        }
    }

    /// How such a column is to be exported instead: a fragment after "export it".
    #[must_use]
    pub fn way_out(self) -> &'static str {
        match self {
            Self::Bson => "as text in JSON",
            Self::Duration | Self::Interval => "as a whole number, of seconds or of days",
            Self::FixedBinary => "as text, in hexadecimal, or as a UUID",
            Self::Later | Self::Union => "as text, a number, a date or a timestamp",
            Self::List => "as one text, its items behind one another, or as one column an item",
            Self::LongDecimal => "as text, or as a decimal of up to 76 digits",
            Self::Map | Self::Struct => "as one column for each value that is needed",
            Self::RunEndEncoded => "in plain or dictionary encoding",
            Self::UnknownZone => "as a timestamp in UTC",
        }
    }
}
