//! `run.json`: when a run was, how long it took and what it used.

use serde::Serialize;

use crate::manifest::changes::ChangeReport;

/// `run.json`: what is not repeatable about a run.
#[derive(Serialize)]
pub(crate) struct RunDocument<'a> {
    pub(crate) format: &'static str,
    pub(crate) started: &'a str,
    pub(crate) finished: String,
    pub(crate) seconds_reading: f64,
    pub(crate) seconds_in_all: f64,
    pub(crate) threads: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peak_memory_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changes: Option<&'a ChangeReport>,
}

/// The `format` of `run.json`.
pub(crate) const RUN_FORMAT: &str = "scant-run/1";
