//! The plan: a compiled policy, with every name resolved and every parameter
//! parsed. Only `compile` makes one, so no later code checks it again. It does not
//! depend on a header: `engine/bind/mod.rs` binds it to the columns of a source.
#![expect(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "a plan is read field by field by the engine, and made in one place"
)]

pub(crate) mod column_uses;
pub(crate) mod echo;
pub(crate) mod lists;
pub(crate) mod privacy;
pub(crate) mod release;

use std::ops::Range;

use jiff::civil::Date;

use crate::consent::columns::evidence::{ColumnEvidence, Demand, PurposeEvidence};
use crate::consent::log::evidence::EventEvidence;
use crate::identifier::form::Form;
use crate::model::dialect::Dialect;
use crate::model::digest::Digest;
use crate::model::document_ref::DocumentRef;
use crate::model::file_format::FileFormat;
use crate::model::name::{ColumnName, OutputName, PlainName, SourceId};
use crate::model::number::format::NumberFormat;
use crate::model::number::share::Share;
use crate::model::outcome::change::ChangeLimit;
use crate::model::outcome::reason::ReasonNames;
use crate::model::role::AttributeRole;
use crate::model::time::date::DateFormat;
use crate::model::time::duration::Period;
use crate::policy::plan::echo::EchoRule;
use crate::policy::plan::lists::ListRule;
use crate::policy::plan::privacy::PrivacyRules;
use crate::policy::plan::release::ReleaseTerms;
use crate::privacy::utility::precision;
use crate::row_rule::selection::{Coarsening, Listed};
use crate::transform::TransformSpec;
use crate::transform::derived::DerivationSpec;
use crate::transform::shared::pattern::Pattern;
use crate::transform::texts::top_values::TopValues;

/// What happens to a column that the policy does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// It is dropped, and the manifest says so.
    Drop,
    /// The run is refused.
    Refuse,
}

/// `[extract]`: how the extract is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractRules {
    /// How its records are written.
    pub dialect: Dialect,
    /// Where its records were collected.
    pub source: Option<SourceId>,
    /// Whose record it is.
    pub subject: ColumnName,
    /// How subjects are compared, and which cells of the subject's column do not
    /// name one: as in the subject's pseudonym, else as written.
    pub subject_form: Form,
    /// What happens to a column that the policy does not list.
    pub unlisted: Unlisted,
}

/// `[consent]`: what is demanded, and where the evidence is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRules {
    /// What a consent must satisfy.
    pub demand: Demand,
    /// Where it is recorded.
    pub evidence: Evidence,
    /// The position of its table in the policy.
    pub place: Range<usize>,
    /// People who are not delivered whatever their consent is, in the order of the
    /// policy.
    pub lists: Vec<ListRule>,
}

/// Where consent is recorded: in one place, so that it is clear what the proof is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// `[consent.columns]`: in the extract.
    Columns(ColumnEvidence),
    /// `[consent.events]`: in a log beside it.
    Events(LogRules),
}

/// `[consent.events]`: the logs, and how they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRules {
    /// Their paths, relative to the policy's own file; the command line may add
    /// others.
    pub paths: Vec<String>,
    /// How their rows are written.
    pub dialect: Dialect,
    /// If the newest event is older than this at the as-of day, the run is refused.
    pub max_log_age: Option<Period>,
    /// If more rows than this are malformed, the run is refused.
    pub max_quarantined: u64,
    /// What the columns and words of the log mean.
    pub evidence: EventEvidence,
}

/// One entry of `rows.only` or `rows.drop`, in the order of the policy.
#[derive(Debug, Clone)]
pub struct SelectionRule {
    /// The column.
    pub column: ColumnName,
    /// The cells listed, from `in` or `in_file`.
    pub listed: Vec<String>,
    /// All other words of the column, from `not_in`, where the policy says them.
    pub others: Option<Vec<String>>,
    /// BLAKE3 of the file of `in_file`. Its words are counted, never quoted.
    pub file: Option<Digest>,
    /// How a cell is brought into the form of the list.
    pub coarsening: Option<Coarsening>,
    /// The word for `coarsening` in the policy (`district`).
    pub coarsen_word: Option<&'static str>,
    /// Whether the listed cells are kept or dropped.
    pub effect: Listed,
    /// Of `rows.drop`: whether the other records of the subject are dropped too.
    pub whole_subject: bool,
    /// The position of the entry in the policy.
    pub place: Range<usize>,
    /// The path of the entry, such as `rows.drop[1]`.
    pub path: String,
}

/// `rows.minimum_age`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinimumAgeRule {
    /// The column of birth dates.
    pub column: ColumnName,
    /// How its dates are written.
    pub format: DateFormat,
    /// The age that must have been reached.
    pub years: u16,
}

/// `rows.retention`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRule {
    /// The column of dates.
    pub column: ColumnName,
    /// How its dates are written.
    pub format: DateFormat,
    /// How old a record may be.
    pub max_age: Period,
}

/// `[rows]`.
#[derive(Debug, Clone, Default)]
pub struct RowRules {
    /// `rows.only` first, then `rows.drop`, each in the order of the policy.
    pub selections: Vec<SelectionRule>,
    /// `rows.minimum_age`.
    pub minimum_age: Option<MinimumAgeRule>,
    /// `rows.retention`.
    pub retention: Option<RetentionRule>,
}

/// What happens to a column. It cannot be kept without a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnDecision {
    /// It is not delivered.
    Drop,
    /// It is delivered unchanged.
    Keep {
        /// Why; copied to the manifest. Never empty.
        because: String,
    },
    /// It is delivered rewritten.
    Transform(TransformSpec),
}

/// What happens to a cell that an action cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnreadable {
    /// Its record is dropped (`unreadable_cell`).
    DropRecord,
    /// It becomes missing.
    Null,
    /// The run is refused.
    Refuse,
}

/// One `[columns.X]`, or one `[[columns.X.also]]`.
#[derive(Debug, Clone)]
pub struct ColumnRule {
    /// The column of the extract.
    pub name: ColumnName,
    /// Its role.
    pub role: AttributeRole,
    /// What happens to it.
    pub decision: ColumnDecision,
    /// Its name in the delivery; `None` when dropped.
    pub output: Option<OutputName>,
    /// How its dates are written.
    pub date_format: DateFormat,
    /// How its numbers are written.
    pub numbers: NumberFormat,
    /// The pattern that its cells must match.
    pub pattern: Option<Pattern>,
    /// What happens to a cell that cannot be read.
    pub on_unreadable: OnUnreadable,
    /// The position of its table in the policy.
    pub place: Range<usize>,
}

/// One `[derived.X]`.
#[derive(Debug, Clone)]
pub struct DerivedRule {
    /// Its name in the delivery.
    pub output: OutputName,
    /// Its role.
    pub role: AttributeRole,
    /// How it is made.
    pub spec: DerivationSpec,
    /// The date formats of the columns it reads, in that order.
    pub date_formats: Vec<DateFormat>,
}

/// `[guards]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guards {
    /// If fewer records than this are delivered, the run is refused. At least 1.
    pub min_delivered: u64,
    /// If more records than this are malformed, the run is refused.
    pub max_quarantined: u64,
    /// If a larger share of the cells of a delivered column cannot be read, the run
    /// is refused.
    pub max_unreadable: Share,
    /// If a count has changed more than this since the last delivery, the run is
    /// refused.
    pub max_change: Option<ChangeLimit>,
    /// What becomes of a text that repeats a direct identifier of its record; `None`:
    /// nothing is looked for.
    pub echo: Option<EchoRule>,
}

/// The order of the delivered rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOrder {
    /// As in the extract.
    Extract,
    /// By the subject's pseudonym, then by all other cells.
    Pseudonym,
}

/// `[output]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRules {
    /// The format.
    pub format: FileFormat,
    /// The name of the data file, without extension.
    pub name: PlainName,
    /// The order of rows.
    pub order: RowOrder,
    /// The most rows of one file; `None`: one file.
    pub max_rows_per_file: Option<u64>,
    /// Whether CSV cells that a spreadsheet would execute are prefixed with `'`.
    pub formula_guard: bool,
}

/// A policy, compiled.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The policy it was made from.
    pub policy: DocumentRef,
    /// Its `description`.
    pub description: Option<String>,
    /// The register whose names it uses.
    pub register: DocumentRef,
    /// The day as of which everything is judged.
    pub as_of: Date,
    /// Who gets what for which purpose.
    pub release: ReleaseTerms,
    /// How the extract is written.
    pub extract: ExtractRules,
    /// What is demanded of a consent.
    pub consent: ConsentRules,
    /// Which records are needed at all.
    pub rows: RowRules,
    /// The columns in the order of the policy, `also` entries after their column.
    pub columns: Vec<ColumnRule>,
    /// Derived columns, in the order of the policy.
    pub derived: Vec<DerivedRule>,
    /// What the classes of the delivered records must meet.
    pub privacy: Option<PrivacyRules>,
    /// The names of the policy's own reasons.
    pub reason_names: ReasonNames,
    /// When a run is refused.
    pub guards: Guards,
    /// How the delivery is written.
    pub output: OutputRules,
}

impl Plan {
    /// The index in the delivery of the subject's pseudonym, where one is
    /// delivered.
    #[must_use]
    pub fn subject_pseudonym(&self) -> Option<usize> {
        let delivered = self.columns.iter().filter(|rule| rule.output.is_some());
        delivered.into_iter().position(|rule| {
            rule.name == self.extract.subject
                && matches!(rule.decision, ColumnDecision::Transform(TransformSpec::Pseudonymise(_)))
        })
    }

    /// The names of the columns of the delivery, in its order.
    pub fn output_names(&self) -> impl Iterator<Item = &OutputName> {
        let columns = self.columns.iter().filter_map(|rule| rule.output.as_ref());
        columns.chain(self.derived.iter().map(|rule| &rule.output))
    }

    /// The delivered columns of which rare values are merged, by their position.
    pub(crate) fn top_values(&self) -> impl Iterator<Item = (usize, &TopValues)> {
        let delivered = self.columns.iter().filter(|rule| rule.output.is_some()).enumerate();
        delivered.filter_map(|(position, rule)| match &rule.decision {
            ColumnDecision::Transform(TransformSpec::TopValues(action)) => Some((position, action)),
            _ => None,
        })
    }

    /// The positions of the delivered columns of which is measured what they have lost.
    pub(crate) fn measured_columns(&self) -> &[usize] {
        self.privacy.as_ref().map_or(&[], |rules| &rules.quasi_identifiers)
    }

    /// What is lost of the precision of some delivered columns, if each is delivered as it
    /// is or at a level of a hierarchy.
    pub(crate) fn precision_lost(&self, positions: &[usize]) -> Option<f64> {
        let delivered: Vec<&ColumnRule> = self.columns.iter().filter(|rule| rule.output.is_some()).collect();
        let level = |position: &usize| match &delivered.get(*position)?.decision {
            ColumnDecision::Keep { .. } => Some((0, 0)),
            ColumnDecision::Transform(TransformSpec::MapHierarchy(action)) => {
                Some((u8::try_from(action.level).ok()?, u8::try_from(action.levels).ok()?))
            }
            _ => None,
        };
        let (levels, tops): (Vec<u8>, Vec<u8>) = positions.iter().map(level).collect::<Option<_>>()?;
        (!levels.is_empty()).then(|| precision::lost(&levels, &tops))
    }

    /// How consent logs are read, where the evidence is a log.
    #[must_use]
    pub fn log_rules(&self) -> Option<&LogRules> {
        match &self.consent.evidence {
            Evidence::Columns(_) => None,
            Evidence::Events(rules) => Some(rules),
        }
    }

    /// Why to be in the extract is a consent, where no column records one.
    #[must_use]
    pub fn membership_because(&self) -> Option<&str> {
        match &self.consent.evidence {
            Evidence::Columns(ColumnEvidence { purposes: PurposeEvidence::Membership { because }, .. }) => {
                Some(because)
            }
            Evidence::Columns(_) | Evidence::Events(_) => None,
        }
    }

    /// Whether building the delivery needs a key.
    #[must_use]
    pub fn needs_key(&self) -> bool {
        let needs_key =
            |rule: &ColumnRule| matches!(&rule.decision, ColumnDecision::Transform(spec) if spec.action().needs_key());
        self.columns.iter().any(needs_key)
    }
}
