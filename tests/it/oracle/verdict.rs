//! The gate, one record at a time, written from the page on consent and the page
//! on the policy, in the order of the table of reasons. Slow and plain.

use std::collections::BTreeMap;

use super::calendar::{Day, Moment};
use super::minimise::district;
use super::policy::{Flag, Policy, Said, Selection};
use super::words::{granted, loose, says, tokens};

/// A record: its cells by column, as they stand in the file.
pub type Record = BTreeMap<String, String>;

/// Why a record is dropped, and what that is about: a notice and a party of the
/// register, or [`FOLLOWED`], or nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    pub reason: String,
    pub about: String,
}

/// For another record of the same subject.
pub const FOLLOWED: &str = "followed";

impl Dropped {
    fn new(reason: &str, about: &str) -> Self {
        Self { reason: reason.to_owned(), about: about.to_owned() }
    }
}

/// Reasons that spread to the other records of a subject, in the table's order.
const SPREADING: [&str; 13] = [
    "age_unknown",
    "child_subject",
    "consent_unknown",
    "consent_refused",
    "consent_withdrawn",
    "consent_not_yet_given",
    "consent_expired",
    "purpose_not_covered",
    "notice_unknown",
    "notice_not_in_force",
    "purpose_not_disclosed",
    "recipient_not_named",
    "channel_not_covered",
];

/// Whole cells that name nobody.
pub const SENTINELS: [&str; 8] = ["", "0", "n/a", "na", "null", "none", "unknown", "test"];

/// One policy at one as-of date.
pub struct Judge<'a> {
    policy: &'a Policy,
    as_of: Day,
}

/// A cell that is there: not one of the null values.
pub fn value<'a>(policy: &Policy, record: &'a Record, column: &str) -> Option<&'a str> {
    record.get(column).map(String::as_str).filter(|cell| !policy.null_values.iter().any(|null| null == cell))
}

impl<'a> Judge<'a> {
    pub fn new(policy: &'a Policy, as_of: Day) -> Self {
        Self { policy, as_of }
    }

    /// Every record's reason; `None` is delivered.
    pub fn judge(&self, records: &[Record]) -> Vec<Option<Dropped>> {
        let alone: Vec<Option<Dropped>> = records.iter().map(|record| self.alone(record)).collect();
        let own_reasons = self.policy.drop.iter().filter(|(drop, _)| !drop.of_the_record).map(|(_, reason)| &**reason);
        let order: Vec<&str> = own_reasons.chain(SPREADING).collect();
        let mut earliest: BTreeMap<Option<String>, usize> = BTreeMap::new();
        for (record, own) in records.iter().zip(&alone) {
            let Some(own) = own else { continue };
            let said = order.iter().position(|reason| own.reason == *reason).or_else(|| {
                let of_the_person = self.of_the_person(record).filter(|_| own.reason != "no_subject");
                order.iter().position(|reason| of_the_person == Some(reason))
            });
            if let Some(rank) = said {
                let found = earliest.entry(self.subject(record)).or_insert(rank);
                *found = rank.min(*found);
            }
        }
        let spread = |record| earliest.get(&self.subject(record)).map(|rank| Dropped::new(order[*rank], FOLLOWED));
        records.iter().zip(alone).map(|(record, own)| own.or_else(|| spread(record))).collect()
    }

    /// What a record says of the person whatever it is dropped for itself: a child,
    /// a refusal, a withdrawal that no later consent took back.
    fn of_the_person(&self, record: &Record) -> Option<&'static str> {
        if let Some((column, years)) = &self.policy.minimum_age {
            let born = self.moment(record, column).map(|born| born.day).filter(|born| born.can_be_a_birth(self.as_of));
            if born.is_some_and(|born| born.birthday(*years) > self.as_of) {
                return Some("child_subject");
            }
        }
        let evidence = &self.policy.evidence;
        let said = |flag: &Flag| says(flag, &record[&flag.column]);
        let said_no = match &evidence.said {
            Said::Granted(flags, need) => granted(flags, need, record) == Ok(false),
            Said::Tokens { .. } | Said::Member => false,
        };
        if said_no || evidence.refused.iter().any(|flag| said(flag) == Some(true)) {
            return Some("consent_refused");
        }
        let present = |column: &String| value(self.policy, record, column).filter(|cell| !cell.is_empty());
        if let Some(column) = evidence.withdrawn_at.as_ref().filter(|column| present(column).is_some()) {
            let given = self.moment(record, &evidence.given_at);
            let withdrawn = self.moment(record, column).filter(|withdrawn| !self.stands_for_none(*withdrawn));
            match (withdrawn, given) {
                (None, _) => return Some("consent_unknown"),
                (Some(_), None) => return Some("consent_withdrawn"),
                (Some(withdrawn), Some(given)) if withdrawn.as_restriction() >= given.as_grant() => {
                    return Some("consent_withdrawn");
                }
                _ => {}
            }
        }
        let is_unreadable = |flag: &Flag| said(flag).is_none() && !record[&flag.column].is_empty();
        evidence.refused.iter().any(is_unreadable).then_some("consent_unknown")
    }

    fn subject(&self, record: &Record) -> Option<String> {
        value(self.policy, record, &self.policy.subject).map(|cell| self.policy.subject_normalise.canonical(cell))
    }

    /// The first reason that applies to the record itself.
    fn alone(&self, record: &Record) -> Option<Dropped> {
        let row_rule = self.row_rules(record).map(|(reason, about)| Dropped::new(&reason, &about));
        row_rule.or_else(|| self.consent(record).map(|(reason, about)| Dropped::new(reason, &about)))
    }

    /// The reason, and which column shows nothing, and why.
    fn row_rules(&self, record: &Record) -> Option<(String, String)> {
        let about = |reason: &str, about: String| Some((reason.to_owned(), about));
        if self.names_nobody(record) {
            let is_there = value(self.policy, record, &self.policy.subject).is_some();
            let why = if is_there { "sentinel" } else { "missing" };
            return about("no_subject", format!("{} {why}", self.policy.subject));
        }
        if self.policy.only.iter().any(|only| !Self::is_listed(only, record)) {
            return about("not_selected", String::new());
        }
        for (drop, reason) in &self.policy.drop {
            match self.drops(drop, record) {
                Some(true) => return about(reason, String::new()),
                Some(false) => return about(reason, format!("{} unreadable", drop.column)),
                None => {}
            }
        }
        // What a date shows nothing for.
        let doubt = |column: &String| match value(self.policy, record, column) {
            None => format!("{column} missing"),
            Some(_) => format!("{column} unreadable"),
        };
        if let Some((column, years)) = &self.policy.minimum_age {
            match self.moment(record, column).map(|born| born.day) {
                None => return about("age_unknown", doubt(column)),
                Some(born) if !born.can_be_a_birth(self.as_of) => {
                    return about("age_unknown", format!("{column} implausible"));
                }
                Some(born) if born.birthday(*years) > self.as_of => return about("child_subject", String::new()),
                Some(_) => {}
            }
        }
        if let Some((column, age)) = &self.policy.retention {
            // Not a word on the page about a cell that is missing or unreadable:
            // what cannot be shown to be young enough is too old.
            match self.moment(record, column).map(|last| last.day) {
                None => return about("retention_exceeded", doubt(column)),
                Some(last) if last.plus(*age) <= self.as_of => return about("retention_exceeded", String::new()),
                Some(_) => {}
            }
        }
        None
    }

    fn names_nobody(&self, record: &Record) -> bool {
        let Some(cell) = value(self.policy, record, &self.policy.subject) else { return true };
        let cell = cell.trim().to_ascii_lowercase();
        // Where 0 stands for no value, every writing of nought does.
        let cell = if cell.bytes().all(|byte| byte == b'0') && !cell.is_empty() { "0".to_owned() } else { cell };
        // Whoever gets no pseudonym is nobody as a subject either.
        if self.policy.pseudonym.is_some() && SENTINELS.contains(&cell.as_str()) {
            return true;
        }
        match &self.policy.sentinels {
            Some(own) => cell.is_empty() || own.iter().any(|word| word.trim().to_ascii_lowercase() == cell),
            None => SENTINELS.contains(&cell.as_str()),
        }
    }

    fn is_listed(selection: &Selection, record: &Record) -> bool {
        let cell = record.get(&selection.column).map_or("", String::as_str);
        if !selection.district {
            return selection.listed.iter().any(|word| word == cell);
        }
        district(cell).is_some_and(|district| selection.listed.contains(&district))
    }

    /// Whether a record is dropped for a word of its column: `true` for one listed,
    /// `false` for one that nobody knows.
    fn drops(&self, selection: &Selection, record: &Record) -> Option<bool> {
        let cell = loose(record.get(&selection.column).map_or("", String::as_str));
        if selection.listed.iter().any(|word| loose(word) == cell) {
            return Some(true);
        }
        let others = selection.others.as_ref()?;
        let is_known = others.iter().chain(&self.policy.null_values).any(|word| loose(word) == cell);
        (!is_known && !cell.is_empty()).then_some(false)
    }

    /// A date cell: `None` if missing or unreadable.
    fn moment(&self, record: &Record, column: &str) -> Option<Moment> {
        self.policy.format_of(column).read_evidence(value(self.policy, record, column)?)
    }

    fn consent(&self, record: &Record) -> Option<(&'static str, String)> {
        match self.grant(record) {
            Ok(given) => self.notice(record, given),
            Err((reason, about)) => Some((reason, about)),
        }
    }

    /// The day of a consent that covers the purpose and stands.
    fn grant(&self, record: &Record) -> Result<Day, (&'static str, String)> {
        let plain = |reason| Err((reason, String::new()));
        let evidence = &self.policy.evidence;
        let raw = |column: &str| record.get(column).map_or("", String::as_str);
        // An empty cell holds no date, whatever the null values are.
        let dated = |column: &String| value(self.policy, record, column).filter(|cell| !cell.is_empty());
        let read = |column: &String, cell: &str| self.policy.format_of(column).read_evidence(cell);
        let given_cell = dated(&evidence.given_at);
        let given = given_cell.and_then(|cell| read(&evidence.given_at, cell));
        let withdrawn_cell = evidence.withdrawn_at.as_ref().and_then(dated);
        let withdrawn = withdrawn_cell.and_then(|cell| read(evidence.withdrawn_at.as_ref()?, cell));
        let refused: Vec<Option<bool>> = evidence.refused.iter().map(|flag| says(flag, raw(&flag.column))).collect();
        let has_refused = refused.contains(&Some(true));
        let mut covers = false;
        let mut granted_no = false;
        // The first cell that shows nothing, and why.
        let mut unknown: Option<String> = None;
        let nothing = |column: &str, cell: Option<&str>| {
            let why = if cell.unwrap_or("").is_empty() { "missing" } else { "unreadable" };
            Some(format!("{column} {why}"))
        };
        match &evidence.said {
            Said::Granted(flags, need) => match granted(flags, need, record) {
                Ok(yes) => (covers, granted_no) = (yes, !yes),
                Err(column) => unknown = nothing(&column, Some(raw(&column))),
            },
            Said::Member => covers = true,
            Said::Tokens { column, separator, names } => {
                let purposes: Vec<String> = tokens(raw(column), separator.as_ref())
                    .iter()
                    .filter_map(|token| match names {
                        Some(names) => names.iter().find(|(name, _)| name == token).map(|(_, purpose)| purpose.clone()),
                        None => self.policy.register.purposes.iter().find(|id| *id == token).cloned(),
                    })
                    .collect();
                if purposes.is_empty() {
                    unknown = nothing(column, Some(raw(column)));
                }
                covers = purposes.contains(&self.policy.purpose);
            }
        }
        if let Some(flag) = refused.iter().position(Option::is_none).filter(|_| !has_refused) {
            let column = &evidence.refused[flag].column;
            unknown = unknown.or(nothing(column, Some(raw(column))));
        }
        // Not a word on the page about a no without a date: it needs none.
        let is_refused = granted_no || has_refused;
        if unknown.is_none() && is_refused && given_cell.is_none() {
            return plain("consent_refused");
        }
        if given.is_none() {
            unknown = unknown.or(nothing(&evidence.given_at, given_cell));
        }
        if let (Some(column), Some(_), None) = (&evidence.withdrawn_at, withdrawn_cell, withdrawn) {
            unknown = unknown.or(nothing(column, withdrawn_cell));
        }
        // Some dates are written where there is none.
        if let (Some(column), Some(withdrawn)) = (&evidence.withdrawn_at, withdrawn)
            && self.stands_for_none(withdrawn)
        {
            unknown = unknown.or(Some(format!("{column} implausible")));
        }
        let given = match (given, unknown) {
            (Some(given), None) => given,
            (_, about) => return Err(("consent_unknown", about.unwrap_or_default())),
        };
        if is_refused {
            return plain("consent_refused");
        }
        if withdrawn.is_some_and(|withdrawn| withdrawn.as_restriction() >= given.as_grant()) {
            return plain("consent_withdrawn");
        }
        if given.day > self.as_of {
            return plain("consent_not_yet_given");
        }
        let max_age = self.policy.max_age.unwrap_or(super::calendar::Period::months(6));
        if given.day.plus(max_age) <= self.as_of {
            return plain("consent_expired");
        }
        if !covers {
            return plain("purpose_not_covered");
        }
        Ok(given.day)
    }

    fn stands_for_none(&self, withdrawn: Moment) -> bool {
        let (day, last) = (withdrawn.day, Day::new(1900, 1, 1).unwrap());
        let is_clock_at_zero = Day::new(1970, 1, 1) == Some(day) && withdrawn.second.unwrap_or(0) == 0;
        let this = self.as_of;
        day <= last || is_clock_at_zero || (day.year, day.month, day.day) > (this.year + 100, this.month, this.day)
    }

    fn notice(&self, record: &Record, given: Day) -> Option<(&'static str, String)> {
        let evidence = &self.policy.evidence;
        let in_force =
            |notice: &&super::policy::Notice| notice.from <= given && notice.until.is_none_or(|until| given < until);
        let notices = &self.policy.register.notices;
        let notice = match &evidence.notice {
            Some(column) => {
                let id = value(self.policy, record, column).unwrap_or("");
                let Some(notice) = notices.iter().find(|notice| notice.id == id) else {
                    return Some(("notice_unknown", String::new()));
                };
                Some(notice)
            }
            None => notices.iter().find(in_force),
        };
        let Some(notice) = notice.filter(in_force) else {
            return Some(("notice_not_in_force", notice.map(|notice| notice.id.clone()).unwrap_or_default()));
        };
        let disclosed: Vec<&Vec<String>> = notice
            .discloses
            .iter()
            .filter(|(purpose, _)| *purpose == self.policy.purpose)
            .map(|(_, parties)| parties)
            .collect();
        if disclosed.is_empty() {
            return Some(("purpose_not_disclosed", notice.id.clone()));
        }
        let chosen = evidence
            .recipients
            .as_ref()
            .map(|(column, separator)| tokens(record.get(column).map_or("", String::as_str), separator.as_ref()));
        let mut everybody = vec![&self.policy.recipient];
        everybody.extend(&self.policy.on_behalf_of);
        let is_named = |party: &&&String| disclosed.iter().any(|parties| parties.contains(party));
        let is_chosen = |party: &&&String| chosen.as_ref().is_none_or(|chosen| chosen.contains(party));
        if let Some(party) = everybody.iter().find(|party| !is_named(party)) {
            return Some(("recipient_not_named", format!("{} {party}", notice.id)));
        }
        let party = everybody.iter().find(|party| !is_chosen(party))?;
        Some(("recipient_not_named", format!("{} {party} not chosen", notice.id)))
    }
}
