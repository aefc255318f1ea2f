//! Cases 08, 23, 24, 33, 42 and 49: every writing of a date or time, and texts that are not
//! dates.

use super::run;

#[test]
fn every_writing_of_a_time_in_a_column() {
    let Some(ran) = run("08-timestamptz-column", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 2 3 4 5 6 7 8 9 10");
    assert_eq!(ran.dropped("consent_unknown"), 1);
    let part = &ran.account["records"]["details"]["consent_unknown"][0];
    assert_eq!(
        (&part["column"], &part["why"], &part["date_format"]),
        (&"given".into(), &"unreadable".into(), &"%Y-%m-%d".into())
    );
    assert!(ran.said.contains("given: 1 date cannot be read as %Y-%m-%d (consent_unknown)"), "{}", ran.said);
}

#[test]
fn every_writing_of_a_time_in_a_log() {
    let Some(ran) = run("08b-timestamptz-log", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 3");
    assert_eq!(ran.dropped("consent_withdrawn"), 1);
}

#[test]
fn every_writing_of_an_offset_in_a_declared_format() {
    let Some(ran) = run("08c-offset-directive", "policy.toml") else { return };
    assert_eq!(ran.ended(0).delivered(), "1 2");
}

#[test]
fn the_age_of_typed_timestamps() {
    let Some(ran) = run("33-minimum-age-on-timestamps", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 3");
    // Row 5 has no date: its age is unknown, and it is no child's.
    assert_eq!((ran.dropped("child_subject"), ran.dropped("age_unknown")), (2, 1));
}

#[test]
fn placeholders_are_no_dates() {
    let Some(ran) = run("42-placeholder-dates", "policy.toml") else { return };
    let ran = ran.ended(0);
    for row in 1..=7 {
        assert_eq!((ran.cell(row, "dob"), ran.cell(row, "dob2")), ("", ""), "row {row}");
    }
    assert_eq!((ran.cell(8, "dob"), ran.cell(8, "dob2")), ("1980", "40-49"));
    for column in ["dob", "dob2"] {
        assert_eq!(ran.json["unreadable"][column]["implausible"], 7, "{}", ran.json);
    }
}

#[test]
fn a_built_in_word_is_told_where_it_strikes() {
    let Some(ran) = run("49-subject-zero", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "2 3");
    assert_eq!(ran.dropped("no_subject"), 1);
    assert!(ran.said.contains(": 0, n/a,") && ran.said.contains("`sentinels = []`"), "{}", ran.said);
}

#[test]
fn american_dates_and_times() {
    let Some(ran) = run("23-american-dates", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 2 3 4 5 6");
    assert_eq!(ran.cells("dob"), ["2024-01", "2023-12", "2024-01", "", "", ""]);
    assert_eq!((ran.unreadable("dob", "date"), ran.dropped("consent_unknown")), (3, 1));
}

#[test]
fn nothing_is_guessed_of_american_dates() {
    let Some(ran) = run("23-american-dates", "policy.toml") else { return };
    assert!(ran.said.contains("given: 7 dates cannot be read as %m/%d/%Y"), "{}", ran.said);
    assert!(ran.said.contains("`date_format`"), "{}", ran.said);
}

#[test]
fn names_of_months_years_serials_and_several_formats() {
    let Some(ran) = run("23b-other-date-forms", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    let row = |row| ["long", "short", "year", "serial", "several"].map(|column| ran.cell(row, column));
    assert_eq!(row(1), ["2024", "2024", "1980", "2024", "2024"]);
    assert_eq!(row(2), ["", "", "", "", "2024"]);
}

#[test]
fn time_since_1970_in_text_and_in_whole_numbers() {
    let Some(ran) = run("24-epoch-milliseconds", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("consent_unknown")), ("1", 1));
    let Some(ran) = run("24b-epoch-integers", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("consent_unknown")), ("1", 1));
}

#[test]
fn nothing_is_guessed_of_numbers() {
    let Some(ran) = run("24-epoch-milliseconds", "policy.toml") else { return };
    // The third is a time of ISO 8601, as in case 08.
    assert!(ran.said.contains("given: 2 dates cannot be read as %Y-%m-%d"), "{}", ran.said);
    assert!(ran.said.contains("epoch_ms"), "{}", ran.said);
}
