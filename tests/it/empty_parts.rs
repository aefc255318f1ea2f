//! Files without a record among files that have some: read as no records where the
//! policy says that there may be such, in whatever way a format says "no record".

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::bad_inputs::parquet_file::{Lies, parquet};
use crate::kit::{Ran, run_files, small_policy_with};

const MAY_BE_EMPTY: (&str, &str) = ("subject = \"id\"\n", "subject = \"id\"\nmay_be_empty = true\n");
const HEADER: &str = "id,ok,given,notice,no\n";
const ROW: &str = "a,Y,2024-01-01,n1,1\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A record, and every way in which a file of that format has none.
fn formats() -> Vec<(&'static str, Vec<u8>, Vec<Vec<u8>>)> {
    let row = [HEADER, ROW].concat();
    let json = br#"{"id":"a","ok":"Y","given":"2024-01-01","notice":"n1","no":"1"}"#.to_vec();
    let table = |table: &str| parquet(table, &Lies::default());
    vec![
        ("csv", row.clone().into_bytes(), vec![HEADER.into(), HEADER.trim_end().into(), Vec::new()]),
        ("csv.gz", gzip(row.as_bytes()), vec![gzip(HEADER.as_bytes()), gzip(b"")]),
        ("ndjson", json.clone(), vec![Vec::new()]),
        ("ndjson.gz", gzip(&json), vec![gzip(b"")]),
        ("parquet", table(&row), vec![table(HEADER)]),
    ]
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn run(changes: &[(&str, &str)], parts: &[(String, &[u8])]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = parts.iter().map(|(name, bytes)| write(folder.path(), name, bytes)).collect();
    run_files(&small_policy_with(folder.path(), changes, ""), &paths, &[])
}

#[test]
fn a_part_without_a_record_is_read_as_none_where_the_policy_says_so() {
    for (ending, row, empties) in formats() {
        for empty in &empties {
            for is_first in [false, true] {
                let mut parts: Vec<(String, &[u8])> =
                    vec![(format!("a.{ending}"), &row), (format!("b.{ending}"), empty), (format!("c.{ending}"), empty)];
                if is_first {
                    parts.rotate_left(1);
                }
                let ran = run(&[MAY_BE_EMPTY], &parts).ended(0);
                assert_eq!(ran.delivered(), "1", "{ending}");
                let inputs = ran.account["inputs"].as_array().unwrap();
                let records: Vec<u64> = inputs.iter().map(|input| input["records"].as_u64().unwrap()).collect();
                assert_eq!(records, if is_first { [0, 0, 1] } else { [1, 0, 0] }, "{ending}");
                assert_eq!(ran.json["empty_files"], 2);
                assert!(ran.said.contains("files without a record  2"), "{}", ran.said);
            }
        }
    }
}

#[test]
fn without_the_key_it_is_refused_and_the_message_names_the_key() {
    for (ending, row, empties) in formats() {
        for empty in &empties {
            let ran = run(&[], &[(format!("a.{ending}"), &row), (format!("b.{ending}"), empty)]).ended(4);
            assert!(ran.said.contains(&format!("b.{ending}: there is no record")), "{}", ran.said);
            assert!(ran.said.contains("extract.may_be_empty = true"), "{}", ran.said);
        }
    }
}

#[test]
fn files_none_of_which_has_a_record_are_refused() {
    for (ending, _, empties) in formats() {
        for empty in &empties {
            let ran = run(&[MAY_BE_EMPTY], &[(format!("a.{ending}"), empty), (format!("b.{ending}"), empty)]).ended(4);
            assert!(ran.said.contains("there is no record"), "{}", ran.said);
        }
    }
}

#[test]
fn an_empty_part_with_other_columns_is_another_table() {
    let table = |table: &str| parquet(table, &Lies::default());
    let (row, other) = (table(&[HEADER, ROW].concat()), table("id,yes\n"));
    let ran = run(&[MAY_BE_EMPTY], &[("a.parquet".to_owned(), &other), ("b.parquet".to_owned(), &row)]).ended(4);
    assert!(ran.said.contains("its set of columns differs"), "{}", ran.said);
}

#[test]
fn a_log_of_no_byte_is_one_of_several() {
    let columns = "[consent.columns]\ngranted  = { column = \"ok\", yes = [\"Y\"], no = [\"N\"] }\ngiven_at = \"given\"\nnotice   = \"notice\"";
    let log = |more: &str| format!("[consent.events]\npath = \"log.csv\"\n{more}");
    let event = "record_id,pii_principal_id,event_time,event_state,purpose,privacy_notice\nr,a,2024-01-02T00:00:00Z,ConsentGiven,research,n1\n";
    let run = |more: &str, event: &str| {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "log.csv", event.as_bytes());
        let nothing = write(folder.path(), "nothing.csv", b"");
        let extract = write(folder.path(), "a.csv", [HEADER, ROW].concat().as_bytes());
        run_files(
            &small_policy_with(folder.path(), &[(columns, &log(more))], ""),
            &[extract],
            &["--consent", nothing.to_str().unwrap()],
        )
    };
    assert_eq!(run("may_be_empty = true", event).ended(0).delivered(), "1");
    assert!(run("", event).ended(4).said.contains("consent.events.may_be_empty = true"));
    assert!(run("may_be_empty = true", "").ended(4).said.contains("there is no record"));
}
