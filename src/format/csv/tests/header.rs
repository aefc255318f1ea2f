//! What may be at the start of a file, and what a file may not be.

use std::fs;

use super::support::{accepted, fault_kind, file, read, read_in_blocks, read_named};
use crate::engine::fault::{EngineError, InputFaultKind as Kind};
use crate::format::csv::{BLOCK_BYTES, open};
use crate::model::dialect::Dialect;

fn fault(content: &[u8]) -> Option<Kind> {
    fault_kind(read(content, &Dialect::default()))
}

fn fault_column(content: &[u8]) -> (Option<Kind>, Option<u32>) {
    match read(content, &Dialect::default()) {
        Err(EngineError::Input(fault)) => (Some(fault.kind), fault.column),
        _ => (None, None),
    }
}

#[test]
fn a_header_may_be_quoted_and_follow_a_mark() {
    let reading = read(b"\xEF\xBB\xBF\"a \"\"b\"\"\",c\r\n1,2\r\n", &Dialect::default()).unwrap();
    assert_eq!(reading.columns, ["a \"b\"", "c"]);
    assert_eq!(reading.records, [accepted(&[Some("1"), Some("2")])]);
}

#[test]
fn faults_of_a_header_are_told_by_position() {
    assert_eq!(fault_column(b"a,,b\n1,2,3\n"), (Some(Kind::EmptyHeaderCell), Some(2)));
    assert_eq!(fault_column(b"a,b,\" \"\n1,2,3\n"), (Some(Kind::EmptyHeaderCell), Some(3)));
    assert_eq!(fault_column(b"\n1\n"), (Some(Kind::EmptyHeaderCell), Some(1)));
    assert_eq!(fault_column("É,b, é \n1,2,3\n".as_bytes()), (Some(Kind::DuplicateColumn), Some(3)));
    assert_eq!(fault_column(b"a,\xE9\n1,2\n"), (Some(Kind::BadUtf8), Some(2)));
    assert_eq!(fault_column(b"a,b\"c\n1,2\n"), (Some(Kind::HeaderMismatch), Some(2)));
    assert_eq!(fault_column(b"a,\"b\n1,2\n"), (Some(Kind::UnterminatedQuote), Some(2)));
    assert_eq!(fault(b"a\0,\0b\0\n\0"), Some(Kind::Nul));
    assert_eq!(fault(b"a,b\r1,2\r3,4\r"), Some(Kind::BareCrFile));
    assert_eq!(fault(&b"a,b\r1,2\r".repeat(1 << 18)), Some(Kind::BareCrFile));
}

#[test]
fn a_header_has_limits() {
    let cell = |bytes| format!("{},b\n1,2\n", "a".repeat(bytes)).into_bytes();
    assert_eq!(fault(&cell(1024)), None);
    assert_eq!(fault(&cell(1025)), Some(Kind::HeaderTooLong));
    assert_eq!(fault(&cell(2 << 20)), Some(Kind::HeaderTooLong));
    let names = |count: usize| (0..count).map(|index| format!("c{index}")).collect::<Vec<_>>().join(",");
    let row = |count: usize| vec!["1"; count].join(",");
    let table = |count| format!("{}\n{}\n", names(count), row(count)).into_bytes();
    assert_eq!(fault(&table(4096)), None);
    assert_eq!(fault(&table(4097)), Some(Kind::TooManyColumns));
    assert_eq!(fault(&table(100_000)), Some(Kind::TooManyColumns));
    // A long header over many blocks.
    let whole = read(&table(4096), &Dialect::default()).unwrap();
    assert_eq!(read_in_blocks(&table(4096), &Dialect::default(), 64).unwrap(), whole);
    let open = Dialect { newline_in_fields: true, ..Dialect::default() };
    assert_eq!(read_in_blocks(&table(4096), &open, 64).unwrap(), whole);
}

#[test]
fn a_file_without_a_record_is_no_empty_table() {
    for content in [b"".as_slice(), b"a,b", b"a,b\n", b"a,b\r\n", b"\xEF\xBB\xBFa,b\n"] {
        assert_eq!(fault(content), Some(Kind::EmptyInput), "{}", content.escape_ascii());
    }
}

#[test]
fn other_kinds_of_file_are_told_by_their_first_bytes() {
    assert_eq!(fault(b"\xFF\xFEa\0,\0b\0\n\0"), Some(Kind::Utf16));
    assert_eq!(fault(b"\0\0\xFE\xFF\0\0\0a"), Some(Kind::Utf32));
    assert_eq!(fault(b"<!DOCTYPE html>\n<p>x</p>\n"), Some(Kind::BadMagic));
    assert_eq!(fault(b"\n  {\"a\": 1}\n"), Some(Kind::BadMagic));
    assert_eq!(fault(b"PK\x03\x04xl/workbook.xml\n"), Some(Kind::BadMagic));
    assert_eq!(fault(b"PAR1\x15\x04\n"), Some(Kind::BadMagic));
    assert_eq!(fault(b"BZh91AY&SY\n"), Some(Kind::OtherCompression));
    assert_eq!(fault(b"\x1F\x8B\x08\0\0\0\0\0"), Some(Kind::FormatMismatch));
    let named = |name, content: &[u8]| fault_kind(read_named(name, content, &Dialect::default()));
    assert_eq!(named("x.csv.gz", b"a,b\n1,2\n"), Some(Kind::FormatMismatch));
    assert_eq!(named("x.csv.ZST", b"a,b\n1,2\n"), Some(Kind::FormatMismatch));
    assert_eq!(named("x.zst", b"\x1F\x8B\x08\0\0\0\0\0"), Some(Kind::FormatMismatch));
    assert_eq!(named("x.zip", b"PK\x03\x04"), Some(Kind::OtherCompression));
    assert_eq!(named("x.gz", b""), Some(Kind::EmptyInput));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let (_folder, path) = file("x.csv", b"a,b\n1,2\n3,4\n");
    let mut source = open(&path, "x.csv".into(), &Dialect::default(), 8).unwrap();
    let parser = source.parser();
    let mut ticket = source.next_block().unwrap().unwrap();
    parser.parse(&mut ticket, &[]).unwrap();
    fs::write(&path, b"a,b\n1,2\n").unwrap();
    let mut ticket = source.next_block().unwrap().unwrap();
    let Err(EngineError::Input(fault)) = parser.parse(&mut ticket, &[]) else { panic!("read a file cut short") };
    assert_eq!(fault.kind, Kind::InputChanged);

    let (_folder, path) = file("x.csv", b"a,b\n1,2\n");
    let mut source = open(&path, "x.csv".into(), &Dialect::default(), BLOCK_BYTES).unwrap();
    let parser = source.parser();
    while let Some(mut ticket) = source.next_block().unwrap() {
        parser.parse(&mut ticket, &[]).unwrap();
    }
    fs::write(&path, b"a,b\n1,2\n3,4\n").unwrap();
    let Err(EngineError::Input(fault)) = source.finish() else { panic!("a file that grew") };
    assert_eq!(fault.kind, Kind::InputChanged);
}
