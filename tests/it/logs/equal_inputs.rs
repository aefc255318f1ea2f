//! One log in several forms, and one run with several options: the same delivery
//! and, except for the file itself, the same account.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use scant::Delivery;

use super::{HEADER, extract, grant, labels, policy};
use crate::kit::{Options, Project, converted, data_of, files_under, keep_all, root};

const BY_LOG: &str = "policy-later-log.toml";

fn sample(name: &str) -> PathBuf {
    root("samples/story").join(name)
}

/// Delivers the story by a log of another form.
fn by_log(project: &Project, log: &Path, more: &str, options: Options<'_>) -> Delivery {
    let path = format!("path = \"{}\"{more}", log.file_name().unwrap().to_str().unwrap());
    let copy = project.path(log.file_name().unwrap().to_str().unwrap());
    if copy != log {
        fs::copy(log, copy).unwrap();
    }
    let policy = project.story(BY_LOG, &[("path = \"consent-events.csv\"", &path)]);
    project.deliver(&policy, &sample("extract.csv"), options).unwrap()
}

/// The log in another format, made by a delivery that keeps every row.
fn in_format(project: &Project, format: &str) -> PathBuf {
    by_columns(project, format, &keep_all(HEADER.trim_end().split(',')))
}

/// The same by a policy with these columns.
fn by_columns(project: &Project, format: &str, columns: &str) -> PathBuf {
    let table = fs::read(sample("consent-events.csv")).unwrap();
    converted(&project.path(format), table, columns, format)
}

#[test]
fn every_form_of_a_log_delivers_the_same() {
    let project = Project::new();
    let expected = by_log(&project, &sample("consent-events.csv"), "", Options::default());
    let expected_log = expected.report.consent_log.clone().unwrap();
    assert_eq!(expected.report.delivered, 68);
    let plain = fs::read(sample("consent-events.csv")).unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&plain).unwrap();
    let semicolons = String::from_utf8(plain.clone()).unwrap().replace(',', ";");
    let lines: Vec<&str> = std::str::from_utf8(&plain).unwrap().lines().collect();
    let mut reversed = vec![lines[0]];
    reversed.extend(lines[1..].iter().rev());
    let forms = [
        (project.write("a.csv.gz", encoder.finish().unwrap()), ""),
        (project.write("b.csv.zst", zstd::encode_all(plain.as_slice(), 3).unwrap()), ""),
        (project.write("c.txt", semicolons), "\nformat = \"csv\"\ndelimiter = \";\""),
        (project.write("d.csv", reversed.join("\n")), ""),
        (project.write("e.csv", &plain), "\nnewline_in_fields = true"),
        (in_format(&project, "parquet"), ""),
        (in_format(&project, "ndjson"), ""),
        (in_format(&project, "ipc"), ""),
    ];
    for (log, more) in &forms {
        let made = by_log(&project, log, more, Options { block_bytes: Some(4096), ..Options::default() });
        assert!(data_of(&made) == data_of(&expected), "{} delivers otherwise", log.display());
        assert_eq!(made.report.dropped, expected.report.dropped, "{}", log.display());
        let log_section = made.report.consent_log.unwrap().counts;
        assert_eq!(
            (log_section.concerning, log_section.subjects),
            (expected_log.counts.concerning, expected_log.counts.subjects)
        );
    }
}

/// Dates of a typed log are what they are, in whatever format its texts would be.
#[test]
fn typed_times_need_no_format_and_mind_none() {
    let project = Project::new();
    let names: Vec<String> = HEADER.trim_end().split(',').map(str::to_owned).collect();
    let kept = keep_all(&names);
    let of_time = keep_all(["event_time"]);
    let to_the_day = "[columns.event_time]\nrole = \"insensitive\"\nbucket_time = { to = \"day\" }\ndate_format = \"%Y-%m-%dT%H:%M:%SZ\"\n";
    let columns = kept.replace(&of_time, to_the_day);
    assert_ne!(columns, kept);
    let expected = by_log(&project, &sample("consent-events.csv"), "", Options::default());
    for format in ["parquet", "ipc"] {
        let log = by_columns(&project, format, &columns);
        let undeclared = by_log(&project, &log, "", Options::default());
        let declared = by_log(&project, &log, "\ntime_formats = [\"%d/%m/%Y %H:%M\"]", Options::default());
        assert!(data_of(&declared) == data_of(&undeclared), "{format}");
        assert_eq!(declared.report.dropped, undeclared.report.dropped, "{format}");
        let counts = declared.report.consent_log.unwrap().counts;
        let expected = (expected.report.consent_log.as_ref().unwrap().counts.unreadable, expected.report.delivered);
        assert_eq!((counts.unreadable, declared.report.delivered), expected, "{format}");
    }
}

#[test]
fn neither_threads_nor_blocks_nor_memory_change_a_byte() {
    let project = Project::new();
    let log = sample("consent-events.csv");
    let expected = by_log(&project, &log, "", Options::default());
    let (folder, account) = (files_under(&expected.folder), fs::read(expected.kept.join("account.json")).unwrap());
    for threads in [1, 3, 8] {
        for block_bytes in [64, 1000, 1 << 20] {
            for memory_bytes in [None, Some(0)] {
                let options = Options { threads, block_bytes: Some(block_bytes), memory_bytes, ..Options::default() };
                let made = by_log(&project, &log, "", options);
                assert!(files_under(&made.folder) == folder, "{threads} {block_bytes} {memory_bytes:?}");
                assert!(fs::read(made.kept.join("account.json")).unwrap() == account);
            }
        }
    }
}

#[test]
fn a_cell_of_a_log_may_hold_line_breaks_where_the_policy_says_so() {
    let project = Project::new();
    let policy = policy(&project, "path = \"log.csv\"\nnewline_in_fields = true", "none");
    let mut log = HEADER.to_owned();
    for number in 0..200 {
        // A note in the column nobody reads, with what looks like a withdrawal.
        let note = format!("\"said\nE,a{number},2018-04-01,ConsentWithdrawn,X,*,,,,\n\"\"ok\"\"\"");
        log += &grant(&format!("a{number}")).replace(",X,", &format!(",{note},"));
    }
    project.write("log.csv", log);
    let subjects: Vec<String> = (0..200).map(|number| format!("a{number}")).collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let extract = extract(&project, &subjects);
    for block_bytes in [50, 333, 4096] {
        let options = Options { block_bytes: Some(block_bytes), threads: 4, ..Options::default() };
        let outcome = project.outcome(&policy, &extract, options).unwrap();
        assert_eq!(labels(&outcome).len(), 200, "{block_bytes}");
    }
}

#[test]
fn a_log_of_other_words_with_both_dates_in_one_row() {
    let project = Project::new();
    let events = r#"
        path = "log.csv"
        given_at = "PURPOSE_CONSENT_DATE"
        withdrawn_at = "PURPOSE_CONSENT_WITHDRAWAL_DATE"
        time_formats = ["%Y-%m-%d %H:%M:%S%.f Z", "%Y-%m-%d %H:%M:%S%.f"]
        zone = "Europe/London"
        notice = { in_force_at = "event_time" }
        columns = { pii_principal_id = "UUID", purpose = "PURPOSE_NAME" }
        purposes = { "cs_campaign" = "political-campaign" }
        trim = true
        null_values = ["", "NULL"]
    "#;
    let rows = [
        "UUID,PURPOSE_NAME,PURPOSE_CONSENT_DATE,PURPOSE_CONSENT_WITHDRAWAL_DATE",
        "a,cs_campaign,2018-03-01 10:00:00.000 Z,NULL",
        // Half an hour apart on the clock, the same instant: summer time.
        "b, cs_campaign ,2018-06-01 10:00:00.000 Z,2018-06-01 11:00:00.000",
        "c,cs_campaign,2018-06-01 10:00:00.000 Z,2018-06-01 10:59:59.999",
        // Between midnight in London and in UTC the old notice was in force no more.
        "d,cs_campaign,2018-01-14 23:59:59 Z,",
        "e,cs_campaign,2018-01-15 00:00:00 Z,",
        "f,other,2018-03-01 10:00:00 Z,2018-04-01 10:00:00 Z",
        "f,cs_campaign,2018-03-01 10:00:00 Z,NULL",
    ];
    let log = rows.join("\n");
    let subjects = ["a", "b", "c", "d", "e", "f"];
    // A withdrawal for a purpose nobody declared takes everything.
    assert_eq!(super::delivered(&project, events, "none", &log, &subjects), ["r0", "r2", "r4"]);
}
