//! Turns typed Arrow arrays into text cells, for the columnar sources.
//!
//! The text is the canonical one of [`ColumnType`]: plain digits, `true` and
//! `false`, ISO 8601. Nested, binary and interval types have none and are
//! unsupported; so is a zone other than UTC, whose days we would have to guess.

use std::fmt::Write as _;

use polars_arrow::array::{Array, BooleanArray, PrimitiveArray, Utf8Array, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_arrow::offset::Offset;
use polars_arrow::types::NativeType;

use super::column::ColumnText;
use crate::model::cells::TextCells;
use crate::model::column_type::ColumnType;

/// The type a column has here; `None` for a type that has no text.
pub(crate) fn column_type(array_type: &ArrowDataType) -> Option<ColumnType> {
    Some(match array_type.to_storage() {
        ArrowDataType::Boolean => ColumnType::Boolean,
        ArrowDataType::Date32 | ArrowDataType::Date64 => ColumnType::Date,
        ArrowDataType::Decimal(_, _) => ColumnType::Decimal,
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
        ArrowDataType::LargeUtf8
        | ArrowDataType::Null
        | ArrowDataType::Time32(_)
        | ArrowDataType::Time64(_)
        | ArrowDataType::Utf8
        | ArrowDataType::Utf8View => ColumnType::Text,
        ArrowDataType::Timestamp(_, zone) => zone.as_deref().is_none_or(is_utc).then_some(ColumnType::Timestamp)?,
        _ => return None,
    })
}

fn is_utc(zone: &str) -> bool {
    matches!(zone, "UTC" | "Etc/UTC" | "Z" | "+00:00" | "-00:00" | "+0000")
}

/// Joins the arrays a column was decoded into; `None` for a type without text.
pub(crate) fn text_of(arrays: Vec<Box<dyn Array>>) -> Option<ColumnText> {
    if let [array] = arrays.as_slice()
        && let Some(views) = array.as_any().downcast_ref::<Utf8ViewArray>()
    {
        return Some(ColumnText::Views(views.clone()));
    }
    cells_of(&arrays).map(ColumnText::Written)
}

/// The cells of some arrays, one after another; `None` for a type without text.
pub(crate) fn cells_of(arrays: &[Box<dyn Array>]) -> Option<TextCells> {
    let mut cells = TextCells::default();
    for array in arrays {
        write_cells(array.as_ref(), &mut cells)?;
    }
    Some(cells)
}

/// Appends the cells of any supported array.
fn write_cells(array: &dyn Array, cells: &mut TextCells) -> Option<()> {
    match array.dtype().to_storage() {
        ArrowDataType::Null => (0..array.len()).for_each(|_| cells.push(None)),
        ArrowDataType::Boolean => {
            let values = array.as_any().downcast_ref::<BooleanArray>()?;
            values.iter().for_each(|value| {
                cells.push(value.map(|value| if value { "true" } else { "false" }));
            });
        }
        ArrowDataType::Utf8 => text::<i32>(array, cells)?,
        ArrowDataType::LargeUtf8 => text::<i64>(array, cells)?,
        ArrowDataType::Utf8View => {
            array.as_any().downcast_ref::<Utf8ViewArray>()?.iter().for_each(|cell| cells.push(cell));
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
        ArrowDataType::Decimal(_, scale) => {
            each::<i128>(array, cells, |number, cell| {
                push_decimal(number, *scale, cell);
            })?;
        }
        ArrowDataType::Date32 => {
            each::<i32>(array, cells, |days, cell| push_date(i64::from(days), cell))?;
        }
        ArrowDataType::Date64 => {
            each::<i64>(array, cells, |millis, cell| {
                push_date(millis.div_euclid(86_400_000), cell);
            })?;
        }
        ArrowDataType::Time32(unit) => each::<i32>(array, cells, |time, cell| {
            push_time(i64::from(time), *unit, cell);
        })?,
        ArrowDataType::Time64(unit) => {
            each::<i64>(array, cells, |time, cell| push_time(time, *unit, cell))?;
        }
        ArrowDataType::Timestamp(unit, zone) => {
            let suffix = if zone.is_some() { "Z" } else { "" };
            let day = 86_400 * per_second(*unit);
            each::<i64>(array, cells, |instant, cell| {
                push_date(instant.div_euclid(day), cell);
                cell.push('T');
                push_time(instant.rem_euclid(day), *unit, cell);
                cell.push_str(suffix);
            })?;
        }
        _ => return None,
    }
    Some(())
}

fn text<O: Offset>(array: &dyn Array, cells: &mut TextCells) -> Option<()> {
    array.as_any().downcast_ref::<Utf8Array<O>>()?.iter().for_each(|cell| cells.push(cell));
    Some(())
}

fn each<T: NativeType>(array: &dyn Array, cells: &mut TextCells, write: impl Fn(T, &mut String)) -> Option<()> {
    for value in array.as_any().downcast_ref::<PrimitiveArray<T>>()? {
        match value {
            Some(value) => cells.push_with(|cell| write(*value, cell)),
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

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

fn push_decimal(number: i128, scale: usize, cell: &mut String) {
    let digits = number.unsigned_abs().to_string();
    if number < 0 {
        cell.push('-');
    }
    let padded = format!("{digits:0>width$}", width = scale.min(64) + 1);
    let (whole, fraction) = padded.split_at(padded.len().saturating_sub(scale.min(64)));
    cell.push_str(whole);
    if !fraction.is_empty() {
        cell.push('.');
        cell.push_str(fraction);
    }
}

fn push_time(time: i64, unit: TimeUnit, cell: &mut String) {
    let (seconds, fraction) = (time.div_euclid(per_second(unit)), time.rem_euclid(per_second(unit)));
    write(cell, format_args!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    let width = per_second(unit).ilog10() as usize;
    if fraction != 0 {
        write(cell, format_args!(".{fraction:0width$}"));
    }
}

/// Days between 1 March of year 0 and 1 January 1970.
const EPOCH: i64 = 719_468;

/// Writes the day that many days after 1 January 1970. Years outside 0000–9999
/// get more digits or a sign, so no date format reads them.
fn push_date(days: i64, cell: &mut String) {
    // Howard Hinnant, "chrono-compatible low-level date algorithms": eras of 400
    // years that begin on 1 March, so that the leap day is the last of its year.
    let shifted = days.saturating_add(EPOCH);
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + i64::from(month <= 2);
    if (0..=9999).contains(&year) {
        write(cell, format_args!("{year:04}-{month:02}-{day:02}"));
    } else {
        write(cell, format_args!("{year:+06}-{month:02}-{day:02}"));
    }
}

/// Days from 1 January 1970 to a date `YYYY-MM-DD`.
pub(crate) fn days_of_date(text: &str) -> Option<i32> {
    let date = jiff::civil::Date::from(crate::model::time::date::DateFormat::iso_day(text)?);
    let since = date.duration_since(jiff::civil::date(1970, 1, 1));
    i32::try_from(since.as_secs().div_euclid(86_400)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(push: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        push(&mut text);
        text
    }

    #[test]
    fn decimals_keep_every_digit() {
        for (number, scale, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (-5, 2, "-0.05"),
            (1250, 2, "12.50"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        ] {
            assert_eq!(shown(|cell| push_decimal(number, scale, cell)), text);
        }
    }

    #[test]
    fn times_show_their_unit_where_it_matters() {
        let day = |unit, instant| shown(|cell| push_time(instant, unit, cell));
        assert_eq!(day(TimeUnit::Microsecond, 50_400_123_456), "14:00:00.123456");
        assert_eq!(day(TimeUnit::Nanosecond, 1), "00:00:00.000000001");
        assert_eq!(day(TimeUnit::Second, 86_399), "23:59:59");
        assert_eq!(day(TimeUnit::Millisecond, 1_000), "00:00:01");
    }

    #[test]
    fn days_beyond_four_digits_are_no_date() {
        for days in [i64::from(i32::MIN), i64::from(i32::MAX), i64::MIN, i64::MAX] {
            let text = shown(|cell| push_date(days, cell));
            assert_eq!(days_of_date(&text), None, "{text}");
        }
    }

    #[test]
    fn unsupported_types_have_no_text() {
        for unsupported in [
            ArrowDataType::Binary,
            ArrowDataType::Duration(TimeUnit::Second),
            ArrowDataType::Float16,
            ArrowDataType::Timestamp(TimeUnit::Second, Some("Europe/London".into())),
            ArrowDataType::Struct(Vec::new()),
        ] {
            assert_eq!(column_type(&unsupported), None, "{unsupported:?}");
        }
    }

    proptest! {
        #[test]
        fn a_day_comes_back_from_its_date(days in -719_162..2_932_896_i32) {
            let text = shown(|cell| push_date(i64::from(days), cell));
            prop_assert_eq!(days_of_date(&text), Some(days));
            let expected = jiff::civil::date(1970, 1, 1)
                .checked_add(jiff::SignedDuration::from_hours(i64::from(days) * 24)).unwrap();
            prop_assert_eq!(text, expected.to_string());
        }
    }
}
