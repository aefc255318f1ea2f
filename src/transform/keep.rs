//! Delivers the cells of a kept column, in the column's type.
//!
//! To keep a column is a decision of the policy, with a reason, and not an action,
//! so `keep` is not in the list of actions. No cell is repaired.

use super::{CellCounter, ColumnTransform, Rewritten};
use crate::model::cells::{Cells, TextCells};
use crate::model::column_type::ColumnType;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;

/// The transform of a kept column of type `input`. A cell of a typed column that
/// does not have its type is unreadable.
///
/// ```
/// use scant::internals::ColumnType;
/// use scant::internals::keep;
/// let kept = keep(ColumnType::Text).apply(&[Some(" as written"), None]);
/// assert_eq!(kept.cells.rendered(0).as_deref(), Some(" as written"));
/// ```
#[must_use]
pub fn keep(input: ColumnType) -> Box<dyn ColumnTransform> {
    Box::new(KeepKernel { input })
}

#[derive(Debug)]
struct KeepKernel {
    input: ColumnType,
}

impl ColumnTransform for KeepKernel {
    fn output_type(&self) -> ColumnType {
        self.input.delivered()
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        match self.input {
            ColumnType::Boolean => {
                Rewritten::typed(cells, Cells::Boolean, |text| text.parse().map_err(|_| Unreadable::Boolean))
            }
            ColumnType::Integer | ColumnType::Year => {
                Rewritten::integer(cells, |text| text.parse().map_err(|_| Unreadable::Number))
            }
            // A typed source may hold days with more than four digits of a year,
            // which some systems write for "for ever".
            ColumnType::Date => as_written(cells, |text| DateFormat::iso_day(text).is_some()),
            // The readers have brought timestamps and decimals of a typed source
            // into canonical text.
            ColumnType::Decimal
            | ColumnType::Double
            | ColumnType::Float
            | ColumnType::Half
            | ColumnType::Text
            | ColumnType::Timestamp => as_written(cells, |_| true),
        }
    }
}

/// The cells for which `is_date` is true; the others are unreadable dates.
fn as_written(cells: &[Option<&str>], is_date: impl Fn(&str) -> bool) -> Rewritten {
    let bytes = cells.iter().flatten().map(|cell| cell.len()).sum();
    let mut written = TextCells::with_capacity(cells.len(), bytes);
    let mut counted = CellCounter::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let is_readable = cell.is_none_or(&is_date);
        written.push(cell.filter(|_| is_readable));
        match cell {
            Some(_) if is_readable => counted.rewritten(false),
            Some(_) => counted.unreadable(row, Unreadable::Date),
            None => counted.missing(),
        }
    }
    counted.of(Cells::Text(written))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cells::Cell;

    #[test]
    fn a_day_beyond_the_calendar_is_unreadable() {
        let days = [Some("2024-02-29"), Some("+5874897-12-31"), None, Some("-0001-01-01"), Some("9999-12-31")];
        let kept = keep(ColumnType::Date).apply(&days);
        let cells = (0..5).map(|row| kept.cells.rendered(row)).collect::<Vec<_>>();
        let expected = [Some("2024-02-29"), None, None, None, Some("9999-12-31")];
        assert_eq!(cells, expected.map(|cell| cell.map(str::to_owned)));
        assert_eq!((kept.unreadable, kept.tally.missing, kept.tally.unchanged), (vec![1, 3], 1, 2));
    }

    #[test]
    fn cells_keep_their_type() {
        let kept = keep(ColumnType::Boolean).apply(&[Some("true"), Some("false"), None, Some("yes")]);
        assert_eq!(
            [0, 1, 2, 3].map(|row| kept.cells.cell(row)),
            [Cell::Boolean(true), Cell::Boolean(false), Cell::Missing, Cell::Missing]
        );
        assert_eq!((kept.unreadable, kept.tally.unchanged), (vec![3], 2));
        for input in [ColumnType::Integer, ColumnType::Year] {
            let kept = keep(input).apply(&[Some("-12"), None, Some("9223372036854775808")]);
            assert_eq!([0, 1, 2].map(|row| kept.cells.cell(row)), [Cell::Integer(-12), Cell::Missing, Cell::Missing]);
            assert_eq!((kept.unreadable, kept.tally.unchanged), (vec![2], 1));
        }
    }

    #[test]
    fn text_is_not_touched() {
        for input in [ColumnType::Decimal, ColumnType::Text, ColumnType::Timestamp] {
            let cells = [Some(" Zoe\u{308} "), Some(""), None];
            let kept = keep(input).apply(&cells);
            assert_eq!([0, 1, 2].map(|row| kept.cells.rendered(row)), cells.map(|cell| cell.map(str::to_owned)));
            assert_eq!(keep(input).output_type(), input);
            assert!(kept.tally.is_balanced() && kept.tally.cells == 3);
        }
    }
}
