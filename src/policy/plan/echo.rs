//! `guards.echo`: which columns of a policy say what must not be repeated, and which
//! could repeat it. The one place where both are defined.

use std::collections::BTreeSet;

use super::{ColumnDecision, ColumnRule, Plan};
use crate::model::name::ColumnName;
use crate::model::role::AttributeRole;

/// What becomes of a delivered text that repeats a direct identifier of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EchoRule {
    /// It is delivered, and counted.
    Count,
    /// The word is taken out of it.
    Redact,
    /// The run is refused.
    Refuse,
}

impl EchoRule {
    /// The words a policy uses.
    pub const ALL: [(&'static str, Self); 3] =
        [("count", Self::Count), ("redact", Self::Redact), ("refuse", Self::Refuse)];
}

impl ColumnRule {
    /// Whether its cells may repeat what others hold: they are kept, or an action
    /// leaves some of their text.
    fn may_echo(&self) -> bool {
        match &self.decision {
            ColumnDecision::Drop => false,
            ColumnDecision::Keep { .. } => self.output.is_some(),
            ColumnDecision::Transform(spec) => self.output.is_some() && spec.action().holds_original_text(),
        }
    }
}

impl Plan {
    /// The columns of the extract whose cells no text may repeat: direct identifiers
    /// that are not delivered as they are. None where the policy has no `guards.echo`.
    #[must_use]
    pub fn echo_sources(&self) -> Vec<&ColumnName> {
        if self.guards.echo.is_none() {
            return Vec::new();
        }
        let is_kept = |rule: &&ColumnRule| matches!(rule.decision, ColumnDecision::Keep { .. });
        let kept: BTreeSet<&ColumnName> = self.columns.iter().filter(is_kept).map(|rule| &rule.name).collect();
        let identifiers = self.columns.iter().filter(|rule| rule.role == AttributeRole::DirectIdentifier);
        let names: BTreeSet<&ColumnName> = identifiers.map(|rule| &rule.name).collect();
        names.difference(&kept).copied().collect()
    }

    /// The delivered columns, by their number among these, that could repeat them.
    #[must_use]
    pub fn echo_targets(&self) -> Vec<usize> {
        if self.guards.echo.is_none() {
            return Vec::new();
        }
        let delivered = self.columns.iter().filter(|rule| rule.output.is_some()).enumerate();
        delivered.filter(|(_, rule)| rule.may_echo()).map(|(number, _)| number).collect()
    }
}
