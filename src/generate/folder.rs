//! Writes a synthetic extract, its log and its documents into a folder.
//!
//! Batches of rows are encoded on threads and written in order by the thread that is
//! free; two windows of batches are all the memory there is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::mem;
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::row::write_both;
use super::{Recipe, events_header, extract_header};

/// Rows a thread encodes at a time: about 430 KB of extract, which stays in the
/// second-level cache until it is written.
const BATCH_ROWS: u64 = 2048;

/// Batches in a window, for each thread: enough to even out the load while one
/// thread writes.
const BATCHES_PER_THREAD: usize = 8;

/// The documents are those of the sample, so that there is one text of each.
const DOCUMENTS: [(&str, &str); 3] = [
    ("register.toml", include_str!("../../samples/story/register.toml")),
    ("policy-2017.toml", include_str!("../../samples/story/policy-2017.toml")),
    ("policy-later.toml", include_str!("../../samples/story/policy-later.toml")),
];

/// What was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Generated {
    /// Records in the extract.
    pub rows: u64,
    /// Bytes of `extract.csv`.
    pub extract_bytes: u64,
    /// Bytes of `consent-events.csv`.
    pub events_bytes: u64,
}

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyntheticError {
    /// A file of that name is there already; nothing is ever overwritten.
    #[error("{} exists already; choose another folder", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The threads could not be started.
    #[error("cannot start {threads} threads")]
    Threads {
        /// How many were wanted.
        threads: usize,
    },
    /// The folder or a file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
}

/// Writes `extract.csv`, `consent-events.csv`, `register.toml`,
/// `policy-2017.toml` and `policy-later.toml` into a folder, which is made if
/// it is not there.
///
/// The bytes do not depend on `threads` (0 counts as 1). `progress` is told how
/// many rows are written so far. The files are readable by their owner only.
///
/// # Errors
/// If one of the files exists, or the folder cannot be written; then no file of
/// this call is left behind.
pub fn generate(
    recipe: &Recipe,
    folder: &Path,
    threads: usize,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Generated, SyntheticError> {
    let threads = threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|_| SyntheticError::Threads { threads })?;
    fs::create_dir_all(folder).map_err(|source| SyntheticError::Write { path: folder.to_owned(), source })?;
    let mut fresh = FreshFiles::default();
    let mut extract = Output::create(folder, "extract.csv", &mut fresh)?;
    let mut events = Output::create(folder, "consent-events.csv", &mut fresh)?;
    for (name, text) in DOCUMENTS {
        Output::create(folder, name, &mut fresh)?.write(without_schema_line(text).as_bytes())?;
    }
    extract.write(extract_header().as_bytes())?;
    events.write(events_header().as_bytes())?;

    let window_rows = BATCH_ROWS.saturating_mul((threads * BATCHES_PER_THREAD) as u64);
    let mut encoding = Window::new(threads * BATCHES_PER_THREAD);
    let mut writing = Window::new(threads * BATCHES_PER_THREAD);
    pool.install(|| {
        let mut start = 0;
        while start < recipe.rows || writing.rows > 0 {
            let end = start.saturating_add(window_rows).min(recipe.rows);
            // One window goes to the files while the next is made.
            let ((), written) = rayon::join(
                || encoding.encode(recipe, start..end),
                || writing.write(&mut extract, &mut events, start, progress),
            );
            written?;
            mem::swap(&mut encoding, &mut writing);
            start = end;
        }
        Ok(())
    })?;
    fresh.keep();
    Ok(Generated { rows: recipe.rows, extract_bytes: extract.bytes, events_bytes: events.bytes })
}

/// The line that shows an editor the schema: its path holds in `samples/` only.
fn without_schema_line(document: &str) -> &str {
    match document.split_once('\n') {
        Some((first, rest)) if first.starts_with("#:schema ") => rest,
        _ => document,
    }
}

/// Some consecutive batches, with buffers that are used again and again.
struct Window {
    rows: u64,
    batches: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Window {
    fn new(batches: usize) -> Self {
        Self { rows: 0, batches: vec![Default::default(); batches] }
    }

    fn encode(&mut self, recipe: &Recipe, rows: Range<u64>) {
        self.rows = rows.end - rows.start;
        self.batches.par_iter_mut().enumerate().for_each(|(index, (extract, events))| {
            extract.clear();
            events.clear();
            let start = rows.start.saturating_add(index as u64 * BATCH_ROWS).min(rows.end);
            let end = start.saturating_add(BATCH_ROWS).min(rows.end);
            write_both(recipe, start..end, extract, events);
        });
    }

    /// Writes the window that ends before row `end`, and forgets it.
    fn write(
        &mut self,
        extract: &mut Output,
        events: &mut Output,
        end: u64,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), SyntheticError> {
        if mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        for (rows, log) in &self.batches {
            extract.write(rows)?;
            events.write(log)?;
        }
        progress(end);
        Ok(())
    }
}

/// A file that was not there before.
struct Output {
    file: File,
    path: PathBuf,
    bytes: u64,
}

impl Output {
    fn create(folder: &Path, name: &str, fresh: &mut FreshFiles) -> Result<Self, SyntheticError> {
        let path = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => {
                fresh.paths.push(path.clone());
                Ok(Self { file, path, bytes: 0 })
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(SyntheticError::Exists { path }),
            Err(source) => Err(SyntheticError::Write { path, source }),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SyntheticError> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|source| SyntheticError::Write { path: self.path.clone(), source })
    }
}

/// The files of this call: gone again unless it ends well, since half an
/// extract looks like a whole one.
#[derive(Default)]
struct FreshFiles {
    paths: Vec<PathBuf>,
}

impl FreshFiles {
    fn keep(mut self) {
        self.paths.clear();
    }
}

impl Drop for FreshFiles {
    fn drop(&mut self) {
        for path in &self.paths {
            // Nothing more can be done about one that will not go.
            let _ = fs::remove_file(path);
        }
    }
}

/// The recipe of `samples/story`.
#[cfg(test)]
pub(crate) const STORY: Recipe = Recipe { rows: 300, seed: 2017, duplicates_per_thousand: 60 };

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::generate::{write_events, write_extract};

    fn sample(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/story").join(name)
    }

    #[test]
    fn the_sample_is_what_the_generator_writes() {
        let folder = tempfile::tempdir().unwrap();
        let generated = generate(&STORY, folder.path(), 2, &|_| {}).unwrap();
        for name in ["extract.csv", "consent-events.csv"] {
            let written = fs::read(folder.path().join(name)).unwrap();
            assert!(written == fs::read(sample(name)).unwrap(), "{name}");
        }
        for (name, _) in DOCUMENTS {
            let written = fs::read_to_string(folder.path().join(name)).unwrap();
            let committed = fs::read_to_string(sample(name)).unwrap();
            let (schema, rest) = committed.split_once('\n').unwrap();
            assert!(schema.starts_with("#:schema ../../schemas/"), "{name}");
            assert_eq!(written, rest, "{name}");
        }
        assert_eq!(generated.rows, 300);
        assert_eq!(generated.extract_bytes, fs::metadata(sample("extract.csv")).unwrap().len());
        assert_eq!(generated.events_bytes, fs::metadata(sample("consent-events.csv")).unwrap().len());
    }

    #[test]
    fn the_bytes_do_not_depend_on_threads() {
        // More than a window of one thread, and no whole number of batches.
        let recipe = Recipe::new(BATCH_ROWS * 9 + 17, 4);
        let (mut extract, mut events) = (extract_header().as_bytes().to_vec(), events_header().as_bytes().to_vec());
        write_extract(&recipe, 0..recipe.rows, &mut extract);
        write_events(&recipe, 0..recipe.rows, &mut events);
        for threads in [0, 1, 2, 5] {
            let folder = tempfile::tempdir().unwrap();
            let last = AtomicU64::new(0);
            generate(&recipe, folder.path(), threads, &|rows| {
                assert!(last.swap(rows, Ordering::SeqCst) < rows);
            })
            .unwrap();
            assert_eq!(last.load(Ordering::SeqCst), recipe.rows);
            assert!(fs::read(folder.path().join("extract.csv")).unwrap() == extract, "{threads} threads");
            assert!(fs::read(folder.path().join("consent-events.csv")).unwrap() == events, "{threads} threads");
        }
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mine = folder.path().join("policy-2017.toml");
        fs::write(&mine, "mine").unwrap();
        let error = generate(&STORY, folder.path(), 1, &|_| {}).unwrap_err();
        assert!(matches!(error, SyntheticError::Exists { path } if path == mine));
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn files_are_for_their_owner_only_and_no_rows_leave_a_header() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("a/b");
        generate(&Recipe::new(0, 1), &made, 1, &|_| {}).unwrap();
        for name in ["extract.csv", "consent-events.csv", "register.toml", "policy-2017.toml", "policy-later.toml"] {
            assert_eq!(fs::metadata(made.join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
        assert_eq!(fs::read_to_string(made.join("extract.csv")).unwrap(), extract_header());
    }

    #[test]
    #[ignore = "writes samples/story anew, after the generator was changed on purpose"]
    fn write_the_sample_anew() {
        let folder = tempfile::tempdir().unwrap();
        generate(&STORY, folder.path(), 1, &|_| {}).unwrap();
        for name in ["extract.csv", "consent-events.csv"] {
            fs::copy(folder.path().join(name), sample(name)).unwrap();
        }
    }
}
