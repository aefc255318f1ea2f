//! Compares what a run counted with the last delivery of its policy: the number of
//! records read, and the share of them that was delivered, malformed, or dropped
//! for each reason. This is where a broken feed shows first.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::last_delivery::{LastDelivery, LastRecords};
use crate::model::digest::Digest;
use crate::model::document_ref::DocumentRef;
use crate::model::outcome::change::{ChangeLimit, Portion, is_noteworthy};
use crate::policy::plan::Plan;

/// One count that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `read`, `delivered`, `quarantined`, or a reason.
    pub what: String,
    /// In the last delivery.
    pub then: Portion,
    /// In this run.
    pub now: Portion,
    /// Whether the operator accepted this change beforehand.
    pub accepted: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} then, {} now", self.what, self.then, self.now)
    }
}

/// The delivery that was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedDelivery {
    /// Its as-of day.
    pub as_of: String,
    /// Its policy: the name is this run's, the rest may have changed.
    pub policy: DocumentRef,
    /// SHA-256 of its manifest, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest_sha256: Option<Digest>,
}

/// The result of the comparison, for `run.json`: not for the manifest, since the
/// last delivery is not an input of this one, and what is delivered must not depend
/// on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeReport {
    /// `guards.max_change`.
    pub limit: String,
    /// What was compared with; `None` for the first delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<ComparedDelivery>,
    /// Whether the policy has changed since, by even one byte.
    pub policy_changed: bool,
    /// How many counts are large enough to be compared; `None` for the first
    /// delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<u64>,
    /// The counts that changed more than the limit.
    pub beyond: Vec<Change>,
}

impl ChangeReport {
    /// Compares. `accepted` names counts that may change by any amount.
    #[must_use]
    pub fn new(
        plan: &Plan,
        limit: ChangeLimit,
        last: Option<&LastDelivery>,
        now: &LastRecords,
        accepted: &[String],
    ) -> Self {
        let mut beyond = last.map(|last| counts(&last.records, now)).unwrap_or_default();
        beyond.retain(|change| is_noteworthy(change.then, change.now));
        let compared = last.map(|_| beyond.len() as u64);
        beyond.retain(|change| limit.is_exceeded(change.then, change.now));
        for change in &mut beyond {
            change.accepted = accepted.contains(&change.what);
        }
        Self {
            limit: limit.to_string(),
            against: last.map(|last| ComparedDelivery {
                as_of: last.as_of.clone(),
                policy: last.policy.clone(),
                manifest_sha256: last.manifest_sha256,
            }),
            policy_changed: last.is_some_and(|last| last.policy.digest != plan.policy.digest),
            compared,
            beyond,
        }
    }

    /// The counts that changed more than the limit and were not accepted.
    pub fn refused(&self) -> impl Iterator<Item = &Change> {
        self.beyond.iter().filter(|change| !change.accepted)
    }
}

/// Every count: `read`, `delivered`, `quarantined`, then reasons by name.
fn counts(then: &LastRecords, now: &LastRecords) -> Vec<Change> {
    let mut counts = vec![("read", Portion { count: then.read, of: None }, Portion { count: now.read, of: None })];
    let mut share = |what, then_count, now_count| {
        let portion = |count, records: &LastRecords| Portion { count, of: Some(records.read) };
        counts.push((what, portion(then_count, then), portion(now_count, now)));
    };
    share("delivered", then.delivered, now.delivered);
    share("quarantined", then.quarantined.values().sum(), now.quarantined.values().sum());
    let reasons: BTreeSet<&String> = then.dropped.keys().chain(now.dropped.keys()).collect();
    for reason in reasons {
        let count = |records: &LastRecords| records.dropped.get(reason).copied().unwrap_or(0);
        share(reason, count(then), count(now));
    }
    counts.into_iter().map(|(what, then, now)| Change { what: what.to_owned(), then, now, accepted: false }).collect()
}

#[cfg(test)]
#[path = "tests/compare_last.rs"]
mod tests;
