//! An unreadable value is never "not found": entries that cannot be read refuse the
//! run or are counted, records that cannot be compared are not delivered, and all of
//! this is reported.

use scant::internals::ReleaseError;

use super::project::{ERASURES, HEADER, ListProject, SUPPRESSION, dropped, record};
use crate::kit::{Options, assert_valid, json_at, json_of, names_in, said, validator};

/// A value that nothing may repeat.
const VALUE: &str = "qX7secret";
const HASH: &str = "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE=";

/// A list by the column `email`, in which cells of every kind may stand, compared
/// by a rule.
fn by(rule: &str) -> String {
    ERASURES.replace("normalise = { email = \"email\" }", rule)
}

/// For every rule that can fail: what to say in the policy, an entry that it reads,
/// and some that it does not.
fn rules() -> Vec<(String, &'static str, Vec<String>)> {
    let values = |rule: &str| by(&format!("normalise = {{ email = \"{rule}\" }}\n"));
    let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    vec![
        (
            values("email"),
            "a@x.org",
            vec![VALUE.to_owned(), format!("{VALUE} <a@x.org>"), "a@x.org b@x.org".to_owned()],
        ),
        (values("phone_e164"), "07700 900127", owned(&["call qX7secret", "07700 900127 ext 3", "7700900127"])),
        (values("digits"), "12-34", owned(&["1E5", "12-34x"])),
        (values("nhs_number"), "943 476 5919", owned(&["9434765918", "0000000000"])),
        (values("postcode"), "sw1a1aa", owned(&["SW1A", "SO1O 1AA"])),
        (values("domain"), "@x.org", owned(&["a@x.org", "x.org.", "x"])),
        (values("ip_address"), "192.0.2.7", owned(&["192.0.2.0/24", "192.0.2.7:80", "192.0.2"])),
        (values("name"), "O'Brien", owned(&["qX7secret", "O'Brien (Ann)"])),
        (values("date"), "1985-07-04", owned(&["04/07/1985", "1985-02-30"])),
    ]
}

#[test]
fn an_entry_that_its_rule_cannot_read_refuses_the_run_whatever_the_rule() {
    let records = record("1", "", "E1", "Y");
    for (policy, good, bad) in rules() {
        for bad in bad {
            let project = ListProject::new(&policy);
            project.write("erasures.csv", format!("address\n{good}\n{bad}\n{good}\n\"\"\n{bad}\n"));
            match project.deliver(&records, Options::default()) {
                Err(ReleaseError::UnreadableEntries(entries)) => {
                    assert_eq!(
                        (entries.found, entries.allowed, &*entries.first_records()),
                        (2, 0, &[2, 5][..]),
                        "{bad}"
                    );
                    assert_eq!((&*entries.list, entries.by_column.len()), ("erasures", 1));
                }
                other => panic!("{policy} {bad}: {other:?}"),
            }
        }
    }
}

#[test]
fn every_verb_says_which_entries_and_no_value() {
    let project = ListProject::new(&by("normalise = { email = \"email\" }"));
    let bad = format!("{VALUE}\n").repeat(12);
    project.write("erasures.csv", format!("address\na@x.org\n{bad}"));
    project.write("extract.csv", format!("{HEADER}{}", record("1", "b@x.org", "E1", "Y")));
    for verb in [
        &["check", "policy.toml"][..],
        &["explain", "policy.toml", "extract.csv"],
        &["run", "policy.toml", "extract.csv", "-o", "out"],
    ] {
        let output = project.scant(&[verb, &["--as-of=2018-07-01", "--json"]].concat());
        let told = format!("{}{}", said(&output), String::from_utf8(output.stdout.clone()).unwrap());
        assert_eq!(output.status.code(), Some(4), "{told}");
        assert!(!told.contains(VALUE), "{told}");
        let wanted = [
            "12 entries of the list erasures cannot be read, and 0 are allowed",
            "address: 12 (email)",
            "records 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more",
            "an address is one mailbox, with nothing before or behind it; `normalise` there says if the list holds domains, and `digests` if it holds digests; or set max_unreadable = N",
        ];
        assert!(["region", "null_values", "a postcode"].iter().all(|word| !said(&output).contains(word)), "{told}");
        assert!(wanted.iter().all(|words| said(&output).contains(words)), "{told}");
        let document = json_of(&output);
        assert_eq!(document["unreadable_entries"]["by_column"], serde_json::json!({ "address": { "email": 12 } }));
    }
    assert!(names_in(project.folder()).iter().all(|name| !name.starts_with("out")));
}

#[test]
fn what_is_said_of_records_that_cannot_be_compared_adds_up_to_their_reason() {
    let project = ListProject::new(ERASURES);
    project.write("erasures.csv", "address\na@x.org\n");
    let records: String = [("1", "b@x.org"), ("2", VALUE), ("2", "c@x.org"), ("3", VALUE)]
        .map(|(id, email)| record(id, email, "E1", "Y"))
        .concat();
    project.extract(&records);
    let output = project.scant(&["run", "policy.toml", "extract.csv", "-o", "out", "--as-of=2018-07-01"]);
    let text = said(&output);
    for words in [
        "not_comparable:erasures  3\n",
        "  2 records that cannot be compared (not_comparable:erasures)\n",
        "  1 record for another record of the same subject (not_comparable:erasures)\n",
    ] {
        assert!(text.contains(words), "{text}");
    }
}

/// A list of two columns, and what it says of an address and a postcode.
const PAIR: &str = "[[consent.lists]]\nname = \"stop\"\nkind = \"suppression\"\npath = \"stop.csv\"\n\
    match = { email = \"e\", postcode = \"d\" }\nnormalise = { email = \"email\", postcode = \"postcode\" }\n";

#[test]
fn an_entry_with_some_of_its_values_names_somebody_who_would_be_missed() {
    let project = ListProject::new(PAIR);
    let records = record("1", "bob@example.com", "E1 6AN", "Y");
    for (half, column) in [("bob@example.com,", "d"), (",E1 6AN", "e"), ("bob@example.com,\u{a0}", "d")] {
        project.write("stop.csv", format!("e,d\nann@example.com,E1 6AN\n,\n{half}\n"));
        match project.deliver(&records, Options::default()) {
            Err(ReleaseError::UnreadableEntries(entries)) => {
                assert_eq!(
                    (entries.found, &*entries.first_records()),
                    (1, &[3][..]),
                    "the entry without any value is of nobody"
                );
                assert_eq!(entries.by_column[column]["missing"], 1, "{half}");
            }
            other => panic!("{half}: {other:?}"),
        }
    }
    let project = ListProject::new(&format!("{PAIR}max_unreadable = 1\n"));
    project.write("stop.csv", "e,d\nann@example.com,E1 6AN\n,\nbob@example.com,\n");
    let delivery = project.deliver(&records, Options::default()).unwrap();
    let account = json_at(delivery.kept.join("account.json"));
    assert_eq!(account["lists"][0]["unreadable"], serde_json::json!({ "d": { "missing": 1 } }));
    assert_eq!(account["lists"][0]["without_value"], 1);
    assert_valid("account", &account, "");
}

#[test]
fn records_with_some_of_the_compared_values_are_delivered_and_told() {
    let project = ListProject::new(PAIR);
    project.write("stop.csv", "e,d\nann@example.com,E1 6AN\n,\n");
    let people = [
        record("1", "ann@example.com", "E1 6AN", "Y"),
        record("2", "ann@example.com", "", "Y"),
        record("3", "", "E1 6AN", "Y"),
        record("4", "", "", "Y"),
        record("5", "di@example.com", "E1 6AN", "Y"),
    ];
    project.write("extract.csv", format!("{HEADER}{}", people.concat()));
    let output = project.scant(&["run", "policy.toml", "extract.csv", "-o", "out", "--as-of=2018-07-01", "--json"]);
    let words = "warning: list stop: 2 records lack one of the compared columns and were not compared";
    assert!(said(&output).contains(words), "{}", said(&output));
    let document = json_of(&output);
    let account = json_at(project.path("out.internal/account.json"));
    for list in [&document["lists"][0], &account["lists"][0]] {
        assert_eq!(["compared", "incomplete", "without_value"].map(|key| list[key].as_u64()), [2, 2, 1].map(Some));
    }
    assert_eq!(document["delivered"], 4, "{document:#}");
    assert_valid("account", &account, "");
}

#[test]
fn an_entry_of_a_deletion_list_that_is_no_hash_is_one_of_them() {
    let policy = by("digests = \"drop\"\nstandardise = { email = \"email\" }").replace("address", "Hash");
    for bad in [VALUE, "", &HASH[..43]] {
        let project = ListProject::new(&policy);
        project.write("erasures.csv", format!("ID,Hash\na1,{HASH}\na2,{bad}\n"));
        let refused = project.deliver(&record("1", "", "E1", "Y"), Options::default());
        assert!(matches!(refused, Err(ReleaseError::UnreadableEntries(_))), "{bad}: {refused:?}");
    }
    let project = ListProject::new(&format!("{policy}max_unreadable = 1\n"));
    project.write("erasures.csv", format!("ID,Hash\na1,{HASH}\na2,{VALUE}\na3,{}\n", HASH.replace('K', "L")));
    let records = record("1", "anna.smith@domain.com", "E1", "Y") + &record("2", "b@x.org", "E1", "Y");
    let delivery = project.deliver(&records, Options::default()).unwrap();
    let answer = std::fs::read_to_string(delivery.kept.join("answer-erasures/erasures.csv")).unwrap();
    assert_eq!(answer, "Id,Status\na1,3\na3,5\n", "of what cannot be read nothing is said");
    assert_eq!(delivery.report.lists[0].not_answered, Some(1));
}

#[test]
fn allowed_entries_are_counted_for_those_who_keep_and_for_nobody_else() {
    let project = ListProject::new(&format!("{}max_unreadable = 2\n", by("normalise = { email = \"email\" }")));
    project.write("erasures.csv", format!("address\na@x.org\n{VALUE}\nb@x.org;c@x.org\n"));
    project.write(
        "extract.csv",
        format!("{HEADER}{}{}", record("1", "a@x.org", "E1", "Y"), record("2", "b@x.org", "E1", "Y")),
    );
    let run = ["run", "policy.toml", "extract.csv", "-o", "out", "--as-of=2018-07-01", "--json"];
    let output = project.scant(&run);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let words = "warning: list erasures: address: 2 (email): those entries cannot be read, and whoever they name is not kept out";
    assert!(said(&output).contains(words), "{}", said(&output));
    let document = json_of(&output);
    let counts = serde_json::json!({ "address": { "email": 2 } });
    assert_eq!(document["lists"][0]["unreadable"], counts);
    let account = json_at(project.path("out.internal/account.json"));
    assert_eq!(account["lists"][0]["unreadable"], counts);
    assert_valid("account", &account, "");
    let manifest = json_at(project.path("out/manifest.json"));
    assert_eq!(manifest["lists"], serde_json::json!([{ "name": "erasures", "kind": "erasure" }]));
}

/// Person 1 cannot be compared in one of two records, person 2 has no address at
/// all, person 3 is on the list, person 4 is not.
fn extract() -> String {
    [
        record("1", "Ann <ann@x.org>", "E1", "Y"),
        record("1", "other@x.org", "E2", "Y"),
        record("2", " ", "E3", "Y"),
        record("3", "cy@x.org", "E4", "Y"),
        record("4", "di@x.org", "E5", "Y"),
    ]
    .concat()
}

#[test]
fn a_record_that_cannot_be_compared_is_not_delivered_and_neither_are_those_of_its_subject() {
    let project = ListProject::new(&by("normalise = { email = \"email\" }"));
    project.write("erasures.csv", "address\ncy@x.org\n");
    let outcome = project.outcome(&extract(), Options::default());
    assert_eq!(outcome.dropped, dropped(&[("erased", 1), ("not_comparable:erasures", 2)]));
    let notes: Vec<&str> = outcome.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(notes, ["note 2", "note 4"], "whoever has no address is on no list of addresses");
    let delivery = project.deliver(&extract(), Options::default()).unwrap();
    let account = json_at(delivery.kept.join("account.json"));
    assert_eq!(account["lists"][0]["not_comparable"], serde_json::json!({ "email": { "email": 1 } }));
    assert_eq!(account["lists"][0]["compared"], 3);
    let manifest = json_at(delivery.folder.join("manifest.json"));
    for (name, document) in [("account.schema.json", &account), ("manifest.schema.json", &manifest)] {
        assert!(validator(name).is_valid(document), "{document:#}");
    }
    let output = project.scant(&["explain", "policy.toml", "extract.csv", "--as-of=2018-07-01"]);
    let (told, shown) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("    not_comparable:erasures  2"), "{told}");
    let warning = "list erasures: email: 1 (email): those records cannot be compared with it";
    assert!(told.contains("1 record not comparable") && shown.contains(warning), "{told}{shown}");
    assert!(told.contains("A record whose value cannot be read may be on it, and is dropped likewise."), "{told}");
}

#[test]
fn a_policy_that_delivers_them_says_so_to_the_recipient() {
    let project =
        ListProject::new(&format!("{}on_unreadable = \"deliver\"\n", by("normalise = { email = \"email\" }")));
    project.write("erasures.csv", "address\ncy@x.org\n");
    let delivery = project.deliver(&extract(), Options::default()).unwrap();
    assert_eq!(delivery.report.dropped, dropped(&[("erased", 1)]));
    let told = serde_json::json!([{ "name": "erasures", "kind": "erasure", "on_unreadable": "deliver" }]);
    let manifest = json_at(delivery.folder.join("manifest.json"));
    assert_eq!(manifest["lists"], told);
    assert_valid("manifest", &manifest, "");
    let account = json_at(delivery.kept.join("account.json"));
    assert_eq!(account["lists"][0]["on_unreadable"], "deliver");
    assert_valid("account", &account, "");
}

#[test]
fn the_person_who_asks_is_told() {
    for (more, verdict, words) in [
        ("", "not delivered, not_comparable:erasures", "cannot be compared with the list erasures: it may be on it\n"),
        (
            "on_unreadable = \"deliver\"\n",
            "delivered",
            "cannot be compared with the list erasures: it may be on it, and the policy lets such records pass\n",
        ),
    ] {
        let project = ListProject::new(&format!("{}{more}", by("normalise = { email = \"email\" }")));
        project.write("erasures.csv", "address\ncy@x.org\n");
        project.write("extract.csv", format!("{HEADER}{}", extract()));
        project.write("ids.txt", "1\n");
        let asked = ["explain", "policy.toml", "extract.csv", "--as-of=2018-07-01", "--subject-file", "ids.txt", "-o"];
        let output = project.scant(&[&asked[..], &["answer.txt"]].concat());
        assert!(output.status.success(), "{}", said(&output));
        let answer = std::fs::read_to_string(project.path("answer.txt")).unwrap();
        assert!(answer.contains(&format!("extract.csv record 1: {verdict}\n")), "{answer}");
        assert!(answer.contains(words), "{answer}");
    }
}

#[test]
fn nobody_is_answered_not_found_whose_record_could_not_be_compared() {
    let policy = by("digests = \"drop\"\nstandardise = { email = \"email\" }").replace("address", "Hash");
    let list = format!("ID,Hash\na1,{HASH}\na2,{}\n", HASH.replace('K', "L"));
    let anna = record("1", "anna.smith@domain.com", "E1", "Y") + &record("2", "", "E1", "Y");
    let malformed = "3,b@x.org,E1\n";
    for (more, records, allowed, answer) in [
        ("", anna.clone(), 0, "Id,Status\na1,3\na2,5\n"),
        ("", anna.clone() + &record("3", "Bob B", "E1", "Y"), 0, "Id,Status\na1,3\n"),
        ("on_unreadable = \"deliver\"\n", anna.clone() + &record("3", "Bob B", "E1", "Y"), 0, "Id,Status\na1,3\n"),
        // A malformed record is compared with no list.
        ("", anna.clone() + malformed, 1, "Id,Status\na1,3\n"),
    ] {
        let project = ListProject::new(&format!("{policy}{more}"));
        project.write("erasures.csv", &list);
        let options = Options { max_malformed: Some(allowed), ..Options::default() };
        let delivery = project.deliver(&records, options).unwrap();
        assert_eq!(std::fs::read_to_string(delivery.kept.join("answer-erasures/erasures.csv")).unwrap(), answer);
        let not_answered = u64::from(!answer.contains("a2"));
        assert_eq!(delivery.report.lists[0].not_answered, Some(not_answered));
    }
}

#[test]
fn a_list_that_names_nobody_is_compared_with_nobody() {
    let project = ListProject::new(&format!("{}may_be_empty = true\n", by("normalise = { email = \"email\" }")));
    project.write("erasures.csv", "address\n\"\"\n");
    let outcome = project.outcome(&extract(), Options::default());
    assert_eq!((outcome.rows.len(), outcome.dropped), (5, dropped(&[])));
}

#[test]
fn a_list_of_which_nothing_is_found_is_told_loudly_where_both_sides_have_values() {
    let warning = "warning: list own: none of its 2 entries is found in 3 records";
    let project = ListProject::new(SUPPRESSION);
    for (list, is_told) in [("subscriber\n100\n200\n", true), ("subscriber\n100\n1\n", false)] {
        project.write("suppression.csv", list);
        project.write(
            "extract.csv",
            format!("{HEADER}{}{}{}", record("1", "", "", "Y"), record("2", "", "", "Y"), record("3", "", "", "Y")),
        );
        let output = project.scant(&["explain", "policy.toml", "extract.csv", "--as-of=2018-07-01"]);
        let told = said(&output);
        assert_eq!(told.contains(warning), is_told, "{told}");
    }
}

#[test]
fn a_day_to_come_is_told_nowhere() {
    let dated = format!("{SUPPRESSION}as_of_column = \"day\"\n");
    let declared = format!("{SUPPRESSION}as_of = 2042-01-01\n");
    for (policy, companion, day) in
        [(dated, false, Some("2018-06-20")), (declared, false, None), (SUPPRESSION.to_owned(), true, None)]
    {
        let project = ListProject::new(&policy);
        project.write("suppression.csv", "subscriber,day\n9,2018-06-20\n8,2042-01-01\n7,soon\n");
        if companion {
            project.write("suppression.csv.as_of", "2042-01-01\n");
        }
        let delivery = project.deliver(&record("1", "", "E1", "Y"), Options::default()).unwrap();
        let account = json_at(delivery.kept.join("account.json"));
        let manifest = json_at(delivery.folder.join("manifest.json"));
        let undated = policy.contains("as_of_column").then_some(1);
        assert_eq!(account["lists"][0].get("undated").and_then(serde_json::Value::as_u64), undated);
        assert_eq!(account["lists"][0].get("as_of").and_then(|day| day.as_str()), day);
        // The latest day of a column is somebody's.
        assert_eq!(manifest["lists"][0].get("as_of"), None);
        for document in [&account, &manifest] {
            assert!(!document["lists"].to_string().contains("2042"));
        }
        assert_valid("account", &account, "");
    }
}

#[test]
fn dates_of_a_list_are_in_its_own_format() {
    let policy = by("normalise = { email = \"date\" }\ndate_format = \"%d/%m/%Y\"");
    let project = ListProject::new(&policy);
    project.write("erasures.csv", "address\n04/07/1985\n");
    let records = [
        record("1", "1985-07-04", "E1", "Y"),
        record("2", "1985-07-04 00:00:00", "E1", "Y"),
        record("3", "1985-07-05", "E1", "Y"),
        record("4", "04/07/1985", "E1", "Y"),
    ];
    let outcome = project.outcome(&records.concat(), Options::default());
    assert_eq!(outcome.dropped, dropped(&[("erased", 2), ("not_comparable:erasures", 1)]));
}
