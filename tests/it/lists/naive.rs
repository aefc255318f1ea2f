//! The naive second implementation: one record at a time, plain texts, written from
//! the manual. Says who is on a list, what that means for their other records, and
//! which entries were found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::project::{HEADER, ListProject};
use crate::kit::{Options, data_of, read_csv};

#[derive(Debug, Clone)]
struct List {
    kind: &'static str,
    /// 0: id; 1: e-mail in lower case; 2: both.
    matched: usize,
    entries: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
struct Person {
    id: String,
    email: String,
    consent: &'static str,
}

fn list() -> impl Strategy<Value = List> {
    let entry = (id(), email());
    (prop::sample::select(vec!["suppression", "erasure", "preference"]), 0_usize..3, prop::collection::vec(entry, 1..6))
        .prop_map(|(kind, matched, entries)| List { kind, matched, entries })
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![1 => Just(String::new()), 6 => (0..8).prop_map(|number| format!("p{number}"))]
}

fn email() -> impl Strategy<Value = String> {
    let emails = ["", "a@x", "A@x ", "b@x", "B@X", "no address", "c@x"];
    prop::sample::select(emails.to_vec()).prop_map(str::to_owned)
}

fn person() -> impl Strategy<Value = Person> {
    (id(), email(), prop::sample::select(vec!["Y", "Y", "Y", "N"])).prop_map(|(id, email, consent)| Person {
        id,
        email,
        consent,
    })
}

fn form(email: &str) -> String {
    email.trim().to_lowercase()
}

impl List {
    fn is_matched(&self, entry: &(String, String), person: &Person) -> bool {
        let id = !entry.0.is_empty() && entry.0 == person.id;
        let email = !form(&entry.1).is_empty() && form(&entry.1) == form(&person.email);
        match self.matched {
            0 => id,
            1 => email,
            _ => id && email,
        }
    }

    fn has(&self, person: &Person) -> bool {
        self.entries.iter().any(|entry| self.is_matched(entry, person))
    }

    /// What of an entry is compared; nothing where a value is missing.
    fn compared(&self, (id, email): &(String, String)) -> Option<(String, String)> {
        let (id, email) = (id.clone(), form(email));
        let key = match self.matched {
            0 => (id, String::new()),
            1 => (String::new(), email),
            _ => (id, email),
        };
        let is_there = match self.matched {
            0 => !key.0.is_empty(),
            1 => !key.1.is_empty(),
            _ => !key.0.is_empty() && !key.1.is_empty(),
        };
        is_there.then_some(key)
    }

    /// Whether one of the two values that are compared together is there, and one not.
    fn is_half(&self, id: &str, email: &str) -> bool {
        self.matched == 2 && id.is_empty() != form(email).is_empty()
    }

    fn toml(&self, number: usize) -> String {
        let matched = ["id = \"a\"", "email = \"b\"", "id = \"a\", email = \"b\""][self.matched];
        let normalise = if self.matched == 0 { "" } else { "normalise = { email = \"lower\" }\n" };
        format!(
            "[[consent.lists]]\nname = \"l{number}\"\nkind = \"{}\"\npath = \"l{number}.csv\"\nmay_be_empty = true\n\
             max_unreadable = 6\nmatch = {{ {matched} }}\n{normalise}",
            self.kind
        )
    }

    fn csv(&self) -> String {
        self.entries.iter().fold("b,a\n".to_owned(), |mut text, (id, email)| {
            writeln!(text, "\"{email}\",{id}").unwrap();
            text
        })
    }
}

/// Its rank and its name; `None` for a record that passes on its own.
fn own_reason(lists: &[List], person: &Person) -> Option<(usize, String)> {
    if person.id.is_empty() {
        return Some((0, "no_subject".to_owned()));
    }
    if lists.iter().any(|list| list.kind == "erasure" && list.has(person)) {
        return Some((1, "erased".to_owned()));
    }
    let suppressed = lists.iter().position(|list| list.kind != "erasure" && list.has(person));
    if let Some(number) = suppressed {
        return Some((2 + number, format!("suppressed:l{number}")));
    }
    (person.consent == "N").then(|| (100, "consent_refused".to_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_agrees(
        lists in prop::collection::vec(list(), 1..4),
        people in prop::collection::vec(person(), 1..25),
        threads in 1_usize..4,
        block_bytes in 20_usize..400,
    ) {
        let project = ListProject::new(&lists.iter().enumerate().map(|(number, list)| list.toml(number)).collect::<String>());
        for (number, list) in lists.iter().enumerate() {
            project.write(&format!("l{number}.csv"), list.csv());
        }
        // Somebody is always delivered, so that there is an account.
        let mut people = people;
        people.push(Person { id: "always".to_owned(), email: String::new(), consent: "Y" });
        let mut dropped: BTreeMap<String, u64> = BTreeMap::new();
        let mut delivered = Vec::new();
        let mut verdicts: BTreeMap<u64, String> = BTreeMap::new();
        for (number, person) in people.iter().enumerate() {
            let reason = own_reason(&lists, person).or_else(|| {
                let same = people.iter().filter(|other| other.id == person.id);
                same.filter_map(|other| own_reason(&lists, other)).min()
            });
            // Whose record that is, where the id is missing, nobody can ask.
            if !person.id.is_empty() {
                let verdict = reason.as_ref().map_or("delivered", |(_, reason)| reason);
                verdicts.insert(number as u64 + 1, verdict.to_owned());
            }
            match reason {
                Some((_, reason)) => *dropped.entry(reason).or_default() += 1,
                None => delivered.push(format!("note {number}")),
            }
        }
        let records: String = people.iter().enumerate().map(|(number, person)| {
            format!("{},\"{}\",E1,{},2018-06-01,note {number}\n", person.id, person.email, person.consent)
        }).collect();
        project.write("extract.csv", format!("{HEADER}{records}"));
        let options = Options { threads, block_bytes: Some(block_bytes), ..Options::default() };
        let delivery = project.deliver_file(&project.path("extract.csv"), options).unwrap();
        prop_assert_eq!(&delivery.report.dropped, &dropped);
        let data = data_of(&delivery);
        let notes: Vec<String> = read_csv(&data).1.into_iter().map(|row| row[0].clone()).collect();
        prop_assert_eq!(notes, delivered);
        let ids: Vec<String> = people.iter().map(|person| person.id.clone()).filter(|id| !id.is_empty()).collect();
        prop_assert_eq!(project.verdicts(&project.path("extract.csv"), options, &ids), verdicts);
        for (list, told) in lists.iter().zip(&delivery.report.lists) {
            let mut keys: BTreeMap<(String, String), bool> = BTreeMap::new();
            for entry in &list.entries {
                if let Some(key) = list.compared(entry) {
                    *keys.entry(key).or_default() |= people.iter().any(|person| list.is_matched(entry, person));
                }
            }
            let found = keys.values().filter(|found| **found).count() as u64;
            prop_assert_eq!((told.entries, told.found), (keys.len() as u64, found));
            let unreadable: u64 = told.unreadable.values().flat_map(BTreeMap::values).sum();
            let half = list.entries.iter().filter(|(id, email)| list.is_half(id, email)).count() as u64;
            prop_assert_eq!(unreadable, half);
            let names_nobody = keys.is_empty() && half == 0;
            let incomplete = people.iter().filter(|person| list.is_half(&person.id, &person.email)).count() as u64;
            prop_assert_eq!(told.incomplete, if names_nobody { 0 } else { incomplete });
            prop_assert_eq!(told.without_value + half + list.entries.iter().filter_map(|entry| list.compared(entry)).count() as u64, list.entries.len() as u64);
        }
    }
}
