//! People on a list, written in one way there and in another in the extract: none of
//! them is delivered. Compared with a second implementation in Python, over many
//! pairs of writings for every form.

use std::process::Command;

use scant::internals::{
    CanonicalBuffers, CellForm, Compared, Comparison, DateFormat, DropForm, Form, Identifier, Normalise,
};

use super::project::ListProject;
use crate::kit::{Options, Random, data_of, json_of, needs, read_csv, root};

const LISTS: &str = r#"
[[consent.lists]]
name = "addresses"
kind = "erasure"
path = "addresses.csv"
match = { email = "address" }
normalise = { email = "email" }
max_unreadable = 1000000

[[consent.lists]]
name = "numbers"
kind = "preference"
path = "numbers.csv"
match = { postcode = "number" }
normalise = { postcode = "phone_e164" }
max_unreadable = 1000000
"#;

/// Makes lists and extract in Python, and has it said there who is delivered.
fn the_delivered_set_is_that_of_python(entries: usize, records: usize) {
    if !needs("python") {
        return;
    }
    let project = ListProject::new(LISTS);
    let made = Command::new("python3")
        .arg(root("tests/oracle/disguises.py"))
        .arg(project.folder())
        .args([entries, records].map(|number| number.to_string()))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let expected = json_of(&made);
    let options = Options { threads: 2, block_bytes: Some(1 << 20), ..Options::default() };
    let delivery = project.deliver_file(&project.path("extract.csv"), options).unwrap();
    let notes: Vec<String> = read_csv(&data_of(&delivery)).1.into_iter().map(|row| row[0].clone()).collect();
    let expected_notes = std::fs::read_to_string(project.path("delivered.txt")).unwrap();
    assert!(notes.iter().map(String::as_str).eq(expected_notes.lines()), "another set than Python's");
    assert_eq!(serde_json::to_value(&delivery.report.dropped).unwrap(), expected["dropped"]);
    for (list, name) in delivery.report.lists.iter().zip(["addresses", "numbers"]) {
        let unreadable: u64 = list.unreadable.values().flat_map(|reasons| reasons.values()).sum();
        assert_eq!(serde_json::json!([list.found, unreadable]), expected[name], "{name}");
    }
    assert!(notes.len() > records / 10 && delivery.report.dropped.len() >= 4, "there is something to agree about");
}

#[test]
fn a_thousand_disguised_entries_against_twenty_thousand_records() {
    the_delivered_set_is_that_of_python(1_000, 20_000);
}

/// Half a minute without optimisation: apart from the others, by
/// `cargo test -- --ignored ten_thousand_disguised`, as `.ci/run` does.
#[test]
#[ignore = "takes half a minute: .ci/run has it"]
fn ten_thousand_disguised_entries_against_a_million_records() {
    the_delivered_set_is_that_of_python(10_000, 1_000_000);
}

/// A value of a kind, and texts that a person may write for it; the last few are
/// more than the value, and may be refused, but never taken for another.
fn disguise(form: &str, person: usize, random: &mut Random) -> String {
    let plain = match form {
        "email" => format!("Anna.{person}@Example{}.org", person % 7),
        "phone_e164" => format!("+447700{:06}", person % 1_000_000),
        "digits" => format!("{:08}", person * 7),
        "postcode" => format!("SW{}{} {}AB", person % 9 + 1, ["A", "E", ""][person % 3], person % 10),
        "date" => format!("{:04}-{:02}-{:02}", 1930 + person % 80, person % 12 + 1, person % 28 + 1),
        "none" => format!("AB-{person:05} {}", person % 3),
        _ => unreachable!(),
    };
    let joint = ["", " ", "-", "\u{a0}", "  ", "\u{2011}"][random.below(6)];
    let inside = match (
        form,
        random.below(match form {
            "email" => 40,
            "none" => 24,
            _ => 8,
        }),
    ) {
        ("email", 0) => plain.to_uppercase(),
        ("email", 1) | ("postcode", 0) => plain.to_lowercase(),
        ("email", 2) => format!("Anna <{plain}>"),
        ("email", 3) => format!("{plain};{plain}"),
        ("email", 4) => plain.replace("nna", "n\u{200b}na"),
        ("email", 5) => format!("<{plain}>"),
        ("email", 6) => format!("mailto:{plain}"),
        ("email", 7) => format!("'{plain}'"),
        ("email", 8) => format!("{plain}."),
        ("email", 9) => plain.replacen('A', "\u{410}", 1),
        ("email", 10) => plain.replace('x', "\u{445}"),
        ("email", 11) => format!("{}{plain}", ["=", "#", "+", "-"][random.below(4)]),
        ("email", 12) => plain.replace('a', "\u{251}"),
        ("email", 13) => plain.replacen('g', "\u{261}", 1),
        ("email", 14) => plain.replacen('A', "\u{e000}A", 1),
        ("none", 0) => plain.replace('-', ["\u{2010}", "\u{2011}", "\u{2014}", "\u{2212}"][random.below(4)]),
        ("none", 1) => ["'", "="][random.below(2)].to_owned() + &plain,
        ("none", 2) => format!("=\"{plain}\""),
        ("none", 3) => format!("\"{plain}\""),
        ("none", 4) => plain.clone() + [",", ";"][random.below(2)],
        ("none", 5) => plain.replace('0', ["\u{660}", "0\u{20dd}", "\u{966}", "0\u{f8ff}"][random.below(4)]),
        ("none", 6) => plain.replace('A', ["\u{13aa}", "\u{a4ee}", "\u{410}"][random.below(3)]),
        ("phone_e164", 0) => format!("0{}", &plain[3..]),
        ("phone_e164", 1) => format!("0044{}", &plain[3..]),
        ("phone_e164", 2) => format!("+44 (0){}{joint}{}", &plain[3..7], &plain[7..]),
        ("phone_e164", 3) => format!("{}{joint}{}", &plain[..7], &plain[7..]),
        ("phone_e164", 4) => format!("{plain} ext 3"),
        ("phone_e164", 5) => plain[3..].to_owned(),
        ("digits", 0) => format!("{}{joint}{}", &plain[..4], &plain[4..]),
        ("digits", 1) => format!("({}) {}", &plain[..2], &plain[2..]),
        ("digits", 2) => format!("{plain}x"),
        ("postcode", 1) => plain.replace(' ', ""),
        ("postcode", 2) => plain.replace(' ', "  "),
        ("postcode", 3) => plain.split(' ').next().unwrap().to_owned(),
        ("date", 0) => format!("{plain} 00:00:00"),
        ("date", 1) => format!("{plain}T12:30:00Z"),
        ("date", 2) => format!("{}/{}/{}", &plain[8..], &plain[5..7], &plain[..4]),
        _ => plain,
    };
    let blanks = ["", " ", "\t", "\u{a0}"];
    format!("{}{inside}{}", blanks[random.below(4)], blanks[random.below(4)])
}

fn forms() -> Vec<(&'static str, Comparison)> {
    let text = |rule| CellForm::Text(Form::new(rule));
    let alike = |form: CellForm| Comparison::Values { record: vec![form.clone()], entry: vec![form] };
    vec![
        ("email", alike(text(Normalise::Email))),
        ("phone_e164", alike(text(Normalise::PhoneE164))),
        ("digits", alike(text(Normalise::Digits))),
        ("none", alike(text(Normalise::None))),
        ("postcode", alike(CellForm::Postcode)),
        ("date", alike(CellForm::day(&DateFormat::iso()))),
    ]
}

/// Of 100,000 pairs a form, each one person in two disguises: the record is found,
/// or one of the two cannot be read, which refuses the run or drops the record.
/// Two people are never one.
#[test]
fn whoever_is_on_a_list_in_any_disguise_is_found_or_told() {
    for (name, comparison) in forms() {
        let mut random = Random::new(13);
        let (mut as_entry, mut as_record) = (CanonicalBuffers::default(), CanonicalBuffers::default());
        let (mut found, mut told) = (0, 0);
        for pair in 0..100_000 {
            let person = pair % 3_000;
            let (listed, own) = (disguise(name, person, &mut random), disguise(name, person, &mut random));
            let other = disguise(name, person + 1, &mut random);
            let listed = comparison.of_entry(&[Some(&listed)], &mut as_entry);
            if let Compared::Value(entry) = listed
                && let Compared::Value(stranger) = comparison.of_record(&[Some(&other)], &mut as_record)
            {
                assert_ne!(entry, stranger, "{name}: two people are one");
            }
            match (listed, comparison.of_record(&[Some(&own)], &mut as_record)) {
                (Compared::Value(entry), Compared::Value(record)) => {
                    assert_eq!(entry, record, "{name}: slipped past the list: {own:?}");
                    found += 1;
                }
                (Compared::Unreadable(_), _) | (_, Compared::Unreadable(_)) => told += 1,
                (listed, record) => panic!("{name}: {listed:?} {record:?}"),
            }
        }
        assert!(found > 20_000 && told > 10_000, "{name}: {found} found, {told} told");
    }
}

/// The same for deletion lists, whose entries were hashed from the plain value.
#[test]
fn whoever_is_on_a_deletion_list_in_any_disguise_is_found_or_told() {
    for (name, identifier) in [("email", Identifier::Email), ("phone_e164", Identifier::Phone)] {
        let comparison = Comparison::Drop(DropForm::new(&[identifier], &DateFormat::iso()).unwrap());
        let mut random = Random::new(17);
        let (mut plain_room, mut room) = (CanonicalBuffers::default(), CanonicalBuffers::default());
        let (mut found, mut told) = (0, 0);
        for person in 0..20_000 {
            let plain = match identifier {
                Identifier::Email => format!("anna.{person}@example{}.org", person % 7),
                _ => format!("+447700{:06}", person % 1_000_000),
            };
            let own = disguise(name, person, &mut random);
            match (
                comparison.of_record(&[Some(&plain)], &mut plain_room),
                comparison.of_record(&[Some(&own)], &mut room),
            ) {
                (Compared::Value(entry), Compared::Value(record)) => {
                    assert_eq!(entry, record, "{name}: {own:?}");
                    found += 1;
                }
                (Compared::Value(_), Compared::Unreadable(_)) => told += 1,
                (listed, record) => panic!("{name}: {listed:?} {record:?}"),
            }
        }
        assert!(found > 5_000 && told > 1_000, "{name}: {found} found, {told} told");
    }
}
