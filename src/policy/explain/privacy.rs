//! What `[privacy]` demands, in words.

use super::prose::joined;
use crate::policy::plan::Plan;
use crate::policy::plan::privacy::{OnViolation, PrivacyRules};

/// A paragraph on classes and models, where the policy has any.
pub(super) fn privacy(plan: &Plan) -> Option<String> {
    let rules = plan.privacy.as_ref()?;
    let names: Vec<_> = plan.output_names().collect();
    let quasi: Vec<&str> =
        rules.quasi_identifiers.iter().filter_map(|position| names.get(*position)).map(|name| name.as_str()).collect();
    let mut words = format!(
        "Records that are equal in {} are one class, and whoever knows {} of a person finds the class; a missing cell is a value of its own.",
        joined(&quasi, "and"),
        if quasi.len() == 1 { "it" } else { "these" }
    );
    let models: Vec<String> = rules.models.iter().map(|rule| rule.model.in_words()).collect();
    words += &format!(
        " Every class of the delivery has {}; a person with several records counts once.",
        joined(&models, "and")
    );
    if rules.subsets.is_some() {
        words += " All of these columns together may be shared by fewer.";
    }
    words += violation(rules);
    if !rules.max_suppressed.is_whole() {
        words += &format!(
            " The run is refused if that happens to more than {} of the records that passed every other test.",
            rules.max_suppressed
        );
    }
    if rules.max_suppressed.is_whole() && rules.on_violation != OnViolation::Refuse {
        words += " The policy sets no limit to how many that may be (max_suppressed).";
    }
    Some(words)
}

fn violation(rules: &PrivacyRules) -> &'static str {
    match rules.on_violation {
        OnViolation::DropRecord => " The records of a class that does not are dropped.",
        OnViolation::Refuse => " If a class does not, the run is refused.",
        OnViolation::SuppressCells => {
            " The records of a class that does not lose the cells of these columns; if together they still do not, they are dropped."
        }
    }
}
