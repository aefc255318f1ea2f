//! The folder of one test, with a key, in which runs are made: through the library,
//! or by the command as people start it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};

use scant::Delivery;
use scant::internals::{ReleaseError, keyset, trace};
use serde_json::Value;

use super::policies::sample_policy;
use super::{
    Options, Outcome, WRITTEN_AS, data_of, json_at, read_csv, root, scant, story_policy, try_deliver, with_job,
};

pub(crate) struct Project {
    folder: tempfile::TempDir,
    outputs: AtomicUsize,
}

impl Project {
    /// With nothing but a new key.
    pub(crate) fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap(), outputs: AtomicUsize::new(0) };
        keyset::create(&project.path("key.json"), jiff::civil::date(2026, 11, 1)).unwrap();
        project
    }

    /// With a policy, and a register of this project beside it.
    pub(crate) fn with(register: &str, policy: impl AsRef<[u8]>) -> Self {
        let project = Self::new();
        fs::copy(root(register), project.path("register.toml")).unwrap();
        project.write("policy.toml", policy);
        project
    }

    /// With the sample's later policy, changed and delivering CSV, and its extract.
    pub(crate) fn of_the_story(changes: &[(&str, &str)]) -> Self {
        let project = Self::new();
        let changes = [&[(WRITTEN_AS, "format = \"csv\"")], changes].concat();
        story_policy(project.folder(), "policy.toml", &changes);
        fs::copy(root("samples/story/extract.csv"), project.path("extract.csv")).unwrap();
        project
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A JSON document in it.
    pub(crate) fn json(&self, name: &str) -> Value {
        json_at(self.path(name))
    }

    /// Puts the register and a policy of the sample here, with changes.
    pub(crate) fn story(&self, policy: &str, changes: &[(&str, &str)]) -> PathBuf {
        sample_policy(self.folder(), policy, policy, changes)
    }

    /// The secret of the key, to derive pseudonyms a second time.
    pub(crate) fn master(&self) -> Vec<u8> {
        let keyset = self.json("key.json");
        let hex = keyset["keys"][0]["secret"].as_str().unwrap();
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// Runs the command in the folder.
    pub(crate) fn scant(&self, arguments: &[&str]) -> Output {
        scant().current_dir(self.folder()).args(arguments).output().unwrap()
    }

    /// Delivers through the library, each time to a target that nothing has used.
    pub(crate) fn deliver(
        &self,
        policy: &Path,
        extract: &Path,
        options: Options<'_>,
    ) -> Result<Delivery, ReleaseError> {
        let output = self.path(&format!("out-{}", self.outputs.fetch_add(1, Ordering::Relaxed)));
        try_deliver(policy, &[extract.to_owned()], &output, Some(&self.path("key.json")), options)
    }

    /// Asks about these ids, and gives the answer.
    pub(crate) fn trace(&self, policy: &Path, extract: &Path, options: Options<'_>, ids: &[String]) -> Value {
        let answer = self.path("answer.json");
        let traced =
            with_job(policy, &[extract.to_owned()], None, options, |order| trace(order, ids, &answer, self.folder()));
        traced.unwrap();
        let text = json_at(&answer);
        fs::remove_file(answer).unwrap();
        text
    }

    /// Delivers CSV through the library and reads it back. A run in which no
    /// record may be delivered is an outcome, too.
    pub(crate) fn outcome(&self, policy: &Path, extract: &Path, options: Options<'_>) -> Result<Outcome, ReleaseError> {
        match self.deliver(policy, extract, options) {
            Ok(delivery) => {
                let (header, rows) = read_csv(&data_of(&delivery));
                assert_eq!(rows.len() as u64, delivery.report.delivered, "the file holds what the account says");
                fs::remove_dir_all(&delivery.folder).unwrap();
                fs::remove_dir_all(&delivery.kept).unwrap();
                Ok(Outcome::new(delivery.report, header, rows))
            }
            Err(ReleaseError::Refused { report, .. }) => Ok(Outcome::new(*report, Vec::new(), Vec::new())),
            Err(other) => Err(other),
        }
    }
}
