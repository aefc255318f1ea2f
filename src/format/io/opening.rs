//! The one way a file is opened to be read: never waiting, only if it is a regular
//! file, and where it is read whole no further than a limit. And how its name is
//! shown.

use std::fmt::{self, Write as _};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// Whether a symbolic link may stand for the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SymbolicLinks {
    Followed,
    Refused,
}

/// Why a file is not read.
#[derive(Debug)]
pub(crate) enum NotOpened {
    /// The operating system's error.
    Io(io::Error),
    /// A folder, a pipe, a socket, a device.
    NotRegular,
    /// Longer than the limit.
    TooLarge,
}

impl From<io::Error> for NotOpened {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl NotOpened {
    /// Whether there is no file of this name.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// The same as an error of the operating system.
    pub(crate) fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::NotRegular => io::Error::new(io::ErrorKind::InvalidInput, "is not a regular file"),
            Self::TooLarge => io::Error::new(io::ErrorKind::InvalidInput, "is too large"),
        }
    }
}

/// Opens a regular file for reading. Whatever else is there is told without
/// waiting: opening a pipe without a writer would hang otherwise.
pub(crate) fn open_regular(path: &Path, links: SymbolicLinks) -> Result<(File, Metadata), NotOpened> {
    let opened = OpenOptions::new().read(true).custom_flags(flags(links)).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) => {
            // A socket cannot be opened at all; say what it is all the same.
            let special =
                links == SymbolicLinks::Followed && fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
            return Err(if special { NotOpened::NotRegular } else { error.into() });
        }
    };
    let metadata = file.metadata()?;
    // On the handle, not on the path: the file cannot be swapped in between.
    if metadata.is_file() { Ok((file, metadata)) } else { Err(NotOpened::NotRegular) }
}

/// The flags of every file that is opened: never wait, never be inherited.
pub(crate) fn flags(links: SymbolicLinks) -> i32 {
    let flags = match links {
        SymbolicLinks::Followed => OFlags::NONBLOCK | OFlags::CLOEXEC,
        SymbolicLinks::Refused => OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOFOLLOW,
    };
    // The bits of all three fit; and without them, opening is no less right.
    i32::try_from(flags.bits()).unwrap_or_default()
}

/// The whole of a regular file of at most `limit` bytes.
pub(crate) fn read_whole(path: &Path, limit: u64, links: SymbolicLinks) -> Result<Vec<u8>, NotOpened> {
    let (file, metadata) = open_regular(path, links)?;
    if metadata.len() > limit {
        return Err(NotOpened::TooLarge);
    }
    let mut bytes = Vec::new();
    // What grows while it is read, or says that it is empty and is not.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(NotOpened::TooLarge) } else { Ok(bytes) }
}

/// A path as messages show it. Characters that would move the cursor, hide others
/// or turn their order round are written as `\u{1b}`.
pub(crate) fn shown(path: &Path) -> ShownPath<'_> {
    ShownPath(path)
}

/// See [`shown`].
#[derive(Debug)]
pub(crate) struct ShownPath<'a>(&'a Path);

impl fmt::Display for ShownPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string_lossy().chars() {
            if is_invisible(character) {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Control characters, separators of lines, and marks of direction (Unicode
/// Technical Report 36, 2.8).
pub(crate) fn is_invisible(character: char) -> bool {
    let marks = ['\u{61c}'..='\u{61c}', '\u{200b}'..='\u{200f}', '\u{2028}'..='\u{202e}', '\u{2060}'..='\u{206f}'];
    character.is_control() || marks.into_iter().any(|mark| mark.contains(&character)) || character == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_regular_file_of_a_bounded_size_is_read_and_nothing_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "12345").unwrap();
        std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("endless")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe"), rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        let read = |name: &str, links| read_whole(&path(name), 5, links);
        assert_eq!(read("file", SymbolicLinks::Refused).unwrap(), b"12345");
        assert_eq!(read("link", SymbolicLinks::Followed).unwrap(), b"12345");
        assert!(matches!(read("link", SymbolicLinks::Refused), Err(NotOpened::Io(_))));
        for special in ["endless", "pipe", "socket", "."] {
            assert!(matches!(read(special, SymbolicLinks::Followed), Err(NotOpened::NotRegular)), "{special}");
        }
        assert!(read("absent", SymbolicLinks::Followed).unwrap_err().is_absent());
        fs::write(path("file"), "123456").unwrap();
        assert!(matches!(read("file", SymbolicLinks::Followed), Err(NotOpened::TooLarge)));
    }

    #[test]
    fn a_name_cannot_move_the_cursor() {
        let name = "a\n\x1b[2J\u{202e}é.csv";
        assert_eq!(shown(Path::new(name)).to_string(), r"a\u{a}\u{1b}[2J\u{202e}é.csv");
    }
}
