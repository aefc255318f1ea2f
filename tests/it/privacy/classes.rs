//! What becomes of the records of a class, and of persons with several records.

use super::{demanding, table};
use crate::kit::run_small;

fn delivered(records: &[(&str, &str, &str, &str)], lines: &str) -> String {
    run_small("extract.csv", table(records), &demanding(lines)).ended(0).delivered()
}

#[test]
fn a_class_of_exactly_k_is_delivered_and_a_smaller_one_is_not() {
    let records = [
        ("a", "Ayr", "31", "flu"),
        ("b", "Ayr", "35", "flu"),
        ("c", "Ayr", "39", "cold"),
        ("d", "Ayr", "41", "flu"),
        ("e", "Ayr", "42", "flu"),
        ("f", "Bude", "31", "flu"),
    ];
    assert_eq!(delivered(&records, "k_anonymity = 3"), "1 2 3");
    assert_eq!(delivered(&records, "k_anonymity = 2"), "1 2 3 4 5");
    let ran = run_small("extract.csv", table(&records), &demanding("k_anonymity = 3")).ended(0);
    assert_eq!(ran.dropped("below_k"), 3);
}

/// One person with many records is not many persons.
#[test]
fn a_person_with_many_records_does_not_make_a_class_look_larger() {
    let records = [
        ("a", "Ayr", "31", "flu"),
        ("a", "Ayr", "32", "cold"),
        ("a", "Ayr", "33", "cough"),
        ("b", "Ayr", "34", "flu"),
        ("c", "Bude", "31", "flu"),
        ("d", "Bude", "31", "cold"),
        ("e", "Bude", "31", "flu"),
    ];
    assert_eq!(delivered(&records, "k_anonymity = 3"), "5 6 7");
    // One of the values of a person is worth as much as one of another's.
    assert_eq!(delivered(&records, "k_anonymity = 2"), "1 2 3 4 5 6 7");
    let ran = run_small("extract.csv", table(&records), &demanding("k_anonymity = 2")).ended(0);
    let classes = &ran.account["privacy"]["delivered"];
    assert_eq!((&classes["persons"], &classes["smallest"], &classes["classes"]), (&5.into(), &2.into(), &2.into()));
}

#[test]
fn a_missing_quasi_identifier_is_a_value_of_its_own() {
    let records = [
        ("a", "", "31", "flu"),
        ("b", "", "32", "flu"),
        ("c", "Ayr", "31", "flu"),
        ("d", "Ayr", "", "flu"),
        ("e", "Ayr", "32", "flu"),
    ];
    assert_eq!(delivered(&records, "k_anonymity = 2"), "1 2 3 5");
}

#[test]
fn one_value_for_all_is_not_diverse_and_as_close_as_can_be() {
    let records = [("a", "Ayr", "31", "flu"), ("b", "Ayr", "32", "flu"), ("c", "Bude", "31", "flu")];
    let close = "t_closeness = { column = \"illness\", t = 0, distance = \"equal\" }";
    assert_eq!(delivered(&records, close), "1 2 3");
    let diverse = demanding("l_diversity = { column = \"illness\", l = 2 }");
    let ran = run_small("extract.csv", table(&records), &diverse).ended(5);
    assert!(ran.said.contains("in classes that do not meet the privacy models"), "{}", ran.said);
}

/// What is not known is no other value.
#[test]
fn a_missing_value_makes_no_class_diverse() {
    let records = [
        ("a", "Ayr", "31", "flu"),
        ("b", "Ayr", "32", ""),
        ("c", "Bude", "31", "flu"),
        ("d", "Bude", "32", "cold"),
        ("e", "Bude", "33", ""),
        ("f", "Cork", "31", ""),
    ];
    for kind in ["", ", kind = \"entropy\"", ", kind = \"recursive\", c = 1.5"] {
        let lines = format!("l_diversity = {{ column = \"illness\", l = 2{kind} }}");
        assert_eq!(delivered(&records, &lines), "3 4 5", "{kind}");
    }
}

/// A cell that the order does not have cannot be compared: its class is not close to
/// anything.
#[test]
fn a_value_outside_the_order_is_far_from_all_others() {
    let records = [
        ("a", "Ayr", "31", "mild"),
        ("b", "Ayr", "32", "grave"),
        ("c", "Bude", "31", "mild"),
        ("d", "Bude", "32", "grave"),
        ("e", "Bude", "33", "Grave"),
    ];
    let lines = "t_closeness = { column = \"illness\", t = 1, distance = \"ordered\", order = [\"mild\", \"grave\"] }";
    let ran = run_small("extract.csv", table(&records), &demanding(lines)).ended(0);
    assert_eq!(ran.delivered(), "1 2");
    assert_eq!(ran.account["privacy"]["models"][0]["outside_order"], 1);
    assert!(ran.said.contains("; 1 person has a value that is not in its order"), "{}", ran.said);
}

#[test]
fn numbers_have_their_own_order_and_texts_have_none() {
    let records =
        [("a", "Ayr", "31", "9"), ("b", "Ayr", "32", "10"), ("c", "Bude", "31", "9"), ("d", "Bude", "33", "10")];
    let lines = "quasi_identifiers = [\"town\"]\nt_closeness = { column = \"age\", t = 0.5, distance = \"ordered\" }";
    // Bands are texts.
    let ran = run_small("extract.csv", table(&records), &demanding(lines)).ended(3);
    assert!(
        ran.said.contains("`t_closeness` reads numbers, dates or times, or an `order` of its values"),
        "{}",
        ran.said
    );
    let round = demanding(lines).replace("band_number = { width = 10 }", "round_number = { to = 10 }");
    assert_eq!(run_small("extract.csv", table(&records), &round).ended(0).delivered(), "1 2 3 4");
}

#[test]
fn suppressed_records_are_delivered_without_their_quasi_identifiers() {
    let records =
        [("a", "Ayr", "31", "flu"), ("b", "Ayr", "32", "flu"), ("c", "Bude", "31", "flu"), ("d", "Cork", "31", "cold")];
    let lines = "k_anonymity = 2\non_violation = \"suppress_cells\"";
    let ran = run_small("extract.csv", table(&records), &demanding(lines)).ended(0);
    assert_eq!(ran.delivered(), "1 2 3 4");
    for row in [3, 4] {
        assert_eq!((ran.cell(row, "town"), ran.cell(row, "age")), ("", ""));
    }
    assert_eq!((ran.cell(1, "town"), ran.cell(4, "illness")), ("Ayr", "cold"));
    let told = &ran.account["privacy"]["records"];
    assert_eq!((&told["judged"], &told["dropped"], &told["cells_suppressed"]), (&4.into(), &0.into(), &2.into()));
    // A single one stays alone without them, so it is dropped.
    let ran = run_small("extract.csv", table(&records[..3]), &demanding(lines)).ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("below_k")), ("1 2", 1));
}

/// Each of town and age alone is shared by two persons or more, but for the last ones.
#[test]
fn combinations_of_some_columns_reach_k_where_the_policy_asks_for_these() {
    let records = [
        ("a", "Ayr", "31", "flu"),
        ("b", "Ayr", "42", "flu"),
        ("c", "Bude", "31", "flu"),
        ("d", "Bude", "42", "flu"),
        ("e", "Bude", "53", "flu"),
        ("f", "Cork", "42", "flu"),
        ("f", "Cork", "42", "flu"),
    ];
    let lines = "k_anonymity = { k = 2, subsets_of = 1 }";
    assert_eq!(delivered(&records, lines), "1 2 3 4");
    let ran = run_small("extract.csv", table(&records), &demanding(lines)).ended(0);
    assert_eq!(ran.account["privacy"]["models"][0]["reached"], 2);
    assert_eq!(ran.account["privacy"]["delivered"]["smallest"], 1);
    // What is left without the first to go shares too little, too.
    let chain =
        [("a", "Ayr", "31", "flu"), ("b", "Ayr", "42", "flu"), ("c", "Bude", "42", "flu"), ("d", "Bude", "53", "flu")];
    let ran = run_small("extract.csv", table(&chain), &demanding(lines)).ended(5);
    assert!(ran.said.contains("all of 4 admitted records"), "{}", ran.said);
}
