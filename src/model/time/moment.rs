//! Instants and whole days on one line of time, so that a grant and a withdrawal
//! can be put in order. A time without an offset is UTC.

use jiff::civil::Date;

use super::reading::{DateReading, DaySpan};
use super::written::parts::civil;

const DAY_MICROS: i64 = 86_400_000_000;

/// When something was recorded: an instant, or a whole day, or all days of a month or
/// a year of which no more is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) struct Moment {
    /// Microseconds since 1970 UTC of its first instant.
    pub first: i64,
    /// The same of its last instant; equal to `first` where the time is known.
    pub last: i64,
    /// The UTC calendar day; the first of several.
    pub day: Date,
    /// The last of them.
    pub last_day: Date,
}

impl Moment {
    /// The whole day.
    #[must_use]
    pub(crate) fn whole_day(day: Date) -> Self {
        let first = days_since_epoch(day) * DAY_MICROS;
        Self { first, last: first + DAY_MICROS - 1, day, last_day: day }
    }

    /// What a reading stands for; a time without an offset is UTC.
    #[must_use]
    pub(crate) fn of(reading: DateReading) -> Option<Self> {
        let Some(time) = reading.time else {
            let (first, last) = (Self::whole_day(reading.date), Self::whole_day(reading.last_date()));
            return Some(Self { first: first.first, day: first.day, ..last });
        };
        let local = days_since_epoch(reading.date) * DAY_MICROS + time;
        let first = local - i64::from(reading.offset.unwrap_or(0)) * 1_000_000;
        let day = day_of(first)?;
        Some(Self { first, last: first, day, last_day: day })
    }
}

/// Days since 1970-01-01, negative before.
#[must_use]
pub(crate) fn days_since_epoch(date: Date) -> i64 {
    // Days from civil, H. Hinnant's algorithm over 400-year eras.
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The UTC day of an instant in microseconds since 1970.
#[must_use]
pub(crate) fn day_of(micros: i64) -> Option<Date> {
    let shifted = micros.div_euclid(DAY_MICROS) + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    civil(i32::try_from(year).ok()?, i32::try_from(month).ok()?, i32::try_from(day).ok()?)
}

impl DateReading {
    /// The UTC days of what was read: as written where there is no time.
    #[must_use]
    pub fn utc_days(self) -> Option<DaySpan> {
        if self.time.is_none() {
            return Some(self.into());
        }
        Moment::of(self).map(|moment| DaySpan::one(moment.day.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::date::DateFormat;
    use jiff::Span;
    use jiff::civil::date;

    #[test]
    fn days_agree_with_the_calendar_library_over_ten_thousand_years() {
        let mut day = date(1, 1, 1);
        let epoch = date(1970, 1, 1);
        while day < date(9998, 1, 1) {
            let expected = i64::from(epoch.until(day).unwrap().get_days());
            assert_eq!(days_since_epoch(day), expected, "{day}");
            assert_eq!(day_of(expected * DAY_MICROS), Some(day));
            assert_eq!(day_of(expected * DAY_MICROS + DAY_MICROS - 1), Some(day));
            day = day.checked_add(Span::new().days(97)).unwrap();
        }
    }

    #[test]
    fn instants_are_compared_in_utc() {
        let format = DateFormat::parse("%Y-%m-%dT%H:%M:%S%.f%z").unwrap();
        let moment = |text| Moment::of(format.read(text).unwrap()).unwrap();
        assert_eq!(moment("2024-01-01T00:30:00+01:00").day, date(2023, 12, 31));
        assert_eq!(moment("2024-01-01T00:00:00Z").first, moment("2023-12-31T19:00:00.000-0500").first);
        for bad in ["2024-01-01T24:00:00Z", "2016-12-31T23:59:60Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z"] {
            assert_eq!(format.read(bad), None, "{bad}");
        }
    }
}
