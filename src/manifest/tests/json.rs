//! Every document that is written is read back as it was, to the byte; a document
//! with any part changed is refused.

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::manifest::document::{ACCOUNT_FORMAT, Document, MANIFEST_FORMAT};
use crate::manifest::last_delivery::{LAST_FORMAT, LastDelivery};
use crate::manifest::rounding::RoundedCount;
use crate::manifest::run_document::{RUN_FORMAT, RunDocument};

#[path = "made_up.rs"]
mod made_up;
#[path = "made_up_privacy.rs"]
mod made_up_privacy;
#[path = "made_up_provenance.rs"]
mod made_up_provenance;

use self::made_up::Choices;

/// Reads a document of any of the four formats, and writes it again.
fn rewritten(bytes: &[u8]) -> Result<Vec<u8>, ForeignDocument> {
    match format_of(bytes)?.as_str() {
        MANIFEST_FORMAT => read::<Document<RoundedCount>>(bytes, MANIFEST_FORMAT).map(|document| write(&document)),
        ACCOUNT_FORMAT => read::<Document<u64>>(bytes, ACCOUNT_FORMAT).map(|document| write(&document)),
        LAST_FORMAT => read::<LastDelivery>(bytes, LAST_FORMAT).map(|document| write(&document)),
        RUN_FORMAT => read::<RunDocument>(bytes, RUN_FORMAT).map(|document| write(&document)),
        _ => Err(ForeignDocument),
    }
}

/// The documents that are committed as samples.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let names = [
        "samples/actions/expected/account.json",
        "samples/actions/expected/manifest.json",
        "samples/story/expected/later/account.json",
        "samples/story/expected/later/manifest.json",
        "samples/story/expected/log/account.json",
        "samples/story/expected/log/manifest.json",
        "tests/cmd/tables/.survey-nightly.last.json",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    names.into_iter().map(|name| (name, fs::read(root.join(name)).unwrap())).collect()
}

#[test]
fn samples_are_read_back_to_the_byte() {
    for (name, bytes) in samples() {
        let again = rewritten(&bytes).unwrap_or_else(|_| panic!("{name} is not read"));
        assert_eq!(String::from_utf8(again), String::from_utf8(bytes), "{name}");
    }
}

fn assert_read_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(document: &T, format: &str) {
    let bytes = write(document);
    let back: T = read(&bytes, format).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&bytes)));
    assert_eq!(&back, document);
    assert_eq!(write(&back), bytes);
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(choices in proptest::collection::vec(any::<u64>(), 1..200)) {
        let mut choices = Choices::new(&choices);
        assert_read_back(&choices.document(ACCOUNT_FORMAT, Choices::count), ACCOUNT_FORMAT);
        let rounded = |choices: &mut Choices| RoundedCount::of(choices.count());
        assert_read_back(&choices.document(MANIFEST_FORMAT, rounded), MANIFEST_FORMAT);
        assert_read_back(&choices.last(), LAST_FORMAT);
        assert_read_back(&choices.run(), RUN_FORMAT);
    }
}

/// The paths of all keys of a document, except those within long lists.
fn keys(value: &Value, at: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, inner)| (format!("{at}/{key}"), inner)).collect(),
        Value::Array(items) => {
            items.iter().take(4).enumerate().map(|(at_item, item)| (format!("{at}/{at_item}"), item)).collect()
        }
        _ => Vec::new(),
    };
    for (path, inner) in inner {
        keys(inner, &path, found);
        if value.is_object() {
            found.push(path);
        }
    }
}

/// Fields that not every document of their format has.
const OPTIONAL: &[&str] = &[
    "accepted_changes",
    "account_sha256",
    "action",
    "admitted",
    "against",
    "agreement",
    "as_of",
    "at_least_per_cent",
    "average_class_size",
    "average_risk",
    "because",
    "blinding",
    "cells",
    "cells_of_delivered_records",
    "changes",
    "channel",
    "column",
    "compared",
    "consent_by_membership",
    "consent_log",
    "contact",
    "country",
    "date_format",
    "details",
    "direct_identifier_released",
    "discernibility",
    "dpv",
    "dropped_with_their_subject",
    "echo",
    "echoes",
    "entropy_lost",
    "erase_by",
    "first",
    "formula_guard",
    "formula_guard_cells",
    "guards",
    "hierarchy_files",
    "highest_risk",
    "incomplete",
    "inputs",
    "largest",
    "last",
    "lists",
    "loss",
    "manifest_sha256",
    "max_change",
    "method",
    "month_not_known",
    "months",
    "names",
    "no_join_with",
    "non_uniform_entropy",
    "not_answered",
    "not_before",
    "not_chosen",
    "not_comparable",
    "notice",
    "of",
    "on_unreadable",
    "output",
    "outside_order",
    "parameters",
    "parties",
    "party",
    "peak_memory_bytes",
    "persons",
    "pointer",
    "population",
    "precision",
    "primary_key",
    "privacy",
    "reached",
    "read",
    "records_not_delivered",
    "removal_unknown",
    "removed",
    "rounded_cells",
    "run_in",
    "run_on",
    "selection_files",
    "sizes",
    "skipped_lines",
    "smallest",
    "subjects",
    "supplier",
    "suppressed",
    "to",
    "type",
    "undated",
    "uniqueness",
    "unreadable",
    "unreadable_subject",
    "until",
    "uses",
    "values_delivered",
    "values_read",
    "version",
    "why",
    "with_their_subject",
    "withheld_by_the_person",
];

/// Of where the records come from, what also has another meaning elsewhere.
const OPTIONAL_PROVENANCE: &[&str] = &["on_behalf_of", "pseudonymisation", "records", "sha256", "source"];

/// Tables whose keys are not fixed by the format.
const TABLES: &[&str] = &[
    "/demanded/",
    "/details/",
    "/dropped/",
    "/months/",
    "/not_comparable/",
    "/parameters/",
    "/quarantined/",
    "/unreadable/",
    "/unreadable_subject/",
];

/// The first made-up document that has all these words.
fn with_all(words: &[&str], make: impl Fn(&mut Choices<'_>) -> Vec<u8>) -> Vec<u8> {
    let choices = |seed: u64| (1..400).map(move |at: u64| (seed * at).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 5);
    let mut documents = (1..).map(|seed| make(&mut Choices::new(&choices(seed).collect::<Vec<_>>())));
    let has = |document: &[u8], word: &str| String::from_utf8_lossy(document).contains(word);
    documents.find(|document| words.iter().all(|word| has(document, word))).unwrap()
}

#[test]
fn a_document_with_any_part_changed_is_not_read() {
    let run = with_all(&["manifest_sha256", "accepted"], |choices| write(&choices.run()));
    let words =
        ["records_without_value", "concerning", "with_their_subject", "accepted_changes", "derivation", "uniqueness"];
    let account = with_all(&words, |choices| write(&choices.document(ACCOUNT_FORMAT, Choices::count)));
    let samples = samples().into_iter().filter(|(name, _)| !name.contains("/actions/"));
    for (name, bytes) in samples.chain([("a run", run), ("an account", account)]) {
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        let is_read = |changed: &Value| rewritten(changed.to_string().as_bytes()).is_ok();
        assert!(is_read(&document), "in any spacing and order");
        let mut paths = Vec::new();
        keys(&document, "", &mut paths);
        assert!(paths.len() >= 9, "{name}");
        for path in paths {
            let (parent, key) = path.rsplit_once('/').unwrap();
            let is_parameter = ["/parameters/", "/demanded/"].iter().any(|table| path.contains(table));
            let mut without = document.clone();
            without.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
            let is_told_if_known = OPTIONAL_PROVENANCE.contains(&key) && path.starts_with("/provenance/")
                || key == "records" && parent == "/privacy";
            let may_lack =
                is_told_if_known || OPTIONAL.contains(&key) || TABLES.iter().any(|table| path.contains(table));
            assert!(may_lack || !is_read(&without), "{name} without {path}");
            for other in [Value::Null, json!([{}]), json!(-1)] {
                let mut changed = document.clone();
                *changed.pointer_mut(&path).unwrap() = other;
                assert!(is_parameter || key == "parameters" || !is_read(&changed), "{name} with another {path}");
            }
            let mut more = document.clone();
            more.pointer_mut(parent).unwrap()["Anna Birch"] = json!("07700 900123");
            assert!(is_parameter || !is_read(&more), "{name} with a neighbour of {path}");
        }
    }
}

#[test]
fn a_word_or_a_number_that_scant_does_not_write_is_not_read() {
    let files = samples();
    let sample = |name: &str| -> String {
        let (_, bytes) = files.iter().find(|(known, _)| *known == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let account = sample("samples/story/expected/later/account.json");
    let manifest = sample("samples/story/expected/later/manifest.json");
    for (document, from, to) in [
        (&account, "\"legal_basis\": \"consent\"", "\"legal_basis\": \"contract\""),
        (&account, "\"role\": \"sensitive\"", "\"role\": \"Anna Birch\""),
        (&account, "\"decision\": \"drop\"", "\"decision\": \"leave\""),
        (&account, "\"type\": \"year\"", "\"type\": \"Year\""),
        (&account, "\"sentinel\"", "\"Anna Birch\""),
        (&account, ACCOUNT_FORMAT, "scant-account/2"),
        (&account, ACCOUNT_FORMAT, MANIFEST_FORMAT),
        (&account, "\"blake3\": \"", "\"blake3\": \"0x"),
        (&account, "\"quarantined\": {}", "\"quarantined\": {\"Anna Birch\": 0}"),
        (&manifest, MANIFEST_FORMAT, ACCOUNT_FORMAT),
        (&manifest, "\"<10\"", "\"<11\""),
        (&manifest, "\"<10\"", "5"),
        (&manifest, "\"<10\"", "12"),
    ] {
        assert!(document.contains(from), "{from}");
        assert_eq!(rewritten(document.replace(from, to).as_bytes()), Err(ForeignDocument), "{to}");
    }
    let digest = account.find("\"blake3\": \"").unwrap() + "\"blake3\": \"".len();
    let mut upper = account.clone();
    upper[digest..digest + 64].make_ascii_uppercase();
    for damaged in [account.trim_end().trim_end_matches('}'), &format!("{account}{{}}"), "[]", "", &upper] {
        assert!(damaged != account && rewritten(damaged.as_bytes()).is_err());
    }
}
