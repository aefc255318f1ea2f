//! Turns arrays into text cells, for the columnar sources.
//!
//! The text is the canonical one of `ColumnType`: plain digits, `true` and `false`,
//! ISO 8601. Bytes that should be a text and are none are told, one by one.

use std::fmt::Write as _;

use polars_arrow::array::{
    Array, BinaryArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, Utf8Array,
};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_arrow::offset::Offset;
use polars_arrow::types::NativeType;

use super::column::ColumnText;
use super::days_and_times::{per_second, push_date, push_day_and_time, push_in_zone, push_int96, push_time};
use super::number_text::{push_decimal, push_decimal_of, push_half};
use super::stored_type::{Meaning, StoredType};
use crate::model::cells::TextCells;
use crate::model::outcome::structure_fault::StructureFault;

/// A cell that is malformed, by its row, and what is wrong.
pub(crate) type MalformedCell = (usize, StructureFault);

/// Cells, and those of them that are malformed, ascending, which are missing here.
#[derive(Debug, Default)]
pub(crate) struct DecodedCells {
    pub(crate) cells: TextCells,
    pub(crate) malformed: Vec<MalformedCell>,
}

impl DecodedCells {
    fn push_malformed(&mut self, fault: StructureFault) {
        self.malformed.push((self.cells.len(), fault));
        self.cells.push(None);
    }

    fn push_bytes(&mut self, bytes: Option<&[u8]>) {
        match bytes.map(simdutf8::basic::from_utf8) {
            None => self.cells.push(None),
            Some(Ok(text)) => self.cells.push(Some(text)),
            Some(Err(_)) => self.push_malformed(StructureFault::BadUtf8),
        }
    }
}

/// Joins the arrays a column was decoded into; `None` for arrays that are not of
/// that type.
pub(crate) fn text_of(arrays: Vec<Box<dyn Array>>, stored: &StoredType) -> Option<(ColumnText, Vec<MalformedCell>)> {
    if let [array] = arrays.as_slice()
        && stored.meaning == Meaning::Text
        && let Some(views) = array.as_any().downcast_ref::<BinaryViewArray>()
        && let Ok(text) = views.to_utf8view()
    {
        return Some((ColumnText::Views(text), Vec::new()));
    }
    let DecodedCells { cells, malformed } = cells_of(&arrays, stored)?;
    Some((ColumnText::Written(cells), malformed))
}

/// The cells of some arrays, one after another; `None` for arrays that are not of
/// that type.
pub(crate) fn cells_of(arrays: &[Box<dyn Array>], stored: &StoredType) -> Option<DecodedCells> {
    let mut decoded = DecodedCells::default();
    for array in arrays {
        let array = array.as_ref();
        match &stored.meaning {
            Meaning::AsTyped => write_typed(array, &mut decoded.cells)?,
            Meaning::Decimal { scale, lowest_first, .. } => {
                write_decimals(array, (*scale, *lowest_first), &mut decoded)?;
            }
            Meaning::Half => write_halves(array, &mut decoded.cells)?,
            Meaning::InZone(zone) => {
                let ArrowDataType::Timestamp(unit, _) = array.dtype() else { return None };
                let push = |instant, cell: &mut String| push_in_zone(instant, *unit, zone, cell);
                each::<i64>(array, &mut decoded.cells, push)?;
            }
            Meaning::Int96 => fixed::<12>(array, &mut decoded.cells, push_int96)?,
            Meaning::Text => write_text(array, &mut decoded)?,
            Meaning::Uuid => fixed::<16>(array, &mut decoded.cells, push_uuid)?,
        }
    }
    Some(decoded)
}

/// Appends the cells of an array whose type says what they are.
fn write_typed(array: &dyn Array, cells: &mut TextCells) -> Option<()> {
    match array.dtype() {
        ArrowDataType::Null => (0..array.len()).for_each(|_| cells.push(None)),
        ArrowDataType::Boolean => {
            let values = array.as_any().downcast_ref::<BooleanArray>()?;
            values.iter().for_each(|value| {
                cells.push(value.map(|value| if value { "true" } else { "false" }));
            });
        }
        ArrowDataType::Int8 => display::<i8>(array, cells)?,
        ArrowDataType::Int16 => display::<i16>(array, cells)?,
        ArrowDataType::Int32 => display::<i32>(array, cells)?,
        ArrowDataType::Int64 => display::<i64>(array, cells)?,
        ArrowDataType::UInt8 => display::<u8>(array, cells)?,
        ArrowDataType::UInt16 => display::<u16>(array, cells)?,
        ArrowDataType::UInt32 => display::<u32>(array, cells)?,
        ArrowDataType::UInt64 => display::<u64>(array, cells)?,
        ArrowDataType::Float32 => display::<f32>(array, cells)?,
        ArrowDataType::Float64 => display::<f64>(array, cells)?,
        ArrowDataType::Date32 => {
            each::<i32>(array, cells, |days, cell| push_date(i64::from(days), cell))?;
        }
        ArrowDataType::Date64 => {
            let day = 86_400 * per_second(TimeUnit::Millisecond);
            each::<i64>(array, cells, |millis, cell| push_date(millis.div_euclid(day), cell))?;
        }
        ArrowDataType::Time32(unit) => each::<i32>(array, cells, |time, cell| {
            push_time(i64::from(time), *unit, cell);
        })?,
        ArrowDataType::Time64(unit) => {
            each::<i64>(array, cells, |time, cell| push_time(time, *unit, cell))?;
        }
        ArrowDataType::Timestamp(unit, zone) => {
            let suffix = if zone.is_some() { "Z" } else { "" };
            each::<i64>(array, cells, |instant, cell| {
                push_day_and_time(instant, *unit, cell);
                cell.push_str(suffix);
            })?;
        }
        _ => return None,
    }
    Some(())
}

/// Bytes of every layout that text can have.
fn write_text(array: &dyn Array, decoded: &mut DecodedCells) -> Option<()> {
    let any = array.as_any();
    if let Some(views) = any.downcast_ref::<BinaryViewArray>() {
        views.iter().for_each(|cell| decoded.push_bytes(cell));
        return Some(());
    }
    match array.dtype() {
        ArrowDataType::Binary => write_offset_text::<i32>(any.downcast_ref()?, ArrowDataType::Utf8, decoded),
        ArrowDataType::LargeBinary => write_offset_text::<i64>(any.downcast_ref()?, ArrowDataType::LargeUtf8, decoded),
        _ => return None,
    }
    Some(())
}

/// All of it is checked at once where all of it is text, as nearly always.
fn write_offset_text<O: Offset>(array: &BinaryArray<O>, text_type: ArrowDataType, decoded: &mut DecodedCells) {
    let (offsets, bytes, validity) = (array.offsets().clone(), array.values().clone(), array.validity().cloned());
    match Utf8Array::<O>::try_new(text_type, offsets, bytes, validity) {
        Ok(text) => text.iter().for_each(|cell| decoded.cells.push(cell)),
        Err(_) => array.iter().for_each(|cell| decoded.push_bytes(cell)),
    }
}

fn write_decimals(array: &dyn Array, (scale, lowest_first): (i32, bool), decoded: &mut DecodedCells) -> Option<()> {
    let cells = &mut decoded.cells;
    match array.dtype() {
        ArrowDataType::Int32 => each::<i32>(array, cells, |number, cell| push_decimal(number.into(), scale, cell)),
        ArrowDataType::Int64 => each::<i64>(array, cells, |number, cell| push_decimal(number.into(), scale, cell)),
        _ => {
            let mut digits = String::new();
            let mut turned = Vec::new();
            for bytes in every_bytes(array)? {
                let Some(bytes) = bytes else {
                    decoded.cells.push(None);
                    continue;
                };
                turned.clear();
                turned.extend_from_slice(bytes);
                if lowest_first {
                    turned.reverse();
                }
                digits.clear();
                match push_decimal_of(&turned, scale, &mut digits) {
                    Some(()) => decoded.cells.push(Some(&digits)),
                    None => decoded.push_malformed(StructureFault::WrongType),
                }
            }
            Some(())
        }
    }
}

/// The bytes of each value, of arrays that hold bytes.
fn every_bytes(array: &dyn Array) -> Option<Box<dyn Iterator<Item = Option<&[u8]>> + '_>> {
    if let Some(fixed) = array.as_any().downcast_ref::<FixedSizeBinaryArray>() {
        return Some(Box::new(fixed.iter()));
    }
    Some(Box::new(array.as_any().downcast_ref::<BinaryViewArray>()?.iter()))
}

fn write_halves(array: &dyn Array, cells: &mut TextCells) -> Option<()> {
    if array.dtype() == &ArrowDataType::UInt16 {
        return each::<u16>(array, cells, push_half);
    }
    fixed::<2>(array, cells, |bytes, cell| push_half(u16::from_le_bytes(bytes), cell))
}

/// Thirty-two hexadecimal digits in five groups (RFC 9562, section 4).
fn push_uuid(bytes: [u8; 16], cell: &mut String) {
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            cell.push('-');
        }
        write(cell, format_args!("{byte:02x}"));
    }
}

fn fixed<const N: usize>(array: &dyn Array, cells: &mut TextCells, push: impl Fn([u8; N], &mut String)) -> Option<()> {
    for bytes in array.as_any().downcast_ref::<FixedSizeBinaryArray>()? {
        match bytes {
            Some(bytes) => {
                let bytes = <[u8; N]>::try_from(bytes).ok()?;
                cells.push_with(|cell| push(bytes, cell));
            }
            None => cells.push(None),
        }
    }
    Some(())
}

fn each<T: NativeType>(array: &dyn Array, cells: &mut TextCells, push: impl Fn(T, &mut String)) -> Option<()> {
    for value in array.as_any().downcast_ref::<PrimitiveArray<T>>()? {
        match value {
            Some(value) => cells.push_with(|cell| push(*value, cell)),
            None => cells.push(None),
        }
    }
    Some(())
}

fn display<T: NativeType + std::fmt::Display>(array: &dyn Array, cells: &mut TextCells) -> Option<()> {
    // Rust writes the shortest digits that give the same float, and `NaN` and
    // `inf`, which no action reads as a number.
    each::<T>(array, cells, |value, cell| {
        write(cell, format_args!("{value}"));
    })
}

/// Writing to a `String` cannot fail.
fn write(cell: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = cell.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use polars_arrow::array::Utf8ViewArray;

    use super::*;

    fn decoded(array: Box<dyn Array>, meaning: Meaning) -> Option<(Vec<Option<String>>, Vec<MalformedCell>)> {
        let stored = StoredType::new(array.dtype().clone(), meaning);
        let (text, malformed) = text_of(vec![array.clone()], &stored)?;
        let cells = (0..array.len()).map(|row| text.cell(row).map(str::to_owned)).collect();
        Some((cells, malformed))
    }

    fn cells(cells: &[Option<&str>]) -> Vec<Option<String>> {
        cells.iter().map(|cell| cell.map(str::to_owned)).collect()
    }

    #[test]
    fn bytes_are_a_text_where_they_are_utf_8_and_malformed_where_not() {
        let good = [Some("é".as_bytes()), None, Some(b""), Some(b"a text of more than twelve bytes")];
        let bad = [Some(b"a".as_slice()), Some(b"\xC3"), None, Some(b"\xA9 behind the half of another letter")];
        let arrays = |bytes: &[Option<&[u8]>]| -> [Box<dyn Array>; 3] {
            [
                BinaryArray::<i32>::from(bytes).boxed(),
                BinaryArray::<i64>::from(bytes).boxed(),
                BinaryViewArray::from_slice(bytes).boxed(),
            ]
        };
        for array in arrays(&good) {
            let expected = cells(&[Some("é"), None, Some(""), Some("a text of more than twelve bytes")]);
            assert_eq!(decoded(array, Meaning::Text), Some((expected, Vec::new())));
        }
        for array in arrays(&bad) {
            let malformed = vec![(1, StructureFault::BadUtf8), (3, StructureFault::BadUtf8)];
            let expected = cells(&[Some("a"), None, None, None]);
            assert_eq!(decoded(array, Meaning::Text), Some((expected, malformed)));
        }
    }

    #[test]
    fn bytes_of_a_fixed_number_are_what_they_mean() {
        let fixed = |values: &[u8], size: usize| {
            FixedSizeBinaryArray::new(ArrowDataType::FixedSizeBinary(size), values.to_vec().into(), None).boxed()
        };
        let uuid: Vec<u8> = (0..16).map(|byte| byte * 17).collect();
        let expected = cells(&[Some("00112233-4455-6677-8899-aabbccddeeff")]);
        assert_eq!(decoded(fixed(&uuid, 16), Meaning::Uuid), Some((expected, Vec::new())));
        assert_eq!(decoded(fixed(&uuid, 8), Meaning::Uuid), None, "half of one is no UUID");
        let decimal = |lowest_first| Meaning::Decimal { scale: 2, lowest_first, is_short_whole: false };
        let numbers = [0x00, 0x01, 0xFF, 0xFE];
        assert_eq!(decoded(fixed(&numbers, 2), decimal(false)).unwrap().0, cells(&[Some("0.01"), Some("-0.02")]));
        assert_eq!(decoded(fixed(&numbers, 2), decimal(true)).unwrap().0, cells(&[Some("2.56"), Some("-2.57")]));
        assert_eq!(decoded(fixed(&[0x00, 0x3C], 2), Meaning::Half).unwrap().0, cells(&[Some("1")]));
        let no_bytes = BinaryViewArray::from_slice([Some(b"".as_slice()), Some(b"\x05"), None]).boxed();
        let malformed = vec![(0, StructureFault::WrongType)];
        assert_eq!(decoded(no_bytes, decimal(false)), Some((cells(&[None, Some("0.05"), None]), malformed)));
    }

    #[test]
    fn an_array_that_is_not_of_its_type_has_no_cells() {
        let number = || PrimitiveArray::<i64>::from([Some(1)]).boxed();
        for meaning in [Meaning::Half, Meaning::Int96, Meaning::Text, Meaning::Uuid] {
            assert_eq!(decoded(number(), meaning), None);
        }
        assert_eq!(decoded(Utf8ViewArray::from_slice_values(["a"]).boxed(), Meaning::AsTyped), None);
    }
}
