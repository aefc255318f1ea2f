//! What a report is made from: the account of a delivery, or its manifest where there is
//! no account. Read as strictly as `verify` reads them.

use super::ReportFault;
use super::told_count::ToldCount;
use crate::manifest::delivered::claims::DeliveryClaims;
use crate::manifest::document::{ACCOUNT_FORMAT, CellsSection, ColumnSection, DecisionWord, Document, MANIFEST_FORMAT};
use crate::manifest::json;
use crate::model::digest::Digest;
use crate::model::outcome::tally::Unreadable;
use crate::model::role::AttributeRole;

/// The documents of a delivery as the page reads them.
#[derive(Debug)]
pub(super) struct Documents {
    /// The account, or the manifest.
    pub(super) told: Document<ToldCount>,
    /// Whether it is the account, whose counts are exact.
    pub(super) is_exact: bool,
    /// The digest of the account, as the manifest tells it.
    pub(super) account_sha256: Option<Digest>,
}

/// A column of the delivery, whatever it was made from.
pub(super) struct ToldColumn<'d> {
    /// Its name in the delivery.
    pub(super) name: &'d str,
    pub(super) role: AttributeRole,
    pub(super) cells: Option<&'d CellsSection>,
}

impl Documents {
    /// Reads a manifest and its account, with the digest of the latter.
    ///
    /// # Errors
    /// A [`ReportFault`], where they are none that scant would write, or not of one delivery.
    pub(super) fn read(manifest: &[u8], account: Option<(&[u8], Digest)>) -> Result<Self, ReportFault> {
        let claims = DeliveryClaims::of(manifest).map_err(|_| ReportFault::Manifest)?;
        if !claims.is_as_written {
            return Err(ReportFault::Manifest);
        }
        let told: Document<ToldCount> = json::read(manifest, MANIFEST_FORMAT).map_err(|_| ReportFault::Manifest)?;
        let account_sha256 = told.account_sha256;
        let Some((account, sha256)) = account else { return Ok(Self { told, is_exact: false, account_sha256 }) };
        claims.check_account(account, sha256).map_err(ReportFault::Account)?;
        // Bytes of the digest that the manifest tells, and counts that are numbers.
        let told = json::read(account, ACCOUNT_FORMAT).map_err(|_| ReportFault::Manifest)?;
        Ok(Self { told, is_exact: true, account_sha256 })
    }

    /// A count in words.
    pub(super) fn count(&self, count: ToldCount) -> String {
        count.in_words(self.is_exact)
    }

    /// The records that are delivered.
    pub(super) fn delivered(&self) -> u64 {
        self.told.records.delivered
    }

    /// The records that were malformed, at least.
    pub(super) fn quarantined(&self) -> u64 {
        self.told.records.quarantined.values().map(|count| count.at_least()).sum()
    }

    /// The records that were dropped, at least.
    pub(super) fn dropped(&self) -> u64 {
        self.told.records.dropped.values().map(|count| count.at_least()).sum()
    }

    /// The columns of the extract that are delivered, rewritten or not.
    pub(super) fn sources_delivered(&self) -> impl Iterator<Item = &ColumnSection> {
        self.told.columns.iter().filter(|column| column.decision != DecisionWord::Drop && column.output.is_some())
    }

    /// The columns that the policy drops by name.
    pub(super) fn sources_dropped(&self) -> impl Iterator<Item = &ColumnSection> {
        self.told.columns.iter().filter(|column| column.output.is_none())
    }

    /// Every column of the delivery.
    pub(super) fn delivered_columns(&self) -> impl Iterator<Item = ToldColumn<'_>> {
        let own = self.sources_delivered().map(|column| ToldColumn {
            name: column.output.as_deref().unwrap_or_default(),
            role: column.role,
            cells: column.cells.as_ref(),
        });
        let derived = self.told.derived.iter().map(|column| ToldColumn {
            name: &column.output,
            role: column.role,
            cells: column.cells.as_ref(),
        });
        own.chain(derived)
    }

    /// The names of the delivered columns of a role.
    pub(super) fn names_of(&self, role: AttributeRole) -> Vec<&str> {
        self.delivered_columns().filter(|column| column.role == role).map(|column| column.name).collect()
    }

    /// The columns whose equal cells make a class: those of the privacy models, or else the
    /// delivered quasi-identifiers.
    pub(super) fn quasi_identifiers(&self) -> Vec<&str> {
        match &self.told.privacy {
            Some(privacy) => privacy.quasi_identifiers.iter().map(String::as_str).collect(),
            None => self.names_of(AttributeRole::QuasiIdentifier),
        }
    }

    /// The direct identifiers that are delivered as they are.
    pub(super) fn released_identifiers(&self) -> Vec<&str> {
        let released = self.sources_delivered().filter(|column| column.direct_identifier_released);
        released.filter_map(|column| column.output.as_deref()).collect()
    }

    /// The direct identifiers of which a part is delivered: neither a pseudonym nor one word
    /// for all of them.
    pub(super) fn masked_identifiers(&self) -> Vec<&str> {
        let pseudonyms: Vec<&str> = self.pseudonyms().collect();
        let direct = self.sources_delivered().filter(|column| {
            let has_part = column.action.as_deref() != Some("replace");
            column.role == AttributeRole::DirectIdentifier && column.decision == DecisionWord::Transform && has_part
        });
        direct.filter_map(|column| column.output.as_deref()).filter(|name| !pseudonyms.contains(name)).collect()
    }

    /// The columns of pseudonyms.
    pub(super) fn pseudonyms(&self) -> impl Iterator<Item = &str> {
        self.told.pseudonymisation.iter().map(|section| section.output.as_str())
    }
}

/// The cells that cannot be read, words for "no value" apart, and the cells that have a value.
pub(super) fn unreadable_of(cells: &CellsSection) -> (u64, u64) {
    let sentinel = Unreadable::Sentinel.as_str();
    let unreadable = cells.unreadable.iter().filter(|(reason, _)| **reason != sentinel).map(|(_, count)| *count).sum();
    let with_value = cells.delivered.saturating_sub(cells.missing + cells.suppressed);
    (unreadable, with_value)
}
