//! Cases 09, 31, 32 and 34 to 37: everyone on a list is found.

use std::fs;

use super::{Ran, run};

/// How many entries of a list could not be read.
fn unreadable(ran: &Ran) -> u64 {
    let counts = ran.json["lists"][0]["unreadable"].as_object().unwrap().values();
    counts.flat_map(|reasons| reasons.as_object().unwrap().values()).map(|count| count.as_u64().unwrap()).sum()
}

/// The answer to a list, under the name of its file.
fn answers(ran: &Ran, list: &str, file: &str) -> String {
    fs::read_to_string(ran.folder.path().join(format!("out.internal/answer-{list}/{file}"))).unwrap()
}

#[test]
fn case_09_an_entry_that_is_no_address_refuses_the_run() {
    let Some(ran) = run("09-unreadable-email-entries", "policy.toml") else { return };
    let ran = ran.ended(4);
    assert!(ran.said.contains("list unsub") && ran.said.contains("max_unreadable"), "{}", ran.said);
    assert!(ran.said.contains("records ") && !ran.said.contains('@'), "{}", ran.said);
    let ran = run("09-unreadable-email-entries", "policy-proposed.toml").unwrap().ended(0);
    // Whoever an entry plainly names is found; the free one and those behind entries
    // that nobody can read are not.
    assert_eq!((ran.delivered().as_str(), ran.dropped("suppressed:unsub")), ("1 3 4 5 6 7 9 10 11 12", 3));
    assert_eq!(unreadable(&ran), 10, "{}", ran.said);
    assert!(ran.said.contains("whoever they name is not kept out"), "{}", ran.said);
    assert_eq!(ran.account["lists"][0]["unreadable"], ran.json["lists"][0]["unreadable"]);
}

#[test]
fn case_09b_an_entry_that_is_no_number_refuses_the_run() {
    let Some(ran) = run("09b-unreadable-phone-entries", "policy.toml") else { return };
    let ran = ran.ended(4);
    assert!(ran.said.contains("list tps") && !ran.said.contains("7700"), "{}", ran.said);
    let ran = run("09b-unreadable-phone-entries", "policy-proposed.toml").unwrap().ended(0);
    // `7700900130` has neither a plus nor a trunk zero; the other five entries hold
    // something else beside a number.
    assert_eq!((ran.delivered().as_str(), ran.dropped("suppressed:tps")), ("3 4 5 6 7 8 9", 2));
    assert_eq!(unreadable(&ran), 6, "{}", ran.said);
}

#[test]
fn case_09c_a_domain_is_no_address() {
    let Some(ran) = run("09c-domains-on-an-email-list", "policy.toml") else { return };
    let ran = ran.ended(4);
    assert!(ran.said.contains("list unsub") && ran.said.contains("2 "), "{}", ran.said);
    assert!(!ran.said.contains("example."), "{}", ran.said);
    assert!(ran.said.contains("`normalise` there says if the list holds domains"), "{}", ran.said);
}

#[test]
fn case_11_numbers_without_a_country_are_of_a_region() {
    let Some(ran) = run("11-numbers-without-a-country", "policy.toml") else { return };
    let ran = ran.ended(4);
    assert!(ran.said.contains("list dnc") && ran.said.contains("region") && !ran.said.contains("555"), "{}", ran.said);
    let ran = run("11-numbers-without-a-country", "policy-proposed.toml").unwrap().ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("suppressed:dnc")), ("7", 6));
}

#[test]
fn case_31_a_day_to_come_makes_nothing_fresh() {
    let Some(ran) = run("31-a-list-dated-in-the-future", "policy.toml") else { return };
    let ran = ran.ended(5);
    assert!(ran.said.contains("2021-05-01") && !ran.said.contains("2042"), "{}", ran.said);
}

#[test]
fn case_32_a_timestamp_names_its_day() {
    let Some(ran) = run("32-drop-timestamp-birth-date", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("erased")), ("3", 2));
    assert!(answers(&ran, "drop-ndz", "ndz.csv").lines().skip(1).all(|line| line.ends_with(",3")));
}

#[test]
fn case_32b_a_birth_date_that_cannot_be_read_is_never_not_found() {
    let Some(ran) = run("32b-drop-birth-date-with-a-time", "policy.toml") else { return };
    let ran = ran.ended(0);
    let dropped = (ran.dropped("erased"), ran.dropped("not_comparable:drop-ndz"));
    assert_eq!((ran.delivered().as_str(), dropped), ("4", (2, 1)));
    assert_eq!(answers(&ran, "drop-ndz", "ndz.csv"), "Id,Status\nW00000000001,3\nW00000000002,3\n");
    assert!(ran.said.contains("cannot be compared") && ran.said.contains("not answered"), "{}", ran.said);
}

#[test]
fn case_34_one_letter_for_two() {
    let Some(ran) = run("34-drop-one-letter-for-two", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("erased")), ("2", 1));
}

#[test]
fn case_35_names_in_other_scripts() {
    let Some(ran) = run("35-drop-names-in-other-scripts", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("erased")), ("2", 1));
}

#[test]
fn case_35b_devices_have_lists() {
    let Some(ran) = run("35b-drop-device-lists", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("erased")), ("3", 2));
}

#[test]
fn case_36_digests_are_of_the_value_under_its_rule() {
    for (name, digests) in [("36-md5-list", "md5"), ("36b-sha256-list", "sha256")] {
        let Some(ran) = run(name, "policy.toml") else { return };
        let ran = ran.ended(4);
        assert!(ran.said.contains("`digests`"), "{digests}: {}", ran.said);
        let ran = run(name, "policy-proposed.toml").unwrap().ended(0);
        assert_eq!((ran.delivered().as_str(), ran.dropped("suppressed:digests")), ("3", 2), "{digests}");
    }
}

#[test]
fn case_37_postcodes_and_days_are_compared_as_such() {
    let Some(ran) = run("37-postcode-and-date-on-a-list", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("suppressed:opt-out")), ("6", 5));
}
