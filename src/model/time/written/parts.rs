//! The parts that every writing of a date or a time is made of, read from the
//! front of what is left of a text.

use jiff::civil::Date;

use crate::model::time::day::Day;

/// The day of these three, if there is one.
pub(crate) fn civil(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A bare ISO day. Most cells that any rule reads are these, so all ten bytes are checked at
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

/// A number of exactly so many digits.
pub(crate) fn digits(rest: &mut &[u8], width: usize) -> Option<i32> {
    let (head, tail) = rest.split_at_checked(width)?;
    *rest = tail;
    head.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
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

/// A number of one digit or two.
pub(crate) fn one_or_two_digits(rest: &mut &[u8]) -> Option<i32> {
    let width = if rest.get(1).is_some_and(u8::is_ascii_digit) { 2 } else { 1 };
    digits(rest, width)
}
