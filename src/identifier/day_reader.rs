//! The one reader of days: whatever one place reads as a date, every place does.
//!
//! A cell of a date or timestamp column is in ISO 8601 form; any other is in the
//! column's declared format, and where that is `%Y-%m-%d` it may also be a date
//! and a time of ISO 8601, which can be mistaken for nothing else. The day is the
//! one written: an offset never moves a birthday. Of a number that counts the time
//! since 1970 it is the day of UTC.
//!
//! A month or a year alone is no day. Whoever judges days gets all that may be meant
//! ([`DaySpan`]); whoever needs one day ([`DayReader::day`]) gets none, and that is
//! unreadable.
//!
//! A day that cannot be true is unreadable (`implausible`), never a value: systems
//! write 1900-01-01, 9999-12-31, 1753-01-01 or the year 1 where they know nothing.
//! 1970-01-01 is read: people were born that day.

use jiff::civil::Date;

use crate::model::column_type::ColumnType;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;
use crate::model::time::day::Day;
use crate::model::time::duration::Period;
use crate::model::time::iso_time::read_iso_day;
use crate::model::time::placeholder::{FARTHEST, LAST_PLACEHOLDER};
use crate::model::time::reading::DaySpan;

/// No life on record was longer: 122 years, and some for doubt.
const LONGEST_LIFE: Period = Period::years(131);
/// A child to be born is born within this.
const TO_BE_BORN: Period = Period::months(10);

/// The days that can be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plausible {
    first: Day,
    last: Day,
}

impl Plausible {
    #[inline(always)]
    fn has(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Any day there is.
    #[must_use]
    pub fn any() -> Self {
        Self { first: Date::MIN.into(), last: Date::MAX.into() }
    }

    /// What has happened to somebody who is alive on the as-of day: from
    /// 1900-01-02, and at most 130 years before it, until that day.
    #[must_use]
    pub fn past(as_of: Date) -> Self {
        let after_placeholders = LAST_PLACEHOLDER.tomorrow().unwrap_or(LAST_PLACEHOLDER);
        // Somebody of 130 reaches 131 after the as-of day.
        let first = LONGEST_LIFE.first_that_outlasts(as_of).max(after_placeholders);
        Self { first: first.into(), last: as_of.into() }
    }

    /// The same, and children to be born: up to ten months ahead.
    #[must_use]
    pub fn past_and_due(as_of: Date) -> Self {
        Self { last: TO_BE_BORN.after(as_of).unwrap_or(Date::MAX).into(), ..Self::past(as_of) }
    }

    /// The same, and up to 100 years ahead: what a contract or a card runs to.
    #[must_use]
    pub fn past_and_future(as_of: Date) -> Self {
        Self { last: FARTHEST.after(as_of).unwrap_or(Date::MAX).into(), ..Self::past(as_of) }
    }
}

/// Reads the days of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReader {
    form: DayForm,
    plausible: Plausible,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum DayForm {
    /// In ISO 8601 form, of a typed timestamp: the day is its first ten bytes.
    Timestamp,
    /// An ISO day, alone or with a time.
    Iso,
    /// In a format that the policy declares.
    Declared(DateFormat),
}

impl DayReader {
    /// Reads the cells of a column of this type whose declared format this is.
    ///
    /// ```
    /// use scant::internals::DayReader;
    /// use scant::internals::ColumnType;
    /// use scant::internals::DateFormat;
    /// use scant::internals::Day;
    /// let reader = DayReader::new(&DateFormat::iso(), ColumnType::Text);
    /// assert_eq!(reader.day("2008-03-01 23:30:00+00"), Ok(Day::new(2008, 3, 1).unwrap()));
    /// assert!(reader.day("1/3/2008").is_err());
    /// ```
    #[must_use]
    pub fn new(format: &DateFormat, input: ColumnType) -> Self {
        let form = match input {
            ColumnType::Timestamp => DayForm::Timestamp,
            ColumnType::Date => DayForm::Iso,
            _ if format.is_iso_date() => DayForm::Iso,
            _ => DayForm::Declared(format.clone()),
        };
        Self { form, plausible: Plausible::any() }
    }

    /// The same reader, for which every other day is implausible.
    #[must_use]
    pub fn within(self, plausible: Plausible) -> Self {
        Self { plausible, ..self }
    }

    /// The same reader, of birth dates: only days on which somebody was born who
    /// may be alive on the as-of day.
    #[must_use]
    pub fn of_births(self, as_of: Date) -> Self {
        self.within(Plausible::past(as_of))
    }

    /// The format that the policy declares; `None` where it is `%Y-%m-%d`.
    #[must_use]
    pub fn declared(&self) -> Option<&DateFormat> {
        match &self.form {
            DayForm::Timestamp | DayForm::Iso => None,
            DayForm::Declared(format) => Some(format),
        }
    }

    /// The format as the policy declares it, to be told beside what cannot be read.
    #[must_use]
    pub fn pattern(&self) -> &str {
        match &self.form {
            DayForm::Timestamp | DayForm::Iso => "%Y-%m-%d",
            DayForm::Declared(format) => format.pattern(),
        }
    }

    /// The day that a cell names, where one is needed.
    ///
    /// # Errors
    /// [`Unreadable::Date`] for what is not a day, also a month or a year;
    /// [`Unreadable::Implausible`] for one that cannot be true.
    #[inline]
    pub fn day(&self, text: &str) -> Result<Day, Unreadable> {
        match self.bare_day(text) {
            Some(day) => Ok(day),
            None => self.any_days(text)?.day().ok_or(Unreadable::Date),
        }
    }

    /// The days that a cell may mean.
    ///
    /// # Errors
    /// [`Unreadable::Date`] for what is not a date, [`Unreadable::Implausible`] for
    /// one that cannot be true: of a month or a year, its first day.
    #[inline]
    pub fn days(&self, text: &str) -> Result<DaySpan, Unreadable> {
        match self.bare_day(text) {
            Some(day) => Ok(DaySpan::one(day)),
            None => self.any_days(text),
        }
    }

    /// Nearly every cell is a bare day that can be true, and is read here; every
    /// other is read with care.
    #[inline(always)]
    fn bare_day(&self, text: &str) -> Option<Day> {
        if !matches!(self.form, DayForm::Iso) {
            return None;
        }
        DateFormat::iso_day(text).filter(|day| self.plausible.has(*day))
    }

    #[inline(never)]
    fn any_days(&self, text: &str) -> Result<DaySpan, Unreadable> {
        let days = match &self.form {
            DayForm::Iso => DaySpan::one(match DateFormat::iso_day(text) {
                Some(day) => day,
                None => read_iso_day(text).ok_or(Unreadable::Date)?,
            }),
            DayForm::Timestamp => DaySpan::one(timestamp(text)?),
            DayForm::Declared(format) => format.read_span(text).ok_or(Unreadable::Date)?,
        };
        if self.plausible.has(days.first) { Ok(days) } else { Err(Unreadable::Implausible) }
    }

    /// The days that a cell may mean, if there is a cell.
    #[inline(always)]
    pub fn read(&self, cell: Option<&str>) -> Read<DaySpan> {
        match cell.and_then(|text| self.bare_day(text)) {
            Some(day) => Read::Value(DaySpan::one(day)),
            None => self.read_any(cell),
        }
    }

    #[inline(never)]
    fn read_any(&self, cell: Option<&str>) -> Read<DaySpan> {
        Read::of(cell, |text| self.any_days(text))
    }
}

/// Typed timestamps are well formed, whatever their unit, so the time is not
/// looked at.
fn timestamp(text: &str) -> Result<Day, Unreadable> {
    let (day, rest) = text.split_at_checked(10).ok_or(Unreadable::Date)?;
    let is_whole = rest.is_empty() || rest.starts_with(['T', ' ']);
    DateFormat::iso_day(day).filter(|_| is_whole).ok_or(Unreadable::Date)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn day(year: u32, month: u32, day: u32) -> Day {
        Day::new(year, month, day).unwrap()
    }

    const TYPES: [ColumnType; 3] = [ColumnType::Text, ColumnType::Date, ColumnType::Timestamp];

    #[test]
    fn the_day_is_the_one_written_in_every_type_and_writing() {
        let iso = DateFormat::iso();
        for input in TYPES {
            let reader = DayReader::new(&iso, input);
            for text in [
                "2024-02-29",
                "2024-02-29T23:59:59.999999999Z",
                "2024-02-29T00:30:00+14:00",
                "2024-02-29 23:30:00.5-11",
            ] {
                assert_eq!(reader.day(text), Ok(day(2024, 2, 29)), "{input:?} {text}");
            }
            for bad in
                ["2024", "2023-02-29", "2024-02-291", "x", "", "29/02/2024", "\u{e9}024-02-29", "2024-02-2\u{e9}"]
            {
                assert_eq!(reader.day(bad), Err(Unreadable::Date), "{input:?} {bad}");
            }
            assert_eq!(reader.read(None), Read::Missing);
        }
        let declared = DateFormat::parse("%d/%m/%Y").unwrap();
        assert_eq!(DayReader::new(&declared, ColumnType::Text).day("29/02/2024"), Ok(day(2024, 2, 29)));
        assert_eq!(DayReader::new(&declared, ColumnType::Text).day("2024-02-29"), Err(Unreadable::Date));
        assert_eq!(DayReader::new(&declared, ColumnType::Timestamp).day("2024-02-29T10:00:00"), Ok(day(2024, 2, 29)));
        assert_eq!(DayReader::new(&declared, ColumnType::Date).day("2024-02-29"), Ok(day(2024, 2, 29)));
        // Whole numbers are read as text, in the declared format.
        let compact = DateFormat::parse("%Y%m%d").unwrap();
        assert_eq!(DayReader::new(&compact, ColumnType::Integer).day("20240229"), Ok(day(2024, 2, 29)));
    }

    #[test]
    fn what_systems_write_for_none_is_implausible() {
        let as_of = date(2024, 6, 1);
        let births = DayReader::new(&DateFormat::iso(), ColumnType::Text).of_births(as_of);
        for bad in [
            "1900-01-01",
            "9999-12-31",
            "0001-01-01",
            "1753-01-01",
            "1899-12-31",
            "1899-12-30",
            "2024-06-02",
            "2999-12-31",
            "1900-01-01T00:00:00Z",
            "1601-01-01",
            "1858-11-17",
            "9999-12-31 23:59:59.9999999",
        ] {
            assert_eq!(births.day(bad), Err(Unreadable::Implausible), "{bad}");
        }
        for good in ["1900-01-02", "1970-01-01", "2024-06-01", "2000-02-29"] {
            assert!(births.day(good).is_ok(), "{good}");
        }
        let ahead = DayReader::new(&DateFormat::iso(), ColumnType::Text).within(Plausible::past_and_future(as_of));
        assert!(ahead.day("2124-06-01").is_ok());
        for bad in ["1900-01-01", "2124-06-02", "2999-12-31", "9999-12-31"] {
            assert_eq!(ahead.day(bad), Err(Unreadable::Implausible), "{bad}");
        }
        let due = DayReader::new(&DateFormat::iso(), ColumnType::Text).within(Plausible::past_and_due(as_of));
        assert!(due.day("2025-04-01").is_ok());
        assert_eq!(due.day("2025-04-02"), Err(Unreadable::Implausible));
        // Long after, 130 years are the limit.
        let later = DayReader::new(&DateFormat::iso(), ColumnType::Text).of_births(date(2040, 3, 1));
        assert_eq!(later.day("1909-03-01"), Err(Unreadable::Implausible));
        assert_eq!(later.day("1909-03-02"), Ok(day(1909, 3, 2)));
    }

    proptest! {
        #[test]
        fn typed_or_text_one_cell_is_one_day(days in 0..90_000_i32, seconds in 0..86_400_i32, nanos in 0..1_000_000_000_u32) {
            let civil = date(1850, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let time = format!("{:02}:{:02}:{:02}.{nanos:09}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            let format = DateFormat::iso();
            for text in [format!("{civil}"), format!("{civil}T{time}Z"), format!("{civil}T{time}"), format!("{civil} {time}+01")] {
                for input in TYPES {
                    for plausible in [Plausible::any(), Plausible::past(date(2024, 6, 1))] {
                        let reader = DayReader::new(&format, input).within(plausible);
                        let expected = DayReader::new(&format, ColumnType::Text).within(plausible).day(&civil.to_string());
                        prop_assert_eq!(reader.day(&text), expected, "{:?} {}", input, text);
                    }
                }
            }
        }
    }
}
