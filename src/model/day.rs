//! A calendar day as one number, for rules that compare days by the million.
//! Counts nothing and knows no clock: for arithmetic there is [`Date`].

use jiff::civil::Date;

/// A day that exists in the calendar, year 1 to 9999. Orders as days do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

impl Day {
    /// The day, if there is one.
    ///
    /// ```
    /// use scant::model::day::Day;
    /// assert!(Day::new(2024, 2, 29).is_some());
    /// assert!(Day::new(2023, 2, 29).is_none());
    /// ```
    #[inline]
    #[must_use]
    pub fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let is_usual = (1..=28).contains(&day);
        if !(1..=12).contains(&month) || !(1..=9999).contains(&year) || !(is_usual || is_late(year, month, day)) {
            return None;
        }
        Some(Self(year << 9 | month << 5 | day))
    }
}

/// Whether a day after the 28th is one of its month.
fn is_late(year: u32, month: u32, day: u32) -> bool {
    let last = match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (29..=last).contains(&day)
}

/// A date before the year 1 comes before every day that can be read.
impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let part = |number: i8| u32::from(number.unsigned_abs());
        let year = u32::try_from(date.year()).unwrap_or(0);
        Self(year << 9 | part(date.month()) << 5 | part(date.day()))
    }
}

impl From<Day> for Date {
    fn from(day: Day) -> Self {
        let part = |bits: u32| i8::try_from(bits).unwrap_or(1);
        let year = i16::try_from(day.0 >> 9).unwrap_or(1);
        Self::new(year, part(day.0 >> 5 & 15), part(day.0 & 31)).unwrap_or(Self::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_are_those_of_the_calendar_library_in_its_order() {
        let mut before = None;
        for year in (1..=30).chain(1890..=2110).chain(9990..=9999) {
            for month in 0..=13 {
                for day in 0..=32 {
                    let date = Date::new(i16::try_from(year).unwrap(), month, day).ok();
                    let number = |number: i8| u32::try_from(number).unwrap();
                    let own = Day::new(year, number(month), number(day));
                    assert_eq!(own, date.map(Day::from), "{year}-{month}-{day}");
                    assert_eq!(own.map(Date::from), date);
                    if own.is_some() {
                        assert!(own > before);
                        before = own;
                    }
                }
            }
        }
        assert_eq!((Day::new(0, 1, 1), Day::new(10_000, 1, 1)), (None, None));
        assert!(Day::from(Date::MIN) < Day::new(1, 1, 1).unwrap());
    }
}
