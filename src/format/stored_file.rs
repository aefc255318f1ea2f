//! A file of the extract as it lies on disk: opened without hanging, read at
//! any place by any thread, digested, and checked not to have changed.
//! Knows nothing of formats.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::InputEvidence;
use crate::model::digest::Digester;

/// An open regular file that is not empty.
#[derive(Debug)]
pub struct StoredFile {
    file: File,
    name: Arc<str>,
    identity: Identity,
}

/// What tells that a file is still the one that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl StoredFile {
    /// Opens the file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// `NotRegular` for a directory, pipe, device or socket; `EmptyInput` for 0
    /// bytes; `Permission`; else what the operating system says.
    pub fn open(path: &Path, name: &Arc<str>) -> Result<Self, EngineError> {
        // Opening a pipe without a writer would wait for ever.
        let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
        let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let file = opened.map_err(|source| Self::unreadable(source, name))?;
        let metadata = file
            .metadata()
            .map_err(|source| Self::unreadable(source, name))?;
        if !metadata.is_file() {
            return Err(InputFault::file(InputFaultKind::NotRegular, name).into());
        }
        if metadata.len() == 0 {
            return Err(InputFault::file(InputFaultKind::EmptyInput, name).into());
        }
        Ok(Self {
            file,
            name: Arc::clone(name),
            identity: Identity::of(&metadata),
        })
    }

    fn unreadable(source: io::Error, name: &Arc<str>) -> EngineError {
        // A socket cannot be opened at all: ENXIO.
        let is_socket = source.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error());
        match source.kind() {
            io::ErrorKind::PermissionDenied
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::UnexpectedEof => InputFault::from_io(&source, name).into(),
            _ if is_socket => InputFault::file(InputFaultKind::NotRegular, name).into(),
            _ => EngineError::Read {
                file: Arc::clone(name),
                source,
            },
        }
    }

    /// The file's name in messages.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its size when it was opened.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.identity.bytes
    }

    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// `Truncated` when the file ends before, else what the operating system says.
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), EngineError> {
        self.file
            .read_exact_at(buffer, offset)
            .map_err(|source| Self::unreadable(source, &self.name))
    }

    /// Reads at `offset`, at most what fits into `buffer`.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    /// A reader with a place of its own, so that threads do not share one.
    #[must_use]
    pub fn reader(&self) -> PlacedReader<'_> {
        self.reader_at(0)
    }

    /// A reader that begins at a place.
    #[must_use]
    pub fn reader_at(&self, at: u64) -> PlacedReader<'_> {
        PlacedReader { file: self, at }
    }

    /// Says that the file is not the one that was opened any more, if so.
    ///
    /// # Errors
    /// `InputChanged`.
    pub fn check_unchanged(&self) -> Result<(), EngineError> {
        let metadata = self
            .file
            .metadata()
            .map_err(|source| Self::unreadable(source, &self.name))?;
        if Identity::of(&metadata) == self.identity {
            return Ok(());
        }
        Err(InputFault::file(InputFaultKind::InputChanged, &self.name).into())
    }

    /// Digests the whole file in one more reading, and checks that it is the
    /// file that was opened. For formats that are not read from front to back.
    ///
    /// # Errors
    /// `InputChanged`, or what the operating system says.
    pub fn evidence(&self) -> Result<InputEvidence, EngineError> {
        const PIECE: usize = 1 << 20;
        let mut digester = Digester::default();
        let mut piece = vec![0; PIECE];
        let mut at = 0;
        while at < self.bytes() {
            let wanted = usize::try_from(self.bytes() - at).map_or(PIECE, |left| left.min(PIECE));
            let piece = piece.get_mut(..wanted).unwrap_or_default();
            if self.read_exact_at(piece, at).is_err() {
                return Err(InputFault::file(InputFaultKind::InputChanged, &self.name).into());
            }
            digester.update(piece);
            at += wanted as u64;
        }
        self.check_unchanged()?;
        Ok(InputEvidence {
            bytes: self.bytes(),
            blake3: digester.digest(),
            replacement_characters: 0,
        })
    }
}

/// Reads a [`StoredFile`] from a place of its own.
#[derive(Debug)]
pub struct PlacedReader<'a> {
    file: &'a StoredFile,
    at: u64,
}

impl Read for PlacedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for PlacedReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.file.bytes().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::digest::Digest;

    fn kind(error: EngineError) -> InputFaultKind {
        match error {
            EngineError::Input(fault) => fault.kind,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_regular_files_with_content_open() {
        let name: Arc<str> = "extract".into();
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            kind(StoredFile::open(folder.path(), &name).unwrap_err()),
            InputFaultKind::NotRegular
        );
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap();
        assert!(made.success());
        assert_eq!(
            kind(StoredFile::open(&pipe, &name).unwrap_err()),
            InputFaultKind::NotRegular
        );
        let socket = folder.path().join("socket");
        let _bound = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(
            kind(StoredFile::open(&socket, &name).unwrap_err()),
            InputFaultKind::NotRegular
        );
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        assert_eq!(
            kind(StoredFile::open(&empty, &name).unwrap_err()),
            InputFaultKind::EmptyInput
        );
        let absent = StoredFile::open(&folder.path().join("absent"), &name).unwrap_err();
        assert!(matches!(absent, EngineError::Read { .. }));
    }

    #[test]
    fn the_evidence_is_of_the_whole_file_and_a_change_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("extract");
        let content = vec![7; (2 << 20) + 5];
        std::fs::write(&path, &content).unwrap();
        let file = StoredFile::open(&path, &"extract".into()).unwrap();
        let evidence = file.evidence().unwrap();
        assert_eq!(
            (evidence.bytes, evidence.blake3),
            (content.len() as u64, Digest::blake3(&content))
        );
        std::fs::write(&path, &content[1..]).unwrap();
        assert_eq!(
            kind(file.evidence().unwrap_err()),
            InputFaultKind::InputChanged
        );
    }
}
