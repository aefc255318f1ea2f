//! One input file: opened without hanging, read at offsets, and checked at the
//! end for having stayed the same. Knows nothing of what is in it.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::fault::{EngineError, InputFault, InputFaultKind};

/// What tells one file from another on one machine, whatever its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the two numbers of a file")]
pub struct FileIdentity {
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
pub fn identity(path: &Path) -> io::Result<FileIdentity> {
    Ok(identity_of(&fs::metadata(path)?))
}

fn identity_of(metadata: &Metadata) -> FileIdentity {
    FileIdentity { dev: metadata.dev(), ino: metadata.ino() }
}

/// What must not change between opening and the last read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    identity: FileIdentity,
    len: u64,
    mtime: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { identity: identity_of(metadata), len: metadata.len(), mtime: (metadata.mtime(), metadata.mtime_nsec()) }
    }
}

/// A regular file open for reading.
#[derive(Debug)]
pub struct InputFile {
    file: File,
    path: PathBuf,
    name: Arc<str>,
    stamp: Stamp,
}

impl InputFile {
    /// Opens the file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// [`InputFaultKind::NotRegular`], [`InputFaultKind::Permission`], or
    /// [`EngineError::Read`].
    pub fn open(path: &Path, name: &Arc<str>) -> Result<Self, EngineError> {
        // Without O_NONBLOCK, opening a pipe that nobody writes to would hang.
        let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
        let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let file = match opened {
            Ok(file) => file,
            Err(source) => {
                // A socket cannot be opened at all; say what it is all the same.
                let special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
                return Err(if special {
                    InputFault::file(InputFaultKind::NotRegular, name).into()
                } else {
                    read_failed(source, name)
                });
            }
        };
        let metadata = file.metadata().map_err(|source| read_failed(source, name))?;
        if !metadata.is_file() {
            return Err(InputFault::file(InputFaultKind::NotRegular, name).into());
        }
        Ok(Self { file, path: path.to_owned(), name: Arc::clone(name), stamp: Stamp::of(&metadata) })
    }

    /// The file's name in messages.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its length in bytes when it was opened.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.stamp.len
    }

    /// Whether it was empty when it was opened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buffer` from `offset`. The bytes must lie within [`len`](Self::len).
    ///
    /// # Errors
    /// [`InputFaultKind::InputChanged`] where the file has become shorter, or
    /// [`EngineError::Read`].
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), EngineError> {
        // std retries interrupted and short reads.
        self.file.read_exact_at(buffer, offset).map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => self.changed(),
            _ => read_failed(source, &self.name),
        })
    }

    /// Reads at most `buffer.len()` bytes from `offset`; 0 at the end.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn read_some_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
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
    pub fn head(&self, count: usize) -> Result<Vec<u8>, EngineError> {
        let count = usize::try_from(self.len()).map_or(count, |len| len.min(count));
        let mut head = vec![0; count];
        self.read_exact_at(&mut head, 0)?;
        Ok(head)
    }

    /// Checks that the open file, and what its path leads to, is still what was
    /// opened.
    ///
    /// # Errors
    /// [`InputFaultKind::InputChanged`].
    pub fn check_unchanged(&self) -> Result<(), EngineError> {
        let open = self.file.metadata().map(|metadata| Stamp::of(&metadata));
        let named = fs::metadata(&self.path).map(|metadata| Stamp::of(&metadata));
        if open.is_ok_and(|stamp| stamp == self.stamp) && named.is_ok_and(|stamp| stamp == self.stamp) {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    fn changed(&self) -> EngineError {
        InputFault::file(InputFaultKind::InputChanged, &self.name).into()
    }
}

/// A failure of the operating system: a fault of the extract only where its
/// owner must mend it.
pub(super) fn read_failed(source: io::Error, file: &Arc<str>) -> EngineError {
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
        let Err(EngineError::Input(fault)) = open.read_exact_at(&mut buffer, 0) else { panic!("read past the end") };
        assert_eq!(fault.kind, InputFaultKind::InputChanged);

        let open = InputFile::open(&path, &name).unwrap();
        fs::rename(&path, folder.path().join("b.csv")).unwrap();
        fs::write(&path, "ab").unwrap();
        assert!(open.check_unchanged().is_err());
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
