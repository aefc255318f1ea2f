//! Making synthetic extracts: the kernel on one thread, into memory, and the
//! command's whole folder. Bytes and records a second.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use scant::internals::{Recipe, generate, write_events, write_extract};

use crate::material::threads;

type Kernel = fn(&Recipe, std::ops::Range<u64>, &mut Vec<u8>);

fn kernel(bencher: Bencher<'_, '_>, rows: u64, kernel: Kernel) {
    let recipe = Recipe::new(rows, 1);
    let mut out = Vec::new();
    kernel(&recipe, 0..rows, &mut out);
    let counted = bencher.counter(BytesCount::new(out.len())).counter(ItemsCount::new(rows));
    counted.bench_local(|| {
        out.clear();
        kernel(&recipe, 0..rows, &mut out);
        out.len()
    });
}

#[divan::bench(args = [2_048, 106_520])]
fn extract(bencher: Bencher<'_, '_>, rows: u64) {
    kernel(bencher, rows, write_extract);
}

#[divan::bench(args = [2_048, 106_520])]
fn events(bencher: Bencher<'_, '_>, rows: u64) {
    kernel(bencher, rows, write_events);
}

/// Extract, log and documents, on one thread a core.
#[divan::bench(args = [106_520, 1_065_200], sample_count = 5, sample_size = 1)]
fn folder(bencher: Bencher<'_, '_>, rows: u64) {
    let recipe = Recipe::new(rows, 1);
    let into = || {
        let folder = tempfile::tempdir().expect("a folder");
        let made = generate(&recipe, &folder.path().join("made"), threads(), &|_| ()).expect("a synthetic extract");
        (folder, made)
    };
    let (_, made) = into();
    let bytes = made.extract_bytes + made.events_bytes;
    bencher.counter(BytesCount::new(bytes)).counter(ItemsCount::new(rows)).bench_local(into);
}
