//! Reads a policy and everything it refers to from disk, and compiles it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::document::opens_with_format;
use crate::document::position::DocumentText;
use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole, shown};
use crate::model::name::PlainName;
use crate::policy::compile::{Compiled, compile};
use crate::policy::read::attachments::{AttachmentFault, Attachments, attachments_wanted};
use crate::release::error::ReleaseError;
use crate::release::interface::failure::Error;

/// Documents are written by people: none is larger than this.
const MAX_DOCUMENT: u64 = 4 << 20;
/// A list of districts, or of any other values, or a hierarchy of them.
const MAX_ATTACHMENT: u64 = 64 << 20;

/// A policy and its register, read and found to be in order, for one as-of day.
pub struct Policy {
    /// The plan, and what deserves a second look: for tests.
    #[doc(hidden)]
    pub compiled: Compiled,
    /// Texts of the documents by the names faults use: of those that say that they
    /// are ours, since their lines are shown.
    pub(crate) texts: Vec<(String, String)>,
    /// The folder of the policy, to which the paths of its lists and logs are
    /// relative.
    pub(crate) folder: PathBuf,
    /// The files that were named for lists in place of the policy's.
    given: BTreeMap<PlainName, Vec<PathBuf>>,
}

/// By name, version and day: what it lists may be words of people.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("name", &self.name())
            .field("version", &self.version())
            .field("as_of", &self.as_of())
            .finish_non_exhaustive()
    }
}

impl Policy {
    /// Reads a policy, and the register and word lists beside it. Consent and age are
    /// judged as of the given day.
    ///
    /// # Errors
    /// [`Error`], with every fault of the policy at once.
    pub fn load(path: impl AsRef<Path>, as_of: Date) -> Result<Self, Error> {
        load(path.as_ref(), as_of).map_err(Error::from)
    }

    /// Reads this file as the list of that name, in place of those the policy names;
    /// called again for the list, one more.
    ///
    /// # Errors
    /// [`Error`], where the policy has no such list.
    pub fn list(self, name: &str, path: impl Into<PathBuf>) -> Result<Self, Error> {
        self.with_list(name, path.into()).map_err(Error::from)
    }

    pub(crate) fn with_list(mut self, name: &str, path: PathBuf) -> Result<Self, ReleaseError> {
        let lists = &mut self.compiled.plan.consent.lists;
        let known = lists.iter().map(|rule| rule.name.to_string()).collect();
        let Some(rule) = lists.iter_mut().find(|rule| rule.name.as_str() == name) else {
            return Err(ReleaseError::NoSuchList { known });
        };
        let given = self.given.entry(rule.name.clone()).or_default();
        if given.is_empty() {
            rule.file.paths.clear();
        }
        // What the plan says in words.
        rule.file.paths.push(shown(&path).to_string());
        given.push(path);
        Ok(self)
    }

    /// The files that were named for a list, if any were.
    pub(crate) fn given_files(&self, list: &PlainName) -> Option<&[PathBuf]> {
        self.given.get(list).map(Vec::as_slice)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.compiled.plan.policy.name
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.compiled.plan.policy.version.as_deref()
    }

    /// The day at which consent and age are judged.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.compiled.plan.as_of
    }

    /// What its author should look at again: a sentence each. No fault: it can be used.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.compiled.warnings.iter().map(|warning| warning.what.as_str())
    }
}

/// Loads and compiles the policy at `path`.
///
/// # Errors
/// When the file cannot be used, or with every fault of the policy at once.
pub fn load(path: &Path, as_of: Date) -> Result<Policy, ReleaseError> {
    let text = policy_text(path)?;
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
        Ok(compiled) => Ok(Policy { compiled, texts, folder: folder.to_owned(), given: BTreeMap::new() }),
        Err(refused) => Err(ReleaseError::Policy { refused, texts }),
    }
}

/// The text of the file of a policy, without a byte order mark.
///
/// # Errors
/// When it cannot be used.
pub(super) fn policy_text(path: &Path) -> Result<String, ReleaseError> {
    let unusable = |what| ReleaseError::PolicyFile { path: path.to_owned(), what };
    let bytes = read_whole(path, MAX_DOCUMENT, SymbolicLinks::Followed).map_err(|fault| match fault {
        NotOpened::Io(source) => ReleaseError::io("read the policy", path)(source),
        NotOpened::NotRegular => unusable("is not a regular file"),
        NotOpened::TooLarge => unusable("is larger than 4 MiB"),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| unusable("is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn attachment(path: &Path) -> Result<Vec<u8>, AttachmentFault> {
    read_whole(path, MAX_ATTACHMENT, SymbolicLinks::Followed).map_err(|fault| match fault {
        NotOpened::TooLarge => AttachmentFault::TooLarge,
        NotOpened::NotRegular => AttachmentFault::NotRegular,
        absent if absent.is_absent() => AttachmentFault::NotFound,
        NotOpened::Io(_) => AttachmentFault::Unreadable,
    })
}
