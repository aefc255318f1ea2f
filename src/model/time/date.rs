//! How the dates of a column are written: in one declared format, or in several of
//! which a cell fits one; nothing is guessed.
//!
//! Knows no local zone: a time without an offset is UTC unless the caller says
//! otherwise, and a bare date is that day, never shifted.

use jiff::civil::Date;

use super::day::Day;
use super::iso_time::read_iso;
use super::reading::{DateReading, DaySpan, KnownTo};
pub(crate) use super::written::FormatFault;
use super::written::overlap::{DateWriting, overlap};
use super::written::parts::iso_day;
use super::written::pattern::DatePattern;
pub(crate) use super::written::serial::DateSerial;
use super::written::serial::SERIALS;

/// What `%Y-%m-%d` reads beside a bare day, where times of ISO 8601 are read.
const ISO_TIMES: [&str; 2] = ["%H:%M", "%H:%M:%S%.f"];

/// How the dates of a column are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    /// At least one.
    writings: Vec<DateWriting>,
    /// As declared.
    pattern: String,
    is_iso_date: bool,
    has_iso_date: bool,
}

/// Two formats of a list could both read one text, and mean two dates by it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormatsOverlap {
    /// The place of the first, from 0.
    pub first: usize,
    /// The place of the second.
    pub second: usize,
    /// A text that shows it, made up of what the formats allow.
    pub text: Option<String>,
}

impl DateFormat {
    /// Compiles one format: `strftime` directives, or the word for a number that
    /// stands for dates.
    ///
    /// # Errors
    /// A [`FormatFault`].
    ///
    /// ```
    /// use scant::internals::DateFormat;
    /// let format = DateFormat::parse("%d/%m/%Y").unwrap();
    /// assert_eq!(format.date("29/02/2024"), Some(jiff::civil::date(2024, 2, 29)));
    /// assert_eq!(format.date("29/02/2023"), None);
    /// assert_eq!(format.date("1/2/2023"), None);
    /// assert_eq!(DateFormat::parse("excel_1900").unwrap().date("45296"), Some(jiff::civil::date(2024, 1, 5)));
    /// ```
    pub fn parse(pattern: &str) -> Result<Self, FormatFault> {
        Self::parse_with_pivot(pattern, None)
    }

    /// The same, where years of two digits are of the 1900s from `pivot` on and of the
    /// 2000s below it.
    ///
    /// # Errors
    /// A [`FormatFault`].
    pub fn parse_with_pivot(pattern: &str, pivot: Option<u8>) -> Result<Self, FormatFault> {
        let serial = SERIALS.iter().find(|(word, _)| *word == pattern);
        let writing = match serial {
            Some((_, serial)) => DateWriting::Serial(*serial),
            None => DateWriting::Pattern(DatePattern::parse(pattern, pivot)?),
        };
        let is_iso_date = pattern == "%Y-%m-%d";
        Ok(Self { writings: vec![writing], pattern: pattern.to_owned(), is_iso_date, has_iso_date: is_iso_date })
    }

    /// Takes several formats for one column: a cell fits one of them, or is unreadable.
    /// Without any, `%Y-%m-%d`.
    ///
    /// # Errors
    /// [`FormatsOverlap`] where some text could be one date and another.
    ///
    /// ```
    /// use scant::internals::DateFormat;
    /// let formats = |texts: [&str; 2]| DateFormat::several(texts.map(|text| DateFormat::parse(text).unwrap()).to_vec());
    /// let format = formats(["%Y-%m-%d", "%-d %B %Y"]).unwrap();
    /// assert_eq!(format.date("5 January 2024"), format.date("2024-01-05"));
    /// assert!(formats(["%d/%m/%Y", "%m/%d/%Y"]).is_err());
    /// ```
    pub fn several(formats: Vec<Self>) -> Result<Self, FormatsOverlap> {
        for (first, one) in formats.iter().enumerate() {
            for (second, other) in formats.iter().enumerate().skip(first + 1) {
                let (one, other) = (one.every_writing(), other.every_writing());
                let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
                let mut common = pairs.filter_map(|(one, other)| overlap(one, other));
                if let Some(common) = common.next() {
                    return Err(FormatsOverlap { first, second, text: common.text });
                }
            }
        }
        let pattern = formats.iter().map(Self::pattern).collect::<Vec<_>>().join(" or ");
        let has_iso_date = formats.iter().any(|format| format.has_iso_date);
        let is_iso_date = has_iso_date && formats.len() == 1;
        let writings: Vec<DateWriting> = formats.into_iter().flat_map(|format| format.writings).collect();
        if writings.is_empty() {
            return Ok(Self::iso());
        }
        Ok(Self { writings, pattern, is_iso_date, has_iso_date })
    }

    /// The writings of one format, with the times that are read beside an ISO day.
    fn every_writing(&self) -> Vec<DateWriting> {
        let mut writings = self.writings.clone();
        if self.has_iso_date {
            for time in ISO_TIMES {
                for (separator, offset) in ["T", "t", " "].iter().flat_map(|mark| ["", "%z", " %z"].map(|z| (mark, z)))
                {
                    let pattern = format!("%Y-%m-%d{separator}{time}{offset}");
                    writings.extend(DatePattern::parse(&pattern, None).map(DateWriting::Pattern));
                }
            }
        }
        writings
    }

    /// `%Y-%m-%d`, the default.
    #[must_use]
    pub fn iso() -> Self {
        let pattern = "%Y-%m-%d";
        let writings = DatePattern::parse(pattern, None).map(DateWriting::Pattern).into_iter().collect();
        Self { writings, pattern: pattern.to_owned(), is_iso_date: true, has_iso_date: true }
    }

    /// The format as written; several with "or" between them.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether some of it has a time of day.
    #[must_use]
    pub fn has_time(&self) -> bool {
        self.writings.iter().any(|writing| match writing {
            DateWriting::Pattern(pattern) => pattern.has_time(),
            DateWriting::Serial(_) => true,
        })
    }

    /// Whether some of it has a year of two digits.
    #[must_use]
    pub fn has_pivot(&self) -> bool {
        let mut writings = self.writings.iter();
        writings.any(|writing| matches!(writing, DateWriting::Pattern(pattern) if pattern.has_pivot()))
    }

    /// Whether all of it are numbers that stand for dates.
    #[must_use]
    pub fn is_serial(&self) -> bool {
        self.writings.iter().all(|writing| matches!(writing, DateWriting::Serial(_)))
    }

    /// From which day its numbers count, where some of it are serial numbers of a
    /// spreadsheet: two systems in one format would overlap.
    #[must_use]
    pub(crate) fn spreadsheet_days(&self) -> Option<DateSerial> {
        self.writings.iter().find_map(|writing| match writing {
            DateWriting::Serial(serial @ (DateSerial::Excel1900 | DateSerial::Excel1904)) => Some(*serial),
            DateWriting::Serial(DateSerial::Epoch(_)) | DateWriting::Pattern(_) => None,
        })
    }

    /// How closely it tells a date at best.
    #[must_use]
    pub fn known_to(&self) -> KnownTo {
        let known = self.writings.iter().map(|writing| match writing {
            DateWriting::Pattern(pattern) => pattern.known_to(),
            DateWriting::Serial(_) => KnownTo::Day,
        });
        known.max().unwrap_or(KnownTo::Day)
    }

    /// Reads the whole text as a day, a time of day allowed and cut off. Years from
    /// 0001 to 9999; a day that does not exist is `None`, and so is a month or a year.
    #[must_use]
    pub fn date(&self, text: &str) -> Option<Date> {
        self.day(text).map(Date::from)
    }

    /// The same as a [`Day`], to compare with others.
    #[inline(always)]
    #[must_use]
    pub fn day(&self, text: &str) -> Option<Day> {
        if self.is_iso_date { iso_day(text.as_bytes()) } else { self.read_span(text).and_then(DaySpan::day) }
    }

    /// The days that the text may mean, and a time of ISO 8601 beside an ISO day.
    #[must_use]
    pub fn read_span(&self, text: &str) -> Option<DaySpan> {
        self.read_with_iso_times(text).map(DaySpan::from)
    }

    /// A bare ISO day, `2024-02-29`, and nothing else: the fastest way to read one.
    #[inline(always)]
    #[must_use]
    pub fn iso_day(text: &str) -> Option<Day> {
        iso_day(text.as_bytes())
    }

    /// Whether the format is `%Y-%m-%d`, the one that is read fastest.
    #[must_use]
    pub fn is_iso_date(&self) -> bool {
        self.is_iso_date
    }

    /// Reads the whole text as declared, and where `%Y-%m-%d` is among what is declared
    /// also a date and time of ISO 8601, which can be mistaken for nothing else.
    #[must_use]
    pub fn read_with_iso_times(&self, text: &str) -> Option<DateReading> {
        let iso = if self.has_iso_date { read_iso(text) } else { None };
        if iso.is_some() { iso } else { self.read(text) }
    }

    /// Reads the whole text; `None` where no format fits, or where two fit and differ.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<DateReading> {
        if self.is_iso_date {
            return iso_day(text.as_bytes()).map(|day| DateReading::of_day(day.into()));
        }
        let mut readings = self.writings.iter().filter_map(|writing| writing.read(text));
        let first = readings.next()?;
        readings.all(|reading| reading == first).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_day_is_read_as_itself() {
        let format = DateFormat::iso();
        for first in [date(1, 1, 1), date(1899, 12, 1), date(1999, 1, 1), date(9997, 1, 1)] {
            for day in first.series(jiff::ToSpan::days(1)).take(1000) {
                assert_eq!(format.day(&day.to_string()), Some(Day::from(day)), "{day}");
                assert_eq!(format.date(&day.to_string()), Some(day));
            }
        }
    }

    #[test]
    fn what_does_not_fit_the_format_exactly_is_no_date() {
        let format = DateFormat::iso();
        for bad in [
            "2023-02-29",
            "1900-02-29",
            "2024-2-03",
            "2024-02-03 ",
            " 2024-02-03",
            "0000-01-01",
            "24-02-03",
            "2024-13-01",
            "2024-00-01",
            "20240203",
            "2024-02-03T00:00:00",
            "２０２４-02-03",
            "",
        ] {
            assert_eq!(format.date(bad), None, "{bad}");
        }
        for good in ["2024-02-29", "2000-02-29", "9999-12-31", "0001-01-01"] {
            assert!(format.date(good).is_some(), "{good}");
        }
        assert_eq!(DateFormat::parse("%Y%m%d").unwrap().date("20240229"), Some(date(2024, 2, 29)));
        assert_eq!(DateFormat::parse("%d %b %Y").unwrap().date("29 Feb 2024"), Some(date(2024, 2, 29)));
        assert_eq!(DateFormat::parse("%d/%m/%y"), Err(FormatFault::TwoDigitYear));
        assert_eq!(DateFormat::parse("%d/%m"), Err(FormatFault::Incomplete));
        assert_eq!(DateFormat::parse("%Y-%j"), Err(FormatFault::UnknownDirective));
    }
}
