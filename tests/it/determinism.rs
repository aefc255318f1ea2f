//! The same extract, policy, register, key and as-of date give the same bytes of
//! every delivered file and of the account, with any number of threads and any
//! division of the extract into blocks.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use scant::internals::dry_run;
use scant::{Observer, Phase, Progress};

use crate::kit::{Options, Project, WRITTEN_AS, files_under, root, with_job};

const THREADS: [usize; 3] = [1, 2, 8];

/// Bytes of a block: from a few records to the whole extract, and one that is a
/// multiple of nothing.
const BLOCKS: [usize; 5] = [1 << 10, 4 << 10, 64 << 10, 512 << 10, 7_919];

/// Delivers in every way, and compares.
fn always_the_same(written_as: &str) {
    let project = Project::new();
    let policy = project.story("policy-later.toml", &[(WRITTEN_AS, written_as)]);
    let extract = root("samples/story/extract.csv");
    let made = |options: Options| {
        let delivery = project.deliver(&policy, &extract, options).unwrap();
        let mut files = files_under(&delivery.folder);
        files.insert("the account".to_owned(), fs::read(delivery.kept.join("account.json")).unwrap());
        files
    };
    let first = made(Options::default());
    assert!(first.len() >= 3, "data, manifest, account: {:?}", first.keys());
    for threads in THREADS {
        for block in BLOCKS {
            let options = Options { threads, block_bytes: Some(block), ..Options::default() };
            let again = made(options);
            assert!(first == again, "{written_as}: {options:?} delivers otherwise");
        }
    }
}

#[test]
fn csv_by_pseudonym() {
    always_the_same("format = \"csv\"\norder = \"pseudonym\"");
}

#[test]
fn csv_in_extract_order() {
    always_the_same("format = \"csv\"\norder = \"extract\"");
}

#[test]
fn csv_in_parts() {
    always_the_same("format = \"csv\"\norder = \"extract\"\nmax_rows_per_file = 10");
}

#[test]
fn ipc_by_pseudonym() {
    always_the_same("format = \"ipc\"\norder = \"pseudonym\"");
}

#[test]
fn ipc_in_extract_order() {
    always_the_same("format = \"ipc\"\norder = \"extract\"");
}

#[test]
fn ndjson_by_pseudonym() {
    always_the_same("format = \"ndjson\"\norder = \"pseudonym\"");
}

#[test]
fn ndjson_in_extract_order() {
    always_the_same("format = \"ndjson\"\norder = \"extract\"");
}

#[test]
fn parquet_by_pseudonym() {
    always_the_same("format = \"parquet\"\norder = \"pseudonym\"");
}

#[test]
fn parquet_in_extract_order() {
    always_the_same("format = \"parquet\"\norder = \"extract\"");
}

#[test]
fn parquet_in_parts() {
    always_the_same("format = \"parquet\"\norder = \"pseudonym\"\nmax_rows_per_file = 10");
}

/// Counts the blocks that were read.
#[derive(Default)]
struct Blocks(AtomicUsize);

impl Observer for Blocks {
    fn advanced(&self, leg: Phase, _: Progress) {
        if leg == Phase::Reading {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Without this the tests above could compare one block with one block.
#[test]
fn blocks_are_as_small_as_asked() {
    let policy = root("samples/story/policy-later.toml");
    let extracts = [root("samples/story/extract.csv")];
    let count = |block_bytes| {
        let blocks = Blocks::default();
        let options = Options { block_bytes: Some(block_bytes), observer: &blocks, ..Options::default() };
        with_job(&policy, &extracts, None, options, |order| dry_run(order, &std::env::temp_dir())).unwrap();
        blocks.0.into_inner()
    };
    assert_eq!(count(512 << 10), 1);
    assert!(count(4 << 10) > 10);
    assert!(count(1 << 10) > 40);
}
