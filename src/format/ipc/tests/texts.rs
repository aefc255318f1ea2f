//! Tests of the IPC source: what each type that has one text is read as, and what of
//! its bytes is malformed.

use polars_arrow_format::ipc::{
    Binary, BinaryView, Date, DateUnit, Decimal, Field, FixedSizeBinary, FloatingPoint, Int, KeyValue, Precision, Time,
    TimeUnit, Timestamp, Type, Utf8View,
};

use super::types::{coded, column, dictionary_column, fault, texts, utf8};
use crate::engine::fault::EngineError;
use crate::format::ipc::raw::{BatchBuilder, field, file};
use crate::format::ipc::read::IpcSource;
use crate::format::test_sink::read_all;
use crate::model::column_type::TextlessType;
use crate::model::outcome::structure_fault::StructureFault;

/// A column of one type with a value, and one that is missing.
fn one_and_none(kind: Type, value: &[u8]) -> Result<Vec<Option<String>>, EngineError> {
    let batch = BatchBuilder::new(2).nodes(1).buffer(&[0b01]).buffer(&[value, value].concat());
    column(&file(vec![field("c", kind, Vec::new())], &[], &[batch]), 0)
}

#[test]
fn every_type_that_has_one_text_is_read_as_it() {
    let decimal = |bit_width, scale| Type::Decimal(Box::new(Decimal { precision: 9, scale, bit_width }));
    let widest = [(-1250_i128).to_le_bytes().as_slice(), &[0xFF; 16]].concat();
    let time = |unit, bit_width| Type::Time(Box::new(Time { unit, bit_width }));
    let timestamp =
        |unit, zone: Option<&str>| Type::Timestamp(Box::new(Timestamp { unit, timezone: zone.map(str::to_owned) }));
    let float = |precision| Type::FloatingPoint(Box::new(FloatingPoint { precision }));
    let whole = |bit_width, is_signed| Type::Int(Box::new(Int { bit_width, is_signed }));
    let summer = 991_350_000_i64;
    for (kind, value, text) in [
        (whole(8, true), vec![0xFF], "-1"),
        (whole(8, false), vec![0xFF], "255"),
        (whole(64, false), vec![0xFF; 8], "18446744073709551615"),
        (float(Precision::Half), vec![0x66, 0x2E], "0.1"),
        (float(Precision::Single), 0.1_f32.to_le_bytes().to_vec(), "0.1"),
        (float(Precision::Double), (-0.5_f64).to_le_bytes().to_vec(), "-0.5"),
        (decimal(32, 2), (-5_i32).to_le_bytes().to_vec(), "-0.05"),
        (decimal(64, -2), 12_i64.to_le_bytes().to_vec(), "1200"),
        (decimal(128, 0), 1001_i128.to_le_bytes().to_vec(), "1001"),
        (decimal(256, 2), widest, "-12.50"),
        (Type::Date(Box::new(Date { unit: DateUnit::Day })), (-1_i32).to_le_bytes().to_vec(), "1969-12-31"),
        (Type::Date(Box::new(Date { unit: DateUnit::Millisecond })), (-1_i64).to_le_bytes().to_vec(), "1969-12-31"),
        (time(TimeUnit::Second, 32), 3_661_i32.to_le_bytes().to_vec(), "01:01:01"),
        (time(TimeUnit::Nanosecond, 64), 1_i64.to_le_bytes().to_vec(), "00:00:00.000000001"),
        (timestamp(TimeUnit::Second, None), summer.to_le_bytes().to_vec(), "2001-05-31T23:00:00"),
        (timestamp(TimeUnit::Millisecond, Some("UTC")), 1_i64.to_le_bytes().to_vec(), "1970-01-01T00:00:00.001Z"),
        (
            timestamp(TimeUnit::Second, Some("Europe/London")),
            summer.to_le_bytes().to_vec(),
            "2001-06-01T00:00:00+01:00",
        ),
        (timestamp(TimeUnit::Second, Some("-02:30")), 0_i64.to_le_bytes().to_vec(), "1969-12-31T21:30:00-02:30"),
    ] {
        let told = format!("{kind:?}");
        assert_eq!(one_and_none(kind, &value).unwrap(), [Some(text.to_owned()), None], "{told}");
    }
    let nowhere = timestamp(TimeUnit::Second, Some("Atlantis/Port"));
    assert_eq!(fault(one_and_none(nowhere, &[0; 8])).textless, Some(TextlessType::UnknownZone));
}

#[test]
fn sixteen_bytes_are_a_uuid_where_the_column_says_so() {
    let sixteen = || Type::FixedSizeBinary(Box::new(FixedSizeBinary { byte_width: 16 }));
    let said = |key: &str, value: &str| {
        let pair = KeyValue { key: Some(key.to_owned()), value: Some(value.to_owned()) };
        let field = Field { custom_metadata: Some(vec![pair]), ..field("c", sixteen(), Vec::new()) };
        let batch = BatchBuilder::new(1).nodes(1).buffer(&[]).buffer(&[0xAB; 16]);
        column(&file(vec![field], &[], &[batch]), 0)
    };
    let uuid = said("ARROW:extension:name", "arrow.uuid").unwrap();
    assert_eq!(uuid, texts(&["abababab-abab-abab-abab-abababababab"]));
    for (key, value) in [("ARROW:extension:name", "mine.uuid"), ("name", "arrow.uuid")] {
        assert_eq!(fault(said(key, value)).textless, Some(TextlessType::FixedBinary));
    }
}

/// Rows are numbered as the file has them, whatever is wrong with them.
#[test]
fn bytes_that_are_no_text_are_malformed_one_by_one() {
    let offsets: Vec<u8> = [0_i32, 1, 2, 3].iter().flat_map(|offset| offset.to_le_bytes()).collect();
    let views = [[1, 0, 0, 0, b'a'], [1, 0, 0, 0, 0xC3], [1, 0, 0, 0, b'b']].map(|view| {
        let mut bytes = view.to_vec();
        bytes.resize(16, 0);
        bytes
    });
    let plain = || BatchBuilder::new(3).nodes(1).buffer(&[]).buffer(&offsets).buffer(b"a\xC3b");
    let viewed = || BatchBuilder::new(3).nodes(1).buffer(&[]).buffer(&views.concat()).views(0);
    let of = |kind, batch| file(vec![field("c", kind, Vec::new())], &[], &[batch]);
    let dictionary = |kind, values| {
        let column = Field { type_: Some(kind), ..dictionary_column() };
        file(vec![column], &[(3, false, values)], &[coded(&[0, 1, 2])])
    };
    for (told, bytes) in [
        ("utf8", of(utf8(), plain())),
        ("binary", of(Type::Binary(Box::new(Binary {})), plain())),
        ("utf8 view", of(Type::Utf8View(Box::new(Utf8View {})), viewed())),
        ("binary view", of(Type::BinaryView(Box::new(BinaryView {})), viewed())),
        ("a dictionary of utf8", dictionary(utf8(), plain())),
        ("a dictionary of binary views", dictionary(Type::BinaryView(Box::new(BinaryView {})), viewed())),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.arrow");
        std::fs::write(&path, bytes).unwrap();
        let source = IpcSource::open(&path, &"a.arrow".into(), &std::sync::Arc::default()).unwrap();
        let (table, quarantined) = read_all(Box::new(source)).unwrap_or_else(|error| panic!("{told}: {error}"));
        assert_eq!(table, [texts(&["a", "b"])], "{told}");
        let found: Vec<_> = quarantined.iter().map(|found| (found.index, found.column, found.fault)).collect();
        assert_eq!(found, [(1, Some(1), StructureFault::BadUtf8)], "{told}");
    }
}

#[test]
fn a_dictionary_may_hold_values_of_any_type_that_is_read() {
    let days: Vec<u8> = [-1_i32, 0].iter().flat_map(|day| day.to_le_bytes()).collect();
    let values = BatchBuilder::new(2).nodes(1).buffer(&[]).buffer(&days);
    let kind = Type::Date(Box::new(Date { unit: DateUnit::Day }));
    let column_of_days = Field { type_: Some(kind), ..dictionary_column() };
    let bytes = file(vec![column_of_days], &[(3, false, values)], &[coded(&[1, 0, 1])]);
    assert_eq!(column(&bytes, 0).unwrap(), texts(&["1970-01-01", "1969-12-31", "1970-01-01"]));
}
