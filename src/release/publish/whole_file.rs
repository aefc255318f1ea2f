//! Small files: written in one piece, made durable, and read again; and files that are
//! renamed without replacing another.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::target::TargetPath;
use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole};
use crate::release::error::ReleaseError;
use crate::release::inputs::keyset::KeyFault;

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

/// Writes a new file that only its owner may read, whole or not at all: it has its name
/// once it is durable. Replaces nothing.
pub(crate) fn write_closed(path: &Path, bytes: &[u8]) -> Result<(), ReleaseError> {
    refuse_existing(path)?;
    let name = path
        .file_name()
        .ok_or_else(|| ReleaseError::BadTarget { path: path.to_owned(), what: "it has no name of its own" })?;
    let partial = path.with_file_name(format!(".{}.partial-{:016x}", name.to_string_lossy(), random()?));
    let mut file = create(&partial).map_err(ReleaseError::io("create", path))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).map_err(ReleaseError::io("write", path));
    written.and_then(|()| rename_noreplace(&partial, path)).inspect_err(|_| {
        // Half a file is useless, and it holds personal data.
        let _ = fs::remove_file(&partial);
    })
}

/// Between the name of a target and the random digits of a file to be renamed.
const BESIDE: &str = ".signed-";

/// Writes a file beside a target, whose lock is held, to be renamed; returns its path.
/// Removes those that killed processes left.
pub(crate) fn write_beside(place: &TargetPath, bytes: &[u8]) -> Result<PathBuf, ReleaseError> {
    let prefix = format!(".{}{BESIDE}", place.name);
    let is_left = |name: &str| {
        let digits = name.strip_prefix(&prefix);
        digits.is_some_and(|digits| digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    for entry in fs::read_dir(&place.parent).map_err(ReleaseError::io("list", &place.parent))? {
        let entry = entry.map_err(ReleaseError::io("list", &place.parent))?;
        if entry.file_name().to_str().is_some_and(is_left) {
            let _ = fs::remove_file(entry.path());
        }
    }
    let path = place.parent.join(format!("{prefix}{:016x}", random()?));
    write_whole(&path, bytes).inspect_err(|_| {
        let _ = fs::remove_file(&path);
    })?;
    Ok(path)
}

/// Refuses to make what is there already, be it a dangling link.
pub(crate) fn refuse_existing(path: &Path) -> Result<(), ReleaseError> {
    match path.symlink_metadata() {
        Ok(_) => Err(ReleaseError::OutputExists { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(ReleaseError::io("look at", path)(error)),
    }
}

/// Digits for a name that nothing has yet.
pub(super) fn random() -> Result<u64, ReleaseError> {
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(|_| KeyFault::NoRandomness)?;
    Ok(u64::from_le_bytes(random))
}

pub(super) fn rename_noreplace(from: &Path, to: &Path) -> Result<(), ReleaseError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).map_err(|errno| {
        if errno == rustix::io::Errno::EXIST {
            return ReleaseError::OutputExists { path: to.to_owned() };
        }
        ReleaseError::io("rename without replacing, to", to)(errno.into())
    })
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
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_closed_file_is_whole_or_not_there_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.txt");
        write_closed(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(write_closed(&path, b"two"), Err(ReleaseError::OutputExists { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        assert!(matches!(write_closed(&link, b"two"), Err(ReleaseError::OutputExists { .. })));
        assert!(write_closed(&folder.path().join("none/answer.txt"), b"two").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

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
