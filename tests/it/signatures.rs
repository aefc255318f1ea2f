//! Signed deliveries: who signed is seen, by us and by the tools of others, and whatever is
//! changed afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scant::internals::verify_folder;

use crate::kit::{Options, Project, checkers_python, files_under, json_at, needs, root, small_policy, stderr};

const COLUMNS: &str = "[columns.note]\nrole = \"insensitive\"\nkeep = { because = \"what was said\" }\n";
const TABLE: &str =
    "id,ok,given,notice,no,note\na,Y,2018-01-01,n1,1,one\nb,Y,2018-01-01,n1,2,two\nc,Y,2018-01-01,n1,3,\n";

/// Makes a signing key, and gives its file and that of its public key.
fn key(project: &Project, name: &str) -> (PathBuf, PathBuf) {
    let path = project.path(name);
    let made = project.scant(&["key", "new", "--signing", path.to_str().unwrap()]);
    assert!(made.status.success(), "{}", stderr(&made));
    (path, project.path(&format!("{name}.pub")))
}

/// A delivery that was signed at once.
fn signed(project: &Project, key: &Path) -> PathBuf {
    let policy = small_policy(project.folder(), COLUMNS);
    let extract = project.write("extract.csv", TABLE);
    let folder = project.path("signed");
    let run = ["run", policy.to_str().unwrap(), extract.to_str().unwrap(), "-o", folder.to_str().unwrap()];
    let rest = ["--key", "key.json", "--as-of", "2018-07-01", "--quiet", "--sign", key.to_str().unwrap()];
    let made = project.scant(&[&run[..], &rest].concat());
    assert!(made.status.success(), "{}", stderr(&made));
    folder
}

fn sign(project: &Project, folder: &Path, key: &Path) -> Option<i32> {
    project.scant(&["sign", folder.to_str().unwrap(), "--key", key.to_str().unwrap()]).status.code()
}

fn failing(project: &Project, folder: &Path, keys: &[&PathBuf]) -> Vec<&'static str> {
    let keys: Vec<PathBuf> = keys.iter().map(|key| (*key).clone()).collect();
    verify_folder(folder, project.folder(), &keys).unwrap().0
}

#[test]
fn each_key_that_is_given_must_have_signed() {
    let project = Project::new();
    let (operator, operator_public) = key(&project, "operator.json");
    let (officer, officer_public) = key(&project, "officer.json");
    let folder = signed(&project, &operator);
    let none: Vec<&str> = Vec::new();
    assert_eq!(failing(&project, &folder, &[&operator_public]), none);
    assert_eq!(failing(&project, &folder, &[&operator_public, &officer_public]), ["signature"]);
    assert_eq!(failing(&project, &folder, &[]), ["signature"], "an attacker signs, too");
    let verify = |more: &[&str]| project.scant(&[&["verify", folder.to_str().unwrap()], more].concat()).status.code();
    assert_eq!((verify(&[]), verify(&["--no-signature"])), (Some(6), Some(0)));
    // A secret is no public key, and a key of pseudonyms signs nothing.
    assert_eq!(verify(&["--public-key", operator.to_str().unwrap()]), Some(1));
    assert_eq!(sign(&project, &folder, &project.path("key.json")), Some(1));
    let before = files_under(&folder);
    assert_eq!(sign(&project, &folder, &officer), Some(0));
    assert_eq!(failing(&project, &folder, &[&operator_public, &officer_public]), none);
    let after = files_under(&folder);
    let changed: Vec<&String> = after.keys().filter(|name| before.get(*name) != after.get(*name)).collect();
    assert_eq!((changed, before.len()), (vec![&"attestation.intoto.jsonl".to_owned()], after.len()));
    assert_eq!(sign(&project, &folder, &officer), Some(2), "once is enough");
    assert_eq!(files_under(&folder), after);
}

#[test]
fn what_is_not_whole_is_not_signed() {
    let project = Project::new();
    let (operator, public) = key(&project, "operator.json");
    let folder = signed(&project, &operator);
    fs::remove_file(folder.join("attestation.intoto.jsonl")).unwrap();
    assert_eq!(failing(&project, &folder, &[&public]), ["signature"]);
    assert_eq!(failing(&project, &folder, &[]), Vec::<&str>::new(), "nobody signed it");
    fs::write(folder.join("more.csv"), "x").unwrap();
    let before = files_under(&folder);
    assert_eq!(sign(&project, &folder, &operator), Some(6));
    assert_eq!(files_under(&folder), before);
    fs::remove_file(folder.join("more.csv")).unwrap();
    // What a process left that was killed.
    project.write(".signed.signed-0123456789abcdef", "half");
    assert_eq!(sign(&project, &folder, &operator), Some(0));
    assert_eq!(failing(&project, &folder, &[&public]), Vec::<&str>::new());
    let left: Vec<_> = fs::read_dir(project.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".signed-")), "{left:?}");
}

#[test]
fn no_byte_of_a_signed_delivery_can_be_another() {
    let project = Project::new();
    let (operator, public) = key(&project, "operator.json");
    let folder = signed(&project, &operator);
    let mut tried = 0;
    for (name, bytes) in files_under(&folder) {
        let path = folder.join(&name);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= if at % 2 == 0 { 0x20 } else { 0x01 };
            fs::write(&path, &changed).unwrap();
            assert_ne!(failing(&project, &folder, &[&public]), Vec::<&str>::new(), "byte {at} of {name}");
            tried += 1;
        }
        for cut in [&bytes[..bytes.len() - 1], &[&bytes[..], b"\n"].concat()] {
            fs::write(&path, cut).unwrap();
            assert_ne!(failing(&project, &folder, &[&public]), Vec::<&str>::new(), "another end of {name}");
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert!(tried > 8000, "{tried}");
}

#[test]
fn a_delivery_that_another_made_anew_fails() {
    let project = Project::new();
    let (operator, public) = key(&project, "operator.json");
    let folder = signed(&project, &operator);
    let (attacker, _) = key(&project, "attacker.json");
    let other = Project::new();
    let theirs = signed(&other, &attacker);
    // All of another delivery, and all but the envelope.
    let mine = fs::read(folder.join("attestation.intoto.jsonl")).unwrap();
    for (name, bytes) in files_under(&theirs) {
        fs::write(folder.join(&name), bytes).unwrap();
    }
    assert!(failing(&project, &folder, &[&public]).contains(&"signature"));
    fs::write(folder.join("attestation.intoto.jsonl"), mine).unwrap();
    assert!(failing(&project, &folder, &[&public]).contains(&"signature"));
}

#[test]
fn the_tools_of_others_verify_envelope_and_statement() {
    if !needs("checkers") {
        return;
    }
    let project = Project::new();
    let (operator, operator_public) = key(&project, "operator.json");
    let (officer, officer_public) = key(&project, "officer.json");
    let folder = signed(&project, &operator);
    assert_eq!(sign(&project, &folder, &officer), Some(0));
    let (_, stranger_public) = key(&project, "stranger.json");
    let checked = |keys: &[&PathBuf]| {
        let script = root("tests/checkers/attest.py");
        Command::new(checkers_python()).arg("-B").arg(script).arg(&folder).args(keys).output().unwrap()
    };
    let output = checked(&[&operator_public, &officer_public]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!checked(&[&stranger_public]).status.success());
    let bag = checkers_python().with_file_name("bagit.py");
    assert!(Command::new(bag).arg("--validate").arg(&folder).output().unwrap().status.success());
}

#[test]
fn what_passed_is_told_to_programs_and_nothing_of_a_delivery_that_fails() {
    let project = Project::new();
    let policy = small_policy(project.folder(), COLUMNS);
    let extract = project.write("extract.csv", TABLE);
    let folder = project.deliver(&policy, &extract, Options::default()).unwrap().folder;
    let folder = folder.to_str().unwrap();
    let [plain, signed, none, key] =
        ["plain.json", "signed.jsonl", "none.json", "gate.json"].map(|name| project.path(name));
    let scant = |arguments: &[&str]| project.scant(arguments);
    assert!(scant(&["key", "new", "--signing", key.to_str().unwrap()]).status.success());
    let output = scant(&["verify", folder, "--summary", plain.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let statement = json_at(&plain);
    assert_eq!(statement["predicateType"], "https://in-toto.io/attestation/svr/v0.2");
    let properties: Vec<&str> =
        statement["predicate"]["properties"].as_array().unwrap().iter().map(|own| own.as_str().unwrap()).collect();
    for expected in ["SCANT_MANIFEST", "SCANT_FILES", "SCANT_TAG_FILES", "SCANT_DIGESTS", "SCANT_ROWS", "SCANT_COLUMNS"]
    {
        assert!(properties.contains(&expected), "{properties:?}");
    }
    // What was not checked is not said.
    assert!(!properties.contains(&"SCANT_SIGNATURE"), "{properties:?}");
    let arguments = ["verify", folder, "--summary", signed.to_str().unwrap(), "--summary-key", key.to_str().unwrap()];
    assert!(scant(&arguments).status.success());
    if needs("checkers") {
        let check = Command::new(checkers_python())
            .arg(root("tests/checkers/summary.py"))
            .args([&signed, &project.path("gate.json.pub"), &plain])
            .output()
            .unwrap();
        assert!(check.status.success(), "{}", stderr(&check));
    }
    // Neither over a file nor into the delivery.
    assert_eq!(scant(&["verify", folder, "--summary", plain.to_str().unwrap()]).status.code(), Some(1));
    let inside = format!("{folder}/summary.json");
    assert_ne!(scant(&["verify", folder, "--summary", &inside]).status.code(), Some(0));
    assert!(!Path::new(&inside).exists());
    fs::write(format!("{folder}/more"), "more").unwrap();
    let output = scant(&["verify", folder, "--summary", none.to_str().unwrap()]);
    assert_eq!((output.status.code(), none.exists()), (Some(6), false));
}
