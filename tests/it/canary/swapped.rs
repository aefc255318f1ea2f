//! Every argument and every key of a policy that names a file is given another file:
//! the extract in four forms, of which no cell and no header cell may be quoted, and
//! files of every special kind, on which nothing may hang.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::extract::{Extract, POLICY};
use super::search::{MARK, Search};
use super::sinks::search_left;
use crate::bad_inputs::parquet_file::{Lies, parquet};
use crate::kit::{Project, json_of, names_in, said, scant};

/// How long a run may take at most; each of these ends within milliseconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// The policy of the extract, with every key that names a file.
const PATHS: &str = r#"
[[rows.only]]
column = "secret note"
in_file = "values.txt"
[[consent.lists]]
name = "own"
kind = "suppression"
path = "list.csv"
match = { subscriber_id = "number" }
"#;
const BY_LOG: &str = r#"
[consent.events]
path = "log.csv"
[consent.events.columns]
pii_principal_id = "person"
"#;

/// Files that the command line names, and files that a policy names.
const ARGUMENTS: [&str; 8] = [
    "policy.toml",
    "extract.csv",
    "key.json",
    "log.csv",
    "against.json",
    "ids.txt",
    "extract.csv.count",
    "list.csv.as_of",
];
const KEYS: [&str; 4] = ["register.toml", "values.txt", "list.csv", "log.csv"];

fn new_project(by_log: bool) -> Project {
    let mut policy = POLICY.replace("FORMAT", "csv") + PATHS;
    if by_log {
        let start = policy.find("[consent.columns]").unwrap();
        let end = policy[start + 1..].find("\n[[").unwrap() + start + 2;
        policy.replace_range(start..end, "");
        policy += BY_LOG;
    }
    policy = policy.replace("[guards]\n", "[guards]\nmax_change = 0.5\n");
    if !policy.contains("max_change") {
        policy += "\n[guards]\nmax_change = 0.5\n";
    }
    let project = Project::with("samples/story/register.toml", policy);
    project.write("extract.csv", Extract::of(60).bytes);
    project.write("values.txt", "x\n");
    project.write("list.csv", "number\nnobody\n");
    project.write("log.csv", "person,event_time,event_state,purpose,notice\nnobody,2018-01-01,ConsentGiven,political-campaign,privacy-2018-01\n");
    project.write("ids.txt", "nobody\n");
    project.write("against.json", "{}");
    project
}

/// The extract as people may have it; each cell and each name of a column is a
/// canary.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let mut number = 0;
    let mut cell = || {
        number += 1;
        format!("{MARK}{number:07}")
    };
    let mut rows: Vec<Vec<String>> = (0..3000).map(|_| (0..6).map(|_| cell()).collect()).collect();
    let csv: String = rows.iter().map(|row| row.join(",") + "\n").collect();
    // Blanks and signs, as in addresses.
    let spaced: String = rows.iter().map(|row| row.join(" @example.org;") + "\n").collect();
    let toml: String = rows
        .iter()
        .map(|row| {
            format!("[\"{}\"]\n{} = \"{}\"\n[{}.{}]\nregister = '{}'\n", row[0], row[1], row[2], row[3], row[4], row[5])
        })
        .collect();
    let keys: String = rows.iter().map(|row| format!("{} = {{ {} = \"{}\" }}\n", row[0], row[1], row[2])).collect();
    let ndjson: String = rows
        .iter()
        .map(|row| format!("{{\"{}\": \"{}\", \"format\": \"{}\", \"x\": [\"{}\"]}}\n", row[0], row[1], row[2], row[3]))
        .collect();
    let one_json = format!("{{\"format\": \"{MARK}1\", \"keys\": [\"{MARK}2\"], \"{MARK}3\": 1}}");
    rows.truncate(50);
    let table: String = rows.iter().map(|row| row.join(",")).collect::<Vec<_>>().join("\n");
    vec![
        ("CSV", csv.into_bytes()),
        ("text with blanks", spaced.into_bytes()),
        ("what looks like TOML", toml.into_bytes()),
        ("keys and values", keys.into_bytes()),
        ("NDJSON", ndjson.into_bytes()),
        ("one document", one_json.into_bytes()),
        ("Parquet", parquet(&table, &Lies::default())),
    ]
}

/// Every verb with every option that takes a path.
fn calls() -> Vec<(bool, Vec<&'static str>)> {
    let run = ["run", "policy.toml", "extract.csv", "-o", "out", "--as-of", "2018-07-01", "--threads=2"];
    let explain = ["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01"];
    let with = |call: &[&'static str], more: &[&'static str]| [call, more].concat();
    vec![
        (false, with(&run, &["--key", "key.json", "--account", "counts.json"])),
        (false, with(&run, &["--key", "key.json", "--against", "against.json", "--json"])),
        (false, with(&run, &["--new-key", "key.json"])),
        (true, with(&run, &["--key", "key.json", "--consent", "log.csv", "--json"])),
        (false, vec!["check", "policy.toml"]),
        (false, vec!["check", "policy.toml", "extract.csv", "--json"]),
        (true, vec!["check", "policy.toml", "extract.csv", "--consent", "log.csv"]),
        (false, explain.to_vec()),
        (true, with(&explain, &["--json"])),
        (false, with(&explain, &["--against", "against.json"])),
        (false, with(&explain, &["--subject-file", "ids.txt", "-o", "answer.txt"])),
    ]
}

/// Runs it, and says how it ended; a run that hangs fails the test.
fn run(project: &Project, call: &[&str], search: &mut Search) -> Option<i32> {
    let mut command = scant();
    command.current_dir(project.folder()).args(call).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    let mut out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut out, &mut bytes).unwrap();
        bytes
    });
    let mut err = child.stderr.take().unwrap();
    let errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut err, &mut bytes).unwrap();
        bytes
    });
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{call:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut output = child.wait_with_output().unwrap();
    (output.stdout, output.stderr) = (reader.join().unwrap(), errors.join().unwrap());
    search.sink(&format!("stdout of {call:?}"), &output.stdout);
    search.sink(&format!("stderr of {call:?}"), &output.stderr);
    assert!(output.stderr.len() < 20_000, "{call:?} says {} bytes", output.stderr.len());
    assert_ne!(output.status.code(), Some(70), "{}", said(&output));
    output.status.code()
}

/// Puts `put` in the place of `name` and makes every call.
fn with_each(name: &str, put: &dyn Fn(&std::path::Path), search: &mut Search, may_pass: bool) {
    for (by_log, call) in calls() {
        // A companion is named by nobody: it is looked for beside its file.
        let is_named = match name {
            "extract.csv.count" => call.contains(&"extract.csv"),
            other => call.contains(&other) || !ARGUMENTS.contains(&other) || other.ends_with(".as_of"),
        };
        if !is_named {
            continue;
        }
        let project = new_project(by_log);
        let path = project.path(name);
        let _ = fs::remove_file(&path);
        put(&path);
        let exit = run(&project, &call, search);
        assert!(may_pass || matches!(exit, Some(1..=5)), "{name} {call:?} {exit:?}");
        // Inputs are what they are; everything else may hold nothing.
        let inputs = [
            "extract.csv",
            "policy.toml",
            "register.toml",
            "key.json",
            "values.txt",
            "list.csv",
            "log.csv",
            "against.json",
            "ids.txt",
            "extract.csv.count",
            "list.csv.as_of",
            "answer.txt",
        ];
        search_left(project.folder(), &inputs, search);
        assert!(names_in(project.folder()).iter().all(|name| !name.contains("partial")));
        assert_eq!(search.hits, [], "{name} {call:?}");
    }
}

#[test]
fn an_extract_in_the_place_of_any_other_file_is_quoted_nowhere() {
    let mut search = Search::default();
    for (form, bytes) in forms() {
        for name in ARGUMENTS.iter().chain(&KEYS) {
            // As a list of values or a place of the extract it is what it is; nobody is
            // found in it.
            let may_pass = ["values.txt", "list.csv", "log.csv"].contains(name)
                // Lines of no fields may be ids.
                || (*name == "ids.txt" && form == "keys and values")
                || name.ends_with(".as_of")
                || name.ends_with("against.json");
            let put = |path: &std::path::Path| {
                fs::write(path, &bytes).unwrap();
                if name.ends_with(".json") {
                    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
                }
            };
            with_each(name, &put, &mut search, may_pass || form == "one document");
        }
    }
    assert!(search.sinks > 1000, "{}", search.sinks);
}

#[test]
fn special_files_in_the_place_of_any_other_are_refused_at_once() {
    let mut search = Search::default();
    let fifo = |path: &std::path::Path| {
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    };
    let endless = |path: &std::path::Path| std::os::unix::fs::symlink("/dev/zero", path).unwrap();
    let folder = |path: &std::path::Path| fs::create_dir(path).unwrap();
    let lost = |path: &std::path::Path| std::os::unix::fs::symlink("nowhere", path).unwrap();
    let puts: [(&str, &dyn Fn(&std::path::Path)); 4] =
        [("a pipe", &fifo), ("a link to an endless device", &endless), ("a folder", &folder), ("a lost link", &lost)];
    for (kind, put) in puts {
        for name in ARGUMENTS.iter().chain(&KEYS).chain(&[".out.lock", ".canaries.last.json"]) {
            // A policy by columns has no log, one verb no key: those that need it are refused.
            let may_pass = kind == "a lost link"
                || ["log.csv", "against.json", "list.csv.as_of"].contains(name)
                || name.starts_with('.');
            with_each(name, put, &mut search, may_pass);
        }
    }
}

#[test]
fn only_the_first_faults_are_shown_with_their_number() {
    let project = new_project(false);
    // Ours by its first line, and thousands of lines that are no TOML.
    let lines: String = (0..25_000).map(|number| format!("line {number} is no TOML\n")).collect();
    project.write("policy.toml", format!("format = \"scant-policy/1\"\n{lines}"));
    let start = Instant::now();
    let output = project.scant(&["check", "policy.toml", "--json"]);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let document = json_of(&output);
    assert_eq!(document["faults"].as_array().unwrap().len(), 1_000);
    assert!(document["faults_in_all"].as_u64().unwrap() >= 25_000, "{document}");
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains("the first 20 are shown, and with --json the first 1,000"), "{shown}");
    assert_eq!(shown.matches("is not TOML").count(), 20, "{shown}");
}

/// The same for arguments: what stands in the wrong place is shown only as a path.
#[test]
fn an_argument_is_no_place_for_data() {
    let project = new_project(false);
    let mut search = Search::default();
    let data = format!("{MARK} Smith");
    let calls: [&[&str]; 9] = [
        &["check", "policy.toml", "--as-of", &data],
        &["check", &format!("--{data}")],
        &["run", "policy.toml", "extract.csv", "-o", "out", "--threads", &data],
        &["run", "policy.toml", "extract.csv", "-o", "out", "--memory", &data],
        &["run", "policy.toml", "extract.csv", "-o", "out", "--accept-change", &data],
        &["explain", "policy.toml", "extract.csv", "-o", "x", "--max-malformed", &data],
        &["generate", "--rows", &data, "-o", "x"],
        &["completions", &data],
        &[&data],
    ];
    let mut is_shown_nowhere = |call: &[&str], exits: &[i32]| {
        let exit = run(&project, call, &mut search).unwrap();
        assert!(exits.contains(&exit), "{exit}");
        let mut shown = std::mem::take(&mut search.hits);
        shown.retain(|hit| !hit.sink.is_empty());
        assert_eq!(shown, []);
    };
    for call in calls {
        is_shown_nowhere(call, &[2]);
    }
    // A column that a command asks for, and that is not there, may be anything.
    let levels = format!("{data}=whole");
    let file = format!("{data}=extract.csv");
    let calls: [&[&str]; 9] = [
        &["risk", "extract.csv", "--quasi", &data],
        &["risk", "extract.csv", "--quasi", "town", "--sensitive", &data],
        &["risk", "extract.csv", "--quasi", "town", "--subject", &data],
        &["suggest", "extract.csv", "--k", "5", "--quasi", &data],
        &["suggest", "extract.csv", "--k", "5", "--quasi", "town", "--subject", &data],
        &["suggest", "extract.csv", "--k", "5", "--quasi", "town", "--levels", &levels],
        &["suggest", "extract.csv", "--k", "5", "--quasi", &data, "--hierarchy", &file],
        &["suggest", "extract.csv", "--k", "5", "--quasi", "town", "--hierarchy", &file],
        &["hierarchy", "prefix", "extract.csv", "--column", &data, "-o", "levels.csv"],
    ];
    for call in calls {
        is_shown_nowhere(call, &[2, 3, 4]);
        is_shown_nowhere(&[call, &["--json"]].concat(), &[2, 3, 4]);
    }
}
