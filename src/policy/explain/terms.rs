//! Where the records come from, and what controller and recipient agreed on, in plain
//! words. Part of [`explain`](super::explain).

use super::prose::{joined, parties};
use crate::model::number::counted::counted;
use crate::policy::plan::Plan;

/// The paragraphs; none where the policy says nothing of it.
pub(super) fn terms(plan: &Plan) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let register = &plan.consent.demand.register;
    if let Some(source) = plan.extract.source.as_ref().and_then(|id| register.sources.get(id)) {
        let method = source.method.as_ref().map(|method| format!(": {method}")).unwrap_or_default();
        paragraphs.push(format!("The records come from one source, {}{method}.", source.title));
    }
    let terms = &plan.release.terms;
    if let Some(agreement) = &terms.agreement {
        let whom = match agreement.parties.as_slice() {
            [] => String::new(),
            all => format!(", which lets {} have the data", parties(plan, all)),
        };
        paragraphs.push(format!("The agreement is {}{whom}.", agreement.id));
    }
    let mut told = Vec::new();
    if !terms.uses.is_empty() {
        told.push(format!("The recipient may use the data for {}.", joined(&terms.uses, "and")));
    }
    if terms.no_onward_transfer {
        told.push("It may not be passed on.".to_owned());
    }
    if !terms.no_join_with.is_empty() {
        told.push(format!("It may not be joined with {}.", joined(&terms.no_join_with, "or")));
    }
    if !told.is_empty() {
        told.push("The manifest says so; scant cannot see to it.".to_owned());
        paragraphs.push(told.join(" "));
    }
    let forbidden = register.never.len() as u64;
    if forbidden > 0 {
        let kinds = counted(forbidden, "kind");
        paragraphs
            .push(format!("The register forbids releases of {kinds}, whatever a policy says; this is none of them."));
    }
    paragraphs
}
