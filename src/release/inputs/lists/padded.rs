//! Entries of a list that no number of the extract can be. An id `00123` of the list
//! is another text than the `123` that a typed column has of it, and nobody can say
//! how many zeros were lost there: compared with such a column it cannot be read, and
//! whoever it names would be missed.

use std::collections::BTreeMap;

use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
use crate::model::outcome::tally::Unreadable;
use crate::release::unreadable_entries::EntryPlace;
use crate::suppression::comparison::{CellForm, Comparison, Unread};

/// How many of them are told by their number.
const FIRST: usize = 10;

/// What some entries have in common, and which they are.
#[derive(Debug, Default)]
struct PaddedEntries {
    entries: u64,
    first: Vec<EntryPlace>,
}

/// The entries with leading zeros, by the columns in which they have them: a bit for
/// each of the first 64.
#[derive(Debug, Default)]
pub(crate) struct EntriesWithZeros {
    by_columns: BTreeMap<u64, PaddedEntries>,
}

impl EntriesWithZeros {
    /// Looks at an entry that was read.
    pub(crate) fn look(&mut self, comparison: &Comparison, cells: &[Option<&str>], place: EntryPlace) {
        let Comparison::Values { entry: forms, .. } = comparison else { return };
        let mut columns = 0;
        for (column, (form, cell)) in forms.iter().zip(cells).enumerate().take(64) {
            if cell.is_some_and(|cell| is_padded(form, cell)) {
                columns |= 1 << column;
            }
        }
        if columns > 0 {
            let some = self.by_columns.entry(columns).or_default();
            some.entries += 1;
            if some.first.len() < FIRST {
                some.first.push(place);
            }
        }
    }

    /// Those that cannot be read where these columns hold numbers: how many by the
    /// first such column, and the numbers of the first few.
    pub(super) fn where_numbers_are(&self, numbers: u64) -> (Vec<(Unread, u64)>, Vec<EntryPlace>) {
        let (mut counts, mut first) = (Vec::new(), Vec::new());
        for (columns, some) in &self.by_columns {
            let both = columns & numbers;
            if both > 0 {
                let column = both.trailing_zeros() as usize;
                counts.push((Unread { column, reason: Unreadable::Number }, some.entries));
                first.extend(&some.first);
            }
        }
        first.sort_unstable();
        first.truncate(FIRST);
        (counts, first)
    }
}

/// The form of a text, if it keeps leading zeros. Others have none, or have them always.
pub(super) fn keeps_zeros(form: &CellForm) -> Option<&Form> {
    let CellForm::Text(form) = form else { return None };
    let keeps = matches!(form.rule(), Normalise::Digits | Normalise::Lower | Normalise::None | Normalise::Trim);
    keeps.then_some(form)
}

/// Whether the canonical form of a cell is a whole number that no program writes so.
fn is_padded(form: &CellForm, cell: &str) -> bool {
    let Some(form) = keeps_zeros(form) else { return false };
    let mut scratch = String::new();
    let Ok(text) = form.canonical(cell, &mut scratch) else { return false };
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole && (text.starts_with('+') || (digits.starts_with('0') && text != "0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_number_is_written_like_is_padded() {
        for rule in [Normalise::None, Normalise::Trim, Normalise::Lower] {
            let form = CellForm::Text(Form::new(rule));
            for padded in ["00123", " 0123 ", "00", "+12", "-07", "\u{ff10}\u{ff11}"] {
                assert!(is_padded(&form, padded), "{padded:?}");
            }
            for other in ["123", "0", "-12", "A0123", "0-1", "", "x"] {
                assert!(!is_padded(&form, other), "{other:?}");
            }
        }
        let digits = CellForm::Text(Form::new(Normalise::Digits));
        assert!(is_padded(&digits, "00-12") && !is_padded(&digits, "12-00"));
        let phone = CellForm::Text(Form::new(Normalise::PhoneE164));
        assert!(!is_padded(&phone, "07700900123") && !is_padded(&CellForm::Postcode, "01"));
    }

    #[test]
    fn an_entry_counts_once_and_only_where_numbers_are() {
        let forms = vec![CellForm::Text(Form::new(Normalise::None)); 2];
        let comparison = Comparison::Values { record: forms.clone(), entry: forms };
        let mut padded = EntriesWithZeros::default();
        let place = |record| EntryPlace { file: 0, record };
        padded.look(&comparison, &[Some("01"), Some("02")], place(1));
        padded.look(&comparison, &[Some("1"), Some("02")], place(2));
        padded.look(&comparison, &[Some("1"), Some("2")], place(3));
        let unread = |column| Unread { column, reason: Unreadable::Number };
        assert_eq!(padded.where_numbers_are(0), (vec![], vec![]));
        assert_eq!(padded.where_numbers_are(1), (vec![(unread(0), 1)], vec![place(1)]));
        assert_eq!(padded.where_numbers_are(2), (vec![(unread(1), 1), (unread(1), 1)], vec![place(1), place(2)]));
        assert_eq!(padded.where_numbers_are(3), (vec![(unread(1), 1), (unread(0), 1)], vec![place(1), place(2)]));
    }
}
