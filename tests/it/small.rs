//! The smallest policy that delivers something, for checks of how files are read:
//! an id, a consent, a number of the row.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cases::{Ran, run_files};

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
pub(crate) fn policy(folder: &Path, more: &str) -> PathBuf {
    fs::write(folder.join("register.toml"), REGISTER).unwrap();
    let path = folder.join("policy.toml");
    fs::write(&path, format!("{POLICY}{more}")).unwrap();
    path
}

/// Delivers one file of these bytes.
pub(crate) fn run(name: &str, bytes: impl AsRef<[u8]>, more: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    run_files(&policy(folder.path(), more), &[path], &[])
}
