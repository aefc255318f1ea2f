//! Dates and times in one declared format; nothing is guessed.
//!
//! Knows no local zone: a time without an offset is UTC unless the caller says
//! otherwise, and a bare date is that day, never shifted.

use jiff::Span;
use jiff::civil::Date;

use super::day::Day;

/// Why a text is not a date format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatFault {
    /// A directive that is not supported.
    #[error("uses a directive that is not supported; use %Y %m %d %b %H %M %S %.f %z and plain text")]
    UnknownDirective,
    /// A year of two digits names no century.
    #[error("uses %y: a year of two digits names no century")]
    TwoDigitYear,
    /// Year, month and day must each be in it once.
    #[error("must hold %Y, %m (or %b) and %d once each")]
    Incomplete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Day,
    Fraction,
    Hour,
    Literal(u8),
    Minute,
    Month,
    MonthName,
    Offset,
    Second,
    Year,
}

/// A compiled date or time format. Every field has a fixed width, so `3/4/2024`
/// does not fit `%d/%m/%Y`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    items: Vec<Item>,
    pattern: String,
    is_iso_date: bool,
}

/// What a format read: a day, and the time on it where the format has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DateReading {
    /// The day as written.
    pub date: Date,
    /// Microseconds since midnight as written; `None` for a bare date.
    pub time: Option<i64>,
    /// Offset from UTC in seconds, where written.
    pub offset: Option<i32>,
}

impl DateFormat {
    /// Compiles a format of `strftime` directives.
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
    /// ```
    pub fn parse(pattern: &str) -> Result<Self, FormatFault> {
        let mut items = Vec::new();
        let bytes = pattern.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] != b'%' {
                items.push(Item::Literal(bytes[at]));
                at += 1;
                continue;
            }
            let (item, width) = match &bytes[at + 1..] {
                [b'Y', ..] => (Item::Year, 2),
                [b'm', ..] => (Item::Month, 2),
                [b'd', ..] => (Item::Day, 2),
                [b'b', ..] => (Item::MonthName, 2),
                [b'H', ..] => (Item::Hour, 2),
                [b'M', ..] => (Item::Minute, 2),
                [b'S', ..] => (Item::Second, 2),
                [b'%', ..] => (Item::Literal(b'%'), 2),
                [b'z', ..] => (Item::Offset, 2),
                [b':', b'z', ..] => (Item::Offset, 3),
                [b'.', b'f', ..] => (Item::Fraction, 3),
                [b'y', ..] => return Err(FormatFault::TwoDigitYear),
                _ => return Err(FormatFault::UnknownDirective),
            };
            items.push(item);
            at += width;
        }
        let count = |wanted: &[Item]| items.iter().filter(|item| wanted.contains(item)).count();
        if count(&[Item::Year]) != 1 || count(&[Item::Month, Item::MonthName]) != 1 || count(&[Item::Day]) != 1 {
            return Err(FormatFault::Incomplete);
        }
        Ok(Self { items, pattern: pattern.to_owned(), is_iso_date: pattern == "%Y-%m-%d" })
    }

    /// `%Y-%m-%d`, the default.
    #[must_use]
    pub fn iso() -> Self {
        use Item::{Day, Literal, Month, Year};
        let items = vec![Year, Literal(b'-'), Month, Literal(b'-'), Day];
        Self { items, pattern: "%Y-%m-%d".to_owned(), is_iso_date: true }
    }

    /// The format as written.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether the format has a time of day.
    #[must_use]
    pub fn has_time(&self) -> bool {
        self.items.contains(&Item::Hour)
    }

    /// Reads the whole text as a date, a time of day allowed and cut off.
    /// Years from 0001 to 9999; a day that does not exist is `None`.
    #[must_use]
    pub fn date(&self, text: &str) -> Option<Date> {
        self.day(text).map(Date::from)
    }

    /// The same as a [`Day`], to compare with others.
    #[inline(always)]
    #[must_use]
    pub fn day(&self, text: &str) -> Option<Day> {
        if self.is_iso_date { iso_day(text.as_bytes()) } else { self.read_day(text) }
    }

    /// A bare ISO day, `2024-02-29`, and nothing else: the fastest way to read one.
    #[inline(always)]
    #[must_use]
    pub fn iso_day(text: &str) -> Option<Day> {
        iso_day(text.as_bytes())
    }

    #[inline(never)]
    fn read_day(&self, text: &str) -> Option<Day> {
        self.read(text).map(|reading| reading.date.into())
    }

    /// Whether the format is `%Y-%m-%d`, the one that is read fastest.
    #[must_use]
    pub fn is_iso_date(&self) -> bool {
        self.is_iso_date
    }

    /// Reads the whole text.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<DateReading> {
        if self.is_iso_date {
            return iso_day(text.as_bytes()).map(|day| DateReading { date: day.into(), time: None, offset: None });
        }
        let mut rest = text.as_bytes();
        let (mut year, mut month, mut day) = (0, 0, 0);
        let (mut hour, mut minute, mut second, mut micros) = (None, 0, 0, 0);
        let mut offset = None;
        for item in &self.items {
            match item {
                Item::Literal(byte) => rest = rest.strip_prefix(std::slice::from_ref(byte))?,
                Item::Year => year = digits(&mut rest, 4)?,
                Item::Month => month = digits(&mut rest, 2)?,
                Item::MonthName => month = month_name(&mut rest)?,
                Item::Day => day = digits(&mut rest, 2)?,
                Item::Hour => hour = Some(digits(&mut rest, 2)?),
                Item::Minute => minute = digits(&mut rest, 2)?,
                Item::Second => second = digits(&mut rest, 2)?,
                Item::Fraction => micros = fraction(&mut rest)?,
                Item::Offset => offset = Some(read_offset(&mut rest)?),
            }
        }
        // A leap second or 24:00 is not a time of day: unreadable, not rounded.
        if !rest.is_empty() || year == 0 || hour.unwrap_or(0) > 23 || minute > 59 || second > 59 {
            return None;
        }
        let date = civil(year, month, day)?;
        let time = hour.map(|hour| i64::from((hour * 60 + minute) * 60 + second) * 1_000_000 + i64::from(micros));
        Some(DateReading { date, time, offset })
    }
}

pub(crate) fn civil(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Most cells that any rule reads are these, so all ten bytes are checked at
/// once: `x ^ '0'` is at most 9 for a digit, and `x ^ '-'` is 0 for a dash.
#[inline(always)]
pub(crate) fn iso_day(text: &[u8]) -> Option<Day> {
    const TEMPLATE: u64 = u64::from_le_bytes(*b"0000-00-");
    const ROOM: u64 = u64::from_le_bytes([0x76, 0x76, 0x76, 0x76, 0x7F, 0x76, 0x76, 0x7F]);
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (head, &[tens, ones]) = text.split_first_chunk::<8>()? else { return None };
    let head = u64::from_le_bytes(*head) ^ TEMPLATE;
    let (tens, ones) = (tens ^ b'0', ones ^ b'0');
    if ((head.wrapping_add(ROOM) | head) & HIGH) != 0 || tens > 9 || ones > 9 {
        return None;
    }
    let day = u64::from(tens << 4 | ones);
    // The digits of each pair side by side: y0y1 in bits 48 to 55, y2y3 in 32 to 39,
    // m0m1 in 8 to 15.
    let pairs = head.swap_bytes();
    let pairs = pairs | pairs >> 4;
    let digits = (pairs >> 24 & 0xFF00_0000) | (pairs >> 16 & 0x00FF_0000) | (pairs & 0xFF00) | day;
    Day::of_digits(u32::try_from(digits).ok()?)
}

pub(crate) fn digits(rest: &mut &[u8], width: usize) -> Option<i32> {
    let (head, tail) = rest.split_at_checked(width)?;
    *rest = tail;
    head.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
}

fn month_name(rest: &mut &[u8]) -> Option<i32> {
    const NAMES: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let (head, tail) = rest.split_at_checked(3)?;
    *rest = tail;
    let place = NAMES.iter().position(|name| name.eq_ignore_ascii_case(head))?;
    i32::try_from(place + 1).ok()
}

/// `.` or `,` and one to nine digits, to the microsecond; or nothing.
pub(crate) fn fraction(rest: &mut &[u8]) -> Option<i32> {
    let tail = match rest {
        [b'.', tail @ ..] => tail,
        // A comma that no digit follows may be plain text of the format.
        [b',', tail @ ..] if tail.first().is_some_and(u8::is_ascii_digit) => tail,
        _ => return Some(0),
    };
    let count = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 || count > 9 {
        return None;
    }
    let micros =
        (0..6).fold(0, |number, place| number * 10 + if place < count { i32::from(tail[place] - b'0') } else { 0 });
    *rest = &tail[count..];
    Some(micros)
}

/// Every writing of an offset: `Z`, `z`, `+hh`, `+hhmm` or `+hh:mm`; in seconds.
pub(crate) fn read_offset(rest: &mut &[u8]) -> Option<i32> {
    if let Some((b'Z' | b'z', tail)) = rest.split_first() {
        *rest = tail;
        return Some(0);
    }
    let sign = match rest.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    *rest = &rest[1..];
    let hours = digits(rest, 2)?;
    let minutes = match rest.split_first() {
        Some((b':', tail)) => {
            *rest = tail;
            digits(rest, 2)?
        }
        Some((b'0'..=b'9', _)) => digits(rest, 2)?,
        _ => 0,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Whether a subject born on `born` has reached `years` on `on`. Someone born
/// on 29 February reaches an age on 1 March in other years: the later day, so
/// that a child is never taken for older.
#[must_use]
pub(crate) fn has_reached(born: Date, years: u16, on: Date) -> bool {
    let Some(year) = i16::try_from(years).ok().and_then(|years| born.year().checked_add(years)) else { return false };
    let birthday = Date::new(year, born.month(), born.day()).or_else(|_| Date::new(year, 3, 1));
    birthday.is_ok_and(|birthday| birthday <= on)
}

/// The last birth date of a subject who has reached `years` on `on`; born later,
/// a subject is younger.
#[must_use]
pub(crate) fn last_birth_date(years: u16, on: Date) -> Date {
    // A leap day may be up to two days off.
    let near = on.checked_sub(Span::new().years(i32::from(years)));
    let near = near.and_then(|near| near.checked_add(Span::new().days(3)));
    let mut born = near.unwrap_or(Date::MIN);
    while !has_reached(born, years, on) {
        let Ok(earlier) = born.yesterday() else { break };
        born = earlier;
    }
    born
}

/// Full years of age on `on`; `None` when born later.
#[must_use]
pub(crate) fn age_on(born: Date, on: Date) -> Option<u16> {
    if born > on {
        return None;
    }
    let years = u16::try_from(on.year() - born.year()).ok()?;
    Some(if has_reached(born, years, on) { years } else { years - 1 })
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

    #[test]
    fn a_leap_day_child_grows_older_on_the_first_of_march() {
        let born = date(2004, 2, 29);
        assert!(!has_reached(born, 18, date(2022, 2, 28)));
        assert!(has_reached(born, 18, date(2022, 3, 1)));
        assert!(has_reached(born, 20, date(2024, 2, 29)));
        for on in [date(2022, 2, 28), date(2022, 3, 1), date(2024, 2, 29), date(2023, 12, 31)] {
            for years in [0, 1, 16, 18, 20, 100] {
                let last = last_birth_date(years, on);
                assert!(has_reached(last, years, on), "{years} {on}");
                assert!(!has_reached(last.tomorrow().unwrap(), years, on), "{years} {on}");
            }
        }
        assert_eq!(age_on(born, date(2022, 2, 28)), Some(17));
        assert_eq!(age_on(born, date(2004, 2, 28)), None);
    }
}
