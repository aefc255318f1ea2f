//! Decoders of libraries may panic on a damaged file; that is reported as a fault of
//! the file, once, and the message shows no path of the machine on which scant was
//! built.

use std::fs;
use std::io::Write as _;

use super::{HEADER, POLICY, ROWS, new_project};
use crate::bad_inputs::parquet_file::{Lies, parquet};
use crate::kit::{Project, converted, keep_all, said, scant};

/// The same table in another format, made by a delivery that keeps every cell.
fn in_format(project: &Project, table: &str, format: &str) -> Vec<u8> {
    let columns = keep_all(HEADER.trim_end().split(','));
    fs::read(converted(&project.path(format), table, &columns, format)).unwrap()
}

/// What a dry run over `bytes` says, which is never a bug of ours.
fn explained(project: &Project, name: &str, bytes: &[u8], case: &str) -> Option<i32> {
    project.write(name, bytes);
    let mut explain = scant();
    explain.current_dir(project.folder()).args(["explain", "policy.toml", name, "--as-of", "2018-07-01"]);
    let output = explain.args(["--threads", "2"]).output().unwrap();
    let text = said(&output);
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3..=5)), "{case}: {text}");
    assert!(!text.contains("a bug in scant"), "{case}: {text}");
    assert!(!text.contains(".cargo") && !text.contains(".rs:") && !text.contains("panicked"), "{case}: {text}");
    code
}

/// Every second byte made another, and the file cut at every ninth.
fn mutate(name: &str, make: impl FnOnce(&Project, &str) -> Vec<u8>) {
    let project = new_project();
    project.write("policy.toml", POLICY);
    let good = make(&project, &format!("{HEADER}{ROWS}"));
    assert_eq!(explained(&project, name, &good, "whole"), Some(0), "{name}");
    let (mut tried, mut refused) = (0, 0);
    let mut case = |bytes: &[u8], case: &str| {
        tried += 1;
        refused += usize::from(explained(&project, name, bytes, &format!("{name} {case}")) == Some(4));
    };
    // A long file is changed at fewer places.
    let step = (good.len() / 100).max(2) | 1;
    for at in (0..good.len()).step_by(step) {
        for byte in [0xff, 0x00, good[at] ^ 0x15] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            case(&bytes, &format!("byte {at}: {byte:#x}"));
        }
    }
    for at in (0..good.len()).step_by(9 * step) {
        case(&good[..at], &format!("cut at {at}"));
    }
    assert!(tried > 80 && refused > tried / 20, "{name}: {refused} of {tried} are refused");
}

#[test]
fn mutated_parquet_is_a_fault_of_the_file() {
    mutate("extract.parquet", |_, table| parquet(table.trim_end(), &Lies::default()));
}

#[test]
fn mutated_parquet_with_dictionaries_is_a_fault_of_the_file() {
    mutate("extract.parquet", |_, table| parquet(table.trim_end(), &Lies { dictionary: true, ..Lies::default() }));
}

#[test]
fn mutated_parquet_of_ours_is_a_fault_of_the_file() {
    mutate("extract.parquet", |project, table| in_format(project, table, "parquet"));
}

#[test]
fn mutated_ipc_is_a_fault_of_the_file() {
    mutate("extract.arrow", |project, table| in_format(project, table, "ipc"));
}

#[test]
fn mutated_ndjson_is_a_fault_of_the_file() {
    mutate("extract.ndjson", |project, table| in_format(project, table, "ndjson"));
}

#[test]
fn mutated_gzip_is_a_fault_of_the_file() {
    mutate("extract.csv.gz", |_, table| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(table.as_bytes()).unwrap();
        gzip.finish().unwrap()
    });
}

#[test]
fn mutated_zstd_is_a_fault_of_the_file() {
    mutate("extract.csv.zst", |_, table| {
        let mut zstd = zstd::Encoder::new(Vec::new(), 3).unwrap();
        zstd.include_checksum(true).unwrap();
        zstd.write_all(table.as_bytes()).unwrap();
        zstd.finish().unwrap()
    });
}

/// The same records a second time, under another row group.
#[test]
fn row_groups_that_share_their_bytes_are_not_read_twice() {
    let project = new_project();
    let twice = Lies { again: 1, rows: Some(6), ..Lies::default() };
    let bytes = parquet(format!("{HEADER}{ROWS}").trim_end(), &twice);
    assert_eq!(explained(&project, "extract.parquet", &bytes, "shared"), Some(4));
}
