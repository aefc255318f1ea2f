//! `run.json`: when a run was, how long it took and what it used. Described by
//! `schemas/run.schema.json`.

use serde::{Deserialize, Serialize};

use super::compare_last::ChangeReport;

/// The `format` of `run.json`.
pub(crate) const RUN_FORMAT: &str = "scant-run/1";

/// `run.json`: what differs between two runs of the same job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunDocument {
    pub(crate) format: String,
    pub(crate) started: String,
    pub(crate) finished: String,
    pub(crate) seconds_reading: f64,
    pub(crate) seconds_in_all: f64,
    pub(crate) threads: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peak_memory_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changes: Option<ChangeReport>,
}
