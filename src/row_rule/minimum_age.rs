//! `rows.minimum_age`: drops records whose subject is a child or may be one. Where
//! a birth date is missing or unreadable the age is unknown, which has its own
//! reason, since most of these subjects are adults. The age is
//! unknown, too, where only the month or the year of birth is known, and on some day
//! of it a child may have been born.

use jiff::civil::Date;

use super::{Reads, RowRule, RuleCells, judge_each};
use crate::identifier::day_reader::DayReader;
use crate::model::name::ColumnName;
use crate::model::outcome::detail::{CellRole, Detail, Why};
use crate::model::outcome::read::Read;
use crate::model::outcome::reason::DropReason;
use crate::model::time::age::last_birth_date;
use crate::model::time::day::Day;

/// The rule.
#[derive(Debug)]
pub(crate) struct MinimumAge {
    reads: [Reads; 1],
    reader: DayReader,
    /// A subject born after this day is too young.
    last: Day,
}

impl MinimumAge {
    /// Drops records of subjects younger than `years` on `as_of`. `reader` reads
    /// the cells of the column.
    #[must_use]
    pub(crate) fn new(column: ColumnName, reader: DayReader, years: u16, as_of: Date) -> Self {
        let last = last_birth_date(years, as_of).into();
        Self { reads: [Reads::value(column)], reader: reader.of_births(as_of), last }
    }
}

impl RowRule for MinimumAge {
    fn reads(&self) -> &[Reads] {
        &self.reads
    }

    fn tests(&self) -> Option<DropReason> {
        Some(DropReason::ChildSubject)
    }

    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]) {
        judge_each(cells[0], verdicts, |cell| match self.reader.read(cell) {
            Read::Value(born) if born.last <= self.last => None,
            Read::Value(born) if born.first > self.last => Some(DropReason::ChildSubject),
            // Of a month or a year alone, some days may be a child's.
            Read::Value(_) | Read::Missing | Read::Unreadable(_) => Some(DropReason::AgeUnknown),
        });
    }

    fn drops_for(&self, reason: DropReason) -> bool {
        matches!(reason, DropReason::AgeUnknown | DropReason::ChildSubject)
    }

    fn restricts(&self, cells: &RuleCells<'_, '_>, row: usize) -> Option<DropReason> {
        match self.reader.read(cells[0].get(row).copied().flatten()) {
            Read::Value(born) if born.first > self.last => Some(DropReason::ChildSubject),
            _ => None,
        }
    }

    fn detail(&self, reason: DropReason, cells: &RuleCells<'_, '_>, row: usize) -> Detail {
        let why = Why::of(&self.reader.read(cells[0].get(row).copied().flatten()));
        // What was read, and leaves the age unknown, does not say the day.
        let why = why.or((reason == DropReason::AgeUnknown).then_some(Why::Unreadable));
        why.map_or(Detail::NONE, |why| Detail::of_cell(CellRole::BirthDate, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::column_type::ColumnType;
    use crate::model::time::date::DateFormat;
    use jiff::civil::date;

    #[test]
    fn a_birthday_on_the_as_of_day_has_been_reached_and_doubt_is_a_child() {
        let reader = DayReader::new(&DateFormat::iso(), ColumnType::Text);
        let rule = MinimumAge::new(ColumnName::parse("dob").unwrap(), reader, 18, date(2026, 3, 1));
        let cells = [
            Some("2008-03-01"),
            Some("2008-03-02"),
            Some("2008-02-29"),
            None,
            Some("x"),
            Some("2030-01-01"),
            Some("1900-01-01"),
            Some("2008-03-01 23:30:00+00"),
        ];
        let mut verdicts = [None; 8];
        rule.judge(&[&cells], &mut verdicts);
        let (child, unknown) = (Some(DropReason::ChildSubject), Some(DropReason::AgeUnknown));
        assert_eq!(verdicts, [None, child, None, unknown, unknown, unknown, unknown, None]);
        let why = |row| rule.detail(DropReason::AgeUnknown, &[&cells], row).cell().unwrap();
        let implausible = (CellRole::BirthDate, Why::Implausible);
        assert_eq!([why(3), why(4)], [(CellRole::BirthDate, Why::Missing), (CellRole::BirthDate, Why::Unreadable)]);
        assert_eq!([why(5), why(6)], [implausible, implausible]);
    }
}
