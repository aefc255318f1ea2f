//! What deserves a second look in the cells: those that are kept unchanged, by what
//! some of them look like; and words by which nobody was dropped. Counts, never a cell; for the operator, never the recipient.

use super::lists::ReadList;
use crate::manifest::account::Account;
use crate::model::document::Fault;
use crate::model::reason::DropReason;
use crate::model::role::AttributeRole;
use crate::model::shape::{Shape, Shapes};
use crate::policy::plan::{ColumnDecision, Plan, SelectionRule};
use crate::row_rule::selection::Listed;

/// Of fewer cells nothing is said.
const FEWEST_CELLS: u64 = 20;
/// As many of a column's cells must differ, all of them, to look like ids.
const FEWEST_IDS: u64 = 100;

/// Asks about every kept column that is not said to be a direct identifier, after the
/// questions about lists.
pub(super) fn questions(plan: &Plan, account: &Account, lists: &[ReadList]) -> Vec<Fault> {
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
    questions.extend(plan.rows.selections.iter().filter_map(|rule| found_nobody(rule, account)));
    questions
}

/// Asks about words that were found nowhere, where the policy does not say which
/// other words there are: the column may say the same in another word.
fn found_nobody(rule: &SelectionRule, account: &Account) -> Option<Fault> {
    let Listed::AreDropped(own) = rule.effect else { return None };
    let is_open = rule.coarsening.is_none() && rule.others.is_none();
    let found = account.dropped.get(&DropReason::Own(own)).copied().unwrap_or(0);
    (is_open && found == 0 && account.read.records >= FEWEST_CELLS).then(|| Fault {
        start: rule.place.start,
        end: rule.place.end,
        path: rule.path.clone(),
        what: format!("none of the words listed for `{}` was found", rule.column),
        hint: Some(
            "`not_in` says which other words the column has; then whatever is none of them is dropped".to_owned(),
        ),
    })
}

fn question(name: &str, shapes: &Shapes) -> Option<(String, &'static str)> {
    let cells = shapes.cells();
    if cells < FEWEST_CELLS {
        return None;
    }
    for (words, shape) in Shape::ALL {
        let (part, hint) = match shape {
            // A few among others are enough to find people.
            Shape::Email => (10, "mask_email, pseudonymise or drop"),
            Shape::Phone => (10, "pseudonymise or drop"),
            Shape::Ip => (10, "coarsen_ip, pseudonymise or drop"),
            Shape::Prose => (2, "drop: nobody knows what is in there"),
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
