//! What deserves a second look: of the policy, of the day, and of the cells that
//! are kept. Shown, put into the document of `--json`, and never in the way.

use annotate_snippets::Level;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::faults::{fault_document, faults};
use super::run_warnings::{RunWarning, run_warnings};
use crate::cli::show::{Speaker, counts};
use crate::document::Fault;
use crate::document::position::{DocumentText, PlacedFault};
use crate::release::error::ReleaseError;
use crate::release::inputs::policy::Policy;
use crate::release::interface::job::is_long_past;
use crate::release::report::RunReport;

/// What to try where the as-of day is long past. Judged as of today, an old extract
/// may hold nothing that is still allowed.
const LONG_PAST: &str = "for an extract of today leave --as-of out; judged as of today, an old one may hold nothing that is still allowed; a delivery says in which month it was made";

/// Warnings so far, and which of them were shown.
pub(crate) struct Warnings {
    /// Of the run as a whole.
    unplaced: Vec<RunWarning>,
    placed: Vec<PlacedFault>,
    /// How many of those of the run as a whole, and of the others, were shown.
    shown: (usize, usize),
}

impl Warnings {
    /// Those that are known before a record was read.
    pub(crate) fn of(policy: &Policy, today: Date) -> Self {
        let as_of = policy.compiled.plan.as_of;
        let long_past = is_long_past(as_of, today).then(|| {
            let what = format!(
                "the as-of day {as_of} is more than 31 days past: a withdrawal that is not in the extract is not known"
            );
            RunWarning::new(what).hint(LONG_PAST)
        });
        let plan = &policy.compiled.plan;
        let erase_by = plan.release.erase_after.and_then(|period| period.after(as_of)).filter(|day| *day < today);
        let overdue = erase_by.map(|day| {
            RunWarning::new(format!("the delivery is to be erased by {day}, which is past: nobody may keep it"))
                .hint("deliver as of today, or see to it that erase_after is what was agreed")
        });
        Self {
            unplaced: long_past.into_iter().chain(overdue).collect(),
            placed: policy.compiled.warnings.clone(),
            shown: (0, 0),
        }
    }

    /// Something that was said already.
    pub(crate) fn said(&mut self, what: Vec<String>) {
        let said = what.into_iter().map(RunWarning::new);
        // Before those that are still to be shown.
        for (place, said) in (self.shown.0..).zip(said) {
            self.unplaced.insert(place, said);
            self.shown.0 += 1;
        }
    }

    /// Those that the records gave, too: what the counts warn of, and the questions.
    pub(crate) fn counted(&mut self, policy: &Policy, report: &RunReport) -> &mut Self {
        self.unplaced.extend(run_warnings(report));
        self.asked(policy, &report.questions)
    }

    /// The counts of a run that was refused, and what they warn of.
    pub(crate) fn refused(&mut self, speaker: Speaker, policy: &Policy, error: &ReleaseError) {
        if let Some(report) = error.report() {
            speaker.say(&counts(report));
            self.counted(policy, report).show(speaker, policy);
        }
    }

    /// Those that were found of files, too.
    pub(crate) fn asked(&mut self, policy: &Policy, questions: &[Fault]) -> &mut Self {
        if let Some((file, text)) = policy.texts.first() {
            self.placed.extend(PlacedFault::all(DocumentText { file, text }, questions.to_vec()));
        }
        self
    }

    /// Shows those that were not shown yet.
    pub(crate) fn show(&mut self, speaker: Speaker, policy: &Policy) {
        let unplaced: Vec<String> =
            self.unplaced.get(self.shown.0..).unwrap_or_default().iter().map(RunWarning::shown).collect();
        if !unplaced.is_empty() {
            speaker.say(&format!("{}\n", unplaced.join("\n")));
        }
        let new = self.placed.get(self.shown.1..).unwrap_or_default();
        if !new.is_empty() {
            speaker.say(&format!("{}\n", faults(new, &policy.texts, Level::WARNING)));
        }
        self.shown = (self.unplaced.len(), self.placed.len());
    }

    /// All of them, for programs.
    pub(crate) fn document(&self) -> Value {
        let unplaced = self.unplaced.iter().map(|RunWarning { what, hint }| json!({ "what": what, "hint": hint }));
        unplaced.chain(self.placed.iter().map(fault_document)).collect()
    }
}
