//! `[[consent.lists]]`: whoever stands on a list is not delivered, whatever else
//! is recorded. A record is compared with every list, also when it is dropped
//! already: a list wants to know which of its entries were found.

use std::sync::Arc;

use super::comparison::{Comparison, Room};
use super::list_index::{EntryHasher, ListIndex};
use super::{Reads, RuleCells};
use crate::model::name::ColumnName;
use crate::model::reason::DropReason;

/// A list that was read.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made from a policy and a file, part by part")]
pub struct SuppressionList {
    /// The columns of the extract that are compared.
    pub columns: Vec<ColumnName>,
    /// How.
    pub comparison: Comparison,
    /// What becomes of a record that is on the list.
    pub reason: DropReason,
    /// Digests what is compared.
    pub hasher: EntryHasher,
    /// The entries.
    pub index: ListIndex,
}

/// A record that is on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "three places, nothing else")]
pub struct Hit {
    /// The place of the list in the policy.
    pub list: usize,
    /// The place of the entry in the list's index.
    pub entry: u32,
    /// The row.
    pub row: usize,
}

/// The rule: all lists at once.
#[derive(Debug)]
pub struct Suppression {
    lists: Vec<(Arc<SuppressionList>, Vec<usize>)>,
    reads: Vec<Reads>,
}

impl Suppression {
    /// Takes the lists in the order of the policy.
    #[must_use]
    pub fn new(lists: &[Arc<SuppressionList>]) -> Self {
        let mut reads: Vec<Reads> = Vec::new();
        let mut place = |column: &ColumnName| {
            let known = reads.iter().position(|reads| reads.column == *column);
            known.unwrap_or_else(|| {
                reads.push(Reads::value(column.clone()));
                reads.len() - 1
            })
        };
        let lists = lists.iter().map(|list| (Arc::clone(list), list.columns.iter().map(&mut place).collect()));
        let lists = lists.collect();
        Self { lists, reads }
    }

    /// The columns it reads.
    #[must_use]
    pub fn reads(&self) -> &[Reads] {
        &self.reads
    }

    /// The lists, in the order of the policy.
    pub fn lists(&self) -> impl Iterator<Item = &SuppressionList> {
        self.lists.iter().map(|(list, _)| list.as_ref())
    }

    /// Drops every row that is on a list, for the earliest reason there is, and
    /// adds every hit.
    pub fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>], hits: &mut Vec<Hit>) {
        let mut room = Room::default();
        let mut own: Vec<Option<&str>> = Vec::new();
        for (number, (list, places)) in self.lists.iter().enumerate() {
            for (row, verdict) in verdicts.iter_mut().enumerate() {
                own.clear();
                own.extend(places.iter().map(|&place| cells[place][row]));
                let Some(comparable) = list.comparison.of_record(&own, &mut room) else { continue };
                let Some(entry) = list.index.place(list.hasher.digest(comparable)) else { continue };
                hits.push(Hit { list: number, entry, row });
                *verdict = Some(verdict.map_or(list.reason, |earlier| earlier.min(list.reason)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::form::Form;
    use crate::identifier::normalise::Normalise;
    use proptest::prelude::*;

    fn list(columns: &[(&str, Normalise)], reason: DropReason, entries: &[Vec<Option<&str>>]) -> Arc<SuppressionList> {
        let comparison = Comparison::Values(columns.iter().map(|(_, rule)| Form::new(*rule)).collect());
        let hasher = EntryHasher::new(&[5; 16]);
        let mut room = Room::default();
        let digests = entries
            .iter()
            .filter_map(|entry| comparison.of_entry(entry, &mut room).unwrap().map(|entry| hasher.digest(entry)))
            .collect();
        Arc::new(SuppressionList {
            columns: columns.iter().map(|(name, _)| ColumnName::parse(name).unwrap()).collect(),
            comparison,
            reason,
            hasher,
            index: ListIndex::new(digests).unwrap(),
        })
    }

    #[test]
    fn the_earliest_reason_counts_and_every_list_knows() {
        let lists = [
            list(&[("id", Normalise::Trim)], DropReason::Suppressed(0), &[vec![Some("1")], vec![Some("2")]]),
            list(&[("email", Normalise::Email)], DropReason::Erased, &[vec![Some("B@x.org")]]),
            list(&[("id", Normalise::Trim)], DropReason::Suppressed(2), &[vec![Some(" 1")], vec![None]]),
        ];
        let rule = Suppression::new(&lists);
        assert_eq!(rule.reads().len(), 2, "a column is read once");
        let ids = [Some("1 "), Some("2"), Some("3"), None, Some("2")];
        let emails = [Some("a@x.org"), Some("b@X.org"), None, None, None];
        let mut verdicts = [None, None, None, Some(DropReason::NoSubject), Some(DropReason::NoSubject)];
        let mut hits = Vec::new();
        rule.judge(&[&ids, &emails], &mut verdicts, &mut hits);
        let no_subject = Some(DropReason::NoSubject);
        let expected = [Some(DropReason::Suppressed(0)), Some(DropReason::Erased), None, no_subject, no_subject];
        assert_eq!(verdicts, expected);
        let found: Vec<(usize, usize)> = hits.iter().map(|hit| (hit.list, hit.row)).collect();
        assert_eq!(found, [(0, 0), (0, 1), (0, 4), (1, 1), (2, 0)]);
    }

    /// What the manual says, in the plainest way: every cell there, and equal
    /// after the rule of its column.
    fn is_on(entries: &[Vec<Option<&str>>], rules: &[Normalise], record: &[Option<&str>]) -> bool {
        let form = |rule: &Normalise, cell: &str| {
            let mut scratch = String::new();
            let form = Form::new(*rule).canonical(cell, &mut scratch).map(str::to_owned);
            form.unwrap_or_else(|_| cell.to_owned())
        };
        entries.iter().any(|entry| {
            entry.iter().zip(record).zip(rules).all(|((entry, cell), rule)| match (entry, cell) {
                (Some(entry), Some(cell)) => {
                    let (entry, cell) = (form(rule, entry), form(rule, cell));
                    !entry.trim().is_empty() && entry == cell
                }
                _ => false,
            })
        })
    }

    fn cell() -> impl Strategy<Value = Option<&'static str>> {
        let cells =
            ["a", "A", " a ", "a@b", "A@B ", "", " ", "07700900123", "+44 7700 900123", "1", "01", "é", "e\u{301}"];
        prop_oneof![1 => Just(None), 8 => prop::sample::select(cells.to_vec()).prop_map(Some)]
    }

    proptest! {
        #[test]
        fn a_record_is_on_a_list_exactly_where_it_says_so(
            rules in prop::collection::vec(prop::sample::select(Normalise::ALL.map(|(_, rule)| rule).to_vec()), 1..4),
            entries in prop::collection::vec(prop::collection::vec(cell(), 3), 0..8),
            records in prop::collection::vec(prop::collection::vec(cell(), 3), 1..12),
        ) {
            let width = rules.len();
            let names = ["a", "b", "c"];
            let columns: Vec<(&str, Normalise)> = names.into_iter().zip(rules.iter().copied()).collect();
            let entries: Vec<Vec<Option<&str>>> = entries.iter().map(|entry| entry[..width].to_vec()).collect();
            let rule = Suppression::new(&[list(&columns, DropReason::Erased, &entries)]);
            let cells: Vec<Vec<Option<&str>>> =
                (0..width).map(|column| records.iter().map(|record| record[column]).collect()).collect();
            let cells: Vec<&[Option<&str>]> = cells.iter().map(Vec::as_slice).collect();
            let mut verdicts = vec![None; records.len()];
            let mut hits = Vec::new();
            rule.judge(&cells, &mut verdicts, &mut hits);
            for (row, record) in records.iter().enumerate() {
                let expected = is_on(&entries, &rules, &record[..width]);
                prop_assert_eq!(verdicts[row].is_some(), expected, "{:?}", record);
                prop_assert_eq!(hits.iter().any(|hit| hit.row == row), expected);
            }
        }
    }
}
