//! What the samples deliver, to the byte: today's run gives the files that are
//! committed under `samples/*/expected/`, with the sample key.
//!
//! To write them again after a change that is meant to change them, and then read
//! the difference:
//! `cargo nextest run --run-ignored only golden::rewrite` (or
//! `cargo test --test it golden::rewrite -- --ignored`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use scant::internals::{ACTIONS, DERIVATIONS};
use serde_json::Value;

use crate::kit::{Options, WRITTEN_AS, deliver, files_under, root, story_policy};

type Files = BTreeMap<String, Vec<u8>>;

/// The later story: the delivery as CSV, which people can read, and its account.
fn story_later() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let policy = story_policy(folder.path(), "policy.toml", &[(WRITTEN_AS, "format = \"csv\"")]);
    let mut files = delivered_by(&policy, &root("samples/story/extract.csv"), folder.path());
    files.insert("answer.txt".to_owned(), answer(&policy, folder.path()));
    files
}

/// What three people who ask are told: one was delivered, one withdrew, and one
/// agreed under a notice that did not say so.
fn answer(policy: &Path, folder: &Path) -> Vec<u8> {
    fs::write(folder.join("ids.txt"), "S000000013\nS000000146\nS000000007\n").unwrap();
    let path = folder.join("answer.txt");
    let mut command = Command::cargo_bin("scant").unwrap();
    command.arg("explain").arg(policy).arg(root("samples/story/extract.csv")).args(["--as-of", "2018-07-01"]);
    command.arg("--subject-file").arg(folder.join("ids.txt")).arg("-o").arg(&path).assert().success();
    fs::read(path).unwrap()
}

/// The same by the consent log.
fn story_by_log() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let story = root("samples/story");
    for name in ["register.toml", "consent-events.csv"] {
        fs::copy(story.join(name), folder.path().join(name)).unwrap();
    }
    let policy = fs::read_to_string(story.join("policy-later-log.toml")).unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, policy.replace(WRITTEN_AS, "format = \"csv\"")).unwrap();
    let mut files = delivered_by(&path, &story.join("extract.csv"), folder.path());
    files.insert("answer.txt".to_owned(), answer(&path, folder.path()));
    files
}

/// The files of a delivery and the account that is kept of it.
fn delivered_by(policy: &Path, extract: &Path, folder: &Path) -> Files {
    let delivery = deliver(policy, &[extract.to_owned()], &folder.join("delivery"), Options::default());
    let mut files = files_under(&delivery.folder);
    files.insert("account.json".to_owned(), fs::read(delivery.kept.join("account.json")).unwrap());
    files
}

/// The story of 2017: what a program is told of the refusal.
fn story_2017() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::cargo_bin("scant")
        .unwrap()
        .current_dir(root("samples/story"))
        .args(["run", "policy-2017.toml", "extract.csv", "--as-of", "2017-05-05", "--quiet", "--json", "-o"])
        .arg(folder.path().join("delivery"))
        .assert()
        .code(5)
        .get_output()
        .stdout
        .clone();
    assert!(!folder.path().join("delivery").exists());
    BTreeMap::from([("refusal.json".to_owned(), output)])
}

/// Every action on a few cells.
fn actions() -> Files {
    let folder = tempfile::tempdir().unwrap();
    delivered_by(&root("samples/actions/policy.toml"), &root("samples/actions/extract.csv"), folder.path())
}

/// Lists of every form.
fn lists() -> Files {
    let folder = tempfile::tempdir().unwrap();
    delivered_by(&root("samples/lists/policy.toml"), &root("samples/lists/extract.csv"), folder.path())
}

/// A hospital's extract under the safe harbour of HIPAA.
fn hipaa() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let sample = root("samples/hipaa-safe-harbor");
    delivered_by(&sample.join("policy.toml"), &sample.join("extract.csv"), folder.path())
}

/// Episodes of the NHS.
fn nhs() -> Files {
    let folder = tempfile::tempdir().unwrap();
    delivered_by(&root("samples/nhs/policy.toml"), &root("samples/nhs/extract.csv"), folder.path())
}

/// Classes of at least five persons.
fn k_anonymity() -> Files {
    let folder = tempfile::tempdir().unwrap();
    delivered_by(&root("samples/k-anonymity/policy.toml"), &root("samples/k-anonymity/extract.csv"), folder.path())
}

/// Each sample, by the folder its expected files stand in.
const SAMPLES: [(&str, fn() -> Files); 8] = [
    ("samples/story/expected/later", story_later),
    ("samples/story/expected/log", story_by_log),
    ("samples/story/expected/2017", story_2017),
    ("samples/actions/expected", actions),
    ("samples/lists/expected", lists),
    ("samples/hipaa-safe-harbor/expected", hipaa),
    ("samples/k-anonymity/expected", k_anonymity),
    ("samples/nhs/expected", nhs),
];

#[test]
fn samples_deliver_what_they_always_did() {
    for (folder, make) in SAMPLES {
        let (made, expected) = (make(), files_under(&root(folder)));
        let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&made), names(&expected), "{folder}");
        for (name, bytes) in &made {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            assert_eq!(text(bytes), text(&expected[name]), "{folder}/{name}");
        }
    }
}

#[test]
#[ignore = "writes the expected files; run it on purpose"]
fn rewrite() {
    for (folder, make) in SAMPLES {
        for (name, bytes) in make() {
            let path = root(folder).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}

#[test]
fn every_action_has_a_sample() {
    let account = fs::read_to_string(root("samples/actions/expected/account.json")).unwrap();
    let account: Value = serde_json::from_str(&account).unwrap();
    let named = |table: &str, key: &str| -> BTreeSet<String> {
        account[table].as_array().unwrap().iter().filter_map(|column| column[key].as_str()).map(str::to_owned).collect()
    };
    assert_eq!(named("columns", "action"), ACTIONS.iter().map(ToString::to_string).collect());
    assert_eq!(named("columns", "decision"), ["drop", "keep", "transform"].map(str::to_owned).into());
    assert_eq!(named("derived", "derivation"), DERIVATIONS.iter().map(ToString::to_string).collect());
}
