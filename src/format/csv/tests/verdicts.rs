//! One record, one verdict: the grammar by example.

use super::support::{Record, accepted, fault_kind, read};
use crate::engine::fault::{EngineError, InputFaultKind};
use crate::format::csv::scan::index::{MAX_FIELD, MAX_RECORD};
use crate::model::dialect::{Delimiter, Dialect, NullWords};
use crate::model::outcome::structure_fault::StructureFault::{self, *};

fn records(content: &[u8], dialect: &Dialect) -> Vec<Record> {
    read(content, dialect).unwrap().records
}

/// The verdict on the only record behind a header of two columns.
fn verdict(line: &[u8], dialect: &Dialect) -> Record {
    let mut content = b"a,b\n".to_vec();
    content.extend_from_slice(line);
    let mut records = records(&content, dialect);
    assert_eq!(records.len(), 1, "{}", line.escape_ascii());
    records.remove(0)
}

fn check_fault(line: &[u8], dialect: &Dialect, expected: StructureFault, at: Option<u32>) {
    let Record::Malformed { fault, offset, column, .. } = verdict(line, dialect) else {
        panic!("accepted: {}", line.escape_ascii());
    };
    assert_eq!((fault, column, offset), (expected, at, 4), "{}", line.escape_ascii());
}

#[test]
fn plain_quoted_empty_and_missing_cells_are_told_apart() {
    let dialect = Dialect {
        null_values: NullWords { words: vec![String::new(), "NA".into()], also_quoted: false },
        ..Dialect::default()
    };
    let cases: [(&[u8], [Option<&str>; 2]); 10] = [
        (b"1,2\n", [Some("1"), Some("2")]),
        (b"1,2", [Some("1"), Some("2")]),
        (b",\n", [None, None]),
        (b"\"\",\"\"\n", [Some(""), Some("")]),
        (b"\" \",NA\n", [Some(" "), None]),
        (b"\"NA\",x\n", [Some("NA"), Some("x")]),
        (b"\"a,b\",\"c\"\n", [Some("a,b"), Some("c")]),
        (b"\"say \"\"hi\"\"\",\"\"\"\"\n", [Some("say \"hi\""), Some("\"")]),
        ("é,\u{FFFD}\n".as_bytes(), [Some("é"), Some("\u{FFFD}")]),
        (b"#1, x \n", [Some("#1"), Some(" x ")]),
    ];
    for (line, cells) in cases {
        assert_eq!(verdict(line, &dialect), accepted(&cells), "{}", line.escape_ascii());
    }
}

#[test]
fn every_fault_of_a_record_is_told_with_its_column() {
    let dialect = Dialect::default();
    check_fault(b"\n", &dialect, BlankRecord, None);
    check_fault(b"\r\n", &dialect, BlankRecord, None);
    check_fault(b"1\n", &dialect, MissingField, Some(2));
    check_fault(b"1,2,3\n", &dialect, ExtraField, Some(3));
    check_fault(b"1,5\" pipe\n", &dialect, QuoteInUnquoted, Some(2));
    check_fault(b"\"a\"b,2\n", &dialect, JunkAfterQuote, Some(1));
    check_fault(b"\"a\\\"b\",2\n", &dialect, JunkAfterQuote, Some(1));
    check_fault(b"1, \"2\"\n", &dialect, QuoteInUnquoted, Some(2));
    check_fault(b"\"1\" ,2\n", &dialect, JunkAfterQuote, Some(1));
    check_fault(b"1,2\r\n", &dialect, MixedLineEnding, None);
    check_fault(b"1,2\r\r\n", &dialect, BareCr, Some(2));
    check_fault(b"1\r,2\n", &dialect, BareCr, Some(1));
    check_fault(b"1,2\r", &dialect, BareCr, Some(2));
    check_fault(b"\"1\r\",2\n", &dialect, BareCr, Some(1));
    check_fault(b"1,\"2\"\r", &dialect, BareCr, Some(2));
    check_fault(b"1,\0\n", &dialect, Nul, Some(2));
    check_fault(b"1,\xE9\n", &dialect, BadUtf8, Some(2));
    check_fault(b"\x80,2\n", &dialect, BadUtf8, Some(1));
    check_fault(b"1,\xED\xA0\x80\n", &dialect, BadUtf8, Some(2));
    check_fault(b"\xC0\xAF,1\n", &dialect, BadUtf8, Some(1));
    check_fault(b"1,\xF4\x90\x80\x80\n", &dialect, BadUtf8, Some(2));
    check_fault(b"1,\xC3", &dialect, BadUtf8, Some(2));
    check_fault(b"\xEF\xBB\xBF1,2\n", &dialect, BadUtf8, Some(1));
    check_fault(b"a,b\n", &dialect, RepeatedHeader, None);
    check_fault(b"a,b", &dialect, RepeatedHeader, None);
}

#[test]
fn the_first_fault_of_the_list_counts() {
    let dialect = Dialect::default();
    check_fault(b"1\xFF,2\0\n", &dialect, Nul, Some(2));
    check_fault(b"1\"2\xFF\n", &dialect, BadUtf8, Some(1));
    check_fault(b"1,\"2\"x,\r3\r\n", &dialect, JunkAfterQuote, Some(2));
    check_fault(b"1,2\r,3\r\n", &dialect, BareCr, Some(2));
    check_fault(b"1\r\n", &dialect, MixedLineEnding, None);
    check_fault(b"\xEF\xBB\xBFa,b\n", &dialect, BadUtf8, Some(1));
    check_fault(b"a,b\r\n", &dialect, MixedLineEnding, None);
}

#[test]
fn a_blank_line_is_a_record_also_in_one_column_and_at_the_end() {
    let blank = |offset| Record::Malformed { fault: BlankRecord, offset, length: 0, column: None };
    let dialect = Dialect::default();
    assert_eq!(
        records(b"a\n1\n\n2\n\n", &dialect),
        [accepted(&[Some("1")]), blank(4), accepted(&[Some("2")]), blank(7),]
    );
    assert_eq!(records(b"a\n\"\"\n", &dialect), [accepted(&[Some("")])]);
}

#[test]
fn the_headers_line_ending_is_the_files() {
    let dialect = Dialect::default();
    let mixed = |offset| Record::Malformed { fault: MixedLineEnding, offset, length: 3, column: None };
    assert_eq!(
        records(b"a,b\r\n1,2\r\n3,4\n5,6\r\n7,8", &dialect),
        [
            accepted(&[Some("1"), Some("2")]),
            mixed(10),
            accepted(&[Some("5"), Some("6")]),
            accepted(&[Some("7"), Some("8")]),
        ]
    );
    assert_eq!(records(b"a,b\n1,2\r\n3,4\n", &dialect)[0], mixed(4));
}

#[test]
fn an_unterminated_quote_is_fatal_and_told_by_record_and_column() {
    let dialect = Dialect::default();
    let lines: [&[u8]; 4] = [b"1,\"2\n3,4\n", b"1,\"2", b"1\"x,\"2\n3,4\n", b"\"1\"\",2\n3,4\n"];
    for line in lines {
        let content = [b"a,b\n0,0\n", line].concat();
        let Err(EngineError::Input(fault)) = read(&content, &dialect) else { panic!("{}", line.escape_ascii()) };
        assert_eq!((fault.kind, fault.record), (InputFaultKind::UnterminatedQuote, Some(2)));
        assert!(fault.to_string().len() < 200);
    }
    let open = Dialect { newline_in_fields: true, ..Dialect::default() };
    assert_eq!(fault_kind(read(b"a,b\n1,\"2\n3,4\n", &open)), Some(InputFaultKind::UnterminatedQuote));
    let long = [b"a,b\n1,\"".to_vec(), b"line\n".repeat(MAX_RECORD / 4), b"\"\n".to_vec()].concat();
    assert_eq!(fault_kind(read(&long, &open)), Some(InputFaultKind::UnterminatedQuote));
}

#[test]
fn line_feeds_in_quotes_are_data_where_declared() {
    let dialect = Dialect { newline_in_fields: true, ..Dialect::default() };
    assert_eq!(verdict(b"\"1\n2\",\"\r\n\"\n", &dialect), accepted(&[Some("1\n2"), Some("\r\n")]));
    check_fault(b"\"1\r2\",3\n", &dialect, BareCr, Some(1));
    let swallowed = records(b"a,b\n1,\"x\n2,y\n3,z\"\n", &dialect);
    assert_eq!(swallowed, [accepted(&[Some("1"), Some("x\n2,y\n3,z")])]);
}

#[test]
fn trim_drops_blanks_around_fields_and_quotes() {
    let dialect = Dialect {
        trim: true,
        null_values: NullWords { words: vec![String::new(), "-".into()], also_quoted: false },
        ..Dialect::default()
    };
    assert_eq!(verdict(b" 1 ,\t2\n", &dialect), accepted(&[Some("1"), Some("2")]));
    assert_eq!(verdict(b" - ,  \n", &dialect), accepted(&[None, None]));
    assert_eq!(verdict(b" \" x\"\"y \" ,\"-\"\n", &dialect), accepted(&[Some(" x\"y "), Some("-")]));
    check_fault(b"  \t \n", &dialect, BlankRecord, None);
    check_fault(b"1, \"2\" x\n", &dialect, JunkAfterQuote, Some(2));
    check_fault(b"1, \"2\" \"\n", &dialect, JunkAfterQuote, Some(2));
    let tabs = Dialect { delimiter: Delimiter::of("\t").unwrap(), trim: true, ..Dialect::default() };
    let reading = read(b" a \tb\n\t\n", &tabs).unwrap();
    assert_eq!((reading.columns, reading.records), (vec!["a".into(), "b".into()], vec![accepted(&[None, None])]));
}

#[test]
fn a_field_may_have_64_kib_and_a_record_1_mib() {
    let dialect = Dialect::default();
    let field = |bytes: usize, around: &str| [around, &"x".repeat(bytes), around, ",2\n"].concat().into_bytes();
    for around in ["", "\""] {
        assert!(matches!(verdict(&field(MAX_FIELD, around), &dialect), Record::Accepted(_)));
        check_fault(&field(MAX_FIELD + 1, around), &dialect, FieldTooLong, Some(1));
    }
    let doubled = format!("\"{}\",2\n", "\"\"".repeat(MAX_FIELD));
    assert!(matches!(verdict(doubled.as_bytes(), &dialect), Record::Accepted(_)));

    for ending in ["\n", "\r\n", ""] {
        let line = |bytes: usize| [&"x".repeat(bytes), ending].concat().into_bytes();
        let first_fault = |bytes| {
            let header = if ending == "\r\n" { b"a,b\r\n".as_slice() } else { b"a,b\n" };
            let Record::Malformed { fault, length, .. } = records(&[header, &line(bytes)].concat(), &dialect).remove(0)
            else {
                panic!("accepted {bytes} bytes")
            };
            (fault, length)
        };
        let limit = MAX_RECORD as u64;
        assert_eq!(first_fault(MAX_RECORD), (FieldTooLong, limit));
        for bytes in [MAX_RECORD + 1, MAX_RECORD + 2, MAX_RECORD + 3, 3 * MAX_RECORD] {
            assert_eq!(first_fault(bytes), (RecordTooLong, limit + 1), "{bytes} bytes, {ending:?}");
        }
    }
}
