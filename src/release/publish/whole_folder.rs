//! A folder of small files that appears complete or not at all, closed to other users:
//! what is kept for people, and no part of a delivery.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::locking::{Lock, remove_leftovers};
use super::target::TargetPath;
use super::whole_file::{random, refuse_existing, rename_noreplace, write_whole};
use crate::release::error::ReleaseError;

/// Makes a folder with these files, by name. Replaces nothing.
///
/// # Errors
/// [`ReleaseError`]; unless only its name could not be made durable, nothing of it is left.
pub(crate) fn write_folder(path: &Path, files: &[(&str, Vec<u8>)]) -> Result<PathBuf, ReleaseError> {
    let place = TargetPath::parse(path).map_err(|error| match error {
        ReleaseError::BadTarget { path, what } => ReleaseError::BadFolder { path, what },
        other => other,
    })?;
    let _lock = Lock::take(&place)?;
    remove_leftovers(&place)?;
    refuse_existing(&place.path)?;
    let partial = place.partial(random()?);
    DirBuilder::new().mode(0o700).create(&partial).map_err(ReleaseError::io("make the folder", &partial))?;
    let written = files
        .iter()
        .try_for_each(|(name, bytes)| write_whole(&partial.join(name), bytes))
        .and_then(|()| make_durable(&partial))
        .and_then(|()| rename_noreplace(&partial, &place.path));
    written.inspect_err(|_| {
        let _ = fs::remove_dir_all(&partial);
    })?;
    make_durable(&place.parent)?;
    Ok(place.path.clone())
}

fn make_durable(folder: &Path) -> Result<(), ReleaseError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(ReleaseError::io("make durable", folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_is_whole_or_not_there_closed_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        write_folder(&path, &[("a.html", b"one".to_vec()), ("b.csv", b"two".to_vec())]).unwrap();
        assert_eq!((mode(&path), mode(&path.join("a.html"))), (0o700, 0o600));
        assert!(matches!(write_folder(&path, &[]), Err(ReleaseError::OutputExists { .. })));
        let nowhere = write_folder(&folder.path().join("none/kept"), &[]);
        assert!(matches!(nowhere, Err(ReleaseError::BadFolder { .. })));
        // A name that no file can have: what was begun is taken away.
        let other = folder.path().join("other");
        assert!(write_folder(&other, &[("a", Vec::new()), ("none/b", Vec::new())]).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        // What a killed process left is taken away by the next.
        fs::create_dir(folder.path().join(".other.partial-0123456789abcdef")).unwrap();
        write_folder(&other, &[]).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
