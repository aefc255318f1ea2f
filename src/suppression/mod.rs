//! Floor 5: `[[consent.lists]]`: whoever is on a list is not delivered, whatever else
//! is recorded. A record is compared with every list, also when it is dropped
//! already: a list wants to know which of its entries were found.
//!
//! A record whose value cannot be read may be on the list: it is dropped as not
//! comparable, unless the policy says otherwise. With a list that names nobody
//! there is nothing to compare.

mod base64;
pub(crate) mod california_drop;
mod cell_form;
pub(crate) mod comparison;
pub(crate) mod digests;
pub(crate) mod index;
mod unread;

use std::sync::Arc;

use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::outcome::reason::DropReason;
use crate::row_rule::{Reads, RuleCells};
use crate::suppression::comparison::{CanonicalBuffers, Compared, Comparison, Unread, domains_above};
use crate::suppression::index::{EntryHasher, ListIndex};

/// A list that was read.
#[derive(Debug)]
pub struct SuppressionList {
    /// The columns of the extract that are compared.
    pub columns: Vec<ColumnName>,
    /// How.
    pub comparison: Comparison,
    /// What becomes of a record that is on the list.
    pub reason: DropReason,
    /// What becomes of a record that cannot be compared with it; `None`: nothing.
    pub not_comparable: Option<DropReason>,
    /// Whether it names nobody, not even in an entry that cannot be read.
    pub names_nobody: bool,
    /// Digests what is compared.
    pub hasher: EntryHasher,
    /// The entries.
    pub index: ListIndex,
}

/// A record that is on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The place of the list in the policy.
    pub list: usize,
    /// The place of the entry in the list's index.
    pub entry: u32,
    /// The row.
    pub row: usize,
}

/// A record that cannot be compared with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotCompared {
    /// The place of the list in the policy.
    pub list: usize,
    /// Its first cell that cannot be read.
    pub unread: Unread,
    /// The row.
    pub row: usize,
}

/// What comparing rows with lists came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ListFindings {
    /// Rows that are on a list.
    pub hits: Vec<Hit>,
    /// Rows that cannot be compared with one.
    pub not_compared: Vec<NotCompared>,
    /// Rows that were compared with each list, by its place in the policy.
    pub compared: Vec<u64>,
    /// Rows that have a value in some of the columns of each list, but not in all.
    pub incomplete: Vec<u64>,
    /// Rows that have a value in none of them.
    pub without_value: Vec<u64>,
}

impl ListFindings {
    /// For so many lists.
    #[must_use]
    pub(crate) fn new(lists: usize) -> Self {
        let none = || vec![0; lists];
        Self { compared: none(), incomplete: none(), without_value: none(), ..Self::default() }
    }
}

/// The rule: all lists at once.
#[derive(Debug)]
pub(crate) struct Suppression {
    lists: Vec<BoundList>,
    reads: Vec<Reads>,
}

/// A list as it is compared with the columns of one extract.
#[derive(Debug)]
struct BoundList {
    list: Arc<SuppressionList>,
    /// The list's, for columns of the types they have.
    comparison: Comparison,
    /// Whether an entry names whoever is below a domain, too.
    names_domains: bool,
    places: Vec<usize>,
}

impl Suppression {
    /// Takes the lists in the order of the policy, and the types of columns.
    #[must_use]
    pub(crate) fn new(lists: &[Arc<SuppressionList>], type_of: impl Fn(&ColumnName) -> ColumnType) -> Self {
        let mut reads: Vec<Reads> = Vec::new();
        let mut place = |column: &ColumnName| {
            let known = reads.iter().position(|reads| reads.column == *column);
            known.unwrap_or_else(|| {
                reads.push(Reads::value(column.clone()));
                reads.len() - 1
            })
        };
        let bound = |list: &Arc<SuppressionList>| {
            let types: Vec<ColumnType> = list.columns.iter().map(&type_of).collect();
            let comparison = list.comparison.of_record_types(&types);
            let names_domains = comparison.names_domains();
            let places = list.columns.iter().map(&mut place).collect();
            BoundList { list: Arc::clone(list), comparison, names_domains, places }
        };
        let lists = lists.iter().map(bound).collect();
        Self { lists, reads }
    }

    /// The columns it reads.
    #[must_use]
    pub(crate) fn reads(&self) -> &[Reads] {
        &self.reads
    }

    /// The lists, in the order of the policy.
    pub(crate) fn lists(&self) -> impl ExactSizeIterator<Item = &SuppressionList> {
        self.lists.iter().map(|bound| bound.list.as_ref())
    }

    /// Drops every row that is on a list, or may be, for the earliest reason there
    /// is, and adds what it finds; rows are counted from `first` on.
    pub(crate) fn judge(
        &self,
        cells: &RuleCells<'_, '_>,
        verdicts: &mut [Option<DropReason>],
        first: usize,
        findings: &mut ListFindings,
    ) {
        let mut room = CanonicalBuffers::default();
        let mut own: Vec<Option<&str>> = Vec::new();
        for (number, BoundList { list, comparison, names_domains, places }) in self.lists.iter().enumerate() {
            if list.names_nobody {
                continue;
            }
            let (mut compared, mut incomplete, mut without_value) = (0, 0, 0);
            for (row, verdict) in verdicts.iter_mut().enumerate() {
                own.clear();
                own.extend(places.iter().map(|&place| cells[place][row]));
                let reason = match comparison.of_record(&own, &mut room) {
                    Compared::Missing => {
                        without_value += 1;
                        continue;
                    }
                    Compared::Incomplete(_) => {
                        incomplete += 1;
                        continue;
                    }
                    Compared::Value(comparable) => {
                        compared += 1;
                        let before = findings.hits.len();
                        let mut look = |comparable: &[u8]| {
                            let entry = list.index.place(list.hasher.digest(comparable));
                            let hit = entry.map(|entry| Hit { list: number, entry, row: first + row });
                            findings.hits.extend(hit);
                        };
                        look(comparable);
                        if *names_domains {
                            domains_above(comparable).for_each(look);
                        }
                        if findings.hits.len() == before {
                            continue;
                        }
                        Some(list.reason)
                    }
                    Compared::Unreadable(unread) => {
                        findings.not_compared.push(NotCompared { list: number, unread, row: first + row });
                        list.not_comparable
                    }
                };
                if let Some(reason) = reason {
                    *verdict = Some(verdict.map_or(reason, |earlier| earlier.min(reason)));
                }
            }
            for (counts, found) in [
                (&mut findings.compared, compared),
                (&mut findings.incomplete, incomplete),
                (&mut findings.without_value, without_value),
            ] {
                if let Some(count) = counts.get_mut(number) {
                    *count += found;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::canonical::Normalise;
    use crate::identifier::form::Form;
    use crate::model::outcome::tally::Unreadable;
    use crate::suppression::comparison::CellForm;
    use proptest::prelude::*;

    fn text(_: &ColumnName) -> ColumnType {
        ColumnType::Text
    }

    fn list(columns: &[(&str, Normalise)], reason: DropReason, entries: &[Vec<Option<&str>>]) -> Arc<SuppressionList> {
        let forms: Vec<CellForm> = columns.iter().map(|(_, rule)| CellForm::Text(Form::new(*rule))).collect();
        let comparison = Comparison::Values { record: forms.clone(), entry: forms };
        let hasher = EntryHasher::new(&[5; 16]);
        let mut room = CanonicalBuffers::default();
        let digests = entries
            .iter()
            .filter_map(|entry| match comparison.of_entry(entry, &mut room) {
                Compared::Value(entry) => Some(hasher.digest(entry)),
                Compared::Missing | Compared::Incomplete(_) | Compared::Unreadable(_) => None,
            })
            .collect();
        Arc::new(SuppressionList {
            columns: columns.iter().map(|(name, _)| ColumnName::parse(name).unwrap()).collect(),
            comparison,
            reason,
            not_comparable: Some(DropReason::NotComparable(9)),
            names_nobody: false,
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
        let rule = Suppression::new(&lists, text);
        assert_eq!(rule.reads().len(), 2, "a column is read once");
        let ids = [Some("1 "), Some("2"), Some("3"), None, Some("2")];
        let emails = [Some("a@x.org"), Some("b@X.org"), None, None, None];
        let mut verdicts = [None, None, None, Some(DropReason::NoSubject), Some(DropReason::NoSubject)];
        let mut findings = ListFindings::new(3);
        rule.judge(&[&ids, &emails], &mut verdicts, 100, &mut findings);
        let no_subject = Some(DropReason::NoSubject);
        let expected = [Some(DropReason::Suppressed(0)), Some(DropReason::Erased), None, no_subject, no_subject];
        assert_eq!(verdicts, expected);
        let found: Vec<(usize, usize)> = findings.hits.iter().map(|hit| (hit.list, hit.row)).collect();
        assert_eq!(found, [(0, 100), (0, 101), (0, 104), (1, 101), (2, 100)]);
        assert_eq!((findings.compared, findings.without_value), (vec![4, 2, 4], vec![1, 3, 1]));
    }

    #[test]
    fn a_record_that_may_be_on_a_list_is_not_delivered() {
        let email = |deliver: bool, names_nobody: bool| {
            let list = list(&[("email", Normalise::Email)], DropReason::Erased, &[vec![Some("b@x.org")]]);
            let mut list = Arc::into_inner(list).unwrap();
            list.not_comparable = (!deliver).then_some(DropReason::NotComparable(0));
            list.names_nobody = names_nobody;
            Arc::new(list)
        };
        let emails = [Some("B <b@x.org>"), Some("b@x.org"), None, Some(" "), Some("c@x.org"), Some("b@x.org;c@x.org")];
        let (gone, erased) = (Some(DropReason::NotComparable(0)), Some(DropReason::Erased));
        for (list, expected, not_compared) in [
            (email(false, false), [gone, erased, None, None, None, gone], vec![0, 5]),
            (email(true, false), [None, erased, None, None, None, None], vec![0, 5]),
            (email(false, true), [None; 6], vec![]),
        ] {
            let mut verdicts = [None; 6];
            let mut findings = ListFindings::new(1);
            Suppression::new(&[list], text).judge(&[&emails], &mut verdicts, 0, &mut findings);
            assert_eq!(verdicts, expected);
            let unread = Unread { column: 0, reason: Unreadable::Email };
            let expected = not_compared.into_iter().map(|row| NotCompared { list: 0, unread, row });
            assert_eq!(findings.not_compared, expected.collect::<Vec<_>>());
        }
    }

    /// What the manual says, in the plainest way: unreadable where a cell is,
    /// else on the list where every cell is there, and equal after its rule.
    fn expected(entries: &[Vec<Option<&str>>], rules: &[Normalise], record: &[Option<&str>]) -> Option<DropReason> {
        let form = |rule: &Normalise, cell: Option<&str>| {
            let cell = cell.filter(|cell| !cell.trim().is_empty());
            cell.map(|cell| Form::new(*rule).canonical(cell, &mut String::new()).map(str::to_owned)).transpose()
        };
        let forms = |cells: &[Option<&str>]| -> Result<Vec<Option<String>>, Unreadable> {
            rules.iter().zip(cells).map(|(rule, cell)| form(rule, *cell)).collect()
        };
        let Ok(record) = forms(record) else { return Some(DropReason::NotComparable(9)) };
        let whole = record.iter().all(|cell| cell.as_ref().is_some_and(|cell| !cell.is_empty()));
        let is_on = whole && entries.iter().any(|entry| forms(entry).as_ref() == Ok(&record));
        is_on.then_some(DropReason::Erased)
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
            let rule = Suppression::new(&[list(&columns, DropReason::Erased, &entries)], text);
            let cells: Vec<Vec<Option<&str>>> =
                (0..width).map(|column| records.iter().map(|record| record[column]).collect()).collect();
            let cells: Vec<&[Option<&str>]> = cells.iter().map(Vec::as_slice).collect();
            let mut verdicts = vec![None; records.len()];
            let mut findings = ListFindings::new(1);
            rule.judge(&cells, &mut verdicts, 0, &mut findings);
            let told = findings.compared[0] + findings.incomplete[0] + findings.without_value[0];
            prop_assert_eq!(told + findings.not_compared.len() as u64, records.len() as u64);
            for (row, record) in records.iter().enumerate() {
                let expected = expected(&entries, &rules, &record[..width]);
                prop_assert_eq!(verdicts[row], expected, "{:?}", record);
                let is_hit = findings.hits.iter().any(|hit| hit.row == row);
                prop_assert_eq!(is_hit, expected == Some(DropReason::Erased));
                let is_unread = findings.not_compared.iter().any(|unread| unread.row == row);
                prop_assert_eq!(is_unread, matches!(expected, Some(DropReason::NotComparable(_))));
            }
        }
    }
}
