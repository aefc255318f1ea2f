//! What is needed before its table is reached: looked for once, before the tables are
//! read in order. Says nothing of what is wrong with those tables: they do that.

use std::ops::Range;
use std::sync::Arc;

use super::read::attachments::{self, Attachments, hierarchies_named};
use super::read::consent::register::read_register;
use super::read::date_formats::DateFormats;
use crate::consent::register::Register;
use crate::document::position::{DocumentText, PlacedFault};
use crate::document::{Faults, TableReader, Value};
use crate::hierarchy::files::{FoundHierarchy, HierarchyFiles, ReadHierarchy};
use crate::hierarchy::{Hierarchy, HierarchyFault};
use crate::model::digest::Digest;
use crate::model::document_ref::DocumentRef;

/// What is needed before its table is reached.
pub(super) struct Ahead<'a> {
    /// The register that `[consent]` names: `[release]` speaks of its parties.
    pub(super) register: Option<RegisterBeside>,
    /// How the dates of each column are written: `[consent]` and `[rows]` name columns
    /// that `[columns]` declares further down.
    pub(super) formats: DateFormats,
    /// The channel of the release and its position, even if `[release]` has faults.
    pub(super) channel: Option<(&'a str, Range<usize>)>,
    /// The hierarchies that columns name, each read once whoever names it.
    pub(super) hierarchies: HierarchyFiles,
    /// What is wrong with them.
    pub(super) hierarchy_faults: Vec<PlacedFault>,
    /// The position of `[release]`.
    pub(super) release_place: Range<usize>,
}

impl<'a> Ahead<'a> {
    /// Looks for all of it. A register that cannot be read is a fault of `consent`.
    pub(super) fn of(root: &TableReader<'a>, attachments: &Attachments) -> Self {
        let (hierarchies, hierarchy_faults) = hierarchies_beside(root, attachments);
        Self {
            register: register_beside(root, attachments),
            formats: DateFormats::of(root),
            channel: channel_of(root),
            hierarchies,
            hierarchy_faults,
            release_place: root.peek("release").map_or(0..0, |node| node.span.clone()),
        }
    }
}

fn channel_of<'a>(root: &TableReader<'a>) -> Option<(&'a str, Range<usize>)> {
    let Value::Table(release) = &root.peek("release")?.value else { return None };
    let (.., node) = release.entries.iter().find(|(key, ..)| key == "channel")?;
    match &node.value {
        Value::Text(channel) => Some((channel.as_str(), node.span.clone())),
        _ => None,
    }
}

/// The register of the policy, as it was read.
pub(super) struct RegisterBeside {
    pub(super) identity: DocumentRef,
    /// `None` where it has faults.
    pub(super) register: Option<Register>,
    pub(super) faults: Vec<PlacedFault>,
}

fn register_beside(root: &TableReader<'_>, attachments: &Attachments) -> Option<RegisterBeside> {
    // A separate reader with its own faults: `read_consent` reports the faults of
    // this key.
    let unheard = Faults::default();
    let Value::Table(consent) = &root.peek("consent")?.value else { return None };
    let consent_heard = TableReader::new(consent, root.peek("consent")?.span.clone(), "consent", root.faults());
    let path = attachments::path(&TableReader::new(consent, 0..0, "consent", &unheard), "register")?;
    let text = match attachments.text(path) {
        Ok(text) => text,
        Err(fault) => {
            let hint = "the register is looked for relative to the policy's own file";
            consent_heard.fault("register", fault.to_string(), Some(hint));
            return None;
        }
    };
    let digest = Digest::blake3(attachments.bytes(path).unwrap_or_default());
    let identity = DocumentRef { name: path.to_owned(), version: None, digest };
    let (register, faults) = match read_register(text) {
        Ok(register) => (Some(register), Vec::new()),
        Err(faults) => (None, PlacedFault::all(DocumentText { file: path, text }, faults)),
    };
    Some(RegisterBeside { identity, register, faults })
}

/// The hierarchies that columns name, and the faults in them. A file that cannot be
/// used at all is a fault of the column that names it.
fn hierarchies_beside(root: &TableReader<'_>, attachments: &Attachments) -> (HierarchyFiles, Vec<PlacedFault>) {
    let (mut files, mut faults) = (HierarchyFiles::default(), Vec::new());
    for path in hierarchies_named(root.peek("columns").map(|node| &node.value)) {
        let found = match attachments.bytes(path) {
            Err(fault) => FoundHierarchy::Unusable(fault.to_string()),
            Ok(bytes) => match Hierarchy::parse(bytes) {
                Ok(hierarchy) => FoundHierarchy::Read(ReadHierarchy {
                    hierarchy: Arc::new(hierarchy),
                    blake3: Digest::blake3(bytes),
                }),
                Err(found) => {
                    faults.extend(found.iter().map(|fault| placed(path, fault)));
                    FoundHierarchy::Faulty
                }
            },
        };
        files.insert(path, found);
    }
    (files, faults)
}

/// A fault in a hierarchy, by its line. The file is never shown, so there are no bytes
/// to point at.
fn placed(path: &str, fault: &HierarchyFault) -> PlacedFault {
    let level = fault.level.map_or_else(String::new, |level| format!("level {level}: "));
    PlacedFault {
        file: path.to_owned(),
        line: fault.line.max(1),
        column: 1,
        path: String::new(),
        what: format!("{level}{}", fault.kind),
        hint: fault.hint().map(str::to_owned),
        start: 0,
        end: 0,
    }
}
