//! Which document: the one way to say so, in a plan, in the documents of a delivery
//! and in a trace.

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// A document by its name and the digest of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    /// Its name; for a register the file name it was referred to by.
    pub name: String,
    /// Its version, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// BLAKE3 of its bytes.
    #[serde(rename = "blake3")]
    pub digest: Digest,
}
