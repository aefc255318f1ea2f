//! Runs of the command that deliver CSV with a column `no`, and their results.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{json_at, scant};

/// What a run came to.
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) exit: i32,
    /// What was said on the terminal.
    pub(crate) said: String,
    /// What `--json` gave.
    pub(crate) json: Value,
    /// `account.json`; null where nothing was delivered.
    pub(crate) account: Value,
    /// The delivered rows by their column `no`, each cell by the name of its column.
    pub(crate) rows: BTreeMap<String, BTreeMap<String, String>>,
    /// The folder that the delivery is in.
    pub(crate) folder: tempfile::TempDir,
}

impl Ran {
    /// The numbers of the delivered rows, as `1 2 5`.
    pub(crate) fn delivered(&self) -> String {
        let mut numbers: Vec<u32> = self.rows.keys().map(|number| number.parse().unwrap()).collect();
        numbers.sort_unstable();
        numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
    }

    /// A delivered cell; fails where its row was not delivered.
    pub(crate) fn cell(&self, row: u32, column: &str) -> &str {
        let cells = self.rows.get(&row.to_string()).unwrap_or_else(|| panic!("row {row} was not delivered"));
        cells.get(column).unwrap_or_else(|| panic!("no column {column}"))
    }

    /// The cells of a column in the rows from 1 on.
    pub(crate) fn cells(&self, column: &str) -> Vec<&str> {
        (1..=u32::try_from(self.rows.len()).unwrap()).map(|row| self.cell(row, column)).collect()
    }

    /// How many cells of a delivered column could not be read, for a reason.
    pub(crate) fn unreadable(&self, column: &str, reason: &str) -> u64 {
        let columns = self.account["columns"].as_array().expect("nothing was delivered");
        let column = columns.iter().find(|entry| entry["output"] == column).expect("no such column");
        column["cells"]["unreadable"][reason].as_u64().unwrap_or(0)
    }

    /// How many records were dropped for a reason.
    pub(crate) fn dropped(&self, reason: &str) -> u64 {
        self.json["dropped"][reason].as_u64().or_else(|| self.json["counts"]["dropped"][reason].as_u64()).unwrap_or(0)
    }

    /// Fails unless the run ended with this code.
    #[track_caller]
    pub(crate) fn ended(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "{}", self.said);
        self
    }
}

/// The id of a key is drawn: it may hold the digits that a test looks for.
fn without_key_id(said: &str) -> String {
    let told = |line: &str| match line.split_once(" with key ") {
        Some((keyset, _)) if line.starts_with("made the keyset ") => format!("{keyset} with a key\n"),
        _ => line.to_owned(),
    };
    said.split_inclusive('\n').map(told).collect()
}

/// Runs a policy over extracts, delivering CSV, as of 2024-06-01.
pub(crate) fn run_files(policy: &Path, extracts: &[PathBuf], more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = scant();
    command.arg("run").arg(policy).args(extracts).arg("-o").arg(&out);
    command.args(["--as-of", "2024-06-01", "--json", "--new-key"]).arg(folder.path().join("key.json")).args(more);
    let output = command.output().unwrap();
    let kept = folder.path().join("out.internal/account.json");
    let mut rows = BTreeMap::new();
    if out.exists() {
        for entry in std::fs::read_dir(out.join("data")).unwrap() {
            let path = entry.unwrap().path();
            let mut reader = csv::Reader::from_path(&path).unwrap();
            let header = reader.headers().unwrap().clone();
            for record in reader.records() {
                let record = record.unwrap();
                let cells = header.iter().zip(&record).map(|(name, cell)| (name.to_owned(), cell.to_owned()));
                let row: BTreeMap<String, String> = cells.collect();
                assert!(rows.insert(row["no"].clone(), row).is_none(), "a row twice");
            }
        }
    }
    Ran {
        exit: output.status.code().unwrap_or(-1),
        said: without_key_id(&String::from_utf8(output.stderr).unwrap()),
        json: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        account: if kept.exists() { json_at(kept) } else { Value::Null },
        rows,
        folder,
    }
}
