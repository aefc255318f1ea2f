//! The files of a delivery beside its data and its manifest, by which people check and
//! read it with tools they have: a `BagIt` bag and a Data Package. All of them follow from
//! the manifest, so that they can be made again and compared byte by byte.

pub(crate) mod attestation;
mod bag;
mod data_package;
mod information;
pub(crate) mod signing_key;
pub(crate) mod summary;

use super::document::{Document, MANIFEST_FORMAT};
use super::json;
use super::rounding::RoundedCount;
use crate::model::digest::Digest;

/// The name of the manifest.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The name of the Data Package.
pub(crate) const DATA_PACKAGE: &str = "datapackage.json";

/// A file of a delivery that follows from its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TagFile {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The tag files of the delivery that has this manifest, in the order in which they are
/// written.
///
/// `None`, where it is no manifest that scant would write.
#[must_use]
pub fn tag_files(manifest: &[u8], sha256: &dyn Fn(&[u8]) -> Digest) -> Option<Vec<TagFile>> {
    let document: Document<RoundedCount> = json::read(manifest, MANIFEST_FORMAT).ok()?;
    Some(of_document(&document, manifest, sha256))
}

/// The same of a manifest that was just written.
pub(super) fn of_document(
    document: &Document<RoundedCount>,
    manifest: &[u8],
    sha256: &dyn Fn(&[u8]) -> Digest,
) -> Vec<TagFile> {
    let data_package = TagFile { name: DATA_PACKAGE, bytes: json::write(&data_package::of(document)) };
    let mut files = vec![data_package, information::of(document)];
    files.extend(bag::tag_files(document));
    let mut listed: Vec<(&str, Digest)> = files.iter().map(|file| (file.name, sha256(&file.bytes))).collect();
    listed.push((MANIFEST, sha256(manifest)));
    files.push(bag::tag_manifest(listed));
    files
}
