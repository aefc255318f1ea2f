//! The parts of a trace document, as they are written.

use serde::Serialize;

use super::words::Explanation;
use crate::model::digest::Digest;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TracedInput {
    pub(super) file: String,
    pub(super) records: u64,
    pub(super) blake3: Digest,
}

/// A person in the subject file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TracedSubject {
    pub(super) id: String,
    /// Why no records are listed, if the reason is not that there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) untold: Option<WithoutRecords>,
    /// What the consent logs say of the person, in the order of the logs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) events: Vec<TracedEvent>,
    pub(super) records: Vec<TracedRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WithoutRecords {
    /// It is a sentinel.
    NamesNobody,
    /// It is the same as an id before it.
    SameAs(String),
    /// More than one person can have it.
    TooManyRecords,
}

/// One event of a consent log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TracedEvent {
    #[serde(flatten)]
    pub(super) place: TracedPosition,
    /// `permits`, the reason it gives, or that it does not decide.
    pub(super) comes_to: String,
    /// Whether the verdict on the subject follows from this event.
    pub(super) decides: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) steps: Vec<Explanation>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TracedRecord {
    #[serde(flatten)]
    pub(super) place: TracedPosition,
    /// `delivered`, or the reason why it was dropped.
    pub(super) verdict: String,
    /// The records of the same person from which the reason comes, if it does not
    /// come from this record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) because_of: Vec<TracedPosition>,
    /// What it says of the person, even if it was dropped for something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) restricts: Option<String>,
    pub(super) tests: Vec<TracedRule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TracedPosition {
    pub(super) file: String,
    /// Counted from 1 after the header.
    pub(super) record: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TracedRule {
    /// The reason by which the rule is named, or `consent`.
    #[serde(rename = "test")]
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) passed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) steps: Vec<Explanation>,
}
