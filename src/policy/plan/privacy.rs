//! `[privacy]` of a plan: which conditions the classes of delivered records must meet,
//! and what happens where one does not.

use std::sync::Arc;

use crate::model::dialect::Dialect;
use crate::model::name::ColumnName;
use crate::model::number::share::Share;
use crate::privacy::models::PrivacyModel;

/// What happens to the records of a class that does not meet a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnViolation {
    /// They are dropped.
    DropRecord,
    /// The run is refused.
    Refuse,
    /// Their quasi-identifiers become missing. If they do not meet the models together
    /// then, they are dropped.
    SuppressCells,
}

impl OnViolation {
    /// The words of the policy.
    pub(crate) const WORDS: [(&'static str, Self); 3] =
        [("drop_record", Self::DropRecord), ("suppress_cells", Self::SuppressCells), ("refuse", Self::Refuse)];

    /// The word of the policy.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, own)| *own == self).map_or("", |(word, _)| word)
    }
}

/// A model of the policy.
#[derive(Debug, Clone)]
pub(crate) struct ModelRule {
    /// The model with its parameters.
    pub(crate) model: Arc<dyn PrivacyModel>,
    /// The position in the delivery of the sensitive column it judges.
    pub(crate) sensitive: Option<usize>,
}

impl ModelRule {
    /// The name of the reason for which it drops records.
    pub(crate) fn reason_name(&self) -> String {
        match self.model.sensitive() {
            Some(column) => format!("{}:{column}", self.model.reason()),
            None => self.model.reason().to_owned(),
        }
    }
}

/// `[privacy.population]`: a file of all people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PopulationRules {
    /// Where it is, relative to the policy's own file.
    pub(crate) path: String,
    /// How its rows are written.
    pub(crate) dialect: Dialect,
    /// The column that says how many persons a row stands for; `None`: one.
    pub(crate) persons: Option<ColumnName>,
}

/// `[privacy]`.
#[derive(Debug, Clone)]
pub struct PrivacyRules {
    /// The positions in the delivery of the quasi-identifiers, ascending.
    pub quasi_identifiers: Vec<usize>,
    /// The models, in the order in which they are judged.
    pub(crate) models: Vec<ModelRule>,
    /// If every combination of some quasi-identifiers must reach k: how many, and k.
    pub(crate) subsets: Option<(usize, u64)>,
    /// The people among whom those of the delivery are, where a model asks for them.
    pub(crate) population: Option<PopulationRules>,
    /// What happens where a class does not meet one.
    pub on_violation: OnViolation,
    /// If a larger share of the admitted records would be dropped or have cells
    /// suppressed, the run is refused.
    pub max_suppressed: Share,
}
