//! Calendar periods as ISO 8601 durations of whole years, months, weeks and days.
//!
//! Months clamp at the end of a month: 2016-02-29 plus `P24M` is 2018-02-28.
//! Knows nothing of hours: every limit in a policy is a matter of days.

use std::fmt;

use jiff::Span;
use jiff::civil::Date;

use crate::model::number::counted::counted;

/// Why a text is not a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodFault {
    /// Not `P` followed by numbers with Y, M, W or D.
    #[error("must be an ISO 8601 duration of years, months, weeks and days, such as P24M or P28D")]
    Malformed,
    /// Of no length.
    #[error("must be longer than zero")]
    Zero,
    /// Longer than 1,000 years.
    #[error("must be at most 1000 years")]
    TooLong,
}

/// A positive calendar period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    months: i32,
    days: i32,
}

impl Period {
    /// Six months: how long a consent for a third party lasts when the policy
    /// says nothing.
    pub const SIX_MONTHS: Self = Self { months: 6, days: 0 };

    /// A period of whole years, at most 1,000.
    #[must_use]
    pub const fn years(years: u16) -> Self {
        Self { months: years as i32 * 12, days: 0 }
    }

    /// A period of whole months.
    #[must_use]
    pub const fn months(months: u16) -> Self {
        Self { months: months as i32, days: 0 }
    }

    /// Parses `PnYnMnWnD`.
    ///
    /// # Errors
    /// A [`PeriodFault`].
    ///
    /// ```
    /// use jiff::civil::date;
    /// use scant::internals::Period;
    /// let period = Period::parse("P24M").unwrap();
    /// assert_eq!(period.after(date(2016, 2, 29)), Some(date(2018, 2, 28)));
    /// ```
    pub fn parse(text: &str) -> Result<Self, PeriodFault> {
        let mut rest = text.strip_prefix('P').ok_or(PeriodFault::Malformed)?;
        let (mut months, mut days) = (0_i32, 0_i32);
        let mut units = "YMWD";
        if rest.is_empty() {
            return Err(PeriodFault::Malformed);
        }
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at(digits);
            let unit = tail.chars().next().ok_or(PeriodFault::Malformed)?;
            // Units come in this order, each once at most.
            let place = units.find(unit).ok_or(PeriodFault::Malformed)?;
            units = &units[place + 1..];
            if number.is_empty() {
                return Err(PeriodFault::Malformed);
            }
            let number: i32 = number.parse().map_err(|_| PeriodFault::TooLong)?;
            let (count, factor) = match unit {
                'Y' => (&mut months, 12),
                'M' => (&mut months, 1),
                'W' => (&mut days, 7),
                _ => (&mut days, 1),
            };
            let added = number.checked_mul(factor).and_then(|added| count.checked_add(added));
            *count = added.ok_or(PeriodFault::TooLong)?;
            rest = &tail[1..];
        }
        if months == 0 && days == 0 {
            return Err(PeriodFault::Zero);
        }
        if months > 12_000 || days > 366_000 {
            return Err(PeriodFault::TooLong);
        }
        Ok(Self { months, days })
    }

    /// The period in words: `24 months`, `14 months and 25 days`.
    #[must_use]
    pub fn in_words(self) -> String {
        let count = |number: i32, unit: &str| counted(number.unsigned_abs().into(), unit);
        match (self.months, self.days) {
            (months, 0) => count(months, "month"),
            (0, days) => count(days, "day"),
            (months, days) => format!("{} and {}", count(months, "month"), count(days, "day")),
        }
    }

    fn span(self) -> Span {
        Span::new().months(self.months).days(self.days)
    }

    /// The day this period after `date`; `None` past the year 9999.
    #[must_use]
    pub fn after(self, date: Date) -> Option<Date> {
        date.checked_add(self.span()).ok()
    }

    /// The first day from which this period reaches past `day`: of something that
    /// lasts this long, what began earlier has ended by the end of `day`. Found
    /// once, so that judging a record compares two dates.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use scant::internals::Period;
    /// let period = Period::parse("P24M").unwrap();
    /// assert_eq!(period.first_that_outlasts(date(2018, 2, 28)), date(2016, 3, 1));
    /// ```
    #[must_use]
    pub fn first_that_outlasts(self, day: Date) -> Date {
        // Months clamp, so the day before may be up to three days off.
        let near = self.before(day).and_then(|near| near.checked_sub(Span::new().days(4)).ok());
        let mut first = near.unwrap_or(Date::MIN);
        while self.after(first).is_some_and(|end| end <= day) {
            let Ok(next) = first.tomorrow() else { break };
            first = next;
        }
        first
    }

    /// The day this period before `date`; `None` before the calendar begins.
    #[must_use]
    pub fn before(self, date: Date) -> Option<Date> {
        date.checked_sub(self.span()).ok()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        if self.months != 0 {
            write!(f, "{}M", self.months)?;
        }
        if self.days != 0 {
            write!(f, "{}D", self.days)?;
        }
        Ok(())
    }
}

impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_clamp_at_the_end_of_a_month() {
        let period = Period::parse("P1M").unwrap();
        assert_eq!(period.after(date(2023, 1, 31)), Some(date(2023, 2, 28)));
        assert_eq!(Period::parse("P1Y2M3W4D").unwrap().to_string(), "P14M25D");
        assert_eq!(Period::parse("P1Y2M3W4D").unwrap().in_words(), "14 months and 25 days");
        assert_eq!(Period::parse("P1M").unwrap().in_words(), "1 month");
        assert_eq!(Period::parse("P4W").unwrap().in_words(), "28 days");
    }

    #[test]
    fn the_first_that_outlasts_is_where_the_ends_say() {
        for text in ["P1D", "P28D", "P1M", "P6M", "P24M", "P11M3D", "P600M"] {
            let period = Period::parse(text).unwrap();
            let mut day = date(2015, 12, 1);
            while day < date(2020, 4, 1) {
                let first = period.first_that_outlasts(day);
                assert!(period.after(first).unwrap() > day, "{text} {day}");
                assert!(period.after(first.yesterday().unwrap()).unwrap() <= day, "{text} {day}");
                day = day.tomorrow().unwrap();
            }
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for bad in ["", "P", "24M", "P24", "PT24H", "P-1M", "P1.5M", "P1D1M", "P1M1M", "P99999999999M"] {
            assert!(Period::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Period::parse("P0M"), Err(PeriodFault::Zero));
    }
}
