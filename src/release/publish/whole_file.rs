//! Small files of a delivery: written in one piece, made durable, and read again.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole};
use crate::release::error::ReleaseError;

/// A new file, closed to other users.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// Writes a file that does not exist yet.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ReleaseError> {
    let mut file = create(path).map_err(ReleaseError::io("create", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(ReleaseError::io("write", path))?;
    drop(file);
    check_written(path, bytes)
}

/// Reads the file again, as is done with the data: it must hold what was written.
fn check_written(path: &Path, bytes: &[u8]) -> Result<(), ReleaseError> {
    let read = read_whole(path, bytes.len() as u64, SymbolicLinks::Refused);
    match read.map_err(NotOpened::into_io) {
        Ok(read) if read == bytes => Ok(()),
        Ok(_) => Err(ReleaseError::io("read back", path)(io::Error::other("it holds other bytes than were written"))),
        Err(error) => Err(ReleaseError::io("read back", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_document_that_reads_otherwise_than_it_was_written_is_not_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.json");
        write_whole(&path, b"{ \"read\": 1 }").unwrap();
        for other in ["{ \"read\": 7 }", "{ \"read\": 1 } ", "{ \"read\": 1", ""] {
            fs::write(&path, other).unwrap();
            assert!(check_written(&path, b"{ \"read\": 1 }").is_err(), "{other}");
        }
        fs::remove_file(&path).unwrap();
        assert!(check_written(&path, b"{}").is_err());
    }
}
