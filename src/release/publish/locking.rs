//! At most one run for each target at a time: each takes the lock file `.NAME.lock`
//! beside the target and removes it at the end. Also removes what killed runs left
//! behind, if their lock can be taken.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::target::{TargetPath, lock_file, target_of_partial};
use crate::format::io::opening::{NotOpened, SymbolicLinks, flags};
use crate::release::error::ReleaseError;

/// A run that looks for leftovers holds a lock for a moment, and so does a run that
/// ends: so a lock is tried again for a while.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// A lock that is held; if the process dies, the operating system releases it.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of a target.
    pub(crate) fn take(place: &TargetPath) -> Result<Self, ReleaseError> {
        let path = place.lock_file();
        for attempt in 0..TRIES {
            if attempt > 0 {
                std::thread::sleep(PAUSE);
            }
            if let Some(lock) = Self::try_take(&path).map_err(ReleaseError::io("take the lock", &path))? {
                return Ok(lock);
            }
        }
        Err(ReleaseError::Locked { path: place.path.clone() })
    }

    /// Takes a lock, unless another run holds it.
    fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(flags(SymbolicLinks::Refused))
            .open(path)?;
        if !file.metadata()?.is_file() {
            return Err(NotOpened::NotRegular.into_io());
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The run that held it before may have removed the file meanwhile: then we
        // have locked a file without a name, and another run may hold the new one.
        Ok(is_named(&file, path).then(|| Self { file, path: path.to_owned() }))
    }
}

/// Whether the path still names the open file.
fn is_named(file: &File, path: &Path) -> bool {
    let same = |open: fs::Metadata, named: fs::Metadata| (open.dev(), open.ino()) == (named.dev(), named.ino());
    let (open, named) = (file.metadata(), path.symlink_metadata());
    open.is_ok_and(|open| named.is_ok_and(|named| same(open, named)))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held, so that no other run can lock this file
        // afterwards. If it cannot be removed, the next run locks the empty file.
        if is_named(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
        // Closing our handle is not enough: a child process that another thread is
        // starting may still have a copy of it, which would keep the lock.
        let _ = self.file.unlock();
    }
}

/// Removes what killed runs left in the folder of `place`, whose lock we hold, for
/// any target: each `.NAME.partial-` with 16 hexadecimal digits whose `.NAME.lock`
/// can be taken. A leftover of another target that cannot be removed is ignored.
pub(crate) fn remove_leftovers(place: &TargetPath) -> Result<(), ReleaseError> {
    let entries = list(&place.parent).map_err(ReleaseError::io("list", &place.parent))?;
    for entry in entries {
        let entry = entry.map_err(ReleaseError::io("list", &place.parent))?;
        let folder = entry.file_name();
        let Some(name) = folder.to_str().and_then(target_of_partial) else { continue };
        let path = entry.path();
        if name == place.name {
            if is_partial(&path) {
                fs::remove_dir_all(&path).map_err(ReleaseError::io("remove the leftover", &path))?;
            }
        } else if is_partial(&path)
            && let Ok(Some(_lock)) = Lock::try_take(&lock_file(&place.parent, name))
            // Checked again, since now no other run can change it.
            && is_partial(&path)
        {
            let _ = fs::remove_dir_all(&path);
        }
    }
    Ok(())
}

/// Whether this is a folder of our user that holds only what a run writes.
fn is_partial(path: &Path) -> bool {
    let is_ours = |entry: io::Result<fs::DirEntry>| {
        let name = entry.map(|entry| entry.file_name()).unwrap_or_default();
        let name = name.to_string_lossy();
        ["delivery", "internal", super::target::STATE].contains(&&*name) || name.starts_with(super::target::WAITING)
    };
    path.symlink_metadata().is_ok_and(|metadata| {
        metadata.is_dir()
            && metadata.uid() == rustix::process::geteuid().as_raw()
            && list(path).is_ok_and(|entries| entries.into_iter().all(is_ours))
    })
}

/// Tries again after a signal: of all calls we use, the standard library does not
/// do so for this one.
fn list(folder: &Path) -> io::Result<fs::ReadDir> {
    loop {
        match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::publish::target::Target;

    fn place(folder: &Path, name: &str) -> TargetPath {
        Target::parse(&folder.join(name), None).unwrap().folder
    }

    #[test]
    fn a_lock_goes_away_and_a_removed_one_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), "out");
        let lock = Lock::take(&place).unwrap();
        assert!(matches!(Lock::take(&place), Err(ReleaseError::Locked { .. })));
        // Another run opened the file before it was removed.
        let before = File::options().write(true).open(place.lock_file()).unwrap();
        drop(lock);
        assert!(!place.lock_file().exists());
        before.try_lock().unwrap();
        let stale = Lock { file: before, path: place.lock_file() };
        assert!(!is_named(&stale.file, &stale.path), "what it holds has no name");
        let new = Lock::take(&place).unwrap();
        drop(stale);
        assert!(place.lock_file().exists(), "only its own name is removed");
        drop(new);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn many_threads_hold_it_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), "out");
        let held = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut taken = 0;
                    while taken < 25 {
                        let Some(lock) = Lock::try_take(&place.lock_file()).unwrap() else {
                            std::thread::yield_now();
                            continue;
                        };
                        assert_eq!(held.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                        taken += 1;
                        held.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(!place.lock_file().exists());
    }

    #[test]
    fn leftovers_of_any_target_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let digits = "0123456789abcdef";
        for left in ["out", "out-2026-11-01", "out.partial-2"] {
            fs::create_dir_all(path(&format!(".{left}.partial-{digits}/delivery/data"))).unwrap();
            fs::write(path(&format!(".{left}.lock")), "").unwrap();
        }
        // A run on another target, with a name that begins alike, is at work.
        let live = place(folder.path(), "out.partial-7");
        let _held = Lock::take(&live).unwrap();
        let others = [
            format!(".out.partial-7.partial-{digits}/delivery"),
            ".out.partial-12/delivery".to_owned(),
            format!(".rsync.partial-{digits}/somebody's file"),
            format!("out.partial-{digits}/delivery"),
        ];
        for other in &others {
            fs::create_dir_all(path(other)).unwrap();
        }
        fs::create_dir(path("elsewhere")).unwrap();
        std::os::unix::fs::symlink(path("elsewhere"), path(&format!(".link.partial-{digits}"))).unwrap();
        fs::write(path(&format!(".file.partial-{digits}")), "a file").unwrap();
        let own = place(folder.path(), "out");
        let lock = Lock::take(&own).unwrap();
        remove_leftovers(&own).unwrap();
        drop(lock);
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut expected = vec![
            format!(".file.partial-{digits}"),
            format!(".link.partial-{digits}"),
            ".out.partial-12".to_owned(),
            ".out.partial-7.lock".to_owned(),
            format!(".out.partial-7.partial-{digits}"),
            format!(".rsync.partial-{digits}"),
            "elsewhere".to_owned(),
            format!("out.partial-{digits}"),
        ];
        expected.sort();
        assert_eq!(names, expected);
    }
}
