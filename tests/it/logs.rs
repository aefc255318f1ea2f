//! Consent logs end to end: what refuses a run and with which exit code, what is
//! counted, and that form, threads and memory do not change what is delivered.

mod as_written;
mod canaries;
mod equal_inputs;
mod failures;
mod identity;

use std::fs;
use std::path::PathBuf;

use scant::RunReport;
use scant::internals::ReleaseError;

use crate::kit::{LOG_HEADER, Options, Outcome, Project, assert_valid, json_at, policy_head, root};

const AS_OF: &str = "2018-07-01";
const HEADER: &str = LOG_HEADER;

/// A grant that says yes to everything the story's later policy asks.
fn grant(subject: &str) -> String {
    format!(
        "E,{subject},2018-03-01T10:00:00Z,ConsentGiven,X,political-campaign,bigbroker|rosette-party,privacy-2018-01,,post\n"
    )
}

fn withdrawal(subject: &str, day: &str) -> String {
    format!("E,{subject},{day},ConsentWithdrawn,X,political-campaign,,,,\n")
}

/// A small policy by log, with `events` in its table and `normalise` for subjects.
fn policy(project: &Project, events: &str, normalise: &str) -> PathBuf {
    fs::copy(root("samples/story/register.toml"), project.path("register.toml")).unwrap();
    let head = policy_head("by-log", "political-campaign")
        .replace("purpose = ", "on_behalf_of = [\"rosette-party\"]\npurpose = ");
    let columns = format!(
        "[consent.events]\n{events}\n[columns.id]\nrole = \"direct_identifier\"\n\
        pseudonymise = {{ domain = \"d\", normalise = \"{normalise}\" }}\nas = \"person\"\n\
        [columns.label]\nrole = \"insensitive\"\nkeep = {{ because = \"tells the records apart\" }}\n\
        [output]\nformat = \"csv\"\norder = \"extract\"\n"
    );
    project.write("policy.toml", head + &columns)
}

/// An extract of these subjects, labelled by their place.
fn extract(project: &Project, subjects: &[&str]) -> PathBuf {
    let rows: String = (0..).zip(subjects).map(|(place, subject)| format!("{subject},r{place}\n")).collect();
    project.write("extract.csv", format!("id,label\n{rows}"))
}

/// The labels that are delivered.
fn delivered(project: &Project, events: &str, normalise: &str, log: &str, subjects: &[&str]) -> Vec<String> {
    let policy = policy(project, events, normalise);
    project.write("log.csv", log);
    let extract = extract(project, subjects);
    labels(&project.outcome(&policy, &extract, Options::default()).unwrap())
}

fn labels(outcome: &Outcome) -> Vec<String> {
    outcome.rows.iter().map(|row| row[1].clone()).collect()
}

fn report_of(error: ReleaseError) -> (String, RunReport) {
    match error {
        ReleaseError::Refused { refusal, report } => (refusal.to_string(), *report),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn the_latest_event_of_several_logs_decides() {
    let project = Project::new();
    let events = "paths = [\"log.csv\", \"withdrawals.csv\"]";
    project.write(
        "withdrawals.csv",
        [HEADER, &withdrawal("a", "2018-02-01"), &withdrawal("b", "2018-04-01"), &withdrawal("x", "2018-04-01")]
            .concat(),
    );
    let log = [HEADER, &grant("a"), &grant("b"), &grant("c")].concat();
    assert_eq!(delivered(&project, events, "none", &log, &["a", "b", "c", "d", "a"]), ["r0", "r2", "r4"]);
}

#[test]
fn a_log_on_the_command_line_is_read_beside_the_policys() {
    let project = Project::new();
    let extract = extract(&project, &["a", "b"]);
    project.write("log.csv", [HEADER, &grant("a"), &grant("b")].concat());
    let withdrawals = project.write("tonight.csv", [HEADER, &withdrawal("b", "2018-06-30")].concat());
    let with_both = Options { consent: &[withdrawals], ..Options::default() };
    let by_policy = policy(&project, "path = \"log.csv\"", "none");
    assert_eq!(labels(&project.outcome(&by_policy, &extract, with_both).unwrap()), ["r0"]);
    let alone = Options { consent: &[project.path("log.csv")], ..Options::default() };
    let by_nobody = policy(&project, "", "none");
    assert_eq!(labels(&project.outcome(&by_nobody, &extract, alone).unwrap()), ["r0", "r1"]);
    // The same log twice would count nothing twice, and is a mistake.
    let by_policy = policy(&project, "path = \"log.csv\"", "none");
    let twice = project.outcome(&by_policy, &extract, alone).unwrap_err();
    assert!(twice.to_string().ends_with("the same file is given twice"), "{twice}");
}

#[test]
fn a_child_among_a_subjects_records_restricts_the_others_here_too() {
    let project = Project::new();
    let policy = policy(&project, "path = \"log.csv\"", "none");
    let text = fs::read_to_string(&policy).unwrap();
    let policy = project.write("policy.toml", text + "[rows.minimum_age]\ncolumn = \"dob\"\nyears = 18\n");
    project.write("log.csv", [HEADER, &grant("a"), &grant("b")].concat());
    let extract = project.write("extract.csv", "id,label,dob\na,r0,1980-01-01\na,r1,2010-01-01\nb,r2,1980-01-01\n");
    let outcome = project.outcome(&policy, &extract, Options::default()).unwrap();
    assert_eq!(labels(&outcome), ["r2"]);
    assert_eq!(outcome.dropped, [("child_subject".to_owned(), 2)].into());
}

#[test]
fn rows_of_a_log_are_counted_in_the_account() {
    let project = Project::new();
    let policy = policy(&project, "path = \"log.csv\"\nmax_quarantined = 1", "none");
    let odd = "E,c,never,ConsentGiven,X,political-campaign,,,,\nE,,2018-01-01,ConsentGiven,X,research,,,,\nE,d\n";
    let other = "E,e,2018-01-01,ConsentGiven,X,research,,,,\n";
    project.write("log.csv", [HEADER, &grant("a"), &grant("a"), &withdrawal("b", "2018-01-01"), odd, other].concat());
    let extract = extract(&project, &["a", "b"]);
    let made = project.deliver(&policy, &extract, Options::default()).unwrap();
    let section = made.report.consent_log.unwrap();
    let log = section.counts;
    assert_eq!((log.events, log.concerning, log.unreadable, log.without_subject), (6, 3, 1, 1));
    assert_eq!((log.subjects, log.subjects_permitted), (4, 1));
    assert_eq!(log.quarantined, [("MissingField", 1)].into());
    assert_eq!((section.files[0].file.as_str(), section.files[0].rows), ("log.csv", 7));
    let places = fs::read_to_string(made.kept.join("quarantine.csv")).unwrap();
    assert!(places.lines().nth(1).unwrap().contains("log.csv\",6,"), "{places}");
    let account = json_at(made.kept.join("account.json"));
    assert_valid("account", &account, "");
    assert_eq!(account["consent_log"]["subjects"], 4);
    let manifest = fs::read_to_string(made.folder.join("manifest.json")).unwrap();
    assert!(!manifest.contains("consent_log"), "the recipient is not told of the log");
}

#[test]
fn the_channel_of_the_release_must_be_among_the_events() {
    let project = Project::new();
    let policy = policy(&project, "path = \"log.csv\"", "none");
    let text = fs::read_to_string(&policy).unwrap();
    let by = |channel: &str| text.replace("[extract]", &format!("channel = \"{channel}\"\n[extract]"));
    project.write("log.csv", [HEADER, &grant("a")].concat());
    let extract = extract(&project, &["a"]);
    for (channel, expected) in [("post", 1), ("email", 0)] {
        let policy = project.write("policy.toml", by(channel));
        let outcome = project.outcome(&policy, &extract, Options::default()).unwrap();
        assert_eq!(outcome.rows.len(), expected, "{channel}");
        assert_eq!(outcome.dropped.contains_key("channel_not_covered"), expected == 0);
    }
    let made = project.deliver(&project.write("policy.toml", by("post")), &extract, Options::default()).unwrap();
    let manifest = fs::read(made.folder.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["release"]["channel"], "post");
    assert_valid("manifest", &manifest, "");
}
