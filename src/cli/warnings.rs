//! What deserves a second look: of the policy, of the day, and of the cells that
//! are kept. Shown, put into the document of `--json`, and never in the way.

use annotate_snippets::Level;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::faults::{fault_document, faults};
use super::show::Voice;
use crate::model::document::Fault;
use crate::policy::place::{DocumentText, PlacedFault};
use crate::release::delivering::is_long_past;
use crate::release::loading::Loaded;

/// What to try where the as-of day is long past. Judged as of today, an old extract
/// may hold nothing that is still allowed.
const LONG_PAST: &str = "for an extract of today leave --as-of out; judged as of today, an old one may hold nothing that is still allowed; a delivery says in which month it was made";

/// Warnings so far, and which of them were shown.
pub(super) struct Warnings {
    /// Of the run as a whole, with what to try.
    unplaced: Vec<(String, &'static str)>,
    placed: Vec<PlacedFault>,
    /// How many of those of the run as a whole, and of the others, were shown.
    shown: (usize, usize),
}

impl Warnings {
    /// Those that are known before a record was read.
    pub(super) fn of(loaded: &Loaded, today: Date) -> Self {
        let as_of = loaded.compiled.plan.as_of;
        let long_past = is_long_past(as_of, today).then(|| {
            let what = format!(
                "the as-of day {as_of} is more than 31 days past: who withdrew since is judged as if they had not"
            );
            (what, LONG_PAST)
        });
        Self { unplaced: long_past.into_iter().collect(), placed: loaded.compiled.warnings.clone(), shown: (0, 0) }
    }

    /// Those that the records gave, too.
    pub(super) fn found(&mut self, loaded: &Loaded, questions: &[Fault]) -> &mut Self {
        if let Some((file, text)) = loaded.texts.first() {
            self.placed.extend(PlacedFault::all(DocumentText { file, text }, questions.to_vec()));
        }
        self
    }

    /// Shows those that were not shown yet.
    pub(super) fn show(&mut self, voice: Voice, loaded: &Loaded) {
        for (what, hint) in self.unplaced.get(self.shown.0..).unwrap_or_default() {
            voice.say(&format!("warning: {what}\n  hint: {hint}\n"));
        }
        let new = self.placed.get(self.shown.1..).unwrap_or_default();
        if !new.is_empty() {
            voice.say(&format!("{}\n", faults(new, &loaded.texts, Level::WARNING)));
        }
        self.shown = (self.unplaced.len(), self.placed.len());
    }

    /// All of them, for programs.
    pub(super) fn document(&self) -> Value {
        let unplaced = self.unplaced.iter().map(|(what, hint)| json!({ "what": what, "hint": hint }));
        unplaced.chain(self.placed.iter().map(fault_document)).collect()
    }
}
