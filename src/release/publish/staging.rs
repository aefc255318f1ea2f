//! The partial folder beside the target, closed to other users: everything a run
//! writes is in it until it is published in one rename. Dropping it removes it;
//! what a killed run left behind is removed by the next run that holds the lock.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};

use super::access::FileMode;
use super::locking::{Lock, remove_leftovers};
use super::target::{MANIFEST, STATE, Target, WAITING};
use super::whole_file::{create, random, refuse_existing, rename_noreplace, write_whole};
use crate::engine::port::{Spill, SpillSpace};
use crate::engine::progress::Observer;
use crate::format::io::opening::{SymbolicLinks, read_whole};
use crate::model::digest::{Digest, to_hex};
use crate::release::error::ReleaseError;

/// Enough for two lines, one of which may be a path.
const MAX_MARK: u64 = 64 << 10;
/// Far more than a manifest has.
const MAX_MANIFEST: u64 = 256 << 20;

/// The file in the internal folder that says its delivery may not exist yet.
const PENDING: &str = "PENDING";

/// What a run writes, until it is published or dropped.
pub(crate) struct Staging<'a> {
    target: Target,
    partial: PathBuf,
    /// The unpublished internal folder: in `partial`, or beside its own target.
    partial_kept: PathBuf,
    observer: &'a dyn Observer,
    /// Held until the run is over; declared last, so dropped last.
    _locks: Vec<Lock>,
}

impl<'a> Staging<'a> {
    /// Takes the lock, cleans up after killed runs, and makes the partial folder.
    pub(crate) fn begin(target: Target, observer: &'a dyn Observer) -> Result<Self, ReleaseError> {
        let mut locks = vec![Lock::take(&target.folder)?];
        remove_leftovers(&target.folder)?;
        if target.apart {
            locks.push(Lock::take(&target.kept)?);
            remove_leftovers(&target.kept)?;
        }
        recover(&target)?;
        for path in [&target.folder.path, &target.kept.path] {
            refuse_existing(path)?;
        }
        let partial = target.folder.partial(random()?);
        let beside = if target.apart { target.kept.partial(random()?) } else { partial.clone() };
        let partial_kept = beside.join("internal");
        let staging = Self { target, partial, partial_kept, observer, _locks: locks };
        let mut folders = vec![staging.partial.clone(), staging.delivery(), staging.delivery().join("data")];
        folders.extend(staging.target.apart.then_some(beside));
        folders.push(staging.partial_kept.clone());
        for folder in folders {
            DirBuilder::new().mode(0o700).create(&folder).map_err(ReleaseError::io("make the folder", &folder))?;
        }
        Ok(staging)
    }

    fn delivery(&self) -> PathBuf {
        self.partial.join("delivery")
    }

    fn kept(&self) -> &Path {
        &self.partial_kept
    }

    /// The path of a data file until it is published.
    pub(crate) fn data_path(&self, name: &str) -> PathBuf {
        self.delivery().join("data").join(name)
    }

    /// A new file of the internal folder.
    pub(crate) fn create_kept(&self, name: &str) -> Result<File, ReleaseError> {
        let path = self.kept().join(name);
        create(&path).map_err(ReleaseError::io("create", &path))
    }

    /// Makes a folder in the internal folder.
    pub(crate) fn make_kept_folder(&self, name: &str) -> Result<(), ReleaseError> {
        let folder = self.kept().join(name);
        DirBuilder::new().mode(0o700).create(&folder).map_err(ReleaseError::io("make the folder", &folder))
    }

    /// Makes durable which files are in such a folder.
    pub(crate) fn seal_kept_folder(&self, name: &str) -> Result<(), ReleaseError> {
        sync_folder(&self.kept().join(name))
    }

    /// Writes a whole file of the internal folder.
    pub(crate) fn write_kept(&self, name: &str, bytes: &[u8]) -> Result<(), ReleaseError> {
        write_whole(&self.kept().join(name), bytes)
    }

    /// Writes a whole file of the delivery.
    pub(crate) fn write_delivered(&self, name: &str, bytes: &[u8]) -> Result<(), ReleaseError> {
        write_whole(&self.delivery().join(name), bytes)
    }

    /// Writes the state file, which the next run compares with; see
    /// [`Self::publish`].
    pub(crate) fn write_state(&self, bytes: &[u8]) -> Result<(), ReleaseError> {
        write_whole(&self.partial.join(STATE), bytes)
    }

    /// Lets others read the delivery, as far as `mode` says.
    pub(crate) fn let_read(&self, mode: FileMode) -> Result<(), ReleaseError> {
        let folder = self.delivery();
        mode.apply(&folder).map_err(ReleaseError::io("set who may read", &folder))
    }

    /// The folder for spill files.
    pub(crate) fn space(&self) -> FileSpace {
        FileSpace::new(&self.partial)
    }

    /// Publishes both folders: first the internal folder, with the mark PENDING;
    /// then the delivery in one rename, which is the commit. Then the state file,
    /// if there is one, replaces the old one in another rename: if the process ends
    /// before that, the next run compares with the delivery before this one.
    pub(crate) fn publish(self, manifest_digest: Digest, state: Option<&Path>) -> Result<(), ReleaseError> {
        let mark = Mark { manifest: manifest_digest.to_string(), delivery: named_by_mark(&self.target) };
        self.write_kept(PENDING, mark.to_text().as_bytes())?;
        for folder in [&self.delivery().join("data"), &self.delivery(), self.kept(), &self.partial] {
            sync_folder(folder)?;
        }
        let (folder, kept) = (&self.target.folder, &self.target.kept);
        rename_noreplace(self.kept(), &kept.path)?;
        if let Err(error) = sync_folder(&kept.parent).and_then(|()| rename_noreplace(&self.delivery(), &folder.path)) {
            // Not committed: the internal folder would be evidence of no delivery,
            // so it is moved back and removed with the partial folder. If that
            // fails, its mark says so.
            let _ = rename_noreplace(&kept.path, self.kept());
            return Err(error);
        }
        let after = |doing| move |source| ReleaseError::AfterCommit { path: folder.path.clone(), doing, source };
        let sync = |folder: &Path| File::open(folder).and_then(|folder| folder.sync_all());
        sync(&folder.parent).map_err(after("make its name durable"))?;
        fs::remove_file(kept.path.join(PENDING)).map_err(after("remove the mark PENDING"))?;
        if let Some(state) = state {
            let replaced = fs::rename(self.partial.join(STATE), state);
            replaced.and_then(|()| sync(&folder.parent)).map_err(after("remember its counts for the next run"))?;
        }
        Ok(())
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        let beside = self.partial_kept.parent().filter(|beside| *beside != self.partial);
        for path in [Some(self.partial.as_path()), beside].into_iter().flatten() {
            // There is no caller to return an error to; the next run tries again.
            match fs::remove_dir_all(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => self.observer.left_behind(path, &error),
                _ => {}
            }
        }
    }
}

/// The content of the file PENDING: which delivery it belongs to.
#[derive(PartialEq, Eq)]
struct Mark {
    manifest: String,
    /// The path of that delivery, in hexadecimal digits, if it does not follow from
    /// the path of the mark.
    delivery: Option<String>,
}

impl Mark {
    fn to_text(&self) -> String {
        let delivery = self.delivery.as_ref().map(|line| format!("{line}\n")).unwrap_or_default();
        format!("{}\n{delivery}", self.manifest)
    }

    fn parse(text: &str) -> Self {
        let mut lines = text.lines().map(str::to_owned);
        Self { manifest: lines.next().unwrap_or_default(), delivery: lines.next() }
    }
}

/// The second line of the mark, if the target needs one.
fn named_by_mark(target: &Target) -> Option<String> {
    use std::os::unix::ffi::OsStrExt as _;
    if !target.apart {
        return None;
    }
    let parent = target.folder.parent.canonicalize().unwrap_or_else(|_| target.folder.parent.clone());
    Some(to_hex(parent.join(&target.folder.name).as_os_str().as_bytes()))
}

/// Finishes what a killed run had committed, and removes what it had not committed.
fn recover(target: &Target) -> Result<(), ReleaseError> {
    let (folder, kept) = (&target.folder, &target.kept);
    let path = kept.path.join(PENDING);
    let Ok(text) = read_whole(&path, MAX_MARK, SymbolicLinks::Refused) else { return Ok(()) };
    let mark = Mark::parse(&String::from_utf8_lossy(&text));
    if mark.delivery != named_by_mark(target) {
        // It belongs to a delivery elsewhere, and only a run there can decide.
        return Ok(());
    }
    if folder.path.symlink_metadata().is_err() {
        // Renamed before it is removed: if the removal were interrupted after the
        // mark, the rest would look like the evidence of a delivery.
        let leftover = kept.partial(random()?);
        DirBuilder::new().mode(0o700).create(&leftover).map_err(ReleaseError::io("make the folder", &leftover))?;
        rename_noreplace(&kept.path, &leftover.join("internal"))?;
        return fs::remove_dir_all(&leftover).map_err(ReleaseError::io("remove the leftover", &leftover));
    }
    let manifest = read_whole(&folder.path.join(MANIFEST), MAX_MANIFEST, SymbolicLinks::Refused).unwrap_or_default();
    if sha256(&manifest).to_string() == mark.manifest {
        fs::remove_file(&path).map_err(ReleaseError::io("remove", &path))?;
    }
    Ok(())
}

fn sync_folder(path: &Path) -> Result<(), ReleaseError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(ReleaseError::io("make durable", path))
}

/// SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    use sha2::Digest as _;
    Digest::from_bytes(sha2::Sha256::digest(bytes).into())
}

/// Spill files in a folder. Each loses its name as soon as it is open, so the
/// operating system removes it when the run ends, in whatever way.
#[derive(Debug)]
pub(crate) struct FileSpace {
    folder: PathBuf,
}

impl FileSpace {
    /// Spill files in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
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
        let path = self.folder.join(format!("{WAITING}{:016x}", u64::from_le_bytes(random)));
        let file = create(&path)?;
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
    use crate::engine::progress::NoObserver;

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn begin(folder: &Path) -> Result<Staging<'static>, ReleaseError> {
        Staging::begin(Target::parse(&folder.join("out"), None)?, &NoObserver)
    }

    fn begin_apart<'a>(folder: &Path, name: &str, kept: &Path) -> Result<Staging<'a>, ReleaseError> {
        Staging::begin(Target::parse(&folder.join(name), Some(kept))?, &NoObserver)
    }

    #[test]
    fn what_is_kept_may_be_kept_elsewhere_and_waits_for_its_own_delivery_alone() {
        let (sent, safe) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let kept = safe.path().join("kept");
        let staging = begin_apart(sent.path(), "out", &kept).unwrap();
        staging.write_delivered(MANIFEST, b"{}").unwrap();
        staging.write_kept("account.json", b"{}").unwrap();
        staging.publish(sha256(b"{}"), None).unwrap();
        assert_eq!((entries(sent.path()), entries(safe.path())), (vec!["out".into()], vec!["kept".into()]));
        assert_eq!(entries(&kept), ["account.json"]);
        // The state that a run leaves if it is killed between both renames.
        let target = Target::parse(&sent.path().join("next"), Some(&safe.path().join("more"))).unwrap();
        let mark = Mark { manifest: sha256(b"{}").to_string(), delivery: named_by_mark(&target) };
        fs::create_dir(safe.path().join("more")).unwrap();
        fs::write(safe.path().join("more/PENDING"), mark.to_text()).unwrap();
        let other = begin_apart(sent.path(), "another", &safe.path().join("more"));
        assert!(matches!(other, Err(ReleaseError::OutputExists { .. })), "it may be the evidence of a delivery");
        drop(begin_apart(sent.path(), "next", &safe.path().join("more")).unwrap());
        assert_eq!(entries(safe.path()), ["kept"]);
        assert_eq!(entries(sent.path()), ["out"]);
    }

    #[test]
    fn a_dropped_staging_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let staging = begin(folder.path()).unwrap();
        let mut spill = staging.space().create().unwrap();
        spill.append(b"waiting").unwrap();
        assert!(matches!(begin(folder.path()), Err(ReleaseError::Locked { .. })));
        drop(staging);
        assert!(entries(folder.path()).is_empty());
    }

    #[test]
    fn publishing_shows_both_folders_and_never_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let staging = begin(folder.path()).unwrap();
        staging.write_delivered(MANIFEST, b"{}").unwrap();
        staging.publish(sha256(b"{}"), None).unwrap();
        assert_eq!(entries(folder.path()), ["out", "out.internal"]);
        assert!(entries(&folder.path().join("out.internal")).is_empty());
        assert!(matches!(begin(folder.path()), Err(ReleaseError::OutputExists { .. })));
    }

    #[test]
    fn what_a_killed_run_left_is_removed_or_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path(".out.partial-0123456789abcdef/delivery")).unwrap();
        fs::create_dir_all(path("out.internal")).unwrap();
        fs::write(path("out.internal/PENDING"), format!("{}\n", sha256(b"{}"))).unwrap();
        drop(begin(folder.path()).unwrap());
        assert!(entries(folder.path()).is_empty(), "pending without a delivery is a leftover");
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
