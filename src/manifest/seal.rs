//! Seals the account: the only way to make a manifest. Refuses when the counts do
//! not balance, or the written files hold another number of rows.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::consent_log::LogSection;
use super::details::details;
use super::document::{
    ACCOUNT_FORMAT, CellsSection, ColumnSection, DecisionWord, DerivedSection, Document, GuardsSection, HierarchyFile,
    InputSection, LegalBasis, ListSection, ListTold, MANIFEST_FORMAT, NotListedSection, OutputSection,
    PseudonymisationSection, RecordsSection, ReleaseSection, SelectionFile, SubjectsSection, ToolSection,
};
use super::json;
use super::minimisation::MinimisationSection;
use super::package::{self, TagFile};
use super::privacy::{PopulationSection, PrivacySection};
use super::provenance::ProvenanceSection;
use super::recipient;
use crate::account::{Account, Imbalance};
use crate::identifier::canonical::Normalise;
use crate::identifier::key::{KeyId, NORMALISATION_VERSION};
use crate::model::column_type::ColumnType;
use crate::model::digest::{Digest, to_hex};
use crate::model::outcome::tally::Tally;
use crate::model::role::AttributeRole;
use crate::policy::plan::lists::{ListDay, ListRule};
use crate::policy::plan::{ColumnDecision, Plan, SelectionRule};
use crate::transform::TransformSpec;
use crate::transform::texts::map_hierarchy::MapHierarchy;

/// Everything that a manifest is made from.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the caller states every fact")]
pub struct ManifestFacts<'a> {
    /// The plan that was run.
    pub plan: &'a Plan,
    /// The counts of records and cells.
    pub account: &'a Account,
    /// The day of the run, if the as-of day is so long past that the manifest says
    /// both.
    pub run_on: Option<Date>,
    /// The files of the extract.
    pub inputs: Vec<InputSection>,
    /// The lists, and how many of their entries were found.
    pub lists: Vec<ListSection>,
    /// The files written, with rows as counted again.
    pub outputs: Vec<OutputSection>,
    /// The types of the delivered columns, derived ones last.
    pub types: Vec<ColumnType>,
    /// Columns of the first file.
    pub columns_in: usize,
    /// Columns that the policy does not name: by name if the names look like names
    /// of columns, else by position.
    pub not_listed: Vec<String>,
    /// The public fingerprint of the key, where one was used.
    pub key_id: Option<KeyId>,
    /// How many cells the formula guard prefixed; `None` where it does not apply.
    pub guarded_cells: Option<u64>,
    /// How many numbers the doubles of the output cannot hold exactly; `None`:
    /// none.
    pub rounded_cells: Option<u64>,
    /// How many malformed records were allowed.
    pub max_quarantined: u64,
    /// What the consent logs hold, where the evidence is a log.
    pub consent_log: Option<LogSection>,
    /// What is known of the population, where privacy models ask for one.
    pub population: Option<PopulationSection>,
    /// Counts whose change the operator accepted.
    pub accepted_changes: Vec<String>,
}

/// The sealed documents, as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// `account.json`, to keep.
    pub account: Vec<u8>,
    /// `manifest.json`, for the recipient.
    pub manifest: Vec<u8>,
    /// What follows from the manifest, for the recipient.
    pub tag_files: Vec<TagFile>,
    /// The id of the release.
    pub release_id: String,
}

/// Seals the account. `blind` gives 128 bits that the recipient cannot guess and
/// that depend on its argument: with them the recipient cannot find counts by
/// trying which give the account's digest. `sha256` digests the account for the
/// manifest.
///
/// # Errors
/// An [`Imbalance`].
pub fn seal(
    facts: &ManifestFacts<'_>,
    blind: impl FnOnce(&[u8]) -> [u8; 16],
    sha256: impl Fn(&[u8]) -> Digest,
) -> Result<Sealed, Imbalance> {
    facts.account.check_balance()?;
    let written = facts.outputs.iter().map(|output| output.rows).sum();
    if written != facts.account.delivered {
        return Err(Imbalance::Rows { delivered: facts.account.delivered, written });
    }
    let release_id = release_id(facts);
    let mut account = document(facts, ACCOUNT_FORMAT, &release_id, exact_records(facts));
    add_what_is_kept(facts, &mut account);
    let blinding = blind(release_id.as_bytes());
    account.blinding = Some(to_hex(&blinding));
    let account = json::write(&account);
    let mut manifest = document(facts, MANIFEST_FORMAT, &release_id, recipient::records(facts.plan, facts.account));
    manifest.release.run_in = facts.run_on.map(|day| day.strftime("%Y-%m").to_string());
    let classes = facts.account.classes.as_ref();
    manifest.privacy = classes.and_then(|found| PrivacySection::rounded(facts.plan, found));
    manifest.account_sha256 = Some(sha256(&account));
    let written = json::write(&manifest);
    let tag_files = package::of_document(&manifest, &written, &sha256);
    Ok(Sealed { account, manifest: written, tag_files, release_id })
}

/// The same policy, register, files of words, hierarchies, as-of day and delivered files give
/// the same id, and any difference gives another.
fn release_id(facts: &ManifestFacts<'_>) -> String {
    let mut hasher = blake3_of_parts();
    hasher.push(facts.plan.policy.digest.as_bytes());
    hasher.push(facts.plan.register.digest.as_bytes());
    for file in facts.plan.rows.selections.iter().filter_map(|rule| rule.file.as_ref()) {
        hasher.push(file.as_bytes());
    }
    for action in map_hierarchies(facts.plan) {
        hasher.push(action.blake3.as_bytes());
    }
    for output in &facts.outputs {
        hasher.push(output.sha256.as_bytes());
    }
    hasher.push(facts.plan.as_of.to_string().as_bytes());
    hasher.finish().to_string()[..32].to_owned()
}

/// Parts of a digest, each prefixed by its length, so that different lists of parts
/// always differ in bytes.
struct LengthPrefixed(Vec<u8>);

fn blake3_of_parts() -> LengthPrefixed {
    LengthPrefixed(Vec::new())
}

impl LengthPrefixed {
    fn push(&mut self, part: &[u8]) {
        self.0.extend_from_slice(&(part.len() as u64).to_le_bytes());
        self.0.extend_from_slice(part);
    }

    fn finish(&self) -> Digest {
        Digest::blake3(&self.0)
    }
}

fn exact_records(facts: &ManifestFacts<'_>) -> RecordsSection<u64> {
    let (plan, account) = (facts.plan, facts.account);
    RecordsSection {
        read: Some(account.read.records),
        delivered: account.delivered,
        quarantined: account.quarantined.iter().map(|(fault, n)| (fault.as_str(), *n)).collect(),
        dropped: account.dropped.iter().map(|(reason, n)| (reason.name(&plan.reason_names), *n)).collect(),
        withheld_by_the_person: None,
        dropped_with_their_subject: Some(account.dropped_with_their_subject()),
        details: Some(details(plan, account)),
    }
}

/// What both documents say. It holds no count except those of `records` and those
/// that anyone can make who has the data.
fn document<C>(facts: &ManifestFacts<'_>, format: &str, release_id: &str, records: RecordsSection<C>) -> Document<C> {
    let plan = facts.plan;
    Document {
        format: format.to_owned(),
        release: ReleaseSection {
            id: release_id.to_owned(),
            controller: plan.release.controller.to_string(),
            recipient: plan.release.recipient.to_string(),
            on_behalf_of: plan.release.on_behalf_of.iter().map(ToString::to_string).collect(),
            purpose: plan.release.purpose.to_string(),
            channel: plan.release.channel.clone(),
            legal_basis: LegalBasis::Consent,
            consent_by_membership: plan.membership_because().map(str::to_owned),
            as_of: plan.as_of.to_string(),
            run_on: None,
            run_in: None,
            erase_by: plan.release.erase_after.and_then(|period| period.after(plan.as_of)).map(|day| day.to_string()),
        },
        tool: ToolSection { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        policy: plan.policy.clone(),
        register: plan.register.clone(),
        provenance: ProvenanceSection::rounded(plan, facts.account, facts.key_id.as_ref()),
        selection_files: Vec::new(),
        hierarchy_files: Vec::new(),
        inputs: None,
        lists: facts.lists.iter().zip(&plan.consent.lists).map(told_to_the_recipient).collect(),
        consent_log: None,
        records,
        columns: columns(facts),
        derived: derived(facts),
        not_listed: NotListedSection { columns: facts.not_listed.len(), names: None },
        pseudonymisation: pseudonymisation(facts),
        primary_key: primary_key(facts),
        outputs: facts.outputs.clone(),
        minimisation: MinimisationSection::new(plan, facts.columns_in),
        privacy: None,
        formula_guard: facts.guarded_cells.map(|_| true),
        formula_guard_cells: None,
        rounded_cells: None,
        guards: None,
        subjects: None,
        blinding: None,
        account_sha256: None,
    }
}

/// The subject's pseudonym, if no subject has two rows and the identifiers of no two
/// subjects become one.
fn primary_key(facts: &ManifestFacts<'_>) -> Option<String> {
    let (plan, account) = (facts.plan, facts.account);
    let position = plan.subject_pseudonym()?;
    let rule = plan.columns.iter().filter(|rule| rule.output.is_some()).nth(position)?;
    let ColumnDecision::Transform(TransformSpec::Pseudonymise(action)) = &rule.decision else { return None };
    // Subjects are compared in this form.
    let is_injective = action.normalise == Normalise::None;
    let is_whole = account.delivered_columns.get(position).is_some_and(|tally| tally.changed == account.delivered);
    let holds = is_injective && is_whole && account.most_rows_of_one_subject == 1;
    rule.output.as_ref().filter(|_| holds).map(ToString::to_string)
}

fn selection_files(plan: &Plan) -> Vec<SelectionFile> {
    let told = |rule: &SelectionRule| {
        let blake3 = rule.file?;
        Some(SelectionFile { rule: rule.path.clone(), entries: rule.listed.len(), blake3 })
    };
    plan.rows.selections.iter().filter_map(told).collect()
}

fn map_hierarchies(plan: &Plan) -> impl Iterator<Item = &MapHierarchy> {
    plan.columns.iter().filter_map(|rule| match &rule.decision {
        ColumnDecision::Transform(TransformSpec::MapHierarchy(action)) => Some(action),
        _ => None,
    })
}

fn hierarchy_files(plan: &Plan) -> Vec<HierarchyFile> {
    let told = |action: &MapHierarchy| HierarchyFile {
        rule: action.rule.clone(),
        values: action.hierarchy.len(),
        blake3: action.blake3,
    };
    map_hierarchies(plan).map(told).collect()
}

fn add_what_is_kept(facts: &ManifestFacts<'_>, account: &mut Document<u64>) {
    account.provenance = ProvenanceSection::exact(facts.plan, facts.account, facts.key_id.as_ref());
    account.release.run_on = facts.run_on.map(|day| day.to_string());
    account.inputs = Some(facts.inputs.clone());
    account.selection_files = selection_files(facts.plan);
    account.hierarchy_files = hierarchy_files(facts.plan);
    account.lists = facts.lists.iter().cloned().map(Box::new).map(ListTold::Kept).collect();
    account.consent_log.clone_from(&facts.consent_log);
    account.not_listed.names = Some(facts.not_listed.clone());
    account.minimisation = account.minimisation.clone().counted(facts.account.read.records, facts.account.delivered);
    account.formula_guard_cells = facts.guarded_cells;
    account.rounded_cells = facts.rounded_cells;
    let delivered = account.columns.iter_mut().filter(|column| column.output.is_some()).map(|column| &mut column.cells);
    let derived = account.derived.iter_mut().map(|column| &mut column.cells);
    for (cells, tally) in delivered.chain(derived).zip(&facts.account.delivered_columns) {
        *cells = Some(cells_section(tally));
    }
    let classes = facts.account.classes.as_ref();
    account.privacy = classes.and_then(|found| PrivacySection::exact(facts.plan, found));
    if let Some(privacy) = &mut account.privacy {
        privacy.population.clone_from(&facts.population);
    }
    account.guards = Some(GuardsSection {
        min_delivered: facts.plan.guards.min_delivered,
        max_quarantined: facts.max_quarantined,
        max_unreadable: facts.plan.guards.max_unreadable.to_string(),
        max_change: facts.plan.guards.max_change.map(|limit| limit.to_string()),
        echo: facts.plan.guards.echo,
        accepted_changes: facts.accepted_changes.clone(),
    });
    account.subjects = Some(SubjectsSection {
        delivered: facts.account.subjects,
        most_rows_of_one: facts.account.most_rows_of_one_subject,
    });
}

/// If a list's day is the latest in one of its columns, it is the day on which a
/// person was added, so the recipient is not told.
fn told_to_the_recipient((list, rule): (&ListSection, &ListRule)) -> ListTold {
    let as_of = list.as_of.clone().filter(|_| !matches!(rule.day, ListDay::Column(_)));
    ListTold::Delivered { name: list.name.clone(), kind: list.kind, as_of, on_unreadable: list.on_unreadable }
}

fn cells_section(tally: &Tally) -> CellsSection {
    CellsSection {
        delivered: tally.cells,
        changed: tally.changed,
        missing: tally.missing,
        unreadable: tally.unreadable.iter().map(|(reason, n)| (reason.as_str(), *n)).collect(),
        suppressed: tally.suppressed,
        echoes: Some(tally.echoes).filter(|echoes| *echoes > 0),
    }
}

/// The parameters of a spec that serialises as `{ word: parameters }`.
fn parameters<T: Serialize>(spec: &T) -> Value {
    match serde_json::to_value(spec) {
        Ok(Value::Object(outer)) => outer.into_iter().next().map_or(Value::Null, |(_, inner)| inner),
        _ => Value::Null,
    }
}

fn columns(facts: &ManifestFacts<'_>) -> Vec<ColumnSection> {
    let mut delivered = facts.types.iter();
    let section = |rule: &crate::policy::plan::ColumnRule| {
        let column_type = if rule.output.is_some() { delivered.next() } else { None };
        let (decision, action, technique, lost, because) = match &rule.decision {
            ColumnDecision::Drop => (DecisionWord::Drop, None, "attribute suppression", "everything".to_owned(), None),
            ColumnDecision::Keep { because } => {
                (DecisionWord::Keep, None, "none", "nothing".to_owned(), Some(because.clone()))
            }
            ColumnDecision::Transform(spec) => {
                let action = spec.action();
                (
                    DecisionWord::Transform,
                    Some(spec.word()),
                    action.technique(),
                    action.loss().as_str().to_owned(),
                    None,
                )
            }
        };
        ColumnSection {
            source: rule.name.to_string(),
            role: rule.role,
            decision,
            action: action.map(str::to_owned),
            technique: technique.to_owned(),
            parameters: match &rule.decision {
                ColumnDecision::Transform(spec) => Some(parameters(spec)),
                _ => None,
            },
            output: rule.output.as_ref().map(ToString::to_string),
            column_type: column_type.copied(),
            cells: None,
            lost,
            direct_identifier_released: because.is_some() && rule.role == AttributeRole::DirectIdentifier,
            because,
        }
    };
    facts.plan.columns.iter().map(section).collect()
}

fn derived(facts: &ManifestFacts<'_>) -> Vec<DerivedSection> {
    let rules = &facts.plan.derived;
    let first = facts.types.len() - rules.len().min(facts.types.len());
    rules
        .iter()
        .zip(facts.types.iter().skip(first))
        .map(|(rule, column_type)| DerivedSection {
            output: rule.output.to_string(),
            role: rule.role,
            derivation: rule.spec.word().to_owned(),
            parameters: parameters(&rule.spec),
            column_type: *column_type,
            cells: None,
            lost: rule.spec.loss().as_str().to_owned(),
        })
        .collect()
}

fn pseudonymisation(facts: &ManifestFacts<'_>) -> Vec<PseudonymisationSection> {
    let Some(key_id) = &facts.key_id else { return Vec::new() };
    let section = |rule: &crate::policy::plan::ColumnRule| match (&rule.decision, &rule.output) {
        (ColumnDecision::Transform(TransformSpec::Pseudonymise(spec)), Some(output)) => Some(PseudonymisationSection {
            output: output.to_string(),
            technique: "keyed BLAKE3".to_owned(),
            domain: spec.domain.to_string(),
            bits: u64::from(spec.bits.bits()),
            key_id: key_id.to_string(),
            normalisation: spec.normalise.as_str().to_owned(),
            normalisation_version: NORMALISATION_VERSION,
        }),
        _ => None,
    };
    facts.plan.columns.iter().filter_map(section).collect()
}
