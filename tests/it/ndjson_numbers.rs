//! A number that is an identifier has one text, however a JSON writer writes it.

use crate::kit::run_small;

fn records(ids: &[&str]) -> String {
    let record = |(no, id): (usize, &&str)| {
        format!("{{\"id\":{id},\"ok\":\"Y\",\"given\":\"2024-01-01\",\"notice\":\"n1\",\"no\":{no}}}\n")
    };
    (1..).zip(ids).map(record).collect()
}

#[test]
fn one_whole_number_is_one_person_and_two_are_two() {
    let ids = [
        "1001",
        "1001.0",
        "1.001e3",
        "10010e-1",
        "\"1001\"",
        "1.001E+03",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0",
        "9.007199254740993e15",
    ];
    let ran = run_small("extract.ndjson", records(&ids), "").ended(0);
    let people = ran.cells("person");
    assert!(people[..6].iter().all(|person| *person == people[0]), "{people:?}");
    assert!(people[7..].iter().all(|person| *person == people[7]), "{people:?}");
    assert!(people[6] != people[7] && people[0] != people[6], "{people:?}");
}

#[test]
fn zeros_are_the_sentinel_that_0_is() {
    let ids = ["0", "0.0", "-0", "-0.00", "0e5", "0E-3", "7"];
    let ran = run_small("extract.ndjson", records(&ids), "\n").ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("no_subject")), ("7", 6));
}

/// A refusal under one writing of an id holds for every record of the person.
#[test]
fn a_refusal_under_another_writing_holds() {
    let text = records(&["1001", "1001.0", "1002"]).replacen("\"ok\":\"Y\"", "\"ok\":\"N\"", 1);
    let ran = run_small("extract.ndjson", text, "").ended(0);
    assert_eq!(ran.delivered(), "3");
}

#[test]
fn an_exponent_makes_no_text_that_fills_the_memory() {
    let ids: Vec<String> = (1..=2000).map(|number| format!("{number}1e{}", 60_000 + number)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let ran = run_small("extract.ndjson", records(&ids), "").ended(0);
    assert_eq!(ran.rows.len(), 2000);
}
