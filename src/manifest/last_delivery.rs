//! What the last delivery of a policy counted, for `guards.max_change`: the state
//! document that is kept beside the deliveries (`schemas/last.schema.json`), read
//! strictly, or the account of any earlier run. Holds counts and names of the
//! policy, never a value. The comparison is in `compare_last.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::{ACCOUNT_FORMAT, Document, MANIFEST_FORMAT, RecordsSection};
use super::json::{self, ForeignDocument};
use crate::account::Account;
use crate::model::digest::Digest;
use crate::model::document_ref::DocumentRef;
use crate::model::outcome::change::MOST_RECORDS;
use crate::model::time::date::DateFormat;
use crate::policy::plan::Plan;

/// The `format` of the state document.
pub(crate) const LAST_FORMAT: &str = "scant-last/1";

/// Why a document cannot be used for the comparison. Holds nothing of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LastFault {
    /// It is of another policy.
    #[error("is about another policy")]
    AnotherPolicy,
    /// Its counts do not add up.
    #[error("has counts that do not add up")]
    Imbalance,
    /// It is neither a state document nor an account.
    #[error("is not what scant writes after a delivery")]
    NotOurs,
    /// It is a manifest, of which the counts are rounded.
    #[error("is the recipient's copy, of which the counts are rounded")]
    Rounded,
}

impl From<ForeignDocument> for LastFault {
    fn from(_: ForeignDocument) -> Self {
        Self::NotOurs
    }
}

/// What became of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRecords {
    /// Records read.
    pub read: u64,
    /// Records delivered.
    pub delivered: u64,
    /// Malformed records, by fault.
    pub quarantined: BTreeMap<String, u64>,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
}

impl LastRecords {
    /// The counts of an account.
    #[must_use]
    pub fn of(plan: &Plan, account: &Account) -> Self {
        Self {
            read: account.read.records,
            delivered: account.delivered,
            quarantined: account.quarantined.iter().map(|(fault, n)| (fault.to_string(), *n)).collect(),
            dropped: account.dropped.iter().map(|(reason, n)| (reason.name(&plan.reason_names), *n)).collect(),
        }
    }

    /// Whether they add up.
    pub(super) fn is_balanced(&self) -> bool {
        let parts = self.quarantined.values().chain(self.dropped.values());
        let sum = parts.map(|count| u128::from(*count)).sum::<u128>() + u128::from(self.delivered);
        self.read <= MOST_RECORDS && sum == u128::from(self.read)
    }
}

/// A delivery as the state document describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDelivery {
    /// [`LAST_FORMAT`].
    pub format: String,
    /// The policy.
    pub policy: DocumentRef,
    /// The as-of day.
    pub as_of: String,
    /// SHA-256 of the recipient's manifest; an account does not hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest_sha256: Option<Digest>,
    /// What became of the records.
    pub records: LastRecords,
}

impl LastDelivery {
    /// The state document of a delivery.
    #[must_use]
    pub fn new(plan: &Plan, account: &Account, manifest_sha256: Digest) -> Self {
        Self {
            format: LAST_FORMAT.to_owned(),
            policy: plan.policy.clone(),
            as_of: plan.as_of.to_string(),
            manifest_sha256: Some(manifest_sha256),
            records: LastRecords::of(plan, account),
        }
    }

    /// Its text.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        json::write(self)
    }

    /// Reads the state document of `plan`'s policy. Refuses everything else: a
    /// guard cannot rest on a guess.
    ///
    /// # Errors
    /// [`LastFault`].
    pub fn parse_state(bytes: &[u8], plan: &Plan) -> Result<Self, LastFault> {
        let last: Self = json::read(bytes, LAST_FORMAT)?;
        if last.manifest_sha256.is_none() {
            return Err(LastFault::NotOurs);
        }
        last.checked(plan)
    }

    /// Reads a file that the caller named: the account of an earlier run, or a
    /// state document.
    ///
    /// # Errors
    /// [`LastFault`].
    pub fn parse_named(bytes: &[u8], plan: &Plan) -> Result<Self, LastFault> {
        match json::format_of(bytes)?.as_str() {
            LAST_FORMAT => Self::parse_state(bytes, plan),
            MANIFEST_FORMAT => Err(LastFault::Rounded),
            _ => Self::of_account(json::read(bytes, ACCOUNT_FORMAT)?)?.checked(plan),
        }
    }

    /// The counts of an account, as a state document has them.
    fn of_account(account: Document<u64>) -> Result<Self, LastFault> {
        let RecordsSection { read, delivered, quarantined, dropped, .. } = account.records;
        let quarantined = quarantined.into_iter().map(|(fault, count)| (fault.to_owned(), count)).collect();
        Ok(Self {
            format: LAST_FORMAT.to_owned(),
            policy: account.policy,
            as_of: account.release.as_of,
            manifest_sha256: None,
            records: LastRecords { read: read.ok_or(LastFault::NotOurs)?, delivered, quarantined, dropped },
        })
    }

    /// Refuses names with other characters than ours, since names are shown to
    /// people.
    fn checked(self, plan: &Plan) -> Result<Self, LastFault> {
        let names = self.records.dropped.keys().chain(self.records.quarantined.keys());
        let are_names = names.into_iter().all(|name| is_plain(name));
        if !are_names || DateFormat::iso().date(&self.as_of).is_none() {
            return Err(LastFault::NotOurs);
        }
        if self.policy.name != plan.policy.name {
            return Err(LastFault::AnotherPolicy);
        }
        if self.records.is_balanced() { Ok(self) } else { Err(LastFault::Imbalance) }
    }
}

fn is_plain(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte))
}
