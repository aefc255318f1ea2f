//! What becomes of each generated record under the two policies, judged here a
//! second time and naively, from the written cells alone. Tests only: it shows
//! that the mixture is what [`super`] says, not how scant judges.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::history::{NOTICE_2016, NOTICE_2018};
use super::{Recipe, events_header, extract_header, write_events, write_extract};

/// One policy's answers to what the records are asked.
struct PolicyAnswers {
    as_of: Date,
    token: &'static str,
    max_age_months: i32,
    retention_months: i32,
    /// Whether a notice discloses the purpose, and then names the party.
    discloses: fn(&str) -> Option<bool>,
}

const IN_2017: PolicyAnswers = PolicyAnswers {
    as_of: date(2017, 5, 5),
    token: "marketing",
    max_age_months: 600,
    retention_months: 600,
    discloses: |_| Some(false),
};

const LATER: PolicyAnswers = PolicyAnswers {
    as_of: date(2018, 7, 1),
    token: "political",
    max_age_months: 24,
    retention_months: 36,
    discloses: |notice| (notice == NOTICE_2018).then_some(true),
};

/// The reasons that spread to a subject's other records, in their order.
const SPREADING: [&str; 12] = [
    "deceased",
    "age_unknown",
    "child_subject",
    "consent_unknown",
    "consent_withdrawn",
    "consent_not_yet_given",
    "consent_expired",
    "purpose_not_covered",
    "notice_unknown",
    "notice_not_in_force",
    "purpose_not_disclosed",
    "recipient_not_named",
];

struct GeneratedRecord(BTreeMap<String, String>);

impl GeneratedRecord {
    fn cell(&self, column: &str) -> &str {
        &self.0[column]
    }

    fn date(&self, column: &str) -> Option<Date> {
        self.cell(column).parse().ok()
    }

    fn has_subject(&self) -> bool {
        !["", "0", "n/a", "unknown"].contains(&self.cell("subscriber_id").to_lowercase().as_str())
    }

    /// Whether the consent was withdrawn, and not given anew.
    fn withdrew(&self) -> bool {
        self.date("consent_withdrawn_at")
            .is_some_and(|day| self.date("consent_given_at").is_none_or(|given| day >= given))
    }

    /// The record's own reason; none if it would be delivered.
    fn reason(&self, asked: &PolicyAnswers) -> Option<&'static str> {
        if !self.has_subject() {
            return Some("no_subject");
        }
        if self.cell("deceased") == "Y" {
            return Some("deceased");
        }
        let can_be_a_birth = |dob: &Date| *dob > date(1900, 1, 1) && *dob <= asked.as_of;
        match self.date("dob").filter(can_be_a_birth) {
            None => return Some("age_unknown"),
            Some(dob) if dob.saturating_add(18.years()) > asked.as_of => return Some("child_subject"),
            Some(_) => {}
        }
        let kept_for = asked.retention_months.months();
        if self.date("last_active").is_none_or(|active| active.saturating_add(kept_for) <= asked.as_of) {
            return Some("retention_exceeded");
        }
        self.consent(asked)
    }

    fn consent(&self, asked: &PolicyAnswers) -> Option<&'static str> {
        let Some(given) = self.date("consent_given_at") else { return Some("consent_unknown") };
        let withdrawn = self.date("consent_withdrawn_at");
        if withdrawn.is_none() && !self.cell("consent_withdrawn_at").is_empty() {
            return Some("consent_unknown");
        }
        let tokens: BTreeSet<&str> = self.cell("consent_purposes").split('|').collect();
        if tokens.is_disjoint(&BTreeSet::from(["marketing", "political", "research"])) {
            return Some("consent_unknown");
        }
        if withdrawn.is_some_and(|withdrawn| withdrawn >= given) {
            return Some("consent_withdrawn");
        }
        if given > asked.as_of {
            return Some("consent_not_yet_given");
        }
        if given.saturating_add(asked.max_age_months.months()) <= asked.as_of {
            return Some("consent_expired");
        }
        if !tokens.contains(asked.token) {
            return Some("purpose_not_covered");
        }
        let amended = date(2018, 1, 15);
        let in_force = match self.cell("notice_version") {
            NOTICE_2016 => given >= date(2016, 5, 1) && given < amended,
            NOTICE_2018 => given >= amended,
            _ => return Some("notice_unknown"),
        };
        if !in_force {
            return Some("notice_not_in_force");
        }
        match (asked.discloses)(self.cell("notice_version")) {
            None => Some("purpose_not_disclosed"),
            Some(false) => Some("recipient_not_named"),
            Some(true) => None,
        }
    }
}

/// The records of a file, each by column name.
fn records(header: &str, rows: &[u8]) -> Vec<GeneratedRecord> {
    let text = [header.as_bytes(), rows].concat();
    csv::Reader::from_reader(text.as_slice()).deserialize().map(|record| GeneratedRecord(record.unwrap())).collect()
}

fn extract_of(recipe: &Recipe) -> Vec<GeneratedRecord> {
    let mut rows = Vec::new();
    write_extract(recipe, 0..recipe.rows, &mut rows);
    records(extract_header(), &rows)
}

/// How many records have which reason, after the records of each subject were
/// compared; those that would be delivered count as `delivered`.
fn judge(extract: &[GeneratedRecord], asked: &PolicyAnswers) -> BTreeMap<&'static str, usize> {
    let mut restricted = BTreeMap::<&str, usize>::new();
    for record in extract {
        let said = record.reason(asked).map(|reason| match reason {
            "retention_exceeded" if record.withdrew() => "consent_withdrawn",
            reason => reason,
        });
        if let Some(rank) = SPREADING.iter().position(|&reason| said == Some(reason)) {
            let worst = restricted.entry(record.cell("subscriber_id")).or_insert(rank);
            *worst = rank.min(*worst);
        }
    }
    let mut reasons = BTreeMap::new();
    for record in extract {
        let spread = || restricted.get(record.cell("subscriber_id")).map(|&rank| SPREADING[rank]);
        *reasons.entry(record.reason(asked).or_else(spread).unwrap_or("delivered")).or_default() += 1;
    }
    reasons
}

fn reasons(recipe: &Recipe, asked: &PolicyAnswers) -> BTreeMap<&'static str, usize> {
    let reasons = judge(&extract_of(recipe), asked);
    assert_eq!(reasons.values().sum::<usize>(), recipe.rows as usize);
    reasons
}

#[test]
fn in_2017_nobody_is_delivered_and_the_last_test_stops_the_rest() {
    let extract = extract_of(&Recipe::new(20_000, 11));
    for as_of in [IN_2017.as_of, date(2018, 7, 1), date(2026, 1, 1), date(2060, 1, 1)] {
        let reasons = judge(&extract, &PolicyAnswers { as_of, ..IN_2017 });
        assert!(!reasons.contains_key("delivered"), "{as_of}: {reasons:?}");
        assert!(reasons["recipient_not_named"] > 2_000, "{as_of}: {reasons:?}");
    }
    // A record that passes all other tests has this reason, and no other record has it.
    let named = PolicyAnswers { discloses: |_| Some(true), ..IN_2017 };
    for record in &extract {
        let expected = record.reason(&named).or(Some("recipient_not_named"));
        assert_eq!(record.reason(&IN_2017), expected);
    }
}

#[test]
fn later_about_a_fifth_is_delivered_and_every_reason_occurs() {
    let reasons = reasons(&Recipe::new(40_000, 11), &LATER);
    let delivered = reasons["delivered"];
    assert!((7_000..8_200).contains(&delivered), "{reasons:?}");
    for reason in SPREADING.iter().chain(&["no_subject", "retention_exceeded"]) {
        // Its only purpose is disclosed under a notice that names everybody.
        if *reason != "recipient_not_named" {
            assert!(reasons[reason] >= 20, "{reason}: {reasons:?}");
        }
    }
}

#[test]
fn the_sample_shows_every_reason_and_a_subject_who_contradicts_herself() {
    let story = super::folder::STORY;
    let extract = extract_of(&story);
    let later = reasons(&story, &LATER);
    let readme = include_str!("../../samples/story/README.md");
    assert!(readme.contains(&format!("delivers {} of {} records", later["delivered"], story.rows)));
    let stopped = reasons(&story, &IN_2017)["recipient_not_named"];
    assert!(readme.contains(&format!("as of {}, {stopped} records", IN_2017.as_of)));
    for reason in SPREADING.iter().chain(&["no_subject", "retention_exceeded"]) {
        assert!(later.contains_key(reason) || *reason == "recipient_not_named", "{reason}: {later:?}");
    }
    let alone = extract.iter().filter(|record| record.reason(&LATER).is_none()).count();
    assert!(alone > later["delivered"], "some record of somebody restricted elsewhere would pass alone");
}

#[test]
fn the_log_tells_what_the_extract_tells() {
    let recipe = Recipe::new(20_000, 5);
    let mut rows = Vec::new();
    write_events(&recipe, 0..recipe.rows, &mut rows);
    let mut states = BTreeMap::<(String, String), BTreeSet<String>>::new();
    for event in records(events_header(), &rows) {
        let time = event.cell("event_time");
        let day = time.split_once('T').map_or(time, |(day, _)| day);
        let key = (event.cell("pii_principal_id").to_owned(), event.cell("event_state").to_owned());
        states.entry(key).or_default().insert(day.to_owned());
    }
    let mut expected = BTreeMap::<(String, String), BTreeSet<String>>::new();
    for record in extract_of(&recipe).iter().filter(|record| record.has_subject()) {
        let mut expect = |state: &str, column: &str| {
            let key = (record.cell("subscriber_id").to_owned(), state.to_owned());
            expected.entry(key).or_default().insert(record.cell(column).to_owned());
        };
        let asked = !(record.cell("consent_given_at").is_empty() && record.cell("notice_version").is_empty());
        match record.cell("consent_purposes") {
            "" if asked => expect("ConsentRefused", "consent_given_at"),
            "" => {}
            _ => expect("ConsentGiven", "consent_given_at"),
        }
        if !record.cell("consent_withdrawn_at").is_empty() {
            expect("ConsentWithdrawn", "consent_withdrawn_at");
        }
    }
    assert_eq!(states.len(), expected.len());
    assert!(states == expected);
}
