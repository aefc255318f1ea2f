//! Warnings about entries of a list that are compared exactly as written, by what
//! some of them look like. Counts, never a value.

use crate::document::{Fault, Faults};
use crate::identifier::postcode::Postcode;
use crate::model::number::counted::{are, counted, number};
use crate::model::outcome::shape::CellShape;
use crate::policy::plan::lists::ListRule;
use crate::policy::questions::lists::{WrittenInManyWays, ask_about, told_by_name};
use crate::suppression::comparison::Comparison;
use crate::suppression::digests::is_like_digest;

/// How many entries are examined.
const LOOKED_AT: u64 = 1_000;

/// What the first entries of a list look like, in each column that is examined.
pub(crate) struct EntryShapes<'a> {
    rule: &'a ListRule,
    /// The index of the column, how many cells it has, and how many of each kind.
    columns: Vec<(usize, u64, [u64; WrittenInManyWays::ALL.len()])>,
}

impl<'a> EntryShapes<'a> {
    /// Of the columns that are compared exactly as written and whose names do not
    /// say what they hold. Digests look like nothing.
    pub(crate) fn new(rule: &'a ListRule) -> Self {
        let holds_values = matches!(rule.comparison, Comparison::Values { .. });
        let unnamed = rule.exactly.iter().filter(|place| holds_values && told_by_name(rule, **place).is_none());
        Self { rule, columns: unnamed.map(|place| (*place, 0, Default::default())).collect() }
    }

    /// Examines an entry.
    pub(crate) fn look(&mut self, cells: &[Option<&str>]) {
        for (place, looked_at, counts) in &mut self.columns {
            let Some(cell) = cells.get(*place).copied().flatten().filter(|_| *looked_at < LOOKED_AT) else { continue };
            *looked_at += 1;
            if let Some(kind) = kind_of(cell)
                && let Some(count) =
                    WrittenInManyWays::ALL.iter().position(|known| *known == kind).and_then(|at| counts.get_mut(at))
            {
                *count += 1;
            }
        }
    }

    /// Warns if at least half of the entries are of one kind.
    pub(crate) fn questions(self, position: usize) -> Vec<Fault> {
        let questions = Faults::default();
        for (place, looked_at, counts) in self.columns {
            for (kind, count) in WrittenInManyWays::ALL.into_iter().zip(counts) {
                if count > 0 && count * 2 >= looked_at {
                    let values = counted(looked_at, "value");
                    let because = format!("of {values} looked at {} {} like", number(count), are(count));
                    ask_about((position, self.rule), place, kind, &because, &questions);
                }
            }
        }
        questions.into_sorted()
    }
}

fn kind_of(cell: &str) -> Option<WrittenInManyWays> {
    match CellShape::of(cell) {
        Some(CellShape::Email) => Some(WrittenInManyWays::Email),
        Some(CellShape::Phone) => Some(WrittenInManyWays::Phone),
        Some(CellShape::Date) => Some(WrittenInManyWays::Date),
        _ if is_like_digest(cell.trim()) => Some(WrittenInManyWays::Digest),
        _ => {
            let is_whole = Postcode::read(cell).is_ok_and(|postcode| postcode.canonical().is_some());
            is_whole.then_some(WrittenInManyWays::Postcode)
        }
    }
}
