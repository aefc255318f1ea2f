//! The partial folder: everything a run writes stands in it, beside the target,
//! closed to others, until it is published in one rename. Dropping it removes
//! it; what a killed run left behind is removed by the next one that holds the
//! lock.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::ReleaseError;
use crate::engine::port::{Spill, SpillSpace};
use crate::format::opening::{Links, NotOpened, flags};
use crate::model::digest::Digest;

/// The file in the kept folder that says its delivery may not be there yet.
const PENDING: &str = "PENDING";
/// What is remembered of the delivery, while it waits.
const STATE: &str = "last.json";
/// The manifest's name, by whose digest a pending delivery is recognised.
pub(super) const MANIFEST: &str = "manifest.json";

/// Where a delivery goes: a name that is free, in a folder that exists.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) folder: PathBuf,
    pub(super) kept: PathBuf,
    parent: PathBuf,
    name: String,
}

impl Target {
    /// Parses the path given with `--output`.
    pub(super) fn parse(path: &Path) -> Result<Self, ReleaseError> {
        let bad = |what| ReleaseError::BadTarget { path: path.to_owned(), what };
        let name = path.file_name().ok_or_else(|| bad("it has no name of its own"))?;
        let name = name.to_str().ok_or_else(|| bad("its name is not UTF-8"))?;
        if name.len() > 200 || name.chars().any(char::is_control) {
            return Err(bad("its name is too long or holds control characters"));
        }
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        if !parent.is_dir() {
            return Err(bad("the folder it should stand in does not exist"));
        }
        Ok(Self {
            // As it was given, so that people find their own words again.
            folder: path.to_owned(),
            kept: path.with_file_name(format!("{name}.internal")),
            parent,
            name: name.to_owned(),
        })
    }

    /// The folder it stands in.
    pub(super) fn parent(&self) -> &Path {
        &self.parent
    }

    fn lock_file(&self) -> PathBuf {
        self.parent.join(format!(".{}.lock", self.name))
    }

    fn partial_prefix(&self) -> String {
        format!(".{}.partial-", self.name)
    }
}

/// What a run writes, until it is published or dropped.
#[derive(Debug)]
pub(super) struct Staging {
    target: Target,
    partial: PathBuf,
    /// Held until the run is over; the operating system lets go of it if we die.
    lock: File,
}

impl Staging {
    /// Takes the lock, cleans up after a killed run, and makes the partial
    /// folder.
    pub(super) fn begin(target: Target) -> Result<Self, ReleaseError> {
        let lock = lock(&target)?;
        recover(&target)?;
        for path in [&target.folder, &target.kept] {
            // Not `exists`: a dangling symbolic link is something, too.
            match path.symlink_metadata() {
                Ok(_) => return Err(ReleaseError::OutputExists { path: path.clone() }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(ReleaseError::io("look at", path)(error)),
            }
        }
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|_| super::keyset::KeyFault::NoRandomness)?;
        let partial = target.parent.join(format!("{}{:016x}", target.partial_prefix(), u64::from_le_bytes(random)));
        let staging = Self { target, partial, lock };
        for folder in [staging.partial.clone(), staging.delivery(), staging.delivery().join("data"), staging.kept()] {
            DirBuilder::new().mode(0o700).create(&folder).map_err(ReleaseError::io("make the folder", &folder))?;
        }
        Ok(staging)
    }

    fn delivery(&self) -> PathBuf {
        self.partial.join("delivery")
    }

    fn kept(&self) -> PathBuf {
        self.partial.join("internal")
    }

    /// Where a file of the delivery stands while it waits.
    pub(super) fn data_path(&self, name: &str) -> PathBuf {
        self.delivery().join("data").join(name)
    }

    /// A new file under `path`, closed to others.
    pub(super) fn create(path: &Path) -> io::Result<File> {
        File::options().read(true).write(true).create_new(true).mode(0o600).open(path)
    }

    /// A new file to keep.
    pub(super) fn create_kept(&self, name: &str) -> Result<File, ReleaseError> {
        let path = self.kept().join(name);
        Self::create(&path).map_err(ReleaseError::io("create", &path))
    }

    /// Writes a whole file to keep.
    pub(super) fn write_kept(&self, name: &str, bytes: &[u8]) -> Result<(), ReleaseError> {
        write_whole(&self.kept().join(name), bytes)
    }

    /// Writes a whole file of the delivery.
    pub(super) fn write_delivered(&self, name: &str, bytes: &[u8]) -> Result<(), ReleaseError> {
        write_whole(&self.delivery().join(name), bytes)
    }

    /// Writes what is remembered of the delivery once it is one; see
    /// [`Self::publish`].
    pub(super) fn write_state(&self, bytes: &[u8]) -> Result<(), ReleaseError> {
        write_whole(&self.partial.join(STATE), bytes)
    }

    /// Room for what waits.
    pub(super) fn space(&self) -> FileSpace {
        FileSpace::new(&self.partial)
    }

    /// Publishes both folders: the kept one first, marked as pending; then the
    /// delivery in one rename, which is the commit. Then the state, where there
    /// is one, takes the place of the last in one more: if we end before, the
    /// next run compares with the delivery before this one.
    pub(super) fn publish(self, manifest_digest: Digest, state: Option<&Path>) -> Result<(), ReleaseError> {
        self.write_kept(PENDING, format!("{manifest_digest}\n").as_bytes())?;
        for folder in [self.delivery().join("data"), self.delivery(), self.kept(), self.partial.clone()] {
            sync_folder(&folder)?;
        }
        let Target { folder, kept, parent, .. } = &self.target;
        rename_noreplace(&self.kept(), kept)?;
        if let Err(error) = sync_folder(parent).and_then(|()| rename_noreplace(&self.delivery(), folder)) {
            // Not committed: what is kept of it would be evidence of nothing, and
            // goes with the partial folder. If it cannot, its mark says so.
            let _ = rename_noreplace(kept, &self.kept());
            return Err(error);
        }
        let after = |doing| move |source| ReleaseError::AfterCommit { path: folder.clone(), doing, source };
        File::open(parent).and_then(|parent| parent.sync_all()).map_err(after("make its name durable"))?;
        fs::remove_file(kept.join(PENDING)).map_err(after("remove the mark PENDING"))?;
        if let Some(state) = state {
            let replaced = fs::rename(self.partial.join(STATE), state);
            replaced
                .and_then(|()| File::open(parent)?.sync_all())
                .map_err(after("remember its counts for the next run"))?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Nothing better can be done here; the next run with the lock tries again.
        let _ = fs::remove_dir_all(&self.partial);
        // Closing our handle alone would leave the lock to a child that another
        // thread is just starting and that has not let go of its copy yet.
        let _ = self.lock.unlock();
    }
}

fn lock(target: &Target) -> Result<File, ReleaseError> {
    let path = target.lock_file();
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(flags(Links::Refused))
        .open(&path)
        .map_err(ReleaseError::io("open the lock", &path))?;
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file {
        return Err(ReleaseError::io("open the lock", &path)(NotOpened::NotRegular.into_io()));
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ReleaseError::Locked { path: target.folder.clone() }),
        Err(TryLockError::Error(source)) => Err(ReleaseError::io("take the lock", &path)(source)),
    }
}

/// Removes what a killed run left, and finishes what it had committed.
fn recover(target: &Target) -> Result<(), ReleaseError> {
    let prefix = target.partial_prefix();
    let entries = list(&target.parent).map_err(ReleaseError::io("list", &target.parent))?;
    for entry in entries {
        let entry = entry.map_err(ReleaseError::io("list", &target.parent))?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(&prefix)) {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(ReleaseError::io("remove the leftover", &path))?;
        }
    }
    let mark = target.kept.join(PENDING);
    let Ok(pending) = fs::read_to_string(&mark) else { return Ok(()) };
    if target.folder.symlink_metadata().is_err() {
        // Removed under another name: a removal cut short after its mark is gone
        // would leave what looks like the evidence of a delivery.
        let leftover = target.parent.join(format!("{prefix}undelivered"));
        rename_noreplace(&target.kept, &leftover)?;
        return fs::remove_dir_all(&leftover).map_err(ReleaseError::io("remove the leftover", &leftover));
    }
    let manifest = fs::read(target.folder.join(MANIFEST)).unwrap_or_default();
    if sha256(&manifest).to_string() == pending.trim_end() {
        fs::remove_file(&mark).map_err(ReleaseError::io("remove", &mark))?;
    }
    Ok(())
}

/// The standard library takes up again every call that a signal interrupted, but
/// this one.
fn list(folder: &Path) -> io::Result<fs::ReadDir> {
    loop {
        match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

fn rename_noreplace(from: &Path, to: &Path) -> Result<(), ReleaseError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).map_err(|errno| {
        if errno == rustix::io::Errno::EXIST {
            return ReleaseError::OutputExists { path: to.to_owned() };
        }
        ReleaseError::io("rename without replacing, to", to)(errno.into())
    })
}

fn sync_folder(path: &Path) -> Result<(), ReleaseError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(ReleaseError::io("make durable", path))
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ReleaseError> {
    let mut file = Staging::create(path).map_err(ReleaseError::io("create", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(ReleaseError::io("write", path))
}

/// SHA-256 of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> Digest {
    use sha2::Digest as _;
    Digest::from_bytes(sha2::Sha256::digest(bytes).into())
}

/// Spill files in a folder, without a name as soon as they are open: they are
/// gone when the run is, however it ends.
#[derive(Debug)]
pub(super) struct FileSpace {
    folder: PathBuf,
}

impl FileSpace {
    /// Spill files in `folder`.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }
}

#[derive(Debug)]
struct FileSpill {
    file: File,
    length: u64,
}

impl SpillSpace for FileSpace {
    fn create(&self) -> io::Result<Box<dyn Spill>> {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|_| io::Error::other("no random bytes"))?;
        let path = self.folder.join(format!(".waiting-{:016x}", u64::from_le_bytes(random)));
        let file = Staging::create(&path)?;
        fs::remove_file(&path)?;
        Ok(Box::new(FileSpill { file, length: 0 }))
    }
}

impl Spill for FileSpill {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn len(&self) -> u64 {
        self.length
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn begin(folder: &Path) -> Result<Staging, ReleaseError> {
        Staging::begin(Target::parse(&folder.join("out")).unwrap())
    }

    #[test]
    fn a_dropped_staging_leaves_the_lock_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let staging = begin(folder.path()).unwrap();
        let mut spill = staging.space().create().unwrap();
        spill.append(b"waiting").unwrap();
        assert!(matches!(begin(folder.path()), Err(ReleaseError::Locked { .. })));
        drop(staging);
        assert_eq!(entries(folder.path()), [".out.lock"]);
    }

    #[test]
    fn publishing_shows_both_folders_and_never_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let staging = begin(folder.path()).unwrap();
        staging.write_delivered(MANIFEST, b"{}").unwrap();
        staging.publish(sha256(b"{}"), None).unwrap();
        assert_eq!(entries(folder.path()), [".out.lock", "out", "out.internal"]);
        assert!(entries(&folder.path().join("out.internal")).is_empty());
        assert!(matches!(begin(folder.path()), Err(ReleaseError::OutputExists { .. })));
    }

    #[test]
    fn what_a_killed_run_left_is_removed_or_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path(".out.partial-0123/delivery")).unwrap();
        fs::create_dir_all(path("out.internal")).unwrap();
        fs::write(path("out.internal/PENDING"), format!("{}\n", sha256(b"{}"))).unwrap();
        drop(begin(folder.path()).unwrap());
        assert_eq!(entries(folder.path()), [".out.lock"], "pending without a delivery is a leftover");
        fs::create_dir_all(path("out")).unwrap();
        fs::write(path("out/manifest.json"), "{}").unwrap();
        fs::create_dir_all(path("out.internal")).unwrap();
        fs::write(path("out.internal/PENDING"), format!("{}\n", sha256(b"{}"))).unwrap();
        assert!(matches!(begin(folder.path()), Err(ReleaseError::OutputExists { .. })));
        assert!(entries(&path("out.internal")).is_empty(), "a committed delivery is finished");
    }

    #[test]
    fn evidence_and_links_at_the_target_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("out.internal")).unwrap();
        assert!(matches!(begin(folder.path()), Err(ReleaseError::OutputExists { .. })));
        fs::remove_dir(folder.path().join("out.internal")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("out")).unwrap();
        assert!(matches!(begin(folder.path()), Err(ReleaseError::OutputExists { .. })));
    }
}
