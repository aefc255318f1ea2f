//! What several benchmarks work on: synthetic extracts in a folder of their own,
//! the policies of the samples, and cells by column. Measures nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::civil::{Date, date};
use scant::Policy;
use scant::internals::{Recipe, extract_header, generate, keyset, load, write_extract};
use tempfile::TempDir;

/// When `policy-later.toml` is run.
pub(crate) const AS_OF: Date = date(2018, 7, 1);

/// Everything written stands in one folder; a `static` is never dropped, so
/// `main` clears it away.
static FOLDER: Mutex<Option<TempDir>> = Mutex::new(None);

/// The folder of this run.
fn folder() -> PathBuf {
    let mut folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    let made = || tempfile::tempdir().expect("a folder for the benchmarks");
    folder.get_or_insert_with(made).path().to_owned()
}

/// Removes everything that was written.
pub(crate) fn clear_away() {
    drop(FOLDER.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// Writes a file, once, and says where and how many bytes it has.
pub(crate) fn file(name: &str, content: impl FnOnce() -> Vec<u8>) -> (PathBuf, u64) {
    let path = folder().join(name);
    if !path.exists() {
        fs::write(&path, content()).expect("room for what is benchmarked");
    }
    let bytes = path.metadata().expect("a file just written").len();
    (path, bytes)
}

/// The folder of a synthetic extract of so many records, with its documents and a
/// key beside it; made once.
pub(crate) fn extract(rows: u64) -> Extract {
    let folder = folder().join(format!("extract-{rows}"));
    if !folder.exists() {
        generate(&Recipe::new(rows, 1), &folder, threads(), &|_| ()).expect("a synthetic extract");
        keyset::create(&folder.join("key.json"), AS_OF).expect("a key");
    }
    let path = folder.join("extract.csv");
    let bytes = path.metadata().expect("a file just written").len();
    Extract { folder, path, bytes }
}

/// A synthetic extract on disk.
pub(crate) struct Extract {
    pub(crate) folder: PathBuf,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

impl Extract {
    /// `policy-later.toml`, with a word in place of another.
    pub(crate) fn policy(&self, replace: &[(&str, &str)]) -> Policy {
        let mut text = fs::read_to_string(self.folder.join("policy-later.toml")).expect("the policy of the sample");
        for (from, to) in replace {
            assert!(text.contains(from), "the policy has no {from}");
            text = text.replace(from, to);
        }
        let path = self.folder.join("policy.toml");
        fs::write(&path, text).expect("room for a policy");
        load(&path, AS_OF).expect("a policy that compiles")
    }
}

/// One column of the first `rows` records of a synthetic extract. No cell of those
/// columns is quoted.
pub(crate) fn column(name: &str, rows: u64) -> Vec<String> {
    let place = extract_header().trim_end().split(',').position(|column| column == name).expect("a column");
    let mut text = Vec::new();
    write_extract(&Recipe::new(rows, 1), 0..rows, &mut text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_slice());
    reader.records().map(|record| record.expect("a well-formed record")[place].to_owned()).collect()
}

/// Cells as a rule sees them: an empty one is missing.
pub(crate) fn cells(column: &[String]) -> Vec<Option<&str>> {
    column.iter().map(|cell| (!cell.is_empty()).then_some(cell.as_str())).collect()
}

/// One thread a core.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A file of the project.
pub(crate) fn of_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
