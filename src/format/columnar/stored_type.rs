//! How a column of a columnar file is stored, and what its values mean.

use jiff::tz::TimeZone;
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};

use super::days_and_times::zone_of;
use crate::model::column_type::{ColumnType, TextlessType};

/// Digits of the longest decimal: those that 256 bits hold.
const MOST_DIGITS: u32 = 76;
/// Digits of whole numbers that all fit 64 bits.
const WHOLE_DIGITS: i64 = 18;

/// The type of a column whose values have a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredType {
    /// The array that it is decoded into.
    pub(crate) array: ArrowDataType,
    /// What the values of the array mean.
    pub(crate) meaning: Meaning,
}

/// What the values of an array mean, where its own type does not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// What the type of the array says.
    AsTyped,
    /// Whole numbers, or bytes of some in two's complement, divided by ten to the
    /// `scale`.
    Decimal {
        /// Below zero the number is multiplied.
        scale: i32,
        /// Of bytes, whether the lowest comes first.
        lowest_first: bool,
        /// Whether each fits a whole number of 64 bits.
        is_short_whole: bool,
    },
    /// A floating-point number of 16 bits, in whole numbers or in bytes, the lowest
    /// first.
    Half,
    /// Instants that are shown in a zone.
    InZone(TimeZone),
    /// A timestamp of 96 bits.
    Int96,
    /// Bytes that are a text if they are UTF-8.
    Text,
    /// The sixteen bytes of a UUID.
    Uuid,
}

impl StoredType {
    /// An array with a meaning.
    pub(crate) fn new(array: ArrowDataType, meaning: Meaning) -> Self {
        Self { array, meaning }
    }

    /// A decimal of so many digits.
    ///
    /// # Errors
    /// If it has more than any type holds.
    pub(crate) fn decimal(
        array: ArrowDataType,
        (digits, scale): (i64, i64),
        lowest_first: bool,
    ) -> Result<Self, TextlessType> {
        let most = i64::from(MOST_DIGITS);
        if !(0..=most).contains(&digits) || !(-most..=most).contains(&scale) {
            return Err(TextlessType::LongDecimal);
        }
        let is_short_whole = scale <= 0 && digits - scale <= WHOLE_DIGITS;
        let scale = i32::try_from(scale).map_err(|_| TextlessType::LongDecimal)?;
        Ok(Self::new(array, Meaning::Decimal { scale, lowest_first, is_short_whole }))
    }

    /// A timestamp of that unit. A zone only says how its instants are shown.
    ///
    /// # Errors
    /// If the zone is not known.
    pub(crate) fn timestamp(unit: TimeUnit, zone: Option<&str>) -> Result<Self, TextlessType> {
        let named = zone.filter(|zone| !zone.is_empty());
        let meaning = match named.map(zone_of).transpose() {
            Ok(None | Some(None)) => Meaning::AsTyped,
            Ok(Some(Some(zone))) => Meaning::InZone(zone),
            Err(()) => return Err(TextlessType::UnknownZone),
        };
        // The decoder needs to know no more than whether there is one.
        Ok(Self::new(ArrowDataType::Timestamp(unit, named.map(|_| "UTC".into())), meaning))
    }

    /// Text of these bytes.
    pub(crate) fn text(array: ArrowDataType) -> Self {
        Self::new(array, Meaning::Text)
    }

    /// What the type of an array says, where it says it all.
    pub(crate) fn typed(array: ArrowDataType) -> Option<Self> {
        typed(&array).map(|_| Self::new(array, Meaning::AsTyped))
    }

    /// The type a column has here.
    pub(crate) fn column_type(&self) -> ColumnType {
        match &self.meaning {
            Meaning::AsTyped => typed(&self.array).unwrap_or(ColumnType::Text),
            Meaning::Decimal { is_short_whole: true, .. } => ColumnType::Integer,
            Meaning::Decimal { .. } => ColumnType::Decimal,
            Meaning::Half => ColumnType::Half,
            Meaning::InZone(_) | Meaning::Int96 => ColumnType::Timestamp,
            Meaning::Text | Meaning::Uuid => ColumnType::Text,
        }
    }
}

/// The type a column of such arrays has; `None` for one whose type does not say
/// what its text is.
fn typed(array: &ArrowDataType) -> Option<ColumnType> {
    Some(match array {
        ArrowDataType::Boolean => ColumnType::Boolean,
        ArrowDataType::Date32 | ArrowDataType::Date64 => ColumnType::Date,
        ArrowDataType::Float32 => ColumnType::Float,
        ArrowDataType::Float64 => ColumnType::Double,
        ArrowDataType::Int8
        | ArrowDataType::Int16
        | ArrowDataType::Int32
        | ArrowDataType::Int64
        | ArrowDataType::UInt8
        | ArrowDataType::UInt16
        | ArrowDataType::UInt32
        | ArrowDataType::UInt64 => ColumnType::Integer,
        ArrowDataType::Null | ArrowDataType::Time32(_) | ArrowDataType::Time64(_) => ColumnType::Text,
        ArrowDataType::Timestamp(..) => ColumnType::Timestamp,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_need_a_meaning_or_have_no_text_are_not_typed() {
        for array in [
            ArrowDataType::Binary,
            ArrowDataType::Decimal(9, 2),
            ArrowDataType::Duration(TimeUnit::Second),
            ArrowDataType::FixedSizeBinary(16),
            ArrowDataType::Float16,
            ArrowDataType::Struct(Vec::new()),
        ] {
            assert_eq!(StoredType::typed(array.clone()), None, "{array:?}");
        }
        assert!(StoredType::typed(ArrowDataType::UInt64).is_some());
    }

    #[test]
    fn a_decimal_is_a_whole_number_where_it_always_fits_one() {
        let of = |digits, scale| {
            StoredType::decimal(ArrowDataType::Int64, (digits, scale), false).map(|stored| stored.column_type())
        };
        assert_eq!(of(18, 0), Ok(ColumnType::Integer));
        assert_eq!(of(16, -2), Ok(ColumnType::Integer));
        assert_eq!(of(17, -2), Ok(ColumnType::Decimal));
        assert_eq!(of(38, 0), Ok(ColumnType::Decimal));
        assert_eq!(of(9, 2), Ok(ColumnType::Decimal));
        for (digits, scale) in [(77, 0), (9, 77), (9, -77), (-1, 0), (i64::MAX, i64::MIN)] {
            assert_eq!(of(digits, scale), Err(TextlessType::LongDecimal));
        }
    }

    #[test]
    fn a_zone_must_be_known() {
        let of = |zone| StoredType::timestamp(TimeUnit::Second, zone).map(|stored| stored.meaning);
        assert_eq!(of(None), Ok(Meaning::AsTyped));
        assert_eq!(of(Some("")), Ok(Meaning::AsTyped));
        assert_eq!(of(Some("UTC")), Ok(Meaning::AsTyped));
        assert!(matches!(of(Some("Europe/Paris")), Ok(Meaning::InZone(_))));
        assert_eq!(of(Some("Middle-earth/Shire")), Err(TextlessType::UnknownZone));
    }
}
