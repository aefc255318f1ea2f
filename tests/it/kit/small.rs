//! The smallest policy that delivers something, for tests of how files are read: an
//! id, a consent, and the number of the row.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Ran, run_files};

const REGISTER: &str = r#"format = "scant-register/1"

[purposes.research]
title = "Research"

[parties.acme]
name = "Acme Ltd"
role = "controller"

[parties.lab]
name = "Lab"
role = "recipient"

[[notices]]
id   = "n1"
from = 2015-01-01

[[notices.discloses]]
purpose    = "research"
recipients = ["lab"]
"#;

const POLICY: &str = r#"format  = "scant-policy/1"
name    = "small"
version = "1.0.0"

[release]
controller  = "acme"
recipient   = "lab"
purpose     = "research"
legal_basis = "consent"

[extract]
subject = "id"

[consent]
register = "register.toml"
max_age  = "P50Y"

[consent.columns]
granted  = { column = "ok", yes = ["Y"], no = ["N"] }
given_at = "given"
notice   = "notice"

[columns.id]
role = "direct_identifier"
pseudonymise = { domain = "subscriber" }
as   = "person"

[columns.no]
role = "insensitive"
keep = { because = "the number of the row" }

[output]
format = "csv"
name   = "d"
order  = "extract"
"#;

/// Writes the policy and its register into `folder`, with `more` at the end.
pub(crate) fn small_policy(folder: &Path, more: &str) -> PathBuf {
    small_policy_with(folder, &[], more)
}

/// Delivers one file of these bytes.
pub(crate) fn run_small(name: &str, bytes: impl AsRef<[u8]>, more: &str) -> Ran {
    run(name, bytes, &[], more)
}

/// Delivers a table, with parts of the policy replaced by others.
pub(crate) fn run_small_with(changes: &[(&str, &str)], table: &str) -> Ran {
    run("extract.csv", table, changes, "")
}

/// The same with parts of it replaced by others.
pub(crate) fn small_policy_with(folder: &Path, changes: &[(&str, &str)], more: &str) -> PathBuf {
    let mut text = format!("{POLICY}{more}");
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    fs::write(folder.join("register.toml"), REGISTER).unwrap();
    let path = folder.join("policy.toml");
    fs::write(&path, text).unwrap();
    path
}

fn run(name: &str, bytes: impl AsRef<[u8]>, changes: &[(&str, &str)], more: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    run_files(&small_policy_with(folder.path(), changes, more), &[path], &[])
}
