//! `rows.only` and `rows.drop`: necessity. A record outside what the purpose
//! needs, or marked by the policy's own reason, is not delivered.
//!
//! With a coarsening a cell may be unreadable. It may be any of those listed and
//! any of those not listed, so it is dropped by either rule.

use std::collections::HashSet;

use super::{Reads, RowRule, RuleCells};
use crate::model::name::ColumnName;
use crate::model::read::Read;
use crate::model::reason::DropReason;
use crate::model::tally::Unreadable;
use crate::model::word::Word;

/// Writes a cell in the form the list is written in (a postcode's district, say),
/// or says why it cannot be read.
pub type Coarsening = fn(&str, &mut String) -> Result<(), Unreadable>;

/// Whether the listed cells are kept or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two rules of the format")]
pub enum Listed {
    /// `rows.drop`: the listed cells are dropped, for the reason of this position.
    AreDropped(u8),
    /// `rows.only`: everything else is dropped, also what is missing or unreadable.
    AreKept,
}

/// The rule.
#[derive(Debug)]
pub struct Selection {
    reads: [Reads; 1],
    listed: Listing,
    coarsening: Option<Coarsening>,
    effect: Listed,
}

/// The listed cells. A few are compared one by one, which is faster than hashing
/// every cell of the column.
#[derive(Debug)]
enum Listing {
    Few(Vec<Word>),
    Many(HashSet<String>),
}

const FEW: usize = 8;

impl Listing {
    fn new(listed: Vec<String>) -> Self {
        if listed.len() > FEW {
            return Self::Many(listed.into_iter().collect());
        }
        Self::Few(listed.iter().map(|text| Word::new(text)).collect())
    }

    fn contains(&self, cell: &str) -> bool {
        match self {
            Self::Few(listed) => listed.iter().any(|word| word.is(cell)),
            Self::Many(listed) => listed.contains(cell),
        }
    }
}

impl Selection {
    /// Selects by the cells of one column, matched whole and exactly as written,
    /// so that a list may hold the empty cell; a null of a typed extract is an
    /// empty cell. With a `coarsening`, by what it makes of the cell; `null_values`
    /// are then missing, and so are blanks.
    #[must_use]
    pub fn new(column: ColumnName, listed: Vec<String>, coarsening: Option<Coarsening>, effect: Listed) -> Self {
        let reads = [if coarsening.is_some() { Reads::value(column) } else { Reads::raw(column) }];
        Self { reads, listed: Listing::new(listed), coarsening, effect }
    }

    fn reason(&self) -> DropReason {
        match self.effect {
            Listed::AreDropped(own) => DropReason::Own(own),
            Listed::AreKept => DropReason::NotSelected,
        }
    }

    /// Whether the cell is listed, as far as it can be read.
    fn is_listed(&self, cell: Option<&str>, scratch: &mut String) -> Read<bool> {
        let Some(coarsen) = self.coarsening else { return Read::Value(self.listed.contains(cell.unwrap_or(""))) };
        let cell = cell.filter(|text| !text.trim().is_empty());
        Read::of(cell, |text| {
            scratch.clear();
            match coarsen(text, scratch) {
                Ok(()) => Ok(self.listed.contains(scratch.as_str())),
                // Known to be in none of the places a list can name.
                Err(Unreadable::NoPlace) => Ok(false),
                Err(reason) => Err(reason),
            }
        })
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
        for (verdict, cell) in verdicts.iter_mut().zip(cells[0]) {
            if verdict.is_some() {
                continue;
            }
            let is_listed = self.is_listed(*cell, &mut scratch);
            let is_dropped = match self.effect {
                Listed::AreKept => is_listed != Read::Value(true),
                Listed::AreDropped(_) => matches!(is_listed, Read::Value(true) | Read::Unreadable(_)),
            };
            *verdict = is_dropped.then_some(reason);
        }
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
        let rule = Selection::new(column(), vec!["A".into()], Some(FIRST_LETTER), Listed::AreKept);
        let cells = [Some("AB1"), Some("B1"), Some(""), None, Some("?")];
        let mut verdicts = [None; 5];
        rule.judge(&[&cells], &mut verdicts);
        let out = Some(DropReason::NotSelected);
        assert_eq!(verdicts, [None, out, out, out, out]);
    }

    #[test]
    fn drop_drops_what_cannot_be_read_and_leaves_what_is_missing() {
        let rule = Selection::new(column(), vec!["A".into()], Some(FIRST_LETTER), Listed::AreDropped(1));
        assert_eq!(rule.reads(), [Reads::value(column())]);
        let cells = [Some("AB1"), Some("B1"), Some(" "), None, Some("?"), Some("ZZ")];
        let mut verdicts = [None; 6];
        rule.judge(&[&cells], &mut verdicts);
        let out = Some(DropReason::Own(1));
        assert_eq!(verdicts, [out, None, None, None, out, None]);
    }

    #[test]
    fn drop_drops_the_listed_and_leaves_earlier_verdicts() {
        let rule = Selection::new(column(), vec!["Y".into()], None, Listed::AreDropped(2));
        let cells = [Some("Y"), Some("y"), None, Some("Y")];
        let mut verdicts = [None, None, None, Some(DropReason::NoSubject)];
        rule.judge(&[&cells], &mut verdicts);
        assert_eq!(verdicts, [Some(DropReason::Own(2)), None, None, Some(DropReason::NoSubject)]);

        let blanks = Selection::new(column(), vec!["Y".into(), String::new()], None, Listed::AreDropped(2));
        let mut verdicts = [None; 3];
        blanks.judge(&[&[Some(""), None, Some(" ")]], &mut verdicts);
        assert_eq!(verdicts, [Some(DropReason::Own(2)), Some(DropReason::Own(2)), None]);
    }
}
