//! When an event happened: texts in declared formats, read into instants. A time
//! without an offset is in the declared zone, or in UTC; a bare date is that day
//! and no zone shifts it.
//!
//! Where a clock was put back a time was twice; both readings are kept, and who
//! judges takes the one that restricts more. A time that a clock skipped never
//! was: unreadable.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use crate::model::time::date::DateFormat;
use crate::model::time::iso_time::read_iso;
use crate::model::time::moment::{Moment, day_of};
use crate::model::time::reading::DateReading;

/// One reading of an event's time, or the two of a clock put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTime {
    /// The first instant, in microseconds since 1970 UTC.
    pub first: i64,
    /// The last instant.
    pub last: i64,
    /// The UTC day of the earlier reading.
    pub first_day: Date,
    /// The UTC day of the later reading.
    pub last_day: Date,
}

/// How the times of a log are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTimes {
    /// None: every writing of ISO 8601.
    format: Option<DateFormat>,
    zone: Option<TimeZone>,
}

/// The zone of that name in the IANA database scant was built with.
#[must_use]
pub(crate) fn zone_named(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

impl EventTimes {
    /// Takes a format, one or several in one; without any, every writing of ISO 8601.
    #[must_use]
    pub fn new(format: Option<DateFormat>, zone: Option<TimeZone>) -> Self {
        Self { format, zone }
    }

    /// The same for a column of dates or times, which are in ISO 8601 form.
    #[must_use]
    pub fn of_typed(&self) -> Self {
        Self { format: None, zone: self.zone.clone() }
    }

    /// The declared format; none for ISO 8601.
    #[must_use]
    pub fn format(&self) -> Option<&DateFormat> {
        self.format.as_ref()
    }

    /// The name of the zone, where one is declared.
    #[must_use]
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_ref().and_then(TimeZone::iana_name)
    }

    /// Reads the whole text; `None` where the format does not fit, or where the time
    /// never was.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<EventTime> {
        match &self.format {
            None => read_common(text).or_else(|| self.resolve(read_iso(text)?)),
            Some(format) => self.resolve(format.read(text)?),
        }
    }

    fn resolve(&self, reading: DateReading) -> Option<EventTime> {
        let (Some(zone), Some(micros), None) = (&self.zone, reading.time, reading.offset) else {
            let Moment { first, last, day, last_day, .. } = Moment::of(reading)?;
            return Some(EventTime { first, last, first_day: day, last_day });
        };
        let (first, last) = in_zone(zone, reading, micros)?;
        Some(EventTime { first, last, first_day: day_of(first)?, last_day: day_of(last)? })
    }
}

/// `2018-07-01T12:00:00Z`, which is what nearly every time of a log is, without
/// the detour over everything that may be left out.
fn read_common(text: &str) -> Option<EventTime> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let [.., b'T', h1, h0, b':', m1, m0, b':', s1, s0, b'Z'] = *bytes else { return None };
    let two = |tens: u8, ones: u8, most: i64| {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        let number = i64::from(tens) * 10 + i64::from(ones);
        (tens < 10 && ones < 10 && number <= most).then_some(number)
    };
    let seconds = (two(h1, h0, 23)? * 60 + two(m1, m0, 59)?) * 60 + two(s1, s0, 59)?;
    let day = DateFormat::iso_day(text.get(..10)?)?.into();
    let instant = Moment::whole_day(day).first + seconds * 1_000_000;
    Some(EventTime { first: instant, last: instant, first_day: day, last_day: day })
}

/// The instants of a time on a clock of the zone, the earlier first.
fn in_zone(zone: &TimeZone, reading: DateReading, micros: i64) -> Option<(i64, i64)> {
    let nanos = micros.checked_mul(1000)?;
    let time = Time::midnight().checked_add(jiff::SignedDuration::from_nanos(nanos)).ok()?;
    let offsets = match zone.to_ambiguous_timestamp(DateTime::from_parts(reading.date, time)).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, offset),
        AmbiguousOffset::Fold { before, after } => (before, after),
        AmbiguousOffset::Gap { .. } => return None,
    };
    let local = Moment::whole_day(reading.date).first + micros;
    let [one, other] = [offsets.0, offsets.1].map(|offset| local - i64::from(offset.seconds()) * 1_000_000);
    Some((one.min(other), one.max(other)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn times(formats: &[&str], zone: &str) -> EventTimes {
        let formats: Vec<_> = formats.iter().map(|pattern| DateFormat::parse(pattern).unwrap()).collect();
        let format = (!formats.is_empty()).then(|| DateFormat::several(formats).unwrap());
        EventTimes::new(format, (!zone.is_empty()).then(|| zone_named(zone).unwrap()))
    }

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn the_common_form_is_read_as_the_formats_read_it() {
        let iso = times(&[], "Europe/London");
        let same = times(&["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f %z"], "Europe/London");
        for text in [
            "2018-07-01T12:34:56Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2016-02-29T23:59:59Z",
            "2018-02-29T00:00:00Z",
            "2018-07-01T24:00:00Z",
            "2018-07-01T23:60:00Z",
            "2018-07-01T23:59:60Z",
            "2018-07-01T2a:59:00Z",
            "2018-07-01T 1:59:00Z",
            "2018-07-01T12:00:00z",
            "2018-07-01T12:00:00 Z",
            "2018/07/01T12:00:00Z",
        ] {
            assert_eq!(iso.read(text), same.read(text), "{text}");
        }
    }

    #[test]
    fn a_bare_date_is_that_day_in_every_zone() {
        for zone in ["", "Europe/London", "Pacific/Auckland"] {
            let time = times(&[], zone).read("2018-07-01").unwrap();
            assert_eq!((time.first_day, time.last_day), (date(2018, 7, 1), date(2018, 7, 1)));
            assert_eq!(time.last - time.first, 24 * HOUR - 1);
        }
    }

    #[test]
    fn a_zone_counts_only_where_no_offset_is_written() {
        let london = times(&[], "Europe/London");
        let utc = times(&[], "").read("2018-07-01T12:00:00Z").unwrap();
        for same in [
            "2018-07-01T13:00:00",
            "2018-07-01 13:00:00.000",
            "2018-07-01 13:00",
            "2018-07-01T12:00:00Z",
            "2018-07-01T14:00:00+02:00",
            "2018-07-01 12:00:00+00",
            "2018-07-01 13:00:00,0 +01",
        ] {
            assert_eq!(london.read(same), Some(utc), "{same}");
        }
        assert_eq!(london.read("2018-01-01T12:00:00"), times(&[], "").read("2018-01-01T12:00:00"));
        // Half past midnight in a London summer is the day before in UTC.
        assert_eq!(london.read("2018-07-01T00:30:00").unwrap().first_day, date(2018, 6, 30));
    }

    #[test]
    fn a_time_that_was_twice_keeps_both_and_one_that_never_was_is_unreadable() {
        let london = times(&[], "Europe/London");
        let twice = london.read("2018-10-28T01:30:00").unwrap();
        assert_eq!(twice.last - twice.first, HOUR);
        assert_eq!(Some(twice.first), london.read("2018-10-28T00:30:00Z").map(|time| time.first));
        assert_eq!(london.read("2018-03-25T01:30:00"), None);
        assert!(london.read("2018-03-25T00:59:59").is_some());
        assert!(london.read("2018-03-25T02:00:00").is_some());
    }

    #[test]
    fn a_plain_z_at_the_end_of_a_format_means_utc() {
        let times = times(&["%Y-%m-%d %H:%M:%S%.f Z", "%Y-%m-%d %H:%M:%S%.f"], "Europe/London");
        let [with, without] = ["2018-07-01 12:00:00.123 Z", "2018-07-01 13:00:00.123"].map(|text| times.read(text));
        assert!(with.is_some());
        assert_eq!(with, without);
        assert_eq!(times.read("2018-07-01"), None, "a bare date is not among the formats");
    }

    #[test]
    fn a_month_is_all_its_days_and_numbers_are_instants_in_every_zone() {
        let month = times(&["%Y-%m", "%Y-%m-%d"], "Europe/London").read("2018-02").unwrap();
        assert_eq!((month.first_day, month.last_day), (date(2018, 2, 1), date(2018, 2, 28)));
        assert_eq!(month.last - month.first, 28 * 24 * HOUR - 1);
        let utc = times(&[], "").read("2018-07-01T12:00:00Z");
        for zone in ["", "Europe/London"] {
            assert_eq!(times(&["epoch_ms"], zone).read("1530446400000"), utc);
            assert_eq!(times(&["epoch_s", "%Y-%m-%d %H:%M"], zone).read("1530446400"), utc);
        }
    }

    #[test]
    fn a_declared_format_stands_alone_and_typed_columns_need_none() {
        let declared = times(&["%d/%m/%Y"], "Europe/London");
        assert_eq!(declared.read("2018-07-01T12:00:00Z"), None);
        let typed = declared.of_typed().read("2018-07-01T13:00:00.000000");
        assert_eq!(typed, times(&[], "").read("2018-07-01T12:00:00Z"));
    }
}
