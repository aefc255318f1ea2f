//! The words and times of a log as its maker writes them: states that nobody declared
//! are told apart from what is not there, and numbers that stand for times are read in
//! every format.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::kit::{Ran, converted, keep_all, run_files, small_policy_with};

const COLUMNS: &str = "[consent.columns]\ngranted  = { column = \"ok\", yes = [\"Y\"], no = [\"N\"] }\n\
    given_at = \"given\"\nnotice   = \"notice\"\n";
const HEADER: [&str; 5] = ["who", "at", "what", "for", "notice"];

/// Runs an extract of so many people, `p1` and on, under a policy by a log.
fn run(folder: &Path, people: usize, log: &Path, more: &str) -> Ran {
    let events = format!(
        "[consent.events]\npath = \"{}\"\ncolumns = {{ pii_principal_id = \"who\", event_time = \"at\", event_state = \"what\", purpose = \"for\", privacy_notice = \"notice\" }}\n{more}\n",
        log.strip_prefix(folder).unwrap().to_str().unwrap()
    );
    let policy = small_policy_with(folder, &[(COLUMNS, &events)], "");
    let rows: String = (1..=people).map(|number| format!("p{number},{number}\n")).collect();
    let extract = folder.join("extract.csv");
    fs::write(&extract, format!("id,no\n{rows}")).unwrap();
    run_files(&policy, &[extract], &[])
}

fn written(folder: &Path, rows: &str) -> PathBuf {
    let log = folder.join("log.csv");
    fs::write(&log, format!("{}\n{rows}", HEADER.join(","))).unwrap();
    log
}

#[test]
fn a_word_that_nobody_declared_is_not_told_as_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "p1,2024-01-01,IN,research,n1\n\
        p2,2024-01-01,IN,research,n1\np2,2024-02-01,CARETAKER,research,\n\
        p3,2024-01-01,CARETAKER,research,\np3,2024-02-01,IN,research,n1\n\
        p4,2024-01-01,ConsentUnknown,research,n1\n\
        p5,2024-01-01,ConsentUnknown,research,n1\np5,2024-01-01,in,research,n1\n\
        p7,2024-01-01,,research,n1\n\
        p8,2024-01-01,CARETAKER,research,\np8,soon,IN,research,n1\n";
    let states = "states = { \"IN\" = \"ConsentGiven\" }";
    let ran = run(folder.path(), 8, &written(folder.path(), rows), states).ended(0);
    // A later grant counts, as after any other event that restricts.
    assert_eq!(ran.delivered(), "1 3");
    let expected = json!([
        { "why": "unreadable", "records": 2 },
        { "why": "no_evidence", "records": 1 },
        { "why": "undeclared_state", "records": 2 },
        { "why": "said_unknown", "records": 1 },
    ]);
    assert_eq!(ran.account["records"]["details"]["consent_unknown"], expected);
    for told in [
        "consent log: 2 records of subjects whose latest event for the purpose has a state that `states` does not declare",
        "consent log: 1 record of subjects whose latest event for the purpose says that it is unknown",
        "consent log: 1 record of subjects without an event for the purpose",
        "hint: `states` in [consent.events] says what the log's own words stand for",
    ] {
        assert!(ran.said.contains(told), "{told}: {}", ran.said);
    }
    assert!(!ran.said.to_lowercase().contains("caretaker"), "{}", ran.said);

    // Where nobody passes, the refusal speaks of it.
    let log = written(folder.path(), "p1,2024-01-01,CARETAKER,research,n1\np2,2024-01-01,CARETAKER,research,n1\n");
    let refused = run(folder.path(), 2, &log, states);
    assert_eq!(refused.exit, 5);
    assert!(refused.said.contains("hint: most records were dropped for `consent_unknown`: consent log: 2 records of subjects whose latest event for the purpose has a state"), "{}", refused.said);
}

#[test]
fn times_that_are_numbers_are_read_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    // 2024-01-01 and the millisecond before and at it; the as-of day is 2024-06-01.
    let rows = "p1,1704067200000,ConsentGiven,research,n1\n\
        p2,1704067200000,ConsentGiven,research,n1\np2,1704067199999,ConsentWithdrawn,research,n1\n\
        p3,1704067200000,ConsentGiven,research,n1\np3,1704067200000,ConsentWithdrawn,research,n1\n\
        p4,1717286400000,ConsentGiven,research,n1\n\
        p5,0,ConsentGiven,research,n1\n\
        p6,-1,ConsentGiven,research,n1\n";
    let csv = written(folder.path(), rows);
    let table = fs::read(&csv).unwrap();
    let of_numbers = "[columns.at]\nrole = \"insensitive\"\nround_number = { to = 1 }\n";
    let lines: String = rows
        .lines()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            format!(
                "{{\"who\":\"{}\",\"at\":{},\"what\":\"{}\",\"for\":\"{}\",\"notice\":\"{}\"}}\n",
                cells[0], cells[1], cells[2], cells[3], cells[4]
            )
        })
        .collect();
    let ndjson = folder.path().join("log.ndjson");
    fs::write(&ndjson, lines).unwrap();
    let columns = format!("{of_numbers}{}", keep_all(["who", "what", "for", "notice"]));
    let texts = keep_all(HEADER);
    let mut logs = vec![("csv", csv), ("ndjson", ndjson)];
    for format in ["parquet", "ipc"] {
        logs.push((format, converted(&folder.path().join(format), &table, &columns, format)));
        logs.push((format, converted(&folder.path().join(format!("texts-{format}")), &table, &texts, format)));
    }
    for (format, log) in logs {
        let ran = run(folder.path(), 6, &log, "time_formats = [\"epoch_ms\"]").ended(0);
        assert_eq!(ran.delivered(), "1 2", "{format}");
        let reasons = ["consent_withdrawn", "consent_not_yet_given", "consent_unknown", "consent_expired"];
        assert_eq!(reasons.map(|name| ran.dropped(name)), [1, 1, 1, 1], "{format}");
        // Seconds, of what are milliseconds, are in no calendar: nothing is guessed.
        let refused = run(folder.path(), 6, &log, "time_formats = [\"epoch_s\"]");
        assert_eq!(
            (refused.exit, refused.json["counts"]["dropped"]["consent_unknown"].as_u64()),
            (5, Some(5)),
            "{format}"
        );
    }
}
