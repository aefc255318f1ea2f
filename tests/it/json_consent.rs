//! Consent inside the JSON of a cell says what columns would say: every combination of
//! what a record can say comes to the same both ways, in every format and however the
//! JSON is written; and what cannot be read is never taken for what is not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::kit::{Ran, converted, keep_all, run_files};

const SAID: [&str; 4] = ["y", "n", "", "perhaps"];
const REFUSED: [&str; 4] = ["true", "false", "", "5"];
const GIVEN: [&str; 5] = ["2024-01-01T10:00:00Z", "2024-06-02", "2010-01-01", "", "01/01/2024"];
const WITHDRAWN: [&str; 5] = ["", "2023-12-31", "2024-01-01T10:00:00Z", "-", "soon"];
const NOTICES: [&str; 3] = ["n1", "n0", ""];
const CHOSEN: [&str; 3] = ["lab | other", "other", ""];

const REGISTER: &str = r#"format = "scant-register/1"
[purposes.research]
title = "Research"
[parties.acme]
name = "Acme Ltd"
role = "controller"
[parties.lab]
name = "The Lab"
role = "recipient"
[[notices]]
id = "n1"
from = 2015-01-01
[[notices.discloses]]
purpose = "research"
recipients = ["lab"]
"#;

/// The policy; `at` says where each of the six texts is.
fn policy(extract: &str, at: impl Fn(&str) -> String) -> String {
    format!(
        r#"format = "scant-policy/1"
name = "json"
[release]
controller = "acme"
recipient = "lab"
purpose = "research"
legal_basis = "consent"
[extract]
subject = "id"
null_values = ["", "-"]
{extract}
[consent]
register = "register.toml"
max_age = "P5Y"
[consent.columns]
granted = {{ {}, yes = ["y"], no = ["n"] }}
refused = {{ {}, yes = ["true", "1"], no = ["false", "0"] }}
given_at = {{ {} }}
withdrawn_at = {{ {} }}
notice = {{ {} }}
recipients = {{ {}, separator = "|" }}
[columns.no]
role = "insensitive"
keep = {{ because = "the number of the row" }}
[output]
format = "csv"
order = "extract"
[guards]
min_delivered = 1
"#,
        at("said"),
        at("refused"),
        at("given"),
        at("withdrawn"),
        at("notice"),
        at("chosen")
    )
}

fn in_columns(name: &str) -> String {
    format!("column = \"{name}\"")
}

fn in_json(name: &str) -> String {
    let pointer = if name == "given" { "/marketing/0/given~1at" } else { &format!("/marketing/0/{name}") };
    format!("column = \"consents\", pointer = \"{pointer}\"")
}

/// JSON of the six texts, written in one of several ways.
fn json(texts: &[(&str, &str)], writing: usize) -> String {
    let mut inner = String::new();
    for (name, text) in texts {
        let key = if *name == "given" { "given/at" } else { name };
        let value = match (*text, writing % 4) {
            // A text that is missing has three writings.
            ("", 0) => continue,
            ("", 1) => "null".to_owned(),
            ("true" | "false" | "5", 0 | 1) => (*text).to_owned(),
            ("5", 2) => "50e-1".to_owned(),
            (text, 3) => format!("\"{}\"", text.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<String>()),
            (text, _) => format!("\"{text}\""),
        };
        let _ = match writing % 4 {
            1 => write!(inner, " \"{key}\" : {value} ,"),
            _ => write!(inner, "\"{key}\":{value},"),
        };
    }
    format!("{{\"other\":[{{\"said\":\"y\"}}],\"marketing\":[{{{inner}\"said_too\":\"y\"}}]}}")
}

/// Runs a table under a policy.
fn run(folder: &Path, name: &str, policy: &str, table: &[u8]) -> Ran {
    std::fs::write(folder.join("register.toml"), REGISTER).unwrap();
    let (document, extract) = (folder.join("policy.toml"), folder.join(name));
    std::fs::write(&document, policy).unwrap();
    std::fs::write(&extract, table).unwrap();
    run_files(&document, &[extract], &[])
}

/// How many records were dropped for each reason, and for which texts.
fn told(ran: &Ran) -> BTreeMap<String, u64> {
    let mut told = BTreeMap::new();
    for (reason, count) in ran.account["records"]["dropped"].as_object().unwrap() {
        told.insert(reason.clone(), count.as_u64().unwrap());
    }
    for part in ran.account["records"]["details"]["consent_unknown"].as_array().into_iter().flatten() {
        let text = |key: &str| part[key].as_str().unwrap_or_default().to_owned();
        let name =
            if part["pointer"].is_null() { text("column") } else { text("pointer").replace("given~1at", "given") };
        let name = name.rsplit('/').next().unwrap().to_owned();
        *told.entry(format!("{name} {}", text("why"))).or_default() += part["records"].as_u64().unwrap();
    }
    told
}

#[test]
fn it_comes_to_what_columns_come_to_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut plain = csv::Writer::from_writer(Vec::new());
    let mut nested = csv::Writer::from_writer(Vec::new());
    let mut lines = String::new();
    plain.write_record(["id", "no", "said", "refused", "given", "withdrawn", "notice", "chosen"]).unwrap();
    nested.write_record(["id", "no", "consents"]).unwrap();
    let mut number = 0;
    for said in SAID {
        for refused in REFUSED {
            for given in GIVEN {
                for withdrawn in WITHDRAWN {
                    for (notice, chosen) in NOTICES.into_iter().flat_map(|notice| CHOSEN.map(|chosen| (notice, chosen)))
                    {
                        number += 1;
                        let (id, no) = (format!("p{number}"), number.to_string());
                        plain.write_record([&*id, &no, said, refused, given, withdrawn, notice, chosen]).unwrap();
                        let texts = [
                            ("said", said),
                            ("refused", refused),
                            ("given", given),
                            ("withdrawn", withdrawn),
                            ("notice", notice),
                            ("chosen", chosen),
                        ];
                        let cell = json(&texts, number);
                        nested.write_record([&*id, &no, &cell]).unwrap();
                        let line = serde_json::json!({ "id": id, "no": no, "consents": cell });
                        lines += &format!("{line}\n");
                    }
                }
            }
        }
    }
    let expected = run(folder.path(), "plain.csv", &policy("", in_columns), &plain.into_inner().unwrap()).ended(0);
    assert_eq!(number, 3600);
    // One yes, one date, two withdrawals that are none and two that are history, one
    // notice, one choice.
    assert_eq!(expected.rows.len(), 3, "{}", expected.delivered());
    let nested = nested.into_inner().unwrap();
    let columns = keep_all(["id", "no", "consents"]);
    let typed =
        |format: &str| std::fs::read(converted(&folder.path().join(format), &nested, &columns, format)).unwrap();
    let tables =
        [("csv", nested.clone()), ("ndjson", lines.into_bytes()), ("parquet", typed("parquet")), ("ipc", typed("ipc"))];
    for (format, table) in tables {
        let ran = run(folder.path(), &format!("nested.{format}"), &policy("", in_json), &table).ended(0);
        assert_eq!(ran.delivered(), expected.delivered(), "{format}");
        assert_eq!(told(&ran), told(&expected), "{format}");
    }
}

#[test]
fn what_cannot_be_read_is_never_taken_for_missing() {
    let good = r#"{"marketing":[{"said":"y","refused":false,"given/at":"2024-01-01","notice":"n1","chosen":"lab"}]}"#;
    let cells = [
        good.to_owned(),
        good.replace("\"y\"", "[\"y\"]"),
        good.replace("false", "{}"),
        good.replace("\"2024-01-01\"", "[]"),
        good.replace("\"said\"", "\"withdrawn\":{},\"said\""),
        good.replace("\"n1\"", "[\"n1\"]"),
        good.replace("\"lab\"", "[\"lab\"]"),
        good.replace("\"said\":\"y\"", "\"said\":\"y\",\"said\":\"y\""),
        good.replace("]}", ""),
        "yes".to_owned(),
        r#"{"marketing":{"said":"y"}}"#.to_owned(),
        r#"{"marketing":"y"}"#.to_owned(),
        String::new(),
        "{}".to_owned(),
        "-".to_owned(),
    ];
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "no", "consents"]).unwrap();
    for (number, cell) in (1..).zip(&cells) {
        table.write_record([&*format!("p{number}"), &*number.to_string(), cell]).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), "nested.csv", &policy("", in_json), &table.into_inner().unwrap()).ended(0);
    assert_eq!(ran.delivered(), "1");
    let expected = [
        ("consent_unknown", 14),
        ("said not_json", 3),
        ("said other_shape", 2),
        // An object may have a key `0`: where it has none, nothing is there.
        ("said missing", 4),
        ("refused other_shape", 1),
        ("given other_shape", 1),
        ("withdrawn other_shape", 1),
        ("notice other_shape", 1),
        ("chosen other_shape", 1),
    ];
    assert_eq!(told(&ran), expected.map(|(name, count)| (name.to_owned(), count)).into());
    assert!(ran.said.contains("consents \"/marketing/0/said\": 3 cells that no JSON can be read from"), "{}", ran.said);
    assert!(!ran.said.contains("yes"), "{}", ran.said);
}

#[test]
fn dates_in_one_cell_have_a_format_each() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| match name {
        "given" => format!("{}, date_format = \"epoch_ms\"", in_json(name)),
        "withdrawn" => format!("{}, date_format = \"epoch_s\"", in_json(name)),
        _ => in_json(name),
    };
    let cell = |given: &str, withdrawn: &str| {
        format!(
            r#"{{"marketing":[{{"said":"y","refused":0,"given/at":{given},"withdrawn":{withdrawn},"notice":"n1","chosen":"lab"}}]}}"#
        )
    };
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "no", "consents"]).unwrap();
    // 2024-01-01 in milliseconds; the second before and that second in seconds.
    let millis = "1704067200000";
    for (number, (given, withdrawn)) in (1..).zip([
        (millis, "null"),
        ("\"1704067200000\"", "1704067199"),
        (millis, "1704067200"),
        ("\"2024-01-01\"", "null"),
    ]) {
        table.write_record([&*format!("p{number}"), &*number.to_string(), &cell(given, withdrawn)]).unwrap();
    }
    let ran = run(folder.path(), "nested.csv", &policy("", at), &table.into_inner().unwrap()).ended(0);
    assert_eq!(ran.delivered(), "1 2");
    assert_eq!((ran.dropped("consent_withdrawn"), ran.dropped("consent_unknown")), (1, 1));
}
