//! Every combination of what a record can say about consent, alone and with a second
//! record of the same subject: the engine and the naive implementation agree on
//! each, and every delivered record has an explicit yes to everything.

use std::collections::BTreeSet;

use crate::kit::{Options, Project};
use crate::oracle::{
    Action, Day, Evidence, Flag, Normalise, Notice, Period, Policy, Register, Said, compare, expect, read_extract,
};

const PURPOSES: [(&str, &str); 5] = [
    ("covers", "marketing|political"),
    ("other", "marketing"),
    ("none", "|"),
    ("unmapped", "Political|newsletter"),
    ("empty", ""),
];
const GIVEN: [&str; 5] = ["before", "at", "after", "missing", "unreadable"];
const WITHDRAWN: [&str; 8] =
    ["none", "before", "same day", "after", "future", "unreadable", "calendar's first", "clock's first"];
const NOTICES: [&str; 4] = ["in force", "not in force", "unknown", "empty"];
const RECIPIENTS: [&str; 3] = ["named", "broker only", "category only"];
const REFUSED: [&str; 4] = ["yes", "no", "odd", "absent"];
const TWINS: [&str; 3] = ["single", "passing", "failing"];

/// What one record says, in the words of the table.
#[derive(Clone, Copy)]
struct Combination {
    purpose: &'static str,
    given: &'static str,
    withdrawn: &'static str,
    notice: &'static str,
    recipient: &'static str,
    refused: &'static str,
    twin: &'static str,
}

const PASSING: Combination = Combination {
    purpose: "covers",
    given: "before",
    withdrawn: "none",
    notice: "in force",
    recipient: "named",
    refused: "no",
    twin: "single",
};

fn as_of() -> Day {
    Day::new(2018, 7, 1).unwrap()
}

impl Combination {
    /// Judged by the words alone: no date, no cell, no table of reasons.
    fn is_an_explicit_yes(&self) -> bool {
        self.purpose == "covers"
            && ["before", "at"].contains(&self.given)
            && ["none", "before"].contains(&self.withdrawn)
            && self.notice == "in force"
            && self.recipient == "named"
            && ["no", "absent"].contains(&self.refused)
            && ["single", "passing"].contains(&self.twin)
    }

    fn record(&self, subject: usize, label: &str) -> [String; 7] {
        let given_day = match self.given {
            "at" => as_of(),
            "after" => as_of().plus_days(1),
            _ => as_of().plus_days(-10),
        };
        let given = match self.given {
            "missing" => String::new(),
            "unreadable" => "10/06/2018".to_owned(),
            _ => given_day.to_string(),
        };
        let withdrawn = match self.withdrawn {
            "none" => String::new(),
            "before" => given_day.plus_days(-1).to_string(),
            "same day" => given_day.to_string(),
            "after" => given_day.plus_days(1).to_string(),
            "future" => as_of().plus_months(2).to_string(),
            "calendar's first" => "1900-01-01".to_owned(),
            "clock's first" => "1970-01-01".to_owned(),
            _ => "yes, in June".to_owned(),
        };
        let kind = self.recipient.replace(' ', "-");
        let notice = match self.notice {
            "in force" => format!("{kind}-now"),
            "not in force" => format!("{kind}-then"),
            "unknown" => format!("{kind}-nowhere"),
            _ => String::new(),
        };
        let refused = match self.refused {
            "yes" => "1",
            "no" => "0",
            _ => "perhaps",
        };
        let said = PURPOSES.iter().find(|(word, _)| *word == self.purpose).unwrap().1;
        [format!("s{subject}"), label.to_owned(), said.to_owned(), given, withdrawn, notice, refused.to_owned()]
    }
}

fn every_combination(refused: &[&'static str]) -> Vec<Combination> {
    let mut all = Vec::new();
    for (purpose, _) in PURPOSES {
        for given in GIVEN {
            for withdrawn in WITHDRAWN {
                for notice in NOTICES {
                    for recipient in RECIPIENTS {
                        for refused in refused.iter().copied() {
                            for twin in TWINS {
                                all.push(Combination { purpose, given, withdrawn, notice, recipient, refused, twin });
                            }
                        }
                    }
                }
            }
        }
    }
    all
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn policy(with_refused: bool) -> Policy {
    let mut notices = Vec::new();
    for (kind, parties) in [
        ("named", vec![text("bigbroker"), text("rosette-party")]),
        ("broker-only", vec![text("bigbroker")]),
        ("category-only", Vec::new()),
    ] {
        for (when, until) in [("now", None), ("then", Some(as_of().plus_months(-1)))] {
            notices.push(Notice {
                id: format!("{kind}-{when}"),
                from: as_of().plus_months(-12),
                until,
                discloses: vec![(text("political-campaign"), parties.clone())],
            });
        }
    }
    let flag = Flag { column: text("refused"), yes: vec![text("1")], no: vec![text("0")] };
    Policy {
        purpose: text("political-campaign"),
        recipient: text("bigbroker"),
        on_behalf_of: vec![text("rosette-party")],
        max_age: Some(Period::months(24)),
        subject: text("id"),
        subject_normalise: Normalise::None,
        pseudonym: None,
        sentinels: None,
        trim: false,
        null_values: vec![String::new()],
        evidence: Evidence {
            said: Said::Tokens {
                column: text("said"),
                separator: Some(text("|")),
                names: Some(vec![
                    (text("political"), text("political-campaign")),
                    (text("marketing"), text("direct-marketing")),
                ]),
            },
            refused: with_refused.then_some(flag).into_iter().collect(),
            given_at: text("given"),
            withdrawn_at: Some(text("withdrawn")),
            notice: Some(text("notice")),
            recipients: None,
        },
        only: Vec::new(),
        drop: Vec::new(),
        minimum_age: None,
        retention: None,
        formats: Vec::new(),
        columns: vec![(text("label"), Action::Keep)],
        renamed: Vec::new(),
        any_age_below: None,
        order_of_extract: true,
        register: Register {
            purposes: vec![text("political-campaign"), text("direct-marketing")],
            parties: vec![text("acme-mother"), text("bigbroker"), text("rosette-party")],
            notices,
        },
    }
}

#[test]
fn every_combination_comes_to_the_same_and_only_a_yes_is_delivered() {
    let project = Project::new();
    let (mut combinations, mut delivered) = (0, 0);
    for refused in [&REFUSED[..3], &REFUSED[3..]] {
        let policy = policy(refused != ["absent"]);
        let all = every_combination(refused);
        combinations += all.len();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["id", "label", "said", "given", "withdrawn", "notice", "refused"]).unwrap();
        let mut explicit_yes: BTreeSet<String> = BTreeSet::new();
        for (subject, combination) in all.iter().enumerate() {
            let label = format!("r{subject}");
            let twin = match combination.twin {
                "passing" => Some(PASSING),
                "failing" => Some(Combination { given: "missing", ..PASSING }),
                _ => None,
            };
            if combination.is_an_explicit_yes() {
                explicit_yes.insert(label.clone());
                explicit_yes.extend(twin.map(|_| format!("t{subject}")));
            }
            // Half of the twins stand before their record, half after it.
            let twin = twin.map(|twin| twin.record(subject, &format!("t{subject}")));
            let (before, after) = if subject % 2 == 0 { (twin, None) } else { (None, twin) };
            for record in before.into_iter().chain([combination.record(subject, &label)]).chain(after) {
                writer.write_record(record).unwrap();
            }
        }
        let table = writer.into_inner().unwrap();
        project.write("register.toml", policy.register.to_toml());
        let document = project.write("policy.toml", policy.to_toml());
        let extract = project.write("table.csv", &table);
        let options = Options { as_of: as_of().date(), block_bytes: Some(4096), ..Options::default() };
        let found = project.outcome(&document, &extract, options).unwrap();
        let expected = expect(&policy, as_of(), &[], &read_extract(&table, false));
        compare(&policy, &expected, &found).unwrap_or_else(|differs| panic!("{refused:?}: {differs}"));
        let labels: BTreeSet<String> = found.rows.iter().map(|row| row[0].clone()).collect();
        assert_eq!(labels, explicit_yes, "{refused:?}");
        delivered += labels.len();
    }
    assert_eq!(combinations, 28_800);
    // Two dates of the grant, two of the withdrawal, flag and no flag; alone, or
    // with a twin that passes, too.
    assert_eq!(delivered, 2 * 2 * 2 * 3);
}

/// What two columns of a grant and two of a refusal can say, in every combination.
#[test]
fn several_columns_come_to_the_same_and_only_enough_yeses_are_delivered() {
    const GRANTS: [&str; 4] = ["Y", "N", "", "perhaps"];
    const REFUSALS: [&str; 4] = ["1", "0", "", "perhaps"];
    let project = Project::new();
    for need in ["all", "any", "membership"] {
        let flag =
            |column: &str, yes: &str, no: &str| Flag { column: text(column), yes: vec![text(yes)], no: vec![text(no)] };
        let mut policy = policy(false);
        policy.evidence.said = match need {
            "membership" => Said::Member,
            need => Said::Granted(vec![flag("said", "Y", "N"), flag("said_too", "Y", "N")], need),
        };
        policy.evidence.refused = vec![flag("refused", "1", "0"), flag("refused_too", "1", "0")];
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .write_record(["id", "label", "said", "given", "withdrawn", "notice", "refused", "said_too", "refused_too"])
            .unwrap();
        let (mut explicit_yes, mut records) = (BTreeSet::new(), 0);
        for one in GRANTS {
            for other in GRANTS {
                for refused in REFUSALS {
                    for refused_too in REFUSALS {
                        for given in ["before", "missing"] {
                            let label = format!("r{records}");
                            let combination = Combination { given, ..PASSING };
                            let mut record = combination.record(records, &label).to_vec();
                            record[2] = text(one);
                            record[6] = text(refused);
                            record.extend([text(other), text(refused_too)]);
                            writer.write_record(record).unwrap();
                            // By the words alone.
                            let enough = match need {
                                "all" => one == "Y" && other == "Y",
                                "any" => [one, other].contains(&"Y") && ![one, other].contains(&"perhaps"),
                                _ => true,
                            };
                            if enough && given == "before" && refused == "0" && refused_too == "0" {
                                explicit_yes.insert(label);
                            }
                            records += 1;
                        }
                    }
                }
            }
        }
        let table = writer.into_inner().unwrap();
        project.write("register.toml", policy.register.to_toml());
        let document = project.write("policy.toml", policy.to_toml());
        let extract = project.write("table.csv", &table);
        let options = Options { as_of: as_of().date(), ..Options::default() };
        let found = project.outcome(&document, &extract, options).unwrap();
        let expected = expect(&policy, as_of(), &[], &read_extract(&table, false));
        compare(&policy, &expected, &found).unwrap_or_else(|differs| panic!("{need}: {differs}"));
        let labels: BTreeSet<String> = found.rows.iter().map(|row| row[0].clone()).collect();
        assert_eq!((labels, records), (explicit_yes, 512), "{need}");
    }
}
