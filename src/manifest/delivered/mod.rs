//! What a manifest says of the delivered table, for who reads a delivery again: its files,
//! and what its columns are.

pub(crate) mod claims;

use super::document::{Document, MANIFEST_FORMAT};
use super::json::{self, ForeignDocument};
use super::rounding::RoundedCount;
use crate::model::file_format::FileFormat;
use crate::model::name::PlainName;
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
        if !document.outputs.iter().all(|output| is_data_path(&output.path)) {
            return Err(ForeignDocument);
        }
        let judged = document.privacy.map(|privacy| privacy.quasi_identifiers);
        Ok(Self {
            files: document.outputs.into_iter().map(|output| (output.path, output.rows)).collect(),
            quasi_identifiers: judged.unwrap_or_else(|| of_role(AttributeRole::QuasiIdentifier)),
            sensitive: of_role(AttributeRole::Sensitive),
            pseudonyms: document.pseudonymisation.into_iter().map(|pseudonym| pseudonym.output).collect(),
        })
    }
}

/// Whether a path is one of the data of a delivery: a plain name in its folder, which leads
/// nowhere else, and promises a format.
pub(super) fn is_data_path(path: &str) -> bool {
    let name = path.strip_prefix("data/");
    name.is_some_and(|name| {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let is_written = FileFormat::written().iter().any(|(_, format)| format.extension() == extension);
        // A part has its number behind the name.
        let is_part = |part: &str| part.len() >= 5 && part.bytes().all(|byte| byte.is_ascii_digit());
        let own = stem.rsplit_once('-').filter(|(_, part)| is_part(part)).map_or(stem, |(own, _)| own);
        is_written && PlainName::parse(own).is_ok()
    })
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

    #[test]
    fn a_path_of_the_data_leads_nowhere_else() {
        for path in ["data/rows.csv", "data/a.b-c.parquet", "data/rows-00001.ndjson", "data/x-123456.arrow"] {
            assert!(is_data_path(path), "{path}");
        }
        for path in [
            "rows.csv",
            "data/../rows.csv",
            "/data/rows.csv",
            "data//rows.csv",
            "data/Anna Birch.csv",
            "data/.csv",
            "data/rows-Anna Birch.csv",
            "data/rows",
            "data/rows.xlsx",
            "data/rows\u{1b}[2J.csv",
            "data/rows-\u{1b}[2Jx.csv",
            "data/rows-/../../x.csv",
            "data/rows.csv.gz",
        ] {
            assert!(!is_data_path(path), "{path}");
        }
    }
}
