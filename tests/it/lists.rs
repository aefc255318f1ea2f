//! Lists of people who are not delivered, end to end: what being on one means, which
//! lists are refused, how deletion lists are answered, and a naive second
//! implementation for comparison.

mod deletion;
mod digests;
mod disguised;
mod files;
mod forms;
mod naive;
mod project;
mod refused;
mod removed;
mod unreadable;
mod warnings;

use std::collections::BTreeMap;
use std::io::Write as _;

use self::project::{ERASURES, ListProject, PREFERENCE, SUPPRESSION, dropped, record};
use crate::kit::{Options, assert_valid, files_under, json_at, said};

/// Six people, some with several records; everybody agreed.
fn extract() -> String {
    let people = [
        ("1", "ann@x.org", "E1"),
        ("2", "Bob@X.org", "E2"),
        ("2", "other@x.org", "E3"),
        ("3", "cy@x.org", "E4"),
        ("", "ann@x.org", "E1"),
        ("4", "", "E5"),
        ("5", "not an address", "E6"),
        ("06", "six@x.org", "E7"),
    ];
    people.iter().map(|(id, email, postcode)| record(id, email, postcode, "Y")).collect()
}

#[test]
fn whoever_is_on_a_list_is_not_delivered_and_neither_are_their_other_records() {
    let project = ListProject::new(&format!("{SUPPRESSION}{ERASURES}{PREFERENCE}max_unreadable = 1\n"));
    project.write("suppression.csv", "subscriber\n3\n1\n6\n\n".replace("\n\n", "\n"));
    // One address of person 2, written otherwise, takes the other record along.
    project.write(
        "erasures.csv",
        "address,since\n bob@x.ORG ,2018-01-01\nnobody@x.org,2018-01-01\nbob@x.org,2018-02-01\n",
    );
    // Both columns of an entry must agree.
    project.write("preference.csv", "mail;area\ncy@x.org;e4\nann@x.org;E9\nnot an address;E6\n;E5\n");
    let outcome = project.outcome(&extract(), Options::default());
    assert_eq!(
        outcome.dropped,
        dropped(&[("suppressed:own", 2), ("erased", 2), ("suppressed:mps", 1), ("no_subject", 1)]),
    );
    let notes: Vec<&str> = outcome.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(notes, ["note 4", "note 06"], "an empty cell matches nothing, and 06 is not 6");
    assert!(outcome.balances());
}

#[test]
fn a_person_who_asks_is_told_which_list_they_are_on() {
    let project = ListProject::new(&format!("{SUPPRESSION}{ERASURES}"));
    project.write("suppression.csv", "subscriber\n3\n");
    project.write("erasures.csv", "address,since\nbob@x.org,2018-01-01\n");
    let records = extract();
    project.outcome(&records, Options::default());
    project.write("ids.txt", "2\n3\n4\n");
    let asked = ["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--subject-file", "ids.txt", "-o"];
    assert!(project.scant(&[&asked[..], &["answer.txt"]].concat()).status.success());
    let answer = std::fs::read_to_string(project.path("answer.txt")).unwrap();
    for line in [
        "  extract.csv record 2: not delivered, erased\n",
        "  extract.csv record 3: not delivered, erased, because of extract.csv record 2\n",
        "    failed  erased (email)\n          ! on the list erasures\n",
        "  extract.csv record 4: not delivered, suppressed:own\n",
        "    failed  suppressed:own (id)\n          ! on the list own\n",
        "  extract.csv record 6: delivered\n",
        "            not on the list own\n",
    ] {
        assert!(answer.contains(line), "{line}\n{answer}");
    }
}

#[test]
fn the_account_knows_the_lists_and_the_recipient_only_that_they_were_honoured() {
    let refusals = SUPPRESSION.replace("own", "refusals").replace("suppression.csv", "refusals.csv");
    let dated = format!("{refusals}as_of_column = \"since\"\n");
    let project = ListProject::new(&format!("{SUPPRESSION}{ERASURES}{dated}"));
    project.write("refusals.csv", "subscriber,since\n3,2018-06-21\n");
    project.write("suppression.csv", "subscriber\n3\n1\n1\n77\n\"\"\n");
    project.write("erasures.csv", "address,since\nann@x.org,2018-06-01\n");
    project.write("erasures.csv.as_of", "2018-06-20\n");
    let delivery = project.deliver(&extract(), Options::default()).unwrap();
    let account = json_at(delivery.kept.join("account.json"));
    let own = &account["lists"][0];
    assert_eq!(own["name"], "own");
    let counts = ["records", "without_value", "entries", "found"].map(|key| own[key].as_u64().unwrap());
    assert_eq!(counts, [5, 1, 3, 2]);
    assert_eq!(own.get("as_of"), None);
    let bytes = std::fs::read(project.path("suppression.csv")).unwrap();
    assert_eq!(own["files"][0]["blake3"], scant::internals::Digest::blake3(&bytes).to_string());
    assert_eq!(account["lists"][1]["as_of"], "2018-06-20");
    assert_eq!(account["lists"][1]["found"], 1);
    let manifest = json_at(delivery.folder.join("manifest.json"));
    assert_eq!(
        manifest["lists"],
        serde_json::json!([
            { "name": "own", "kind": "suppression" },
            { "name": "erasures", "kind": "erasure", "as_of": "2018-06-20" },
            { "name": "refusals", "kind": "suppression" },
        ])
    );
    assert_eq!(account["lists"][2]["as_of"], "2018-06-21", "a day of somebody's, for the account alone");
    assert_valid("account", &account, "");
    assert_valid("manifest", &manifest, "");
    let found: Vec<(&str, u64, u64)> =
        delivery.report.lists.iter().map(|list| (&*list.name, list.entries, list.found)).collect();
    assert_eq!(found, [("own", 3, 2), ("erasures", 1, 1), ("refusals", 1, 1)]);
}

#[test]
fn a_list_comes_before_what_is_needed_and_before_any_consent() {
    let rows = "[[rows.only]]\ncolumn = \"postcode\"\nin = [\"E7\"]\n";
    let project = ListProject::new(&format!("{SUPPRESSION}{rows}"));
    project.write("suppression.csv", "subscriber\n1\n");
    let text =
        record("1", "a@x.org", "E1", "N") + &record("2", "b@x.org", "E1", "Y") + &record("3", "c@x.org", "E7", "Y");
    let outcome = project.outcome(&text, Options::default());
    assert_eq!(outcome.dropped, dropped(&[("suppressed:own", 1), ("not_selected", 1)]));
}

#[test]
fn a_list_reads_alike_in_every_form_and_manner() {
    let entries: Vec<String> = (0..500).map(|number| format!("{}", number * 7)).collect();
    let plain = format!("subscriber\n{}\n", entries.join("\n"));
    let text: String = (1..1000).map(|id| record(&id.to_string(), "x@x.org", "E1", "Y")).collect();
    let outcome = |name: &str, bytes: &[u8], options: Options<'_>| {
        let project = ListProject::new(&SUPPRESSION.replace("suppression.csv", name));
        project.write(name, bytes);
        project.outcome(&text, options)
    };
    let expected = outcome("suppression.csv", plain.as_bytes(), Options::default());
    assert_eq!(expected.dropped, dropped(&[("suppressed:own", 142)]));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(plain.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let ndjson: String = entries.iter().map(|id| format!("{{\"subscriber\":{id}}}\n")).collect();
    let crlf = plain.replace('\n', "\r\n");
    for (name, bytes) in [
        ("suppression.csv.gz", gz.as_slice()),
        ("suppression.ndjson", ndjson.as_bytes()),
        ("suppression.csv", crlf.as_bytes()),
    ] {
        assert_eq!(outcome(name, bytes, Options::default()), expected, "{name}");
    }
    for (threads, block_bytes) in [(1, 64), (2, 200), (8, 33)] {
        let options = Options { threads, block_bytes: Some(block_bytes), ..Options::default() };
        assert_eq!(outcome("suppression.csv", plain.as_bytes(), options), expected, "{threads} {block_bytes}");
    }
}

/// A block that was first read from a wrong guess is read again; what was found
/// in the guess must be forgotten.
#[test]
fn what_was_only_guessed_is_not_found() {
    let project = ListProject::new(SUPPRESSION);
    let policy = std::fs::read_to_string(project.path("policy.toml")).unwrap();
    project.write("policy.toml", policy.replace("subject = \"id\"", "subject = \"id\"\nnewline_in_fields = true"));
    project.write("suppression.csv", "subscriber\n7\n");
    // Quoted notes of which every line looks like a record of number 7.
    let inner = record("7", "x@x.org", "E1", "Y");
    let text: String =
        (10..60).map(|id| format!("{id},x@x.org,E1,Y,2018-06-01,\"note {id}\n{inner}{inner}\"\n")).collect();
    for block_bytes in [16, 50, 97, 300] {
        let options = Options { threads: 4, block_bytes: Some(block_bytes), ..Options::default() };
        let delivery = project.deliver(&text, options).unwrap();
        assert_eq!(delivery.report.lists[0].found, 0, "{block_bytes}");
        assert_eq!(delivery.report.delivered, 50, "{block_bytes}");
    }
}

#[test]
fn explain_counts_the_same_and_writes_nothing() {
    let project = ListProject::new(SUPPRESSION);
    project.write("suppression.csv", "subscriber\n3\n1\n");
    project.write("extract.csv", format!("{}{}", project::HEADER, extract()));
    let before: BTreeMap<_, _> = files_under(project.folder());
    let output = project.scant(&["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("A record whose id (compared exactly as written) stands in the suppression list own (suppression.csv) is dropped"),
        "{said}"
    );
    assert!(said.contains("    suppressed:own  2"), "{said}");
    assert!(said.contains("  list own: 2 of 2 entries found in the extract"), "{said}");
    assert_eq!(before, files_under(project.folder()));
}
