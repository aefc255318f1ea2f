//! Reading CSV on one thread: blocks are read from the page cache, digested,
//! checked as UTF-8 and scanned, every field of every record, and no cell is
//! taken. `floor` is what that cannot be faster than. Bytes and records a second.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use scant::internals::{BLOCK_BYTES, Dialect, Recipe, extract_header, open_csv, write_extract};

use crate::material::file;

/// Bytes of each file, about.
const BYTES: usize = 64 << 20;

/// A file of one shape, and how many records it has.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// The synthetic extract: 18 columns, one cell of a record quoted.
    Extract,
    /// 10 columns of 12 bytes, no quote.
    Unquoted,
    /// The same, every cell quoted.
    Quoted,
    /// The same, every cell quoted and a doubled quote in each.
    Doubled,
    /// The unquoted one with CR LF.
    CrLf,
    /// 1,000 columns of 5 bytes.
    Wide,
    /// 2 columns of 4 bytes: as many records as can be.
    Narrow,
}

const SHAPES: [Shape; 7] =
    [Shape::Extract, Shape::Unquoted, Shape::Quoted, Shape::Doubled, Shape::CrLf, Shape::Wide, Shape::Narrow];

fn lines(columns: usize, ending: &str, cell: impl Fn(usize) -> String) -> Vec<u8> {
    let header: Vec<String> = (0..columns).map(|column| format!("column_{column}")).collect();
    let mut out = (header.join(",") + ending).into_bytes();
    // A few hundred different lines are enough: nothing remembers them.
    let line = |n: usize| (0..columns).map(|column| cell(n * columns + column)).collect::<Vec<_>>().join(",") + ending;
    let some: String = (0..1_000_000 / (columns * 12)).map(line).collect();
    while out.len() < BYTES {
        out.extend_from_slice(some.as_bytes());
    }
    out
}

impl Shape {
    fn content(self) -> Vec<u8> {
        match self {
            Self::Extract => {
                let mut out = extract_header().as_bytes().to_vec();
                write_extract(&Recipe::new(BYTES as u64 / 210, 1), 0..BYTES as u64 / 210, &mut out);
                out
            }
            Self::Unquoted => lines(10, "\n", |n| format!("cell{n:08}")),
            Self::Quoted => lines(10, "\n", |n| format!("\"cel,{n:06}\"")),
            Self::Doubled => lines(10, "\n", |n| format!("\"c\"\"l{n:06}\"")),
            Self::CrLf => lines(10, "\r\n", |n| format!("cell{n:08}")),
            Self::Wide => lines(1_000, "\n", |n| format!("{:05}", n % 100_000)),
            Self::Narrow => lines(2, "\n", |n| format!("{:04}", n % 10_000)),
        }
    }
}

/// Reads a file to its end and gives its records.
fn read(path: &Path, wanted: &[usize]) -> u64 {
    let mut source = open_csv(path, "bench".into(), &Dialect::default(), BLOCK_BYTES).expect("a CSV file");
    let parser = source.parser();
    let mut records = 0;
    while let Some(mut ticket) = source.next_block().expect("a block") {
        let parsed = parser.parse(&mut ticket, wanted).expect("well-formed records");
        assert!(parsed.quarantined.is_empty(), "the file is well-formed");
        records += u64::from(parsed.records);
    }
    source.finish().expect("a file that nobody changed");
    records
}

#[divan::bench(args = SHAPES, sample_count = 20, sample_size = 1)]
fn read_digest_and_scan_64_mib(bencher: Bencher<'_, '_>, shape: Shape) {
    let (path, bytes) = file(&format!("{shape:?}.csv"), || shape.content());
    let records = read(&path, &[]);
    let counted = bencher.counter(BytesCount::new(bytes)).counter(ItemsCount::new(records));
    counted.bench_local(|| read(&path, &[]));
}

/// The parts of the floor.
#[derive(Debug, Clone, Copy)]
enum Floor {
    /// From the page cache into one buffer of a block's size.
    Read,
    /// And BLAKE3, one thread.
    ReadAndDigest,
    /// And UTF-8.
    ReadDigestAndUtf8,
}

#[divan::bench(args = [Floor::Read, Floor::ReadAndDigest, Floor::ReadDigestAndUtf8], sample_count = 20, sample_size = 1)]
fn floor_64_mib(bencher: Bencher<'_, '_>, floor: Floor) {
    let (path, bytes) = file("Extract.csv", || Shape::Extract.content());
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let mut file = File::open(&path).expect("the file");
        let mut block = vec![0; BLOCK_BYTES];
        let mut digest = blake3::Hasher::new();
        let mut valid = 0_u64;
        loop {
            let count = file.read(&mut block).expect("a block");
            let Some(read @ [_, ..]) = block.get(..count) else { break };
            if !matches!(floor, Floor::Read) {
                digest.update(read);
            }
            if matches!(floor, Floor::ReadDigestAndUtf8) {
                valid += u64::from(simdutf8::basic::from_utf8(read).is_ok());
            }
        }
        (digest.finalize(), valid)
    });
}
