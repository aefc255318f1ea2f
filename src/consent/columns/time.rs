//! When a record says that a consent was given or withdrawn, as its column is
//! written.

use super::evidence::{EvidenceDate, EvidenceText};
use crate::model::time::date::DateFormat;
use crate::model::time::day::Day;
use crate::model::time::moment::Moment;
use crate::model::time::placeholder::{EPOCH, LAST_PLACEHOLDER};
use crate::model::time::reading::{DateReading, DaySpan, KnownTo};

/// Reads the moments of one column.
#[derive(Debug)]
pub(super) struct EvidenceTimes {
    format: DateFormat,
}

impl EvidenceTimes {
    pub(super) fn new(date: &EvidenceDate) -> Self {
        Self { format: date.format.clone() }
    }

    /// `None` where there is none, and where it cannot be read.
    #[inline(always)]
    pub(super) fn read(&self, text: EvidenceText<'_>) -> Option<EvidenceTime> {
        let text = text.text()?;
        if self.format.is_iso_date()
            && let Some(day) = DateFormat::iso_day(text)
        {
            return Some(EvidenceTime::Day(day));
        }
        self.read_rest(text)
    }

    /// Times of ISO 8601 are accepted beside an ISO date: they can be mistaken for
    /// nothing else.
    #[inline(never)]
    fn read_rest(&self, text: &str) -> Option<EvidenceTime> {
        let reading = self.format.read_with_iso_times(text)?;
        let is_day = reading.time.is_none() && reading.known_to == KnownTo::Day;
        Some(if is_day { EvidenceTime::Day(reading.date.into()) } else { EvidenceTime::Time(reading) })
    }
}

/// When something was recorded, as far as read. Most often a bare day, which
/// needs no arithmetic to be compared.
#[derive(Debug, Clone, Copy)]
pub(super) enum EvidenceTime {
    Day(Day),
    /// A time of day; or a month or a year, of which every day may be meant.
    Time(DateReading),
}

impl EvidenceTime {
    #[inline(always)]
    pub(super) fn utc_days(self) -> Option<DaySpan> {
        match self {
            Self::Day(day) => Some(DaySpan::one(day)),
            Self::Time(reading) => reading.utc_days(),
        }
    }

    fn moment(self) -> Option<Moment> {
        match self {
            Self::Day(day) => Some(Moment::whole_day(day.into())),
            Self::Time(reading) => Moment::of(reading),
        }
    }

    /// Whether it stands for no date: what calendars and clocks begin at, or what is
    /// farther ahead than anything that will happen.
    #[inline(always)]
    pub(super) fn stands_for_none(self, farthest: Day) -> bool {
        let (day, is_nought) = match self {
            Self::Day(day) => (day, day == Day::from(EPOCH)),
            Self::Time(reading) => {
                let is_midnight = reading.date == EPOCH && reading.time == Some(0);
                let is_instant = Moment::of(reading).is_some_and(|moment| moment.first == 0);
                (reading.date.into(), is_midnight || is_instant)
            }
        };
        day <= Day::from(LAST_PLACEHOLDER) || day > farthest || is_nought
    }

    /// Whether a withdrawal recorded then takes a grant recorded at `given`. A
    /// bare grant is its first instant, a bare withdrawal its last: on one day the
    /// withdrawal wins. Earlier ones are history.
    pub(super) fn takes(self, given: Self) -> Option<bool> {
        if let (Self::Day(withdrawn), Self::Day(given)) = (self, given) {
            return Some(withdrawn >= given);
        }
        Some(self.moment()?.last >= given.moment()?.first)
    }
}
