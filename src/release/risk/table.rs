//! Which table is measured: what the command line names, or what the manifest of a delivery
//! says of it.

use std::path::{Path, PathBuf};

use super::RiskJob;
use super::fault::NoRisk;
use crate::format::io::opening::{SymbolicLinks, read_whole};
use crate::manifest::delivered::DeliveredTable;
use crate::model::name::ColumnName;
use crate::release::error::ReleaseError;
use crate::release::publish::target::MANIFEST;

/// No manifest is larger.
const MAX_MANIFEST: u64 = 64 << 20;

/// A table and what its columns are.
#[derive(Debug, Default)]
pub(super) struct RiskTable {
    pub(super) files: Vec<PathBuf>,
    pub(super) quasi_identifiers: Vec<ColumnName>,
    pub(super) sensitive: Vec<ColumnName>,
    pub(super) subject: Option<ColumnName>,
    /// Whether the subject is the one pseudonym of a delivery, which nobody named.
    pub(super) is_by_pseudonym: bool,
    /// The records that a manifest says there are.
    pub(super) told: Option<u64>,
}

/// The table of a job.
pub(super) fn table_of(job: &RiskJob<'_>) -> Result<RiskTable, ReleaseError> {
    if let [folder] = job.files
        && folder.is_dir()
    {
        return delivered(job, folder);
    }
    Ok(RiskTable {
        files: job.files.to_vec(),
        quasi_identifiers: job.quasi_identifiers.to_vec(),
        sensitive: job.sensitive.to_vec(),
        subject: job.subject.cloned(),
        ..RiskTable::default()
    })
}

/// The table of a delivery. What the command line names comes before what the manifest
/// says; a column that is named as something is nothing else.
fn delivered(job: &RiskJob<'_>, folder: &Path) -> Result<RiskTable, ReleaseError> {
    let not_one = || ReleaseError::NoRisk(NoRisk::NotADelivery);
    if job.policy.is_some() {
        return Err(ReleaseError::NoRisk(NoRisk::PolicyForDelivery));
    }
    let manifest = DeliveredTable::of(&read_manifest(&folder.join(MANIFEST))?).map_err(|_| not_one())?;
    let is_named = |name: &ColumnName| {
        job.quasi_identifiers.contains(name) || job.sensitive.contains(name) || job.subject == Some(name)
    };
    let told = |names: &[String]| {
        let names = names.iter().map(|name| ColumnName::parse(name));
        let names: Result<Vec<ColumnName>, _> = names.collect();
        names.map_err(|_| not_one()).map(|mut names| {
            names.retain(|name| !is_named(name));
            names
        })
    };
    let or_told = |named: &[ColumnName], others: &[String]| {
        if named.is_empty() { told(others) } else { Ok(named.to_vec()) }
    };
    let quasi_identifiers = or_told(job.quasi_identifiers, &manifest.quasi_identifiers)?;
    let mut sensitive = or_told(job.sensitive, &manifest.sensitive)?;
    sensitive.retain(|name| !quasi_identifiers.contains(name));
    let pseudonyms = told(&manifest.pseudonyms)?;
    let (subject, is_by_pseudonym) = match (job.subject, pseudonyms.as_slice()) {
        (Some(named), _) => (Some(named.clone()), false),
        (None, [only]) => (Some(only.clone()).filter(|only| !quasi_identifiers.contains(only)), true),
        (None, _) => (None, false),
    };
    Ok(RiskTable {
        files: manifest.files.iter().map(|(path, _)| folder.join(path)).collect(),
        quasi_identifiers,
        sensitive,
        is_by_pseudonym: is_by_pseudonym && subject.is_some(),
        subject,
        told: Some(manifest.files.iter().map(|(_, rows)| rows).sum()),
    })
}

/// A file that cannot be read as a manifest is none.
fn read_manifest(path: &Path) -> Result<Vec<u8>, ReleaseError> {
    read_whole(path, MAX_MANIFEST, SymbolicLinks::Followed).map_err(|_| ReleaseError::NoRisk(NoRisk::NotADelivery))
}
