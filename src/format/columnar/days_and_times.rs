//! Writes days, times and instants of columnar files as ISO 8601: what a CSV export
//! of the same table would hold.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use polars_arrow::datatypes::TimeUnit;

use crate::model::time::date::DateFormat;

const SECONDS_OF_A_DAY: i64 = 86_400;

/// How many of the unit make a second.
pub(super) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// The zone that a file names; `None` for UTC, whose instants are written with a
/// `Z`. Zones come with the program: what a machine has of them must not matter.
///
/// # Errors
/// If there is no such zone.
pub(crate) fn zone_of(name: &str) -> Result<Option<TimeZone>, ()> {
    if matches!(name, "UTC" | "Etc/UTC" | "Z" | "+00:00" | "-00:00" | "+0000") {
        return Ok(None);
    }
    if let Some(offset) = offset_of(name) {
        return Ok(Some(TimeZone::fixed(offset)));
    }
    TimeZoneDatabase::bundled().get(name).map(Some).map_err(|_| ())
}

/// An offset written `+hh`, `+hhmm` or `+hh:mm`.
fn offset_of(name: &str) -> Option<Offset> {
    let (is_west, rest) = match name.split_at_checked(1)? {
        ("+", rest) => (false, rest),
        ("-", rest) => (true, rest),
        _ => return None,
    };
    let (hours, minutes) = match (rest.len(), rest.split_once(':')) {
        (2, None) => (rest, "00"),
        (4, None) => rest.split_at_checked(2)?,
        (5, Some(parts)) => parts,
        _ => return None,
    };
    let number = |digits: &str| {
        let is_number = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_number.then(|| digits.parse::<i32>().ok())?
    };
    let seconds =
        number(hours).filter(|hours| *hours < 24)? * 3600 + number(minutes).filter(|minutes| *minutes < 60)? * 60;
    Offset::from_seconds(if is_west { -seconds } else { seconds }).ok()
}

/// Writes a time of day.
pub(super) fn push_time(time: i64, unit: TimeUnit, cell: &mut String) {
    let (seconds, fraction) = (time.div_euclid(per_second(unit)), time.rem_euclid(per_second(unit)));
    write(cell, format_args!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    let width = per_second(unit).ilog10() as usize;
    if fraction != 0 {
        write(cell, format_args!(".{fraction:0width$}"));
    }
}

/// Writes a day and a time of day, so many units after 1970 began.
pub(super) fn push_day_and_time(instant: i64, unit: TimeUnit, cell: &mut String) {
    let day = SECONDS_OF_A_DAY * per_second(unit);
    push_date(instant.div_euclid(day), cell);
    cell.push('T');
    push_time(instant.rem_euclid(day), unit, cell);
}

/// Writes an instant as the clocks of a zone showed it, with their offset from UTC.
pub(super) fn push_in_zone(instant: i64, unit: TimeUnit, zone: &TimeZone, cell: &mut String) {
    let Ok(second) = Timestamp::from_second(instant.div_euclid(per_second(unit))) else {
        // Of no year that is read anywhere.
        push_day_and_time(instant, unit, cell);
        cell.push('Z');
        return;
    };
    let offset = zone.to_offset(second).seconds();
    push_day_and_time(instant.saturating_add(i64::from(offset) * per_second(unit)), unit, cell);
    // Until zones were agreed upon there were offsets with seconds, which ISO 8601
    // cannot say: the time of day is right, the offset to the minute.
    let minutes = (offset.unsigned_abs() + 30) / 60;
    let sign = if offset < 0 { '-' } else { '+' };
    write(cell, format_args!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
}

/// Writes a timestamp of 96 bits: nanoseconds of the day and the Julian day, the
/// lowest bytes first. Whether it is in UTC the file does not say.
pub(super) fn push_int96(bytes: [u8; 12], cell: &mut String) {
    const JULIAN_DAY_OF_1970: i64 = 2_440_588;
    const NANOSECONDS_OF_A_DAY: i64 = SECONDS_OF_A_DAY * 1_000_000_000;
    let [n0, n1, n2, n3, n4, n5, n6, n7, day @ ..] = bytes;
    let nanoseconds = i64::from_le_bytes([n0, n1, n2, n3, n4, n5, n6, n7]);
    let day = i64::from(i32::from_le_bytes(day)) - JULIAN_DAY_OF_1970;
    push_date(day + nanoseconds.div_euclid(NANOSECONDS_OF_A_DAY), cell);
    cell.push('T');
    push_time(nanoseconds.rem_euclid(NANOSECONDS_OF_A_DAY), TimeUnit::Nanosecond, cell);
}

/// Days between 1 March of year 0 and 1 January 1970.
const EPOCH: i64 = 719_468;

/// Writes the day that many days after 1 January 1970. Years outside 0000–9999
/// get more digits or a sign, so no date format reads them.
pub(super) fn push_date(days: i64, cell: &mut String) {
    // Howard Hinnant, "chrono-compatible low-level date algorithms": eras of 400
    // years that begin on 1 March, so that the leap day is the last of its year.
    let shifted = days.saturating_add(EPOCH);
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + i64::from(month <= 2);
    if (0..=9999).contains(&year) {
        write(cell, format_args!("{year:04}-{month:02}-{day:02}"));
    } else {
        write(cell, format_args!("{year:+06}-{month:02}-{day:02}"));
    }
}

/// Writing to a `String` cannot fail.
fn write(cell: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = cell.write_fmt(text);
}

/// Days from 1 January 1970 to a date `YYYY-MM-DD`.
pub(crate) fn days_of_date(text: &str) -> Option<i32> {
    let date = jiff::civil::Date::from(DateFormat::iso_day(text)?);
    let since = date.duration_since(jiff::civil::date(1970, 1, 1));
    i32::try_from(since.as_secs().div_euclid(SECONDS_OF_A_DAY)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::time::iso_time::read_iso;

    fn shown(push: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        push(&mut text);
        text
    }

    fn in_zone(instant: i64, unit: TimeUnit, zone: &str) -> String {
        shown(|cell| push_in_zone(instant, unit, &zone_of(zone).unwrap().unwrap(), cell))
    }

    #[test]
    fn times_show_their_unit_where_it_matters() {
        let day = |unit, instant| shown(|cell| push_time(instant, unit, cell));
        assert_eq!(day(TimeUnit::Microsecond, 50_400_123_456), "14:00:00.123456");
        assert_eq!(day(TimeUnit::Nanosecond, 1), "00:00:00.000000001");
        assert_eq!(day(TimeUnit::Second, 86_399), "23:59:59");
        assert_eq!(day(TimeUnit::Millisecond, 1_000), "00:00:01");
    }

    #[test]
    fn days_beyond_four_digits_are_no_date() {
        for days in [i64::from(i32::MIN), i64::from(i32::MAX), i64::MIN, i64::MAX] {
            let text = shown(|cell| push_date(days, cell));
            assert_eq!(days_of_date(&text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_is_what_the_clocks_of_its_zone_showed() {
        // 2001-06-01 00:00 in London, where it was summer, is the day before in UTC.
        assert_eq!(in_zone(991_350_000, TimeUnit::Second, "Europe/London"), "2001-06-01T00:00:00+01:00");
        assert_eq!(in_zone(0, TimeUnit::Nanosecond, "America/New_York"), "1969-12-31T19:00:00-05:00");
        assert_eq!(in_zone(-1, TimeUnit::Millisecond, "+05:30"), "1970-01-01T05:29:59.999+05:30");
        assert_eq!(in_zone(0, TimeUnit::Second, "-0330"), "1969-12-31T20:30:00-03:30");
        assert_eq!(in_zone(0, TimeUnit::Second, "+02"), "1970-01-01T02:00:00+02:00");
        // Amsterdam, until 1937: 19 minutes and some seconds.
        let amsterdam = in_zone(-1_500_000_000, TimeUnit::Second, "Europe/Amsterdam");
        assert!(read_iso(&amsterdam).is_some(), "{amsterdam}");
        let never = in_zone(i64::MAX, TimeUnit::Second, "Europe/London");
        assert!(read_iso(&never).is_none(), "{never}");
        for name in ["", "Europe/Nowhere", "+25:00", "+1", "+ab", "+0a:00", "+01:60", "é"] {
            assert!(zone_of(name).is_err(), "{name}");
        }
        assert_eq!(zone_of("UTC"), Ok(None));
    }

    #[test]
    fn ninety_six_bits_are_a_julian_day_and_nanoseconds() {
        let shown = |day: i32, nanoseconds: i64| {
            let mut bytes = [0; 12];
            bytes[..8].copy_from_slice(&nanoseconds.to_le_bytes());
            bytes[8..].copy_from_slice(&day.to_le_bytes());
            shown(|cell| push_int96(bytes, cell))
        };
        assert_eq!(shown(2_440_588, 0), "1970-01-01T00:00:00");
        assert_eq!(shown(2_440_587, 86_399_999_999_999), "1969-12-31T23:59:59.999999999");
        // The last day that Spark writes, far beyond 64 bits of nanoseconds.
        assert_eq!(shown(5_373_484, 0), "9999-12-31T00:00:00");
        // Hive writes a part of a day below zero for times before 1970.
        assert_eq!(shown(2_440_588, -1_000_000_000), "1969-12-31T23:59:59");
        for day in [i32::MIN, i32::MAX] {
            for nanoseconds in [i64::MIN, i64::MAX] {
                assert!(read_iso(&shown(day, nanoseconds)).is_none());
            }
        }
    }

    proptest! {
        #[test]
        fn a_day_comes_back_from_its_date(days in -719_162..2_932_896_i32) {
            let text = shown(|cell| push_date(i64::from(days), cell));
            prop_assert_eq!(days_of_date(&text), Some(days));
            let expected = jiff::civil::date(1970, 1, 1)
                .checked_add(jiff::SignedDuration::from_hours(i64::from(days) * 24)).unwrap();
            prop_assert_eq!(text, expected.to_string());
        }

        #[test]
        fn an_instant_in_a_zone_is_the_same_instant(
            second in 0..4_000_000_000_i64,
            zone in prop::sample::select(vec!["Europe/London", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia", "+09:00"]),
        ) {
            let text = in_zone(second, TimeUnit::Second, zone);
            prop_assert_eq!(text.parse::<Timestamp>().unwrap().as_second(), second);
        }
    }
}
