//! Cases 14 to 20, 28, 29 and 43: one number in several writings, every stored type of
//! an identifier, a time and a text, records with keys left out, any number of files,
//! some of them empty, and columns that are not needed.

use std::fs;

use super::{case, run};
use crate::kit::run_files;

#[test]
fn a_whole_number_with_a_point_is_the_number_without() {
    let Some(ran) = run("16-whole-number-with-a-point", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 2 3 4");
    let people = ran.cells("person");
    assert!(people[0] == people[1] && people[0] == people[3] && people[0] != people[2], "{people:?}");
}

#[test]
fn nested_values_that_nobody_needs_are_passed_over() {
    let Some(ran) = run("15-nested-and-not-needed", "policy.toml") else { return };
    assert_eq!(ran.ended(0).rows.len(), 2);
}

#[test]
fn a_list_view_that_nobody_needs_is_passed_over() {
    let Some(ran) = run("43-list-view-not-needed", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 2 3");
    assert!(!ran.said.contains("a bug") && !ran.said.contains("corrupt"), "{}", ran.said);
}

#[test]
fn three_thousand_parts_are_delivered() {
    let Some(case) = case("29-three-thousand-parts") else { return };
    let folder = tempfile::tempdir().unwrap();
    let part = |number: usize| {
        let path = folder.path().join(format!("{number}.csv"));
        fs::write(&path, format!("id,ok,given,notice,no\nx{number},Y,2024-01-01,n1,{number}\n")).unwrap();
        path
    };
    let parts: Vec<_> = (1..=3000).map(part).collect();
    assert_eq!(run_files(&case.join("policy.toml"), &parts, &[]).ended(0).rows.len(), 3000);
}

#[test]
fn a_double_is_an_id_where_it_is_whole_and_exact() {
    let Some(ran) = run("17b-double-ids", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("no_subject")), ("1 2", 3));
    assert_ne!(ran.cell(1, "person"), ran.cell(2, "person"));
}

#[test]
fn a_decimal_without_a_fraction_is_an_id() {
    let Some(ran) = run("17-decimal-ids", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("no_subject")), ("1 2 3", 1));
}

#[test]
fn a_timestamp_of_96_bits_is_a_time() {
    let Some(ran) = run("19-int96-times", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("consent_not_yet_given")), ("1 2", 1));
}

#[test]
fn bytes_without_a_type_are_a_text_where_they_are_one() {
    let Some(case) = case("20-text-without-a-type") else { return };
    let ran = |options: &[&str]| run_files(&case.join("policy.toml"), &[case.join("extract.parquet")], options);
    let refused = ran(&[]).ended(4);
    assert!(refused.said.contains("record 3, column 1: text that is not UTF-8"), "{}", refused.said);
    assert_eq!(ran(&["--max-malformed", "1"]).ended(0).delivered(), "1 2");
}

#[test]
fn keys_left_out_are_missing_where_the_policy_says_so() {
    let Some(ran) = run("14-keys-left-out", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.cell(2, "dob")), ("1 2 3", ""));
    let dob = ran.account["columns"].as_array().unwrap().iter().find(|column| column["output"] == "dob").unwrap();
    assert_eq!(dob["cells"]["missing"], 1, "{dob}");
    let Some(ran) = run("14-keys-left-out", "policy.toml") else { return };
    let said = ran.ended(4).said;
    assert!(said.contains("record 2, column 6: a field is missing") && said.contains("missing_keys"), "{said}");
}

#[test]
fn a_part_without_a_record_is_one_of_several() {
    for (name, ending) in [("28-empty-csv-part", "csv"), ("28b-empty-parquet-part", "parquet")] {
        let Some(case) = case(name) else { return };
        let parts = [0, 1].map(|number| case.join(format!("part-{number}.{ending}")));
        let [first, second] = parts.clone();
        for (parts, records) in [(parts, [1, 0]), ([second, first], [0, 1])] {
            let ran = run_files(&case.join("policy-proposed.toml"), &parts, &[]).ended(0);
            assert_eq!(ran.delivered(), "1");
            let inputs = ran.account["inputs"].as_array().unwrap();
            assert_eq!([&inputs[0]["records"], &inputs[1]["records"]], records);
            let refused = run_files(&case.join("policy.toml"), &parts, &[]).ended(4);
            assert!(refused.said.contains("extract.may_be_empty"), "{}", refused.said);
        }
    }
}
