//! Lists that cannot be trusted: none is used in part, nothing is delivered, and the
//! message names the file, the entry and what to try, never a value.

use std::io::Write as _;

use scant::internals::InputFaultKind as Kind;
use scant::internals::ReleaseError;

use super::project::{ERASURES, ListProject, SUPPRESSION, record};
use crate::kit::{Options, names_in, said};

/// A value that nothing may repeat.
const VALUE: &str = "qX7secret";

struct Case {
    policy: String,
    files: Vec<(&'static str, Vec<u8>)>,
    kind: Kind,
    record: Option<u64>,
}

fn case(policy: impl Into<String>, file: (&'static str, &[u8]), kind: Kind, record: Option<u64>) -> Case {
    Case { policy: policy.into(), files: vec![(file.0, file.1.to_vec())], kind, record }
}

impl Case {
    fn and(mut self, name: &'static str, bytes: &[u8]) -> Self {
        self.files.push((name, bytes.to_vec()));
        self
    }
}

fn own(text: &str, kind: Kind, record: Option<u64>) -> Case {
    case(SUPPRESSION, ("suppression.csv", text.as_bytes()), kind, record)
}

fn deletion(text: &str, kind: Kind, record: Option<u64>) -> Case {
    let policy = ERASURES.replace("normalise", "digests = \"drop\"\nstandardise").replace("address", "Hash");
    case(policy, ("erasures.csv", text.as_bytes()), kind, record)
}

fn cases() -> Vec<Case> {
    let hash = "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE=";
    let good = format!("subscriber\n{VALUE}\n");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(good.repeat(100).as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let packed = SUPPRESSION.replace("suppression.csv", "suppression.csv.gz");
    let dated = format!("{SUPPRESSION}as_of_column = \"day\"\ndate_format = \"%d/%m/%Y\"\n");
    let aged = format!("{SUPPRESSION}max_list_age = \"P28D\"\n");
    vec![
        own("", Kind::EmptyInput, None),
        own("subscriber\n", Kind::EmptyList, None),
        own("subscriber\n\"\"\n\"\"\n", Kind::EmptyList, None),
        own(&format!("id\n{VALUE}\n"), Kind::MissingColumn, None),
        own(&format!("subscriber,{VALUE}\n1,2\n3\n"), Kind::MalformedEntry, Some(2)),
        own(&format!("subscriber\n1\n\"{VALUE}\"x\n"), Kind::MalformedEntry, Some(2)),
        own(&format!("subscriber\n1\n\"{VALUE}\n"), Kind::UnterminatedQuote, Some(2)),
        own(&format!("subscriber\n1\n\n{VALUE}\n"), Kind::MalformedEntry, Some(2)),
        case(SUPPRESSION, ("suppression.csv", b"subscriber\n1\n\xff\xfe\n"), Kind::MalformedEntry, Some(2)),
        case(SUPPRESSION, ("suppression.csv", b"\xff\xfes\0u\0"), Kind::Utf16, None),
        case(packed.as_str(), ("suppression.csv.gz", &gz[..gz.len() - 9]), Kind::Truncated, None),
        case(packed.as_str(), ("suppression.csv.gz", good.as_bytes()), Kind::FormatMismatch, None),
        own(&good, Kind::CountMismatch, None).and("suppression.csv.count", b"2"),
        case(aged.as_str(), ("suppression.csv", good.as_bytes()), Kind::UndatedList, None),
        case(aged, ("suppression.csv", good.as_bytes()), Kind::UndatedList, None)
            .and("suppression.csv.as_of", VALUE.as_bytes()),
        case(
            dated.as_str(),
            ("suppression.csv", format!("subscriber,day\n1,\n2,{VALUE}\n3,2018-06-20\n").as_bytes()),
            Kind::UndatedList,
            Some(2),
        ),
        case(
            format!("{dated}max_list_age = \"P28D\"\n"),
            ("suppression.csv", b"subscriber,day\n1,\n"),
            Kind::UndatedList,
            None,
        ),
        deletion(&format!("ID,Hash\na1,{hash}\n=b,{hash}\n"), Kind::MalformedEntry, Some(2)),
        deletion(&format!("ID,Hash\na1,{hash}\n,{hash}\n"), Kind::MalformedEntry, Some(2)),
        deletion(&format!("ID,Hash\na1,{hash}\nb2,{hash}\na1,{hash}\n"), Kind::DuplicateEntry, Some(3)),
        deletion(&format!("Hash\n{hash}\n"), Kind::MissingColumn, None),
        deletion("ID,Hash\n", Kind::EmptyList, None),
    ]
}

#[test]
fn a_list_that_cannot_be_trusted_refuses_the_run() {
    let records = record("1", "a@x.org", "E1", "Y");
    for (number, case) in cases().into_iter().enumerate() {
        let project = ListProject::new(&case.policy);
        for (name, bytes) in &case.files {
            project.write(name, bytes);
        }
        match project.deliver(&records, Options::default()) {
            Err(ReleaseError::Input(fault)) => {
                assert_eq!((fault.kind, fault.record), (case.kind, case.record), "case {number}: {fault}");
            }
            other => panic!("case {number}: {other:?}"),
        }
        let output = project.scant(&["run", "policy.toml", "extract.csv", "-o", "out", "--as-of=2018-07-01", "--json"]);
        assert_eq!(output.status.code(), Some(4), "case {number}: {}", said(&output));
        assert!(!said(&output).contains(VALUE), "case {number}: {}", said(&output));
        assert!(said(&output).contains("hint: "), "case {number}: {}", said(&output));
        // The list has keys of its own, and those of other files do not help.
        let names_another = ["extract.", "consent.events."].iter().any(|key| hint(&said(&output)).contains(key));
        assert!(!names_another, "case {number}: {}", said(&output));
        let left = names_in(project.folder());
        assert!(left.iter().all(|name| !name.starts_with("out")), "{left:?}");
    }
}

fn hint(said: &str) -> &str {
    said.split("hint: ").nth(1).unwrap().lines().next().unwrap()
}

#[test]
fn what_is_said_of_a_list_names_its_own_keys_and_both_counts() {
    let records = record("1", "a@x.org", "E1", "Y");
    for (text, count, expected) in [
        ("id\n1\n", None, "and `delimiter` in the table of the list own must be the file's"),
        ("subscriber\n\"1\n", None, "set `newline_in_fields` in the table of the list own to true"),
        ("subscriber\n9\n8\n", Some("3\n"), "suppression.csv: 3 records should be there, and 2 are there"),
        ("subscriber\n9\n", Some("many\n"), "suppression.csv.count: it does not say how many records there are"),
    ] {
        let project = ListProject::new(SUPPRESSION);
        project.write("suppression.csv", text);
        if let Some(count) = count {
            project.write("suppression.csv.count", count);
        }
        project.extract(&records);
        let output = project.scant(&["run", "policy.toml", "extract.csv", "-o", "out", "--as-of=2018-07-01"]);
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
}

#[test]
fn an_empty_list_is_allowed_where_the_policy_says_so() {
    let project = ListProject::new(&format!("{SUPPRESSION}may_be_empty = true\n"));
    for text in ["subscriber\n", "subscriber\n\"\"\n"] {
        project.write("suppression.csv", text);
        assert_eq!(project.outcome(&record("1", "a@x.org", "E1", "Y"), Options::default()).rows.len(), 1);
    }
    project.write("suppression.csv", "");
    assert!(
        matches!(project.deliver("", Options::default()), Err(ReleaseError::Input(fault)) if fault.kind == Kind::EmptyInput)
    );
}

#[test]
fn a_stale_list_refuses_the_run_from_the_day_it_is_too_old() {
    let declared = |day: &str| format!("{SUPPRESSION}max_list_age = \"P28D\"\nas_of = {day}\n");
    // 28 days after 3 June is the as-of day, 1 July: too old.
    for (day, is_fresh) in [("2018-06-03", false), ("2018-06-04", true), ("2018-07-01", true), ("2018-07-02", false)] {
        let project = ListProject::new(&declared(day));
        project.write("suppression.csv", "subscriber\n9\n");
        let delivered = project.deliver(&record("1", "a@x.org", "E1", "Y"), Options::default());
        match delivered {
            Ok(_) => assert!(is_fresh, "{day}"),
            Err(ReleaseError::StaleList { .. }) => assert_eq!(day, "2018-06-03"),
            Err(ReleaseError::Input(fault)) if fault.kind == Kind::ListToCome => assert_eq!(day, "2018-07-02"),
            Err(other) => panic!("{day}: {other}"),
        }
        let from_column = ListProject::new(&format!("{SUPPRESSION}max_list_age = \"P28D\"\nas_of_column = \"day\"\n"));
        from_column.write("suppression.csv", format!("subscriber,day\n9,{day}\n8,2017-01-01\n7,\n"));
        let companion = ListProject::new(&format!("{SUPPRESSION}max_list_age = \"P28D\"\n"));
        companion.write("suppression.csv", "subscriber\n9\n");
        companion.write("suppression.csv.as_of", format!("{day}\n"));
        for project in [from_column, companion] {
            let delivered = project.deliver(&record("1", "a@x.org", "E1", "Y"), Options::default());
            assert_eq!(delivered.is_ok(), is_fresh, "{day}: {delivered:?}");
        }
    }
}

#[test]
fn a_list_that_is_not_there_is_missed_by_check_as_well() {
    let project = ListProject::new(SUPPRESSION);
    project.write("extract.csv", format!("{}{}", super::project::HEADER, record("1", "a@x.org", "E1", "Y")));
    let check = project.scant(&["check", "policy.toml"]);
    assert_eq!(check.status.code(), Some(1), "{}", said(&check));
    assert!(said(&check).contains("cannot read suppression.csv"), "{}", said(&check));
    let run = project.scant(&["run", "policy.toml", "extract.csv", "-o", "out", "--as-of=2018-07-01"]);
    assert_eq!(run.status.code(), Some(1), "{}", said(&run));
    // A column of the extract that only a list names is needed, too.
    project.write("suppression.csv", "subscriber\n9\n");
    assert_eq!(project.scant(&["check", "policy.toml", "extract.csv"]).status.code(), Some(0));
    let other = ListProject::new(&SUPPRESSION.replace("match = { id", "match = { number"));
    other.write("suppression.csv", "subscriber\n9\n");
    other.write("extract.csv", format!("{}{}", super::project::HEADER, record("1", "a@x.org", "E1", "Y")));
    let check = other.scant(&["check", "policy.toml", "extract.csv"]);
    assert_eq!(check.status.code(), Some(4), "{}", said(&check));
    assert!(said(&check).contains("column `number`"), "{}", said(&check));
}
