//! A compressed file gives the verdicts, offsets and cells of the plain one.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::support::{Reading, fault_kind, read_file, read_in_blocks, read_named};
use crate::engine::fault::{EngineError, InputFaultKind as Kind};
use crate::model::dialect::Dialect;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(content, 1).unwrap()
}

fn check(content: &[u8], dialect: &Dialect, block_bytes: usize) {
    let plain = read_in_blocks(content, dialect, block_bytes).map_err(|error| error.to_string());
    for (name, stored) in [("x.csv.gz", gzip(content)), ("x.csv.zst", zstd(content))] {
        let packed = read_file(name, &stored, dialect, block_bytes).map_err(|error| error.to_string());
        match (&plain, packed) {
            (Ok(plain), Ok(Reading { columns, records, evidence })) => {
                assert_eq!((&columns, &records), (&plain.columns, &plain.records), "{name}");
                assert_eq!(evidence.replacement_characters, plain.evidence.replacement_characters);
                assert_eq!(evidence.bytes, stored.len() as u64);
                assert_eq!(evidence.blake3.as_bytes(), blake3::hash(&stored).as_bytes());
            }
            (Err(plain), Err(packed)) => assert_eq!(packed.replace(name, "extract.csv"), *plain),
            (plain, packed) => panic!("{name}: {plain:?} against {packed:?}"),
        }
    }
}

fn dialects() -> impl Iterator<Item = (Dialect, usize)> {
    [1, 2, 7, 64, 100, 1000, 1 << 20].into_iter().flat_map(|block_bytes| {
        [false, true].map(|newline_in_fields| (Dialect { newline_in_fields, ..Dialect::default() }, block_bytes))
    })
}

#[test]
fn verdicts_are_those_of_the_plain_file_at_any_block_size() {
    let faults = b"id,note\n1,a\n\n2,\"b\"\"c\"\n3\n4,x\"y\n5,\xE9\n6,\"q\"z\n7,\xEF\xBF\xBD\n8,\r\nid,note\n9,last";
    for (dialect, block_bytes) in dialects() {
        check(faults, &dialect, block_bytes);
        check(b"id,note\r\n1,a\r\n2,b\n\r\n3,\"c\"\r\n", &dialect, block_bytes);
        check(b"id,note\n1,a\n2,\"open\n3,b\n", &dialect, block_bytes);
        check(b"id,note\n", &dialect, block_bytes);
        if dialect.newline_in_fields {
            check(b"id,note\n1,\"a\nb\"\n2,\"\n\n3,\"\"x\n\"\n4,c\n", &dialect, block_bytes);
        }
    }
}

#[test]
fn a_record_that_is_too_long_is_passed_over() {
    let content = [b"id,note\n1,a\n2,".as_slice(), &b"x".repeat(3 << 20), b"\n3,b\n4,c"].concat();
    let quoted = [b"id,note\n1,a\n2,\"".as_slice(), &b"x\n".repeat(2 << 20), b"\"\n3,b\n"].concat();
    let unended = [b"id,note\n1,a\n2,".as_slice(), &b"x".repeat(3 << 20)].concat();
    for block_bytes in [4096, 100_000, 8 << 20] {
        for newline_in_fields in [false, true] {
            let dialect = Dialect { newline_in_fields, ..Dialect::default() };
            check(&content, &dialect, block_bytes);
            check(&unended, &dialect, block_bytes);
        }
        let dialect = Dialect { newline_in_fields: true, ..Dialect::default() };
        check(&quoted, &dialect, block_bytes);
    }
}

#[test]
fn a_corrupt_end_of_the_compression_fails_the_file() {
    let content = b"id,note\n1,a\n2,b\n".repeat(100);
    for (name, mut stored) in [("x.gz", gzip(&content)), ("x.zst", zstd(&content))] {
        stored.pop();
        let result = read_named(name, &stored, &Dialect::default());
        assert_eq!(fault_kind(result), Some(Kind::Truncated), "{name}");
        let result = read_named(name, &[&stored[..], b"\0\0\0"].concat(), &Dialect::default());
        assert!(matches!(result, Err(EngineError::Input(_))), "{name}");
    }
}

#[test]
fn compressed_data_holds_text_and_not_more_compressed_data() {
    let inner = gzip(b"a,b\n1,2\n");
    let named = |name, stored: &[u8]| fault_kind(read_named(name, stored, &Dialect::default()));
    assert_eq!(named("x.csv.gz", &gzip(&inner)), Some(Kind::NestedCompression));
    assert_eq!(named("x.csv.zst", &zstd(&inner)), Some(Kind::NestedCompression));
    assert_eq!(named("x.csv.gz", &gzip(b"")), Some(Kind::EmptyInput));
    assert_eq!(named("x.csv.zst", &zstd(b"")), Some(Kind::EmptyInput));
    assert_eq!(named("x.csv.gz", &gzip(b"a,b\n")), Some(Kind::EmptyInput));
    assert_eq!(named("x.csv.gz", &gzip(b"\xFF\xFEa\0\n\0")), Some(Kind::Utf16));
    assert_eq!(named("x.csv.gz", &gzip(b"PK\x03\x04..")), Some(Kind::BadMagic));
    let header = [b"a,".as_slice(), &b"b".repeat(2 << 20)].concat();
    assert_eq!(named("x.csv.gz", &gzip(&header)), Some(Kind::HeaderTooLong));
}
