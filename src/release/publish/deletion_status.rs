//! The answer to a deletion list: for each of its work items, what happened to the
//! data of the person it names. Holds ids of work items, which say nothing about
//! people.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::staging::Staging;
use crate::engine::read::list_matches::{MatchCount, Matches};
use crate::policy::plan::lists::ListKind;
use crate::release::error::ReleaseError;
use crate::suppression::index::ListIndex;

const LONGEST_ID: usize = 64;

/// The work items of a list, in the order of the list.
#[derive(Default)]
pub(crate) struct WorkItems {
    ids: String,
    /// Where each id ends.
    ends: Vec<usize>,
    /// The index of the entry of each in the [`ListIndex`]; `None` where it cannot
    /// be read.
    entries: Vec<Option<u32>>,
}

impl WorkItems {
    /// Adds an id; `false` if it is not one: letters, digits, `-` and `_`.
    pub(crate) fn push(&mut self, id: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(1..=LONGEST_ID).contains(&id.len()) || !id.bytes().all(is_plain) {
            return false;
        }
        self.ids.push_str(id);
        self.ends.push(self.ids.len());
        true
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.ids.get(start..*end).unwrap_or_default())
    }

    /// The first work item, from 1, whose id was given before.
    pub(crate) fn first_repeated(&self) -> Option<u64> {
        let mut sorted: Vec<(&str, u64)> = self.ids().zip(1..).collect();
        sorted.sort_unstable();
        sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1).min()
    }

    /// The same, with the indices of their entries, whose digests are given in the
    /// order of the list.
    pub(crate) fn placed(mut self, digests: &[Option<u128>], index: &ListIndex) -> Self {
        self.entries = digests.iter().map(|digest| index.place((*digest)?)).collect();
        self
    }

    /// The answer to each work item: 3 deleted, 4 opted out, 5 not found. On an
    /// erasure list the answer is 3 if all matching records are of one subject, and
    /// 4 if they are of several; on any other list it is 4. `None` where no answer
    /// would be true: the entry cannot be read, or it was not found while some
    /// records could not be compared. 2 (exempt) is never given: no input says
    /// whose data are exempt.
    fn answers(
        &self,
        list: usize,
        kind: ListKind,
        matches: &Matches,
        is_certain: bool,
    ) -> impl Iterator<Item = Option<u8>> {
        self.entries.iter().map(move |entry| match (matches.of(list, (*entry)?), kind) {
            (MatchCount::Nowhere, _) => is_certain.then_some(5),
            (MatchCount::OneSubject, ListKind::Erasure) => Some(3),
            (MatchCount::OneSubject | MatchCount::SeveralSubjects, _) => Some(4),
        })
    }

    /// How many are not answered.
    pub(crate) fn not_answered(&self, list: usize, matches: &Matches, is_certain: bool) -> u64 {
        let answers = self.answers(list, ListKind::Erasure, matches, is_certain);
        answers.filter(Option::is_none).count() as u64
    }

    /// Writes `Id,Status` of every work item that is answered.
    fn write(
        &self,
        list: usize,
        kind: ListKind,
        matches: &Matches,
        is_certain: bool,
        out: &mut impl Write,
    ) -> io::Result<()> {
        out.write_all(b"Id,Status\n")?;
        for (id, status) in self.ids().zip(self.answers(list, kind, matches, is_certain)) {
            if let Some(status) = status {
                writeln!(out, "{id},{status}")?;
            }
        }
        Ok(())
    }

    /// Writes the answers into the internal folder, as a file of this name.
    pub(crate) fn answer(
        &self,
        (list, kind): (usize, ListKind),
        name: &str,
        matches: &Matches,
        is_certain: bool,
        staging: &Staging<'_>,
    ) -> Result<(), ReleaseError> {
        if self.entries.len() != self.ends.len() {
            return Err(ReleaseError::Bug { step: "answers" });
        }
        let path = std::path::Path::new(name);
        let mut out = BufWriter::new(staging.create_kept(name)?);
        self.write(list, kind, matches, is_certain, &mut out).map_err(ReleaseError::io("write", path))?;
        let file: File = out.into_inner().map_err(|error| ReleaseError::io("write", path)(error.into_error()))?;
        file.sync_all().map_err(ReleaseError::io("make durable", path))
    }
}

/// The name of the answer to a list: that of its file, as the platform wants it, and
/// that of a CSV file where the list was kept in another form.
pub(crate) fn answer_name(file: &str) -> String {
    let ends = [".gz", ".gzip", ".zst", ".zstd"];
    let bare = ends.iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file);
    let is_csv = bare.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("csv"));
    if is_csv { bare.to_owned() } else { format!("{bare}.csv") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(ids: &[&str]) -> WorkItems {
        let mut items = WorkItems::default();
        assert!(ids.iter().all(|id| items.push(id)));
        items
    }

    #[test]
    fn an_answer_has_the_name_of_its_list() {
        for (list, answer) in [
            ("20260801_4821_NDZ.csv", "20260801_4821_NDZ.csv"),
            ("20260801_4821_NDZ.CSV.gz", "20260801_4821_NDZ.CSV"),
            ("20260801_4821_NDZ.parquet", "20260801_4821_NDZ.parquet.csv"),
            ("ndz", "ndz.csv"),
        ] {
            assert_eq!(answer_name(list), answer);
        }
    }

    #[test]
    fn an_id_is_plain() {
        let mut items = WorkItems::default();
        for bad in ["", "a,b", "=1", "a b", "é", "a\n", &"x".repeat(65)] {
            assert!(!items.push(bad), "{bad:?}");
        }
        assert_eq!(items.ids().count(), 0);
    }

    #[test]
    fn a_repeated_id_is_seen_at_its_second_place() {
        assert_eq!(items(&["b", "a", "c"]).first_repeated(), None);
        assert_eq!(items(&["b", "a", "c", "a", "b"]).first_repeated(), Some(4));
        assert_eq!(items(&[]).first_repeated(), None);
    }

    fn answered(items: &WorkItems, is_certain: bool) -> String {
        let mut out = Vec::new();
        items.write(0, ListKind::Erasure, &Matches::default(), is_certain, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn two_work_items_of_one_entry_have_one_answer() {
        let digests = [7, 9, 7, 8];
        let index = ListIndex::new(digests.to_vec()).unwrap();
        let items = items(&["w", "x", "y", "z"]).placed(&digests.map(Some), &index);
        assert_eq!(answered(&items, true), "Id,Status\nw,5\nx,5\ny,5\nz,5\n");
        assert_eq!(items.entries, [0, 2, 0, 1].map(Some));
        assert_eq!(items.not_answered(0, &Matches::default(), true), 0);
    }

    #[test]
    fn nobody_is_not_found_while_some_could_not_be_looked_for() {
        let digests = [Some(7), None];
        let index = ListIndex::new(vec![7]).unwrap();
        let items = items(&["w", "x"]).placed(&digests, &index);
        assert_eq!(answered(&items, true), "Id,Status\nw,5\n", "the other names nobody known");
        assert_eq!(answered(&items, false), "Id,Status\n");
        let not_answered = [true, false].map(|is_certain| items.not_answered(0, &Matches::default(), is_certain));
        assert_eq!(not_answered, [1, 2]);
    }
}
