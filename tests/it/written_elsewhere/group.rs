//! The files of a group of programs, each with its policy, and how they are read.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use serde_json::Value;

use crate::kit::{json_at, root, sample_key, scant, stderr, venv_python};

use super::delivered::{Delivered, table, text};
use super::unnoticed::{Difference, UNNOTICED};

/// By how many policies of others a file is read in vain: of a text, and of a file
/// that says itself how it is written.
const WRONG: (usize, usize) = (6, 2);

/// An entry of `index.json`.
#[derive(serde::Deserialize)]
struct Entry {
    /// None where there is only a policy.
    file: Option<String>,
    policy: String,
    table: String,
    extract: Value,
    description: String,
}

pub(super) struct Group {
    folder: tempfile::TempDir,
    key: PathBuf,
    index: Vec<Entry>,
}

impl Group {
    /// Lets the programs of a group write their files.
    pub(super) fn written(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let python = if matches!(name, "frames" | "workbooks") { venv_python() } else { PathBuf::from("python3") };
        let mut command = Command::new(python);
        let output =
            command.arg("-B").arg(root("tests/writers/write.py")).arg(folder.path()).arg(name).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let index = fs::read_to_string(folder.path().join("index.json")).unwrap();
        Self { key: sample_key(folder.path()), index: serde_json::from_str(&index).unwrap(), folder }
    }

    pub(super) fn files(&self) -> usize {
        self.index.iter().filter(|entry| entry.file.is_some()).count()
    }

    /// Reads every file in the right way and in some wrong ones.
    pub(super) fn check(&self) {
        let entries: Vec<&Entry> = self.index.iter().filter(|entry| entry.file.is_some()).collect();
        let right = in_parallel(&entries, |entry| self.run(entry, entry));
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        let mut faults = Vec::new();
        for (entry, delivered) in entries.iter().zip(&right) {
            match (&delivered.data, first.get(entry.table.as_str())) {
                (None, _) => faults.push(format!("{} is refused: {}", entry.policy, delivered.said)),
                (Some(data), None) => {
                    self.assert_expected(entry, data);
                    first.insert(&entry.table, data);
                }
                (Some(data), Some(first)) if data != first => {
                    let lines = first.lines().zip(data.lines()).find(|(one, other)| one != other);
                    faults.push(format!("{} is delivered differently, first here: {lines:?}", entry.policy));
                }
                _ => {}
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));

        let pairs: Vec<(&Entry, &Entry)> =
            entries.iter().flat_map(|file| self.wrong(file).into_iter().map(|policy| (*file, policy))).collect();
        let faults = in_parallel(&pairs, |(file, policy)| {
            misread(file, policy, first[file.table.as_str()], &self.run(file, policy))
        });
        let faults: Vec<String> = faults.into_iter().flatten().collect();
        assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), pairs.len(), faults.join("\n"));
    }

    /// Compares a delivery with what was worked out where the table was made.
    fn assert_expected(&self, entry: &Entry, data: &str) {
        let expected = json_at(self.folder.path().join(format!("{}.json", entry.table)));
        let expected = expected.as_array().unwrap();
        let (header, rows) = table(data);
        assert_eq!((rows.len(), expected.len() > 900), (expected.len(), true), "{}", entry.policy);
        for record in expected {
            let row = &rows[record["no"].as_str().unwrap()];
            for (name, cell) in record.as_object().unwrap() {
                let at = header.iter().position(|column| column == name).unwrap();
                assert_eq!(&text(row[at]), cell.as_str().unwrap(), "{}: {name} of {}", entry.policy, record["no"]);
            }
        }
    }

    /// Policies that say something else of a file than its own, some of all: always the same.
    fn wrong(&self, file: &Entry) -> Vec<&Entry> {
        let mut seen = BTreeSet::from([file.description.as_str()]);
        let mut others: Vec<&Entry> =
            self.index.iter().filter(|other| seen.insert(other.description.as_str())).collect();
        others.sort_by_key(|other| *blake3::hash(format!("{} {}", file.policy, other.policy).as_bytes()).as_bytes());
        let name = file.file.as_deref().unwrap_or_default();
        let is_typed = name.ends_with(".parquet") || name.ends_with(".arrow");
        others.truncate(if is_typed { WRONG.1 } else { WRONG.0 });
        others
    }

    fn run(&self, file: &Entry, policy: &Entry) -> Delivered {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let out = folder.path().join("out");
        let mut command = scant();
        command.arg("run").arg(self.folder.path().join(&policy.policy));
        command.arg(self.folder.path().join(file.file.as_deref().unwrap())).arg("-o").arg(&out);
        command.arg("--key").arg(&self.key).args(["--as-of", "2024-06-01", "--threads", "1"]);
        let output = command.output().unwrap();
        let account = folder.path().join("out.internal/account.json");
        Delivered {
            exit: output.status.code(),
            said: stderr(&output),
            data: out.exists().then(|| fs::read_to_string(out.join("data/d.csv")).unwrap()),
            account: if account.exists() { json_at(account) } else { Value::Null },
        }
    }
}

/// What came out of a file by the wrong policy though nothing was counted.
fn misread(file: &Entry, policy: &Entry, right: &str, delivered: &Delivered) -> Option<String> {
    let what = format!("{} by {}", file.policy, policy.policy);
    let Some(data) = &delivered.data else {
        // A refusal of the policy, the input or by a guard; not a crash.
        assert!(matches!(delivered.exit, Some(3..=5)), "{what}: {:?} {}", delivered.exit, delivered.said);
        return None;
    };
    if data == right {
        return None;
    }
    delivered.assert_balanced(&what);
    let ((header, right), (_, wrong)) = (table(right), table(data));
    let mut lost: BTreeMap<&str, u64> = BTreeMap::new();
    for (number, row) in &wrong {
        let Some(expected) = right.get(number) else {
            return Some(format!("{what}: row {number} is delivered"));
        };
        let cells = header.iter().zip(expected.iter().zip(row)).filter(|(_, (right, wrong))| right != wrong);
        let differences: Vec<(&str, &str, &str)> =
            cells.map(|(name, (right, wrong))| (*name, *right, *wrong)).collect();
        let unknown =
            differences.iter().filter(|(column, right, wrong)| !is_unnoticed(file, policy, column, right, wrong));
        let unknown: Vec<_> = unknown.collect();
        let unreadable: Vec<_> = unknown.iter().filter(|(_, _, wrong)| wrong.is_empty()).collect();
        if let (Some(difference), true) = (unknown.first(), unreadable.is_empty()) {
            return Some(format!("{what}: row {number}, {difference:?}"));
        }
        unreadable.iter().for_each(|(column, _, _)| *lost.entry(column).or_default() += 1);
    }
    let uncounted = lost.iter().find(|(column, lost)| delivered.unreadable(column) < **lost);
    uncounted.map(|(column, lost)| format!("{what}: of {lost} cells of {column} that are gone some were not counted"))
}

fn is_unnoticed(file: &Entry, policy: &Entry, column: &str, right: &str, wrong: &str) -> bool {
    let (right, wrong) = [right, wrong].map(|cell| (!cell.is_empty()).then(|| text(cell))).into();
    let difference = Difference {
        column,
        right: right.as_deref(),
        wrong: wrong.as_deref(),
        file: &file.extract,
        policy: &policy.extract,
    };
    UNNOTICED.iter().any(|(_, is_of_it)| is_of_it(&difference))
}

/// Does something with each, on as many threads as the machine has, and gives the results in order.
fn in_parallel<T: Sync, R: Send>(things: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = Mutex::new(things.iter().enumerate());
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let taken = next.lock().unwrap().next();
                    let Some((at, thing)) = taken else { break };
                    let result = act(thing);
                    results.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
