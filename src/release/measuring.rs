//! What was written, measured from the files themselves, not from what the
//! writers say: rows, bytes and digests.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use super::error::ReleaseError;
use crate::engine::Written;
use crate::format::recount::count_rows;
use crate::manifest::account::Imbalance;
use crate::manifest::document::OutputSection;
use crate::model::digest::{Digest, Digester};
use crate::model::file_format::FileFormat;

/// Re-opens every written file, makes it durable, counts its rows and digests
/// its bytes.
pub(super) fn measure(
    format: FileFormat,
    written: &Written,
    paths: &[PathBuf],
) -> Result<Vec<OutputSection>, ReleaseError> {
    let mut sections = Vec::with_capacity(paths.len());
    for (path, rows_written) in paths.iter().zip(&written.rows) {
        let file = File::open(path).map_err(ReleaseError::io("re-open", path))?;
        // The disk, the count and the digests need not wait for each other.
        let (synced, rows, digested) = std::thread::scope(|scope| {
            let synced = scope.spawn(|| file.sync_all());
            let rows = scope.spawn(|| count_rows(format, path));
            let digested = File::open(path).and_then(digests);
            (synced.join(), rows.join(), digested)
        });
        let bug = |_| ReleaseError::Bug { step: "measuring" };
        synced.map_err(bug)?.map_err(ReleaseError::io("make durable", path))?;
        let rows = rows.map_err(bug)?.map_err(ReleaseError::io("count the rows of", path))?;
        if rows != *rows_written {
            return Err(Imbalance::Rows { delivered: *rows_written, written: rows }.into());
        }
        let (bytes, sha256, blake3) = digested.map_err(ReleaseError::io("re-read", path))?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        sections.push(OutputSection { path: format!("data/{name}"), rows, bytes, sha256, blake3 });
    }
    Ok(sections)
}

fn digests(mut file: File) -> io::Result<(u64, Digest, Digest)> {
    use sha2::Digest as _;
    let (mut sha256, mut blake3) = (sha2::Sha256::new(), Digester::default());
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok((bytes, Digest::from_bytes(sha256.finalize().into()), blake3.digest())),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        sha256.update(&buffer[..count]);
        blake3.update(&buffer[..count]);
        bytes += count as u64;
    }
}
