//! Whole runs, from a synthetic extract on disk to a published delivery: the job
//! of `policy-later.toml` with every check and digest on, everything synchronised
//! to disk, also into CSV and in the order of the extract. Records and bytes of
//! input a second.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use scant::{Job, Policy};

use crate::material::{Extract, extract, threads};

const TENTH: u64 = 106_520;
const ONE: u64 = 1_065_200;

/// One run, in all its settings.
#[derive(Debug, Clone, Copy)]
struct Setting {
    rows: u64,
    format: &'static str,
    order: &'static str,
    threads: usize,
}

impl std::fmt::Display for Setting {
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

fn jobs() -> Vec<Setting> {
    let mut jobs = Vec::new();
    for rows in [TENTH, ONE] {
        for format in ["csv", "parquet"] {
            let by_pseudonym = |threads| Setting { rows, format, order: "pseudonym", threads };
            jobs.extend(thread_counts().into_iter().map(by_pseudonym));
            jobs.push(Setting { rows, format, order: "extract", threads: threads() });
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

fn job_of<'a>(extract: &Path, policy: &'a Policy, key: &Path, threads: usize) -> Job<'a> {
    Job::new(policy).extract(extract).key(key).today(policy.as_of()).threads(threads)
}

#[divan::bench(args = jobs(), sample_count = 5, sample_size = 1)]
fn run(bencher: Bencher<'_, '_>, setting: &Setting) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let Extract { folder, path, bytes } = &extract(setting.rows);
    let output = format!("format = \"{}\"\norder = \"{}\"", setting.format, setting.order);
    let policy = extract(setting.rows).policy(&[("format = \"parquet\"", &output)]);
    let job = job_of(path, &policy, &folder.join("key.json"), setting.threads);
    let counted = bencher.counter(BytesCount::new(*bytes)).counter(ItemsCount::new(setting.rows));
    counted.bench_local(|| {
        let target = folder.join(format!("out-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
        let delivery = job.deliver(&target).expect("a delivery");
        assert_eq!(delivery.report.read, setting.rows);
        Delivered(target)
    });
}

/// A dry run: everything up to the counts, and nothing written but what waits.
#[divan::bench(args = [TENTH, ONE], sample_count = 5, sample_size = 1)]
fn dry_run(bencher: Bencher<'_, '_>, rows: u64) {
    let Extract { folder, path, bytes } = &extract(rows);
    let policy = extract(rows).policy(&[]);
    let job = job_of(path, &policy, &folder.join("key.json"), threads());
    let counted = bencher.counter(BytesCount::new(*bytes)).counter(ItemsCount::new(rows));
    counted.bench_local(|| job.dry_run().expect("counts"));
}
