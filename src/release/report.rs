//! What a run has to say for itself, to people and to programs: counts and
//! names of the policy, never a cell.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::account::Account;
use crate::document::Fault;
use crate::manifest::compare_last::ChangeReport;
use crate::manifest::consent_log::LogSection;
use crate::manifest::details::{Details, details};
use crate::manifest::document::ListSection;
use crate::manifest::minimisation::MinimisationSection;
use crate::manifest::privacy::{PopulationSection, PrivacySection};
use crate::policy::plan::Plan;
use crate::policy::plan::echo::EchoRule;
use crate::policy::plan::lists::ListRule;

/// The exact counts of a run, delivered or refused. Goes to the operator only.
///
/// Serialised it has more than the fields below: the second level of reasons, what
/// stayed behind of each person's cells, what the consent logs held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RunReport {
    /// The policy's name.
    pub policy: String,
    /// Who receives.
    pub recipient: String,
    /// For what.
    pub purpose: String,
    /// The as-of date.
    pub as_of: String,
    /// Records read.
    pub read: u64,
    /// Records delivered, or that would have been.
    pub delivered: u64,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Of those, how many took the reason from another record of their subject.
    pub dropped_with_their_subject: u64,
    /// The second level of those reasons: notices and parties of the register.
    #[doc(hidden)]
    pub details: Details,
    /// Malformed records, by fault.
    pub quarantined: BTreeMap<&'static str, u64>,
    /// Cells that could not be read, by delivered column and reason.
    pub unreadable: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Cells that repeat a direct identifier of their record, by delivered column; left
    /// out where there are none, or nothing is looked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub echoes: BTreeMap<String, u64>,
    /// Whether these were taken out.
    #[serde(skip)]
    pub(crate) are_echoes_redacted: bool,
    /// Cells of a CSV file that a spreadsheet would run, and so begin with an
    /// apostrophe; left out where nothing is guarded or delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula_guard_cells: Option<u64>,
    /// Numbers of a Parquet or IPC file whose last digits a double cannot hold;
    /// left out where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounded_cells: Option<u64>,
    /// Files of the extract without a record, as the policy allows; left out where
    /// there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty_files: Option<u64>,
    /// Lines of the files of the extract that the policy says are no records; left out
    /// where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_lines: Option<u64>,
    /// Subjects with a delivered record.
    pub subjects: u64,
    /// Most delivered records of one subject.
    pub most_rows_of_one_subject: u64,
    /// Columns of the first file that nothing in the policy names.
    pub not_listed: usize,
    /// What the privacy models demanded and what the delivery reaches; left out where the
    /// policy has none.
    #[doc(hidden)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<PrivacySection<u64>>,
    /// Of what each delivered person had, how much stayed behind.
    #[doc(hidden)]
    pub minimisation: MinimisationSection,
    /// What the consent logs held, where the evidence is a log.
    #[doc(hidden)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_log: Option<LogSection>,
    /// What was found of each list of the policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListReport>,
    /// What deserves a second look in the cells that are kept and in the lists: for the
    /// operator.
    #[doc(hidden)]
    #[serde(skip)]
    pub questions: Vec<Fault>,
}

/// What was found of one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ListReport {
    /// Its name.
    pub name: String,
    /// Its entries, each once.
    pub entries: u64,
    /// Entries that a record of the extract matches.
    pub found: u64,
    /// Records that were compared with it.
    pub compared: u64,
    /// Records that have a value in some of the compared columns, but not in all, and
    /// so were not compared.
    pub incomplete: u64,
    /// Records that have a value in none of the compared columns. With those that were
    /// compared, that are incomplete and that could not be compared they are all that
    /// were read and are not malformed.
    pub records_without_value: u64,
    /// Lines of its file that the policy says are no entries; left out where there are
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_lines: Option<u64>,
    /// The compared columns of the extract.
    #[serde(skip)]
    pub columns: Vec<String>,
    /// Entries that name no person, since all of the compared values are missing.
    pub without_value: u64,
    /// Entries that cannot be read, by column and reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unreadable: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Entries whose day cannot be read.
    pub undated: u64,
    /// Entries that were removed since, and so are not on the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<u64>,
    /// Entries of which the list says something else, and so are on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal_unknown: Option<u64>,
    /// Records that could not be compared with it, by column and reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_comparable: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Whether such records pass all the same.
    pub delivers_not_comparable: bool,
    /// Of a deletion list: work items that are not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_answered: Option<u64>,
}

impl ListReport {
    fn new(list: &ListSection, rule: Option<&ListRule>) -> Self {
        Self {
            name: list.name.clone(),
            entries: list.entries,
            found: list.found,
            compared: list.compared,
            incomplete: list.incomplete,
            records_without_value: list.records_without_value,
            skipped_lines: Some(list.files.iter().map(|file| file.skipped_lines).sum()).filter(|lines| *lines > 0),
            columns: rule.map_or_else(Vec::new, |rule| rule.columns.iter().map(ToString::to_string).collect()),
            without_value: list.without_value,
            unreadable: list.unreadable.clone(),
            undated: list.undated,
            removed: Some(list.removed).filter(|count| *count > 0),
            removal_unknown: Some(list.removal_unknown).filter(|count| *count > 0),
            not_comparable: list.not_comparable.clone(),
            delivers_not_comparable: list.on_unreadable.is_some(),
            not_answered: list.not_answered,
        }
    }

    /// Whether nothing is found of it, although both sides have values: most likely
    /// they do not hold the same kind of value.
    #[must_use]
    pub fn finds_nobody(&self) -> bool {
        self.found == 0 && self.entries > 0 && self.compared > 0
    }

    /// Whether no record could be compared with it, and at least some for want of a
    /// value: then it says nothing that none was found.
    #[must_use]
    pub fn compares_nobody(&self) -> bool {
        self.compared == 0 && self.records_without_value > 0
    }
}

/// The columns of the first file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// All of them.
    pub read: usize,
    /// Those that nothing in the policy names.
    pub not_listed: usize,
}

impl RunReport {
    /// Reports an account, and what was found of the lists.
    #[must_use]
    pub fn new(plan: &Plan, account: &Account, lists: &[ListSection], columns: Columns) -> Self {
        let rules = plan.consent.lists.iter().map(Some).chain(std::iter::repeat(None));
        let echoes = plan.output_names().zip(&account.columns).filter(|(_, tally)| tally.echoes > 0);
        let echoes = echoes.map(|(name, tally)| (name.to_string(), tally.echoes)).collect();
        let unreadable = plan
            .output_names()
            .zip(&account.columns)
            .filter(|(_, tally)| !tally.unreadable.is_empty())
            .map(|(name, tally)| {
                (name.to_string(), tally.unreadable.iter().map(|(reason, n)| (reason.as_str(), *n)).collect())
            })
            .collect();
        Self {
            policy: plan.policy.name.clone(),
            recipient: plan.release.recipient.to_string(),
            purpose: plan.release.purpose.to_string(),
            as_of: plan.as_of.to_string(),
            read: account.read.records,
            delivered: account.delivered,
            dropped: account.dropped.iter().map(|(reason, n)| (reason.name(&plan.reason_names), *n)).collect(),
            dropped_with_their_subject: account.dropped_with_their_subject(),
            details: details(plan, account),
            quarantined: account.quarantined.iter().map(|(fault, n)| (fault.as_str(), *n)).collect(),
            unreadable,
            echoes,
            are_echoes_redacted: plan.guards.echo == Some(EchoRule::Redact),
            formula_guard_cells: None,
            rounded_cells: None,
            empty_files: None,
            skipped_lines: None,
            subjects: account.subjects,
            most_rows_of_one_subject: account.most_rows_of_one_subject,
            not_listed: columns.not_listed,
            privacy: account.classes.as_ref().and_then(|found| PrivacySection::exact(plan, found)),
            minimisation: MinimisationSection::new(plan, columns.read).counted(account.read.records, account.delivered),
            consent_log: None,
            lists: lists.iter().zip(rules).map(|(list, rule)| ListReport::new(list, rule)).collect(),
            questions: Vec::new(),
        }
    }

    /// The same with what deserves a second look.
    #[must_use]
    pub fn with_questions(self, questions: Vec<Fault>) -> Self {
        Self { questions, ..self }
    }

    /// The same with how many files had no record.
    #[must_use]
    pub fn with_empty_files(self, count: u64) -> Self {
        Self { empty_files: Some(count).filter(|count| *count > 0), ..self }
    }

    /// The same with what the consent logs held.
    #[must_use]
    pub fn with_log(self, consent_log: Option<LogSection>) -> Self {
        Self { consent_log, ..self }
    }

    /// The same with the cells that the writer changed beyond the policy's word:
    /// those the formula guard did, and those a double has fewer digits of.
    #[must_use]
    pub fn with_written_otherwise(self, formula_guard_cells: Option<u64>, rounded_cells: Option<u64>) -> Self {
        Self { formula_guard_cells, rounded_cells, ..self }
    }

    /// The same with what is known of the population.
    #[must_use]
    pub fn with_population(mut self, population: Option<PopulationSection>) -> Self {
        if let Some(privacy) = &mut self.privacy {
            privacy.population = population;
        }
        self
    }

    /// The same with the lines of the extract's files that are no records.
    #[must_use]
    pub fn with_skipped_lines(self, lines: u64) -> Self {
        Self { skipped_lines: Some(lines).filter(|lines| *lines > 0), ..self }
    }

    /// Whether one subject has more than one in a hundred of the delivered records,
    /// and at least ten: most likely an id that does not name a person.
    #[must_use]
    pub fn one_subject_stands_out(&self) -> bool {
        let most = self.most_rows_of_one_subject;
        most >= 10 && most.saturating_mul(100) > self.delivered
    }
}

/// A delivery that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The folder to send.
    pub folder: PathBuf,
    /// The folder to keep.
    pub kept: PathBuf,
    /// The id of the release.
    pub release_id: String,
    /// When it must be erased.
    pub erase_by: Option<String>,
    /// The public fingerprint of the key, where one was used.
    pub key_id: Option<String>,
    /// Bytes of the data files.
    pub bytes: u64,
    /// What came of the comparison with the last delivery, where that is guarded.
    #[doc(hidden)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<ChangeReport>,
    /// What the run counted.
    #[serde(flatten)]
    pub report: RunReport,
}

/// What a run would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DryRun {
    /// What it would count.
    pub report: RunReport,
    /// Why it would be refused, if it would be.
    pub refused: Option<String>,
    /// What came of the comparison with an earlier run, where one was named.
    #[doc(hidden)]
    pub changes: Option<ChangeReport>,
}
