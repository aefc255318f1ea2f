//! What a manifest says of the delivered table, for who reads a delivery again: its files,
//! and what its columns are.

pub(crate) mod claims;

use super::document::{Document, MANIFEST_FORMAT};
use super::json::{self, ForeignDocument};
use super::rounding::RoundedCount;
use crate::model::role::AttributeRole;

/// The delivered table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeliveredTable {
    /// The paths of its files within the delivery, and the rows of each.
    pub(crate) files: Vec<(String, u64)>,
    /// The columns whose equal cells make a class: those of the privacy models, where the
    /// policy has some, else all delivered quasi-identifiers.
    pub(crate) quasi_identifiers: Vec<String>,
    /// The sensitive columns.
    pub(crate) sensitive: Vec<String>,
    /// The columns of pseudonyms.
    pub(crate) pseudonyms: Vec<String>,
}

impl DeliveredTable {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`ForeignDocument`], where it is none that scant would write.
    pub(crate) fn of(manifest: &[u8]) -> Result<Self, ForeignDocument> {
        let document: Document<RoundedCount> = json::read(manifest, MANIFEST_FORMAT)?;
        let columns = document.columns.iter().filter_map(|column| Some((column.output.clone()?, column.role)));
        let derived = document.derived.iter().map(|column| (column.output.clone(), column.role));
        let columns: Vec<(String, AttributeRole)> = columns.chain(derived).collect();
        let of_role = |role| {
            let own = columns.iter().filter(|(_, own)| *own == role);
            own.map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        let judged = document.privacy.map(|privacy| privacy.quasi_identifiers);
        Ok(Self {
            files: document.outputs.into_iter().map(|output| (output.path, output.rows)).collect(),
            quasi_identifiers: judged.unwrap_or_else(|| of_role(AttributeRole::QuasiIdentifier)),
            sensitive: of_role(AttributeRole::Sensitive),
            pseudonyms: document.pseudonymisation.into_iter().map(|pseudonym| pseudonym.output).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_what_the_columns_are() {
        let manifest = include_bytes!("../../../samples/actions/expected/manifest.json");
        let table = DeliveredTable::of(manifest).unwrap();
        assert_eq!(table.files.len(), 1);
        assert_eq!(table.files[0].1, 5);
        assert!(table.quasi_identifiers.iter().any(|name| name == "age_band"));
        assert!(table.pseudonyms.iter().any(|name| name == "pseudonymise"));
        assert!(DeliveredTable::of(b"{\"format\": \"scant-manifest/1\"}").is_err());
    }
}
