//! The delivery against a second implementation in another language,
//! `tests/oracle/oracle.py`: 10,000 generated records, few and many of them of
//! subjects with several records.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use scant::RunReport;
use scant::internals::{Recipe, ReleaseError, generate};

use crate::kit::{LATER, Options, Project, data_of, needs, read_csv, root};

#[derive(serde::Deserialize)]
struct Expected {
    read: u64,
    dropped: BTreeMap<String, u64>,
    delivered: Vec<Vec<String>>,
    subjects: u64,
}

fn oracle(policy: &Path, extract: &Path) -> Expected {
    let output = Command::new("python3")
        .arg(root("tests/oracle/oracle.py"))
        .args([policy, extract])
        .arg(LATER.to_string())
        .output()
        .expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the oracle speaks JSON")
}

fn agrees(expected: &Expected, report: &RunReport) {
    assert_eq!(report.read, expected.read);
    assert_eq!(report.dropped, expected.dropped);
    assert_eq!(report.delivered, expected.delivered.len() as u64);
    assert_eq!(report.subjects, expected.subjects);
    assert_eq!(report.read, report.delivered + report.dropped.values().sum::<u64>());
}

#[test]
fn ten_thousand_records_are_judged_and_rewritten_as_the_oracle_says() {
    if !needs("python") {
        return;
    }
    for duplicates_per_thousand in [30, 300] {
        let project = Project::new();
        let path = |name: &str| project.path(name);
        let recipe = Recipe { rows: 10_000, seed: 11, duplicates_per_thousand };
        generate(&recipe, project.folder(), 2, &|_| ()).unwrap();
        let later = std::fs::read_to_string(path("policy-later.toml")).unwrap();
        project.write("csv.toml", later.replace("format = \"parquet\"", "format = \"csv\""));
        let extract = path("extract.csv");

        let expected = oracle(&path("csv.toml"), &extract);
        let deliver = |policy: &str| project.deliver(&path(policy), &extract, Options::default());
        let delivery = deliver("csv.toml").unwrap();
        agrees(&expected, &delivery.report);
        let (_, rows) = read_csv(&data_of(&delivery));
        let pseudonyms: BTreeSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(pseudonyms.len() as u64, expected.subjects, "one pseudonym a subject");
        let mut rest: Vec<Vec<String>> = rows.iter().map(|row| row[1..].to_vec()).collect();
        rest.sort();
        assert_eq!(rest, expected.delivered);
        assert!(rest.len() > 1_000, "there is something to agree about");

        let expected = oracle(&path("policy-2017.toml"), &extract);
        match deliver("policy-2017.toml") {
            Err(ReleaseError::Refused { report, .. }) => agrees(&expected, &report),
            other => panic!("the story repeats itself: {other:?}"),
        }
    }
}
