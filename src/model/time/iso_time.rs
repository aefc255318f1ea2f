//! Dates and times of ISO 8601, in every writing that names one instant and
//! nothing else: what databases and logs write when nobody told them how.
//!
//! A day; or a day and a time after `T`, `t` or a blank, to the minute or the
//! second, with up to nine decimals after a point or a comma; then an offset from
//! UTC, or none: `Z`, `z`, `+hh`, `+hhmm`, `+hh:mm`, a blank before it allowed.
//! Leap seconds and 24:00 are no time of day: unreadable, not rounded. So are the
//! basic form (`20240101T0930`), which could be a number, and week dates.
//!
//! Source: ISO 8601-1:2019, 5.3 and 5.4 (the time without seconds, the comma, the
//! offset of hours alone); RFC 3339, 5.6 (small letters, the blank for the `T`).
//! `PostgreSQL` writes `2024-01-01 09:30:00+00`.

use super::day::Day;
use super::reading::{DateReading, KnownTo};
use super::written::parts::{digits, fraction, iso_day, read_offset};

/// Bytes of a day.
const DAY_WIDTH: usize = 10;

/// Reads the whole text.
///
/// ```
/// use scant::internals::read_iso;
/// let one = read_iso("2024-01-01T09:30:00Z").unwrap();
/// assert_eq!(read_iso("2024-01-01 09:30:00+00"), Some(one));
/// assert_eq!(read_iso("2024-01-01t09:30z"), Some(one));
/// assert_eq!(read_iso("2024-01-01").unwrap().time, None);
/// assert_eq!(read_iso("2024-01-01T24:00:00Z"), None);
/// ```
#[must_use]
pub fn read_iso(text: &str) -> Option<DateReading> {
    let (day, rest) = split_day(text)?;
    if rest.is_empty() {
        return Some(DateReading::of_day(day.into()));
    }
    let (time, offset) = read_time(rest)?;
    Some(DateReading { date: day.into(), known_to: KnownTo::Day, time: Some(time), offset })
}

/// The day of the text, as written, whatever its offset.
#[must_use]
pub(crate) fn read_iso_day(text: &str) -> Option<Day> {
    let (day, rest) = split_day(text)?;
    (rest.is_empty() || read_time(rest).is_some()).then_some(day)
}

fn split_day(text: &str) -> Option<(Day, &[u8])> {
    let (day, rest) = text.as_bytes().split_at_checked(DAY_WIDTH)?;
    Some((iso_day(day)?, rest))
}

/// Microseconds since midnight, and the offset in seconds where one is written.
fn read_time(text: &[u8]) -> Option<(i64, Option<i32>)> {
    let (b'T' | b't' | b' ', mut rest) = text.split_first()? else { return None };
    let hour = digits(&mut rest, 2)?;
    rest = rest.strip_prefix(b":")?;
    let minute = digits(&mut rest, 2)?;
    let (mut second, mut micros) = (0, 0);
    if let Some(tail) = rest.strip_prefix(b":") {
        rest = tail;
        second = digits(&mut rest, 2)?;
        micros = fraction(&mut rest)?;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let time = i64::from((hour * 60 + minute) * 60 + second) * 1_000_000 + i64::from(micros);
    if rest.is_empty() {
        return Some((time, None));
    }
    rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let offset = read_offset(&mut rest)?;
    rest.is_empty().then_some((time, Some(offset)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::time::date::DateFormat;
    use crate::model::time::moment::Moment;

    /// One instant in one of its writings: the parts that may be chosen.
    fn offset(minutes: i32, style: u8) -> String {
        let (sign, hours, rest) = (if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60);
        match style {
            0 if minutes == 0 => "Z".to_owned(),
            1 if minutes == 0 => "z".to_owned(),
            2 if rest == 0 => format!("{sign}{hours:02}"),
            3 => format!("{sign}{hours:02}{rest:02}"),
            _ => format!("{sign}{hours:02}:{rest:02}"),
        }
    }

    proptest! {
        #[test]
        fn one_instant_in_every_writing_is_one_instant(
            minute in -20_000_000_i64..40_000_000, micros in 0_i64..60_000_000,
            offset_minutes in prop_oneof![Just(0), -14 * 60..=14 * 60, (-14..=14).prop_map(|hours| hours * 60)],
            style in 0_u8..5, separator in prop_oneof![Just('T'), Just('t'), Just(' ')],
            has_comma in any::<bool>(), blank in any::<bool>(), is_whole_second in any::<bool>(),
            is_whole_minute in any::<bool>(),
        ) {
            let micros = if is_whole_minute { 0 } else if is_whole_second { micros / 1_000_000 * 1_000_000 } else { micros };
            let instant = minute * 60_000_000 + micros;
            let local = instant + i64::from(offset_minutes) * 60_000_000;
            let day = crate::model::time::moment::day_of(local).unwrap();
            let of_day = local.rem_euclid(86_400_000_000);
            let (seconds, micros) = (of_day / 1_000_000, of_day % 1_000_000);
            let mut text = format!("{day}{separator}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
            if !is_whole_minute {
                text += &format!(":{:02}", seconds % 60);
                if micros > 0 {
                    let point = if has_comma { ',' } else { '.' };
                    text += format!("{point}{micros:06}").trim_end_matches('0');
                }
            }
            let offset = offset(offset_minutes, style);
            text += if blank { " " } else { "" };
            text += &offset;
            let read = read_iso(&text);
            let moment = read.and_then(Moment::of);
            prop_assert_eq!(moment.map(|moment| (moment.first, moment.last)), Some((instant, instant)), "{}", text);
            prop_assert_eq!(read_iso_day(&text), Some(day.into()));

            // A declared format reads every writing of what its directives name.
            let blank = if blank { " " } else { "" };
            let seconds = if is_whole_minute { "" } else { ":%S%.f" };
            for z in ["%z", "%:z"] {
                let format = DateFormat::parse(&format!("%Y-%m-%d{separator}%H:%M{seconds}{blank}{z}")).unwrap();
                prop_assert_eq!(format.read(&text), read, "{}", format.pattern());
            }
        }

        #[test]
        fn no_text_is_read_by_accident(text in "[0-9TtZz:., +-]{0,24}", day in any::<bool>()) {
            let text = if day { format!("2024-02-29{text}") } else { text };
            if let Some(reading) = read_iso(&text) {
                prop_assert_eq!(reading.time.is_none(), text.len() == DAY_WIDTH);
                prop_assert!(reading.time.is_none_or(|time| (0..86_400_000_000).contains(&time)));
            }
            prop_assert_eq!(read_iso(&text).map(|reading| Day::from(reading.date)), read_iso_day(&text));
        }
    }

    #[test]
    fn what_is_no_time_of_day_is_unreadable() {
        for bad in [
            "2024-01-01T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "2024-01-01T09:60",
            "2024-01-01T",
            "2024-01-01T09",
            "2024-01-01 09:30:00.",
            "2024-01-01 09:30:00.1234567890",
            "2024-01-01 09:30.5",
            "2024-01-01 09:30:00  +00",
            "2024-01-01 09:30:00 ",
            "2024-01-01 09:30:00+24",
            "2024-01-01 09:30:00+0",
            "2024-01-01 09:30:00+010",
            "2024-01-01 09:30:00+01:",
            "2024-01-01 09:30:00+00:60",
            "2024-01-01 09:30:00Zz",
            "2024-01-01  09:30",
            "2023-02-29T09:30Z",
            "20240101T093000Z",
            "2024-W01-1",
            "1/1/2024",
            "",
        ] {
            assert_eq!((read_iso(bad), read_iso_day(bad)), (None, None), "{bad}");
        }
    }
}
