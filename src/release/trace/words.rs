//! What the gate found, in words, for the person who asked and for the one who must
//! answer: days and ids of the register, never a cell.

use serde::Serialize;

use crate::consent::columns::evidence::NoticeEvidence;
use crate::consent::finding::{Dated, Finding, PurposesSaid};
use crate::consent::log::evidence::EventNotice;
use crate::consent::log::state::ConsentState;
use crate::engine::trace::{ClassTrace, ListOutcome};
use crate::model::name::PartyId;
use crate::model::number::counted::{are, counted};
use crate::policy::plan::{Evidence, Plan};

/// One step of the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Explanation {
    /// Its name.
    pub(crate) step: &'static str,
    /// Whether the record would pass if only this step counted.
    pub(crate) passed: bool,
    /// The finding in words.
    pub(crate) words: String,
    /// The day that was read, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) day: Option<String>,
    /// The notice, by its id in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<String>,
    /// The parties that are missing, by their ids in the register.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<String>,
}

impl Explanation {
    fn new(step: &'static str, passed: bool, words: impl Into<String>) -> Self {
        Self { step, passed, words: words.into(), day: None, notice: None, missing: Vec::new() }
    }

    fn dated(self, dated: Dated) -> Self {
        let day = match dated {
            Dated::Day(day) => Some(day.to_string()),
            Dated::Days(..) | Dated::Implausible | Dated::Missing | Dated::Unreadable => None,
        };
        Self { day, ..self }
    }
}

/// Describes the class of a record; `demanded` is what it does not meet.
pub(crate) fn in_class(class: &ClassTrace, columns: &[String], demanded: Option<String>) -> Explanation {
    let mut words = format!("{} alike in {}", persons_are(class.persons), columns.join(", "));
    if class.is_suppressed {
        words += "; too little for a privacy model of the policy, so these cells are not delivered";
    }
    if let Some(demanded) = &demanded {
        words += &format!("; the policy asks for {demanded}");
    }
    let enough: Vec<&str> =
        class.enough_without.iter().filter_map(|column| columns.get(*column)).map(String::as_str).collect();
    if (demanded.is_some() || class.is_suppressed) && !enough.is_empty() {
        words += &format!("; without {} there would be enough persons", enough.join(" or "));
    }
    Explanation::new("class", demanded.is_none(), words)
}

fn persons_are(persons: u64) -> String {
    format!("{} {}", counted(persons, "person"), are(persons))
}

/// Describes a finding.
pub(crate) fn tell(plan: &Plan, finding: &Finding<'_>) -> Explanation {
    let purpose = &plan.consent.demand.purpose;
    match finding {
        Finding::Purposes(said) => match said {
            PurposesSaid::Covers => Explanation::new("purposes", true, format!("agreed to {purpose}")),
            PurposesSaid::No => Explanation::new("purposes", false, format!("said no to {purpose}")),
            PurposesSaid::Others => {
                Explanation::new("purposes", false, format!("agreed to other purposes, not to {purpose}"))
            }
            PurposesSaid::Unknown => {
                Explanation::new("purposes", false, "nothing of which the policy gives the meaning")
            }
        },
        Finding::Objection(objected) => match objected {
            Some(true) => Explanation::new("objection", false, "objected"),
            Some(false) => Explanation::new("objection", true, "did not object"),
            None => Explanation::new("objection", false, "neither yes nor no to whether they objected"),
        },
        Finding::Given(given) => match given {
            Dated::Day(day) => Explanation::new("given", true, format!("the consent was given on {day}")),
            Dated::Days(first, last) => Explanation::new(
                "given",
                true,
                format!("the consent was given from {first} to {last}, and each of these days is judged"),
            ),
            Dated::Missing => Explanation::new("given", false, "no date says when the consent was given"),
            Dated::Implausible | Dated::Unreadable => {
                Explanation::new("given", false, "the date of the consent cannot be read")
            }
        }
        .dated(*given),
        Finding::Withdrawal(withdrawn, counts) => match (withdrawn, counts) {
            (Dated::Day(day), true) => {
                Explanation::new("withdrawn", false, format!("withdrawn on {day}, which takes the consent away"))
            }
            (Dated::Day(day), false) => Explanation::new(
                "withdrawn",
                true,
                format!("withdrawn on {day}, before this consent was given: history"),
            ),
            (Dated::Days(first, last), true) => Explanation::new(
                "withdrawn",
                false,
                format!("withdrawn from {first} to {last}, the last of which takes the consent away"),
            ),
            (Dated::Days(_, last), false) => Explanation::new(
                "withdrawn",
                true,
                format!("withdrawn by {last}, before this consent was given: history"),
            ),
            (Dated::Missing, _) => Explanation::new("withdrawn", true, "not withdrawn"),
            (Dated::Implausible, _) => {
                Explanation::new("withdrawn", false, "the date of a withdrawal stands for no date")
            }
            (Dated::Unreadable, _) => Explanation::new("withdrawn", false, "the date of a withdrawal cannot be read"),
        }
        .dated(*withdrawn),
        Finding::Current { is_later: true, .. } => {
            Explanation::new("current", false, format!("dated after the as-of day {}", plan.as_of))
        }
        Finding::Current { is_expired, first_valid, .. } => {
            let words = if *is_expired { "too old" } else { "recent enough" };
            Explanation::new("current", !is_expired, format!("{words}: a consent from {first_valid} on is not too old"))
        }
        Finding::Notice(place) => notice(plan, *place),
        Finding::InForce(true) => {
            Explanation::new("in_force", true, "the notice was in force on the day of the consent")
        }
        Finding::InForce(false) => {
            Explanation::new("in_force", false, "the notice was not in force on the day of the consent")
        }
        Finding::Discloses(true) => Explanation::new("discloses", true, format!("the notice discloses {purpose}")),
        Finding::Discloses(false) => {
            Explanation::new("discloses", false, format!("the notice does not disclose {purpose}"))
        }
        Finding::Channel(true) => Explanation::new("channel", true, "the channel is among those chosen"),
        Finding::Channel(false) => Explanation::new("channel", false, "the channel is not among those chosen"),
        Finding::Restricts(state, day, concerns) => {
            let name = ConsentState::ALL
                .iter()
                .find(|(_, known)| known == state)
                .map_or("a state that the policy does not declare", |(name, _)| *name);
            let about = if *concerns { "concerns" } else { "does not concern" };
            Explanation::new("state", !concerns, format!("{name} on {day}, which {about} {purpose}"))
                .dated(Dated::Day(*day))
        }
        Finding::NotNamed(missing) => parties(plan, "named", "the notice", ["names", "does not name"], missing),
        Finding::NotChosen(missing) => parties(plan, "chosen", "the person", ["chose", "did not choose"], missing),
    }
}

/// Describes whether a record is on a list, and whether it may pass.
pub(crate) fn on_list(name: &str, outcome: ListOutcome, passed: bool) -> Explanation {
    let words = match outcome {
        ListOutcome::On => format!("on the list {name}"),
        ListOutcome::NotOn => format!("not on the list {name}"),
        ListOutcome::NotCompared => {
            let unless = if passed { ", and the policy lets such records pass" } else { "" };
            format!("cannot be compared with the list {name}: it may be on it{unless}")
        }
    };
    Explanation::new("list", passed, words)
}

fn notice(plan: &Plan, index: Option<usize>) -> Explanation {
    let has_column = match &plan.consent.evidence {
        Evidence::Columns(columns) => matches!(columns.notice, NoticeEvidence::Named(_)),
        Evidence::Events(log) => matches!(log.evidence.notice, EventNotice::Column(_)),
    };
    let Some(notice) = index.and_then(|index| plan.consent.demand.register.notices.get(index)) else {
        let words = if has_column {
            "the notice it was given under is not in the register"
        } else {
            "no notice was in force on the day of the consent"
        };
        return Explanation::new("notice", false, words);
    };
    let how = if has_column { "given under" } else { "on that day stood" };
    let until = notice.until.map_or_else(String::new, |until| format!(" up to, not including, {until}"));
    let words = format!("{how} notice {}, in force from {}{until}", notice.id, notice.from);
    Explanation { notice: Some(notice.id.to_string()), ..Explanation::new("notice", true, words) }
}

fn parties(plan: &Plan, step: &'static str, who: &str, does: [&str; 2], missing: &[usize]) -> Explanation {
    let demand = &plan.consent.demand;
    let missing: Vec<String> =
        missing.iter().filter_map(|index| demand.parties.get(*index)).map(ToString::to_string).collect();
    if missing.is_empty() {
        let all: Vec<&str> = demand.parties.iter().map(PartyId::as_str).collect();
        return Explanation::new(step, true, format!("{who} {} {}", does[0], all.join(" and ")));
    }
    let words = format!("{who} {} {}", does[1], missing.join(" or "));
    Explanation { missing, ..Explanation::new(step, false, words) }
}
