//! Warnings about cells: those that are kept unchanged, by what some of them look
//! like; words by which no record was dropped, or that let others pass; and columns
//! of refusals that the policy does not use. Counts, never a cell; for the
//! operator, never the recipient.

pub(crate) mod lists;

use super::inputs::lists::ReadList;
use crate::account::Account;
use crate::document::Fault;
use crate::model::outcome::reason::DropReason;
use crate::model::outcome::shape::{CellShape, Shapes};
use crate::model::role::AttributeRole;
use crate::policy::plan::{ColumnDecision, Evidence, Plan, SelectionRule};
use crate::policy::questions::says_withdrawn;
use crate::row_rule::selection::Listed;

const NOT_IN: &str = "`not_in` says which other words the column has; then whatever is none of them is dropped";
/// With fewer cells nothing is said.
const FEWEST_CELLS: u64 = 20;
/// A column looks like ids if it has at least as many cells and all of them differ.
const FEWEST_IDS: u64 = 100;

/// Warns of every kept column that is not declared as a direct identifier, after
/// the warnings about lists.
pub(super) fn questions(plan: &Plan, account: &Account, lists: &[ReadList], unused: &[String]) -> Vec<Fault> {
    let delivered = plan.columns.iter().filter(|rule| rule.output.is_some());
    let mut questions: Vec<Fault> = lists.iter().flat_map(|list| list.questions.clone()).collect();
    for (rule, shapes) in delivered.zip(&account.shapes) {
        let is_kept = matches!(rule.decision, ColumnDecision::Keep { .. });
        if !is_kept || rule.role == AttributeRole::DirectIdentifier {
            continue;
        }
        questions.extend(question(rule.name.as_str(), shapes).map(|(what, hint)| Fault {
            start: rule.place.start,
            end: rule.place.end,
            path: format!("columns.{}", rule.name),
            what,
            hint: Some(hint.to_owned()),
        }));
    }
    // One warning a rule: that nothing was found is more important than that other
    // words pass.
    let rules = plan.rows.selections.iter();
    questions.extend(rules.filter_map(|rule| found_nobody(rule, account).or_else(|| others_pass(rule))));
    questions.extend(unused_withdrawals(plan, unused));
    questions
}

/// Warns of every rule that drops listed words if the policy does not say the other
/// words of the column.
pub(crate) fn other_words_pass(plan: &Plan) -> Vec<Fault> {
    plan.rows.selections.iter().filter_map(others_pass).collect()
}

fn others_pass(rule: &SelectionRule) -> Option<Fault> {
    let is_open = rule.coarsening.is_none() && rule.others.is_none() && rule.file.is_none();
    (is_open && matches!(rule.effect, Listed::AreDropped(_))).then(|| Fault {
        start: rule.place.start,
        end: rule.place.end,
        path: rule.path.clone(),
        what: format!("every other word of column `{}` passes", rule.column),
        hint: Some(NOT_IN.to_owned()),
    })
}

/// Warns of columns that the policy does not use and whose names say that a person
/// withdrew or refused, if `[consent.columns]` lacks one of the two.
pub(super) fn unused_withdrawals(plan: &Plan, unused: &[String]) -> Vec<Fault> {
    let Evidence::Columns(columns) = &plan.consent.evidence else { return Vec::new() };
    if columns.withdrawn_at.is_some() && !columns.refused.is_empty() {
        return Vec::new();
    }
    let place = &plan.consent.place;
    let telling = unused.iter().filter(|name| says_withdrawn(name));
    telling
        .map(|name| Fault {
            start: place.start,
            end: place.end,
            path: "consent.columns".to_owned(),
            what: format!(
                "the policy uses column `{name}` nowhere, and its name says that somebody withdrew or refused"
            ),
            hint: Some("`withdrawn_at` or `refused` there, or a [[rows.drop]], keeps those people out".to_owned()),
        })
        .collect()
}

/// Warns of words that were not found, if the policy does not say the other words
/// of the column: it may say the same with another word.
fn found_nobody(rule: &SelectionRule, account: &Account) -> Option<Fault> {
    let Listed::AreDropped(own) = rule.effect else { return None };
    let is_open = rule.coarsening.is_none() && rule.others.is_none();
    let found = account.dropped.get(&DropReason::Own(own)).copied().unwrap_or(0);
    (is_open && found == 0 && account.read.records >= FEWEST_CELLS).then(|| Fault {
        start: rule.place.start,
        end: rule.place.end,
        path: rule.path.clone(),
        what: format!("none of the words listed for `{}` was found", rule.column),
        hint: Some(NOT_IN.to_owned()),
    })
}

fn question(name: &str, shapes: &Shapes) -> Option<(String, &'static str)> {
    let cells = shapes.cells();
    if cells < FEWEST_CELLS {
        return None;
    }
    for (words, shape) in CellShape::ALL {
        let (part, hint) = match shape {
            // Even a few such cells are enough to find people.
            CellShape::Email => (10, "mask_email, pseudonymise or drop"),
            CellShape::Phone => (10, "pseudonymise or drop"),
            CellShape::Ip => (10, "coarsen_ip, pseudonymise or drop"),
            CellShape::Prose => (2, "drop: nobody knows what is in there"),
            _ => (2, "coarsen_date, if the day itself is not needed"),
        };
        let count = shapes.count(shape);
        if count * part >= cells {
            let share = count * 100 / cells;
            return Some((
                format!("{share} % of the cells of `{name}` look like {words} ({count} of {cells} looked at)"),
                hint,
            ));
        }
    }
    let hint = "a value of one's own tells each person apart: pseudonymise, coarsen or drop";
    (cells >= FEWEST_IDS && shapes.all_differ())
        .then(|| (format!("the cells of `{name}` all differ ({cells} looked at), as ids do"), hint))
}
