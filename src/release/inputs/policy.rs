//! Reads a policy and everything it refers to from disk, and compiles it.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::document::opens_with_format;
use crate::document::position::DocumentText;
use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole, shown};
use crate::policy::compile::{Compiled, compile};
use crate::policy::read::attachments::{AttachmentFault, Attachments, attachments_wanted};
use crate::release::error::ReleaseError;

/// Documents are written by people: none is larger than this.
const MAX_DOCUMENT: u64 = 4 << 20;
/// A list of districts, or of any other values.
const MAX_ATTACHMENT: u64 = 64 << 20;

/// A compiled policy and the texts it was made from.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoadedPolicy {
    /// The plan, and what deserves a second look.
    pub compiled: Compiled,
    /// Texts of the documents by the names faults use: of those that say that they
    /// are ours, since their lines are shown.
    pub texts: Vec<(String, String)>,
    /// The folder of the policy, to which the paths of its lists and logs are
    /// relative.
    pub folder: PathBuf,
}

/// Loads and compiles the policy at `path`.
///
/// # Errors
/// When the file cannot be used, or with every fault of the policy at once.
pub fn load(path: &Path, as_of: Date) -> Result<LoadedPolicy, ReleaseError> {
    let unusable = |what| ReleaseError::PolicyFile { path: path.to_owned(), what };
    let bytes = read_whole(path, MAX_DOCUMENT, SymbolicLinks::Followed).map_err(|fault| match fault {
        NotOpened::Io(source) => ReleaseError::io("read the policy", path)(source),
        NotOpened::NotRegular => unusable("is not a regular file"),
        NotOpened::TooLarge => unusable("is larger than 4 MiB"),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| unusable("is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let name = shown(path).to_string();
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut attachments = Attachments::new();
    let mut texts = Vec::new();
    // What does not say that it is a policy names no files either, and none of its
    // lines is ever shown: it may be the extract.
    if opens_with_format(&text, "scant-policy") {
        texts.push((name.clone(), text.clone()));
        for wanted in attachments_wanted(&text) {
            let found = attachment(&folder.join(&wanted));
            if let Ok(bytes) = &found
                && let Ok(text) = std::str::from_utf8(bytes)
                && let text = text.strip_prefix('\u{feff}').unwrap_or(text)
                && opens_with_format(text, "scant-register")
            {
                texts.push((wanted.clone(), text.to_owned()));
            }
            attachments.insert(wanted, found);
        }
    }
    match compile(DocumentText { file: &name, text: &text }, &attachments, as_of) {
        Ok(compiled) => Ok(LoadedPolicy { compiled, texts, folder: folder.to_owned() }),
        Err(refused) => Err(ReleaseError::Policy { refused, texts }),
    }
}

fn attachment(path: &Path) -> Result<Vec<u8>, AttachmentFault> {
    read_whole(path, MAX_ATTACHMENT, SymbolicLinks::Followed).map_err(|fault| match fault {
        NotOpened::TooLarge => AttachmentFault::TooLarge,
        NotOpened::NotRegular => AttachmentFault::NotRegular,
        absent if absent.is_absent() => AttachmentFault::NotFound,
        NotOpened::Io(_) => AttachmentFault::Unreadable,
    })
}
