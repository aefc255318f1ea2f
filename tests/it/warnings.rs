//! The warnings on the screen are those in the array `warnings` of `--json`, in
//! every run; and there is a warning about what cannot be compared.

use std::process::Output;

use serde_json::Value;

use crate::kit::{LOG_HEADER, Project, json_of, policy_head, said, scant};

const POLICY: &str = r#"[columns.id]
role = "direct_identifier"
pseudonymise = { domain = "d", normalise = "email" }
[columns.note]
role = "insensitive"
keep = { because = "the tests look for their records" }
[output]
format = "csv"
order = "extract"
"#;
const COLUMNS: &str = r#"[consent.columns]
granted = { column = "consent", yes = ["Y"], no = ["N"] }
given_at = "given"
notice = { in_force_at = "given_at" }
"#;
const EVENTS: &str = "[consent.events]\npath = \"log.csv\"\n";
const LIST: &str = r#"[[consent.lists]]
name = "erasures"
kind = "erasure"
path = "list.csv"
match = { email = "address" }
normalise = { email = "email" }
max_unreadable = 9
"#;

/// A folder with a policy of these tables, and an extract of ids, addresses and words
/// for yes and no.
fn new_project(tables: &str, records: &[(&str, &str, &str)]) -> Project {
    let policy = policy_head("warned", "direct-marketing") + POLICY + tables;
    let project = Project::with("tests/it/policies/register.toml", policy);
    let rows: String = (0..)
        .zip(records)
        .map(|(place, (id, email, consent))| format!("{id},{email},{consent},2018-06-01,note {place}\n"))
        .collect();
    project.write("extract.csv", format!("id,email,consent,given,note\n{rows}"));
    project
}

const CHECK: &[&str] = &["check", "policy.toml", "extract.csv"];
const EXPLAIN: &[&str] = &["explain", "policy.toml", "extract.csv"];
const ALONE: &[&str] = &["explain", "policy.toml"];
const TRACE: &[&str] = &["explain", "policy.toml", "extract.csv", "--subject-file", "ids.txt", "-o", "answer.txt"];
const RUN: &[&str] = &["run", "policy.toml", "extract.csv", "-o", "out", "--key", "key.json"];

/// Runs, and asserts that both sides warn of the same, in the same order.
fn warned(project: &Project, arguments: &[&str]) -> (Vec<String>, Value) {
    project.write("ids.txt", "a@x.org\n");
    let mut command = scant();
    let output = command.current_dir(project.folder()).args(arguments).args(["--as-of=2018-07-01", "--json"]);
    let output = output.output().unwrap();
    for made in ["out", "out.internal"] {
        let _ = std::fs::remove_dir_all(project.path(made));
    }
    let _ = std::fs::remove_file(project.path("answer.txt"));
    (same_on_both_sides(&output, arguments), json_of(&output))
}

fn same_on_both_sides(output: &Output, arguments: &[&str]) -> Vec<String> {
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)));
    let in_document = |one: &Value| {
        let what = one["what"].as_str().unwrap();
        one["path"].as_str().map_or_else(|| what.to_owned(), |path| format!("[{path}] {what}"))
    };
    let mut told: Vec<String> = document["warnings"].as_array().unwrap().iter().map(in_document).collect();
    let screen = String::from_utf8_lossy(&output.stderr);
    let mut shown: Vec<String> =
        screen.lines().filter_map(|line| line.strip_prefix("warning: ")).map(str::to_owned).collect();
    // On the screen the questions of the policy come before the extract was read.
    told.sort();
    shown.sort();
    assert_eq!(shown, told, "{arguments:?}\n{screen}");
    shown
}

fn has(warnings: &[String], words: &str) -> bool {
    warnings.iter().any(|warning| warning.contains(words))
}

#[test]
fn what_is_warned_of_is_on_the_screen_and_in_the_document() {
    let by_list = |more: &str| format!("{COLUMNS}{LIST}{more}");
    let pair =
        by_list("").replace("match = { email = \"address\" }", "match = { email = \"address\", note = \"note\" }");
    let drop = "[[rows.drop]]\nreason = \"marked\"\ncolumn = \"note\"\nin = [\"x\"]\n";
    let yes = [("a@x.org", "a@x.org", "Y"), ("b@x.org", "b@x.org", "Y")];
    let refused = [("a@x.org", "a@x.org", "N"), ("b@x.org", "", "N")];
    let unread = [("a@x.org", "Ann", "Y"), ("Bob", "b@x.org", "N"), ("c@x.org", "", "Y")];
    let cases: [(&str, &str, &[(&str, &str, &str)], &str); 12] = [
        (COLUMNS, "", &yes, ""),
        (COLUMNS, "", &refused, ""),
        (&by_list(""), "address,note\nz@x.org,z\n", &yes, "none of its 1 entry is found in 2 records"),
        (&by_list(""), "address,note\nz@x.org,z\nZoe,z\n", &refused, "those entries cannot be read"),
        (&by_list(""), "address,note\na@x.org,z\n", &unread, "those records cannot be compared with it"),
        (&by_list("on_unreadable = \"deliver\"\n"), "address,note\na@x.org,z\n", &unread, "passed all the same"),
        (
            &by_list("as_of_column = \"note\"\n"),
            "address,note\na@x.org,z\nb@x.org,2018-06-01\n",
            &yes,
            "the day of 1 entry",
        ),
        (&pair, "address,note\nz@x.org,z\n", &[("a@x.org", "", "Y")], "1 record lacks one of the compared columns"),
        (
            &by_list("").replace("normalise = { email = \"email\" }", ""),
            "address,note\na@x.org,z\n",
            &yes,
            "exactly as written",
        ),
        (&format!("{COLUMNS}{drop}"), "", &yes, "every other word of column `note` passes"),
        (EVENTS, "", &yes, ""),
        (EVENTS, "", &unread, "the id of 1 record cannot be read"),
    ];
    for (tables, list, records, words) in cases {
        let project = new_project(tables, records);
        project.write("list.csv", list);
        project.write("log.csv", format!("{LOG_HEADER}E,a@x.org,2018-06-01,ConsentGiven,X,direct-marketing,bigbroker,,,\nE,,2018-06-01,ConsentWithdrawn,X,direct-marketing,,,,\n"));
        for arguments in [CHECK, EXPLAIN, ALONE, TRACE, RUN] {
            let (warnings, _) = warned(&project, arguments);
            if [EXPLAIN, TRACE, RUN].contains(&arguments) {
                assert!(words.is_empty() || has(&warnings, words), "{arguments:?} {words}: {warnings:?}");
                assert_eq!(has(&warnings, "consent log: 1 event names no subject"), tables == EVENTS, "{warnings:?}");
            }
        }
    }
}

#[test]
fn a_list_that_is_compared_with_nobody_is_warned_of() {
    let project = new_project(&format!("{COLUMNS}{LIST}"), &[("a@x.org", "", "Y"), ("b@x.org", " ", "Y")]);
    project.write("list.csv", "address\nz@x.org\n");
    for arguments in [EXPLAIN, RUN] {
        let (warnings, document) = warned(&project, arguments);
        let words = "list erasures: no record has a value in column email: nobody could be compared with the list";
        assert!(has(&warnings, words), "{warnings:?}");
        let counts = if arguments == RUN { &document } else { &document["counts"] };
        assert_eq!(
            (&counts["lists"][0]["compared"], &counts["lists"][0]["records_without_value"]),
            (&0.into(), &2.into())
        );
    }
    // With a value that cannot be read beside them, nobody was compared either.
    let project = new_project(&format!("{COLUMNS}{LIST}"), &[("a@x.org", "", "Y"), ("b@x.org", "Bob", "Y")]);
    project.write("list.csv", "address\nz@x.org\n");
    let (warnings, _) = warned(&project, RUN);
    assert!(
        has(&warnings, "list erasures: 1 record has no value in column email, and nobody could be"),
        "{warnings:?}"
    );
    // One is enough.
    let project = new_project(&format!("{COLUMNS}{LIST}"), &[("a@x.org", "", "Y"), ("b@x.org", "z@x.org", "Y")]);
    project.write("list.csv", "address\nz@x.org\n");
    assert!(!has(&warned(&project, RUN).0, "nobody could be compared"));
    let run = scant().current_dir(project.folder()).args(EXPLAIN).arg("--as-of=2018-07-01").output().unwrap();
    let screen = String::from_utf8_lossy(&run.stdout).into_owned();
    let line = "list erasures: 1 of 1 entry found in the extract, 1 record compared, 1 record without a value\n";
    assert!(screen.contains(line), "{screen}");
}

#[test]
fn a_list_and_its_records_add_up() {
    let records =
        [("a@x.org", "", "Y"), ("b@x.org", "b@x.org", "Y"), ("c@x.org", "Carl", "Y"), ("d@x.org", "d@x.org", "N")];
    let project = new_project(&format!("{COLUMNS}{LIST}"), &records);
    project.write("list.csv", "address\nz@x.org\n");
    let (_, document) = warned(&project, RUN);
    let list = &document["lists"][0];
    let count = |key: &str| list[key].as_u64().unwrap();
    let not_comparable = list["not_comparable"]["email"]["email"].as_u64().unwrap();
    let sum = count("compared") + count("incomplete") + count("records_without_value") + not_comparable;
    assert_eq!(document["read"].as_u64(), Some(sum), "{list:#}");
}

#[test]
fn the_numbers_of_a_log_add_up_on_the_screen() {
    let project = new_project(EVENTS, &[("a@x.org", "", "Y"), ("b@x.org", "", "Y")]);
    let event = |id: &str, time: &str, purpose: &str| {
        let state = if purpose == "direct-marketing" { "ConsentWithdrawn" } else { "ConsentGiven" };
        format!("E,{id},{time},{state},X,{purpose},,,,\n")
    };
    let rows = [
        event("a@x.org", "2018-06-01", "direct-marketing"),
        event("b@x.org", "soon", "direct-marketing"),
        event("b@x.org", "2018-06-01", "political-campaign"),
        event("", "2018-06-01", "direct-marketing"),
        event("test", "2018-06-01", "direct-marketing"),
        event("null", "2018-06-01", "direct-marketing"),
    ];
    project.write("log.csv", format!("{LOG_HEADER}{}", rows.concat()));
    let (warnings, document) = warned(&project, RUN);
    let words = "consent log: 3 events name no subject: what they withdraw or refuse reaches nobody";
    assert!(has(&warnings, words), "{warnings:?}");
    assert_eq!(document["counts"]["consent_log"]["without_subject"], 3, "{document:#}");
    let output = scant().current_dir(project.folder()).args(EXPLAIN).arg("--as-of=2018-07-01").output().unwrap();
    let screen = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = "consent log: 6 events of 2 subjects: 1 concerns the purpose, 1 does not, 1 cannot be read, 3 name no subject\n";
    assert!(screen.contains(line), "{screen}");
}

#[test]
fn ids_that_cannot_be_read_are_warned_of_where_they_withdraw() {
    let project = new_project(COLUMNS, &[("a@x.org", "", "Y"), ("Ann <a@x.org>", "", "N"), ("Bob", "", "N")]);
    for arguments in [EXPLAIN, RUN] {
        let (warnings, document) = warned(&project, arguments);
        let words = "the ids of 2 records cannot be read: what they withdraw or restrict does not reach other records of the same person";
        assert!(has(&warnings, words), "{warnings:?}");
        assert!(document["warnings"].to_string().contains("have those ids mended"));
    }
}

#[test]
fn a_column_of_refusals_that_nothing_uses_is_asked_about() {
    let both = "withdrawn_at = \"opt_out\"\nrefused = { column = \"DoNotContact\", yes = [\"Y\"], no = [\"N\"] }\n";
    let dropped = "[[rows.drop]]\nreason = \"out\"\ncolumn = \"opt_out\"\nin = [\"x\"]\nnot_in = [\"\"]\n";
    for (more, header, expected) in [
        ("", "opt_out,DoNotContact", vec!["opt_out", "DoNotContact"]),
        ("", "unsubscribed on,note 2", vec!["unsubscribed on"]),
        ("", "subscribed,ann withdrew from 12 Rose Lane\u{e9}", vec![]),
        ("withdrawn_at = \"opt_out\"\n", "opt_out,DoNotContact", vec!["DoNotContact"]),
        (both, "opt_out,DoNotContact", vec![]),
        (dropped, "opt_out,x", vec![]),
    ] {
        let project = new_project(&format!("{COLUMNS}{more}"), &[]);
        let extract = format!("id,email,consent,given,note,{header}\na@x.org,,Y,2018-06-01,n,,N\n");
        project.write("extract.csv", extract);
        for arguments in [CHECK, EXPLAIN, RUN] {
            let (warnings, _) = warned(&project, arguments);
            let asked: Vec<&String> = warnings.iter().filter(|one| one.contains("withdrew or refused")).collect();
            assert_eq!(asked.len(), expected.len(), "{arguments:?} {header}: {warnings:?}");
            for name in &expected {
                assert!(has(&warnings, &format!("[consent.columns] the policy uses column `{name}` nowhere")));
            }
        }
    }
}

#[test]
fn a_rule_that_lets_every_other_word_pass_is_asked_about_once() {
    let open = "[[rows.drop]]\nreason = \"marked\"\ncolumn = \"note\"\nin = [\"x\"]\n";
    let people = vec![("a@x.org", "", "Y"); 25];
    for (more, records, expected) in [
        ("", &people[..1], vec!["every other word of column `note` passes"]),
        ("", &people[..], vec!["none of the words listed for `note` was found"]),
        ("not_in = [\"note 0\"]\n", &people[..1], vec![]),
    ] {
        let project = new_project(&format!("{COLUMNS}{open}{more}"), records);
        for arguments in [EXPLAIN, RUN] {
            let asked: Vec<String> = warned(&project, arguments).0;
            let asked: Vec<&String> = asked.iter().filter(|one| one.contains("[rows.drop[1]]")).collect();
            assert_eq!(asked.len(), expected.len(), "{arguments:?} {asked:?}");
            assert!(asked.iter().zip(&expected).all(|(asked, expected)| asked.contains(expected)), "{asked:?}");
        }
        for arguments in [CHECK, ALONE] {
            let is_asked = has(&warned(&project, arguments).0, "every other word of column `note` passes");
            assert_eq!(is_asked, more.is_empty(), "{arguments:?}");
        }
    }
}

#[test]
fn what_is_no_file_is_told_as_what_it_is() {
    let project = new_project(&format!("{COLUMNS}{LIST}"), &[("a@x.org", "", "Y")]);
    let told = |arguments: &[&str]| {
        said(&scant().current_dir(project.folder()).args(arguments).arg("--as-of=2018-07-01").output().unwrap())
    };
    assert!(
        told(&["explain", "policy.toml", "extract.csv"])
            .contains("a path in a policy begins at the policy's own folder")
    );
    std::fs::create_dir(project.path("list.csv")).unwrap();
    assert!(told(&["explain", "policy.toml", "extract.csv"]).contains("it is a folder"));
    std::fs::remove_dir(project.path("list.csv")).unwrap();
    project.write("list.csv", "address\nz@x.org\n");
    assert!(told(&["explain", "policy.toml", "."]).contains("it is a folder"));
    assert!(told(&["check", "policy.toml", "-"]).contains("standard input is not read"));
    assert!(told(&["check", "policy.toml", "absent.csv"]).contains("one on the command line at the folder you are in"));
}

#[test]
fn another_kind_of_value_is_answered_with_an_example() {
    for (tables, example) in [
        (
            "[consent.columns]\npurposes = \"x\"\ngiven_at = \"given\"\nnotice = { in_force_at = \"given_at\" }\n",
            "purposes = {",
        ),
        (
            "[consent.columns]\ngranted = \"x\"\ngiven_at = \"given\"\nnotice = { in_force_at = \"given_at\" }\n",
            "granted = {",
        ),
        (&format!("{COLUMNS}{LIST}").replace("{ email = \"email\" }", "\"email\""), "normalise = {"),
    ] {
        let project = new_project(tables, &[]);
        let output = project.scant(&["check", "policy.toml"]);
        let told = said(&output);
        assert!(told.contains("found a text") && told.contains(&format!("write {example}")), "{told}");
    }
}

/// The hint of a run that nothing is left of: the commonest reason, where one is.
#[test]
fn no_reason_is_the_commonest_where_two_are_as_common() {
    let records = [("a@x.org", "", "N"), ("b@x.org", "b@x.org", "Y"), ("c@x.org", "c@x.org", "Y")];
    for (count, words) in [
        (3, "most records were dropped for `erased`"),
        (2, "as many records were dropped for each of `consent_refused`, `erased`"),
    ] {
        let project = new_project(&format!("{COLUMNS}{LIST}"), &records[..count]);
        project.write("list.csv", "address\nb@x.org\nc@x.org\n");
        let output = scant().current_dir(project.folder()).args(RUN).arg("--as-of=2018-07-01").output().unwrap();
        assert!(said(&output).contains(words), "{}", said(&output));
    }
}
