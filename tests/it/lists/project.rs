//! A folder with a policy that has lists, and runs in it.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use scant::Delivery;
use scant::internals::ReleaseError;

use crate::kit::{Options, Outcome, Project, assert_valid, policy_head};

pub(super) const SUPPRESSION: &str = r#"
[[consent.lists]]
name = "own"
kind = "suppression"
path = "suppression.csv"
match = { id = "subscriber" }
"#;

pub(super) const ERASURES: &str = r#"
[[consent.lists]]
name = "erasures"
kind = "erasure"
path = "erasures.csv"
match = { email = "address" }
normalise = { email = "email" }
"#;

pub(super) const PREFERENCE: &str = r#"
[[consent.lists]]
name = "mps"
kind = "preference"
path = "preference.csv"
match = { email = "mail", postcode = "area" }
normalise = { postcode = "lower" }
delimiter = ";"
"#;

const POLICY: &str = r#"
[consent.columns]
granted = { column = "consent", yes = ["Y"], no = ["N"] }
given_at = "given"
notice = { in_force_at = "given_at" }

[columns.note]
role = "insensitive"
keep = { because = "the tests look for their records" }

[columns.email]
role = "direct_identifier"
drop = true

[output]
format = "csv"
order = "extract"
"#;

pub(super) const HEADER: &str = "id,email,postcode,consent,given,note\n";

pub(super) fn record(id: &str, email: &str, postcode: &str, consent: &str) -> String {
    format!("{id},{email},{postcode},{consent},2018-06-01,note {id}\n")
}

pub(super) fn dropped(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect()
}

/// A project whose policy is `policy.toml`.
pub(super) struct ListProject(Project);

impl Deref for ListProject {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.0
    }
}

impl ListProject {
    /// With these lists in the policy.
    pub(super) fn new(lists: &str) -> Self {
        Self(Project::with(
            "tests/it/policies/register.toml",
            policy_head("lists", "direct-marketing") + POLICY + lists,
        ))
    }

    pub(super) fn extract(&self, records: &str) -> PathBuf {
        self.0.write("extract.csv", format!("{HEADER}{records}"))
    }

    pub(super) fn outcome(&self, records: &str, options: Options<'_>) -> Outcome {
        let extract = self.extract(records);
        self.0.outcome(&self.path("policy.toml"), &extract, options).unwrap()
    }

    pub(super) fn deliver(&self, records: &str, options: Options<'_>) -> Result<Delivery, ReleaseError> {
        let extract = self.extract(records);
        self.0.deliver(&self.path("policy.toml"), &extract, options)
    }

    /// An extract and a policy of one's own.
    pub(super) fn deliver_file(&self, extract: &Path, options: Options<'_>) -> Result<Delivery, ReleaseError> {
        self.0.deliver(&self.path("policy.toml"), extract, options)
    }

    /// What each record of these people is told to have come to, by its number.
    pub(super) fn verdicts(&self, extract: &Path, options: Options<'_>, ids: &[String]) -> BTreeMap<u64, String> {
        let answer = self.0.trace(&self.path("policy.toml"), extract, options, ids);
        assert_valid("trace", &answer, "");
        let subjects = answer["subjects"].as_array().unwrap().iter();
        let records = subjects.flat_map(|subject| subject["records"].as_array().unwrap());
        let told = |record: &serde_json::Value| {
            (record["record"].as_u64().unwrap(), record["verdict"].as_str().unwrap().into())
        };
        records.map(told).collect()
    }
}
