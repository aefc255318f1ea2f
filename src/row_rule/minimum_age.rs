//! `rows.minimum_age`: a record whose subject is a child, or may be one, is not
//! delivered. A birth date that is missing or unreadable may be a child's.

use jiff::civil::Date;

use super::{Reads, RowRule, RuleCells, drop_unless};
use crate::model::date::{DateFormat, last_birth_date};
use crate::model::day::Day;
use crate::model::name::ColumnName;
use crate::model::reason::DropReason;

/// The rule.
#[derive(Debug)]
pub struct MinimumAge {
    reads: [Reads; 1],
    format: DateFormat,
    /// Born later, a subject is too young.
    last: Day,
}

impl MinimumAge {
    /// Drops records of subjects younger than `years` on `as_of`.
    #[must_use]
    pub fn new(column: ColumnName, format: DateFormat, years: u16, as_of: Date) -> Self {
        Self { reads: [Reads::value(column)], format, last: last_birth_date(years, as_of).into() }
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
        drop_unless(cells[0], verdicts, DropReason::ChildSubject, |text| {
            self.format.day(text).is_some_and(|day| day <= self.last)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_birthday_on_the_as_of_day_has_been_reached_and_doubt_is_a_child() {
        let rule = MinimumAge::new(ColumnName::parse("dob").unwrap(), DateFormat::iso(), 18, date(2026, 3, 1));
        let cells = [Some("2008-03-01"), Some("2008-03-02"), Some("2008-02-29"), None, Some("x"), Some("2030-01-01")];
        let mut verdicts = [None; 6];
        rule.judge(&[&cells], &mut verdicts);
        let child = Some(DropReason::ChildSubject);
        assert_eq!(verdicts, [None, child, None, child, child, child]);
    }
}
