//! Warnings about a policy that can be carried out; they do not stop a run. They
//! concern the names of columns that are kept, reasons that say too little, and
//! what is left unsaid. Sees no cell.

mod column_names;
pub(crate) mod lists;

use std::collections::BTreeSet;
use std::ops::Range;

use super::plan::{ColumnDecision, ColumnRule, Plan, SelectionRule};
use crate::document::Faults;
use crate::model::name::{ColumnName, PartyId};
use crate::model::role::AttributeRole;
use crate::policy::questions::column_names::NameHint;
pub(crate) use crate::policy::questions::column_names::says_withdrawn;
use crate::row_rule::selection::Listed;
use crate::transform::TransformSpec;
use crate::transform::dates::shift_date::ShiftDate;

/// A reason for keeping a column that has fewer words than this is warned of.
const FEWEST_WORDS: usize = 3;

/// Adds the warnings about a plan; `release` is the position of its table in the
/// policy.
pub(super) fn ask(plan: &Plan, release: &Range<usize>, warnings: &Faults) {
    for rule in &plan.columns {
        if let ColumnDecision::Keep { because } = &rule.decision {
            ask_about_kept(rule, because, warnings);
        }
    }
    ask_about_shifts(plan, warnings);
    ask_about_echo(plan, release, warnings);
    ask_about_rare_values(plan, warnings);
    ask_about_classes(plan, warnings);
    for rule in &plan.rows.selections {
        ask_about_people(plan, rule, warnings);
    }
    lists::ask(&plan.consent.lists, warnings);
    if plan.release.erase_after.is_none() {
        let hint = "`erase_after` puts the day into the manifest and on the screen";
        warnings.at(release, "release", "no day is set by which the delivery must be erased", Some(hint));
    }
    ask_about_agreement(plan, release, warnings);
    if plan.rows.minimum_age.is_none() {
        ask_about_age(plan, release, warnings);
    }
}

/// Whom an agreement lets have the data, and no notice names, people never heard of.
fn ask_about_agreement(plan: &Plan, release: &Range<usize>, warnings: &Faults) {
    let Some(agreement) = &plan.release.terms.agreement else { return };
    let (register, purpose) = (&plan.consent.demand.register, &plan.release.purpose);
    let missing = |party: &&PartyId| !agreement.parties.is_empty() && !agreement.parties.contains(party);
    for party in plan.consent.demand.parties.iter().filter(missing) {
        let what = format!("the agreement does not let {party} have the data, who receives it");
        warnings.at(
            release,
            "release.agreement.parties",
            &what,
            Some("name everybody down the chain, or deliver to nobody else"),
        );
    }
    for party in &agreement.parties {
        if !register.notices.iter().any(|notice| notice.names(party, purpose)) {
            let what = format!("the agreement lets {party} have the data, and no notice names it for {purpose}");
            let hint = "people agreed to what a notice told them: the recipient must be bound not to pass it there";
            warnings.at(release, "release.agreement.parties", &what, Some(hint));
        }
    }
}

fn ask_about_kept(rule: &ColumnRule, because: &str, warnings: &Faults) {
    let path = format!("columns.{}", rule.name);
    let warn = |what: &str, hint: &str| warnings.at(&rule.place, &path, what, Some(hint));
    if because.split_whitespace().count() < FEWEST_WORDS {
        let hint = "say what the recipient does with the cells; the manifest repeats it";
        warn("the reason for keeping it is shorter than three words", hint);
    }
    let named = NameHint::of(rule.name.as_str());
    match named {
        Some(NameHint::BirthDate) => {
            warn("exact dates of birth are kept", "coarsen_date to the year, or age_band, is enough for most purposes");
        }
        // A column declared as a direct identifier has its own warning.
        Some(hint) if rule.role != AttributeRole::DirectIdentifier => {
            let what = format!("it is kept, and its name says that it holds {}", hint.what());
            warnings.at(&rule.place, &path, what, Some(hint.hint()));
        }
        _ => {}
    }
}

/// The privacy models judge the values that wait: classes are finer there, so they hold,
/// but more is dropped than must be.
fn ask_about_rare_values(plan: &Plan, warnings: &Faults) {
    let Some(privacy) = &plan.privacy else { return };
    for (position, rule) in plan.columns.iter().filter(|rule| rule.output.is_some()).enumerate() {
        let is_merged = matches!(rule.decision, ColumnDecision::Transform(TransformSpec::TopValues(_)));
        if is_merged && privacy.quasi_identifiers.contains(&position) {
            let what = "rare values are merged after the privacy models have judged, so records are dropped for them";
            let hint = "map_values and map_hierarchy merge before";
            warnings.at(&rule.place, &format!("columns.{}", rule.name), what, Some(hint));
        }
    }
}

/// A column that identifies together with others, and is delivered, but makes no class,
/// is left to whoever knows it.
fn ask_about_classes(plan: &Plan, warnings: &Faults) {
    let Some(privacy) = &plan.privacy else { return };
    let columns = plan.columns.iter().filter(|rule| rule.output.is_some());
    for (position, rule) in columns.enumerate() {
        if rule.role == AttributeRole::QuasiIdentifier && !privacy.quasi_identifiers.contains(&position) {
            let what = "a quasi-identifier is delivered that the privacy models do not count";
            let hint = "name it in privacy.quasi_identifiers, or give it another role if nobody can know it";
            warnings.at(&rule.place, &format!("columns.{}", rule.name), what, Some(hint));
        }
    }
}

/// A guard that can find nothing guards nothing.
fn ask_about_echo(plan: &Plan, release: &Range<usize>, warnings: &Faults) {
    if plan.guards.echo.is_none() {
        return;
    }
    if plan.echo_sources().is_empty() {
        let hint = "give the columns of names and ids the role direct_identifier, also those that are dropped";
        warnings.at(release, "guards.echo", "no direct identifier is held back, so nothing is looked for", Some(hint));
    } else if plan.echo_targets().is_empty() {
        let what = "no text is delivered that could repeat a direct identifier";
        warnings.at(release, "guards.echo", what, Some("remove it"));
    }
}

/// A shifted date is a full date; and two shifts of one person give them away, and keep
/// no intervals.
fn ask_about_shifts(plan: &Plan, warnings: &Faults) {
    let mut known: Vec<&ShiftDate> = Vec::new();
    for rule in &plan.columns {
        let ColumnDecision::Transform(TransformSpec::ShiftDate(action)) = &rule.decision else { continue };
        let path = format!("columns.{}", rule.name);
        let warn = |what: &str, hint: &str| warnings.at(&rule.place, &path, what, Some(hint));
        if NameHint::of(rule.name.as_str()) == Some(NameHint::BirthDate) {
            let what = "dates of birth are delivered, shifted by some days";
            warn(what, "coarsen_date to the year, or age_band, is enough for most purposes");
        }
        if known.iter().any(|other| other.domain == action.domain && other.max_days != action.max_days) {
            let what = "dates of one domain are shifted by two numbers of days, so no interval between them survives";
            warn(what, "say the same `max_days`, or another `domain` if that is meant");
        }
        known.push(action);
    }
}

/// A file of people should be a list: lists bring both sides into canonical form.
fn ask_about_people(plan: &Plan, rule: &SelectionRule, warnings: &Faults) {
    let names_people = NameHint::of(rule.column.as_str()).is_some() || rule.column == plan.extract.subject;
    if rule.file.is_some() && rule.coarsening.is_none() && matches!(rule.effect, Listed::AreDropped(_)) && names_people
    {
        let hint = "[[consent.lists]] compares addresses, numbers and ids in one form, and counts what cannot be read";
        let what = "people are looked up as words: one who is written otherwise is not found";
        warnings.at(&rule.place, &rule.path, what, Some(hint));
    }
}

/// Birth dates that are delivered, or from which something delivered is made, show
/// that ages are known, while no rule drops children.
fn ask_about_age(plan: &Plan, release: &Range<usize>, warnings: &Faults) {
    let delivered = plan.columns.iter().filter(|rule| rule.output.is_some()).map(|rule| &rule.name);
    let used: BTreeSet<&ColumnName> = delivered.chain(plan.derived.iter().flat_map(|rule| rule.spec.reads())).collect();
    let is_of_subject = |name: &&ColumnName| {
        NameHint::of(name.as_str()) == Some(NameHint::BirthDate) && !NameHint::is_of_a_child(name.as_str())
    };
    let birth_date = used.into_iter().find(is_of_subject);
    let Some(name) = birth_date else { return };
    let rule = plan.columns.iter().find(|rule| rule.name == *name);
    let (place, path) = rule.map_or((release, "release".to_owned()), |rule| (&rule.place, format!("columns.{name}")));
    let hint = "[rows.minimum_age] with column and years keeps children, and people of unknown age, out";
    warnings.at(place, &path, "birth dates are used, and no minimum age is set", Some(hint));
}
