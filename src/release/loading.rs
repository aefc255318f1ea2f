//! Reads a policy and everything it refers to from disk, and compiles it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::error::ReleaseError;
use crate::policy::attachments::{AttachmentFault, Attachments, attachments_wanted};
use crate::policy::compile::{Compiled, compile};
use crate::policy::place::DocumentText;

/// Documents are written by people: none is larger than this.
const MAX_DOCUMENT: u64 = 4 << 20;
/// A list of districts, or of any other values.
const MAX_ATTACHMENT: u64 = 64 << 20;

/// A compiled policy and the texts it was made from.
#[derive(Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// The plan, and what deserves a second look.
    pub compiled: Compiled,
    /// Texts of the documents by the names faults use.
    pub texts: Vec<(String, String)>,
    /// The folder of the policy, to which the paths of its lists and logs are
    /// relative.
    pub folder: PathBuf,
}

/// Loads and compiles the policy at `path`.
///
/// # Errors
/// When the file cannot be used, or with every fault of the policy at once.
pub fn load(path: &Path, as_of: Date) -> Result<Loaded, ReleaseError> {
    let bytes = read_limited(path, MAX_DOCUMENT).map_err(ReleaseError::io("read the policy", path))?;
    let unusable = |what| ReleaseError::PolicyFile { path: path.to_owned(), what };
    let bytes = bytes.ok_or_else(|| unusable("is larger than 4 MiB"))?;
    let text = String::from_utf8(bytes).map_err(|_| unusable("is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let name = path.display().to_string();
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut attachments = Attachments::new();
    let mut texts = vec![(name.clone(), text.clone())];
    for wanted in attachments_wanted(&text) {
        let found = attachment(&folder.join(&wanted));
        if let Ok(bytes) = &found
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            texts.push((wanted.clone(), text.to_owned()));
        }
        attachments.insert(wanted, found);
    }
    match compile(DocumentText { file: &name, text: &text }, &attachments, as_of) {
        Ok(compiled) => Ok(Loaded { compiled, texts, folder: folder.to_owned() }),
        Err(refused) => Err(ReleaseError::Policy { refused, texts }),
    }
}

fn attachment(path: &Path) -> Result<Vec<u8>, AttachmentFault> {
    match read_limited(path, MAX_ATTACHMENT) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(AttachmentFault::TooLarge),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(AttachmentFault::NotFound),
        Err(_) => Err(AttachmentFault::Unreadable),
    }
}

/// The whole of a regular file, or `None` when it is larger than the limit.
fn read_limited(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if !path.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}
