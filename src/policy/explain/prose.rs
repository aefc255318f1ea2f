//! Lists of words and of parties as parts of a sentence.

use crate::model::name::PartyId;
use crate::policy::plan::Plan;

pub(super) fn party(plan: &Plan, id: &PartyId) -> String {
    match plan.consent.demand.register.parties.get(id) {
        Some(party) => format!("{} ({id})", party.name),
        None => id.to_string(),
    }
}

pub(super) fn parties(plan: &Plan, ids: &[PartyId]) -> String {
    let names: Vec<String> = ids.iter().map(|id| party(plan, id)).collect();
    joined(&names, "and")
}

/// `a, b and c`.
pub(super) fn joined(words: &[impl AsRef<str>], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [head @ .., tail] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", head.join(", "), tail.as_ref())
        }
    }
}

/// `"a" or "b"`.
pub(super) fn quoted(words: &[impl AsRef<str>]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.as_ref())).collect();
    joined(&words, "or")
}
