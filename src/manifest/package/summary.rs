//! The result of a verification as an in-toto statement, for programs that let a delivery
//! through by what was verified of it.
//!
//! Source: in-toto Attestation Framework, predicate *Simple Verification Result*, version
//! 0.2.

use serde_json::{Value, json};

use super::MANIFEST;
use super::attestation::{Attestation, STATEMENT};
use super::signing_key::SecretSigningKey;
use crate::manifest::document::OutputSection;
use crate::manifest::json;
use crate::model::digest::Digest;

const PREDICATE: &str = "https://in-toto.io/attestation/svr/v0.2";
/// The checks, in the version that makes them.
const VERIFIER: &str = concat!("urn:scant:verifier:", env!("CARGO_PKG_VERSION"));
/// Before the name of each check that passed.
const SCOPE: &str = "SCANT_";

/// What was verified of a delivery.
#[derive(Debug)]
pub(crate) struct VerificationSummary<'s> {
    /// The data that was verified.
    pub(crate) outputs: &'s [OutputSection],
    /// SHA-256 of its manifest.
    pub(crate) manifest: Digest,
    /// The names of the checks that passed: what is not named was not verified.
    pub(crate) passed: &'s [&'static str],
    /// When, as RFC 3339 writes it.
    pub(crate) time: &'s str,
}

impl VerificationSummary<'_> {
    fn statement(&self) -> Value {
        let subject = |name: &str, sha256: Digest| json!({ "name": name, "digest": { "sha256": sha256 } });
        let data = self.outputs.iter().map(|output| subject(&output.path, output.sha256));
        let properties = self.passed.iter().map(|name| format!("{SCOPE}{}", name.to_ascii_uppercase()));
        json!({
            "_type": STATEMENT,
            "subject": data.chain([subject(MANIFEST, self.manifest)]).collect::<Vec<_>>(),
            "predicateType": PREDICATE,
            "predicate": {
                "verifier": { "id": VERIFIER, "policies": [] },
                "timeCreated": self.time,
                "properties": properties.collect::<Vec<_>>(),
            },
        })
    }

    /// The file: with a key an envelope that it signed, else the statement alone.
    pub(crate) fn to_bytes(&self, key: Option<&SecretSigningKey>) -> Vec<u8> {
        let statement = self.statement();
        let Some(key) = key else { return json::write(&statement) };
        let mut envelope = Attestation::of_statement(&statement);
        envelope.sign(key);
        envelope.to_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_is_a_property_and_nothing_else() {
        let outputs = [OutputSection {
            path: "data/rows.csv".to_owned(),
            rows: 2,
            bytes: 9,
            sha256: Digest::from_bytes([1; 32]),
            blake3: Digest::from_bytes([2; 32]),
        }];
        let summary = VerificationSummary {
            outputs: &outputs,
            manifest: Digest::from_bytes([3; 32]),
            passed: &["files", "tag_files"],
            time: "2026-12-01T03:00:00Z",
        };
        let statement: Value = serde_json::from_slice(&summary.to_bytes(None)).unwrap();
        assert_eq!(statement["predicateType"], PREDICATE);
        assert_eq!(statement["predicate"]["properties"], json!(["SCANT_FILES", "SCANT_TAG_FILES"]));
        assert_eq!(statement["subject"][0]["digest"]["sha256"], "01".repeat(32));
        assert_eq!(statement["subject"][1]["name"], MANIFEST);
        let key = SecretSigningKey::new(&mut [7; 32]);
        let signed = Attestation::read(&summary.to_bytes(Some(&key))).unwrap();
        assert!(signed.verifies(&key.public()) && signed.says_the_same(&Attestation::of_statement(&statement)));
    }
}
