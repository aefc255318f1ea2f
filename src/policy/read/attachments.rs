//! The files that a policy refers to, by the path it writes: its register, its lists
//! and its hierarchies. Opens none: the caller reads them and passes their contents.

use std::collections::BTreeMap;
use std::fmt;

use crate::document::toml::read_toml;
use crate::document::{Table, TableReader, Value};

/// Why a file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttachmentFault {
    /// There is no file at this path.
    #[error("no such file")]
    NotFound,
    /// It is a folder, a pipe or a device.
    #[error("it is not a regular file")]
    NotRegular,
    /// It is not text in UTF-8.
    #[error("the file is not UTF-8")]
    NotUtf8,
    /// It is longer than the caller reads.
    #[error("the file is too large")]
    TooLarge,
    /// It exists and cannot be read.
    #[error("the file cannot be read")]
    Unreadable,
}

/// The contents of the files, by the path as the policy writes it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attachments {
    files: BTreeMap<String, Result<Vec<u8>, AttachmentFault>>,
}

impl Attachments {
    /// Without any file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what was found at a path; a second call for the path replaces the
    /// first.
    pub fn insert(&mut self, path: impl Into<String>, found: Result<Vec<u8>, AttachmentFault>) {
        self.files.insert(path.into(), found);
    }

    /// The bytes found at a path.
    ///
    /// # Errors
    /// Why there are none; [`AttachmentFault::NotFound`] for a path that was not
    /// added.
    pub fn bytes(&self, path: &str) -> Result<&[u8], AttachmentFault> {
        match self.files.get(path) {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(fault)) => Err(*fault),
            None => Err(AttachmentFault::NotFound),
        }
    }

    /// The text found at a path, without a byte order mark.
    ///
    /// # Errors
    /// Why there is none.
    pub fn text(&self, path: &str) -> Result<&str, AttachmentFault> {
        let text = std::str::from_utf8(self.bytes(path)?).map_err(|_| AttachmentFault::NotUtf8)?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }
}

impl fmt::Debug for Attachments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Lists may hold the values of cells, so only paths are shown.
        f.debug_set().entries(self.files.keys()).finish()
    }
}

/// The paths a policy refers to, each once, in the order in which it names them. Of
/// a policy with faults, as many as can be found.
///
/// ```
/// use scant::internals::attachments_wanted;
/// let policy = "[consent]\nregister = 'register.toml'\n[[rows.only]]\nin_file = 'districts.txt'";
/// assert_eq!(attachments_wanted(policy), ["register.toml", "districts.txt"]);
/// ```
#[must_use]
pub fn attachments_wanted(policy_text: &str) -> Vec<String> {
    let (root, _) = read_toml(policy_text);
    let mut wanted: Vec<String> = Vec::new();
    let mut want = |value: Option<&Value>| match value {
        Some(Value::Text(path)) if is_relative(path) && !wanted.contains(path) => wanted.push(path.clone()),
        _ => {}
    };
    want(inner(&root, "consent").and_then(|consent| value_of(consent, "register")));
    for list in ["only", "drop"] {
        let Some(Value::List(rules)) = inner(&root, "rows").and_then(|rows| value_of(rows, list)) else { continue };
        for rule in rules {
            if let Value::Table(rule) = &rule.value {
                want(value_of(rule, "in_file"));
            }
        }
    }
    for path in hierarchies_named(value_of(&root, "columns")) {
        if !wanted.iter().any(|known| known == path) {
            wanted.push(path.to_owned());
        }
    }
    wanted
}

/// The paths of the hierarchies that columns and their second outputs name, each once.
pub(crate) fn hierarchies_named(columns: Option<&Value>) -> Vec<&str> {
    let Some(Value::Table(columns)) = columns else { return Vec::new() };
    let mut named: Vec<&str> = Vec::new();
    for (.., column) in &columns.entries {
        let Value::Table(column) = &column.value else { continue };
        let also = match value_of(column, "also") {
            Some(Value::List(also)) => also.as_slice(),
            _ => &[],
        };
        let also = also.iter().filter_map(|node| match &node.value {
            Value::Table(output) => Some(output),
            _ => None,
        });
        for output in std::iter::once(column).chain(also) {
            let file = inner(output, "map_hierarchy").and_then(|action| value_of(action, "file"));
            match file {
                Some(Value::Text(path)) if is_relative(path) && !named.contains(&path.as_str()) => named.push(path),
                _ => {}
            }
        }
    }
    named
}

fn value_of<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    table.entries.iter().find(|(name, ..)| name == key).map(|(.., node)| &node.value)
}

fn inner<'a>(table: &'a Table, key: &str) -> Option<&'a Table> {
    match value_of(table, key)? {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

/// Whether a path is relative on every system: a policy must mean the same on every
/// machine.
pub(crate) fn is_relative(path: &str) -> bool {
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    !path.is_empty() && !path.starts_with(['/', '\\', '~']) && !has_drive && !path.chars().any(char::is_control)
}

/// Reads a path of a file beside the policy.
pub(crate) fn path<'a>(table: &TableReader<'a>, key: &'static str) -> Option<&'a str> {
    let path = table.text(key)?;
    if !is_relative(path) {
        table.fault(key, "must be a relative path", Some("paths are relative to the policy's own file"));
        return None;
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_wanted_once_and_faults_are_tolerated() {
        let policy = "
            name = 
            [consent]
            register = '../register.toml'
            [[rows.drop]]
            in_file = 'a.txt'
            [[rows.drop]]
            in_file = 'a.txt'
            [[rows.drop]]
            in_file = '/etc/passwd'
            [[rows.only]]
            in_file = 7
            [columns.a]
            map_hierarchy = { file = 'a.csv', level = 1 }
            [[columns.a.also]]
            map_hierarchy = { file = 'b.csv' }
            [columns.b]
            map_hierarchy = { file = 'a.csv', level = 2 }
            [columns.c]
            map_hierarchy = { file = '/etc/passwd' }
            [columns]
            d = 1
            e = { map_hierarchy = 2 }
        ";
        assert_eq!(attachments_wanted(policy), ["../register.toml", "a.txt", "a.csv", "b.csv"]);
        assert_eq!(attachments_wanted("rows = 1\nconsent = []"), Vec::<String>::new());
    }

    #[test]
    fn a_path_is_relative_on_every_system() {
        for bad in ["", "/x", "\\x", "C:\\x", "c:x", "~/x", "a\nb", "a\0"] {
            assert!(!is_relative(bad), "{bad:?}");
        }
        for good in ["register.toml", "../r.toml", "a/b.txt", "./x"] {
            assert!(is_relative(good), "{good:?}");
        }
    }

    #[test]
    fn what_was_not_found_says_so_and_content_is_not_shown() {
        let mut attachments = Attachments::new();
        attachments.insert("a", Ok(b"\xEF\xBB\xBFsecret".to_vec()));
        attachments.insert("b", Ok(vec![0xff]));
        attachments.insert("c", Err(AttachmentFault::TooLarge));
        assert_eq!(attachments.text("a"), Ok("secret"));
        assert_eq!(attachments.text("b"), Err(AttachmentFault::NotUtf8));
        assert_eq!(attachments.text("c"), Err(AttachmentFault::TooLarge));
        assert_eq!(attachments.text("d"), Err(AttachmentFault::NotFound));
        assert_eq!(format!("{attachments:?}"), r#"{"a", "b", "c"}"#);
    }
}
