//! Measures the written files by reading them again, and does not trust what the
//! writers say: rows, bytes and digests.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crate::account::Imbalance;
use crate::engine::WrittenFiles;
use crate::format::spec_of;
use crate::manifest::document::OutputSection;
use crate::model::digest::{Digest, Digester};
use crate::model::file_format::FileFormat;
use crate::release::error::ReleaseError;

/// Opens every written file again, makes it durable, counts its rows and computes
/// its digests; these at the same time if more than one thread is allowed.
pub(crate) fn measure(
    format: FileFormat,
    written: &WrittenFiles,
    paths: &[PathBuf],
    threads: usize,
) -> Result<Vec<OutputSection>, ReleaseError> {
    let mut sections = Vec::with_capacity(paths.len());
    for (path, rows_written) in paths.iter().zip(&written.rows) {
        let file = File::open(path).map_err(ReleaseError::io("re-open", path))?;
        let sync = || file.sync_all();
        let count = || spec_of(format).count_rows(path);
        let digest = || blake3(path);
        let (synced, rows, sha256, blake3) = if threads == 1 {
            (sync(), count(), sha256(path), blake3(path))
        } else {
            std::thread::scope(|scope| {
                let (synced, rows, blake3) = (beside(scope, &sync), beside(scope, &count), beside(scope, &digest));
                let sha256 = sha256(path);
                Ok::<_, ReleaseError>((joined(synced)?, joined(rows)?, sha256, joined(blake3)?))
            })?
        };
        synced.map_err(ReleaseError::io("make durable", path))?;
        let rows = rows.map_err(ReleaseError::io("count the rows of", path))?;
        if rows != *rows_written {
            return Err(Imbalance::Rows { delivered: *rows_written, written: rows }.into());
        }
        let (bytes, sha256) = sha256.map_err(ReleaseError::io("re-read", path))?;
        let blake3 = blake3.map_err(ReleaseError::io("re-read", path))?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        sections.push(OutputSection { path: format!("data/{name}"), rows, bytes, sha256, blake3 });
    }
    Ok(sections)
}

/// Runs `work` on a new thread, or at once if no thread can be started.
fn beside<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: &'scope (impl Fn() -> T + Sync),
) -> Result<ScopedJoinHandle<'scope, T>, T> {
    Builder::new().spawn_scoped(scope, work).map_err(|_| work())
}

fn joined<T>(done: Result<ScopedJoinHandle<'_, T>, T>) -> Result<T, ReleaseError> {
    match done {
        Ok(thread) => thread.join().map_err(|_| ReleaseError::Bug { step: "measuring" }),
        Err(value) => Ok(value),
    }
}

/// The number of bytes of the file, and their SHA-256.
pub(crate) fn sha256(path: &Path) -> io::Result<(u64, Digest)> {
    use sha2::Digest as _;
    let (mut bytes, mut sha256) = (0, sha2::Sha256::new());
    each_piece(path, |piece| {
        bytes += piece.len() as u64;
        sha256.update(piece);
        true
    })?;
    Ok((bytes, Digest::from_bytes(sha256.finalize().into())))
}

/// Both digests and the bytes of a file. `watch` is told of the bytes of each piece, and
/// ends it by saying no; then there is no result.
pub(crate) fn both_digests(
    path: &Path,
    mut watch: impl FnMut(u64) -> bool,
) -> io::Result<Option<(u64, Digest, Digest)>> {
    use sha2::Digest as _;
    let (mut bytes, mut sha256, mut blake3) = (0, sha2::Sha256::new(), Digester::default());
    let mut goes_on = true;
    each_piece(path, |piece| {
        goes_on = goes_on && watch(piece.len() as u64);
        if goes_on {
            bytes += piece.len() as u64;
            sha256.update(piece);
            blake3.update(piece);
        }
        goes_on
    })?;
    Ok(goes_on.then(|| (bytes, Digest::from_bytes(sha256.finalize().into()), blake3.digest())))
}

/// BLAKE3 of the file.
pub(crate) fn blake3(path: &Path) -> io::Result<Digest> {
    let mut blake3 = Digester::default();
    each_piece(path, |piece| {
        blake3.update(piece);
        true
    })?;
    Ok(blake3.digest())
}

/// Until `take` says no.
fn each_piece(path: &Path, mut take: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) if !take(&buffer[..count]) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
