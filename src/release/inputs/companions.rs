//! The small files beside an input that say something of it: `FILE.count` and
//! `FILE.as_of`. A few bytes each; nothing of their text is ever shown.

use std::path::{Path, PathBuf};

use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole};
use crate::release::error::ReleaseError;

/// A number or a day, and room for blanks.
const MAX_BYTES: u64 = 1024;

/// A companion that is there.
pub(crate) struct Companion {
    pub(crate) path: PathBuf,
    /// Trimmed; `None` where it is not a short text.
    pub(crate) text: Option<String>,
}

/// The companion of `path` that is called `path.KIND`.
pub(crate) fn companion(path: &Path, kind: &str) -> Result<Option<Companion>, ReleaseError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".");
    beside.push(kind);
    let path = PathBuf::from(beside);
    match read_whole(&path, MAX_BYTES, SymbolicLinks::Followed) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).ok().map(|text| text.trim().to_owned());
            Ok(Some(Companion { path, text }))
        }
        // A lost link is not a companion that was forgotten: it was put there on purpose.
        Err(absent) if absent.is_absent() && path.symlink_metadata().is_err() => Ok(None),
        Err(NotOpened::TooLarge) => Ok(Some(Companion { path, text: None })),
        Err(fault) => Err(ReleaseError::io("read", &path)(fault.into_io())),
    }
}
