//! What a manifest claims of a delivery, for who checks it; and whether an account is that
//! of a manifest.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::is_data_path;
use crate::manifest::document::{ACCOUNT_FORMAT, Document, MANIFEST_FORMAT, OutputSection};
use crate::manifest::json::{self, ForeignDocument};
use crate::manifest::last_delivery::LastRecords;
use crate::manifest::privacy::MeasuredNumber;
use crate::manifest::rounding::RoundedCount;
use crate::model::column_type::ColumnType;
use crate::model::digest::Digest;
use crate::model::outcome::reason::WITHHELD_BY_THE_PERSON;

/// What a manifest claims.
#[derive(Debug)]
pub(crate) struct DeliveryClaims {
    document: Document<RoundedCount>,
    /// Whether it is written as scant writes it, byte by byte.
    pub(crate) is_as_written: bool,
}

/// A privacy model, as a manifest tells it.
#[derive(Debug)]
pub(crate) struct ClaimedModel<'m> {
    pub(crate) word: &'m str,
    pub(crate) demanded: &'m Map<String, Value>,
    /// The number of the worst class; `None` where no class is delivered, or the delivery
    /// alone does not show it.
    pub(crate) reached: Option<f64>,
}

/// How an account and a manifest differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccountFault {
    /// It is no account that scant would write.
    NotOurs,
    /// Its digest is not the one that the manifest tells.
    AnotherDigest,
    /// Its counts do not add up.
    Imbalance,
    /// It says another release, other files or other counts.
    Differs,
}

impl DeliveryClaims {
    /// Reads a manifest. What is shown of one (its id, its day, the paths of its files)
    /// is such a thing, and so no text of somebody's.
    ///
    /// # Errors
    /// [`ForeignDocument`], where it is none that scant would write.
    pub(crate) fn of(manifest: &[u8]) -> Result<Self, ForeignDocument> {
        let document: Document<RoundedCount> = json::read(manifest, MANIFEST_FORMAT)?;
        let release = &document.release;
        let is_id = release.id.len() == 32 && release.id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_day =
            release.erase_by.as_deref().is_none_or(|day| day.parse::<Date>().is_ok_and(|own| own.to_string() == day));
        let mut paths = BTreeSet::new();
        let are_paths = document.outputs.iter().all(|file| is_data_path(&file.path) && paths.insert(&file.path));
        if !(is_id && is_day && are_paths) {
            return Err(ForeignDocument);
        }
        let is_as_written = json::write(&document) == manifest;
        Ok(Self { document, is_as_written })
    }

    /// The id of the release.
    pub(crate) fn release(&self) -> &str {
        &self.document.release.id
    }

    /// Until when the recipient may have the data.
    pub(crate) fn erase_by(&self) -> Option<&str> {
        self.document.release.erase_by.as_deref()
    }

    /// The rows of all files.
    pub(crate) fn rows(&self) -> u64 {
        self.document.records.delivered
    }

    /// The files of the data.
    pub(crate) fn files(&self) -> &[OutputSection] {
        &self.document.outputs
    }

    /// The names and types of the delivered columns.
    pub(crate) fn columns(&self) -> Vec<(&str, ColumnType)> {
        let own = self.document.columns.iter();
        let own = own.filter_map(|column| Some((column.output.as_deref()?, column.column_type?)));
        own.chain(self.document.derived.iter().map(|column| (column.output.as_str(), column.column_type))).collect()
    }

    /// The privacy models.
    pub(crate) fn models(&self) -> Vec<ClaimedModel<'_>> {
        let models = self.document.privacy.iter().flat_map(|privacy| &privacy.models);
        let claimed = models.map(|model| ClaimedModel {
            word: &model.model,
            demanded: &model.demanded,
            reached: model.reached.as_ref().and_then(MeasuredNumber::value),
        });
        claimed.collect()
    }

    /// Whether records of classes that meet no model are delivered, without their
    /// quasi-identifiers.
    pub(crate) fn suppresses_cells(&self) -> bool {
        self.document.privacy.as_ref().is_some_and(|privacy| privacy.on_violation == "suppress_cells")
    }

    /// Whether an account is the one of this manifest. `sha256` is its digest.
    ///
    /// # Errors
    /// [`AccountFault`].
    pub(crate) fn check_account(&self, account: &[u8], sha256: Digest) -> Result<(), AccountFault> {
        let manifest = &self.document;
        let account: Document<u64> = json::read(account, ACCOUNT_FORMAT).map_err(|_| AccountFault::NotOurs)?;
        if manifest.account_sha256 != Some(sha256) {
            return Err(AccountFault::AnotherDigest);
        }
        let counted = |(word, count): (&'static str, u64)| (word.to_owned(), count);
        let records = LastRecords {
            read: account.records.read.ok_or(AccountFault::NotOurs)?,
            delivered: account.records.delivered,
            quarantined: account.records.quarantined.clone().into_iter().map(counted).collect(),
            dropped: account.records.dropped.clone(),
        };
        if !records.is_balanced() {
            return Err(AccountFault::Imbalance);
        }
        let is_same = account.release.id == manifest.release.id
            && account.records.delivered == manifest.records.delivered
            && account.outputs == manifest.outputs
            && self.tells(&account.records.dropped);
        if is_same { Ok(()) } else { Err(AccountFault::Differs) }
    }

    /// Whether the manifest tells these counts, rounded.
    fn tells(&self, dropped: &BTreeMap<String, u64>) -> bool {
        let told = &self.document.records;
        let together = told.withheld_by_the_person.clone().unwrap_or_default();
        let mut expected: BTreeMap<&str, u64> = told.dropped.keys().map(|reason| (reason.as_str(), 0)).collect();
        for (reason, count) in dropped {
            let as_told = if together.contains(reason) { WITHHELD_BY_THE_PERSON } else { reason };
            match expected.get_mut(as_told) {
                Some(all) => *all += count,
                None => return false,
            }
        }
        expected.iter().all(|(reason, count)| told.dropped.get(*reason) == Some(&RoundedCount::of(*count)))
    }
}
