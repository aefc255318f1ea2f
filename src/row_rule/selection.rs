//! `rows.only` and `rows.drop`: necessity. A record outside what the purpose
//! needs, or marked by the policy's own reason, is not delivered.

use std::collections::HashSet;

use super::{Reads, RowRule, RuleCells};
use crate::model::name::ColumnName;
use crate::model::reason::DropReason;
use crate::model::word::Word;

/// Brings a cell into the form the list is written in (a postcode's district,
/// say). Writes it and answers whether the cell could be read.
pub type Coarsening = fn(&str, &mut String) -> bool;

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
    /// so that a list may hold the empty cell; after `coarsening` where there is
    /// one. A null of a typed extract is an empty cell.
    #[must_use]
    pub fn new(column: ColumnName, listed: Vec<String>, coarsening: Option<Coarsening>, effect: Listed) -> Self {
        Self { reads: [Reads::raw(column)], listed: Listing::new(listed), coarsening, effect }
    }

    fn is_listed(&self, cell: Option<&str>, scratch: &mut String) -> bool {
        let text = cell.unwrap_or("");
        let Some(coarsen) = self.coarsening else { return self.listed.contains(text) };
        scratch.clear();
        coarsen(text, scratch) && self.listed.contains(scratch.as_str())
    }
}

impl RowRule for Selection {
    fn reads(&self) -> &[Reads] {
        &self.reads
    }

    fn tests(&self) -> Option<DropReason> {
        Some(match self.effect {
            Listed::AreDropped(own) => DropReason::Own(own),
            Listed::AreKept => DropReason::NotSelected,
        })
    }

    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]) {
        let mut scratch = String::new();
        for (verdict, cell) in verdicts.iter_mut().zip(cells[0]) {
            if verdict.is_some() {
                continue;
            }
            let is_listed = self.is_listed(*cell, &mut scratch);
            *verdict = match self.effect {
                Listed::AreKept if !is_listed => Some(DropReason::NotSelected),
                Listed::AreDropped(own) if is_listed => Some(DropReason::Own(own)),
                Listed::AreDropped(_) | Listed::AreKept => None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column() -> ColumnName {
        ColumnName::parse("postcode").unwrap()
    }

    #[test]
    fn only_keeps_the_listed_and_nothing_missing() {
        let first_letter: Coarsening = |text, out| {
            out.extend(text.chars().next());
            !text.is_empty()
        };
        let rule = Selection::new(column(), vec!["A".into()], Some(first_letter), Listed::AreKept);
        let cells = [Some("AB1"), Some("B1"), Some(""), None];
        let mut verdicts = [None; 4];
        rule.judge(&[&cells], &mut verdicts);
        let out = Some(DropReason::NotSelected);
        assert_eq!(verdicts, [None, out, out, out]);
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
