//! Runs the command as people do, and returns what it printed.

use std::process::{Command, Output};

use serde_json::Value;

/// A run of a project, on the day that is judged.
pub(crate) const RUN: [&str; 9] =
    ["run", "policy.toml", "extract.csv", "-o", "out", "--key", "key.json", "--as-of", "2018-07-01"];

/// The command itself.
pub(crate) fn scant() -> Command {
    Command::new(env!("CARGO_BIN_EXE_scant"))
}

/// How a command ended and all it said, for assertions that fail.
pub(crate) fn said(output: &Output) -> String {
    format!("{}\nstdout: {}\nstderr: {}", output.status, String::from_utf8_lossy(&output.stdout), stderr(output))
}

/// What a command said on the screen.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The document that `--json` gave.
#[track_caller]
pub(crate) fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}
