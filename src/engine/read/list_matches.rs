//! Which entries of which list were found among the records, whether their records
//! are of one subject or of several, and how many records could not be compared.
//! The counts of blocks are added in any order.

use std::collections::BTreeMap;

use crate::model::outcome::tally::Unreadable;
use crate::suppression::comparison::Unread;
use crate::suppression::{ListFindings, NotCompared};

/// A record that is on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) list: usize,
    pub(crate) entry: u32,
    /// The keyed digest of the subject of the record; `None` if it names no person.
    pub(crate) subject: Option<u64>,
}

/// Of how many subjects the records are that match an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchCount {
    /// No record matches it.
    Nowhere,
    /// Every record that matches it is of one subject.
    OneSubject,
    /// Records of several subjects match it, or several records without a subject.
    SeveralSubjects,
}

// An entry is kept as one number: 0, one of the two values below, or the digest of
// its subject.
const NOWHERE: u64 = 0;
const UNNAMED: u64 = 1;
const SEVERAL: u64 = u64::MAX;

/// How the records of some blocks were compared with one list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ComparedRecords {
    /// Records that were compared.
    compared: u64,
    /// Records that have a value in some of its columns, but not in all.
    incomplete: u64,
    /// Records that have a value in none of them.
    without_value: u64,
    /// Records that could not be compared, by the first column that cannot be read
    /// and why.
    not_compared: BTreeMap<Unread, u64>,
}

/// Those of all lists.
pub(crate) fn compared_records(findings: &ListFindings) -> Vec<ComparedRecords> {
    let counts = findings.compared.iter().zip(&findings.incomplete).zip(&findings.without_value);
    let fresh = |((&compared, &incomplete), &without_value)| ComparedRecords {
        compared,
        incomplete,
        without_value,
        not_compared: BTreeMap::new(),
    };
    let mut records: Vec<ComparedRecords> = counts.map(fresh).collect();
    for NotCompared { list, unread, .. } in &findings.not_compared {
        if let Some(records) = records.get_mut(*list) {
            *records.not_compared.entry(*unread).or_default() += 1;
        }
    }
    records
}

/// How the entries of all lists were found. Takes eight bytes an entry, up to the
/// last one that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    lists: Vec<Vec<u64>>,
    records: Vec<ComparedRecords>,
}

impl Matches {
    pub(crate) fn take(&mut self, found: &[Match], records: &[ComparedRecords]) {
        if self.records.len() < records.len() {
            self.records.resize(records.len(), ComparedRecords::default());
        }
        for (own, more) in self.records.iter_mut().zip(records) {
            own.compared += more.compared;
            own.incomplete += more.incomplete;
            own.without_value += more.without_value;
            for (unread, count) in &more.not_compared {
                *own.not_compared.entry(*unread).or_default() += count;
            }
        }
        for Match { list, entry, subject } in found {
            if self.lists.len() <= *list {
                self.lists.resize(list + 1, Vec::new());
            }
            let entries = &mut self.lists[*list];
            let entry = *entry as usize;
            if entries.len() <= entry {
                entries.resize(entry + 1, NOWHERE);
            }
            let subject = subject.map_or(UNNAMED, |subject| subject.clamp(UNNAMED + 1, SEVERAL - 1));
            entries[entry] = match entries[entry] {
                NOWHERE => subject,
                // Two records without a subject may be of two people.
                known if known == subject && known != UNNAMED => known,
                _ => SEVERAL,
            };
        }
    }

    /// How an entry of a list was found; `list` and `entry` are indices.
    #[must_use]
    pub fn of(&self, list: usize, entry: u32) -> MatchCount {
        match self.lists.get(list).and_then(|entries| entries.get(entry as usize)) {
            None | Some(&NOWHERE) => MatchCount::Nowhere,
            Some(&SEVERAL) => MatchCount::SeveralSubjects,
            Some(_) => MatchCount::OneSubject,
        }
    }

    /// How many records were compared with a list.
    #[must_use]
    pub fn compared(&self, list: usize) -> u64 {
        self.records.get(list).map_or(0, |records| records.compared)
    }

    /// How many records have a value in some of the columns of a list, but not in all.
    #[must_use]
    pub fn incomplete(&self, list: usize) -> u64 {
        self.records.get(list).map_or(0, |records| records.incomplete)
    }

    /// How many records have a value in none of the columns of a list.
    #[must_use]
    pub fn without_value(&self, list: usize) -> u64 {
        self.records.get(list).map_or(0, |records| records.without_value)
    }

    /// How many records could not be compared with a list, by the index of the
    /// first column that cannot be read, and why.
    pub fn not_compared(&self, list: usize) -> impl Iterator<Item = (usize, Unreadable, u64)> {
        let counts = self.records.get(list).into_iter().flat_map(|records| &records.not_compared);
        counts.map(|(unread, count)| (unread.column, unread.reason, *count))
    }

    /// How many entries of a list were found.
    #[must_use]
    pub fn found(&self, list: usize) -> u64 {
        let entries = self.lists.get(list);
        entries.map_or(0, |entries| entries.iter().filter(|found| **found != NOWHERE).count() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_subject_is_told_from_several() {
        let mut matches = Matches::default();
        let found = |entry, subject| Match { list: 1, entry, subject };
        matches.take(&[found(0, Some(7)), found(0, Some(7)), found(1, Some(7)), found(3, None)], &[]);
        matches.take(&[found(1, Some(8)), found(4, None), found(4, None), found(5, Some(0)), found(5, None)], &[]);
        let of = |entry| matches.of(1, entry);
        assert_eq!([of(0), of(1), of(2)], [MatchCount::OneSubject, MatchCount::SeveralSubjects, MatchCount::Nowhere]);
        assert_eq!(
            [of(3), of(4), of(5)],
            [MatchCount::OneSubject, MatchCount::SeveralSubjects, MatchCount::SeveralSubjects]
        );
        assert_eq!(matches.of(0, 0), MatchCount::Nowhere);
        assert_eq!((matches.found(0), matches.found(1), matches.found(2)), (0, 5, 0));
    }

    proptest! {
        #[test]
        fn blocks_add_up_in_any_order(
            found in prop::collection::vec((0_usize..2, 0_u32..3, prop::option::of(0_u64..3)), 0..20),
            cut in 0_usize..20,
        ) {
            let found: Vec<Match> =
                found.into_iter().map(|(list, entry, subject)| Match { list, entry, subject }).collect();
            let cut = cut.min(found.len());
            let (mut one, mut other) = (Matches::default(), Matches::default());
            let records = |found: &[Match]| {
                let mut findings = ListFindings::new(2);
                for (row, found) in found.iter().enumerate() {
                    findings.compared[found.list] += 1;
                    findings.without_value[found.list] += 2;
                    let unread = Unread { column: found.entry as usize, reason: Unreadable::Email };
                    findings.not_compared.push(NotCompared { list: found.list, unread, row });
                }
                compared_records(&findings)
            };
            let (first, rest) = found.split_at(cut);
            one.take(first, &records(first));
            one.take(rest, &records(rest));
            other.take(rest, &records(rest));
            other.take(first, &records(first));
            for list in 0..2 {
                prop_assert_eq!(one.compared(list), found.iter().filter(|found| found.list == list).count() as u64);
                prop_assert_eq!(one.compared(list) * 2, one.without_value(list));
                prop_assert_eq!(one.compared(list), one.not_compared(list).map(|(.., count)| count).sum::<u64>());
                prop_assert!(one.not_compared(list).eq(other.not_compared(list)));
                prop_assert_eq!(one.found(list), other.found(list));
                for entry in 0..3 {
                    prop_assert_eq!(one.of(list, entry), other.of(list, entry));
                }
            }
        }
    }
}
