//! Deletion lists of California's DROP and their answers, against hashes made by
//! another implementation (Python's hashlib).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::project::{ListProject, dropped, record};
use crate::kit::{Options, files_under, json_at, needs, root, said};

const EMAIL: &str = r#"
[[consent.lists]]
name = "drop-email"
kind = "KIND"
path = "email.csv"
match = { email = "Hash" }
digests = "drop"
standardise = { email = "email" }
"#;

fn hash(text: &str) -> String {
    // The published hashes of three addresses; others are made in Python below.
    let known = [
        ("anna.smith@domain.com", "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE="),
        ("danielle.johnson12@example.com", "mKDnDvwF2inxrKcK1hJN2TRkxPfL6kzNNTtU12eH8Bw="),
    ];
    known.iter().find(|(known, _)| *known == text).unwrap().1.to_owned()
}

#[test]
fn every_work_item_is_answered_by_what_was_found() {
    let list = format!(
        "ID,Hash\nwork1item,{}\nwork2item,{}\nwork3item,{}\n",
        hash("anna.smith@domain.com"),
        hash("danielle.johnson12@example.com"),
        // Nobody's.
        "vGM7y5n+hBXRSEAklhHDPCbysyNgYTmXdMcagGUOY8E=",
    );
    // Anna has two records; two subjects share the other address, which is also
    // told from an address in another case.
    let text = [
        record("1", "Anna.Smith@Domain.com", "E1", "Y"),
        record("1", " anna.smith@domain.com", "E1", "N"),
        record("2", "danielle.johnson12@example.com", "E1", "Y"),
        record("3", "DANIELLE.johnson12@example.com", "E1", "Y"),
        record("4", "d@example.com", "E1", "Y"),
    ]
    .concat();
    for (kind, answers, reason) in [
        ("erasure", "work1item,3\nwork2item,4\nwork3item,5\n", "erased"),
        ("suppression", "work1item,4\nwork2item,4\nwork3item,5\n", "suppressed:drop-email"),
    ] {
        let project = ListProject::new(&EMAIL.replace("KIND", kind));
        project.write("email.csv", &list);
        let delivery = project.deliver(&text, Options::default()).unwrap();
        assert_eq!(delivery.report.dropped, dropped(&[(reason, 4)]));
        let answer = delivery.kept.join("answer-drop-email/email.csv");
        assert_eq!(fs::read_to_string(&answer).unwrap(), format!("Id,Status\n{answers}"));
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&answer).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let sent = files_under(&delivery.folder);
        assert!(sent.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("work1item")), "it is kept only");
    }
}

#[test]
fn a_record_that_is_dropped_anyway_is_an_answer_all_the_same() {
    let second = EMAIL.replace("drop-email", "again").replace("KIND", "erasure");
    let project = ListProject::new(&format!("{}{second}", EMAIL.replace("KIND", "erasure")));
    project.write("email.csv", format!("ID,Hash\nw1,{}\n", hash("anna.smith@domain.com")));
    // Of nobody, so dropped before any list; and two lists name the same.
    let text = record("", "anna.smith@domain.com", "E1", "Y") + &record("4", "d@example.com", "E1", "Y");
    let delivery = project.deliver(&text, Options::default()).unwrap();
    assert_eq!(delivery.report.dropped, dropped(&[("no_subject", 1)]));
    for name in ["answer-drop-email/email.csv", "answer-again/email.csv"] {
        assert_eq!(fs::read_to_string(delivery.kept.join(name)).unwrap(), "Id,Status\nw1,3\n", "{name}");
    }
    // Two that name nobody are not known to be one person.
    let text = text.clone() + &record("0", "anna.smith@domain.com", "E1", "Y");
    let delivery = project.deliver(&text, Options::default()).unwrap();
    assert_eq!(fs::read_to_string(delivery.kept.join("answer-again/email.csv")).unwrap(), "Id,Status\nw1,4\n");
}

#[test]
fn a_list_with_only_a_header_has_an_answer_with_only_a_header() {
    let project = ListProject::new(&format!("{}may_be_empty = true\n", EMAIL.replace("KIND", "erasure")));
    project.write("email.csv", "ID,Hash\n");
    let delivery = project.deliver(&record("1", "a@x.org", "E1", "Y"), Options::default()).unwrap();
    assert_eq!(fs::read_to_string(delivery.kept.join("answer-drop-email/email.csv")).unwrap(), "Id,Status\n");
}

#[test]
fn every_file_that_was_fetched_is_answered_under_its_own_name() {
    let list = EMAIL.replace("KIND", "erasure").replace("path = \"email.csv\"", "path = \"*_Email.csv\"");
    let project = ListProject::new(&list);
    let (anna, nobody) = (hash("anna.smith@domain.com"), "vGM7y5n+hBXRSEAklhHDPCbysyNgYTmXdMcagGUOY8E=");
    project.write("20260801_7_Email.csv", format!("ID,Hash\nw1,{nobody}\nw2,{anna}\n"));
    // An id is one of a file; the same person may be asked for again.
    project.write("20260901_7_Email.csv", format!("ID,Hash\nw1,{anna}\n"));
    project.write("20261001_7_Email.csv", "ID,Hash\n");
    let delivery = project.deliver(&record("1", "anna.smith@domain.com", "E1", "Y"), Options::default());
    // Nobody would be left.
    assert!(delivery.is_err(), "{delivery:?}");
    let text = record("1", "anna.smith@domain.com", "E1", "Y") + &record("2", "bob@x.org", "E1", "Y");
    let delivery = project.deliver(&text, Options::default()).unwrap();
    let answers: Vec<(String, String)> = files_under(&delivery.kept.join("answer-drop-email"))
        .into_iter()
        .map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()))
        .collect();
    let expected = [
        ("20260801_7_Email.csv", "Id,Status\nw1,5\nw2,3\n"),
        ("20260901_7_Email.csv", "Id,Status\nw1,3\n"),
        ("20261001_7_Email.csv", "Id,Status\n"),
    ];
    assert_eq!(answers, expected.map(|(name, answer)| (name.to_owned(), answer.to_owned())));
    let account = json_at(delivery.kept.join("account.json"));
    assert_eq!(
        (account["lists"][0]["entries"].as_u64(), account["lists"][0]["not_answered"].as_u64()),
        (Some(2), Some(0))
    );
}

#[test]
fn two_files_of_one_name_cannot_both_be_answered() {
    let list = EMAIL.replace("KIND", "erasure").replace("path = \"email.csv\"", "paths = [\"a/e.csv\", \"b/e.csv\"]");
    let project = ListProject::new(&list);
    for folder in ["a", "b"] {
        fs::create_dir(project.path(folder)).unwrap();
        project.write(&format!("{folder}/e.csv"), format!("ID,Hash\nw1,{}\n", hash("anna.smith@domain.com")));
    }
    let refused = project.deliver(&record("2", "bob@x.org", "E1", "Y"), Options::default());
    assert!(matches!(refused, Err(scant::internals::ReleaseError::SameAnswer { .. })), "{refused:?}");
}

/// Whether they are on the list has to be looked up by hand, and only this warning says so.
#[test]
fn names_of_which_nothing_is_published_are_told_as_that() {
    let list = r#"
[[consent.lists]]
name = "drop-names"
kind = "erasure"
path = "names.csv"
match = { email = "Hash", postcode = "Hash", id = "Hash" }
digests = "drop"
standardise = { email = "first_name", postcode = "last_name", id = "vin" }
"#;
    let project = ListProject::new(list);
    project.write("names.csv", format!("ID,Hash\nw1,{}\n", hash("anna.smith@domain.com")));
    let vin = |last: u8| format!("1HGCM82633A00435{last}");
    let readable = record(&vin(1), "Ann", "Иванов", "Y")
        + &record(&vin(2), "Zoë", "Smith", "Y")
        + &record("short", "Ann", "Lee", "Y");
    let warned = |records: &str| {
        project.extract(records);
        let output = project.scant(&["explain", "policy.toml", "extract.csv", "--as-of=2018-07-01"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(!said(&output).contains("Ελένη") && !said(&output).contains("Щукин"), "{}", said(&output));
        said(&output)
    };
    let by_hand = "a name in letters of which it is not published what becomes of them";
    let told = warned(&readable);
    assert!(told.contains("cannot be compared") && !told.contains(by_hand), "a short vin is no name: {told}");
    let told = warned(&(readable.clone() + &record(&vin(3), "Ελένη", "Smith", "Y")));
    assert!(told.contains(&format!("list drop-names: 1 record has {by_hand}")), "{told}");
    let told = warned(&(readable + &record(&vin(3), "Ελένη", "Smith", "Y") + &record(&vin(4), "Ann", "Щукин", "Y")));
    assert!(told.contains(&format!("list drop-names: 2 records have {by_hand}")), "{told}");
}

const LISTS: &str = r#"
[[consent.lists]]
name = "drop-email"
kind = "erasure"
path = "email.csv"
match = { email = "Hash" }
digests = "drop"
standardise = { email = "email" }

[[consent.lists]]
name = "drop-phone"
kind = "suppression"
path = "phone.csv"
match = { phone = "Hash" }
digests = "drop"
standardise = { phone = "phone" }

[[consent.lists]]
name = "drop-ndz"
kind = "erasure"
path = "ndz.csv"
match = { first_name = "Hash", last_name = "Hash", dob = "Hash", postcode = "Hash" }
digests = "drop"
standardise = { first_name = "first_name", last_name = "last_name", dob = "birth_date", postcode = "zip" }
"#;

/// Makes an extract and three lists in Python, and has their answers made there
/// as well; runs; compares the answers and the counts.
fn compare_with_python(entries: usize, records: usize) -> Option<()> {
    if !needs("python") {
        return None;
    }
    let project = ListProject::new(LISTS);
    let made = Command::new("python3")
        .arg(root("tests/oracle/deletion_lists.py"))
        .args([project.folder().to_str().unwrap(), &entries.to_string(), &records.to_string()])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let expected: BTreeMap<String, u64> = serde_json::from_slice(&made.stdout).unwrap();
    let start = std::time::Instant::now();
    let delivery = project.deliver_file(&project.path("extract.csv"), Options::default()).unwrap();
    println!("{entries} entries a list, {records} records: {:?}", start.elapsed());
    assert_eq!(delivery.report.read, records as u64);
    assert_eq!(delivery.report.dropped, expected);
    for name in ["email", "phone", "ndz"] {
        let answer = fs::read_to_string(delivery.kept.join(format!("answer-drop-{name}/{name}.csv"))).unwrap();
        let expected = fs::read_to_string(project.path(&format!("expected-{name}.csv"))).unwrap();
        assert!(
            expected.lines().count() == entries + 1 && answer == expected,
            "{}",
            first_difference(&answer, &expected)
        );
        let statuses: std::collections::BTreeSet<&str> =
            expected.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()).collect();
        assert!(statuses.len() > 1, "{name}: there is something to agree about: {statuses:?}");
    }
    check_account(&delivery.kept, entries);
    Some(())
}

fn first_difference(one: &str, other: &str) -> String {
    let mut said = String::new();
    for (number, (one, other)) in one.lines().zip(other.lines()).enumerate().filter(|(_, (a, b))| a != b).take(3) {
        writeln!(said, "line {number}: {one} and not {other}").unwrap();
    }
    said
}

fn check_account(kept: &Path, entries: usize) {
    let account = json_at(kept.join("account.json"));
    for list in account["lists"].as_array().unwrap() {
        assert_eq!(list["records"], entries, "{list}");
    }
}

#[test]
fn two_thousand_entries_against_twenty_thousand_records_are_answered_as_python_says() {
    compare_with_python(2_000, 20_000);
}

/// The size that is asked for; some minutes in a debug build:
/// `cargo test --release --test it a_hundred_thousand -- --ignored --nocapture`.
#[test]
#[ignore = "large"]
fn a_hundred_thousand_entries_against_a_million_records_are_answered_as_python_says() {
    compare_with_python(100_000, 1_000_000).expect("python3 is needed");
}
