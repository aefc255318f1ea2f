//! The acceptance cases that one subject's events can show, by their number in
//! the manual, and the corners around them.

use std::collections::BTreeSet;

use jiff::civil::date;

use super::*;
use crate::consent::columns::evidence::TokenMeaning;
use crate::consent::log::evidence::{ChannelDemand, OptionalColumn};
use crate::consent::log::time::{EventTimes, zone_named};
use crate::consent::register::{Disclosure, Notice, Register};
use crate::model::name::{ColumnName, NoticeId, PurposeId};

const CAMPAIGN: &str = "political-campaign";
const MARKETING: &str = "direct-marketing";
const AS_OF: Date = date(2018, 7, 1);

fn column(name: &str) -> ColumnName {
    ColumnName::parse(name).unwrap()
}

fn purpose(id: &str) -> PurposeId {
    PurposeId::parse(id).unwrap()
}

fn register() -> Register {
    let discloses = |id: &str, recipients: &[&str]| Disclosure {
        purpose: purpose(id),
        recipients: recipients.iter().map(|id| PartyId::parse(id).unwrap()).collect::<BTreeSet<_>>(),
        categories: vec!["political parties".into()],
    };
    let notice = |id: &str, from: Date, until: Option<Date>, discloses: Vec<Disclosure>| Notice {
        id: NoticeId::parse(id).unwrap(),
        from,
        until,
        digest: None,
        method: None,
        discloses,
    };
    let everyone = ["bigbroker", "rosette-party"];
    Register {
        notices: vec![
            notice("2016", date(2016, 5, 1), Some(date(2018, 1, 15)), vec![discloses(MARKETING, &["bigbroker"])]),
            notice("2018", date(2018, 1, 15), None, vec![discloses(CAMPAIGN, &everyone)]),
            notice("broker-only", date(2016, 1, 1), None, vec![discloses(CAMPAIGN, &["bigbroker"])]),
            notice("sectors", date(2016, 1, 1), None, vec![discloses(CAMPAIGN, &[])]),
        ],
        ..Register::default()
    }
}

struct Asked {
    channel: Option<&'static str>,
    zone: Option<&'static str>,
    by_dates: bool,
    in_force: bool,
}

const PLAIN: Asked = Asked { channel: None, zone: None, by_dates: false, in_force: false };

fn gate(asked: &Asked) -> LogGate {
    let means = |token: &str, id: &str| TokenMeaning { token: token.to_owned(), purpose: purpose(id) };
    let states = vec![("AKTIV".to_owned(), ConsentState::Given), ("OUT".to_owned(), ConsentState::Withdrawn)];
    let form = if asked.by_dates {
        EventForm::Dates { given_at: column("g"), withdrawn_at: column("w") }
    } else {
        EventForm::Events { time: column("t"), state: column("s"), states }
    };
    let optional = |name: &str| OptionalColumn { column: column(name), required: false };
    let evidence = EventEvidence {
        subject: column("id"),
        purpose: column("p"),
        purposes: vec![means("campaign", CAMPAIGN), means("marketing", MARKETING)],
        form,
        times: EventTimes::new(None, asked.zone.and_then(zone_named)),
        notice: if asked.in_force { EventNotice::InForceAtEvent } else { EventNotice::Column(column("n")) },
        recipients: optional("r"),
        validity: optional("v"),
        channel: asked.channel.map(|channel| ChannelDemand { column: column("c"), channel: channel.to_owned() }),
    };
    let mut register = register();
    if asked.in_force {
        register.notices.truncate(2);
    }
    let demand = Demand {
        purpose: purpose(CAMPAIGN),
        parties: ["bigbroker", "rosette-party"].map(|id| PartyId::parse(id).unwrap()).to_vec(),
        as_of: AS_OF,
        max_age: Period::parse("P24M").unwrap(),
        register,
    };
    LogGate::new(demand, evidence)
}

/// `time state purpose notice`, and then `key=cell` for the others; `-` is a
/// missing cell.
fn event(text: &'static str) -> EventCells<'static> {
    let mut words = text.split_whitespace().map(|word| (word != "-").then_some(word));
    let mut next = || words.next().flatten();
    let mut cells = EventCells { time: next(), state: next(), purpose: next(), notice: next(), ..Default::default() };
    while let Some(word) = next() {
        let (key, cell) = word.split_once('=').unwrap();
        match key {
            "r" => cells.recipients = Some(cell),
            "v" => cells.validity = Some(cell),
            "c" => cells.channel = Some(cell),
            "w" => cells.withdrawn_at = Some(cell),
            _ => panic!("{key}"),
        }
    }
    cells
}

fn verdict_of(gate: &LogGate, events: &[&'static str]) -> String {
    let mut reader = gate.reader_of([false; 2]);
    let fold = |order: &mut dyn Iterator<Item = &&'static str>| {
        order.fold(ConsentStatus::default(), |known, text| known.merge(reader.read(&event(text)).status))
    };
    let mut fold = fold;
    let forwards = fold(&mut events.iter()).verdict();
    assert_eq!(forwards, fold(&mut events.iter().rev()).verdict(), "{events:?}");
    forwards
        .map_or_else(|| "-".to_owned(), |reason| reason.name(&crate::model::outcome::reason::ReasonNames::default()))
}

fn check(asked: &Asked, cases: &[(&str, &[&'static str])]) {
    let gate = gate(asked);
    for (expected, events) in cases {
        assert_eq!(verdict_of(&gate, events), *expected, "{events:?}");
    }
}

const YES: &str = "2018-02-01T10:00:00Z ConsentGiven campaign 2018";

#[test]
fn the_acceptance_cases_by_number() {
    check(
        &PLAIN,
        &[
            ("-", &[YES]),
            // 1: sectors, not the party.
            ("recipient_not_named", &["2018-02-01 ConsentGiven campaign sectors"]),
            // 2: amended after the consent.
            ("purpose_not_disclosed", &["2017-02-01 ConsentGiven campaign 2016"]),
            // 3: for another purpose.
            ("purpose_not_covered", &["2018-02-01 ConsentGiven marketing 2018"]),
            // 4: the broker named, who stands behind it not.
            ("recipient_not_named", &["2018-02-01 ConsentGiven campaign broker-only"]),
            // 5: tomorrow; at the same instant; next week.
            ("consent_not_yet_given", &["2018-07-02T00:00:00Z ConsentGiven campaign 2018"]),
            ("consent_withdrawn", &[YES, "2018-02-01T10:00:00Z ConsentWithdrawn campaign -"]),
            ("consent_withdrawn", &[YES, "2018-07-08 ConsentWithdrawn campaign -"]),
            // 6: nothing at all.
            ("consent_unknown", &[]),
        ],
    );
}

#[test]
fn the_latest_event_decides_and_at_one_instant_the_worst() {
    check(
        &PLAIN,
        &[
            ("-", &["2018-01-20 ConsentWithdrawn campaign -", YES]),
            ("consent_pending", &[YES, "2018-03-01 ConsentRequested campaign -"]),
            ("consent_pending", &[YES, "2018-03-01 ConsentRequestDeferred campaign -"]),
            ("-", &["2018-01-20 ConsentRequested campaign -", YES]),
            ("-", &["2018-01-20 ConsentRefused campaign -", YES]),
            ("consent_refused", &[YES, "2018-03-01 ConsentRefused campaign -"]),
            ("consent_expired", &[YES, "2018-03-01 ConsentExpired campaign -"]),
            ("consent_revoked", &[YES, "2018-03-01 ConsentRevoked campaign -", "2018-03-01 OUT campaign -"]),
            // Two grants at one instant: each must pass.
            ("notice_unknown", &[YES, "2018-02-01T10:00:00Z ConsentGiven campaign 1999"]),
            // A later grant without its own notice spoils an earlier one.
            ("notice_unknown", &[YES, "2018-03-01 RenewedConsentGiven campaign -"]),
            ("-", &["2018-01-20 ConsentGiven campaign 2016", "2018-03-01 RenewedConsentGiven campaign 2018"]),
            // A grant of tomorrow does not exist yet: that of today counts.
            ("-", &[YES, "2018-07-02 ConsentGiven campaign 1999"]),
            // The last instant of the as-of day is of it.
            ("-", &["2018-07-01T23:59:59.999999Z ConsentGiven campaign 2018"]),
            // A word nobody declared restricts at its instant.
            ("consent_unknown", &[YES, "2018-03-01 OPTOUT campaign -"]),
            ("-", &["2018-01-20 OPTOUT campaign -", YES]),
            ("-", &["2018-03-01 AKTIV campaign 2018"]),
        ],
    );
}

#[test]
fn what_names_no_purpose_takes_everything_and_grants_nothing() {
    check(
        &PLAIN,
        &[
            ("consent_withdrawn", &[YES, "2018-03-01 ConsentWithdrawn * -"]),
            ("consent_withdrawn", &[YES, "2018-03-01 ConsentWithdrawn - -"]),
            ("consent_withdrawn", &[YES, "2018-03-01 ConsentWithdrawn post -"]),
            ("consent_withdrawn", &[YES, "2018-03-01 ConsentWithdrawn marketing|post -"]),
            ("consent_withdrawn", &[YES, "2018-03-01 ConsentWithdrawn campaign - r=someone-else c=email"]),
            ("-", &[YES, "2018-03-01 ConsentWithdrawn marketing -"]),
            ("consent_pending", &[YES, "2018-03-01 ConsentRequested * -"]),
            // A request concerns what it names; it takes nothing away.
            ("-", &[YES, "2018-03-01 ConsentRequested post -"]),
            ("consent_unknown", &["2018-02-01 ConsentGiven * 2018"]),
            ("consent_unknown", &["2018-02-01 ConsentGiven post 2018"]),
            ("consent_unknown", &["2018-02-01 ConsentGiven Campaign 2018"]),
            ("-", &["2018-02-01 ConsentGiven post|campaign 2018"]),
            // A grant for others in the future is nothing yet.
            ("consent_unknown", &["2018-07-02 ConsentGiven marketing 2018"]),
        ],
    );
}

#[test]
fn a_grant_must_be_recent_enough_by_the_earlier_end() {
    check(
        &PLAIN,
        &[
            ("consent_expired", &["2016-07-01 ConsentGiven campaign 2018"]),
            ("notice_not_in_force", &["2016-07-02 ConsentGiven campaign 2018"]),
            ("consent_expired", &["2018-02-01 ConsentGiven campaign 2018 v=P5M"]),
            ("-", &["2018-02-02 ConsentGiven campaign 2018 v=P5M"]),
            ("-", &["2018-02-01 ConsentGiven campaign 2018 v=P99Y"]),
            ("consent_unknown", &["2018-02-01 ConsentGiven campaign 2018 v=soon"]),
            ("consent_unknown", &["2018-02-01 ConsentGiven campaign 2018 v=PT24H"]),
        ],
    );
}

#[test]
fn what_cannot_be_read_makes_its_subject_unknown() {
    check(
        &PLAIN,
        &[
            ("consent_unknown", &[YES, "2018-02-31 ConsentGiven marketing 2018"]),
            ("consent_unknown", &[YES, "- ConsentGiven campaign 2018"]),
            ("consent_unknown", &[YES, "2018-03-01 - campaign 2018"]),
            ("consent_unknown", &["2018-03-01 ConsentWithdrawn campaign - v=x"]),
            // What calendars begin at is not a time before the grant.
            ("consent_unknown", &[YES, "1900-01-01 ConsentWithdrawn campaign -"]),
            ("consent_unknown", &[YES, "1970-01-01 ConsentWithdrawn campaign -"]),
            ("consent_unknown", &[YES, "1970-01-01T00:00:00Z ConsentWithdrawn campaign -"]),
            ("consent_unknown", &[YES, "1899-12-30T00:00:00Z ConsentGiven marketing 2018"]),
            ("-", &[YES, "1900-01-02 ConsentWithdrawn campaign -"]),
        ],
    );
}

#[test]
fn the_person_must_have_chosen_everyone_and_the_channel() {
    let all = "2018-02-01 ConsentGiven campaign 2018 r=rosette-party|bigbroker c=email|post";
    let cases: &[(&str, &[&'static str])] = &[
        ("-", &[all]),
        ("recipient_not_named", &["2018-02-01 ConsentGiven campaign 2018 r=bigbroker c=post"]),
        ("recipient_not_named", &["2018-02-01 ConsentGiven campaign 2018 r= c=post"]),
        ("channel_not_covered", &["2018-02-01 ConsentGiven campaign 2018 c=email"]),
        ("channel_not_covered", &["2018-02-01 ConsentGiven campaign 2018 c=email|POST"]),
        ("channel_not_covered", &[YES]),
        ("recipient_not_named", &["2018-02-01 ConsentGiven campaign sectors c=email"]),
    ];
    check(&Asked { channel: Some("post"), ..PLAIN }, cases);
}

#[test]
fn both_dates_in_one_row_are_a_grant_and_a_withdrawal() {
    let cases: &[(&str, &[&'static str])] = &[
        ("-", &["2018-02-01 - campaign 2018"]),
        ("consent_withdrawn", &["2018-02-01 - campaign 2018 w=2018-02-01"]),
        ("-", &["2018-02-01 - campaign 2018 w=2018-01-31"]),
        ("consent_withdrawn", &["2018-02-01 - campaign 2018 w=2019-01-01"]),
        ("consent_withdrawn", &["- - campaign 2018 w=2018-01-01"]),
        ("consent_unknown", &["- - campaign 2018"]),
        ("consent_unknown", &["2018-02-01 - campaign 2018 w=gone"]),
        ("consent_unknown", &["2018-02-01 - campaign 2018 w=1900-01-01"]),
        ("-", &["2018-02-01 - campaign 2018", "2018-02-01 - marketing 2016 w=2018-03-01"]),
    ];
    check(&Asked { by_dates: true, ..PLAIN }, cases);
}

#[test]
fn the_day_itself_may_say_which_notice_it_was() {
    let cases: &[(&str, &[&'static str])] = &[
        ("-", &["2018-01-15 ConsentGiven campaign -"]),
        ("purpose_not_disclosed", &["2018-01-14T23:59:59Z ConsentGiven campaign -"]),
    ];
    check(&Asked { in_force: true, ..PLAIN }, cases);
    let before = gate(&Asked { in_force: true, ..PLAIN });
    assert_eq!(verdict_of(&before, &["2016-07-02 ConsentGiven campaign -"]), "purpose_not_disclosed");
}

#[test]
fn in_a_clock_put_back_the_worse_reading_counts() {
    // 2018-10-28 01:30 in London was twice: at 00:30 and at 01:30 UTC.
    let asked = Asked { zone: Some("Europe/London"), ..PLAIN };
    let mut later = gate(&asked);
    later.demand.as_of = date(2018, 12, 1);
    let cases: &[(&str, &[&'static str])] = &[
        (
            "consent_withdrawn",
            &["2018-10-28T01:30:00 ConsentGiven campaign 2018", "2018-10-28T01:00:00Z OUT campaign -"],
        ),
        ("consent_withdrawn", &["2018-10-28T01:00:00Z AKTIV campaign 2018", "2018-10-28T01:30:00 OUT campaign -"]),
        ("-", &["2018-10-28T00:29:59Z OUT campaign -", "2018-10-28T01:30:00 AKTIV campaign 2018"]),
        ("consent_unknown", &["2018-03-25T01:30:00 AKTIV campaign 2018"]),
    ];
    for (expected, events) in cases {
        assert_eq!(verdict_of(&later, events), *expected, "{events:?}");
    }
    // In Chisinau 02:30 of that day was at 23:30 UTC of the day before and at 00:30.
    let mut edge = gate(&Asked { zone: Some("Europe/Chisinau"), ..PLAIN });
    let twice: &[&'static str] = &["2018-10-28T02:30:00 AKTIV campaign 2018"];
    edge.demand.as_of = date(2018, 10, 27);
    assert_eq!(verdict_of(&edge, twice), "consent_not_yet_given");
    edge.demand.as_of = date(2018, 10, 28);
    assert_eq!(verdict_of(&edge, twice), "-");
    // A notice must have been in force on both days.
    edge.demand.register.notices[1].from = date(2018, 10, 28);
    edge.notices = NoticeCheck::new(&edge.demand);
    assert_eq!(verdict_of(&edge, twice), "notice_not_in_force");
}

#[test]
fn the_newest_day_leaves_out_what_is_dated_later() {
    let gate = gate(&PLAIN);
    let mut reader = gate.reader_of([false; 2]);
    let mut day = |text| reader.read(&event(text)).day;
    assert_eq!(day(YES), Some(date(2018, 2, 1)));
    assert_eq!(day("2018-07-02 ConsentWithdrawn campaign -"), None);
    assert_eq!(day("2018-07-01 ConsentGiven post -"), Some(AS_OF));
    assert_eq!(day("soon ConsentGiven campaign 2018"), None);
}
