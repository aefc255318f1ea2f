//! Tests of the NDJSON source over whole files, plain and compressed.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::keys::KeyRules;
use super::read::NdjsonSource;
use super::write::NdjsonEncoder;
use crate::engine::fault::{EngineError, InputFaultKind};
use crate::engine::port::{InputEvidence, Quarantined, Source};
use crate::format::asked_columns::AskedColumns;
use crate::format::test_sink::{TextTable, every_type, every_type_columns, every_type_read, read_all, written};
use crate::model::dialect::MissingKeys;
use crate::model::digest::Digest;
use crate::model::outcome::structure_fault::StructureFault;

type Reading = (TextTable, Vec<Quarantined>);

/// Opens a file all of whose records must have the keys of the first.
fn open_strict(path: &Path, name: &str) -> Result<NdjsonSource, EngineError> {
    let rules = KeyRules { missing: MissingKeys::Malformed, asked: &AskedColumns::default() };
    NdjsonSource::open(path, &name.into(), &Arc::default(), &rules)
}

/// Opens these bytes as a file of that name, which is there while `then` runs.
fn opened<T>(
    name: &str,
    stored: &[u8],
    then: impl FnOnce(NdjsonSource) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, stored).unwrap();
    then(open_strict(&path, name)?)
}

fn read_named(name: &str, stored: &[u8]) -> Result<Reading, EngineError> {
    opened(name, stored, |source| read_all(Box::new(source)))
}

fn read(bytes: &[u8]) -> Result<Reading, EngineError> {
    read_named("extract.ndjson", bytes)
}

/// Reads a file to its end: stored bytes its blocks stand for, and its evidence.
fn closing(name: &str, stored: &[u8]) -> Result<(u64, InputEvidence), EngineError> {
    opened(name, stored, |mut source| {
        let parser = source.parser();
        let mut progress = 0;
        while let Some(mut ticket) = source.next_block()? {
            progress += parser.parse(&mut ticket, &[])?.bytes;
        }
        Ok((progress, Box::new(source).finish()?))
    })
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
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
    let open = || open_strict(&path, "a").unwrap();
    let (table, quarantined) = read_all(Box::new(open())).unwrap();
    assert_eq!(table, every_type_read(|text| text.parse::<f64>().unwrap().to_string()));
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
    let mut source = open_strict(&path, "a").unwrap();
    while source.next_block().unwrap().is_some() {}
    std::fs::write(&path, "{\"a\":1}\n{\"a\":2}\n").unwrap();
    assert_eq!(kind(Box::new(source).finish()), Some(InputFaultKind::InputChanged));
}

#[test]
fn numbers_keep_every_digit_they_need_and_strings_lose_their_escapes() {
    let text = "{\"n\":12345678901234567890.10,\"s\":\"a\\\"\\u00e9\\ud83e\\udd80\"}\r\n{\"s\":\"\",\"n\":1E5}";
    let (table, quarantined) = read(text.as_bytes()).unwrap();
    let cells = |cells: [&str; 2]| cells.map(|cell| Some(cell.to_owned())).to_vec();
    assert_eq!(table, [cells(["12345678901234567890.1", "100000"]), cells(["a\"é🦀", ""])]);
    assert!(quarantined.is_empty());
}

#[test]
fn bad_lines_are_quarantined_where_they_stand() {
    let bytes = b"\xef\xbb\xbf{\"a\":1}\n\xff\xfe{\"a\":2}\r\n\n{\"a\":3}\n{\"b\":4}\n";
    let (table, quarantined) = read(bytes).unwrap();
    assert_eq!(table, [[Some("1".to_owned()), Some("3".to_owned())]]);
    let places: Vec<_> = quarantined.iter().map(|q| (q.index, q.offset, q.length, q.fault, q.column)).collect();
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
        (b"[{\"a\":1}]", InputFaultKind::JsonArray),
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
    let endless = vec![b' '; 20 << 20];
    let outcome = read_named("a.ndjson.zst", &zstd(&endless));
    assert_eq!(kind(outcome), Some(InputFaultKind::HeaderTooLong));
    let endless = [b"{\"a\":1}\n", endless.as_slice()].concat();
    let outcome = opened("a.ndjson.zst", &zstd(&endless), |mut source| {
        loop {
            match source.next_block() {
                Ok(Some(_)) => {}
                other => break Ok((kind(other), source.pending().len())),
            }
        }
    });
    let (kind, held) = outcome.unwrap();
    assert_eq!(kind, Some(InputFaultKind::FormatMismatch));
    assert!(held <= 17 << 20);
}

/// Some lines, a few of them bad.
fn lines() -> Vec<u8> {
    let line = |index: usize| match index % 997 {
        13 => "{\"a\":1}\n".to_owned(),
        14 => "{\"a\":1,\"b\":\"\u{fffd}\"}\r\n".to_owned(),
        rest => format!("{{\"a\":{index},\"b\":\"{}\"}}\n", "x".repeat(rest % 700)),
    };
    (0..3000).map(line).collect::<String>().into_bytes()
}

#[test]
fn rows_are_the_same_however_the_file_is_stored() {
    let content = lines();
    let (table, quarantined) = read(&content).unwrap();
    let places = |quarantined: &[Quarantined]| -> Vec<_> {
        let place = |q: &Quarantined| (q.offset, q.length, q.fault, q.column);
        quarantined.iter().map(place).collect()
    };
    assert_eq!((table[0].len(), quarantined.len()), (2997, 3));
    // Many members give the content out in pieces of their own length.
    let pieces =
        |length: usize, pack: fn(&[u8]) -> Vec<u8>| -> Vec<u8> { content.chunks(length).flat_map(pack).collect() };
    for (name, stored) in [
        ("a.ndjson", content.clone()),
        ("a.ndjson.gz", gzip(&content)),
        ("a.jsonl.GZ", pieces(997, gzip)),
        ("a.ndjson.gz", pieces(700_001, gzip)),
        ("a.ndjson.zst", zstd(&content)),
        ("a.ndjson.zst", pieces(65_536, zstd)),
    ] {
        let (again, bad) = read_named(name, &stored).unwrap();
        assert!(again == table, "{name}");
        assert_eq!(places(&bad), places(&quarantined), "{name}");
        let (progress, evidence) = closing(name, &stored).unwrap();
        assert_eq!(evidence.bytes, stored.len() as u64);
        assert_eq!(evidence.blake3, Digest::blake3(&stored));
        assert_eq!(evidence.replacement_characters, 3);
        assert_eq!(progress, evidence.bytes, "{name}");
    }
}

#[test]
fn the_name_and_the_first_bytes_must_agree() {
    let plain = b"{\"a\":1}\n";
    let (gz, zst) = (gzip(plain), zstd(plain));
    for (name, stored, expected) in [
        ("a.ndjson.gz", plain.as_slice(), InputFaultKind::FormatMismatch),
        ("a.ndjson.zst", &gz, InputFaultKind::FormatMismatch),
        ("a.ndjson.gz", &zst, InputFaultKind::FormatMismatch),
        ("a.ndjson", &zst, InputFaultKind::FormatMismatch),
        ("a.ndjson.bz2", b"BZh9", InputFaultKind::OtherCompression),
        ("a.ndjson", b"PAR1\x15\x04", InputFaultKind::BadMagic),
        ("a.ndjson", b"<html>", InputFaultKind::BadMagic),
        ("a.ndjson.gz", &gzip(&zst), InputFaultKind::NestedCompression),
        ("a.ndjson.gz", &gzip(b"PK\x03\x04"), InputFaultKind::BadMagic),
        ("a.ndjson.zst", &zstd(b"\xff\xfe{\0"), InputFaultKind::Utf16),
        ("a.ndjson.zst", &zstd(b""), InputFaultKind::EmptyInput),
        ("a.ndjson.gz", b"", InputFaultKind::EmptyInput),
    ] {
        assert_eq!(kind(read_named(name, stored)), Some(expected), "{name}");
    }
}

#[test]
fn a_bad_end_of_the_compression_fails_the_file() {
    let content = lines();
    for (name, stored) in [("a.jsonl.gz", gzip(&content)), ("a.jsonl.zst", zstd(&content))] {
        let cut = &stored[..stored.len() - 1];
        assert_eq!(kind(read_named(name, cut)), Some(InputFaultKind::Truncated));
        let longer = [stored.as_slice(), b"\0"].concat();
        assert_eq!(kind(read_named(name, &longer)), Some(InputFaultKind::TrailingData));
        let mut flipped = stored.clone();
        flipped[stored.len() - 2] ^= 1;
        assert_eq!(kind(read_named(name, &flipped)), Some(InputFaultKind::Corrupt));
    }
    let bomb = b"{\"a\":1}\n".repeat(10 << 20);
    let outcome = opened("a.ndjson.zst", &zstd(&bomb), |mut source| {
        while source.next_block()?.is_some() {}
        Ok(())
    });
    assert_eq!(kind(outcome), Some(InputFaultKind::RatioLimit));
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
