//! Lists of domains, names and IP addresses: every canonical form can be compared, alone
//! and beside others.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;
use scant::internals::ReleaseError;

use super::project::{ERASURES, ListProject, dropped, record};
use crate::kit::{Options, Outcome, converted, said};

fn policy(rule: &str) -> String {
    ERASURES.replace("email = \"email\"", &format!("email = \"{rule}\""))
}

/// What becomes of records with these cells in the column `email`.
fn outcome(rule: &str, entries: &[&str], cells: &[&str]) -> Outcome {
    let project = ListProject::new(&policy(rule));
    let entries: String = entries.iter().map(|entry| format!("\"{entry}\"\n")).collect();
    project.write("erasures.csv", format!("address\n{entries}"));
    let mut text = record("missing", "", "E1", "Y");
    text.extend(cells.iter().zip(1..).map(|(cell, id)| record(&format!("{id}"), &format!("\"{cell}\""), "E1", "Y")));
    project.outcome(&text, Options::default())
}

#[test]
fn a_list_of_domains_finds_every_address_in_and_below_them() {
    let entries = ["@example.org", "*@mail.example.net", "*.münchen.example", "example.com "];
    let found = [
        "ann@Example.org",
        "bob@a.b.example.org",
        "cy@mail.example.net",
        "x@xn--mnchen-3ya.example",
        "y@www.MÜNCHEN.example",
    ];
    let others = ["dan@example.net", "eve@notexample.org", "fin@example.org.uk", "gus@org.example", "hal@com.example"];
    let unread = ["example.org", "@example.org", "no address"];
    let outcome = outcome("domain", &entries, &[&found[..], &others, &unread].concat());
    assert_eq!(outcome.dropped, dropped(&[("erased", 5), ("not_comparable:erasures", 3)]));
    let notes: Vec<&str> = outcome.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(notes, ["note missing", "note 6", "note 7", "note 8", "note 9", "note 10"]);
}

#[test]
fn a_domain_is_compared_beside_other_values() {
    let list = policy("domain").replace("email = \"address\"", "email = \"address\", postcode = \"area\"");
    let list = list.replace("email = \"domain\"", "email = \"domain\", postcode = \"name\"");
    let project = ListProject::new(&list);
    project.write("erasures.csv", "address,area\nx.org,O'Brien\n");
    let text = record("1", "a@x.org", "o brien", "Y")
        + &record("2", "a@y.x.org", "OBRIEN", "Y")
        + &record("3", "a@x.org", "Brien", "Y")
        + &record("4", "a@z.org", "O'Brien", "Y");
    let outcome = project.outcome(&text, Options::default());
    assert_eq!(outcome.dropped, dropped(&[("erased", 2)]));
}

#[test]
fn names_and_addresses_are_one_in_every_writing() {
    let names = outcome("name", &["O'Brien", "Zoë"], &["OBRIEN", "o\u{2019}brien", "ZOE", "Bryan", "O'Brien, Ann"]);
    assert_eq!(names.dropped, dropped(&[("erased", 3), ("not_comparable:erasures", 1)]));
    let addresses = outcome(
        "ip_address",
        &["192.0.2.7", "2001:DB8::7"],
        &["::ffff:192.0.2.7", "2001:db8:0:0::7", "192.0.2.8", "192.0.2.0/24"],
    );
    assert_eq!(addresses.dropped, dropped(&[("erased", 2), ("not_comparable:erasures", 1)]));
}

/// A column of days says itself what it holds: of a list as of the extract.
#[test]
fn typed_days_of_a_list_are_no_numbers() {
    let typed = "[columns.born]\nrole = \"insensitive\"\nbucket_time = { to = \"day\" }\n\
        date_format = \"%Y-%m-%dT%H:%M:%S\"\n[columns.address]\nrole = \"insensitive\"\nkeep = { because = \"a list\" }\n";
    let table = "address,born\na@x.org,1980-02-03T10:00:00\n";
    let compared = policy("date").replace("\"address\"", "\"born\"");
    let of_day = format!("{}as_of_column = \"born\"\n", policy("email"));
    for format in ["parquet", "ipc"] {
        for (list, records) in
            [(&compared, record("1", "1980-02-03", "E1", "Y")), (&of_day, record("1", "a@x.org", "E1", "Y"))]
        {
            for (dates, is_refused) in
                [("", false), ("\"%d/%m/%Y\"", false), ("\"excel_1900\"", true), ("\"epoch_ms\"", true)]
            {
                let declared = if dates.is_empty() { String::new() } else { format!("date_format = {dates}\n") };
                let name = format!("list.{format}");
                let project = ListProject::new(&(list.replace("erasures.csv", &name) + &declared));
                fs::copy(converted(&project.path("made"), table, typed, format), project.path(&name)).unwrap();
                let text = records.clone() + &record("2", "", "E1", "Y");
                match project.deliver(&text, Options::default()) {
                    Ok(delivery) => assert_eq!(
                        (&delivery.report.dropped, is_refused),
                        (&dropped(&[("erased", 1)]), false),
                        "{dates}"
                    ),
                    Err(error) => assert!(is_refused && matches!(error, ReleaseError::Bind { .. }), "{dates}: {error}"),
                }
                if is_refused {
                    let output = project.scant(&["check", "policy.toml", "--as-of=2018-07-01"]);
                    let told = said(&output);
                    assert_eq!(output.status.code(), Some(3), "{told}");
                    let words = [
                        "column `born`: `date_format` says that numbers stand for its dates, and the column is date",
                        "hint: ",
                    ];
                    assert!(words.iter().all(|words| told.contains(words)), "{told}");
                }
            }
        }
    }
}

fn domain() -> impl Strategy<Value = String> {
    let labels = prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "x-y"]), 0..3);
    (labels, prop::sample::select(vec!["ab.org", "b.org", "org.net"]))
        .prop_map(|(labels, end)| labels.iter().map(|label| format!("{label}.")).collect::<String>() + end)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The naive reading: an address is in a domain if it ends in `@` or `.` and it.
    #[test]
    fn a_domain_and_what_is_below_it_is_the_end_of_an_address(
        entries in prop::collection::vec(domain(), 1..5),
        of_people in prop::collection::vec(domain(), 1..12),
        threads in 1_usize..4,
    ) {
        let project = ListProject::new(&policy("domain"));
        project.write("erasures.csv", format!("address\n{}\n", entries.join("\n")));
        let addresses: Vec<String> = of_people.iter().map(|domain| format!("Ann@{domain}")).collect();
        let mut text = record("always", "", "E1", "Y");
        text.extend(addresses.iter().zip(1..).map(|(address, id)| record(&format!("{id}"), address, "E1", "Y")));
        let is_in = |address: &str, entry: &str| {
            address.strip_suffix(entry).is_some_and(|before| before.ends_with(['@', '.']))
        };
        let entries: BTreeSet<&str> = entries.iter().map(String::as_str).collect();
        let on_it = addresses.iter().filter(|address| entries.iter().any(|entry| is_in(address, entry))).count() as u64;
        let found = entries.iter().filter(|entry| addresses.iter().any(|address| is_in(address, entry))).count() as u64;
        let delivery = project.deliver(&text, Options { threads, ..Options::default() }).unwrap();
        prop_assert_eq!(delivery.report.dropped.get("erased").copied().unwrap_or(0), on_it);
        let list = &delivery.report.lists[0];
        prop_assert_eq!((list.entries, list.found), (entries.len() as u64, found));
    }
}
