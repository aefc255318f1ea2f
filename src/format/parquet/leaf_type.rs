//! What the types of the Parquet format mean here: which are read, and as what.
//! Source: the format's `LogicalTypes.md` and `parquet.thrift`.

use polars_arrow::datatypes::ArrowDataType;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    GroupConvertedType, GroupLogicalType, PrimitiveConvertedType, PrimitiveLogicalType, PrimitiveType,
};
use polars_parquet::read::schema::parquet_to_arrow_schema;
use polars_parquet::read::{ParquetType, PhysicalType};

use crate::engine::fault::InputFaultKind;
use crate::format::columnar::stored_type::{Meaning, StoredType};
use crate::format::guarded;
use crate::model::column_type::TextlessType;

/// Bytes of a timestamp of 96 bits.
const INT96: usize = 12;
/// Bytes of the longest decimal: more than any has digits for.
const LONGEST_DECIMAL: usize = 64;

/// How a column at the top of the schema is stored, or which type it has that is
/// not read.
///
/// # Errors
/// The type.
pub(super) fn leaf_type(field: &ParquetType) -> Result<StoredType, TextlessType> {
    if field.get_field_info().repetition == Repetition::Repeated {
        return Err(TextlessType::List);
    }
    let ParquetType::PrimitiveType(primitive) = field else {
        return Err(group_type(field));
    };
    let (logical, converted) = (primitive.logical_type, primitive.converted_type);
    if let Some((digits, scale)) = decimal_of(primitive) {
        let array = match primitive.physical_type {
            PhysicalType::Int32 => ArrowDataType::Int32,
            PhysicalType::Int64 => ArrowDataType::Int64,
            PhysicalType::ByteArray => ArrowDataType::BinaryView,
            PhysicalType::FixedLenByteArray(length @ 1..=LONGEST_DECIMAL) => ArrowDataType::FixedSizeBinary(length),
            PhysicalType::FixedLenByteArray(_) => return Err(TextlessType::LongDecimal),
            _ => return Err(TextlessType::Later),
        };
        let number = |number: usize| i64::try_from(number).map_err(|_| TextlessType::LongDecimal);
        return StoredType::decimal(array, (number(digits)?, number(scale)?), false);
    }
    match (primitive.physical_type, logical, converted) {
        (PhysicalType::Int96, ..) => Ok(StoredType::new(ArrowDataType::FixedSizeBinary(INT96), Meaning::Int96)),
        (PhysicalType::ByteArray, Some(PrimitiveLogicalType::Bson), _)
        | (PhysicalType::ByteArray, None, Some(PrimitiveConvertedType::Bson)) => Err(TextlessType::Bson),
        // STRING, ENUM and JSON are UTF-8; so is what old writers leave without a type,
        // if it is a text.
        (PhysicalType::ByteArray, ..) => Ok(StoredType::text(ArrowDataType::BinaryView)),
        (PhysicalType::FixedLenByteArray(16), Some(PrimitiveLogicalType::Uuid), _) => {
            Ok(StoredType::new(ArrowDataType::FixedSizeBinary(16), Meaning::Uuid))
        }
        (PhysicalType::FixedLenByteArray(2), Some(PrimitiveLogicalType::Float16), _) => {
            Ok(StoredType::new(ArrowDataType::FixedSizeBinary(2), Meaning::Half))
        }
        (PhysicalType::FixedLenByteArray(_), None, Some(PrimitiveConvertedType::Interval)) => {
            Err(TextlessType::Interval)
        }
        (PhysicalType::FixedLenByteArray(_), ..) => Err(TextlessType::FixedBinary),
        _ => number_or_time(field),
    }
}

/// What a decimal says of its digits, and of those behind the point.
fn decimal_of(primitive: &PrimitiveType) -> Option<(usize, usize)> {
    match (primitive.logical_type, primitive.converted_type) {
        (Some(PrimitiveLogicalType::Decimal(digits, scale)), _)
        | (None, Some(PrimitiveConvertedType::Decimal(digits, scale))) => Some((digits, scale)),
        _ => None,
    }
}

/// Whole and floating-point numbers, booleans, days, times and timestamps: as the
/// library reads the schema.
fn number_or_time(field: &ParquetType) -> Result<StoredType, TextlessType> {
    let schema =
        guarded(InputFaultKind::Unsupported, || Ok::<_, ()>(parquet_to_arrow_schema(std::slice::from_ref(field))));
    let schema = schema.map_err(|_| TextlessType::Later)?;
    let array = schema.iter_values().next().ok_or(TextlessType::Later)?.dtype.clone();
    match array {
        ArrowDataType::Timestamp(unit, zone) => StoredType::timestamp(unit, zone.as_deref()),
        array => StoredType::typed(array).ok_or(TextlessType::Later),
    }
}

/// Groups have columns in them, and no text.
fn group_type(field: &ParquetType) -> TextlessType {
    let ParquetType::GroupType { logical_type, converted_type, .. } = field else { return TextlessType::Struct };
    match (logical_type, converted_type) {
        (Some(GroupLogicalType::List), _) | (None, Some(GroupConvertedType::List)) => TextlessType::List,
        (Some(GroupLogicalType::Map), _) | (None, Some(GroupConvertedType::Map | GroupConvertedType::MapKeyValue)) => {
            TextlessType::Map
        }
        _ => TextlessType::Struct,
    }
}
