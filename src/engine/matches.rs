//! Which entries of which list were found among the records, and whether one
//! subject or several stand behind an entry. Blocks add up in any order.

/// A record that is on a list, as a worker found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) list: usize,
    pub(super) entry: u32,
    /// The keyed digest of the record's subject; `None` where it names nobody.
    pub(super) subject: Option<u64>,
}

/// How an entry was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "nobody, one person, or more")]
pub enum Found {
    /// No record matches it.
    Nowhere,
    /// Every record that matches it is of one subject.
    OneSubject,
    /// Records of several subjects match it, or several records that name none.
    SeveralSubjects,
}

// One number an entry: 0 for nowhere, the two words below, else the subject.
const NOWHERE: u64 = 0;
const UNNAMED: u64 = 1;
const SEVERAL: u64 = u64::MAX;

/// What was found of all lists. Eight bytes an entry, up to the last one found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    lists: Vec<Vec<u64>>,
}

impl Matches {
    pub(super) fn take(&mut self, found: &[Match]) {
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
                // Two records that name nobody are not known to be one person's.
                known if known == subject && known != UNNAMED => known,
                _ => SEVERAL,
            };
        }
    }

    /// How an entry of a list was found; both by their places.
    #[must_use]
    pub fn of(&self, list: usize, entry: u32) -> Found {
        match self.lists.get(list).and_then(|entries| entries.get(entry as usize)) {
            None | Some(&NOWHERE) => Found::Nowhere,
            Some(&SEVERAL) => Found::SeveralSubjects,
            Some(_) => Found::OneSubject,
        }
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
        matches.take(&[found(0, Some(7)), found(0, Some(7)), found(1, Some(7)), found(3, None)]);
        matches.take(&[found(1, Some(8)), found(4, None), found(4, None), found(5, Some(0)), found(5, None)]);
        let of = |entry| matches.of(1, entry);
        assert_eq!([of(0), of(1), of(2)], [Found::OneSubject, Found::SeveralSubjects, Found::Nowhere]);
        assert_eq!([of(3), of(4), of(5)], [Found::OneSubject, Found::SeveralSubjects, Found::SeveralSubjects]);
        assert_eq!(matches.of(0, 0), Found::Nowhere);
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
            one.take(&found[..cut]);
            one.take(&found[cut..]);
            other.take(&found[cut..]);
            other.take(&found[..cut]);
            for list in 0..2 {
                prop_assert_eq!(one.found(list), other.found(list));
                for entry in 0..3 {
                    prop_assert_eq!(one.of(list, entry), other.of(list, entry));
                }
            }
        }
    }
}
