//! `rows.retention`: drops records that were last active too long ago. A date that
//! is missing or unreadable cannot show that the record is young enough. A month or
//! a year shows it by its first day.

use jiff::civil::Date;

use super::{Reads, RowRule, RuleCells, judge_each};
use crate::identifier::day_reader::DayReader;
use crate::model::name::ColumnName;
use crate::model::outcome::detail::{CellRole, Detail, Why};
use crate::model::outcome::read::Read;
use crate::model::outcome::reason::DropReason;
use crate::model::time::day::Day;
use crate::model::time::duration::Period;

/// The rule.
#[derive(Debug)]
pub(crate) struct Retention {
    reads: [Reads; 1],
    reader: DayReader,
    /// The earliest date that is young enough.
    first: Day,
}

impl Retention {
    /// Drops records for which `date + max_age` is not after `as_of`. `reader`
    /// reads the cells of the column; a date after `as_of` passes, such as the end
    /// of a contract.
    #[must_use]
    pub(crate) fn new(column: ColumnName, reader: DayReader, max_age: Period, as_of: Date) -> Self {
        Self { reads: [Reads::value(column)], reader, first: max_age.first_that_outlasts(as_of).into() }
    }
}

impl RowRule for Retention {
    fn reads(&self) -> &[Reads] {
        &self.reads
    }

    fn tests(&self) -> Option<DropReason> {
        Some(DropReason::RetentionExceeded)
    }

    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]) {
        judge_each(cells[0], verdicts, |cell| match self.reader.read(cell) {
            Read::Value(days) if days.first >= self.first => None,
            Read::Value(_) | Read::Missing | Read::Unreadable(_) => Some(DropReason::RetentionExceeded),
        });
    }

    fn detail(&self, _: DropReason, cells: &RuleCells<'_, '_>, row: usize) -> Detail {
        let why = Why::of(&self.reader.read(cells[0].get(row).copied().flatten()));
        why.map_or(Detail::NONE, |why| Detail::of_cell(CellRole::LastActive, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::column_type::ColumnType;
    use crate::model::time::date::DateFormat;
    use jiff::civil::date;

    #[test]
    fn the_ends_are_compared_and_doubt_exceeds() {
        let period = Period::parse("P36M").unwrap();
        let reader = DayReader::new(&DateFormat::iso(), ColumnType::Text);
        let rule = Retention::new(ColumnName::parse("seen").unwrap(), reader, period, date(2020, 6, 15));
        let cells = [Some("2017-06-15"), Some("2017-06-16"), Some("2030-01-01"), None, Some("15/06/2019")];
        let mut verdicts = [None; 5];
        rule.judge(&[&cells], &mut verdicts);
        let old = Some(DropReason::RetentionExceeded);
        assert_eq!(verdicts, [old, None, None, old, old]);
    }
}
