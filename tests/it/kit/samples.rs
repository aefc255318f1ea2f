//! Samples of files as people have them: a folder each, with a policy, an extract in
//! one file or several, the lists and logs that the policy names, and in
//! `expected.json` what is delivered of it.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use scant::internals::ReleaseError;
use serde_json::{Value, json};

use super::{Options, data_of, json_at, names_in, root, sample_key, try_deliver};

/// The day on which all of them are run.
const SAMPLES_AS_OF: Date = date(2024, 6, 1);

/// One of them.
pub(crate) struct Sample {
    pub(crate) name: String,
    folder: PathBuf,
}

/// All samples in a folder of `samples`, which has a register for them.
pub(crate) fn samples_of(topic: &str) -> Vec<Sample> {
    let folder = root("samples").join(topic);
    let names = names_in(&folder).into_iter().filter(|name| folder.join(name).is_dir());
    let samples: Vec<Sample> = names.map(|name| Sample { folder: folder.join(&name), name }).collect();
    assert!(!samples.is_empty(), "{topic}");
    samples
}

impl Sample {
    /// The text of its policy.
    pub(crate) fn policy(&self) -> String {
        fs::read_to_string(self.folder.join("policy.toml")).unwrap()
    }

    /// Its extract, lists and logs, whole.
    pub(crate) fn inputs(&self) -> Vec<Vec<u8>> {
        let names = names_in(&self.folder).into_iter();
        let inputs = names.filter(|name| !["policy.toml", "expected.json"].contains(&name.as_str()));
        inputs.map(|name| fs::read(self.folder.join(name)).unwrap()).collect()
    }

    /// What is delivered of it.
    pub(crate) fn run(&self) -> Result<Value, ReleaseError> {
        self.run_over(self)
    }

    /// What its policy makes of the extract of another.
    pub(crate) fn run_over(&self, other: &Self) -> Result<Value, ReleaseError> {
        run(&self.folder.join("policy.toml"), &other.folder)
    }

    /// What another policy makes of it, which has its lists and logs.
    pub(crate) fn run_with(&self, policy: &str) -> Result<Value, ReleaseError> {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join(&self.name);
        fs::create_dir(&folder).unwrap();
        fs::copy(self.folder.parent().unwrap().join("register.toml"), scratch.path().join("register.toml")).unwrap();
        for name in names_in(&self.folder) {
            fs::copy(self.folder.join(&name), folder.join(&name)).unwrap();
        }
        fs::write(folder.join("policy.toml"), policy).unwrap();
        run(&folder.join("policy.toml"), &folder)
    }

    /// What is to be delivered of it.
    pub(crate) fn expected(&self) -> Value {
        json_at(self.folder.join("expected.json"))
    }

    /// Writes that again, to be read by whoever changed it.
    pub(crate) fn rewrite(&self) {
        let found = self.run().unwrap_or_else(|error| panic!("{}: {error}", self.name));
        fs::write(self.folder.join("expected.json"), format!("{found:#}\n")).unwrap();
    }
}

/// Delivers the extract of a folder: the counts, and the lines of the one data file.
fn run(policy: &Path, folder: &Path) -> Result<Value, ReleaseError> {
    let names = names_in(folder).into_iter().filter(|name| name.starts_with("extract"));
    let extracts: Vec<PathBuf> = names.map(|name| folder.join(name)).collect();
    let scratch = tempfile::tempdir().unwrap();
    let key = sample_key(scratch.path());
    let options = Options { as_of: SAMPLES_AS_OF, ..Options::default() };
    let delivery = try_deliver(policy, &extracts, &scratch.path().join("out"), Some(&key), options)?;
    let data = String::from_utf8(data_of(&delivery)).unwrap();
    let report = delivery.report;
    let mut found = json!({
        "read": report.read,
        "delivered": report.delivered,
        "dropped": report.dropped,
        "malformed": report.quarantined,
        "subjects": report.subjects,
        "unreadable": report.unreadable,
        "data": data.lines().collect::<Vec<_>>(),
    });
    for (name, count) in [("skipped_lines", report.skipped_lines), ("empty_files", report.empty_files)] {
        if let Some(count) = count {
            found[name] = json!(count);
        }
    }
    Ok(found)
}
