//! Reads `[consent.events]`: the logs that record what people agreed to, and what
//! their words mean. Opens no log and judges no person.

use std::ops::Range;

use super::purposes::purpose_meanings;
use crate::consent::columns::evidence::TokenMeaning;
use crate::consent::log::evidence::{ChannelDemand, EventEvidence, EventForm, EventNotice, OptionalColumn, SEPARATOR};
use crate::consent::log::state::ConsentState;
use crate::consent::log::time::{EventTimes, zone_named};
use crate::consent::register::Register;
use crate::document::{TableReader, Value, closest, path_to};
use crate::model::name::{ColumnName, PurposeId};
use crate::model::time::duration::Period;
use crate::policy::plan::LogRules;
use crate::policy::read::attachments;
use crate::policy::read::date_formats::declared_under;
use crate::policy::read::dialect::read_dialect;

/// The columns of ISO/IEC TS 27560, flattened as in the DPV guide. A log has them
/// unless `columns` says otherwise.
const SUBJECT: &str = "pii_principal_id";
const TIME: &str = "event_time";
const STATE: &str = "event_state";
const PURPOSE: &str = "purpose";
const RECIPIENTS: &str = "recipient_third_parties";
const NOTICE: &str = "privacy_notice";
const VALIDITY: &str = "validity_duration";
const CHANNEL: &str = "channel";
/// Columns that are not read; `columns` may name them nevertheless.
const UNREAD: [&str; 2] = ["record_id", "event_type"];

/// What the release says that is needed to read `[consent]`.
pub(crate) struct ReleaseNeeds<'a> {
    pub(crate) register: Option<&'a Register>,
    pub(crate) purpose: Option<&'a PurposeId>,
    /// The channel of the release, and its position.
    pub(crate) channel: Option<(&'a str, Range<usize>)>,
}

/// Reads the table.
pub(crate) fn read_events(table: &TableReader<'_>, asked: &ReleaseNeeds<'_>) -> Option<LogRules> {
    let paths = paths(table);
    let dialect = read_dialect(table);
    let max_log_age = table.parsed("max_log_age", Period::parse);
    let max_quarantined = table.integer("max_quarantined", 0..=i64::MAX).unwrap_or(0).unsigned_abs();
    let evidence = evidence(table, asked);
    table.finish();
    Some(LogRules { paths, dialect, max_log_age, max_quarantined, evidence: evidence? })
}

/// `path`, or `paths`; neither where the command line gives every log.
fn paths(table: &TableReader<'_>) -> Vec<String> {
    let one = attachments::path(table, "path");
    let mut all: Vec<String> = one.into_iter().map(str::to_owned).collect();
    let listed = table.placed_texts("paths");
    if table.has("path") && table.has("paths") {
        table.fault("paths", "stands beside `path`: give one of them", None);
    }
    if listed.as_ref().is_some_and(Vec::is_empty) {
        table.fault("paths", "lists nothing", Some("leave it out and name the logs with --consent"));
    }
    for (path, span) in listed.unwrap_or_default() {
        let add = |what: &str, hint: Option<&str>| table.faults().at(span, &table.path_of("paths"), what, hint);
        if !attachments::is_relative(path) {
            add("must be relative paths", Some("paths are relative to the policy's own file"));
        }
        if all.iter().any(|known| known == path) {
            add("names a log twice", None);
        }
        all.push(path.to_owned());
    }
    all
}

fn evidence(table: &TableReader<'_>, asked: &ReleaseNeeds<'_>) -> Option<EventEvidence> {
    let names = ColumnNames::read(table);
    let by_dates = table.has("given_at") || table.has("withdrawn_at");
    let dates = by_dates.then(|| {
        let given_at = table.required_parsed("given_at", ColumnName::parse);
        let withdrawn_at = table.required_parsed("withdrawn_at", ColumnName::parse);
        Some(EventForm::Dates { given_at: given_at?, withdrawn_at: withdrawn_at? })
    });
    table.allow(&["given_at", "withdrawn_at"]);
    let states = states(table);
    if by_dates {
        let hint = "with both dates in one row, the dates say what happened";
        for (key, is_there) in [("states", table.has("states")), ("columns", names.has(TIME) || names.has(STATE))] {
            if is_there {
                table.fault(key, "says what an event is, beside `given_at` and `withdrawn_at`", Some(hint));
            }
        }
    }
    let purposes = purposes(table, asked);
    let times = times(table);
    let notice = notice(table, &names, asked.register);
    let column = |standard: &'static str| names.of(standard);
    let optional =
        |standard: &'static str| Some(OptionalColumn { column: column(standard)?, required: names.has(standard) });
    if names.has(CHANNEL) && asked.channel.is_none() {
        let hint = "set release.channel, or leave the column out";
        table.fault("columns", "names a channel column, and the release asks for no channel", Some(hint));
    }
    let channel = match &asked.channel {
        Some((channel, _)) => Some(ChannelDemand { column: column(CHANNEL)?, channel: (*channel).to_owned() }),
        None => None,
    };
    let form = match dates {
        Some(dates) => dates,
        None => Some(EventForm::Events { time: column(TIME)?, state: column(STATE)?, states }),
    };
    Some(EventEvidence {
        subject: column(SUBJECT)?,
        purpose: column(PURPOSE)?,
        purposes,
        form: form?,
        times: times?,
        notice: notice?,
        recipients: optional(RECIPIENTS)?,
        validity: optional(VALIDITY)?,
        channel,
    })
}

/// `columns`: the names that the log has for the standard columns.
struct ColumnNames<'a> {
    own: Vec<(&'a str, &'a str)>,
}

impl<'a> ColumnNames<'a> {
    fn read(table: &TableReader<'a>) -> Self {
        let own = table.text_map("columns").unwrap_or_default();
        let standard = [SUBJECT, TIME, STATE, PURPOSE, RECIPIENTS, NOTICE, VALIDITY, CHANNEL, UNREAD[0], UNREAD[1]];
        let mut taken: Vec<&str> = Vec::new();
        for (name, column) in &own {
            let path = path_to(&table.path_of("columns"), name);
            let place = place_in(table, "columns", name);
            let add = |what: &str, hint: Option<&str>| table.faults().at(&place, &path, what, hint);
            if !standard.contains(name) {
                let hint = closest(name, &standard).map(|word| format!("did you mean `{word}`?"));
                let all = format!("the columns of a log are {}", standard.join(", "));
                add("is not a column of a log", Some(hint.as_deref().unwrap_or(&all)));
            }
            if let Err(fault) = ColumnName::parse(column) {
                add(&fault.to_string(), None);
            }
            if taken.contains(column) {
                add("names a column twice", None);
            }
            taken.push(column);
        }
        Self { own }
    }

    fn has(&self, standard: &str) -> bool {
        self.own.iter().any(|(name, _)| *name == standard)
    }

    fn of(&self, standard: &'static str) -> Option<ColumnName> {
        let own = self.own.iter().find(|(name, _)| *name == standard).map_or(standard, |(_, column)| column);
        ColumnName::parse(own).ok()
    }
}

/// The position of an entry of an inner table.
fn place_in(table: &TableReader<'_>, key: &str, entry: &str) -> Range<usize> {
    let inner = match table.peek(key).map(|node| &node.value) {
        Some(Value::Table(inner)) => inner.entries.iter().find(|(name, ..)| name == entry),
        _ => None,
    };
    inner.map_or_else(|| table.span(), |(.., node)| node.span.clone())
}

fn states(table: &TableReader<'_>) -> Vec<(String, ConsentState)> {
    let names: Vec<&str> = ConsentState::ALL.iter().map(|(name, _)| *name).collect();
    let mut states = Vec::new();
    for (word, name) in table.text_map("states").unwrap_or_default() {
        let path = path_to(&table.path_of("states"), word);
        let add =
            |what: &str, hint: Option<&str>| table.faults().at(&place_in(table, "states", word), &path, what, hint);
        let state = ConsentState::of_name(name);
        if state.is_none() {
            let hint = closest(name, &names).map(|name| format!("did you mean `{name}`?"));
            add(&format!("must be one of {}", names.join(", ")), hint.as_deref());
        }
        if word.trim().is_empty() {
            add("an empty cell is no state", Some("silence is not a consent"));
        } else if ConsentState::of_name(word).is_some_and(|own| Some(own) != state) {
            add("gives a state of the vocabulary another meaning", None);
        }
        states.extend(state.map(|state| (word.to_owned(), state)));
    }
    states
}

fn purposes(table: &TableReader<'_>, asked: &ReleaseNeeds<'_>) -> Vec<TokenMeaning> {
    if !table.has("purposes") {
        table.allow(&["purposes"]);
        let ids = asked.register.into_iter().flat_map(|register| register.purposes.keys());
        return ids.map(|id| TokenMeaning { token: id.as_str().to_owned(), purpose: id.clone() }).collect();
    }
    let meanings = purpose_meanings(table, "purposes", Some(SEPARATOR), asked.register, asked.purpose);
    if meanings.iter().any(|meaning| meaning.token == "*") {
        table.fault("purposes", "gives `*` a meaning: it stands for every purpose already", None);
    }
    meanings
}

fn times(table: &TableReader<'_>) -> Option<EventTimes> {
    let before = table.faults().count();
    let format = declared_under(table, "time_formats");
    let zone = table.text("zone").map(|name| {
        let zone = zone_named(name);
        if zone.is_none() {
            table.fault("zone", "is not a zone of the IANA time zone database", Some("such as \"Europe/London\""));
        }
        zone
    });
    (table.faults().count() == before).then(|| EventTimes::new(format, zone.flatten()))
}

fn notice(table: &TableReader<'_>, names: &ColumnNames<'_>, register: Option<&Register>) -> Option<EventNotice> {
    let Some(inner) = table.table("notice") else {
        return if table.has("notice") { None } else { names.of(NOTICE).map(EventNotice::Column) };
    };
    if inner.required_text("in_force_at").is_some_and(|at| at != "event_time") {
        inner.fault("in_force_at", "must be \"event_time\"", None);
    }
    inner.finish();
    if names.has(NOTICE) {
        table.fault("notice", "stands beside a column of notices: give one of them", None);
    }
    if let Some((first, second)) = register.and_then(Register::overlapping) {
        let what = format!("the notices {first} and {second} are in force on one day, so the day does not say which");
        table.fault("notice", what, Some("name a column of notice ids, or mend the register"));
    }
    Some(EventNotice::InForceAtEvent)
}

#[cfg(test)]
#[path = "tests/log.rs"]
mod tests;
