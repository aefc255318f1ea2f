//! Tests of the NDJSON source over whole files and streams.

use std::io::{self, Read};
use std::sync::Arc;

use proptest::prelude::*;

use super::read::NdjsonSource;
use super::write::NdjsonEncoder;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{Extent, InputEvidence, Quarantined, Source};
use crate::format::test_sink::{
    Table, every_type, every_type_columns, every_type_read, read_all, written,
};
use crate::model::digest::Digest;
use crate::model::reason::StructureFault;

fn source(reader: impl Read + Send + 'static) -> Result<NdjsonSource, EngineError> {
    let evidence = InputEvidence {
        bytes: 0,
        blake3: Digest::blake3(b""),
        replacement_characters: 0,
    };
    let closing = Box::new(move || Ok(evidence));
    let file: Arc<str> = "extract.ndjson".into();
    NdjsonSource::from_reader(
        Box::new(reader),
        &file,
        &Arc::from([]),
        Extent::default(),
        closing,
    )
}

fn read(bytes: &[u8]) -> Result<(Table, Vec<Quarantined>), EngineError> {
    read_all(Box::new(source(io::Cursor::new(bytes.to_vec()))?))
}

fn kind<T>(outcome: Result<T, EngineError>) -> Option<InputFaultKind> {
    match outcome {
        Ok(_) => None,
        Err(EngineError::Input(fault)) => Some(fault.kind),
        Err(other) => panic!("not a fault of the input: {other:?}"),
    }
}

#[test]
fn every_type_comes_back_with_the_digest_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    let encoder = NdjsonEncoder::try_new(&every_type_columns()).unwrap();
    let (bytes, _) = written(&encoder, vec![every_type()]);
    std::fs::write(&path, &bytes).unwrap();
    let open = || NdjsonSource::open(&path, &"a".into(), &Arc::from([])).unwrap();
    let (table, quarantined) = read_all(Box::new(open())).unwrap();
    assert_eq!(table, every_type_read(str::to_owned));
    assert!(quarantined.is_empty());
    let mut source = open();
    while source.next_block().unwrap().is_some() {}
    let evidence = Box::new(source).finish().unwrap();
    assert_eq!(evidence.bytes, bytes.len() as u64);
    assert_eq!(evidence.blake3, Digest::blake3(&bytes));
}

#[test]
fn a_file_that_grows_while_it_is_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    std::fs::write(&path, "{\"a\":1}\n").unwrap();
    let mut source = NdjsonSource::open(&path, &"a".into(), &Arc::from([])).unwrap();
    while source.next_block().unwrap().is_some() {}
    std::fs::write(&path, "{\"a\":1}\n{\"a\":2}\n").unwrap();
    assert_eq!(
        kind(Box::new(source).finish()),
        Some(InputFaultKind::InputChanged)
    );
}

#[test]
fn numbers_keep_their_digits_and_strings_lose_their_escapes() {
    let text = "{\"n\":12345678901234567890.10,\"s\":\"a\\\"\\u00e9\\ud83e\\udd80\"}\r\n{\"s\":\"\",\"n\":1E5}";
    let (table, quarantined) = read(text.as_bytes()).unwrap();
    let cells = |cells: [&str; 2]| cells.map(|cell| Some(cell.to_owned())).to_vec();
    assert_eq!(
        table,
        [
            cells(["12345678901234567890.10", "1E5"]),
            cells(["a\"é🦀", ""])
        ]
    );
    assert!(quarantined.is_empty());
}

#[test]
fn bad_lines_are_quarantined_where_they_stand() {
    let bytes = b"\xef\xbb\xbf{\"a\":1}\n\xff\xfe{\"a\":2}\r\n\n{\"a\":3}\n{\"b\":4}\n";
    let (table, quarantined) = read(bytes).unwrap();
    assert_eq!(table, [[Some("1".to_owned()), Some("3".to_owned())]]);
    let places: Vec<_> = quarantined
        .iter()
        .map(|q| (q.index, q.offset, q.length, q.fault, q.column))
        .collect();
    assert_eq!(
        places,
        [
            (1, 11, 9, StructureFault::BadUtf8, None),
            (2, 22, 0, StructureFault::BlankRecord, None),
            (4, 31, 7, StructureFault::ExtraField, None),
        ]
    );
}

#[test]
fn what_is_no_ndjson_is_refused() {
    for (bytes, expected) in [
        (&b""[..], InputFaultKind::EmptyInput),
        (b"\xef\xbb\xbf", InputFaultKind::EmptyInput),
        (b"\n{\"a\":1}\n", InputFaultKind::FormatMismatch),
        (b"id,name\n1,x\n", InputFaultKind::FormatMismatch),
        (b"[{\"a\":1}]", InputFaultKind::FormatMismatch),
        (b"\x1f\x8b\x08\0", InputFaultKind::FormatMismatch),
        (b"\xff\xfe{\0", InputFaultKind::Utf16),
        (b"\xff\xfe\0\0{\0\0\0", InputFaultKind::Utf32),
        (b"{\0\"\0a\0", InputFaultKind::Nul),
        (b"{\"\xff\":1}", InputFaultKind::BadUtf8),
        (b"{\"a\":1,\"A \":2}", InputFaultKind::DuplicateColumn),
        (b"{\"\":1}", InputFaultKind::EmptyHeaderCell),
    ] {
        assert_eq!(kind(read(bytes)), Some(expected), "{bytes:?}");
    }
}

#[test]
fn endless_lines_are_refused_in_bounded_memory() {
    let endless = || io::repeat(b' ');
    let outcome = source(endless()).map(|_| ());
    assert_eq!(kind(outcome), Some(InputFaultKind::HeaderTooLong));
    let mut source = source((&b"{\"a\":1}\n"[..]).chain(endless())).unwrap();
    let outcome = loop {
        match source.next_block() {
            Ok(Some(_)) => {}
            other => break other.map(|_| ()),
        }
    };
    assert_eq!(kind(outcome), Some(InputFaultKind::FormatMismatch));
    assert!(source.held() <= 17 << 20);
}

#[test]
fn a_fault_inside_a_readers_error_is_passed_on() {
    struct Failing(fn() -> io::Error);
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err((self.0)())
        }
    }
    let bomb = || io::Error::other(InputFault::file(InputFaultKind::RatioLimit, &"x".into()));
    let truncated = || io::ErrorKind::UnexpectedEof.into();
    let hidden = || io::Error::new(io::ErrorKind::InvalidData, "a cell");
    assert_eq!(
        kind(source(Failing(bomb)).map(|_| ())),
        Some(InputFaultKind::RatioLimit)
    );
    assert_eq!(
        kind(source(Failing(truncated)).map(|_| ())),
        Some(InputFaultKind::Truncated)
    );
    assert_eq!(
        kind(source(Failing(hidden)).map(|_| ())),
        Some(InputFaultKind::Corrupt)
    );
    let disk = source(Failing(|| io::Error::from_raw_os_error(5)));
    assert!(matches!(disk.map(|_| ()), Err(EngineError::Read { .. })));
}

/// Gives out a stream in small pieces.
struct Dripping(io::Cursor<Vec<u8>>, usize);

impl Read for Dripping {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

#[test]
fn blocks_are_cut_at_newlines_wherever_the_reader_stops() {
    let line = |index: usize| format!("{{\"a\":{index},\"b\":\"{}\"}}\n", "x".repeat(index % 700));
    let text: String = (0..6000).map(line).collect();
    let (whole, _) = read(text.as_bytes()).unwrap();
    assert_eq!(whole[0].len(), 6000);
    for piece in [997, 65_536, 700_001] {
        let dripping = Dripping(io::Cursor::new(text.clone().into_bytes()), piece);
        let (table, quarantined) = read_all(Box::new(source(dripping).unwrap())).unwrap();
        assert_eq!(table, whole);
        assert!(quarantined.is_empty());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_counted_or_refused(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..8)) {
        let mut bytes = b"{\"a\":1}\n".to_vec();
        for line in &lines {
            bytes.extend(line.iter().filter(|byte| **byte != b'\n'));
            bytes.push(b'\n');
        }
        let (table, quarantined) = read(&bytes).unwrap();
        prop_assert_eq!(table[0].len() + quarantined.len(), lines.len() + 1);
    }

    #[test]
    fn any_text_comes_back(text in ".*") {
        prop_assume!(!text.contains('\0'));
        let line = serde_json::json!({ "a": text }).to_string();
        let (table, _) = read(line.as_bytes()).unwrap();
        prop_assert_eq!(&table, &[[Some(text)]]);
    }
}
