//! The columns of an Arrow IPC file: what each holds, and where its part of every
//! record batch is. Knows how every type of the format is laid out, so that a
//! column that is not needed is passed over whatever its type is; a type that has no text
//! has a name here, for the message where it is needed.

use std::ops::Range;

use polars_arrow::datatypes::{ArrowDataType, TimeUnit as ArrowTimeUnit};
use polars_arrow_format::ipc::planus::{self, errors::ErrorKind};
use polars_arrow_format::ipc::{DateUnit, FieldRef, IntRef, MetadataVersion, Precision, SchemaRef, TimeUnit, TypeRef};

use crate::engine::fault::InputFaultKind;
use crate::format::columnar::stored_type::{Meaning, StoredType};
use crate::model::column_type::TextlessType;

const CORRUPT: InputFaultKind = InputFaultKind::CorruptFile;
const DEEPEST_SCHEMA: u32 = 32;
/// The name and the key that say of bytes that they are a UUID (Arrow's canonical
/// extension types).
const EXTENSION: &str = "ARROW:extension:name";
const UUID: &str = "arrow.uuid";

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
    Plain(StoredType),
    /// Positions, of this type, in the dictionary of that number, whose values have
    /// that type.
    Coded { id: i64, codes: ArrowDataType, values: StoredType },
    /// Of a type that has none.
    Textless(TextlessType),
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
            ArrowDataType::Binary | ArrowDataType::LargeBinary => (3, 0),
            ArrowDataType::BinaryView => (2, 1),
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
            // Where a type is not known, nobody can tell where the columns behind it are.
            _ => FieldKind::Textless(TextlessType::Later),
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
    let Some(found) = type_of(field)? else { return Ok(FieldKind::Textless(TextlessType::Later)) };
    let values = match stored_type(found, is_uuid(field)?)? {
        Ok(values) => values,
        Err(textless) => return Ok(FieldKind::Textless(textless)),
    };
    let Some(dictionary) = field.dictionary().map_err(corrupt)? else { return Ok(FieldKind::Plain(values)) };
    // Without a type, the positions are signed and of 32 bits.
    let codes = dictionary.index_type().map_err(corrupt)?;
    let codes = codes.map_or(Ok(ArrowDataType::Int32), integer)?;
    Ok(FieldKind::Coded { id: dictionary.id().map_err(corrupt)?, codes, values })
}

/// Whether the bytes of a column are UUIDs. Nothing else of its metadata is read.
fn is_uuid(field: FieldRef<'_>) -> Result<bool, InputFaultKind> {
    for pair in field.custom_metadata().map_err(corrupt)?.into_iter().flatten() {
        let pair = pair.map_err(corrupt)?;
        if pair.key().map_err(corrupt)? == Some(EXTENSION) && pair.value().map_err(corrupt)? == Some(UUID) {
            return Ok(true);
        }
    }
    Ok(false)
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

/// The type as it is decoded, or one that has no text.
fn stored_type(found: TypeRef<'_>, is_uuid: bool) -> Result<Result<StoredType, TextlessType>, InputFaultKind> {
    let array = match found {
        // Texts are decoded as the bytes they are, to learn which cells are none.
        TypeRef::Binary(_) | TypeRef::Utf8(_) => return Ok(Ok(StoredType::text(ArrowDataType::Binary))),
        TypeRef::LargeBinary(_) | TypeRef::LargeUtf8(_) => return Ok(Ok(StoredType::text(ArrowDataType::LargeBinary))),
        TypeRef::BinaryView(_) | TypeRef::Utf8View(_) => return Ok(Ok(StoredType::text(ArrowDataType::BinaryView))),
        TypeRef::Null(_) => ArrowDataType::Null,
        TypeRef::Bool(_) => ArrowDataType::Boolean,
        TypeRef::Int(found) => integer(found)?,
        TypeRef::FloatingPoint(float) => match float.precision().map_err(corrupt)? {
            Precision::Half => return Ok(Ok(StoredType::new(ArrowDataType::UInt16, Meaning::Half))),
            Precision::Single => ArrowDataType::Float32,
            Precision::Double => ArrowDataType::Float64,
        },
        TypeRef::Decimal(decimal) => {
            let array = match decimal.bit_width().map_err(corrupt)? {
                32 => ArrowDataType::Int32,
                64 => ArrowDataType::Int64,
                128 => ArrowDataType::FixedSizeBinary(16),
                256 => ArrowDataType::FixedSizeBinary(32),
                _ => return Ok(Err(TextlessType::Later)),
            };
            let digits = i64::from(decimal.precision().map_err(corrupt)?);
            return Ok(StoredType::decimal(array, (digits, i64::from(decimal.scale().map_err(corrupt)?)), true));
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
            let unit = unit(time.unit().map_err(corrupt)?);
            return Ok(StoredType::timestamp(unit, time.timezone().map_err(corrupt)?));
        }
        TypeRef::FixedSizeBinary(binary) => {
            return Ok(match binary.byte_width().map_err(corrupt)? {
                16 if is_uuid => Ok(StoredType::new(ArrowDataType::FixedSizeBinary(16), Meaning::Uuid)),
                _ => Err(TextlessType::FixedBinary),
            });
        }
        TypeRef::Duration(_) => return Ok(Err(TextlessType::Duration)),
        TypeRef::Interval(_) => return Ok(Err(TextlessType::Interval)),
        TypeRef::List(_)
        | TypeRef::LargeList(_)
        | TypeRef::FixedSizeList(_)
        | TypeRef::ListView(_)
        | TypeRef::LargeListView(_) => return Ok(Err(TextlessType::List)),
        TypeRef::Map(_) => return Ok(Err(TextlessType::Map)),
        TypeRef::RunEndEncoded(_) => return Ok(Err(TextlessType::RunEndEncoded)),
        TypeRef::Struct(_) => return Ok(Err(TextlessType::Struct)),
        TypeRef::Union(_) => return Ok(Err(TextlessType::Union)),
    };
    Ok(StoredType::typed(array).ok_or(TextlessType::Later))
}
