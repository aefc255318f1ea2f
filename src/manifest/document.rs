//! The manifest (for the recipient) and the account (for the controller) as
//! documents: the same fields, with rounded counts in one and exact counts in the
//! other. Described by `schemas/manifest.schema.json` and
//! `schemas/account.schema.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::consent_log::LogSection;
use super::details::Details;
use super::json;
use super::minimisation::MinimisationSection;
use super::privacy::PrivacySection;
use super::provenance::ProvenanceSection;
use crate::model::column_type::ColumnType;
use crate::model::digest::Digest;
use crate::model::document_ref::DocumentRef;
use crate::model::role::AttributeRole;
use crate::policy::plan::echo::EchoRule;
use crate::policy::plan::lists::{ListKind, OnNotComparable};

/// The `format` of a manifest.
pub(crate) const MANIFEST_FORMAT: &str = "scant-manifest/1";
/// The `format` of an account.
pub(crate) const ACCOUNT_FORMAT: &str = "scant-account/1";

/// Either document; `C` is the type of its counts, rounded or exact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub(crate) struct Document<C> {
    pub(crate) format: String,
    pub(crate) release: ReleaseSection,
    pub(crate) tool: ToolSection,
    pub(crate) policy: DocumentRef,
    pub(crate) register: DocumentRef,
    pub(crate) provenance: ProvenanceSection,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) selection_files: Vec<SelectionFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) hierarchy_files: Vec<HierarchyFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) inputs: Option<Vec<InputSection>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lists: Vec<ListTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consent_log: Option<LogSection>,
    pub(crate) records: RecordsSection<C>,
    pub(crate) columns: Vec<ColumnSection>,
    pub(crate) derived: Vec<DerivedSection>,
    pub(crate) not_listed: NotListedSection,
    pub(crate) pseudonymisation: Vec<PseudonymisationSection>,
    /// The column that has another value in every row, if one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) primary_key: Option<String>,
    pub(crate) outputs: Vec<OutputSection>,
    pub(crate) minimisation: MinimisationSection,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) privacy: Option<PrivacySection<C>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) formula_guard: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) formula_guard_cells: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rounded_cells: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guards: Option<GuardsSection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subjects: Option<SubjectsSection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blinding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_sha256: Option<Digest>,
}

/// Who gets what for which purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleaseSection {
    pub(crate) id: String,
    pub(crate) controller: String,
    pub(crate) recipient: String,
    pub(crate) on_behalf_of: Vec<String>,
    pub(crate) purpose: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) channel: Option<String>,
    pub(crate) legal_basis: LegalBasis,
    /// Why to be in the extract is a consent, where no column records one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consent_by_membership: Option<String>,
    pub(crate) as_of: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run_in: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) erase_by: Option<String>,
}

/// Why the recipient may process the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LegalBasis {
    /// GDPR Art. 6(1)(a).
    Consent,
}

/// The program that made the delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToolSection {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// A file beside the policy with the words that records were selected by. In the
/// account only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SelectionFile {
    /// The entry of the policy, such as `rows.drop[1]`.
    pub(crate) rule: String,
    pub(crate) entries: usize,
    pub(crate) blake3: Digest,
}

/// A hierarchy beside the policy by which a column was generalised. In the account
/// only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HierarchyFile {
    /// The entry of the policy, such as `columns.town.map_hierarchy`.
    pub(crate) rule: String,
    /// Its rows.
    pub(crate) values: usize,
    pub(crate) blake3: Digest,
}

/// One file of the extract. In the account only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputSection {
    /// The file's own name, without its folder.
    pub file: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// Records, malformed ones counted.
    pub records: u64,
    /// BLAKE3 of the file as stored.
    pub blake3: Digest,
    /// U+FFFD characters found: a sign of an earlier bad conversion.
    pub replacement_characters: u64,
    /// Lines that the policy says are no records, where it says so.
    #[serde(default, skip_serializing_if = "json::is_zero")]
    pub skipped_lines: u64,
}

/// One file of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListFileSection {
    /// The file's own name, without its folder.
    pub file: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// BLAKE3 of the file as stored.
    pub blake3: Digest,
    /// Lines that the policy says are no records, where it says so.
    #[serde(default, skip_serializing_if = "json::is_zero")]
    pub skipped_lines: u64,
    /// Its records.
    pub records: u64,
}

/// One list of people who are not delivered. In the account only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSection {
    /// Its name in the policy.
    pub name: String,
    /// What it is for.
    pub kind: ListKind,
    /// Its day, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// What happens to records that cannot be compared with it, if the policy
    /// changes the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_unreadable: Option<OnNotComparable>,
    /// Its files, in the order in which they were read.
    pub files: Vec<ListFileSection>,
    /// Records of all of them.
    pub records: u64,
    /// Of those, how many name no person, since all of the compared values are
    /// missing.
    pub without_value: u64,
    /// Of those, how many cannot be read, by column and reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::reasons_by_column")]
    pub unreadable: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Of those, how many have a day that cannot be read.
    #[serde(default, skip_serializing_if = "json::is_zero")]
    pub undated: u64,
    /// Of those, how many were removed since, and so are not on the list.
    #[serde(default, skip_serializing_if = "json::is_zero")]
    pub removed: u64,
    /// Of those, how many say of it what the policy does not know, and so are on the
    /// list.
    #[serde(default, skip_serializing_if = "json::is_zero")]
    pub removal_unknown: u64,
    /// Entries, each once.
    pub entries: u64,
    /// Entries that a record of the extract matches.
    pub found: u64,
    /// Records of the extract that were compared with it.
    pub compared: u64,
    /// Records of the extract that have a value in some of the compared columns,
    /// but not in all, and so were not compared.
    #[serde(default, skip_serializing_if = "json::is_zero")]
    pub incomplete: u64,
    /// Records of the extract that have a value in none of them, and so cannot
    /// match an entry.
    pub records_without_value: u64,
    /// Records of the extract that could not be compared, by column and reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::reasons_by_column")]
    pub not_comparable: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Of a deletion list: work items that cannot be answered truthfully.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_answered: Option<u64>,
}

/// A list in either document. The recipient learns its name, what it is for and its
/// day, but not its digest and counts, which could point at the people on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum ListTold {
    Kept(Box<ListSection>),
    Delivered {
        name: String,
        kind: ListKind,
        #[serde(skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        on_unreadable: Option<OnNotComparable>,
    },
}

/// What became of the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub(crate) struct RecordsSection<C> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read: Option<u64>,
    pub(crate) delivered: u64,
    #[serde(deserialize_with = "json::faults")]
    pub(crate) quarantined: BTreeMap<&'static str, C>,
    pub(crate) dropped: BTreeMap<String, C>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) withheld_by_the_person: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dropped_with_their_subject: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<Details>,
}

/// What the policy decides about a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DecisionWord {
    Drop,
    Keep,
    Transform,
}

/// What became of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ColumnSection {
    pub(crate) source: String,
    pub(crate) role: AttributeRole,
    pub(crate) decision: DecisionWord,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) action: Option<String>,
    pub(crate) technique: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) column_type: Option<ColumnType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cells: Option<CellsSection>,
    pub(crate) lost: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) direct_identifier_released: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What happened to the cells of a delivered column, over the delivered records. In the
/// account only: the recipient can count the missing cells, so any other number would
/// tell how many were unreadable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CellsSection {
    pub(crate) delivered: u64,
    pub(crate) changed: u64,
    pub(crate) missing: u64,
    #[serde(deserialize_with = "json::reasons")]
    pub(crate) unreadable: BTreeMap<&'static str, u64>,
    /// Cells of quasi-identifiers that are left out so that their record is delivered.
    #[serde(default, skip_serializing_if = "json::is_zero")]
    pub(crate) suppressed: u64,
    /// Cells that repeated a direct identifier of their record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) echoes: Option<u64>,
}

/// A column made from several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DerivedSection {
    pub(crate) output: String,
    pub(crate) role: AttributeRole,
    pub(crate) derivation: String,
    pub(crate) parameters: Value,
    #[serde(rename = "type")]
    pub(crate) column_type: ColumnType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cells: Option<CellsSection>,
    pub(crate) lost: String,
}

/// Columns dropped because the policy does not name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotListedSection {
    pub(crate) columns: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) names: Option<Vec<String>>,
}

/// How one column was pseudonymised. Never holds the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PseudonymisationSection {
    pub(crate) output: String,
    pub(crate) technique: String,
    pub(crate) domain: String,
    pub(crate) bits: u64,
    pub(crate) key_id: String,
    pub(crate) normalisation: String,
    pub(crate) normalisation_version: u32,
}

/// One written file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "plain facts, stated by whoever finds them")]
pub struct OutputSection {
    /// Its path within the delivery.
    pub path: String,
    /// Rows, counted again from the written file.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: Digest,
    /// BLAKE3.
    pub blake3: Digest,
}

/// The guards that could have refused the run. In the account only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GuardsSection {
    pub(crate) min_delivered: u64,
    pub(crate) max_quarantined: u64,
    pub(crate) max_unreadable: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_change: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) echo: Option<EchoRule>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) accepted_changes: Vec<String>,
}

/// How the delivered rows are distributed over subjects. In the account only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubjectsSection {
    pub(crate) delivered: u64,
    pub(crate) most_rows_of_one: u64,
}
