//! The second level of drop reasons, for the account: under which notice, for which
//! party, which column shows nothing and why, and how many records were dropped
//! only because of another record of their subject. Holds ids of the register,
//! columns and formats of the policy, and counts, nothing else. The manifest does
//! not have it: the recipient would see small counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::consent::columns::evidence::{CellPlace, EvidenceDate, NoticeEvidence, PurposeEvidence};
use crate::model::json_pointer::JsonPointer;
use crate::model::name::ColumnName;
use crate::model::outcome::detail::{CellRole, Why};
use crate::model::outcome::reason::DropReason;
use crate::model::time::date::DateFormat;
use crate::policy::plan::{Evidence, Plan};
use crate::row_rule::selection::Listed;

/// The parts of each reason that has any; they add up to the count of the reason.
pub(crate) type Details = BTreeMap<String, Vec<ReasonPart>>;

/// Some of the records of a reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonPart {
    /// The notice, by its id in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The first party that the notice does not name, by its id in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// The notice names the party, but the person did not choose it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_chosen: bool,
    /// The column of the cell that shows nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The way to the value, where it is inside the JSON of the cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Why the cell, or the log, shows nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// The date format that the policy declares for the column, where a cell does
    /// not fit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_format: Option<String>,
    /// These were dropped because of another record of their subject.
    #[serde(default, skip_serializing_if = "is_false")]
    pub with_their_subject: bool,
    /// How many.
    pub records: u64,
}

impl ReasonPart {
    /// Whether it tells anything that the reason does not.
    fn says_more(&self) -> bool {
        self.notice.is_some() || self.why.is_some() || self.with_their_subject
    }
}

/// Where in the extract a cell is, as the policy names it.
#[derive(Clone, Copy)]
struct PolicyCell<'p> {
    column: &'p ColumnName,
    pointer: Option<&'p JsonPointer>,
    /// The declared format of its dates.
    format: Option<&'p DateFormat>,
}

impl<'p> PolicyCell<'p> {
    fn plain(column: &'p ColumnName) -> Self {
        Self { column, pointer: None, format: None }
    }

    fn dated(column: &'p ColumnName, format: &'p DateFormat) -> Self {
        Self { column, pointer: None, format: Some(format) }
    }

    fn of_place(place: &'p CellPlace) -> Self {
        Self { column: &place.column, pointer: place.pointer.as_ref(), format: None }
    }

    fn of_date(date: &'p EvidenceDate) -> Self {
        Self { format: Some(&date.format), ..Self::of_place(&date.place) }
    }
}

/// What has this role in the policy: of several columns the one at `index`.
fn cell_of(plan: &Plan, reason: DropReason, role: CellRole, index: usize) -> Option<PolicyCell<'_>> {
    let columns = match &plan.consent.evidence {
        Evidence::Columns(columns) => Some(columns),
        Evidence::Events(_) => None,
    };
    Some(match role {
        CellRole::Subject => PolicyCell::plain(&plan.extract.subject),
        CellRole::BirthDate => {
            plan.rows.minimum_age.as_ref().map(|rule| PolicyCell::dated(&rule.column, &rule.format))?
        }
        CellRole::LastActive => {
            plan.rows.retention.as_ref().map(|rule| PolicyCell::dated(&rule.column, &rule.format))?
        }
        CellRole::Purposes => match &columns?.purposes {
            PurposeEvidence::Granted { flags, .. } => PolicyCell::of_place(&flags.get(index)?.place),
            PurposeEvidence::Tokens { place, .. } => PolicyCell::of_place(place),
            PurposeEvidence::Membership { .. } => return None,
        },
        CellRole::Refused => PolicyCell::of_place(&columns?.refused.get(index)?.place),
        CellRole::GivenAt => PolicyCell::of_date(&columns?.given_at),
        CellRole::WithdrawnAt => PolicyCell::of_date(columns?.withdrawn_at.as_ref()?),
        CellRole::Notice => match &columns?.notice {
            NoticeEvidence::Named(place) => PolicyCell::of_place(place),
            NoticeEvidence::InForceAtGiven => return None,
        },
        CellRole::Recipients => PolicyCell::of_place(&columns?.recipients.as_ref()?.place),
        CellRole::Log => return None,
        CellRole::Selected => PolicyCell::plain(selected_by(plan, reason)?),
    })
}

/// The one column by which `rows.drop` drops records for a reason of its own;
/// `None` if it does so by several columns.
fn selected_by(plan: &Plan, reason: DropReason) -> Option<&ColumnName> {
    let DropReason::Own(own) = reason else { return None };
    let rules = plan.rows.selections.iter().filter(|rule| rule.effect == Listed::AreDropped(own));
    let mut columns = rules.map(|rule| &rule.column);
    let first = columns.next()?;
    columns.all(|column| column == first).then_some(first)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The second level of every reason that has one.
#[must_use]
pub(crate) fn details(plan: &Plan, account: &Account) -> Details {
    let mut details = Details::new();
    for &reason in account.dropped.keys() {
        let own = account.details.iter().filter(|((of, _), _)| *of == reason);
        let mut parts: Vec<ReasonPart> = own
            .map(|((_, detail), records)| {
                let demand = &plan.consent.demand;
                let notice = detail.notice().and_then(|index| demand.register.notices.get(index));
                let party = detail.party().and_then(|index| demand.parties.get(index));
                let cell = detail.cell();
                let place = cell.and_then(|(role, _)| cell_of(plan, reason, role, detail.column()));
                let is_unreadable = cell.is_some_and(|(_, why)| why == Why::Unreadable);
                let format = place.and_then(|place| place.format).filter(|_| is_unreadable);
                ReasonPart {
                    column: place.map(|place| place.column.to_string()),
                    pointer: place.and_then(|place| place.pointer).map(ToString::to_string),
                    why: cell.map(|(_, why)| why),
                    date_format: format.map(|format| format.pattern().to_owned()),
                    notice: notice.map(|notice| notice.id.to_string()),
                    party: party.map(ToString::to_string),
                    not_chosen: detail.is_choice(),
                    records: *records,
                    ..ReasonPart::default()
                }
            })
            .collect();
        let followed = account.with_their_subject.get(&reason).copied().unwrap_or(0);
        let alone = account.dropped_on_their_own(reason);
        if !reason.has_detail() && followed > 0 && alone > 0 {
            parts.push(ReasonPart { records: alone, ..ReasonPart::default() });
        }
        if followed > 0 {
            parts.push(ReasonPart { with_their_subject: true, records: followed, ..ReasonPart::default() });
        }
        // A single part without a name adds nothing to the reason.
        if parts.len() > 1 || parts.first().is_some_and(ReasonPart::says_more) {
            details.insert(reason.name(&plan.reason_names), parts);
        }
    }
    details
}
