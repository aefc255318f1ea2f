//! Whole runs, from a synthetic extract on disk to a published delivery: the job
//! of `policy-later.toml` with every check and digest on, everything synchronised
//! to disk, also into CSV and in the order of the extract. Records and bytes of
//! input a second.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use scant::engine::progress::NoObserver;
use scant::release::deliver::{Clock, Order, deliver};
use scant::release::dry_run::rehearse;
use scant::release::inputs::policy::LoadedPolicy;

use crate::material::{Extract, extract, threads};

const TENTH: u64 = 106_520;
const ONE: u64 = 1_065_200;

/// A clock that stands: nobody reads the times it gives.
struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> String {
        "2026-11-01T00:00:00Z".to_owned()
    }

    fn seconds(&self) -> f64 {
        0.0
    }

    fn peak_memory(&self) -> Option<u64> {
        None
    }
}

/// One run, in all its settings.
#[derive(Debug, Clone, Copy)]
struct Job {
    rows: u64,
    format: &'static str,
    order: &'static str,
    threads: usize,
}

impl std::fmt::Display for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rows, format, order, threads } = self;
        write!(f, "{rows} records, {format}, {order}, threads {threads}")
    }
}

/// One thread, two, four and so on up to one a core.
fn thread_counts() -> Vec<usize> {
    let doubled = std::iter::successors(Some(1), |count| Some(count * 2));
    let mut counts: Vec<usize> = doubled.take_while(|&count| count < threads()).collect();
    counts.push(threads());
    counts
}

fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for rows in [TENTH, ONE] {
        for format in ["csv", "parquet"] {
            let by_pseudonym = |threads| Job { rows, format, order: "pseudonym", threads };
            jobs.extend(thread_counts().into_iter().map(by_pseudonym));
            jobs.push(Job { rows, format, order: "extract", threads: threads() });
        }
    }
    jobs
}

/// A delivery; removed with all it holds, outside of what is measured.
struct Delivered(PathBuf);

impl Drop for Delivered {
    fn drop(&mut self) {
        for folder in [self.0.clone(), self.0.with_extension("internal")] {
            std::fs::remove_dir_all(folder).expect("a delivery to remove");
        }
    }
}

fn order<'a>(
    extract: &'a [PathBuf],
    loaded: &'a LoadedPolicy,
    key: &'a Path,
    stop: &'a AtomicBool,
    threads: usize,
) -> Order<'a> {
    Order {
        loaded,
        today: loaded.compiled.plan.as_of,
        extracts: extract,
        consent: &[],
        key: Some(key),
        internal: None,
        max_malformed: None,
        expect_records: None,
        guarding: scant::release::guards::GuardOptions::default(),
        threads,
        memory_bytes: None,
        block_bytes: None,
        observer: &NoObserver,
        stop,
    }
}

#[divan::bench(args = jobs(), sample_count = 5, sample_size = 1)]
fn run(bencher: Bencher<'_, '_>, job: &Job) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let Extract { folder, path, bytes } = &extract(job.rows);
    let output = format!("format = \"{}\"\norder = \"{}\"", job.format, job.order);
    let loaded = extract(job.rows).policy(&[("format = \"parquet\"", &output)]);
    let (key, extracts, stop) = (folder.join("key.json"), [path.clone()], AtomicBool::new(false));
    let order = order(&extracts, &loaded, &key, &stop, job.threads);
    let counted = bencher.counter(BytesCount::new(*bytes)).counter(ItemsCount::new(job.rows));
    counted.bench_local(|| {
        let target = folder.join(format!("out-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
        let delivery = deliver(&order, &target, &NoClock).expect("a delivery");
        assert_eq!(delivery.report.read, job.rows);
        Delivered(target)
    });
}

/// `scant check`: everything up to the counts, and nothing written but what waits.
#[divan::bench(args = [TENTH, ONE], sample_count = 5, sample_size = 1)]
fn rehearsal(bencher: Bencher<'_, '_>, rows: u64) {
    let Extract { folder, path, bytes } = &extract(rows);
    let loaded = extract(rows).policy(&[]);
    let (key, extracts, stop) = (folder.join("key.json"), [path.clone()], AtomicBool::new(false));
    let order = order(&extracts, &loaded, &key, &stop, threads());
    let counted = bencher.counter(BytesCount::new(*bytes)).counter(ItemsCount::new(rows));
    counted.bench_local(|| rehearse(&order, folder).expect("counts"));
}
