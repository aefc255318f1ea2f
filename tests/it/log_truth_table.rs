//! Consent logs compared with the naive implementation: every combination of state,
//! purpose, recipients, notice, channel, date and a second event (acceptance case
//! 7), and random logs under random demands.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use serde_json::Value;

use crate::kit::{Options, Project};
use crate::oracle::{Day, Event, LogPolicy, Notice, Period, Register, Tape};

const CAMPAIGN: &str = "political-campaign";
const STATES: [&str; 14] = [
    "ConsentGiven",
    "RenewedConsentGiven",
    "ConsentRequested",
    "ConsentRequestDeferred",
    "ConsentRefused",
    "ConsentWithdrawn",
    "ConsentRevoked",
    "ConsentInvalidated",
    "ConsentExpired",
    "ConsentUnknown",
    "ACTIVE",
    "LEFT",
    "consentgiven",
    "",
];
const PURPOSES: [&str; 8] = [
    CAMPAIGN,
    "direct-marketing | political-campaign",
    "direct-marketing",
    "*",
    "Political-Campaign",
    "direct-marketing|newsletter",
    "newsletter|political-campaign",
    "",
];
const RECIPIENTS: [&str; 3] = ["rosette-party |\tbigbroker", "bigbroker", ""];
const NOTICES: [&str; 5] = ["names-all", "sectors", "other-purpose", "past", "nowhere"];
const CHANNELS: [&str; 2] = ["email| post", "email"];
const SECONDS: [&str; 7] =
    ["none", "grant before", "grant then", "grant later", "withdrawal before", "withdrawal then", "withdrawal later"];

fn text(text: &str) -> String {
    text.to_owned()
}

fn as_of() -> Day {
    Day::new(2018, 7, 1).unwrap()
}

fn notice(id: &str, from: Day, until: Option<Day>, purpose: &str, parties: &[&str]) -> Notice {
    let parties = parties.iter().map(|party| text(party)).collect();
    Notice { id: text(id), from, until, discloses: vec![(text(purpose), parties)] }
}

fn policy() -> LogPolicy {
    let from = as_of().plus_months(-12);
    let everyone = ["bigbroker", "rosette-party"];
    LogPolicy {
        purpose: text(CAMPAIGN),
        parties: everyone.map(text).to_vec(),
        channel: Some(text("post")),
        as_of: as_of(),
        max_age: Period::months(24),
        notices: vec![
            notice("names-all", from, None, CAMPAIGN, &everyone),
            notice("sectors", from, None, CAMPAIGN, &[]),
            notice("other-purpose", from, None, "direct-marketing", &everyone),
            notice("past", from, Some(as_of().plus_months(-1)), CAMPAIGN, &everyone),
        ],
        purposes: [CAMPAIGN, "direct-marketing", "research"].map(text).to_vec(),
        states: vec![(text("ACTIVE"), text("ConsentGiven")), (text("LEFT"), text("ConsentWithdrawn"))],
        has_notices: true,
        has_recipients: true,
    }
}

fn register_of(policy: &LogPolicy) -> String {
    let parties = ["acme-mother", "bigbroker", "rosette-party", "third"].map(text).to_vec();
    Register { purposes: policy.purposes.clone(), parties, notices: policy.notices.clone() }.to_toml()
}

/// The first and the second event of one subject.
fn events(
    subject: &str,
    (state, purpose, chosen): (&str, &str, &str),
    under: &str,
    channel: &str,
    day: Day,
    second: &str,
) -> Vec<Event> {
    let at = |day: Day| format!("{day}T10:00:00Z");
    let first = Event {
        subject: text(subject),
        time: at(day),
        state: text(state),
        purpose: text(purpose),
        recipients: text(chosen),
        notice: text(under),
        validity: String::new(),
        channel: text(channel),
    };
    let passing = Event {
        state: text("ConsentGiven"),
        purpose: text(CAMPAIGN),
        recipients: text(RECIPIENTS[0]),
        notice: text("names-all"),
        channel: text("post"),
        ..first.clone()
    };
    let then = |word: &str| match word.split_once(' ').unwrap().1 {
        "before" => at(day.plus_days(-1)),
        "then" => at(day),
        _ => at(day.plus_days(1)),
    };
    let withdrawal = Event { state: text("ConsentWithdrawn"), notice: String::new(), ..passing.clone() };
    match second {
        "none" => vec![first],
        word if word.starts_with("grant") => vec![first, Event { time: then(word), ..passing }],
        word => vec![first, Event { time: then(word), ..withdrawal }],
    }
}

/// A grant that says yes to everything, by its words alone.
fn is_an_explicit_yes(event: &Event) -> bool {
    ["ConsentGiven", "RenewedConsentGiven", "ACTIVE"].contains(&event.state.as_str())
        && event.purpose.split('|').any(|word| word.trim() == CAMPAIGN)
        && event.recipients == RECIPIENTS[0]
        && event.notice == "names-all"
        && event.channel.ends_with("post")
        && event.time.as_str() < "2018-07-02"
}

fn by_subject(events: &[Event]) -> BTreeMap<&str, Vec<&Event>> {
    let mut subjects: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        subjects.entry(&event.subject).or_default().push(event);
    }
    subjects
}

/// Runs an extract of these subjects, one record each, and says where the engine
/// and the naive implementation differ.
fn compare(
    project: &Project,
    policy: &LogPolicy,
    subjects: &[String],
    events: &[Event],
    log: &str,
    options: Options<'_>,
) -> Result<BTreeSet<String>, String> {
    let known = by_subject(events);
    let mut dropped: BTreeMap<String, u64> = BTreeMap::new();
    let mut details: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut delivered = BTreeSet::new();
    let mut table = text("id,label\n");
    for subject in subjects {
        table += &format!("{subject},{subject}\n");
        match policy.verdict(known.get(subject.as_str()).map_or(&[], Vec::as_slice)) {
            None => drop(delivered.insert(subject.clone())),
            Some((reason, about)) => {
                *dropped.entry(text(reason)).or_default() += 1;
                *details.entry((text(reason), about)).or_default() += 1;
            }
        }
    }
    let options = Options { as_of: policy.as_of.date(), ..options };
    project.write("register.toml", register_of(policy));
    project.write("log.csv", policy.to_csv(events));
    let document = project.write("policy.toml", policy.to_toml("", log));
    let extract = project.write("table.csv", table);
    let found = project.outcome(&document, &extract, options).map_err(|error| format!("no outcome: {error}"))?;
    if found.dropped != dropped {
        return Err(format!("reasons\nexpected {dropped:?}\nfound    {:?}", found.dropped));
    }
    // A reason that is never about a notice has no second level.
    let with_details = ["consent_unknown", "notice_not_in_force", "purpose_not_disclosed", "recipient_not_named"];
    details.retain(|(reason, about), _| with_details.contains(&reason.as_str()) && !about.is_empty());
    let mut told = found.details.clone();
    told.retain(|(_, about), _| !about.is_empty());
    if told != details {
        return Err(format!("details\nexpected {details:?}\nfound    {told:?}"));
    }
    let labels: BTreeSet<String> = found.rows.iter().map(|row| row[0].clone()).collect();
    if labels != delivered {
        return Err(format!("delivered\nexpected {delivered:?}\nfound    {labels:?}"));
    }
    let answer = project.trace(&document, &extract, options, subjects);
    for (subject, told) in subjects.iter().zip(answer["subjects"].as_array().unwrap()) {
        compare_told(policy, known.get(subject.as_str()).map_or(&[], Vec::as_slice), told)?;
    }
    Ok(delivered)
}

/// What a person is told is the verdict, with every event of theirs, and the ones
/// that decide it.
fn compare_told(policy: &LogPolicy, events: &[&Event], told: &Value) -> Result<(), String> {
    let verdict = policy.reason(events).unwrap_or("delivered");
    let told_events = told["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let deciding = told_events.iter().filter(|event| event["decides"] == true);
    let deciding: BTreeSet<&str> = deciding.map(|event| event["comes_to"].as_str().unwrap()).collect();
    let is_reason = match verdict {
        "delivered" => deciding == BTreeSet::from(["permits"]),
        "consent_not_yet_given" => deciding.contains("a consent after the as-of day") || deciding.contains(verdict),
        "purpose_not_covered" => deciding == BTreeSet::from(["a consent to another purpose"]),
        "consent_unknown" => deciding.is_empty() || deciding.contains("cannot be read") || deciding.contains(verdict),
        reason => deciding.contains(reason),
    };
    if told["records"][0]["verdict"] == verdict && told_events.len() == events.len() && is_reason {
        return Ok(());
    }
    Err(format!("expected {verdict}, told {told:#}"))
}

/// Acceptance case 7.
#[test]
fn every_combination_comes_to_the_same_and_only_a_yes_is_delivered() {
    let project = Project::new();
    let policy = policy();
    let days = [as_of().plus_days(-10), as_of(), as_of().plus_days(1)];
    let (mut combinations, mut delivered) = (0, 0);
    for (number, state) in STATES.into_iter().enumerate() {
        let (mut all, mut subjects) = (Vec::new(), Vec::new());
        for purpose in PURPOSES {
            for chosen in RECIPIENTS {
                for under in NOTICES {
                    for channel in CHANNELS {
                        for day in days {
                            for second in SECONDS {
                                let subject = format!("s{}", subjects.len());
                                let mut own = events(&subject, (state, purpose, chosen), under, channel, day, second);
                                if subjects.len() % 2 == 1 {
                                    own.reverse();
                                }
                                all.extend(own);
                                subjects.push(subject);
                            }
                        }
                    }
                }
            }
        }
        combinations += subjects.len();
        let memory_bytes = (number % 2 == 0).then_some(0);
        let options = Options { block_bytes: Some(4096), memory_bytes, ..Options::default() };
        let out = compare(&project, &policy, &subjects, &all, "path = \"log.csv\"\n", options)
            .unwrap_or_else(|differs| panic!("{state}: {differs}"));
        let known = by_subject(&all);
        for subject in &out {
            assert!(
                known[subject.as_str()].iter().any(|event| is_an_explicit_yes(event)),
                "{:?}",
                known[subject.as_str()]
            );
        }
        delivered += out.len();
    }
    assert_eq!(combinations, 14 * 8 * 3 * 5 * 2 * 3 * 7);
    assert!(delivered > combinations / 20, "{delivered} of {combinations}: too few to tell");
}

fn draw_policy(tape: &mut Tape<'_>) -> LogPolicy {
    let mut policy = policy();
    policy.max_age = tape.pick(&[Period::months(24), Period::months(1), Period::days(28)]);
    policy.channel = tape.pick(&[None, Some(text("post"))]);
    policy.parties.truncate(1 + tape.below(2));
    policy.has_recipients = tape.chance(1, 2);
    if tape.chance(1, 3) {
        // One at a time, so that the day can say which.
        policy.has_notices = false;
        policy.notices.retain(|notice| notice.id == "past" || notice.id == "names-all");
        policy.notices[0].from = policy.notices[1].until.unwrap();
    }
    policy
}

fn draw_event(tape: &mut Tape<'_>, policy: &LogPolicy, subject: String) -> Event {
    let pivots = [as_of(), as_of().plus_months(-1), as_of().plus(Period::days(-28)), as_of().plus_months(-24)];
    let day = tape.pick(&pivots).plus_days(i64::try_from(tape.below(5)).unwrap() - 2);
    let time = match tape.below(8) {
        0 | 1 => day.to_string(),
        2 => format!("{day}T00:30:00+0100"),
        3 => format!("{day} 23:58:59"),
        4 => format!("{day}T00:00:00Z"),
        5 => format!("{day} 23:30:00-0100"),
        6 => format!("{day}T12:00:00Z"),
        _ => tape.word(&["", "2018-02-30", "soon", "2018-07-01T24:00:00Z"]),
    };
    let mostly = |tape: &mut Tape<'_>, common: &str, words: &[&str]| {
        if tape.chance(1, 2) { tape.word(words) } else { text(common) }
    };
    let _ = policy;
    Event {
        subject,
        time,
        state: mostly(tape, "ConsentGiven", &STATES[..13]),
        purpose: mostly(tape, CAMPAIGN, &PURPOSES),
        recipients: mostly(tape, RECIPIENTS[0], &RECIPIENTS),
        notice: mostly(tape, "names-all", &NOTICES),
        validity: mostly(tape, "", &["P1M", "P28D", "P2Y", "P1D", "", "for ever"]),
        channel: mostly(tape, "post", &["email", "post|email", " post |", "", "POST"]),
    }
}

#[test]
fn random_logs_come_to_the_same_under_random_demands() {
    let project = Project::new();
    let (judged, delivered) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() };
    let result = proptest::test_runner::TestRunner::new(config).run(
        &proptest::collection::vec(any::<u16>(), 0..600),
        |numbers| {
            let mut tape = Tape::new(&numbers);
            let policy = draw_policy(&mut tape);
            let subjects: Vec<String> = (0..8).map(|number| format!("s{number}")).collect();
            // One more than the extract knows, and often one nobody wrote of.
            let events: Vec<Event> = (0..tape.below(24))
                .map(|_| {
                    let subject = format!("s{}", tape.below(9));
                    draw_event(&mut tape, &policy, subject)
                })
                .collect();
            let options = Options {
                threads: 1 + tape.below(3),
                block_bytes: Some(64 << tape.below(5)),
                memory_bytes: tape.pick(&[None, Some(0), Some(60)]),
                ..Options::default()
            };
            let out =
                compare(&project, &policy, &subjects, &events, "path = \"log.csv\"\n", options).map_err(|differs| {
                    let log = String::from_utf8_lossy(&policy.to_csv(&events)).into_owned();
                    TestCaseError::fail(format!("{differs}\n{log}\n{}", policy.to_toml("", "")))
                })?;
            judged.set(judged.get() + subjects.len());
            delivered.set(delivered.get() + out.len());
            Ok(())
        },
    );
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(delivered.get() * 40 > judged.get(), "{} of {} delivered: too few to tell", delivered.get(), judged.get());
}
