//! What a text said of a date: a day, or only the month or the year it is in, and
//! the time of day where one is written.

use jiff::civil::Date;

use super::day::Day;

/// How closely a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownTo {
    /// The year, and no more.
    Year,
    /// The month.
    Month,
    /// The day.
    Day,
}

/// What a format read: a day, and the time on it where the format has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DateReading {
    /// The day as written; of a month or a year alone, its first.
    pub date: Date,
    /// How closely the date is known.
    pub known_to: KnownTo,
    /// Microseconds since midnight as written; `None` for a bare date.
    pub time: Option<i64>,
    /// Offset from UTC in seconds, where written.
    pub offset: Option<i32>,
}

impl DateReading {
    /// A bare day.
    #[must_use]
    pub fn of_day(date: Date) -> Self {
        Self { date, known_to: KnownTo::Day, time: None, offset: None }
    }

    /// The last day that the text may mean.
    #[must_use]
    pub fn last_date(self) -> Date {
        match self.known_to {
            KnownTo::Day => self.date,
            KnownTo::Month => self.date.last_of_month(),
            KnownTo::Year => self.date.last_of_year(),
        }
    }
}

/// The days that one text may mean, from the first to the last: nearly always one.
/// What is judged by a day is judged by the end that restricts more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DaySpan {
    /// The first.
    pub first: Day,
    /// The last.
    pub last: Day,
}

impl DaySpan {
    /// One day.
    #[inline(always)]
    #[must_use]
    pub fn one(day: Day) -> Self {
        Self { first: day, last: day }
    }

    /// The day, if it is one.
    #[inline]
    #[must_use]
    pub fn day(self) -> Option<Day> {
        (self.first == self.last).then_some(self.first)
    }
}

impl From<DateReading> for DaySpan {
    fn from(reading: DateReading) -> Self {
        Self { first: reading.date.into(), last: reading.last_date().into() }
    }
}
