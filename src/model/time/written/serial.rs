//! Numbers that stand for dates and times: time since 1970, and the serial numbers
//! of spreadsheets.
//!
//! Plain decimal texts only: a leading zero, a plus or an exponent is no such
//! number, for a spreadsheet that shows `1.7041E+12` has lost the rest of it.
//!
//! Sources: POSIX.1-2017, 4.16 (seconds since the Epoch); ECMA-376 Part 1,
//! 18.17.4.1 (the 1900 system, which has a 29 February 1900 that never was, and
//! the 1904 system).

use crate::model::time::moment::day_of;
use crate::model::time::reading::{DateReading, KnownTo};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateSerial {
    /// Time since 1970-01-01 00:00 UTC; this many digits make a second.
    Epoch(u32),
    /// Days, the first of which is 1900-01-01.
    Excel1900,
    /// Days since 1904-01-01.
    Excel1904,
}

/// The words of a policy for them.
pub(crate) const SERIALS: [(&str, DateSerial); 6] = [
    ("epoch_s", DateSerial::Epoch(0)),
    ("epoch_ms", DateSerial::Epoch(3)),
    ("epoch_us", DateSerial::Epoch(6)),
    ("epoch_ns", DateSerial::Epoch(9)),
    ("excel_1900", DateSerial::Excel1900),
    ("excel_1904", DateSerial::Excel1904),
];

const DAY_MICROS: i64 = 86_400_000_000;
const DAY_MILLIS: i128 = 86_400_000;
/// 1899-12-30 and 1904-01-01, in days since 1970.
const BEFORE_1900: i64 = -25_569;
const FIRST_OF_1904: i64 = -24_107;
/// The 29 February 1900 of spreadsheets.
const NEVER_WAS: i64 = 60;

/// A plain decimal text.
struct PlainDecimal<'a> {
    is_negative: bool,
    whole: i128,
    fraction: &'a [u8],
}

impl DateSerial {
    /// Reads the whole text.
    pub(crate) fn read(self, text: &str) -> Option<DateReading> {
        let number = PlainDecimal::read(text)?;
        match self {
            Self::Epoch(places) => epoch(number.micros(places)?),
            Self::Excel1900 => number.days().and_then(|(days, time)| {
                // Before the day that never was, one day less is behind.
                let shift = i64::from(days < NEVER_WAS);
                if days == NEVER_WAS { None } else { of_day(BEFORE_1900 + days + shift, time) }
            }),
            Self::Excel1904 => number.days().and_then(|(days, time)| of_day(FIRST_OF_1904 + days, time)),
        }
    }
}

fn epoch(micros: i64) -> Option<DateReading> {
    let (date, time) = (day_of(micros)?, micros.rem_euclid(DAY_MICROS));
    (date.year() >= 1).then_some(DateReading { date, known_to: KnownTo::Day, time: Some(time), offset: Some(0) })
}

fn of_day(days: i64, time: Option<i64>) -> Option<DateReading> {
    let date = day_of(days.checked_mul(DAY_MICROS)?)?;
    Some(DateReading { date, known_to: KnownTo::Day, time, offset: None })
}

impl<'a> PlainDecimal<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let unsigned = text.strip_prefix('-');
        let is_negative = unsigned.is_some();
        let unsigned = unsigned.unwrap_or(text).as_bytes();
        let point = unsigned.iter().position(|byte| *byte == b'.');
        let (whole, fraction) = match point {
            Some(point) => (unsigned.get(..point)?, unsigned.get(point + 1..)?),
            None => (unsigned, &[][..]),
        };
        let is_plain = whole == b"0" || !whole.is_empty() && whole.len() <= 21 && !whole.starts_with(b"0");
        if !is_plain || point.is_some() && fraction.is_empty() {
            return None;
        }
        let whole = decimal(whole)?;
        fraction.iter().all(u8::is_ascii_digit).then_some(Self { is_negative, whole, fraction })
    }

    /// Microseconds of a number of which `places` digits make a second, cut.
    fn micros(&self, places: u32) -> Option<i64> {
        let (more, less) = (6_u32.saturating_sub(places), places.saturating_sub(6));
        let mut size = self.whole / 10_i128.pow(less);
        for place in 0..more as usize {
            let digit = self.fraction.get(place).map_or(0, |digit| i128::from(digit - b'0'));
            size = size * 10 + digit;
        }
        let rest = self.fraction.get(more as usize..).unwrap_or(&[]);
        let is_cut = self.whole % 10_i128.pow(less) != 0 || rest.iter().any(|digit| *digit != b'0');
        // Cut to the instant before, as every other time is.
        let micros = if self.is_negative { -size - i128::from(is_cut) } else { size };
        i64::try_from(micros).ok()
    }

    /// Days, and microseconds of the day where there is a fraction. To the
    /// millisecond: a spreadsheet's double holds no more, and half past nine is
    /// `.395833333333333` there. Nought is what it writes for an empty cell.
    fn days(&self) -> Option<(i64, Option<i64>)> {
        /// More digits than any double has.
        const MOST: usize = 20;
        if self.is_negative || self.whole == 0 {
            return None;
        }
        let days = i64::try_from(self.whole).ok()?;
        let fraction = self.fraction.get(..MOST).unwrap_or(self.fraction);
        let digits = decimal(fraction)?;
        if digits == 0 {
            return Some((days, None));
        }
        let whole = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
        let millis = (digits * DAY_MILLIS * 2 + whole) / (whole * 2);
        let (days, millis) = if millis == DAY_MILLIS { (days.checked_add(1)?, 0) } else { (days, millis) };
        Some((days, Some(i64::try_from(millis).ok()? * 1000)))
    }
}

/// The number of some digits, at most 21.
fn decimal(digits: &[u8]) -> Option<i128> {
    digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i128::from(byte - b'0')))
}
