//! Makes the row rules of `rows.only` and `rows.drop` from the policy.

use crate::identifier::text::loose::push_loose;
use crate::model::column_type::ColumnType;
use crate::policy::plan::{Plan, SelectionRule};
use crate::row_rule::selection::{Listed, Selection};
use crate::transform::Inapplicable;

/// The row rule of one selection of the policy. `null_values` are known words of
/// the column, so they are added to `not_in`.
pub(crate) fn selection(plan: &Plan, rule: &SelectionRule) -> Selection {
    let (column, listed) = (rule.column.clone(), rule.listed.clone());
    match (rule.coarsening, rule.effect) {
        (Some(coarsening), effect) => Selection::coarsened(column, listed, coarsening, effect),
        (None, Listed::AreKept) => Selection::only(column, listed),
        (None, Listed::AreDropped(reason)) => {
            let nulls = &plan.extract.dialect.null_values.words;
            let others = rule.others.as_ref().map(|others| others.iter().chain(nulls).cloned().collect::<Vec<_>>());
            Selection::dropping(column, &listed, others.as_deref(), reason)
        }
    }
}

/// Indices of the policy's own reasons that concern one record alone.
pub(crate) fn of_the_record(plan: &Plan) -> Vec<u8> {
    let own = |rule: &SelectionRule| match rule.effect {
        Listed::AreDropped(own) if !rule.whole_subject => Some(own),
        _ => None,
    };
    plan.rows.selections.iter().filter_map(own).collect()
}

/// Why a selection cannot be made by a column of this type: no cell can be one of
/// its words, so it would drop no record, or every record.
pub(crate) fn never_listed(rule: &SelectionRule, found: ColumnType) -> Option<Inapplicable> {
    if rule.coarsening.is_some() || rule.listed.is_empty() {
        return None;
    }
    let (can_be, cells): (fn(&str) -> bool, _) = match found {
        ColumnType::Boolean => (|word| matches!(word, "true" | "false"), "`true` and `false`"),
        ColumnType::Integer => (is_whole_number, "whole numbers such as `0`, `1` and `-20`"),
        _ => return None,
    };
    // A null is read as an empty cell.
    let is_cell = |word: &str| word.is_empty() || can_be(word);
    let is_possible = |word: &String| match rule.effect {
        Listed::AreKept => is_cell(word),
        Listed::AreDropped(_) => {
            let mut loose = String::new();
            push_loose(word, &mut loose);
            is_cell(&loose)
        }
    };
    let is_never = !rule.listed.iter().any(is_possible);
    is_never.then(|| Inapplicable::NeverListed { rule: rule.path.clone(), found, cells })
}

/// Whether a text is a whole number as typed columns write it: without needless
/// zeros.
fn is_whole_number(text: &str) -> bool {
    text.parse::<i128>().is_ok_and(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::ColumnName;

    fn is_never(effect: Listed, found: ColumnType, words: &[&str]) -> bool {
        let rule = SelectionRule {
            column: ColumnName::parse("c").unwrap(),
            listed: words.iter().map(|word| (*word).to_owned()).collect(),
            others: None,
            file: None,
            coarsening: None,
            coarsen_word: None,
            effect,
            whole_subject: false,
            place: 0..0,
            path: "rows.drop[1]".to_owned(),
        };
        never_listed(&rule, found).is_some()
    }

    #[test]
    fn a_word_that_no_cell_can_be_selects_nothing() {
        let (dropped, kept) = (Listed::AreDropped(0), Listed::AreKept);
        for (found, words) in [
            (ColumnType::Boolean, &["Y", "1"][..]),
            (ColumnType::Integer, &["Y"]),
            (ColumnType::Integer, &["01", "1.5"]),
        ] {
            assert!(is_never(dropped, found, words) && is_never(kept, found, words), "{words:?}");
        }
        for (found, words) in [
            (ColumnType::Boolean, &["Y", "true"][..]),
            (ColumnType::Boolean, &[""]),
            (ColumnType::Integer, &["-20"]),
            (ColumnType::Integer, &["Y", "0"]),
            (ColumnType::Text, &["Y"]),
        ] {
            assert!(!is_never(dropped, found, words) && !is_never(kept, found, words), "{words:?}");
        }
        // Each of the two compares in its own way.
        for (found, word) in [(ColumnType::Boolean, "TRUE"), (ColumnType::Integer, "1.0")] {
            assert!(!is_never(dropped, found, &[word]) && is_never(kept, found, &[word]), "{word}");
        }
    }
}
