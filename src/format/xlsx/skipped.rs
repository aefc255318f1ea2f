//! Rows at the start and the end of a sheet that the policy says are no records, under
//! the rule for lines of CSV: none of them may be somebody's record.

use std::collections::BTreeMap;

use super::cell::CellPosition;
use super::scan::SheetFault;
use crate::engine::fault::InputFaultKind as Kind;
use crate::model::dialect::SkippedLines;

/// What is known of rows that are skipped.
#[derive(Debug, Default)]
pub(super) struct SkippedRows {
    /// How many values each has that has any.
    values: BTreeMap<u32, usize>,
    /// The first row, and the first text in it.
    first: Option<(u32, String)>,
}

impl SkippedRows {
    /// Takes a cell with a value. Cells come in their order.
    pub(super) fn take(&mut self, at: CellPosition, text: &str) {
        *self.values.entry(at.row).or_default() += 1;
        self.first.get_or_insert_with(|| (at.row, text.to_owned()));
    }

    /// Checks the rows from `first_row` on. One with at least `most` values reads as a
    /// record.
    ///
    /// # Errors
    /// When they do not start as the policy says, or one reads as a record.
    pub(super) fn check(&self, skip: &SkippedLines, first_row: u32, most: usize) -> Result<(), SheetFault> {
        if let Some(start) = &skip.starts_with {
            let starts = |(row, text): &(u32, String)| *row == first_row && text.starts_with(start.as_str());
            let differs = SheetFault { kind: Kind::SkippedLinesDiffer, row: Some(first_row), column: None };
            return if self.first.as_ref().is_some_and(starts) { Ok(()) } else { Err(differs) };
        }
        match self.values.iter().find(|(_, values)| **values >= most) {
            Some((row, _)) => Err(SheetFault { kind: Kind::SkippedRecord, row: Some(*row), column: None }),
            None => Ok(()),
        }
    }
}

/// With how many values a row reads as a record of so many columns, where nothing shows
/// that it is none.
pub(super) fn values_of_a_record(width: usize) -> usize {
    width.clamp(1, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_passed_over_and_a_record_is_not() {
        let check = |cells: &[(u32, u32, &str)], starts_with: Option<&str>, most| {
            let mut rows = SkippedRows::default();
            cells.iter().for_each(|(row, column, text)| rows.take(CellPosition { row: *row, column: *column }, text));
            let skip = SkippedLines { count: 2, starts_with: starts_with.map(str::to_owned) };
            rows.check(&skip, 7, most).map_err(|fault| (fault.kind, fault.row))
        };
        let total = [(7, 1, "Total"), (7, 2, "3")];
        assert_eq!(check(&[], None, 1), Ok(()));
        assert_eq!(check(&[(7, 1, "Members")], None, 2), Ok(()));
        assert_eq!(check(&total, None, 2), Err((Kind::SkippedRecord, Some(7))));
        assert_eq!(check(&total, Some("Total"), 2), Ok(()));
        assert_eq!(check(&total, Some("Sum"), 2), Err((Kind::SkippedLinesDiffer, Some(7))));
        assert_eq!(check(&[(8, 1, "Total")], Some("Total"), 2), Err((Kind::SkippedLinesDiffer, Some(7))));
        assert_eq!([0, 1, 2, 9].map(values_of_a_record), [1, 1, 2, 2]);
    }
}
