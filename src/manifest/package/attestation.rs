//! The attestation of a delivery: a statement that has the digests of its data and its
//! manifest, in an envelope with signatures.
//!
//! Sources: in-toto Attestation Framework, Statement version 1; DSSE, the envelope and its
//! pre-authentication encoding, version 1.0 (secure-systems-lab).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::signing_key::{PublicKey, SIGNATURE_BYTES, SecretSigningKey};
use crate::manifest::document::{Document, MANIFEST_FORMAT};
use crate::manifest::json;
use crate::manifest::rounding::RoundedCount;

/// The name of the file, one envelope in one line.
pub(crate) const ATTESTATION: &str = "attestation.intoto.jsonl";
pub(super) const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "urn:scant:attestation:data-minimisation:1";
const PAYLOAD: &str = "application/vnd.in-toto+json";

/// An envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attestation {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: String,
    signatures: Vec<NamedSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedSignature {
    keyid: String,
    sig: String,
}

impl Attestation {
    /// What is said of the delivery with this manifest; nobody has signed it yet. `None`
    /// where it is no manifest that scant would write.
    pub(crate) fn of(manifest: &[u8]) -> Option<Self> {
        let document: Document<RoundedCount> = json::read(manifest, MANIFEST_FORMAT).ok()?;
        let subjects: Vec<Value> = document
            .outputs
            .iter()
            .map(|output| json!({ "name": output.path, "digest": { "sha256": output.sha256 } }))
            .collect();
        let statement =
            json!({ "_type": STATEMENT, "subject": subjects, "predicateType": PREDICATE, "predicate": document });
        Some(Self::of_statement(&statement))
    }

    /// An envelope around a statement; nobody has signed it yet.
    pub(super) fn of_statement(statement: &Value) -> Self {
        let payload = STANDARD.encode(statement.to_string());
        Self { payload_type: PAYLOAD.to_owned(), payload, signatures: Vec::new() }
    }

    /// Reads a file. `None` unless it is written as [`Self::to_bytes`] writes it: neither
    /// other blanks nor other ends of Base64.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let read: Self = serde_json::from_slice(bytes).ok()?;
        (read.to_bytes() == bytes).then_some(read)
    }

    /// The bytes of the file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let line = serde_json::to_vec(self);
        let mut line = line.expect("cannot fail: plain structs and texts");
        line.push(b'\n');
        line
    }

    /// Whether it says what another says, whoever signed it.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        (&self.payload_type, &self.payload) == (&other.payload_type, &other.payload)
    }

    /// Whether a key has signed it, by its name.
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.signatures.iter().any(|signature| signature.keyid == key.id())
    }

    /// How many signatures it has.
    pub(crate) fn signatures(&self) -> usize {
        self.signatures.len()
    }

    /// Adds the signature of a key.
    pub(crate) fn sign(&mut self, key: &SecretSigningKey) {
        let signature = key.sign(&self.signed_bytes());
        self.signatures.push(NamedSignature { keyid: key.public().id(), sig: STANDARD.encode(signature) });
    }

    /// Whether a signature of this key is there and right. A second one under its name is
    /// none.
    pub(crate) fn verifies(&self, key: &PublicKey) -> bool {
        let id = key.id();
        let mut own = self.signatures.iter().filter(|signature| signature.keyid == id);
        let (Some(signature), None) = (own.next(), own.next()) else { return false };
        let Ok(bytes) = STANDARD.decode(&signature.sig) else { return false };
        let is_canonical = STANDARD.encode(&bytes) == signature.sig;
        let Ok(bytes) = <[u8; SIGNATURE_BYTES]>::try_from(bytes) else { return false };
        is_canonical && key.verifies(&self.signed_bytes(), &bytes)
    }

    /// The pre-authentication encoding: type and payload, each with its length.
    fn signed_bytes(&self) -> Vec<u8> {
        let payload = STANDARD.decode(&self.payload).unwrap_or_default();
        let (kind, length) = (&self.payload_type, payload.len());
        [format!("DSSEv1 {} {kind} {length} ", kind.len()).into_bytes(), payload].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &[u8] = include_bytes!("../../../samples/actions/expected/manifest.json");

    fn key(byte: u8) -> SecretSigningKey {
        SecretSigningKey::new(&mut [byte; 32])
    }

    #[test]
    fn several_may_sign_and_each_is_told_from_the_others() {
        let mut attestation = Attestation::of(MANIFEST).unwrap();
        attestation.sign(&key(1));
        attestation.sign(&key(2));
        let read = Attestation::read(&attestation.to_bytes()).unwrap();
        assert_eq!(read, attestation);
        assert_eq!([1, 2, 3].map(|own| read.verifies(&key(own).public())), [true, true, false]);
        assert!(read.is_signed_by(&key(2).public()) && !read.is_signed_by(&key(3).public()));
        assert!(read.says_the_same(&Attestation::of(MANIFEST).unwrap()));
        assert_eq!(read.signatures(), 2);
        let mut twice = attestation.clone();
        twice.sign(&key(1));
        assert!(!twice.verifies(&key(1).public()), "which of both is meant?");
        assert_eq!(Attestation::of(b"{}"), None);
    }

    #[test]
    fn what_is_signed_is_encoded_as_the_standard_has_it() {
        let attestation = Attestation {
            payload_type: "http://example.com/HelloWorld".to_owned(),
            payload: STANDARD.encode("hello world"),
            signatures: Vec::new(),
        };
        // The example of the protocol.
        assert_eq!(attestation.signed_bytes(), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn only_one_writing_is_read() {
        let mut attestation = Attestation::of(MANIFEST).unwrap();
        attestation.sign(&key(1));
        let line = String::from_utf8(attestation.to_bytes()).unwrap();
        for other in [
            line.trim_end().to_owned(),
            line.replacen(':', ": ", 1),
            line.replacen("\"signatures\"", "\"more\":1,\"signatures\"", 1),
            format!("{line}{line}"),
        ] {
            assert_eq!(Attestation::read(other.as_bytes()), None, "{other}");
        }
    }
}
