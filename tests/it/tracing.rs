//! "Why was I in that delivery?": the answer is written to one file that only its
//! owner may read, and no id is written anywhere else. `oracle/traced.rs` tests
//! record by record that the answer is what the run decided.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::kit::{Project, assert_valid, json_at, root, said, scant};

struct Request {
    project: Project,
    extract: PathBuf,
}

impl Request {
    fn new() -> Self {
        Self { project: Project::new(), extract: root("samples/story/extract.csv") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.project.path(name)
    }

    fn asks(&self, ids: impl AsRef<[u8]>, output: &str, options: &[&str]) -> Output {
        fs::write(self.path("ids.txt"), ids).unwrap();
        self.run(&["--subject-file", "ids.txt", "-o", output], options)
    }

    fn run(&self, request: &[&str], options: &[&str]) -> Output {
        let mut command = scant();
        command.current_dir(self.project.folder()).arg("explain").arg(root("samples/story/policy-later.toml"));
        command.arg(&self.extract).args(["--as-of", "2018-07-01"]).args(request).args(options).output().unwrap()
    }

    fn answer(&self, ids: impl AsRef<[u8]>) -> Value {
        let output = self.asks(ids, "answer.json", &[]);
        assert!(output.status.success(), "{}", said(&output));
        let path = self.path("answer.json");
        let answer = json_at(&path);
        fs::remove_file(path).unwrap();
        assert_valid("trace", &answer, "");
        answer
    }

    /// An extract of records that pass every test, with these ids.
    fn of_ids(&mut self, ids: impl IntoIterator<Item = String>) {
        let text = fs::read_to_string(root("samples/story/extract.csv")).unwrap();
        let header = text.lines().next().unwrap();
        let rows: String = ids
            .into_iter()
            .map(|id| {
                format!("{id},,A,B,a@example.net,,C,D,IP10 4FL,1980-01-01,,,N,2018-06-01,political,2018-03-01,,privacy-2018-01\n")
            })
            .collect();
        self.extract = self.path("extract.csv");
        fs::write(&self.extract, format!("{header}\n{rows}")).unwrap();
    }
}

/// An id of the story.
const SOMEBODY: &str = "S000000010";

fn ids_of_the_story() -> Vec<String> {
    let text = fs::read_to_string(root("samples/story/extract.csv")).unwrap();
    text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

#[test]
fn every_record_of_the_story_is_told_once_and_the_counts_are_the_runs() {
    let answer = Request::new().answer(ids_of_the_story().join("\n"));
    let account: Value =
        serde_json::from_str(&fs::read_to_string(root("samples/story/expected/later/account.json")).unwrap()).unwrap();
    let subjects = answer["subjects"].as_array().unwrap();
    let records: Vec<&Value> = subjects.iter().flat_map(|subject| subject["records"].as_array().unwrap()).collect();
    let mut counts = serde_json::Map::new();
    for record in &records {
        let count = counts.entry(record["verdict"].as_str().unwrap()).or_insert(Value::from(0));
        *count = Value::from(count.as_u64().unwrap() + 1);
    }
    assert_eq!(counts.remove("delivered"), Some(account["records"]["delivered"].clone()));
    let mut dropped = account["records"]["dropped"].as_object().unwrap().clone();
    // Whose record that is nobody can ask.
    assert_eq!(dropped.remove("no_subject"), Some(Value::from(1)));
    assert_eq!(counts, dropped);
    let followed = records.iter().filter(|record| record.get("because_of").is_some()).count();
    assert_eq!(account["records"]["dropped_with_their_subject"], followed);
    assert_eq!(answer["inputs"][0]["blake3"], account["inputs"][0]["blake3"]);
    assert_eq!(answer["register"]["blake3"], account["register"]["blake3"]);
}

#[test]
fn the_answer_is_a_new_closed_file_and_no_id_is_said() {
    let request = Request::new();
    let ids = format!("{SOMEBODY}\r\nS000000001\nX-unheard-of\n");
    for options in [&[][..], &["--json"], &["--quiet"]] {
        let output = request.asks(&ids, "answer.txt", options);
        assert!(output.status.success(), "{}", said(&output));
        for id in ids.split_whitespace() {
            assert!(!said(&output).contains(id), "{}", said(&output));
        }
        let path = request.path("answer.txt");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let answer = fs::read_to_string(&path).unwrap();
        assert!(answer.contains("\nX-unheard-of: no record\n"), "{answer}");
        assert!(answer.contains("\nS000000001: 1 record, 0 delivered\n"), "{answer}");
        let again = request.asks(&ids, "answer.txt", options);
        assert_eq!(again.status.code(), Some(1), "{}", said(&again));
        assert!(said(&again).contains("exists already"), "{}", said(&again));
        assert_eq!(fs::read_to_string(&path).unwrap(), answer, "never overwritten");
        fs::remove_file(path).unwrap();
    }
}

/// Dates and ids of the register are told, and nothing else of the record.
#[test]
fn no_cell_but_dates_is_told() {
    let request = Request::new();
    let mut lines = fs::read_to_string(root("samples/story/extract.csv")).unwrap();
    lines = lines.lines().take(60).collect::<Vec<_>>().join("\n");
    let mut reader = csv::Reader::from_reader(lines.as_bytes());
    let header = reader.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let ids: Vec<&str> = records.iter().map(|record| &record[0]).collect();
    assert!(request.asks(ids.join("\n"), "answer.json", &[]).status.success());
    assert!(request.asks(ids.join("\n"), "answer.txt", &[]).status.success());
    let answers = ["answer.json", "answer.txt"].map(|name| fs::read_to_string(request.path(name)).unwrap());
    let told =
        ["subscriber_id", "consent_given_at", "consent_withdrawn_at", "notice_version", "consent_purposes", "deceased"];
    let mut looked_for = 0;
    for record in &records {
        for (column, cell) in
            header.iter().zip(record).filter(|(column, cell)| !told.contains(column) && cell.len() > 4)
        {
            // A birthday may fall on the day of somebody's consent.
            if column.ends_with("dob") || column == "last_active" {
                continue;
            }
            looked_for += 1;
            assert!(answers.iter().all(|answer| !answer.contains(cell)), "{column}: {cell}");
        }
    }
    assert!(looked_for > 200);
}

#[test]
fn ids_are_compared_as_the_run_compares_subjects() {
    let request = Request::new();
    let answer = request.answer(format!("{SOMEBODY}\n  {SOMEBODY} \nunknown\n{}\n", SOMEBODY.to_lowercase()));
    let subjects = answer["subjects"].as_array().unwrap();
    assert_eq!(subjects[0]["records"].as_array().unwrap().len(), 1);
    assert_eq!(subjects[1]["untold"]["same_as"], SOMEBODY, "trimmed, as the policy says");
    assert_eq!(subjects[1]["id"], format!("  {SOMEBODY} "));
    assert_eq!(subjects[2]["untold"], "names_nobody");
    assert_eq!(subjects[3]["records"], Value::Array(Vec::new()));
    assert!(subjects[3].get("untold").is_none());
}

#[test]
fn an_id_with_more_records_than_a_person_has_is_told_nobody() {
    for (records, is_told) in [(1000, true), (1001, false), (1500, false)] {
        let mut request = Request::new();
        request.of_ids((0..records).map(|_| "shared".to_owned()).chain(["alone".to_owned()]));
        let answer = request.answer("shared\nalone\n");
        let told = answer["subjects"][0]["records"].as_array().unwrap().len();
        assert_eq!(told, if is_told { records } else { 0 });
        assert_eq!(answer["subjects"][0].get("untold").is_none(), is_told);
        assert_eq!(answer["subjects"][1]["records"][0]["verdict"], "delivered");
    }
}

#[test]
fn what_is_no_list_of_ids_is_refused_and_nothing_is_written() {
    let request = Request::new();
    let large = "x".repeat((1 << 20) + 1);
    let many = "x\n".repeat(10_001);
    let faults: [(&[u8], &str); 5] = [
        (b"", "names nobody"),
        (b"\r\n\n", "names nobody"),
        (b"caf\xe9", "not UTF-8"),
        (large.as_bytes(), "larger than 1 MiB"),
        (many.as_bytes(), "more than 10,000"),
    ];
    for (ids, what) in faults {
        let output = request.asks(ids, "answer.txt", &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(what), "{}", said(&output));
    }
    fs::create_dir(request.path("folder")).unwrap();
    for (file, code) in [("folder", 2), ("nowhere.txt", 1)] {
        let output = request.run(&["--subject-file", file, "-o", "answer.txt"], &[]);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    }
    fs::write(request.path("ids.txt"), "x").unwrap();
    for incomplete in [&["--subject-file", "ids.txt"][..], &["-o", "answer.txt"]] {
        assert_eq!(request.run(incomplete, &[]).status.code(), Some(2));
    }
    let output = request.asks("x", "nowhere/answer.txt", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!request.path("answer.txt").exists());
}

/// What a terminal would obey is shown as text.
#[test]
fn an_id_cannot_speak_to_a_terminal() {
    let request = Request::new();
    assert!(request.asks("\u{1b}[2Jgone\ngone\n", "answer.txt", &[]).status.success());
    let answer = fs::read_to_string(request.path("answer.txt")).unwrap();
    // A character that nobody sees is part of no identifier.
    assert!(answer.contains("\\u{1b}[2Jgone: names nobody") && !answer.contains('\u{1b}'), "{answer}");
    assert!(answer.contains("\ngone: no record"), "{answer}");
}

/// Every line of the file goes into the answer: a file that is something else is
/// refused, and nothing of it is told.
#[test]
fn another_file_in_the_place_of_the_ids_is_refused_and_not_copied() {
    const CANARY: &str = "canary-in-the-file";
    let mut request = Request::new();
    request.of_ids(["alone".to_owned(), CANARY.to_owned()]);
    let extract = fs::read_to_string(&request.extract).unwrap();
    let (header, records) = extract.split_once('\n').unwrap();
    let policy = fs::read_to_string(root("samples/story/policy-later.toml")).unwrap();
    let register = fs::read_to_string(root("samples/story/register.toml")).unwrap();
    let keyset = format!("{{\n  \"format\": \"scant-keyset/1\",\n  \"secret\": \"{CANARY}\"\n}}\n");
    let others = [
        extract.clone(),
        format!("\u{feff}{}", extract.replace('\n', "\r\n")),
        records.to_owned(),
        format!("alone\n{records}"),
        extract.replace(',', ";"),
        extract.replace(',', "\t"),
        format!("{}\n{CANARY}\n", header.split(',').next().unwrap()),
        format!("\"{}\"\n{CANARY}\n", header.split(',').next().unwrap()),
        format!("{policy}# {CANARY}\n"),
        format!("# {CANARY}\n{register}"),
        keyset.clone(),
        format!("\n{}", keyset.replace('\n', "")),
        format!("{{\"subscriber_id\":\"{CANARY}\"}}\n{{\"subscriber_id\":\"x\"}}\n"),
        format!("[\"{CANARY}\"]\n"),
        format!("{{\n\"{CANARY}\": cut"),
    ];
    for other in others {
        for options in [&[][..], &["--json"]] {
            let output = request.asks(&other, "answer.txt", options);
            assert_eq!(output.status.code(), Some(2), "{other}\n{}", said(&output));
            assert!(said(&output).contains("the subject file ids.txt "), "{}", said(&output));
            for part in [CANARY, "scant-keyset", "alone", "example.net"] {
                assert!(!said(&output).contains(part), "{}", said(&output));
            }
            assert!(!request.path("answer.txt").exists());
        }
    }
    // The extract itself, whatever it holds, by another path.
    fs::hard_link(&request.extract, request.path("link.txt")).unwrap();
    for path in ["extract.csv", "./extract.csv", "link.txt"] {
        let output = request.run(&["--subject-file", path, "-o", "answer.txt"], &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("a file of the extract"), "{}", said(&output));
    }
}

/// Ids are odd: what the extract can hold can be asked about.
#[test]
fn odd_ids_are_found_as_the_extract_writes_them() {
    let ids = [
        "{12345678-9abc-def0-1234-56789abcdef0}",
        "\"Smith, John\"",
        "\"5\"\" disk, used\"",
        "a;b|c:d=e",
        "uid=1001",
        "[brackets]",
        "O'Neil",
        "# 7",
        "-",
    ];
    let mut request = Request::new();
    request.of_ids(ids.map(str::to_owned));
    let answer = request.answer(ids.join("\n"));
    for (subject, id) in answer["subjects"].as_array().unwrap().iter().zip(ids) {
        assert_eq!(subject["records"].as_array().unwrap().len(), 1, "{id}: {subject}");
    }
    assert_eq!(answer["subjects"][1]["id"], "Smith, John");
    assert_eq!(answer["subjects"][2]["id"], "5\" disk, used");
}
