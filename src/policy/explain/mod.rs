//! A plan in plain words, for a data protection officer who does not read TOML.
//! Says what will be done, never what was done: it has not seen a record.

pub(crate) mod consent;
pub(crate) mod notices;
mod privacy;
mod prose;
mod terms;

use super::explain::consent::consent;
use super::explain::notices::{Shortfall, satisfying_notices, shortfall};
use super::explain::privacy::privacy;
use super::explain::prose::{joined, parties, party, quoted};
use super::explain::terms::terms;
use super::plan::echo::EchoRule;
use super::plan::lists::{ListRule, OnNotComparable};
use super::plan::{ColumnDecision, ColumnRule, OnUnreadable, Plan, RowOrder, SelectionRule, Unlisted};
use crate::identifier::canonical::Normalise;
use crate::model::name::{ColumnName, PartyId};
use crate::model::number::counted::{counted, number};
use crate::model::outcome::change::NOTEWORTHY;
use crate::model::role::AttributeRole;
use crate::row_rule::selection::Listed;
use crate::suppression::comparison::{CellForm, Comparison};
use crate::transform::TransformSpec;

/// The plan in paragraphs, in the order in which it is carried out.
#[must_use]
pub fn explain(plan: &Plan) -> Vec<String> {
    let mut paragraphs = vec![release(plan)];
    paragraphs.extend(terms(plan));
    paragraphs.extend(records(plan));
    paragraphs.push(consent(plan));
    paragraphs.extend(notices(plan));
    paragraphs.extend(delivered(plan));
    paragraphs.push(not_delivered(plan));
    paragraphs.extend(privacy(plan));
    paragraphs.push(guards(plan));
    paragraphs
}

fn release(plan: &Plan) -> String {
    let terms = &plan.release;
    let purpose = match plan.consent.demand.register.purposes.get(&terms.purpose) {
        Some(purpose) => format!("{} ({})", terms.purpose, purpose.title),
        None => terms.purpose.to_string(),
    };
    let mut words = format!(
        "{} gives data to {} for one purpose: {purpose}.",
        party(plan, &terms.controller),
        party(plan, &terms.recipient)
    );
    if !terms.on_behalf_of.is_empty() {
        words += &format!(" Behind the recipient stands {}.", parties(plan, &terms.on_behalf_of));
    }
    words += &format!(" Everything is judged as of {}.", plan.as_of);
    words += &match terms.erase_after.and_then(|period| period.after(plan.as_of)) {
        Some(day) => format!(" The delivery must be erased by {day}."),
        None => " No day is set by which the delivery must be erased.".to_owned(),
    };
    words
}

fn records(plan: &Plan) -> Vec<String> {
    let mut words = vec![format!(
        "Each record is about the subject in column {}; a record that names nobody there is dropped.",
        plan.extract.subject
    )];
    words.extend(plan.consent.lists.iter().map(list));
    words.extend(plan.rows.selections.iter().map(|rule| selection(plan, rule)));
    if let Some(rule) = &plan.rows.minimum_age {
        words.push(format!(
            "A record whose subject is younger than {} by column {}, or whose date there is missing or unreadable, is dropped, and so are all other records of that subject.",
            rule.years, rule.column
        ));
    }
    if let Some(rule) = &plan.rows.retention {
        words.push(format!(
            "A record whose date in column {} is {} old or older, missing or unreadable, is dropped.",
            rule.column,
            rule.max_age.in_words()
        ));
    }
    words
}

fn list(rule: &ListRule) -> String {
    let compared = |(column, form): (&ColumnName, &CellForm)| match form {
        CellForm::Text(form) if form.rule() == Normalise::None => format!("{column} (compared exactly as written)"),
        form => format!("{column} (as {})", form.as_str()),
    };
    let columns: Vec<String> = match &rule.comparison {
        Comparison::Digests { record, .. } => rule.columns.iter().zip([record]).map(compared).collect(),
        Comparison::Drop(_) => rule.columns.iter().map(ToString::to_string).collect(),
        Comparison::Values { record, .. } => rule.columns.iter().zip(record).map(compared).collect(),
    };
    let how = match &rule.comparison {
        Comparison::Digests { function, .. } => format!(", by its {} digest,", function.name()),
        Comparison::Drop(_) => ", standardised and hashed as for California's DROP,".to_owned(),
        Comparison::Values { .. } if columns.len() > 1 => ", all of them,".to_owned(),
        Comparison::Values { .. } => String::new(),
    };
    let mut words = format!(
        "A record whose {}{how} stands in the {} list {} ({}) is dropped, and so are all other records of its subject, whatever was agreed to.",
        joined(&columns, "and"),
        rule.kind.as_str(),
        rule.name,
        rule.file.paths.join(", ")
    );
    words += match rule.on_unreadable {
        OnNotComparable::Drop => " A record whose value cannot be read may be on it, and is dropped likewise.",
        OnNotComparable::Deliver => " A record whose value cannot be read passes, although it may be on it.",
    };
    if rule.max_unreadable > 0 {
        words +=
            &format!(" Of its entries, {} may be unreadable: whoever they name is not kept out.", rule.max_unreadable);
    }
    if let Some(flag) = &rule.removed {
        words += &format!(
            " An entry that says {} in its column {} is on it no longer.",
            quoted(&flag.yes),
            flag.place.column
        );
    }
    if let Some(age) = rule.max_age {
        words += &format!(" The run is refused if that list is {} old or older.", age.in_words());
    }
    if rule.work_items.is_some() {
        words += " Every work item of that list is answered in a file that is kept, not delivered.";
    }
    words
}

fn selection(plan: &Plan, rule: &SelectionRule) -> String {
    let what = match rule.coarsen_word {
        Some(word) => format!("the postcode {word} in column {}", rule.column),
        None => format!("column {}", rule.column),
    };
    let listed = match rule.listed.as_slice() {
        few if few.len() <= 5 && rule.file.is_none() => quoted(few),
        many => format!("one of {}", counted(many.len() as u64, "listed value")),
    };
    match rule.effect {
        Listed::AreKept => format!("Only records where {what} is {listed} are needed; all others are dropped."),
        Listed::AreDropped(own) => {
            let reason = plan.reason_names.own.get(usize::from(own)).map_or("own", |name| name);
            let rest = match (&rule.others, rule.coarsening) {
                (Some(others), _) => format!(
                    " So are those where it is neither missing nor {}: they may be meant by it.",
                    if others.len() <= 5 { quoted(others) } else { format!("one of {} other words", others.len()) }
                ),
                (None, None) => {
                    " Any other word passes: the policy does not say which there are (`not_in`).".to_owned()
                }
                (None, Some(_)) => String::new(),
            };
            let whole = if rule.whole_subject { ", and so are all other records of their subjects" } else { "" };
            format!("Records where {what} is {listed} are dropped ({reason}){whole}.{rest}")
        }
    }
}

fn notices(plan: &Plan) -> Vec<String> {
    let demand = &plan.consent.demand;
    let mut words = Vec::new();
    let mut satisfied = Vec::new();
    for notice in &demand.register.notices {
        let id = notice.id.as_str();
        let Some(shortfall) = shortfall(demand, notice) else {
            let until = notice.until.map_or_else(|| "on".to_owned(), |until| format!("until {until}"));
            satisfied.push(format!("{id} (in force from {} {until})", notice.from));
            continue;
        };
        words.push(match shortfall {
            Shortfall::NotYetInForce => {
                format!("Notice {id} comes into force on {}, after the day that is judged.", notice.from)
            }
            Shortfall::PartiesNotNamed(unnamed) => {
                let unnamed: Vec<&str> = unnamed.into_iter().map(PartyId::as_str).collect();
                format!("Notice {id} does not name {} for {}.", joined(&unnamed, "or"), demand.purpose)
            }
            Shortfall::PurposeNotDisclosed => format!("Notice {id} does not disclose {}.", demand.purpose),
            Shortfall::TooOld => format!(
                "Notice {id} was in force until {}; every consent given under it is {} old or older.",
                notice.until.map(|until| until.to_string()).unwrap_or_default(),
                demand.max_age.in_words()
            ),
        });
    }
    words.insert(
        0,
        match why_nobody_can_pass(plan) {
            Some(why) => format!("Nothing can be delivered: {why}."),
            None => format!("A consent can satisfy this only under {}.", joined(&satisfied, "or")),
        },
    );
    words
}

/// Why no consent can pass: no notice of the register satisfies the demand. Names
/// the parties that are in none of the notices, if there are any. `None` where a
/// notice does satisfy it.
#[must_use]
pub(crate) fn why_nobody_can_pass(plan: &Plan) -> Option<String> {
    let demand = &plan.consent.demand;
    if satisfying_notices(demand).next().is_some() {
        return None;
    }
    let notices = &demand.register.notices;
    let nowhere: Vec<&str> = demand
        .parties
        .iter()
        .filter(|party| !notices.iter().any(|notice| notice.names(party, &demand.purpose)))
        .map(PartyId::as_str)
        .collect();
    if nowhere.is_empty() {
        return Some("no notice in the register satisfies the demand".to_owned());
    }
    Some(format!("no notice in the register names {} for {}", joined(&nowhere, "or"), demand.purpose))
}

/// What a delivered record holds, column by column.
#[must_use]
pub(crate) fn delivered(plan: &Plan) -> Vec<String> {
    let mut words: Vec<String> = plan.columns.iter().filter_map(column).collect();
    words.extend(plan.derived.iter().map(|rule| {
        let columns: Vec<&str> = rule.spec.reads().iter().map(ColumnName::as_str).collect();
        format!(
            "{} ({}) is made from {} by {}. Lost: {}.",
            rule.output,
            role(rule.role),
            joined(&columns, "and"),
            rule.spec.word(),
            rule.spec.loss().as_str()
        )
    }));
    words
}

fn column(rule: &ColumnRule) -> Option<String> {
    let output = rule.output.as_ref()?;
    let mut words = format!("{} as {output} ({}): ", rule.name, role(rule.role));
    match &rule.decision {
        ColumnDecision::Drop => return None,
        ColumnDecision::Keep { because } => words += &format!("delivered unchanged, because: {because}."),
        ColumnDecision::Transform(spec) => {
            let action = spec.action();
            let lost = action.loss();
            words += &format!("{}, {}. Lost: {}.", spec.word(), action.technique(), lost.as_str());
            match spec {
                TransformSpec::Pseudonymise(_) => {
                    words += " It is still personal data: whoever holds the key can tell who it is about.";
                }
                TransformSpec::ShiftDate(_) => {
                    words += " Whoever holds the key, or knows one date of a person, knows all of that person's dates.";
                }
                _ => {}
            }
        }
    }
    if let Some(pattern) = &rule.pattern {
        words += &format!(" A cell must match {}.", pattern.as_str());
    }
    let is_read = rule.pattern.is_some() || matches!(rule.decision, ColumnDecision::Transform(_));
    words += match rule.on_unreadable {
        OnUnreadable::Null if !is_read => "",
        OnUnreadable::DropRecord => " Where a cell cannot be read the record is dropped.",
        OnUnreadable::Null => " A cell that cannot be read becomes missing.",
        OnUnreadable::Refuse => " A cell that cannot be read refuses the run.",
    };
    Some(words)
}

fn role(role: AttributeRole) -> &'static str {
    match role {
        AttributeRole::DirectIdentifier => "direct identifier",
        AttributeRole::Insensitive => "insensitive",
        AttributeRole::QuasiIdentifier => "quasi-identifier",
        AttributeRole::Sensitive => "sensitive",
    }
}

fn not_delivered(plan: &Plan) -> String {
    let dropped: Vec<&str> =
        plan.columns.iter().filter(|rule| rule.output.is_none()).map(|rule| rule.name.as_str()).collect();
    let unlisted = match plan.extract.unlisted {
        Unlisted::Drop => "A column the policy does not list is not delivered.",
        Unlisted::Refuse => "A column the policy does not list refuses the run.",
    };
    if dropped.is_empty() {
        return unlisted.to_owned();
    }
    format!("Not delivered: {}. {unlisted}", joined(&dropped, "and"))
}

fn guards(plan: &Plan) -> String {
    let guards = &plan.guards;
    let order = match plan.output.order {
        RowOrder::Extract => "in the order of the extract",
        RowOrder::Pseudonym => "in the order of their pseudonyms, which tells nothing of the extract's",
    };
    let mut words = format!(
        "The run is refused if fewer than {} would be delivered or more than {} cannot be read as records.",
        counted(guards.min_delivered, "record"),
        number(guards.max_quarantined)
    );
    if !guards.max_unreadable.is_whole() {
        words += &format!(
            " It is also refused if more than {} of the cells of a delivered column that are there cannot be read, and there are not very few.",
            guards.max_unreadable
        );
    }
    words += match guards.echo {
        None => "",
        Some(EchoRule::Count) => {
            " Delivered texts that repeat a direct identifier of their record, which is not delivered, are counted."
        }
        Some(EchoRule::Redact) => {
            " Direct identifiers of a record that are not delivered are taken out of its delivered texts, whole words only."
        }
        Some(EchoRule::Refuse) => {
            " It is also refused if a delivered text repeats a direct identifier of its record that is not delivered."
        }
    };
    if let Some(limit) = guards.max_change {
        words += &format!(
            " It is also refused if the number of records read, or the share of them that is delivered, malformed or dropped for one reason, is by more than {} per cent another than in the last delivery of this policy, where either has {NOTEWORTHY} or more.",
            limit.per_cent()
        );
    }
    if let Some(allowed) = plan.consent.demand.register.max_delivered {
        words += &format!(" The register lets no delivery have more than {}.", counted(allowed, "record"));
    }
    words + &format!(" Rows are written {order}.")
}
