//! What is needed before its table is reached: looked for once, before the tables are
//! read in order. Says nothing of what is wrong with those tables: they do that.

use std::ops::Range;

use super::read::attachments::{self, Attachments};
use super::read::consent::register::read_register;
use super::read::date_formats::DateFormats;
use crate::consent::register::Register;
use crate::document::position::{DocumentText, PlacedFault};
use crate::document::{Faults, TableReader, Value};
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
    /// The position of `[release]`.
    pub(super) release_place: Range<usize>,
}

impl<'a> Ahead<'a> {
    /// Looks for all of it. A register that cannot be read is a fault of `consent`.
    pub(super) fn of(root: &TableReader<'a>, attachments: &Attachments) -> Self {
        Self {
            register: register_beside(root, attachments),
            formats: DateFormats::of(root),
            channel: channel_of(root),
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
