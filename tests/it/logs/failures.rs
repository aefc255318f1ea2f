//! Logs that are empty, truncated, malformed, too old, or of other people:
//! acceptance case 6. Nothing is delivered, and the exit code says who must act.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use scant::internals::ReleaseError;

use super::{AS_OF, HEADER, extract, grant, policy, report_of, withdrawal};
use crate::kit::{Options, Project, RUN, assert_valid, json_at, json_of, names_in, root, said, scant};

/// What the command says of a log: its exit code and stderr.
fn run(project: &Project, events: &str, more: &[&str]) -> (Option<i32>, String) {
    policy(project, events, "none");
    let output = project.scant(&[&RUN[..], more].concat());
    let left = names_in(project.folder());
    assert!(!left.iter().any(|name| name.starts_with("out") || name.contains("partial")), "{left:?} {}", said(&output));
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn long_log() -> String {
    let rows: String = (0..2000).map(|number| grant(&format!("s{number}"))).collect();
    [HEADER, &rows].concat()
}

#[test]
fn case_6_a_log_of_no_bytes_or_cut_is_the_evidence_at_fault() {
    let project = Project::new();
    extract(&project, &["s1", "s2"]);
    project.write("log.csv", "");
    let (code, text) = run(&project, "path = \"log.csv\"", &[]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("log.csv: there is no record") && text.contains("hint: "), "{text}");
    let whole = gzip(long_log().as_bytes());
    project.write("log.csv.gz", &whole[..whole.len() / 2]);
    let (code, text) = run(&project, "path = \"log.csv.gz\"", &[]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("log.csv.gz: the file ends too early") && text.contains("hint: "), "{text}");
    let whole = zstd::encode_all(long_log().as_bytes(), 1).unwrap();
    project.write("log.csv.zst", &whole[..whole.len() - 3]);
    let (code, text) = run(&project, "path = \"log.csv.zst\"", &[]);
    assert_eq!(code, Some(4), "{text}");
    let (code, text) = run(&project, "path = \"nowhere.csv\"", &[]);
    assert_eq!(code, Some(1), "{text}");
}

#[test]
fn an_event_of_a_subject_that_cannot_be_read_is_not_of_nobody() {
    let project = Project::new();
    extract(&project, &["wd", "a"]);
    let log = |events: &str| [HEADER, &grant("a"), &grant("wd"), events].concat();
    for odd in [withdrawal("wd\u{200b}", "2018-06-01"), grant("wd\u{200b}")] {
        project.write("log.csv", log(&odd));
        let (code, text) = run(&project, "path = \"log.csv\"", &[]);
        assert_eq!(code, Some(4), "{text}");
        for words in [
            "1 event of the consent log is of a subject that cannot be read, 0 rows of it are malformed, and 0 of both are allowed",
            "log.csv record 3, column 2: the subject cannot be read (identifier)",
            "hint: have the log mended",
            "max_quarantined",
        ] {
            assert!(text.contains(words), "{text}");
        }
        assert!(!text.contains("wd"), "{text}");
    }
    // Both count towards one limit.
    let lost = withdrawal("wd\u{200b}", "2018-06-01") + "E,d\n";
    project.write("log.csv", log(&lost));
    let (code, text) = run(&project, "path = \"log.csv\"\nmax_quarantined = 1", &[]);
    assert!(code == Some(4) && text.contains("1 row of it is malformed, and 1 of both"), "{text}");
    let by_policy = policy(&project, "path = \"log.csv\"\nmax_quarantined = 2", "none");
    let made = project.deliver(&by_policy, &project.path("extract.csv"), Options::default()).unwrap();
    let account = json_at(made.kept.join("account.json"));
    assert_eq!(account["consent_log"]["unreadable_subject"], serde_json::json!({ "identifier": 1 }));
    assert_valid("account", &account, "");
    let told = project.scant(&[
        "run",
        "policy.toml",
        "extract.csv",
        "-o",
        "told",
        "--key",
        "key.json",
        "--as-of",
        AS_OF,
        "--json",
    ]);
    let document = json_of(&told);
    assert_eq!(document["consent_log"]["unreadable_subject"], serde_json::json!({ "identifier": 1 }));
    let warning = "warning: consent log: 1 event is of a subject that cannot be read";
    assert!(said(&told).contains(warning), "{}", said(&told));
    // Nobody is meant by a missing id or a word for none.
    project.write("log.csv", log(&[withdrawal("", "2018-06-01"), withdrawal("n/a", "2018-06-01")].concat()));
    let made = project.deliver(&by_policy, &project.path("extract.csv"), Options::default()).unwrap();
    let counts = made.report.consent_log.unwrap().counts;
    assert_eq!((counts.without_subject, counts.unreadable_subject.len()), (2, 0));
}

#[test]
fn case_6_a_log_of_nobody_known_is_refused_with_a_hint() {
    let project = Project::new();
    extract(&project, &["00123", "124"]);
    for (log, expected) in [
        (HEADER.to_owned(), "failed export"),
        ([HEADER, &grant("123"), &grant("0124")].concat(), "00123 is not 123"),
        ([HEADER, &grant("somebody")].concat(), "is it the log of this extract"),
    ] {
        project.write("log.csv", log);
        let (code, text) = run(&project, "path = \"log.csv\"", &[]);
        assert_eq!(code, Some(5), "{text}");
        assert!(text.contains("no subject of the extract is in the consent log") && text.contains(expected), "{text}");
        assert!(text.contains("consent_unknown  2"), "{text}");
    }
}

#[test]
fn a_subject_that_is_known_and_restricted_is_no_log_of_somebody_else() {
    let project = Project::new();
    extract(&project, &["a"]);
    project.write("log.csv", [HEADER, &withdrawal("a", "2018-01-01")].concat());
    let (code, text) = run(&project, "path = \"log.csv\"", &[]);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains("no record may be delivered") && text.contains("`consent_withdrawn`"), "{text}");
}

#[test]
fn malformed_rows_are_told_by_place_and_refused_above_the_logs_own_limit() {
    let project = Project::new();
    extract(&project, &["a"]);
    project.write("log.csv", [HEADER, &grant("a"), "E,secret\n"].concat());
    let (code, text) = run(&project, "path = \"log.csv\"", &["--max-malformed", "9"]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("1 row of the consent log is malformed, and 0 are allowed"), "{text}");
    assert!(text.contains("log.csv record 2") && !text.contains("secret"), "{text}");
}

#[test]
fn a_log_without_a_column_it_must_have_says_which() {
    let project = Project::new();
    extract(&project, &["a"]);
    project.write("log.csv", "pii_principal_id,event_time,state\na,2018-03-01,ConsentGiven\n");
    let (code, text) = run(&project, "path = \"log.csv\"", &[]);
    assert_eq!(code, Some(4), "{text}");
    for column in ["event_state", "purpose", "privacy_notice"] {
        assert!(text.contains(&format!("log.csv, column `{column}`")), "{text}");
    }
    assert!(!text.contains("`channel`") && !text.contains("recipient_third_parties"), "{text}");
    assert!(text.contains("consent.events.delimiter must be the file's") && !text.contains("extract."), "{text}");
    project.write("log.csv", [HEADER, &grant("a")].concat());
    project.write("log.csv.count", "2");
    let (code, text) = run(&project, "path = \"log.csv\"", &[]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("log.csv: 2 records should be there, and 1 is there"), "{text}");
}

#[test]
fn a_log_must_be_named_where_the_policy_reads_one_and_only_there() {
    let project = Project::new();
    extract(&project, &["a"]);
    let log = project.write("log.csv", [HEADER, &grant("a")].concat());
    let (code, text) = run(&project, "", &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("--consent FILE"), "{text}");
    let by_columns = project.story("policy-later.toml", &[]);
    let options = Options { consent: &[log], ..Options::default() };
    let extract = root("samples/story/extract.csv");
    let refused = project.deliver(&by_columns, &extract, options).unwrap_err();
    assert!(refused.to_string().contains("judges by columns"), "{refused}");
}

#[test]
fn a_log_that_is_too_old_refuses_the_run() {
    let project = Project::new();
    let extract = extract(&project, &["a"]);
    for (newest, is_fresh) in [("2018-06-30", true), ("2018-06-29", false), ("2018-07-02", false)] {
        let policy = policy(&project, "path = \"log.csv\"\nmax_log_age = \"P2D\"", "none");
        // Somebody else's event, of another purpose: the log was written that day.
        let event = format!("E,x,{newest},ConsentGiven,X,research,,,,\n");
        project.write("log.csv", [HEADER, &grant("a"), &event].concat());
        let made = project.deliver(&policy, &extract, Options::default());
        assert_eq!(made.is_ok(), is_fresh, "{newest}");
        if let Err(error) = made {
            let (refusal, report) = report_of(error);
            assert!(refusal.contains("the consent log is 2 days old or older"), "{refusal}");
            assert_eq!(report.delivered, 1);
        }
    }
}

#[test]
fn a_log_may_say_beside_it_of_which_day_it_is() {
    let project = Project::new();
    let extract = extract(&project, &["a"]);
    let policy = policy(&project, "paths = [\"log.csv\", \"quiet.csv\"]\nmax_log_age = \"P2D\"", "none");
    project.write("log.csv", [HEADER, &grant("a"), &withdrawal("x", "2018-06-30")].concat());
    // Nobody withdrew for months: the newest event cannot tell that from an old log.
    project.write("quiet.csv", [HEADER, &withdrawal("y", "2018-01-01")].concat());
    for (day, exit) in [("2018-07-03\n", None), ("2018-06-30", None), ("2018-06-29", Some(true)), ("soon", Some(false))]
    {
        project.write("quiet.csv.as_of", day);
        let made = project.deliver(&policy, &extract, Options::default());
        let refused = made.err().map(|error| matches!(error, ReleaseError::Refused { .. }));
        assert_eq!(refused, exit, "{day}");
    }
}

#[test]
fn records_dropped_for_other_reasons_say_nothing_of_the_log() {
    let project = Project::new();
    extract(&project, &["0", "n/a"]);
    project.write("log.csv", [HEADER, &grant("a")].concat());
    let (code, text) = run(&project, "path = \"log.csv\"", &[]);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains("no record may be delivered") && text.contains("`no_subject`"), "{text}");
}

#[test]
fn an_interrupted_run_reads_no_further() {
    let project = Project::new();
    let extract = extract(&project, &["s1"]);
    let policy = policy(&project, "path = \"log.csv\"", "none");
    project.write("log.csv", long_log());
    let options = Options { block_bytes: Some(512), is_stopped: true, ..Options::default() };
    let made = project.deliver(&policy, &extract, options);
    assert!(matches!(made, Err(ReleaseError::Interrupted)), "{made:?}");
    let left = names_in(project.folder());
    assert!(!left.iter().any(|name| name.starts_with("out") || name.contains("partial")), "{left:?}");
}

#[test]
fn a_log_with_another_number_of_rows_than_its_sender_says_is_at_fault() {
    let project = Project::new();
    let extract = extract(&project, &["a"]);
    let policy = policy(&project, "path = \"log.csv\"", "none");
    project.write("log.csv", [HEADER, &grant("a"), &grant("b")].concat());
    for (declared, is_right) in [("2\n", true), ("3\n", false)] {
        project.write("log.csv.count", declared);
        let made = project.deliver(&policy, &extract, Options::default());
        assert_eq!(made.is_ok(), is_right, "{declared}");
    }
}

/// A log under another name would be counted twice; the logs of two quiet days are
/// alike, and no copies.
#[test]
fn a_copy_of_a_log_is_refused_and_two_logs_without_an_event_are_none() {
    let project = Project::new();
    extract(&project, &["s1"]);
    let log = [HEADER, &grant("s1")].concat();
    project.write("log.csv", &log);
    std::fs::create_dir(project.path("copies")).unwrap();
    project.write("copies/log.csv", &log);
    project.write("quiet.csv", HEADER);
    project.write("also-quiet.csv", HEADER);
    let same = "copies/log.csv and log.csv hold the same bytes";
    let (code, text) = run(&project, "paths = [\"log.csv\", \"quiet.csv\", \"copies/log.csv\"]", &[]);
    assert!(code == Some(4) && text.contains(same) && text.contains("hint: "), "{text}");
    let (code, text) = run(&project, "path = \"log.csv\"", &["--consent", "copies/log.csv"]);
    assert!(code == Some(4) && text.contains(same), "{text}");
    for verb in ["run", "explain"] {
        let mut command = scant();
        command.current_dir(project.folder()).args([verb, "policy.toml", "extract.csv", "--as-of", AS_OF]);
        command.args(["--consent", "copies/log.csv"]);
        if verb == "run" {
            command.args(["-o", "out", "--key", "key.json"]);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    }
    let by_policy = policy(&project, "paths = [\"log.csv\", \"quiet.csv\", \"also-quiet.csv\"]", "none");
    project.deliver(&by_policy, &project.path("extract.csv"), Options::default()).unwrap();
}
