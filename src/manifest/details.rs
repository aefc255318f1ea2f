//! The second level of drop reasons, for the account that is kept: under which
//! notice, for which party, and how many only followed another record of their
//! subject. Ids of the register, counts, and nothing else. The recipient's copy
//! does not get it: it would tell small counts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::account::Account;
use crate::policy::plan::Plan;

/// The parts of each reason that has any. The parts of a reason add up to it.
pub type Details = BTreeMap<String, Vec<Part>>;

/// Some of the records of a reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "plain facts, stated by whoever finds them")]
pub struct Part {
    /// The notice, by its id in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The first party that is missing, by its id in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// The notice names the party, but the person did not choose it.
    #[serde(skip_serializing_if = "is_false")]
    pub not_chosen: bool,
    /// These were dropped for another record of their subject.
    #[serde(skip_serializing_if = "is_false")]
    pub with_their_subject: bool,
    /// How many.
    pub records: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The second level of every reason that has one.
#[must_use]
pub fn details(plan: &Plan, account: &Account) -> Details {
    let mut details = Details::new();
    for &reason in account.dropped.keys() {
        let own = account.details.iter().filter(|((of, _), _)| *of == reason);
        let mut parts: Vec<Part> = own
            .map(|((_, detail), records)| {
                let demand = &plan.consent.demand;
                let notice = detail.notice().and_then(|place| demand.register.notices.get(place));
                let party = detail.party().and_then(|place| demand.parties.get(place));
                Part {
                    notice: notice.map(|notice| notice.id.to_string()),
                    party: party.map(ToString::to_string),
                    not_chosen: detail.is_choice(),
                    records: *records,
                    ..Part::default()
                }
            })
            .collect();
        let followed = account.with_their_subject.get(&reason).copied().unwrap_or(0);
        let alone = account.dropped_on_their_own(reason);
        if !reason.has_detail() && followed > 0 && alone > 0 {
            parts.push(Part { records: alone, ..Part::default() });
        }
        if followed > 0 {
            parts.push(Part { with_their_subject: true, records: followed, ..Part::default() });
        }
        // One part that names nothing says no more than the reason.
        if parts.len() > 1 || parts.first().is_some_and(|part| part.notice.is_some() || part.with_their_subject) {
            details.insert(reason.name(&plan.reason_names), parts);
        }
    }
    details
}
