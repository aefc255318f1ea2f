//! The tag files of a bag, by which `sha256sum -c` and every `BagIt` tool check a delivery.
//!
//! Source: Kunze and others, *The `BagIt` File Packaging Format (V1.0)*, RFC 8493 (2018).

use std::fmt::Write as _;

use super::TagFile;
use crate::manifest::document::{Document, ReleaseSection};
use crate::model::digest::Digest;

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The declaration, what the bag says of itself, and the digests of the data.
pub(super) fn tag_files<C>(document: &Document<C>) -> [TagFile; 3] {
    let payload = document.outputs.iter().map(|output| (output.path.as_str(), output.sha256));
    [
        TagFile { name: "bagit.txt", bytes: DECLARATION.into() },
        TagFile { name: "bag-info.txt", bytes: info(document).into_bytes() },
        TagFile { name: "manifest-sha256.txt", bytes: digests(payload).into_bytes() },
    ]
}

/// The digests of the tag files, by name.
pub(super) fn tag_manifest(mut files: Vec<(&str, Digest)>) -> TagFile {
    files.sort_unstable();
    TagFile { name: "tagmanifest-sha256.txt", bytes: digests(files.into_iter()).into_bytes() }
}

/// Names of parties, days and ids hold no line break.
fn info<C>(document: &Document<C>) -> String {
    let ReleaseSection { as_of, id, .. } = &document.release;
    let controller = &document.provenance.controller.name;
    let bytes: u64 = document.outputs.iter().map(|output| output.bytes).sum();
    let (files, tool) = (document.outputs.len(), &document.tool);
    format!(
        "Source-Organization: {controller}\nBagging-Date: {as_of}\nExternal-Identifier: {id}\n\
         Payload-Oxum: {bytes}.{files}\nBag-Software-Agent: {} {}\n",
        tool.name, tool.version
    )
}

/// Lines as `sha256sum` writes and reads them.
fn digests<'a>(files: impl Iterator<Item = (&'a str, Digest)>) -> String {
    files.fold(String::new(), |mut text, (path, digest)| {
        let _ = writeln!(text, "{digest}  {path}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_listed_by_name() {
        let digest = |byte| Digest::from_bytes([byte; 32]);
        let file = tag_manifest(vec![("b.txt", digest(2)), ("a.json", digest(1))]);
        let line = |byte: &str, name: &str| format!("{}  {name}\n", byte.repeat(32));
        assert_eq!(String::from_utf8(file.bytes).unwrap(), line("01", "a.json") + &line("02", "b.txt"));
    }
}
