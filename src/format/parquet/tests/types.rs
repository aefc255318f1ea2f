//! Every type of the format: what has one text is read as it, in every way that the
//! format can store it, and what has none is told by its name.

use super::raw::{RawColumn, Value, file};
use super::{kind, open};
use crate::engine::fault::{EngineError, InputFaultKind};
use crate::engine::port::{Quarantined, Source};
use crate::format::test_sink::{TextTable, read_all};
use crate::model::column_type::{ColumnType, TextlessType};
use crate::model::outcome::structure_fault::StructureFault;

// `Type` of `parquet.thrift`.
const BOOLEAN: i64 = 0;
const INT32: i64 = 1;
const INT64: i64 = 2;
const INT96: i64 = 3;
const FLOAT: i64 = 4;
const DOUBLE: i64 = 5;
const BYTE_ARRAY: i64 = 6;
const FIXED: i64 = 7;

fn column(physical: i64, cells: &[Option<&[u8]>]) -> RawColumn {
    let cells = cells.iter().map(|cell| cell.map(<[u8]>::to_vec)).collect();
    RawColumn { name: "c", physical, cells, ..RawColumn::default() }
}

fn fixed(width: usize, cells: &[Option<&[u8]>]) -> RawColumn {
    RawColumn { length: Some(i64::try_from(width).unwrap()), ..column(FIXED, cells) }
}

fn logical(column: RawColumn, id: i16, fields: Vec<(i16, Value)>) -> RawColumn {
    RawColumn { logical: Some((id, fields)), ..column }
}

fn converted(column: RawColumn, converted: i64) -> RawColumn {
    RawColumn { converted: Some(converted), ..column }
}

fn decimal(column: RawColumn, digits: i64, scale: i64) -> RawColumn {
    let column = RawColumn { digits: Some((digits, scale)), ..converted(column, 5) };
    logical(column, 5, vec![(1, Value::I32(scale)), (2, Value::I32(digits))])
}

/// A time or a timestamp: whether it is in UTC, and `TimeUnit`.
fn in_units(is_utc: bool, unit: i16) -> Vec<(i16, Value)> {
    let is_utc = if is_utc { Value::Yes } else { Value::No };
    vec![(1, is_utc), (2, Value::Struct(vec![(unit, Value::Struct(Vec::new()))]))]
}

fn read(column: RawColumn) -> Result<(TextTable, Vec<Quarantined>, ColumnType), EngineError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, file(&[column])).unwrap();
    let source = open(&path)?;
    let column_type = source.columns()[0].column_type;
    let (table, quarantined) = read_all(Box::new(source))?;
    Ok((table, quarantined, column_type))
}

fn bytes_of<const N: usize>(numbers: &[[u8; N]]) -> Vec<Option<&[u8]>> {
    numbers.iter().map(|number| Some(number.as_slice())).chain([None]).collect()
}

#[test]
fn every_type_that_has_one_text_is_read_as_it() {
    let int32 = |numbers: &[i32]| {
        let bytes: Vec<[u8; 4]> = numbers.iter().map(|number| number.to_le_bytes()).collect();
        column(INT32, &bytes_of(&bytes))
    };
    let int64 = |numbers: &[i64]| {
        let bytes: Vec<[u8; 8]> = numbers.iter().map(|number| number.to_le_bytes()).collect();
        column(INT64, &bytes_of(&bytes))
    };
    let int96 = |day: i32, nanoseconds: i64| {
        let bytes = [nanoseconds.to_le_bytes().as_slice(), &day.to_le_bytes()].concat();
        column(INT96, &[Some(bytes.as_slice()), None])
    };
    let integer = |bits: u8, is_signed: Value| vec![(1, Value::I8(bits)), (2, is_signed)];
    let wide: [u8; 16] = 1001_i128.to_be_bytes();
    let widest = [[0xFF; 16].as_slice(), &(-1250_i128).to_be_bytes()].concat();
    let text = |bytes: &str| column(BYTE_ARRAY, &[Some(bytes.as_bytes()), None]);
    use ColumnType::{Date, Decimal, Double, Float, Half, Integer, Text, Timestamp};
    let cases: Vec<(RawColumn, ColumnType, &[&str])> = vec![
        (text("Zoë"), Text, &["Zoë"]),
        (logical(text("Zoë"), 1, Vec::new()), Text, &["Zoë"]),
        (converted(text("Zoë"), 0), Text, &["Zoë"]),
        (logical(text("north"), 4, Vec::new()), Text, &["north"]),
        (converted(text("north"), 4), Text, &["north"]),
        (logical(text("{\"a\": 1}"), 12, Vec::new()), Text, &["{\"a\": 1}"]),
        (converted(text("{\"a\": 1}"), 19), Text, &["{\"a\": 1}"]),
        (int32(&[-7]), Integer, &["-7"]),
        (int64(&[i64::MIN]), Integer, &["-9223372036854775808"]),
        (logical(int32(&[-1]), 10, integer(8, Value::No)), Integer, &["255"]),
        (logical(int32(&[-1]), 10, integer(16, Value::Yes)), Integer, &["-1"]),
        (converted(int32(&[-1]), 13), Integer, &["4294967295"]),
        (logical(int64(&[-1]), 10, integer(64, Value::No)), Integer, &["18446744073709551615"]),
        (column(FLOAT, &bytes_of(&[0.1_f32.to_le_bytes()])), Float, &["0.1"]),
        (column(DOUBLE, &bytes_of(&[1e21_f64.to_le_bytes()])), Double, &["1000000000000000000000"]),
        (logical(fixed(2, &bytes_of(&[[0x66, 0x2E], [0xFF, 0x67]])), 15, Vec::new()), Half, &["0.1", "2047"]),
        (decimal(int32(&[-5]), 9, 2), Decimal, &["-0.05"]),
        (decimal(int64(&[1001]), 18, 0), Integer, &["1001"]),
        (decimal(fixed(16, &[Some(wide.as_slice()), None]), 38, 0), Decimal, &["1001"]),
        (decimal(fixed(3, &[Some(b"\x00\x03\xE9".as_slice()), None]), 6, 1), Decimal, &["100.1"]),
        (decimal(fixed(32, &[Some(widest.as_slice()), None]), 76, 2), Decimal, &["-12.50"]),
        (decimal(column(BYTE_ARRAY, &[Some(b"\x03\xE9"), None]), 38, 0), Decimal, &["1001"]),
        (decimal(column(BYTE_ARRAY, &[Some(widest.as_slice()), None]), 60, 3), Decimal, &["-1.250"]),
        (logical(int32(&[-1]), 6, Vec::new()), Date, &["1969-12-31"]),
        (converted(int32(&[19_000]), 6), Date, &["2022-01-08"]),
        (logical(int32(&[1]), 7, in_units(true, 1)), Text, &["00:00:00.001"]),
        (converted(int64(&[1]), 8), Text, &["00:00:00.000001"]),
        (logical(int64(&[1]), 7, in_units(false, 3)), Text, &["00:00:00.000000001"]),
        (logical(int64(&[1]), 8, in_units(true, 1)), Timestamp, &["1970-01-01T00:00:00.001Z"]),
        (logical(int64(&[-1]), 8, in_units(false, 2)), Timestamp, &["1969-12-31T23:59:59.999999"]),
        (logical(int64(&[0]), 8, in_units(true, 3)), Timestamp, &["1970-01-01T00:00:00Z"]),
        (converted(int64(&[1]), 10), Timestamp, &["1970-01-01T00:00:00.000001"]),
        (int96(2_460_311, 1_500), Timestamp, &["2024-01-01T00:00:00.000001500"]),
        (int96(5_373_484, 0), Timestamp, &["9999-12-31T00:00:00"]),
        (
            logical(fixed(16, &[Some(&[0x12; 16]), None]), 14, Vec::new()),
            Text,
            &["12121212-1212-1212-1212-121212121212"],
        ),
    ];
    for (column, column_type, texts) in cases {
        for is_coded in [false, true] {
            let column = RawColumn { is_coded, ..column.clone() };
            let told = format!("{column:?}");
            let (table, quarantined, read_as) = read(column).unwrap_or_else(|error| panic!("{error}: {told}"));
            let expected: Vec<_> = texts.iter().map(|text| Some((*text).to_owned())).chain([None]).collect();
            assert_eq!(table, [expected], "{told}");
            assert_eq!((read_as, quarantined.len()), (column_type, 0), "{told}");
        }
    }
}

#[test]
fn bits_are_true_and_false() {
    // Packed, so that they are no cells of whole bytes.
    let mut column = column(BOOLEAN, &[Some(&[0b01]), Some(&[])]);
    let (table, ..) = read(column.clone()).unwrap();
    assert_eq!(table, [[Some("true".to_owned()), Some("false".to_owned())]]);
    column.cells[1] = None;
    assert_eq!(read(column).unwrap().0, [[Some("true".to_owned()), None]]);
}

#[test]
fn bytes_that_are_no_text_are_malformed_one_by_one() {
    for (told, id) in [("no type", None), ("STRING", Some(1)), ("JSON", Some(12))] {
        for is_coded in [false, true] {
            let cells = [Some(b"Ada".as_slice()), Some(b"\xC3"), None, Some(b"\xA9"), Some(b"Bob")];
            let mut column = column(BYTE_ARRAY, &cells);
            column.logical = id.map(|id| (id, Vec::new()));
            let (table, quarantined, _) = read(RawColumn { is_coded, ..column }).unwrap();
            assert_eq!(table, [[Some("Ada".to_owned()), None, Some("Bob".to_owned())]], "{told}");
            let found: Vec<_> = quarantined.iter().map(|found| (found.index, found.column, found.fault)).collect();
            assert_eq!(found, [(1, Some(1), StructureFault::BadUtf8), (3, Some(1), StructureFault::BadUtf8)], "{told}");
        }
    }
    let no_digits = decimal(column(BYTE_ARRAY, &[Some(b""), Some(b"\x07")]), 9, 0);
    let (table, quarantined, _) = read(no_digits).unwrap();
    assert_eq!((table, quarantined[0].fault), (vec![vec![Some("7".to_owned())]], StructureFault::WrongType));
}

#[test]
fn a_type_that_has_no_text_is_told_with_a_way_out() {
    let bytes: &[Option<&[u8]>] = &[Some(b"abcdefghijklmnop")];
    let twelve: &[Option<&[u8]>] = &[Some(b"abcdefghijkl")];
    for (column, textless) in [
        (fixed(16, bytes), TextlessType::FixedBinary),
        (converted(fixed(12, twelve), 21), TextlessType::Interval),
        (logical(column(BYTE_ARRAY, bytes), 13, Vec::new()), TextlessType::Bson),
        (converted(column(BYTE_ARRAY, bytes), 20), TextlessType::Bson),
        (decimal(column(BYTE_ARRAY, bytes), 77, 0), TextlessType::LongDecimal),
    ] {
        let Err(EngineError::Input(fault)) = read(column) else { panic!("{textless:?}") };
        assert_eq!((fault.kind, fault.column), (InputFaultKind::UnsupportedType, Some(1)));
        assert_eq!(fault.textless, Some(textless));
        assert!(fault.hint().unwrap().contains(textless.way_out()));
    }
}

#[test]
fn timestamps_of_ninety_six_bits_that_are_cut_short_are_damage() {
    let cut = RawColumn { cells: vec![Some(vec![0; 11])], ..column(INT96, &[]) };
    assert_eq!(kind(read(cut)), Some(InputFaultKind::CorruptFile));
}
