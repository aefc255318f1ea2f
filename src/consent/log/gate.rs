//! The gate for event logs: one row in, what it means for its subject out.
//!
//! Here everything is judged that depends on the event alone: whether it
//! concerns the purpose, whether it is dated after the as-of day, and for a
//! grant its age, its notice, the parties and the channel. Which event of a
//! subject decides is `status.rs`.

use jiff::civil::Date;

use super::evidence::{EventEvidence, EventForm, EventNotice, SEPARATOR};
use super::state::ConsentState;
use super::status::{ConsentStatus, EventOutcome};
use super::time::{EventTime, EventTimes};
use crate::consent::columns::evidence::Demand;
use crate::consent::finding::{Dated, DetailSeen, Finding, FindingSink, NoFindings, PurposesSaid};
use crate::consent::notice::NoticeCheck;
use crate::consent::words::words;
use crate::model::name::PartyId;
use crate::model::outcome::detail::Detail;
use crate::model::outcome::reason::DropReason;
use crate::model::time::duration::Period;
use crate::model::time::placeholder::{EPOCH, LAST_PLACEHOLDER};
use crate::model::time::reading::DaySpan;

/// Everything, in a log's purpose column.
const EVERY_PURPOSE: &str = "*";
/// Distinct durations remembered; a log has a handful, and a list of few is faster
/// than a table.
const MOST_DURATIONS: usize = 16;

/// The cells of one row: words as written (before `null_values`), times and
/// durations after them. A column that the log does not have is `None`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct EventCells<'a> {
    /// The time of the event, or of the grant.
    pub time: Option<&'a str>,
    /// The time of the withdrawal, in the form with both dates.
    pub withdrawn_at: Option<&'a str>,
    /// What happened.
    pub state: Option<&'a str>,
    /// The purposes.
    pub purpose: Option<&'a str>,
    /// The notice.
    pub notice: Option<&'a str>,
    /// The recipients; `None` only where the log has no such column.
    pub recipients: Option<&'a str>,
    /// How long the consent lasts.
    pub validity: Option<&'a str>,
    /// The channels.
    pub channel: Option<&'a str>,
}

/// What a row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventRead {
    /// What is known of its subject by it.
    pub status: ConsentStatus,
    /// The latest day of it that is not after the as-of day.
    pub day: Option<Date>,
}

/// What the purpose cell names.
#[expect(clippy::struct_excessive_bools, reason = "four answers about one cell")]
#[derive(Debug, Clone, Copy, Default)]
struct NamedPurposes {
    /// The purpose of the release.
    release: bool,
    /// Another purpose of the register.
    another: bool,
    /// Every purpose.
    every: bool,
    /// Something that is not declared.
    unmapped: bool,
}

impl NamedPurposes {
    fn said(self) -> PurposesSaid {
        match (self.release, self.another) {
            (true, _) => PurposesSaid::Covers,
            (false, true) => PurposesSaid::Others,
            (false, false) => PurposesSaid::Unknown,
        }
    }
}

/// The gate for one release. Everything that does not depend on a row is worked
/// out when it is made.
#[derive(Debug)]
pub(crate) struct LogGate {
    evidence: EventEvidence,
    /// How the texts of dates and timestamps are read.
    typed_times: EventTimes,
    demand: Demand,
    notices: NoticeCheck,
    first_valid: Date,
}

/// Reads the rows of one block; remembers what durations come to.
#[derive(Debug)]
pub(crate) struct EventReader<'g> {
    gate: &'g LogGate,
    /// How the time is read, and that of the withdrawal.
    times: [&'g EventTimes; 2],
    first_valid: Vec<(String, Option<Date>)>,
}

impl LogGate {
    /// Prepares the gate.
    #[must_use]
    pub(crate) fn new(demand: Demand, evidence: EventEvidence) -> Self {
        let notices = NoticeCheck::new(&demand);
        let first_valid = demand.max_age.first_that_outlasts(demand.as_of);
        let typed_times = evidence.times.of_typed();
        Self { evidence, typed_times, demand, notices, first_valid }
    }

    /// What the release demands.
    #[must_use]
    pub(crate) fn demand(&self) -> &Demand {
        &self.demand
    }

    /// A reader of rows; says whether the column of the time, and that of the
    /// withdrawal, holds dates or timestamps, which are in ISO 8601 form.
    #[must_use]
    pub(crate) fn reader_of(&self, typed: [bool; 2]) -> EventReader<'_> {
        let times = typed.map(|is_typed| if is_typed { &self.typed_times } else { &self.evidence.times });
        EventReader { gate: self, times, first_valid: Vec::new() }
    }

    fn named(&self, cell: &str) -> NamedPurposes {
        let mut named = NamedPurposes::default();
        for token in words(cell, Some(SEPARATOR)).filter(|token| !token.is_empty()) {
            if token == EVERY_PURPOSE {
                named.every = true;
            } else if let Some(meaning) = self.evidence.purposes.iter().find(|meaning| meaning.token == token) {
                let is_release = meaning.purpose == self.demand.purpose;
                named.release |= is_release;
                named.another |= !is_release;
            } else {
                named.unmapped = true;
            }
        }
        named
    }

    fn grant(
        &self,
        cells: &EventCells<'_>,
        time: EventTime,
        valid_from: Date,
        sink: &mut impl FindingSink,
    ) -> ConsentStatus {
        let named = self.named(cells.purpose.unwrap_or(""));
        let is_future = time.first_day > self.demand.as_of;
        sink.see(|| Finding::Purposes(named.said()));
        sink.see(|| Finding::Given(Dated::Day(time.first_day)));
        if !named.release {
            // `*` and words that are not declared cover nothing.
            return ConsentStatus { granted_another: named.another && !is_future, ..ConsentStatus::default() };
        }
        if is_future {
            sink.see(|| Finding::Current { is_later: true, is_expired: false, first_valid: valid_from });
            return ConsentStatus { granted_later: true, ..ConsentStatus::default() };
        }
        // Of the two readings of a clock put back, and of the days of a month, the
        // worst counts.
        let mut outcome = self.judge_grant(cells, time.first_day, valid_from, sink);
        if time.last_day > self.demand.as_of {
            outcome = outcome.max(failing(DropReason::ConsentNotYetGiven));
        } else if time.last_day != time.first_day {
            let days = DaySpan { first: time.first_day.into(), last: time.last_day.into() };
            for day in self.notices.days_that_differ(days).into_iter().skip(1) {
                outcome = outcome.max(self.judge_grant(cells, day.into(), valid_from, sink));
            }
        }
        ConsentStatus { decisive: Some((time.first, outcome)), ..ConsentStatus::default() }
    }

    fn judge_grant(
        &self,
        cells: &EventCells<'_>,
        day: Date,
        valid_from: Date,
        sink: &mut impl FindingSink,
    ) -> EventOutcome {
        sink.see(|| Finding::Current { is_later: false, is_expired: day < valid_from, first_valid: valid_from });
        if day < valid_from {
            return failing(DropReason::ConsentExpired);
        }
        let id = match &self.evidence.notice {
            EventNotice::Column(_) => Some(cells.notice.unwrap_or("")),
            EventNotice::InForceAtEvent => None,
        };
        let is_chosen = cells.recipients.map(|chosen| move |party: &PartyId| lists(chosen, party.as_str()));
        let notice = match self.notices.rests_on(&self.demand, id, day.into(), is_chosen, sink) {
            Ok(notice) => notice,
            Err(reason) => {
                // Asked again only where a grant fails, so that those that pass pay nothing.
                let mut seen = DetailSeen(Detail::NONE);
                let _ = self.notices.rests_on(&self.demand, id, day.into(), is_chosen, &mut seen);
                return failing(reason).about(seen.0);
            }
        };
        if let Some(demand) = &self.evidence.channel {
            sink.see(|| Finding::Channel(lists(cells.channel.unwrap_or(""), &demand.channel)));
        }
        match &self.evidence.channel {
            Some(demand) if !lists(cells.channel.unwrap_or(""), &demand.channel) => {
                failing(DropReason::ChannelNotCovered)
            }
            _ => EventOutcome::PERMITS.about(Detail::of_notice(notice)),
        }
    }

    fn restriction(
        &self,
        cells: &EventCells<'_>,
        time: EventTime,
        state: ConsentState,
        sink: &mut impl FindingSink,
    ) -> ConsentStatus {
        let cell = cells.purpose.unwrap_or("");
        let named = self.named(cell);
        let names_nothing = !(named.release || named.another || named.every || named.unmapped);
        let concerns = named.release || named.every || names_nothing || (named.unmapped && state.takes_away());
        sink.see(|| Finding::Restricts(state, time.last_day, concerns));
        let outcome = EventOutcome::restricts(state).filter(|_| concerns);
        // A bare day counts to its last instant, a clock put back to its later
        // reading; and it counts whatever its date.
        ConsentStatus { decisive: outcome.map(|outcome| (time.last, outcome)), ..ConsentStatus::default() }
    }
}

impl EventReader<'_> {
    /// Reads one row.
    #[must_use]
    pub(crate) fn read(&mut self, cells: &EventCells<'_>) -> EventRead {
        self.read_seen(cells, &mut NoFindings)
    }

    /// The same, with everything found on the way to it.
    #[inline]
    pub(crate) fn read_seen(&mut self, cells: &EventCells<'_>, sink: &mut impl FindingSink) -> EventRead {
        self.readable(cells, sink)
            .unwrap_or(EventRead { status: ConsentStatus { unreadable: true, ..ConsentStatus::default() }, day: None })
    }

    /// `None` where time, state or validity cannot be read.
    fn readable(&mut self, cells: &EventCells<'_>, sink: &mut impl FindingSink) -> Option<EventRead> {
        let gate = self.gate;
        let valid_from = match cells.validity {
            None | Some("") => gate.first_valid,
            Some(text) => gate.first_valid.max(self.first_valid_of(text)?),
        };
        let [of_time, of_withdrawal] = self.times;
        let read = |times: &EventTimes, cell: Option<&str>| match cell {
            None | Some("") => Some(None),
            // What calendars and clocks begin at says when nothing happened.
            Some(text) => times.read(text).filter(|time| happened_on(time.first_day)).map(Some),
        };
        let day = |time: EventTime| Some(time.first_day).filter(|day| *day <= gate.demand.as_of);
        match &gate.evidence.form {
            EventForm::Events { states, .. } => {
                let time = read(of_time, cells.time)??;
                let word = cells.state.filter(|word| !word.is_empty())?;
                let own = states.iter().find(|(own, _)| own == word).map(|(_, state)| *state);
                let state = own.or_else(|| ConsentState::of_name(word)).unwrap_or(ConsentState::Undeclared);
                let status = if state.permits() {
                    gate.grant(cells, time, valid_from, sink)
                } else {
                    gate.restriction(cells, time, state, sink)
                };
                Some(EventRead { status, day: day(time) })
            }
            EventForm::Dates { .. } => {
                let (given, withdrawn) = (read(of_time, cells.time)?, read(of_withdrawal, cells.withdrawn_at)?);
                let grant = given.map(|time| gate.grant(cells, time, valid_from, sink));
                let withdrawal = withdrawn.map(|time| gate.restriction(cells, time, ConsentState::Withdrawn, sink));
                let status = grant.unwrap_or_default().merge(withdrawal.unwrap_or_default());
                Some(EventRead { status, day: given.and_then(day).max(withdrawn.and_then(day)) })
            }
        }
    }

    /// The first day of an event that a duration carries past the as-of day.
    fn first_valid_of(&mut self, text: &str) -> Option<Date> {
        if let Some((_, known)) = self.first_valid.iter().find(|(known, _)| known == text) {
            return *known;
        }
        let first = Period::parse(text).ok().map(|period| period.first_that_outlasts(self.gate.demand.as_of));
        if self.first_valid.len() < MOST_DURATIONS {
            self.first_valid.push((text.to_owned(), first));
        }
        first
    }
}

fn failing(reason: DropReason) -> EventOutcome {
    // Never a grant that passes, whatever a later change does to the table.
    EventOutcome::fails(reason).unwrap_or(EventOutcome::WORST)
}

/// Whether a cell lists a word.
fn lists(cell: &str, word: &str) -> bool {
    words(cell, Some(SEPARATOR)).any(|token| token == word)
}

/// Whether something can have happened that day: nobody kept consents at the time.
fn happened_on(day: Date) -> bool {
    day > LAST_PLACEHOLDER && day != EPOCH
}

#[cfg(test)]
#[path = "tests/gate.rs"]
mod tests;
