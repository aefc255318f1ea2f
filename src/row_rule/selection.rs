//! `rows.only` and `rows.drop`: necessity. A record that the purpose does not need,
//! or that the policy drops for a reason of its own, is not delivered.
//!
//! Both drop a record in doubt. `rows.only` keeps a word only where it is written
//! as listed; `rows.drop` drops it in every writing (`push_loose`). Where the
//! policy also says the other words of the column, `rows.drop` drops every word
//! that is in neither list.
//!
//! With a coarsening a cell may be unreadable. It may then be listed or not, so
//! either rule drops it.

use super::listing::Listing;
use super::{Reads, RowRule, RuleCells};
use crate::identifier::text::loose::push_loose;
use crate::model::name::ColumnName;
use crate::model::outcome::detail::{CellRole, Detail, Why};
use crate::model::outcome::read::Read;
use crate::model::outcome::reason::DropReason;
use crate::model::outcome::tally::Unreadable;
use crate::model::word::is_same;

/// Writes a cell in the form of the list (a postcode's district, say), or says why
/// it cannot be read.
pub(crate) type Coarsening = fn(&str, &mut String) -> Result<(), Unreadable>;

/// Whether the listed cells are kept or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// `rows.drop`: the listed cells are dropped, for the policy's own reason with
    /// this index.
    AreDropped(u8),
    /// `rows.only`: all other cells are dropped, missing and unreadable ones too.
    AreKept,
}

/// The rule.
#[derive(Debug)]
pub(crate) struct Selection {
    reads: [Reads; 1],
    comparing: Comparing,
    effect: Listed,
}

/// How a cell is compared with those listed.
#[derive(Debug)]
enum Comparing {
    /// Whole, byte for byte.
    Exactly(Listing),
    /// By what the coarsening makes of it.
    Coarsened(Listing, Coarsening),
    /// By what all writings of a word share. With `others`, a word that is in
    /// neither list is unreadable.
    Loosely { listed: Listing, others: Option<Listing> },
}

impl Selection {
    /// `rows.only` by cells that are matched whole and exactly as written, so that
    /// a list may hold the empty cell; a null of a typed extract is an empty cell.
    #[must_use]
    pub(crate) fn only(column: ColumnName, listed: Vec<String>) -> Self {
        let comparing = Comparing::Exactly(Listing::new(listed));
        Self { reads: [Reads::raw(column)], comparing, effect: Listed::AreKept }
    }

    /// `rows.drop` by words in any writing, for the policy's own reason with this
    /// index. A blank cell is missing, and dropped only where the list holds a
    /// blank. `others`: all other words of the column; a word that is neither among
    /// them nor listed is unreadable, and dropped.
    #[must_use]
    pub(crate) fn dropping(column: ColumnName, listed: &[String], others: Option<&[String]>, reason: u8) -> Self {
        let loose = |words: &[String]| Listing::new(words.iter().map(|word| loose(word)).collect());
        let comparing = Comparing::Loosely { listed: loose(listed), others: others.map(loose) };
        Self { reads: [Reads::raw(column)], comparing, effect: Listed::AreDropped(reason) }
    }

    /// Either of the two by what a coarsening makes of the cell; `null_values` and
    /// blanks are missing.
    #[must_use]
    pub(crate) fn coarsened(column: ColumnName, listed: Vec<String>, coarsening: Coarsening, effect: Listed) -> Self {
        let comparing = Comparing::Coarsened(Listing::new(listed), coarsening);
        Self { reads: [Reads::value(column)], comparing, effect }
    }

    fn reason(&self) -> DropReason {
        match self.effect {
            Listed::AreDropped(own) => DropReason::Own(own),
            Listed::AreKept => DropReason::NotSelected,
        }
    }

    /// Whether the cell is listed, if it can be read.
    fn is_listed(&self, cell: Option<&str>, scratch: &mut String) -> Read<bool> {
        scratch.clear();
        match &self.comparing {
            Comparing::Exactly(listed) => Read::Value(listed.contains(cell.unwrap_or(""))),
            Comparing::Coarsened(listed, coarsen) => {
                let cell = cell.filter(|text| !text.trim().is_empty());
                Read::of(cell, |text| match coarsen(text, scratch) {
                    Ok(()) => Ok(listed.contains(scratch)),
                    // A pseudo-postcode is in none of the places that a list can
                    // name.
                    Err(Unreadable::NoPlace) => Ok(false),
                    Err(reason) => Err(reason),
                })
            }
            Comparing::Loosely { listed, others } => {
                push_loose(cell.unwrap_or(""), scratch);
                if listed.contains(scratch) {
                    return Read::Value(true);
                }
                match others {
                    _ if scratch.is_empty() => Read::Missing,
                    Some(others) if !others.contains(scratch) => Read::Unreadable(Unreadable::Pattern),
                    _ => Read::Value(false),
                }
            }
        }
    }
}

/// What all writings of a word share.
fn loose(word: &str) -> String {
    let mut loose = String::new();
    push_loose(word, &mut loose);
    loose
}

/// The index in `others` of the first word that is also in `listed`, in any
/// writing: such a policy contradicts itself.
#[must_use]
pub(crate) fn in_both(listed: &[String], others: &[String]) -> Option<usize> {
    let listed = Listing::new(listed.iter().map(|word| loose(word)).collect());
    others.iter().position(|word| listed.contains(&loose(word)))
}

#[inline(always)]
fn is_same_cell(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => is_same(one, other),
        _ => one.is_none() && other.is_none(),
    }
}

impl RowRule for Selection {
    fn reads(&self) -> &[Reads] {
        &self.reads
    }

    fn tests(&self) -> Option<DropReason> {
        Some(self.reason())
    }

    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]) {
        let mut scratch = String::new();
        let reason = self.reason();
        // Most such columns hold few words, and long runs of the same one.
        let mut last: Option<(Option<&str>, bool)> = None;
        for (verdict, &cell) in verdicts.iter_mut().zip(cells[0]) {
            if verdict.is_some() {
                continue;
            }
            let is_dropped = match last {
                Some((known, is_dropped)) if is_same_cell(known, cell) => is_dropped,
                _ => {
                    let is_listed = self.is_listed(cell, &mut scratch);
                    match self.effect {
                        Listed::AreKept => is_listed != Read::Value(true),
                        Listed::AreDropped(_) => matches!(is_listed, Read::Value(true) | Read::Unreadable(_)),
                    }
                }
            };
            last = Some((cell, is_dropped));
            *verdict = is_dropped.then_some(reason);
        }
    }

    fn detail(&self, _: DropReason, cells: &RuleCells<'_, '_>, row: usize) -> Detail {
        let is_listed = self.is_listed(cells[0].get(row).copied().flatten(), &mut String::new());
        let is_unreadable = matches!(is_listed, Read::Unreadable(_));
        if is_unreadable { Detail::of_cell(CellRole::Selected, Why::Unreadable) } else { Detail::NONE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column() -> ColumnName {
        ColumnName::parse("postcode").unwrap()
    }

    const FIRST_LETTER: Coarsening = |text, out| {
        let letter = text.chars().next().filter(char::is_ascii_alphabetic).ok_or(Unreadable::Postcode)?;
        if text == "ZZ" {
            return Err(Unreadable::NoPlace);
        }
        out.push(letter);
        Ok(())
    };

    #[test]
    fn only_keeps_the_listed_and_nothing_missing() {
        let rule = Selection::coarsened(column(), vec!["A".into()], FIRST_LETTER, Listed::AreKept);
        let cells = [Some("AB1"), Some("B1"), Some(""), None, Some("?")];
        let mut verdicts = [None; 5];
        rule.judge(&[&cells], &mut verdicts);
        let out = Some(DropReason::NotSelected);
        assert_eq!(verdicts, [None, out, out, out, out]);
    }

    #[test]
    fn drop_drops_what_cannot_be_read_and_leaves_what_is_missing() {
        let rule = Selection::coarsened(column(), vec!["A".into()], FIRST_LETTER, Listed::AreDropped(1));
        assert_eq!(rule.reads(), [Reads::value(column())]);
        let cells = [Some("AB1"), Some("B1"), Some(" "), None, Some("?"), Some("ZZ")];
        let mut verdicts = [None; 6];
        rule.judge(&[&cells], &mut verdicts);
        let out = Some(DropReason::Own(1));
        assert_eq!(verdicts, [out, None, None, None, out, None]);
    }

    /// Which of the cells a `rows.drop` of these words drops.
    fn dropped<'a>(listed: &[&str], others: Option<&[&str]>, cells: &[&'a str]) -> Vec<&'a str> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let others = others.map(owned);
        let rule = Selection::dropping(column(), &owned(listed), others.as_deref(), 2);
        let seen: Vec<Option<&str>> = cells.iter().map(|cell| Some(*cell)).collect();
        let mut verdicts = vec![None; cells.len()];
        rule.judge(&[&seen], &mut verdicts);
        assert!(verdicts.iter().flatten().all(|reason| *reason == DropReason::Own(2)));
        verdicts.iter().zip(cells).filter(|(verdict, _)| verdict.is_some()).map(|(_, cell)| *cell).collect()
    }

    #[test]
    fn drop_knows_a_word_in_any_writing_and_leaves_earlier_verdicts() {
        let rule = Selection::dropping(column(), &["Y".into()], None, 2);
        let cells = [Some("Y"), Some("N"), None, Some("Y"), Some("")];
        let mut verdicts = [None, None, None, Some(DropReason::NoSubject), None];
        rule.judge(&[&cells], &mut verdicts);
        assert_eq!(verdicts, [Some(DropReason::Own(2)), None, None, Some(DropReason::NoSubject), None]);

        let written = ["Y", " y ", "\u{ff39}", "Y\u{200b}", "y\t", "\u{a0}Y"];
        assert_eq!(dropped(&["Y"], None, &written), written);
        assert_eq!(dropped(&["1"], None, &["1.0", "01", "10", "1"]), ["1.0", "1"]);
        assert_eq!(dropped(&["Y"], None, &["Yes", "", " ", "YY"]), [""; 0]);
        assert_eq!(dropped(&["Y", ""], None, &["", " ", "\u{feff}", "N"]), ["", " ", "\u{feff}"]);
    }

    #[test]
    fn where_the_other_words_are_known_what_is_none_of_them_is_dropped() {
        let cells = ["Y", "N", "n ", "", " ", "Yes", "deceased", "NULL"];
        assert_eq!(dropped(&["Y"], Some(&["N", "NULL"]), &cells), ["Y", "Yes", "deceased"]);
        let rule = Selection::dropping(column(), &["Y".into()], Some(&["N".into()]), 2);
        let about = |cell| rule.detail(DropReason::Own(2), &[&[Some(cell)]], 0).cell();
        assert_eq!([about("Y"), about("Yes")], [None, Some((CellRole::Selected, Why::Unreadable))]);
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(in_both(&words(&["Y", "J"]), &words(&["N", "y "])), Some(1));
        assert_eq!(in_both(&words(&["Y"]), &words(&["N"])), None);
    }

    #[test]
    fn only_takes_what_is_written_as_listed() {
        let rule = Selection::only(column(), vec!["Wick".into(), String::new()]);
        let mut verdicts = [None; 5];
        rule.judge(&[&[Some("Wick"), Some("wick"), Some(""), None, Some(" ")]], &mut verdicts);
        let out = Some(DropReason::NotSelected);
        assert_eq!(verdicts, [None, out, None, None, out]);
    }
}
