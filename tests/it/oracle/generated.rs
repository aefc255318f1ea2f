//! Ten thousand generated records under the two policies that are generated with
//! them.

use super::agree;
use super::calendar::{Day, Period};
use super::policy::{Action, Evidence, Normalise, Notice, Policy, Register, Said, Selection};
use scant::internals::{Recipe, generate};

use crate::kit::{Options, Project};

fn text(text: &str) -> String {
    text.to_owned()
}

fn day(year: i64, month: i64, day: i64) -> Day {
    Day::new(year, month, day).unwrap()
}

fn register() -> Register {
    let discloses = |purpose: &str, parties: &[&str]| (text(purpose), parties.iter().map(|id| text(id)).collect());
    let broker = discloses("direct-marketing", &["bigbroker"]);
    let both = discloses("political-campaign", &["bigbroker", "rosette-party"]);
    let amended = day(2018, 1, 15);
    Register {
        purposes: ["direct-marketing", "political-campaign", "research"].map(text).to_vec(),
        parties: ["acme-mother", "bigbroker", "rosette-party"].map(text).to_vec(),
        notices: vec![
            Notice {
                id: text("privacy-2016-05"),
                from: day(2016, 5, 1),
                until: Some(amended),
                discloses: vec![broker.clone()],
            },
            Notice { id: text("privacy-2018-01"), from: amended, until: None, discloses: vec![broker, both] },
        ],
    }
}

/// `policy-later.toml`, read by a person.
pub fn later() -> Policy {
    let names = [("marketing", "direct-marketing"), ("political", "political-campaign"), ("research", "research")];
    Policy {
        purpose: text("political-campaign"),
        recipient: text("bigbroker"),
        on_behalf_of: vec![text("rosette-party")],
        max_age: Some(Period::months(24)),
        subject: text("subscriber_id"),
        subject_normalise: Normalise::Trim,
        pseudonym: Some((text("person"), text("subscriber"), 128)),
        sentinels: None,
        trim: false,
        null_values: vec![String::new()],
        evidence: Evidence {
            said: Said::Tokens {
                column: text("consent_purposes"),
                separator: Some(text("|")),
                names: Some(names.map(|(token, purpose)| (text(token), text(purpose))).to_vec()),
            },
            refused: Vec::new(),
            given_at: text("consent_given_at"),
            withdrawn_at: Some(text("consent_withdrawn_at")),
            notice: Some(text("notice_version")),
            recipients: None,
        },
        only: Vec::new(),
        drop: vec![(
            Selection {
                column: text("deceased"),
                listed: vec![text("Y")],
                district: false,
                others: Some(vec![text("N")]),
                of_the_record: false,
            },
            text("deceased"),
        )],
        minimum_age: Some((text("dob"), 18)),
        retention: Some((text("last_active"), Period::months(36))),
        formats: Vec::new(),
        columns: vec![(text("postcode"), Action::District), (text("dob"), Action::Year)],
        renamed: vec![(text("postcode"), text("postcode_district")), (text("dob"), text("birth_year"))],
        any_age_below: Some((text("child_under_5"), 5, vec![text("child_1_dob"), text("child_2_dob")])),
        order_of_extract: false,
        register: register(),
    }
}

/// `policy-2017.toml`, read by a person.
fn in_2017() -> Policy {
    let kept =
        ["title", "first_name", "last_name", "address_line", "town", "postcode", "dob", "child_1_dob", "child_2_dob"];
    Policy {
        purpose: text("direct-marketing"),
        max_age: Some(Period::months(600)),
        retention: Some((text("last_active"), Period::months(600))),
        subject_normalise: Normalise::None,
        pseudonym: None,
        columns: kept.map(|name| (text(name), Action::Keep)).to_vec(),
        renamed: Vec::new(),
        any_age_below: None,
        order_of_extract: true,
        ..later()
    }
}

#[test]
fn generated_extracts_come_to_the_same_under_both_policies() {
    let days = [day(2017, 5, 5), day(2018, 1, 15), day(2018, 7, 1), day(2019, 2, 28), day(2020, 2, 29)];
    let mut delivered = 0;
    for (seed, duplicates_per_thousand) in [(11, 30), (12, 300)] {
        let project = Project::new();
        let made = project.path("generated");
        generate(&Recipe { rows: 10_000, seed, duplicates_per_thousand }, &made, 2, &|_| {}).unwrap();
        let policies = [
            (later(), project.story("policy-later.toml", &[("format = \"parquet\"", "format = \"csv\"")])),
            (in_2017(), project.story("policy-2017.toml", &[])),
        ];
        for (policy, document) in &policies {
            for as_of in days {
                let options = Options { block_bytes: Some(64 << 10), ..Options::default() };
                let agreed = agree(&project, policy, document, &made.join("extract.csv"), as_of, options);
                let agreed = agreed.unwrap_or_else(|differs| panic!("{duplicates_per_thousand} {as_of}: {differs}"));
                let total = agreed.rows.len() as u64 + agreed.dropped.values().sum::<u64>();
                assert_eq!(total, 10_000);
                delivered += agreed.rows.len();
            }
        }
    }
    assert!(delivered > 4_000, "the comparison is of something: {delivered}");
}
