//! The keys of a dialect mean the same for an extract, a consent log and a list: one
//! table, written in many ways, comes to the same delivery, and what is skipped is
//! counted where it is.

use std::fs;

use serde_json::Value;

use crate::kit::{LOG_HEADER, Ran, run_files, scant, small_policy_with, stderr};

/// A way to write a table, and the keys that say so.
struct Writing {
    keys: &'static str,
    write: fn(&[&str], &[&[&str]]) -> Vec<u8>,
}

fn lines(header: &[&str], rows: &[&[&str]], delimiter: &str, line: fn(&str) -> String) -> String {
    let join = |cells: &[&str]| cells.iter().map(|cell| line(cell)).collect::<Vec<_>>().join(delimiter) + "\n";
    join(header) + &rows.iter().map(|row| join(row)).collect::<String>()
}

const WRITINGS: [Writing; 8] = [
    Writing { keys: "", write: |header, rows| lines(header, rows, ",", str::to_owned).into_bytes() },
    Writing {
        keys: "quoted_nulls = true",
        write: |header, rows| lines(header, rows, ",", |cell| format!("\"{cell}\"")).into_bytes(),
    },
    Writing {
        keys: "delimiter = \"||\"\nquote = \"\"",
        write: |header, rows| lines(header, rows, "||", str::to_owned).into_bytes(),
    },
    Writing {
        keys: "delimiter = \"\\t\"\nquote = \"\"\nescape = '\\'\nescape_letters = true\nnull_values = ['\\N']",
        write: |header, rows| {
            let cell = |cell: &str| if cell.is_empty() { "\\N".to_owned() } else { cell.replace('\\', "\\\\") };
            lines(header, rows, "\t", cell).into_bytes()
        },
    },
    Writing {
        keys: "skip_lines = 2\nskip_footer = 1",
        write: |header, rows| {
            format!("Rosette Club\n\n{}3 rows\n", lines(header, rows, ",", str::to_owned)).into_bytes()
        },
    },
    Writing {
        keys: "encoding = \"windows-1252\"\ndelimiter = \";\"",
        write: |header, rows| {
            let text = lines(header, rows, ";", str::to_owned);
            text.chars().map(|c| if c == 'é' { 0xE9 } else { u8::try_from(c).unwrap() }).collect()
        },
    },
    Writing {
        keys: "encoding = \"utf-16\"",
        write: |header, rows| {
            let text = format!("\u{FEFF}{}", lines(header, rows, ",", str::to_owned));
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        },
    },
    Writing {
        keys: "skip_lines = { lines = 1, starts_with = \"\" }\nheader = []",
        write: |header, rows| lines(header, rows, ",", str::to_owned).into_bytes(),
    },
];

/// The keys, with the columns where they must be said.
fn keys(writing: &Writing, header: &[&str]) -> String {
    let names = header.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let start = format!("starts_with = \"{},\"", header[0]);
    writing.keys.replace("starts_with = \"\"", &start).replace("header = []", &format!("header = [{names}]"))
}

const EXTRACT: [&str; 5] = ["id", "ok", "given", "notice", "no"];
const PEOPLE: [&[&str]; 5] = [
    &["renée", "Y", "2024-01-01", "n1", "1"],
    &["p2", "Y", "2024-01-01", "n1", "2"],
    &["p3", "Y", "", "n1", "3"],
    &["p4", "N", "2024-01-01", "n1", "4"],
    &["p5", "Y", "2024-01-01", "n1", "5"],
];

fn run_with_list(extract: &Writing, list: &Writing) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let header = ["subscriber", "since"];
    fs::write(folder.path().join("list.csv"), (list.write)(&header, &[&["p2", "2024-02-01"], &["renée", ""]])).unwrap();
    fs::write(folder.path().join("extract.csv"), (extract.write)(&EXTRACT, &PEOPLE)).unwrap();
    let subject = format!("subject = \"id\"\n{}", keys(extract, &EXTRACT));
    let lists = format!(
        "\n[[consent.lists]]\nname = \"left\"\nkind = \"suppression\"\npath = \"list.csv\"\n\
        match = {{ id = \"subscriber\" }}\n{}\n",
        keys(list, &header)
    );
    let policy = small_policy_with(folder.path(), &[("subject = \"id\"", &subject)], &lists);
    run_files(&policy, &[folder.path().join("extract.csv")], &[])
}

/// What the writing skips, as the account counts it.
fn skipped(writing: &Writing) -> u64 {
    [("skip_lines = 2", 2), ("skip_footer = 1", 1), ("lines = 1", 1)]
        .into_iter()
        .filter(|(key, _)| writing.keys.contains(key))
        .map(|(_, lines)| lines)
        .sum()
}

#[test]
fn an_extract_and_a_list_come_to_the_same_in_every_dialect() {
    for extract in &WRITINGS {
        for list in &WRITINGS {
            let ran = run_with_list(extract, list).ended(0);
            let which = format!("{} and {}: {}", extract.keys, list.keys, ran.said);
            assert_eq!((ran.delivered().as_str(), ran.dropped("suppressed:left")), ("5", 2), "{which}");
            assert_eq!((ran.dropped("consent_unknown"), ran.dropped("consent_refused")), (1, 1), "{which}");
            let counted = |file: &Value| file["skipped_lines"].as_u64().unwrap_or(0);
            let (input, file) = (&ran.account["inputs"][0], &ran.account["lists"][0]["files"][0]);
            assert_eq!((counted(input), counted(file)), (skipped(extract), skipped(list)), "{which}");
            for (is_said, words) in [
                (skipped(extract) > 0, "lines skipped, no records: extract"),
                (skipped(list) > 0, "lines skipped, no records: list left"),
            ] {
                assert_eq!(ran.said.contains(words), is_said, "{which}");
            }
        }
    }
}

const COLUMNS: &str = "[consent.columns]\ngranted  = { column = \"ok\", yes = [\"Y\"], no = [\"N\"] }\n\
    given_at = \"given\"\nnotice   = \"notice\"\n";

#[test]
fn a_log_comes_to_the_same_in_every_dialect() {
    let header: Vec<&str> = LOG_HEADER.trim_end().split(',').collect();
    let event = |subject, time, state| ["E", subject, time, state, "X", "research", "lab", "n1", "", ""];
    let events = [
        event("renée", "2024-01-01T10:00:00Z", "ConsentGiven"),
        event("p2", "2024-01-01T10:00:00Z", "ConsentGiven"),
        event("p2", "2024-02-01T10:00:00Z", "ConsentWithdrawn"),
        event("p5", "2024-01-01T10:00:00Z", "ConsentGiven"),
    ];
    let rows: Vec<&[&str]> = events.iter().map(<[&str; 10]>::as_slice).collect();
    for log in &WRITINGS {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("log.csv"), (log.write)(&header, &rows)).unwrap();
        let extract = folder.path().join("extract.csv");
        fs::write(&extract, (WRITINGS[0].write)(&EXTRACT, &PEOPLE)).unwrap();
        let table = format!("[consent.events]\npath = \"log.csv\"\n{}\n", keys(log, &header));
        let policy = small_policy_with(folder.path(), &[(COLUMNS, &table)], "");
        let ran = run_files(&policy, &[extract], &[]).ended(0);
        assert_eq!(ran.delivered(), "1 5", "{}: {}", log.keys, ran.said);
        let counted = ran.account["consent_log"]["files"][0]["skipped_lines"].as_u64().unwrap_or(0);
        assert_eq!(counted, skipped(log), "{}", log.keys);
        let is_said = ran.said.contains("lines skipped, no records: consent log");
        assert_eq!(is_said, skipped(log) > 0, "{}: {}", log.keys, ran.said);
    }
}

#[test]
fn check_says_that_a_header_of_the_policy_was_compared_with_nothing() {
    for (header, is_said) in [("", false), ("header = [\"id\", \"ok\", \"given\", \"notice\", \"no\"]\n", true)] {
        let folder = tempfile::tempdir().unwrap();
        let extract = folder.path().join("extract.csv");
        fs::write(&extract, lines(&EXTRACT, &PEOPLE, ",", str::to_owned)).unwrap();
        let subject = format!("subject = \"id\"\n{header}");
        let policy = small_policy_with(folder.path(), &[("subject = \"id\"", &subject)], "");
        let checked = scant().arg("check").arg(&policy).arg(&extract).output().unwrap();
        let said = stderr(&checked);
        assert_eq!(said.contains("are those of extract.header"), is_said, "{said}");
        assert!(said.contains("no faults, and it fits the extract"), "{said}");
    }
}
