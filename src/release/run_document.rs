//! `run.json`: when a run was, how long it took and what it used.

use serde::Serialize;

use crate::manifest::changes::Comparison;

/// `run.json`: what is not repeatable about a run.
#[derive(Serialize)]
pub(super) struct RunDocument<'a> {
    pub(super) format: &'static str,
    pub(super) started: &'a str,
    pub(super) finished: String,
    pub(super) seconds_reading: f64,
    pub(super) seconds_in_all: f64,
    pub(super) threads: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peak_memory_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) changes: Option<&'a Comparison>,
}

/// The `format` of `run.json`.
pub const RUN_FORMAT: &str = "scant-run/1";
