//! A calendar day as one number, for rules that compare days by the million.
//! Counts nothing and knows no clock: for arithmetic there is [`Date`].

use jiff::civil::Date;

/// A day that exists in the calendar, year 1 to 9999. Orders as days do.
///
/// Its eight decimal digits, `yyyymmdd`, four bits each: they need no arithmetic
/// to be made from a text, and compare as days do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

impl Day {
    /// The day, if there is one.
    ///
    /// ```
    /// use scant::internals::Day;
    /// assert!(Day::new(2024, 2, 29).is_some());
    /// assert!(Day::new(2023, 2, 29).is_none());
    /// ```
    #[inline]
    #[must_use]
    pub fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let may_be = year <= 9999 && month <= 12 && day <= 31;
        if may_be { Self::of_digits(digits(year) << 16 | digits(month) << 8 | digits(day)) } else { None }
    }

    /// The day of eight decimal digits, four bits each, if there is one.
    #[inline(always)]
    pub(crate) fn of_digits(digits: u32) -> Option<Self> {
        let (year, month, day) = (digits >> 16, digits >> 8 & 0xFF, digits & 0xFF);
        // Of decimal digits 0x0A to 0x0F are none, so these are 1 to 12 and 28.
        let is_usual = (0x01..=0x28).contains(&day);
        let is_month = (0x01..=0x12).contains(&month);
        (year != 0 && is_month && (is_usual || is_late(year, month, day))).then_some(Self(digits))
    }
}

impl Day {
    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> u32 {
        number(self.0 >> 16)
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        number(self.0 >> 8 & 0xFF)
    }
}

/// The decimal digits of a number below 10,000, four bits each.
fn digits(number: u32) -> u32 {
    (number / 1000 % 10) << 12 | (number / 100 % 10) << 8 | (number / 10 % 10) << 4 | (number % 10)
}

/// The number of decimal digits, four bits each.
fn number(digits: u32) -> u32 {
    (digits >> 12) * 1000 + (digits >> 8 & 15) * 100 + (digits >> 4 & 15) * 10 + (digits & 15)
}

/// Whether a day after the 28th is one of its month; all in decimal digits.
#[inline]
fn is_late(year: u32, month: u32, day: u32) -> bool {
    let year = number(year);
    let last = match month {
        0x02 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 0x29,
        0x02 => 0x28,
        0x04 | 0x06 | 0x09 | 0x11 => 0x30,
        _ => 0x31,
    };
    (0x29..=last).contains(&day)
}

/// A date before the year 1 comes before every day that can be read.
impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let part = |number: i8| digits(u32::from(number.unsigned_abs()));
        let year = u32::try_from(date.year()).unwrap_or(0);
        Self(digits(year) << 16 | part(date.month()) << 8 | part(date.day()))
    }
}

impl From<Day> for Date {
    fn from(day: Day) -> Self {
        let part = |digits: u32| i8::try_from(number(digits & 0xFF)).unwrap_or(1);
        let year = i16::try_from(number(day.0 >> 16)).unwrap_or(1);
        Self::new(year, part(day.0 >> 8), part(day.0)).unwrap_or(Self::MIN)
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
                    let parts = date.map(|date| (u32::from(date.year().unsigned_abs()), number(date.month())));
                    assert_eq!(own.map(|own| (own.year(), own.month())), parts);
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
