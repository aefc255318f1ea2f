//! One input file as it lies on disk: opened without hanging, read at any place
//! by any thread, digested, and checked at the end for having stayed the same.
//! Knows nothing of what is in it.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::opening::{NotOpened, SymbolicLinks, open_regular};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::InputEvidence;
use crate::model::digest::{Digest, Digester};

const PIECE: usize = 1 << 20;

/// What tells one file from another on one machine, whatever its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileIdentity {
    /// The device it lies on.
    pub dev: u64,
    /// Its number there.
    pub ino: u64,
}

/// The identity of the file at `path`, links followed: to notice that one
/// extract is given twice, or is also where the delivery goes.
///
/// # Errors
/// As the operating system says.
pub(crate) fn identity(path: &Path) -> io::Result<FileIdentity> {
    Ok(identity_of(&fs::metadata(path)?))
}

fn identity_of(metadata: &Metadata) -> FileIdentity {
    FileIdentity { dev: metadata.dev(), ino: metadata.ino() }
}

/// What must not change between opening and the last read: which file it is, its
/// size, and when its content and its owner's facts about it last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileStamp {
    identity: FileIdentity,
    bytes: u64,
    mtime: (i64, i64),
    /// Which cannot be set back, as the time of a change of content can be.
    ctime: (i64, i64),
}

impl FileStamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            identity: identity_of(metadata),
            bytes: metadata.len(),
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            ctime: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Of the file at `path`, links followed.
    ///
    /// # Errors
    /// As the operating system says.
    pub(crate) fn of_path(path: &Path) -> io::Result<Self> {
        Ok(Self::of(&fs::metadata(path)?))
    }
}

/// A regular file, open for reading.
#[derive(Debug)]
pub(crate) struct InputFile {
    file: File,
    path: PathBuf,
    name: Arc<str>,
    stamp: FileStamp,
}

impl InputFile {
    /// Opens the file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// [`InputFaultKind::NotRegular`], [`InputFaultKind::EmptyInput`],
    /// [`InputFaultKind::Permission`], or [`EngineError::Read`].
    pub(crate) fn open(path: &Path, name: &Arc<str>) -> Result<Self, EngineError> {
        let opened = Self::open_even_empty(path, name)?;
        if opened.bytes() == 0 {
            return Err(InputFault::file(InputFaultKind::EmptyInput, name).into());
        }
        Ok(opened)
    }

    /// The same of a file that may have no byte.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for that.
    pub(crate) fn open_even_empty(path: &Path, name: &Arc<str>) -> Result<Self, EngineError> {
        let (file, metadata) = open_regular(path, SymbolicLinks::Followed).map_err(|fault| match fault {
            NotOpened::Io(source) => read_failed(source, name),
            NotOpened::NotRegular | NotOpened::TooLarge => {
                let fault = InputFault::file(InputFaultKind::NotRegular, name);
                if path.is_dir() { fault.of_type("it is a folder") } else { fault }.into()
            }
        })?;
        Ok(Self { file, path: path.to_owned(), name: Arc::clone(name), stamp: FileStamp::of(&metadata) })
    }

    /// The file's name in messages.
    #[must_use]
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its size when it was opened.
    #[must_use]
    pub(crate) fn bytes(&self) -> u64 {
        self.stamp.bytes
    }

    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// [`InputFaultKind::Truncated`] where the file never was that long,
    /// [`InputFaultKind::InputChanged`] where it has become shorter, or
    /// [`EngineError::Read`].
    pub(crate) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), EngineError> {
        // std retries interrupted and short reads.
        self.file.read_exact_at(buffer, offset).map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => {
                let end = offset.saturating_add(buffer.len() as u64);
                let was_long_enough = end <= self.bytes();
                let kind = if was_long_enough { InputFaultKind::InputChanged } else { InputFaultKind::Truncated };
                InputFault::file(kind, &self.name).into()
            }
            _ => read_failed(source, &self.name),
        })
    }

    /// Reads at `offset`, at most what fits into `buffer`; 0 at the end.
    ///
    /// # Errors
    /// As the operating system says.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        loop {
            match self.file.read_at(buffer, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    /// The first bytes of the file, at most `count`.
    ///
    /// # Errors
    /// As [`read_exact_at`](Self::read_exact_at).
    pub(crate) fn head(&self, count: usize) -> Result<Vec<u8>, EngineError> {
        let count = usize::try_from(self.bytes()).map_or(count, |len| len.min(count));
        let mut head = vec![0; count];
        self.read_exact_at(&mut head, 0)?;
        Ok(head)
    }

    /// Digests the whole file in one more reading.
    ///
    /// # Errors
    /// [`InputFaultKind::InputChanged`], or [`EngineError::Read`].
    pub(crate) fn digest(&self) -> Result<Digest, EngineError> {
        let mut digester = Digester::default();
        let mut piece = vec![0; PIECE];
        let mut at = 0;
        while at < self.bytes() {
            let wanted = usize::try_from(self.bytes() - at).map_or(PIECE, |left| left.min(PIECE));
            let piece = piece.get_mut(..wanted).unwrap_or_default();
            self.read_exact_at(piece, at)?;
            digester.update(piece);
            at += wanted as u64;
        }
        Ok(digester.digest())
    }

    /// What is to be known of the file once it was read, by one more reading. For
    /// formats that are not read from front to back.
    ///
    /// # Errors
    /// [`InputFaultKind::InputChanged`], or [`EngineError::Read`].
    pub(crate) fn evidence(&self) -> Result<InputEvidence, EngineError> {
        let blake3 = self.digest()?;
        self.check_unchanged()?;
        Ok(InputEvidence {
            bytes: self.bytes(),
            blake3,
            replacement_characters: 0,
            skipped_lines: 0,
            never_seen: Vec::new(),
        })
    }

    /// Checks that the open file, and what its path leads to, is still what was
    /// opened.
    ///
    /// # Errors
    /// [`InputFaultKind::InputChanged`].
    pub(crate) fn check_unchanged(&self) -> Result<(), EngineError> {
        let open = self.file.metadata().map(|metadata| FileStamp::of(&metadata));
        let named = fs::metadata(&self.path).map(|metadata| FileStamp::of(&metadata));
        if open.is_ok_and(|stamp| stamp == self.stamp) && named.is_ok_and(|stamp| stamp == self.stamp) {
            Ok(())
        } else {
            Err(InputFault::file(InputFaultKind::InputChanged, &self.name).into())
        }
    }
}

/// A failure of the operating system: a fault of the extract only where its
/// owner must mend it.
pub(crate) fn read_failed(source: io::Error, file: &Arc<str>) -> EngineError {
    match source.kind() {
        io::ErrorKind::PermissionDenied => InputFault::file(InputFaultKind::Permission, file).into(),
        _ => EngineError::Read { file: Arc::clone(file), source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(result: Result<InputFile, EngineError>) -> Option<InputFaultKind> {
        match result {
            Err(EngineError::Input(fault)) => Some(fault.kind),
            _ => None,
        }
    }

    #[test]
    fn only_a_regular_file_is_an_input_and_a_pipe_does_not_hang() {
        let folder = tempfile::tempdir().unwrap();
        let name: Arc<str> = "x".into();
        assert_eq!(kind(InputFile::open(folder.path(), &name)), Some(InputFaultKind::NotRegular));
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert_eq!(kind(InputFile::open(&pipe, &name)), Some(InputFaultKind::NotRegular));
        let socket = folder.path().join("socket");
        let _held = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(kind(InputFile::open(&socket, &name)), Some(InputFaultKind::NotRegular));
        assert_eq!(kind(InputFile::open(Path::new("/dev/null"), &name)), Some(InputFaultKind::NotRegular));
        let empty = folder.path().join("empty");
        fs::write(&empty, "").unwrap();
        assert_eq!(kind(InputFile::open(&empty, &name)), Some(InputFaultKind::EmptyInput));
        let absent = InputFile::open(&folder.path().join("absent"), &name);
        assert!(matches!(absent, Err(EngineError::Read { .. })));
    }

    #[test]
    fn a_change_of_length_content_time_or_inode_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let name: Arc<str> = "a.csv".into();
        fs::write(&path, "abc").unwrap();
        let open = InputFile::open(&path, &name).unwrap();
        assert!(open.check_unchanged().is_ok());

        fs::write(&path, "ab").unwrap();
        assert!(open.check_unchanged().is_err());
        let mut buffer = [0; 3];
        for (offset, expected) in [(0, InputFaultKind::InputChanged), (1, InputFaultKind::Truncated)] {
            let Err(EngineError::Input(fault)) = open.read_exact_at(&mut buffer, offset) else {
                panic!("read past the end")
            };
            assert_eq!(fault.kind, expected);
        }

        let open = InputFile::open(&path, &name).unwrap();
        fs::rename(&path, folder.path().join("b.csv")).unwrap();
        fs::write(&path, "ab").unwrap();
        assert!(open.check_unchanged().is_err());
    }

    #[test]
    fn a_file_rewritten_in_place_is_noticed_although_its_times_were_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "abc").unwrap();
        let open = InputFile::open(&path, &"a.csv".into()).unwrap();
        let before = fs::metadata(&path).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.write_all_at(b"xyz", 0).unwrap();
        file.set_times(fs::FileTimes::new().set_modified(before.modified().unwrap())).unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.len(), after.modified().unwrap()), (before.len(), before.modified().unwrap()));
        assert!(open.check_unchanged().is_err());
    }

    #[test]
    fn the_evidence_is_of_the_whole_file_and_a_change_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("extract");
        let content = vec![7; (2 << 20) + 5];
        fs::write(&path, &content).unwrap();
        let file = InputFile::open(&path, &"extract".into()).unwrap();
        let evidence = file.evidence().unwrap();
        assert_eq!((evidence.bytes, evidence.blake3), (content.len() as u64, Digest::blake3(&content)));
        fs::write(&path, &content[1..]).unwrap();
        let Err(EngineError::Input(fault)) = file.evidence() else { panic!("a file that was cut") };
        assert_eq!(fault.kind, InputFaultKind::InputChanged);
    }

    #[test]
    fn a_hard_link_is_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("1"), folder.path().join("2"));
        fs::write(&one, "x").unwrap();
        fs::hard_link(&one, &two).unwrap();
        assert_eq!(identity(&one).unwrap(), identity(&two).unwrap());
        fs::write(folder.path().join("3"), "x").unwrap();
        assert_ne!(identity(&one).unwrap(), identity(&folder.path().join("3")).unwrap());
    }
}
