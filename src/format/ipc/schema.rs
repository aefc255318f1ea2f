//! The columns of an Arrow IPC file: what each holds, and where its part of every
//! record batch is. Knows how every type of the format is laid out, so that a
//! column that is not needed is passed over whatever its type is; a type that has no text
//! has a name here, for the message where it is needed.

use std::ops::Range;

use polars_arrow::datatypes::{ArrowDataType, TimeUnit as ArrowTimeUnit};
use polars_arrow_format::ipc::planus::{self, errors::ErrorKind};
use polars_arrow_format::ipc::{DateUnit, FieldRef, IntRef, MetadataVersion, Precision, SchemaRef, TimeUnit, TypeRef};

use crate::engine::fault::InputFaultKind;
use crate::format::columnar::arrow_decode::column_type;

const CORRUPT: InputFaultKind = InputFaultKind::CorruptFile;
const DEEPEST_SCHEMA: u32 = 32;
/// What is said of a column whose type, or that of one before it, is unknown here.
const LATER_TYPE: &str = "a type of a later version of the format";

/// A column.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: FieldKind,
    /// Where it is in a batch.
    pub(super) place: FieldLocation,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// Values of a type that has a text.
    Plain(ArrowDataType),
    /// Positions, of this type, in the dictionary of that number, whose texts have
    /// that type.
    Coded { id: i64, codes: ArrowDataType, values: ArrowDataType },
    /// Of a type that has none: its name.
    Unsupported(&'static str),
}

/// What a column takes of a batch, or what comes before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct FieldExtent {
    nodes: usize,
    /// Buffers of every batch alike.
    buffers: usize,
    /// Arrays of views, each of which has more buffers, as many as its batch says.
    views: usize,
}

impl FieldExtent {
    fn and(self, other: Self) -> Self {
        Self { nodes: self.nodes + other.nodes, buffers: self.buffers + other.buffers, views: self.views + other.views }
    }
}

/// Where a column is in every batch.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FieldLocation {
    before: FieldExtent,
    own: FieldExtent,
}

impl FieldLocation {
    /// The only column of a batch.
    pub(super) fn alone(kind: &ArrowDataType) -> Self {
        let share = match kind {
            ArrowDataType::Null => (0, 0),
            ArrowDataType::Utf8 | ArrowDataType::LargeUtf8 => (3, 0),
            ArrowDataType::Utf8View => (2, 1),
            _ => (2, 0),
        };
        Self { before: FieldExtent::default(), own: FieldExtent { nodes: 1, buffers: share.0, views: share.1 } }
    }

    /// The position of its node.
    pub(super) fn node(&self) -> usize {
        self.before.nodes
    }

    /// The positions of its buffers in a batch whose arrays of views have so many
    /// more, and how many of them are more.
    pub(super) fn buffers(&self, of_views: &[i64]) -> Option<(Range<usize>, usize)> {
        let sum =
            |views: &[i64]| views.iter().try_fold(0_usize, |sum, more| sum.checked_add(usize::try_from(*more).ok()?));
        let before = sum(of_views.get(..self.before.views)?)?;
        let own = sum(of_views.get(self.before.views..)?.get(..self.own.views)?)?;
        let start = self.before.buffers.checked_add(before)?;
        Some((start..start.checked_add(self.own.buffers)?.checked_add(own)?, own))
    }

    /// Whether its values are views.
    pub(super) fn has_views(&self) -> bool {
        self.own.views > 0
    }
}

/// Reads the columns of a file.
pub(super) fn fields(schema: SchemaRef<'_>, version: MetadataVersion) -> Result<Vec<Field>, InputFaultKind> {
    let mut before = FieldExtent::default();
    let mut is_known = true;
    let mut fields = Vec::new();
    for field in schema.fields().map_err(corrupt)?.ok_or(CORRUPT)? {
        let field = field.map_err(corrupt)?;
        let name = field.name().map_err(corrupt)?.unwrap_or_default().to_owned();
        let share = share(field, version, 1)?;
        let kind = match share {
            Some(_) if is_known => kind(field)?,
            _ => FieldKind::Unsupported(LATER_TYPE),
        };
        let own = share.unwrap_or_default();
        is_known &= share.is_some();
        fields.push(Field { name, kind, place: FieldLocation { before, own } });
        before = before.and(own);
    }
    Ok(fields)
}

fn corrupt(_: planus::Error) -> InputFaultKind {
    CORRUPT
}

/// The type of a field; `None` for one of a later version.
fn type_of(field: FieldRef<'_>) -> Result<Option<TypeRef<'_>>, InputFaultKind> {
    match field.type_() {
        Ok(found) => found.map(Some).ok_or(CORRUPT),
        Err(error) if matches!(error.error_kind, ErrorKind::UnknownUnionTag { .. }) => Ok(None),
        Err(_) => Err(CORRUPT),
    }
}

/// What a field takes of a batch, its children included; `None` where its type is
/// not known. Arrow columnar format, "Buffer listing for each layout".
fn share(field: FieldRef<'_>, version: MetadataVersion, depth: u32) -> Result<Option<FieldExtent>, InputFaultKind> {
    if depth > DEEPEST_SCHEMA {
        return Err(InputFaultKind::Unsupported);
    }
    let of = |buffers, views| FieldExtent { nodes: 1, buffers, views };
    if field.dictionary().map_err(corrupt)?.is_some() {
        return Ok(Some(of(2, 0)));
    }
    let Some(found) = type_of(field)? else { return Ok(None) };
    let own = match found {
        TypeRef::Null(_) | TypeRef::RunEndEncoded(_) => of(0, 0),
        TypeRef::Struct(_) | TypeRef::FixedSizeList(_) => of(1, 0),
        // Unions had a bitmap of missing values until version 5 of the metadata.
        TypeRef::Union(union_type) => {
            let is_dense = union_type.mode().map_err(corrupt)? == polars_arrow_format::ipc::UnionMode::Dense;
            of(1 + usize::from(is_dense) + usize::from(version != MetadataVersion::V5), 0)
        }
        TypeRef::BinaryView(_) | TypeRef::Utf8View(_) => of(2, 1),
        TypeRef::Binary(_)
        | TypeRef::LargeBinary(_)
        | TypeRef::Utf8(_)
        | TypeRef::LargeUtf8(_)
        | TypeRef::ListView(_)
        | TypeRef::LargeListView(_) => of(3, 0),
        TypeRef::Bool(_)
        | TypeRef::Date(_)
        | TypeRef::Decimal(_)
        | TypeRef::Duration(_)
        | TypeRef::FixedSizeBinary(_)
        | TypeRef::FloatingPoint(_)
        | TypeRef::Int(_)
        | TypeRef::Interval(_)
        | TypeRef::LargeList(_)
        | TypeRef::List(_)
        | TypeRef::Map(_)
        | TypeRef::Time(_)
        | TypeRef::Timestamp(_) => of(2, 0),
    };
    let mut all = own;
    for child in field.children().map_err(corrupt)?.into_iter().flatten() {
        let Some(child) = share(child.map_err(corrupt)?, version, depth + 1)? else { return Ok(None) };
        all = all.and(child);
    }
    Ok(Some(all))
}

/// What a column holds.
fn kind(field: FieldRef<'_>) -> Result<FieldKind, InputFaultKind> {
    let Some(found) = type_of(field)? else { return Ok(FieldKind::Unsupported(LATER_TYPE)) };
    let values = match array_type(found)? {
        Ok(values) if column_type(&values).is_none() => {
            return Ok(FieldKind::Unsupported("a timestamp of a zone other than UTC"));
        }
        Ok(values) => values,
        Err(name) => return Ok(FieldKind::Unsupported(name)),
    };
    let Some(dictionary) = field.dictionary().map_err(corrupt)? else { return Ok(FieldKind::Plain(values)) };
    if !matches!(values, ArrowDataType::Utf8 | ArrowDataType::LargeUtf8 | ArrowDataType::Utf8View) {
        return Ok(FieldKind::Unsupported("a dictionary of other values than text"));
    }
    // Without a type, the positions are signed and of 32 bits.
    let codes = dictionary.index_type().map_err(corrupt)?;
    let codes = codes.map_or(Ok(ArrowDataType::Int32), integer)?;
    Ok(FieldKind::Coded { id: dictionary.id().map_err(corrupt)?, codes, values })
}

fn integer(found: IntRef<'_>) -> Result<ArrowDataType, InputFaultKind> {
    Ok(match (found.bit_width().map_err(corrupt)?, found.is_signed().map_err(corrupt)?) {
        (8, true) => ArrowDataType::Int8,
        (16, true) => ArrowDataType::Int16,
        (32, true) => ArrowDataType::Int32,
        (64, true) => ArrowDataType::Int64,
        (8, false) => ArrowDataType::UInt8,
        (16, false) => ArrowDataType::UInt16,
        (32, false) => ArrowDataType::UInt32,
        (64, false) => ArrowDataType::UInt64,
        _ => return Err(CORRUPT),
    })
}

fn unit(unit: TimeUnit) -> ArrowTimeUnit {
    match unit {
        TimeUnit::Second => ArrowTimeUnit::Second,
        TimeUnit::Millisecond => ArrowTimeUnit::Millisecond,
        TimeUnit::Microsecond => ArrowTimeUnit::Microsecond,
        TimeUnit::Nanosecond => ArrowTimeUnit::Nanosecond,
    }
}

/// The type as the decoder knows it, or the name of one that has no text.
fn array_type(found: TypeRef<'_>) -> Result<Result<ArrowDataType, &'static str>, InputFaultKind> {
    Ok(Ok(match found {
        TypeRef::Null(_) => ArrowDataType::Null,
        TypeRef::Bool(_) => ArrowDataType::Boolean,
        TypeRef::Utf8(_) => ArrowDataType::Utf8,
        TypeRef::LargeUtf8(_) => ArrowDataType::LargeUtf8,
        TypeRef::Utf8View(_) => ArrowDataType::Utf8View,
        TypeRef::Int(found) => integer(found)?,
        TypeRef::FloatingPoint(float) => match float.precision().map_err(corrupt)? {
            Precision::Half => return Ok(Err("a floating-point number of 16 bits")),
            Precision::Single => ArrowDataType::Float32,
            Precision::Double => ArrowDataType::Float64,
        },
        TypeRef::Decimal(decimal) => {
            let digits = usize::try_from(decimal.precision().map_err(corrupt)?);
            let scale = usize::try_from(decimal.scale().map_err(corrupt)?);
            match (decimal.bit_width().map_err(corrupt)?, digits, scale) {
                (128, Ok(digits @ 1..=38), Ok(scale @ 0..=38)) => ArrowDataType::Decimal(digits, scale),
                _ => return Ok(Err("a decimal of other than 128 bits, or with a negative scale")),
            }
        }
        TypeRef::Date(date) => match date.unit().map_err(corrupt)? {
            DateUnit::Day => ArrowDataType::Date32,
            DateUnit::Millisecond => ArrowDataType::Date64,
        },
        TypeRef::Time(time) => {
            let unit = unit(time.unit().map_err(corrupt)?);
            match (time.bit_width().map_err(corrupt)?, unit) {
                (32, ArrowTimeUnit::Second | ArrowTimeUnit::Millisecond) => ArrowDataType::Time32(unit),
                (64, ArrowTimeUnit::Microsecond | ArrowTimeUnit::Nanosecond) => ArrowDataType::Time64(unit),
                _ => return Err(CORRUPT),
            }
        }
        TypeRef::Timestamp(time) => {
            let zone = time.timezone().map_err(corrupt)?.filter(|zone| !zone.is_empty());
            ArrowDataType::Timestamp(unit(time.unit().map_err(corrupt)?), zone.map(Into::into))
        }
        TypeRef::Binary(_) | TypeRef::LargeBinary(_) | TypeRef::BinaryView(_) => return Ok(Err("binary")),
        TypeRef::FixedSizeBinary(_) => return Ok(Err("binary of a fixed size")),
        TypeRef::Duration(_) => return Ok(Err("a duration")),
        TypeRef::Interval(_) => return Ok(Err("an interval")),
        TypeRef::List(_) | TypeRef::LargeList(_) | TypeRef::FixedSizeList(_) => return Ok(Err("a list")),
        TypeRef::ListView(_) | TypeRef::LargeListView(_) => return Ok(Err("a list-view")),
        TypeRef::Map(_) => return Ok(Err("a map")),
        TypeRef::RunEndEncoded(_) => return Ok(Err("run-end encoded")),
        TypeRef::Struct(_) => return Ok(Err("a struct")),
        TypeRef::Union(_) => return Ok(Err("a union")),
    }))
}
