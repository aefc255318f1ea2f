//! Months of the calendar, as numbers that can be counted.

use std::fmt;

use jiff::civil::Date;

use super::day::Day;

/// A month of a year, from the year 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(u32);

impl Month {
    /// The month of a day.
    #[inline]
    pub(crate) fn of(day: Day) -> Self {
        Self(day.year() * 12 + day.month() - 1)
    }

    /// How many months later `other` is; 0 where it is not later.
    pub(crate) fn months_until(self, other: Self) -> usize {
        other.0.saturating_sub(self.0) as usize
    }

    /// The month so many months before.
    pub(crate) fn before(self, months: usize) -> Option<Self> {
        self.0.checked_sub(u32::try_from(months).ok()?).map(Self)
    }
}

impl From<Date> for Month {
    fn from(date: Date) -> Self {
        Self::of(date.into())
    }
}

/// As `2018-07`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_are_counted_over_the_turn_of_a_year() {
        let of = |year, month, day| Month::of(date(year, month, day).into());
        let january = of(2018, 1, 31);
        assert_eq!((january.to_string(), of(2017, 12, 1).to_string()), ("2018-01".to_owned(), "2017-12".to_owned()));
        assert_eq!((of(2017, 12, 1).months_until(january), january.months_until(of(2017, 12, 1))), (1, 0));
        assert_eq!((january.before(13), of(0, 1, 1).before(1)), (Some(of(2016, 12, 9)), None));
    }
}
