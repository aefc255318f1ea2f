//! What could not be read is reported: which column, how often, with the declared
//! format and the key to set; and an adult is never counted as a child.

use std::fs;

use serde_json::json;

use crate::kit::run_small_with;

const CHILDREN: &str = "[rows.minimum_age]\ncolumn = \"dob\"\nyears = 18\n\n[output]";

#[test]
fn an_unknown_age_is_no_childs() {
    let table = "id,ok,given,notice,no,dob\na,Y,2024-01-01,n1,1,1980-02-03\nb,Y,2024-01-01,n1,2,2010-02-03\n\
        c,Y,2024-01-01,n1,3,\nd,Y,2024-01-01,n1,4,03/02/1980\ne,Y,2024-01-01,n1,5,1900-01-01\n\
        f,Y,2024-01-01,n1,6,1980-02-03 23:30:00+00\nd,Y,2024-01-01,n1,7,1980-02-03\n";
    let ran = run_small_with(&[("[output]", CHILDREN)], table).ended(0);
    assert_eq!(ran.delivered(), "1 6");
    assert_eq!((ran.dropped("child_subject"), ran.dropped("age_unknown")), (1, 4));
    // By column and why, and the other record of a subject of unknown age with it.
    let expected = json!([
        { "column": "dob", "why": "missing", "records": 1 },
        { "column": "dob", "why": "implausible", "records": 1 },
        { "column": "dob", "why": "unreadable", "date_format": "%Y-%m-%d", "records": 1 },
        { "with_their_subject": true, "records": 1 },
    ]);
    assert_eq!(ran.account["records"]["details"]["age_unknown"], expected);
    assert!(ran.said.contains("dob: 1 date cannot be read as %Y-%m-%d (age_unknown)"), "{}", ran.said);
    // The recipient learns the reason's name and none of that.
    let manifest = fs::read_to_string(ran.folder.path().join("out/manifest.json")).unwrap();
    assert!(manifest.contains("age_unknown") && !manifest.contains("implausible"), "{manifest}");
}

#[test]
fn where_no_consent_date_can_be_read_the_refusal_says_so() {
    let rows: String = (1..=20).map(|n| format!("p{n},Y,{}/1/2024,n1,{n}\n", n % 12 + 1)).collect();
    let ran = run_small_with(&[], &format!("id,ok,given,notice,no\n{rows}"));
    assert_ne!(ran.exit, 0);
    let told =
        "given: 20 dates cannot be read as %Y-%m-%d; if they are written otherwise, give that column its `date_format`";
    assert!(
        ran.said.contains(&format!("hint: most records were dropped for `consent_unknown`: {told}")),
        "{}",
        ran.said
    );
    let expected = json!([{ "column": "given", "why": "unreadable", "date_format": "%Y-%m-%d", "records": 20 }]);
    assert_eq!(ran.json["counts"]["details"]["consent_unknown"], expected);
}

#[test]
fn a_consent_column_has_its_format_where_it_is_named() {
    let table = "id,ok,given,notice,no\na,Y,31/01/2024,n1,1\nb,Y,2024-01-31,n1,2\nc,,31/01/2024,n1,3\n";
    let named = ("given_at = \"given\"", "given_at = { column = \"given\", date_format = \"%d/%m/%Y\" }");
    let ran = run_small_with(&[named], table).ended(0);
    assert_eq!(ran.delivered(), "1");
    let expected = json!([
        { "column": "ok", "why": "missing", "records": 1 },
        { "column": "given", "why": "unreadable", "date_format": "%d/%m/%Y", "records": 1 },
    ]);
    assert_eq!(ran.account["records"]["details"]["consent_unknown"], expected);
    // Said twice, and differently, it is a fault of the policy.
    let twice = "[columns.given]\nrole = \"insensitive\"\ndrop = true\ndate_format = \"%m/%d/%Y\"\n\n[output]";
    let ran = run_small_with(&[named, ("[output]", twice)], table);
    assert!(ran.exit != 0 && ran.said.contains("is not %m/%d/%Y, which the policy declares elsewhere"), "{}", ran.said);
}

#[test]
fn a_built_in_word_that_drops_a_record_is_told() {
    let table = "id,ok,given,notice,no\n0,Y,2024-01-01,n1,1\n1,Y,2024-01-01,n1,2\n,Y,2024-01-01,n1,3\n";
    let ran = run_small_with(&[], table).ended(0);
    assert_eq!(ran.delivered(), "2");
    assert!(ran.said.contains("id: 1 cell with a word of `sentinels` (no_subject)"), "{}", ran.said);
    assert!(ran.said.contains("`sentinels = []`"), "{}", ran.said);
    let expected = json!([
        { "column": "id", "why": "missing", "records": 1 },
        { "column": "id", "why": "sentinel", "records": 1 },
    ]);
    assert_eq!(ran.account["records"]["details"]["no_subject"], expected);
    // Said to be ids, they are.
    let ids = [
        ("subject = \"id\"", "subject = \"id\"\nsentinels = []"),
        ("domain = \"subscriber\"", "domain = \"subscriber\", sentinels = []"),
    ];
    let ran = run_small_with(&ids, table).ended(0);
    assert_eq!(ran.delivered(), "1 2");
}

#[test]
fn an_old_record_and_an_unreadable_date_are_told_apart() {
    let kept = "[rows.retention]\ncolumn = \"seen\"\nmax_age = \"P36M\"\n\n[output]";
    let table = "id,ok,given,notice,no,seen\na,Y,2024-01-01,n1,1,2024-05-01\nb,Y,2024-01-01,n1,2,2019-01-01\n\
        c,Y,2024-01-01,n1,3,soon\nd,Y,2024-01-01,n1,4,\ne,Y,2024-01-01,n1,5,2024-05-01T09:30:00+00\n";
    let ran = run_small_with(&[("[output]", kept)], table).ended(0);
    assert_eq!(ran.delivered(), "1 5");
    let parts = ran.account["records"]["details"]["retention_exceeded"].as_array().unwrap();
    assert!(parts.contains(&json!({ "records": 1 })), "{parts:?}");
    assert!(parts.contains(&json!({ "column": "seen", "why": "missing", "records": 1 })), "{parts:?}");
    let unreadable = json!({ "column": "seen", "why": "unreadable", "date_format": "%Y-%m-%d", "records": 1 });
    assert!(parts.contains(&unreadable), "{parts:?}");
}
