//! The gate for event logs, written from the page on consent: all events of one
//! subject at once, plain strings, sorted and searched. Slow and plain.

use super::calendar::{Day, Format, Moment, Period};
use super::policy::Notice;

/// One row of a log, as it stands in the file.
#[derive(Debug, Clone, Default)]
pub struct Event {
    pub subject: String,
    pub time: String,
    pub state: String,
    pub purpose: String,
    pub recipients: String,
    pub notice: String,
    pub validity: String,
    pub channel: String,
}

/// What a release asks, and what the log's words mean.
#[derive(Debug, Clone)]
pub struct LogPolicy {
    pub purpose: String,
    pub parties: Vec<String>,
    pub channel: Option<String>,
    pub as_of: Day,
    pub max_age: Period,
    pub notices: Vec<Notice>,
    /// Purposes of the register: the words a log may use.
    pub purposes: Vec<String>,
    /// The log's own words for states.
    pub states: Vec<(String, String)>,
    /// Whether the log has a column of notices, else the day says which.
    pub has_notices: bool,
    /// Whether the log has a column of recipients.
    pub has_recipients: bool,
}

const PERMITTING: [&str; 2] = ["ConsentGiven", "RenewedConsentGiven"];

/// All that restrict, the worst first, with the reason each gives.
const RESTRICTING: [(&str, &str); 8] = [
    ("ConsentInvalidated", "consent_invalidated"),
    ("ConsentRevoked", "consent_revoked"),
    ("ConsentWithdrawn", "consent_withdrawn"),
    ("ConsentRefused", "consent_refused"),
    ("ConsentExpired", "consent_expired"),
    ("ConsentUnknown", "consent_unknown"),
    ("ConsentRequestDeferred", "consent_pending"),
    ("ConsentRequested", "consent_pending"),
];

/// Tests of a grant, in the order of the table.
const OF_A_GRANT: [&str; 6] = [
    "consent_expired",
    "notice_unknown",
    "notice_not_in_force",
    "purpose_not_disclosed",
    "recipient_not_named",
    "channel_not_covered",
];

/// An event that could be read.
struct Read<'e> {
    event: &'e Event,
    state: String,
    /// Whether nobody says what its word for the state means.
    is_undeclared: bool,
    moment: Moment,
    validity: Option<Period>,
}

/// A test that a grant fails.
struct Failed {
    reason: &'static str,
    /// The notice, whether a party was not chosen or is not named, and the party.
    about: Option<(usize, Option<(bool, usize)>)>,
}

impl Read<'_> {
    fn permits(&self) -> bool {
        PERMITTING.contains(&self.state.as_str())
    }

    /// A bare grant counts from its first instant, a bare restriction to its last.
    fn instant(&self) -> i64 {
        if self.permits() { self.moment.as_grant() } else { self.moment.as_restriction() }
    }
}

fn words(cell: &str) -> Vec<&str> {
    cell.split('|').map(|word| word.trim_matches([' ', '\t'])).filter(|word| !word.is_empty()).collect()
}

/// `P`, then a number of years, months, weeks or days; the few that are drawn.
fn period(text: &str) -> Option<Period> {
    let number = text.strip_prefix('P')?.get(..text.len() - 2)?.parse().ok().filter(|number| *number > 0)?;
    match text.chars().last()? {
        'Y' => Some(Period::months(12 * number)),
        'M' => Some(Period::months(number)),
        'W' => Some(Period::days(7 * number)),
        'D' => Some(Period::days(number)),
        _ => None,
    }
}

impl LogPolicy {
    /// The reason nothing of a subject is delivered; `None`: a consent.
    pub fn reason(&self, events: &[&Event]) -> Option<&'static str> {
        self.verdict(events).map(|(reason, _)| reason)
    }

    /// The same, with the notice and the party it is about.
    pub fn verdict(&self, events: &[&Event]) -> Option<(&'static str, String)> {
        let plain = |reason| Some((reason, String::new()));
        let read: Vec<Option<Read<'_>>> = events.iter().map(|event| self.read(event)).collect();
        if read.iter().any(Option::is_none) {
            return Some(("consent_unknown", "unreadable".to_owned()));
        }
        let no_evidence = || Some(("consent_unknown", "no evidence".to_owned()));
        let read: Vec<Read<'_>> = read.into_iter().flatten().collect();
        let exists = |event: &&Read<'_>| !event.permits() || event.moment.day <= self.as_of;
        let concerning: Vec<&Read<'_>> = read.iter().filter(|event| self.concerns(event)).collect();
        let Some(latest) = concerning.iter().copied().filter(exists).map(Read::instant).max() else {
            // Nothing for the purpose up to the as-of day.
            if concerning.iter().any(|event| event.permits()) {
                return plain("consent_not_yet_given");
            }
            let another = read.iter().filter(exists).any(|event| event.permits() && self.names_another(event));
            return if another { plain("purpose_not_covered") } else { no_evidence() };
        };
        let deciding: Vec<&Read<'_>> =
            concerning.into_iter().filter(exists).filter(|event| event.instant() == latest).collect();
        for (state, reason) in RESTRICTING {
            if deciding.iter().any(|event| event.state == state) {
                let is_undeclared = || deciding.iter().any(|event| event.is_undeclared);
                return match reason {
                    "consent_unknown" if is_undeclared() => Some((reason, "undeclared state".to_owned())),
                    "consent_unknown" => Some((reason, "said unknown".to_owned())),
                    _ => plain(reason),
                };
            }
        }
        // Of several that fail alike: the notice that stands first in the register,
        // then whom it does not name before whom nobody chose, then the first party.
        let failing: Vec<Failed> = deciding.iter().filter_map(|event| self.judge(event)).collect();
        let reason = OF_A_GRANT.into_iter().find(|reason| failing.iter().any(|failed| failed.reason == *reason))?;
        let first = failing.iter().filter(|failed| failed.reason == reason).min_by_key(|failed| failed.about)?;
        Some((reason, self.in_words(first)))
    }

    fn read<'e>(&self, event: &'e Event) -> Option<Read<'e>> {
        let moment = Format::Iso.read_evidence(&event.time.replace('Z', "+0000"))?;
        let is_none = ["1900-01-01", "1970-01-01"].contains(&moment.day.to_string().as_str());
        if event.state.is_empty() || moment.day.year < 1900 || is_none {
            return None;
        }
        let own = self.states.iter().find(|(word, _)| *word == event.state).map(|(_, state)| state.as_str());
        let known = |state: &&str| {
            PERMITTING.contains(state) || RESTRICTING.iter().any(|(restricting, _)| restricting == state)
        };
        let declared = own.or(Some(event.state.as_str()).filter(known));
        let (state, is_undeclared) = (declared.unwrap_or("ConsentUnknown").to_owned(), declared.is_none());
        let validity = if event.validity.is_empty() { None } else { Some(period(&event.validity)?) };
        Some(Read { event, state, is_undeclared, moment, validity })
    }

    fn concerns(&self, event: &Read<'_>) -> bool {
        let words = words(&event.event.purpose);
        if words.contains(&self.purpose.as_str()) {
            return true;
        }
        // A grant with `*` or an unmapped purpose covers nothing.
        if event.permits() {
            return false;
        }
        let is_request = ["ConsentRequested", "ConsentRequestDeferred"].contains(&event.state.as_str());
        let is_unmapped = |word: &&str| *word != "*" && !self.purposes.iter().any(|purpose| purpose == word);
        words.is_empty() || words.contains(&"*") || (!is_request && words.iter().any(is_unmapped))
    }

    fn names_another(&self, event: &Read<'_>) -> bool {
        let named = words(&event.event.purpose);
        self.purposes.iter().any(|purpose| *purpose != self.purpose && named.contains(&purpose.as_str()))
    }

    fn in_words(&self, failed: &Failed) -> String {
        let Some((notice, about)) = failed.about else { return String::new() };
        let mut words = vec![self.notices[notice].id.clone()];
        if let Some((not_chosen, party)) = about {
            words.push(self.parties[party].clone());
            words.extend(not_chosen.then(|| "not chosen".to_owned()));
        }
        words.join(" ")
    }

    /// The first test that a grant fails.
    fn judge(&self, grant: &Read<'_>) -> Option<Failed> {
        let failed = |reason| Some(Failed { reason, about: None });
        let day = grant.moment.day;
        let ends = [Some(day.plus(self.max_age)), grant.validity.map(|validity| day.plus(validity))];
        if ends.into_iter().flatten().min()? <= self.as_of {
            return failed("consent_expired");
        }
        let in_force = |notice: &Notice| notice.from <= day && notice.until.is_none_or(|until| day < until);
        let found = if self.has_notices {
            self.notices.iter().position(|notice| notice.id == grant.event.notice)
        } else {
            self.notices.iter().position(in_force)
        };
        let Some(place) = found else {
            return failed(if self.has_notices { "notice_unknown" } else { "notice_not_in_force" });
        };
        let notice = &self.notices[place];
        if !in_force(notice) {
            return Some(Failed { reason: "notice_not_in_force", about: Some((place, None)) });
        }
        let disclosed = notice.discloses.iter().find(|(purpose, _)| *purpose == self.purpose);
        let Some((_, parties)) = disclosed else {
            return Some(Failed { reason: "purpose_not_disclosed", about: Some((place, None)) });
        };
        let chosen = words(&grant.event.recipients);
        let not_named = self.parties.iter().position(|party| !parties.contains(party));
        let not_chosen = self.parties.iter().position(|party| !chosen.contains(&party.as_str()));
        let missing = not_named.map(|party| (false, party));
        let missing = missing.or(not_chosen.filter(|_| self.has_recipients).map(|party| (true, party)));
        if missing.is_some() {
            return Some(Failed { reason: "recipient_not_named", about: Some((place, missing)) });
        }
        match &self.channel {
            Some(channel) if !words(&grant.event.channel).contains(&channel.as_str()) => failed("channel_not_covered"),
            _ => None,
        }
    }

    /// `[consent.events]` and what stands around it.
    pub fn to_toml(&self, extract: &str, log: &str) -> String {
        let list = |words: &[String]| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        let channel = self.channel.as_ref().map_or(String::new(), |channel| format!("channel = \"{channel}\"\n"));
        let notice = if self.has_notices { "" } else { "notice = { in_force_at = \"event_time\" }\n" };
        let states: Vec<String> = self.states.iter().map(|(word, state)| format!("\"{word}\" = \"{state}\"")).collect();
        format!(
            "format = \"scant-policy/1\"\nname = \"by-log\"\n[release]\ncontroller = \"acme-mother\"\n\
            recipient = \"{}\"\non_behalf_of = [{}]\npurpose = \"{}\"\nlegal_basis = \"consent\"\n{channel}\
            [extract]\nsubject = \"id\"\n{extract}[consent]\nregister = \"register.toml\"\nmax_age = \"{}\"\n\
            [consent.events]\n{log}states = {{ {} }}\n{notice}\
            [columns.label]\nrole = \"insensitive\"\nkeep = {{ because = \"tells the records apart\" }}\n\
            [output]\nformat = \"csv\"\norder = \"extract\"\n",
            self.parties[0],
            list(&self.parties[1..]),
            self.purpose,
            self.max_age.as_text(),
            states.join(", "),
        )
    }

    /// The log as CSV.
    pub fn to_csv(&self, events: &[Event]) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut header =
            vec!["pii_principal_id", "event_time", "event_state", "purpose", "validity_duration", "channel"];
        header.extend(self.has_notices.then_some("privacy_notice"));
        header.extend(self.has_recipients.then_some("recipient_third_parties"));
        writer.write_record(header).unwrap();
        for event in events {
            let mut row =
                vec![&event.subject, &event.time, &event.state, &event.purpose, &event.validity, &event.channel];
            row.extend(self.has_notices.then_some(&event.notice));
            row.extend(self.has_recipients.then_some(&event.recipients));
            writer.write_record(row).unwrap();
        }
        writer.into_inner().unwrap()
    }
}
