//! Every directive and every number: written by the calendar library, read by ours;
//! and whether two formats overlap, against trying texts.

use jiff::civil::{Date, DateTime, date, datetime};
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use proptest::sample::select;

use super::fault::FormatFault;
use super::overlap::{DateWriting, overlap};
use super::pattern::{DIRECTIVES, DatePattern};
use super::serial::{DateSerial, SERIALS};
use crate::model::time::reading::{DateReading, KnownTo};

fn writing(text: &str) -> DateWriting {
    match SERIALS.iter().find(|(word, _)| *word == text) {
        Some((_, serial)) => DateWriting::Serial(*serial),
        None => {
            DateWriting::Pattern(DatePattern::parse(text, Some(30)).unwrap_or_else(|fault| panic!("{text}: {fault}")))
        }
    }
}

fn read(format: &str, text: &str) -> Option<DateReading> {
    writing(format).read(text)
}

const DAYS: [&str; 2] = ["%d", "%-d"];
const MONTHS: [&str; 5] = ["%m", "%-m", "%b", "%B", "%h"];
const YEARS: [&str; 2] = ["%Y", "%y"];
const HOURS: [&str; 4] = ["%H", "%-H", "%I", "%-I"];
const MINUTES: [&str; 2] = ["%M", "%-M"];
const SECONDS: [&str; 2] = ["%S", "%-S"];
const MARKS: [&str; 6] = ["-", "/", ".", " ", ", ", " of "];

/// A format, and how closely it tells a date, whether it tells seconds and an offset.
#[derive(Debug, Clone)]
struct MadeFormat {
    text: String,
    known_to: KnownTo,
    /// Hours, minutes, seconds, microseconds: how many of them it tells.
    time_parts: usize,
    has_offset: bool,
}

fn formats() -> impl Strategy<Value = MadeFormat> {
    let date = (select(&DAYS[..]), select(&MONTHS[..]), select(&YEARS[..]), select(&MARKS[..]), 0..5_u8);
    let time =
        (0..5_usize, select(&HOURS[..]), select(&MINUTES[..]), select(&SECONDS[..]), any::<bool>(), any::<bool>());
    (date, time).prop_map(
        |((day, month, year, mark, order), (time_parts, hour, minute, second, has_offset, has_blank))| {
            let (known_to, date) = match order {
                0 => (KnownTo::Day, [day, month, year].join(mark)),
                1 => (KnownTo::Day, [month, day, year].join(mark)),
                2 => (KnownTo::Day, [year, month, day].join(mark)),
                3 => (KnownTo::Month, [month, year].join(mark)),
                _ => (KnownTo::Year, year.to_owned()),
            };
            if known_to != KnownTo::Day || time_parts == 0 {
                return MadeFormat { text: date, known_to, time_parts: 0, has_offset: false };
            }
            let mut text = format!("{date} {hour}");
            for (part, directive) in [(2, format!(":{minute}")), (3, format!(":{second}")), (4, "%.f".to_owned())] {
                if time_parts >= part {
                    text += &directive;
                }
            }
            let blank = if has_blank { " " } else { "" };
            if hour.contains('I') {
                text += blank;
                text += "%p";
            }
            // After hours of one digit an offset begins with its sign.
            if has_offset {
                text += blank;
                text += "%z";
            }
            MadeFormat { text, known_to, time_parts, has_offset }
        },
    )
}

fn moments() -> impl Strategy<Value = DateTime> {
    // The years of which two digits are plain with a pivot of 30.
    (0..36_500_i64, 0..86_400_000_000_i64, 0..4_u8).prop_map(|(days, micros, cut)| {
        let micros = if cut == 0 { micros } else { micros / 1_000_000 * 1_000_000 };
        let midnight = datetime(1930, 1, 1, 0, 0, 0, 0) + jiff::Span::new().days(days);
        midnight + jiff::Span::new().microseconds(micros)
    })
}

proptest! {
    #[test]
    fn what_the_calendar_library_writes_is_read(
        format in formats(), when in moments(), minutes in prop_oneof![Just(0), -14 * 60..=14 * 60], case in 0..3_u8,
    ) {
        let offset = Offset::from_seconds(minutes * 60).unwrap();
        let zoned = when.to_zoned_datetime(TimeZone::fixed(offset)).unwrap();
        let text = strtime::format(&format.text, &zoned).unwrap();
        let text = match case {
            0 => text.to_lowercase(),
            1 => text.to_uppercase(),
            _ => text,
        };
        // Only names are read in any case.
        let pattern = match case {
            1 => format.text.replace("of", "OF"),
            _ => format.text.clone(),
        };
        let day = match format.known_to {
            KnownTo::Day => when.date(),
            KnownTo::Month => when.date().first_of_month(),
            KnownTo::Year => when.date().first_of_year(),
        };
        let [hour, minute, second] = [when.hour(), when.minute(), when.second()].map(i64::from);
        let parts = [hour * 3_600_000_000, minute * 60_000_000, second * 1_000_000, i64::from(when.subsec_nanosecond()) / 1000];
        let time = (format.time_parts > 0).then(|| parts.iter().take(format.time_parts).sum());
        let offset = (format.has_offset && time.is_some()).then_some(minutes * 60);
        let expected = DateReading { date: day, known_to: format.known_to, time, offset };
        prop_assert_eq!(read(&pattern, &text), Some(expected), "{} {}", pattern, text);
        prop_assert_eq!(read(&pattern, &format!("{text} ")), None);
        prop_assert_eq!(read(&pattern, &format!("1{text}")).filter(|read| *read == expected), None);
    }

    #[test]
    fn time_since_1970_is_that_of_the_calendar_library(
        micros in -62_000_000_000_000_000_i64..253_000_000_000_000_000, places in select(&[0_u32, 3, 6, 9][..]), zeros in 0..3_usize,
    ) {
        let stamp = jiff::Timestamp::from_microsecond(micros).unwrap();
        let utc = stamp.to_zoned_datetime(TimeZone::UTC).datetime();
        let time = utc.time().duration_since(jiff::civil::Time::midnight()).as_micros();
        let expected = DateReading {
            date: utc.date(), known_to: KnownTo::Day, time: i64::try_from(time).ok(), offset: Some(0),
        };
        let scale = 10_u128.pow(places);
        let all = u128::from(micros.unsigned_abs()) * scale;
        let (whole, rest) = (all / 1_000_000, all % 1_000_000);
        let mut text = format!("{}{whole}", if micros < 0 { "-" } else { "" });
        let fraction = format!("{rest:06}");
        let fraction = fraction.trim_end_matches('0');
        if !fraction.is_empty() || zeros > 0 {
            text += &format!(".{fraction}{}", "0".repeat(if fraction.is_empty() { zeros } else { 0 }));
        }
        prop_assert_eq!(DateSerial::Epoch(places).read(&text), Some(expected), "{}", text);
        for bad in [format!("0{text}"), format!("+{text}"), format!("{text}e0"), format!("{text}."), format!(" {text}")] {
            prop_assert_eq!(DateSerial::Epoch(places).read(&bad), None, "{}", bad);
        }
    }

    #[test]
    fn a_serial_number_counts_days(days in 1_i64..2_950_000, seconds in 0..86_400_i64) {
        let time = (seconds > 0).then_some(seconds * 1_000_000);
        let day = |first: Date| first.checked_add(jiff::Span::new().days(days)).unwrap();
        let fraction = format!("{:.12}", f64::from(u32::try_from(seconds).unwrap()) / 86_400.0);
        for text in [format!("{days}{}", fraction.strip_prefix('0').unwrap()), format!("{}{}", days, fraction.trim_start_matches('0').trim_end_matches('0'))] {
            let text = text.trim_end_matches('.');
            let reading = |date| Some(DateReading { date, known_to: KnownTo::Day, time, offset: None });
            let of_1900 = match days {
                ..60 => reading(day(date(1899, 12, 31))),
                60 => None,
                _ => reading(day(date(1899, 12, 30))),
            };
            prop_assert_eq!(DateSerial::Excel1900.read(text), of_1900, "{}", text);
            prop_assert_eq!(DateSerial::Excel1904.read(text), reading(day(date(1904, 1, 1))), "{}", text);
        }
    }

    /// Where two formats overlap, the text that is told shows it; and where none is
    /// found by writing with the one and reading with the other, they do not.
    #[test]
    fn formats_overlap_where_some_text_is_two_dates(one in formats(), other in formats(), when in moments()) {
        let (first, second) = (writing(&one.text), writing(&other.text));
        let found = overlap(&first, &second);
        prop_assert_eq!(found.is_some(), overlap(&second, &first).is_some());
        if let Some(common) = &found {
            let text = common.text.as_deref().expect("a text shows it");
            let (left, right) = (first.read(text), second.read(text));
            prop_assert!(left.is_some() && right.is_some() && left != right, "{} {} {}", one.text, other.text, text);
        }
        let zoned = when.to_zoned_datetime(TimeZone::UTC).unwrap();
        for format in [&one, &other] {
            let text = strtime::format(&format.text, &zoned).unwrap();
            if let (Some(left), Some(right)) = (first.read(&text), second.read(&text)) {
                prop_assert!(found.is_some() || left == right, "{} {} {}", one.text, other.text, text);
            }
        }
    }
}

/// Every text of up to five digits and marks, and of six digits below 320000, tried.
#[test]
fn short_formats_overlap_as_trying_every_text_says() {
    let formats = [
        "%Y",
        "%y",
        "%m%y",
        "%y%m",
        "%m-%y",
        "%-m-%y",
        "%y-%-m",
        "%y-%m",
        "%m.%y",
        "%y/%-m",
        "epoch_s",
        "excel_1900",
        "%Y%m",
        "%m%Y",
        "%y%m%d",
        "%d%m%y",
    ];
    let writings: Vec<DateWriting> = formats.iter().map(|format| writing(format)).collect();
    let mut differs = vec![vec![false; formats.len()]; formats.len()];
    let marks = b"0123456789-./";
    for width in 1..=5_u32 {
        for number in 0..marks.len().pow(width) {
            let place = |place| marks[number / marks.len().pow(place) % marks.len()];
            let text = String::from_utf8((0..width).map(place).collect()).unwrap();
            try_all(&writings, &text, &mut differs);
        }
    }
    for number in 0..320_000 {
        try_all(&writings, &format!("{number:06}"), &mut differs);
    }
    for (one, row) in differs.iter().enumerate() {
        for (other, differs) in row.iter().enumerate().filter(|(other, _)| *other > one) {
            let found = overlap(&writings[one], &writings[other]);
            assert_eq!(found.is_some(), *differs, "{} {} {found:?}", formats[one], formats[other]);
        }
    }
}

/// Notes which of them read the text differently.
fn try_all(writings: &[DateWriting], text: &str, differs: &mut [Vec<bool>]) {
    let readings: Vec<(usize, DateReading)> =
        writings.iter().enumerate().filter_map(|(place, writing)| Some((place, writing.read(text)?))).collect();
    for (one, left) in &readings {
        for (other, right) in readings.iter().filter(|(other, _)| other > one) {
            differs[*one][*other] |= left != right;
        }
    }
}

#[test]
fn formats_that_mean_the_same_or_never_meet_stand_beside_each_other() {
    for (one, other) in [
        ("%d/%m/%Y", "%-d/%-m/%Y"),
        ("%d %b %Y", "%-d %B %Y"),
        ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%.f%z"),
        ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%.f"),
        ("%d/%m/%Y", "%d/%m/%y"),
        ("%Y-%m-%d", "%d.%m.%Y"),
        ("%m/%d/%Y", "%B %-d, %Y"),
        ("epoch_ms", "%Y-%m-%d"),
        ("excel_1900", "%d/%m/%Y"),
        ("%Y", "%Y-%m"),
    ] {
        assert_eq!(overlap(&writing(one), &writing(other)), None, "{one} {other}");
    }
    for (one, other) in [
        ("%d/%m/%Y", "%m/%d/%Y"),
        ("%-d/%-m/%Y", "%m/%d/%Y"),
        ("%Y%m%d", "%d%m%Y"),
        ("%Y%m%d", "epoch_s"),
        ("epoch_s", "epoch_ms"),
        ("excel_1900", "excel_1904"),
        ("%Y", "excel_1900"),
        ("%m.%Y", "excel_1900"),
        ("%d.%m.%y", "%y.%m.%d"),
        ("%d/%m/%Y %I:%M %p", "%d/%m/%Y %H:%M PM"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %M:%H"),
    ] {
        let common = overlap(&writing(one), &writing(other)).unwrap_or_else(|| panic!("{one} {other}"));
        assert!(common.text.is_some(), "{one} {other}");
    }
}

#[test]
fn what_is_no_time_or_date_is_unreadable() {
    for (format, bad) in [
        ("%-m/%-d/%Y", "2/30/1980"),
        ("%-m/%-d/%Y", "13/1/1980"),
        ("%-m/%-d/%Y", "0/1/1980"),
        ("%-m/%-d/%Y", "001/1/1980"),
        ("%-m/%-d/%Y", "1/5/80"),
        ("%-m/%-d/%Y %-I:%M:%S %p", "1/5/2024 13:04:05 PM"),
        ("%-m/%-d/%Y %-I:%M:%S %p", "1/5/2024 0:04:05 AM"),
        ("%-m/%-d/%Y %-I:%M:%S %p", "1/5/2024 3:04:05 XM"),
        ("%-m/%-d/%Y %-I:%M:%S %p", "1/5/2024 3:04:05 P.M"),
        ("%B %-d, %Y", "Januar 5, 2024"),
        ("%Y", "80"),
        ("%Y", "0000"),
        ("epoch_s", "1.7041E9"),
        ("epoch_ms", "2024-01-01"),
        ("epoch_s", ""),
        ("epoch_s", "-"),
        ("epoch_s", "99999999999999"),
        ("excel_1900", "0"),
        ("excel_1900", "0.5"),
        ("excel_1900", "60"),
        ("excel_1900", "60.25"),
        ("excel_1900", "-1"),
        ("excel_1900", "2958466"),
        ("excel_1904", "2957004"),
        ("excel_1904", "0"),
    ] {
        assert_eq!(read(format, bad), None, "{format} {bad}");
    }
    let day = |format, text| read(format, text).map(|reading| (reading.date, reading.time));
    assert_eq!(day("%-m/%-d/%Y %-I:%M:%S %p", "1/5/2024 12:00:00 AM"), Some((date(2024, 1, 5), Some(0))));
    assert_eq!(day("%-m/%-d/%Y %-I:%M %p", "1/5/2024 12:30 p.m."), Some((date(2024, 1, 5), Some(45_000_000_000))));
    assert_eq!(day("excel_1900", "1"), Some((date(1900, 1, 1), None)));
    assert_eq!(day("excel_1900", "59"), Some((date(1900, 2, 28), None)));
    assert_eq!(day("excel_1900", "61"), Some((date(1900, 3, 1), None)));
    assert_eq!(day("excel_1900", "45296.395833333336"), Some((date(2024, 1, 5), Some(34_200_000_000))));
    assert_eq!(day("excel_1900", "45296.99999999999"), Some((date(2024, 1, 6), Some(0))));
    assert_eq!(day("excel_1900", "2958465"), Some((date(9999, 12, 31), None)));
    assert_eq!(day("%d %b %Y", "05 sept 2024"), Some((date(2024, 9, 5), None)));
    assert_eq!(day("%-d-%b-%y", "5-Jan-29"), Some((date(2029, 1, 5), None)));
    assert_eq!(day("%-d-%b-%y", "5-Jan-30"), Some((date(1930, 1, 5), None)));
}

#[test]
fn a_format_tells_a_date_and_where_each_part_of_it_ends() {
    for (format, fault) in [
        ("%d/%m/%y", FormatFault::TwoDigitYear),
        ("%d/%m", FormatFault::Incomplete),
        ("%d/%Y", FormatFault::Incomplete),
        ("%Y %Y", FormatFault::Incomplete),
        ("%m %b %Y", FormatFault::Incomplete),
        ("", FormatFault::Incomplete),
        ("epoch", FormatFault::Incomplete),
        ("%Y-%j", FormatFault::UnknownDirective),
        ("%Y-%m-%d %", FormatFault::UnknownDirective),
        ("%Y-%m %H:%M", FormatFault::TimeIncomplete),
        ("%Y-%m-%d %M", FormatFault::TimeIncomplete),
        ("%Y-%m-%d %H:%S", FormatFault::TimeIncomplete),
        ("%Y-%m-%d %H:%M%.f", FormatFault::TimeIncomplete),
        ("%Y-%m-%d%z", FormatFault::TimeIncomplete),
        ("%Y-%m-%d %H %H", FormatFault::TimeIncomplete),
        ("%Y-%m-%d %I:%M", FormatFault::HalfDay),
        ("%Y-%m-%d %H:%M %p", FormatFault::HalfDay),
        ("%-d%m%Y", FormatFault::NoEnd),
        ("%-d5/%m/%Y", FormatFault::NoEnd),
        ("%Y-%m-%dT%H:%M:%S%z5", FormatFault::NoEnd),
        ("%d%bmonth %Y", FormatFault::NoEnd),
        ("%H:%M:%S%.f.%d.%m.%Y", FormatFault::NoEnd),
        ("%H:%M:%S%.f,%d %m %Y", FormatFault::NoEnd),
    ] {
        assert_eq!(DatePattern::parse(format, None), Err(fault), "{format}");
        assert!(!fault.hint().is_empty());
    }
    for good in ["%d%b%Y", "%H:%M:%S%.f, %d.%m.%Y", "%Y%m%d%H%M%S", "%-d.%-m.%Y", "100 %% %Y", "%d de %B, %Y"] {
        assert!(DatePattern::parse(good, None).is_ok(), "{good}");
    }
}

#[test]
fn the_manual_tells_every_directive_and_every_word() {
    let page = include_str!("../../../manual/reading.md");
    let words = DIRECTIVES.iter().map(|(word, _)| *word).chain(SERIALS.iter().map(|(word, _)| *word));
    for word in words {
        assert!(page.contains(&format!("`{word}`")), "{word}");
    }
}
