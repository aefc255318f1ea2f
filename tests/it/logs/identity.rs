//! When the subject of a log and that of an extract are the same person: by the
//! `normalise` of the subject's pseudonym, else as written. As the manual says.

use super::{HEADER, delivered, grant};
use crate::kit::Project;

/// Whether a grant of `in_log` is one for `in_extract`.
fn is_one(normalise: &str, in_log: &str, in_extract: &str) -> bool {
    let project = Project::new();
    let log = [HEADER, &grant(in_log), &grant("somebody")].concat();
    let delivered = delivered(&project, "path = \"log.csv\"", normalise, &log, &[in_extract, "somebody"]);
    match delivered.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["r0", "r1"] => true,
        ["r1"] => false,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn leading_zeros_always_count() {
    for normalise in ["none", "trim", "lower"] {
        assert!(!is_one(normalise, "123", "00123"), "{normalise}");
    }
    assert!(is_one("none", "00123", "00123"));
}

#[test]
fn case_counts_unless_the_policy_says_otherwise() {
    assert!(!is_one("none", "A@B.com", "a@b.com"));
    assert!(!is_one("trim", "A@B.com", "a@b.com"));
    assert!(is_one("lower", "A@B.com", "a@b.com"));
}

#[test]
fn composed_and_decomposed_letters_are_one() {
    for normalise in ["none", "trim", "lower"] {
        assert!(is_one(normalise, "zo\u{eb}", "zoe\u{308}"), "{normalise}");
        assert!(!is_one(normalise, "zoe", "zo\u{eb}"), "{normalise}");
    }
}

#[test]
fn blanks_at_the_ends_and_their_width_never_count() {
    for form in ["none", "trim", "lower"] {
        assert!(is_one(form, "S1 ", "S1"));
        assert!(is_one(form, "S1\u{a0}", "S1"));
        assert!(is_one(form, "S\u{a0}1", "S 1"));
        assert!(!is_one(form, "S 1", "S1"));
    }
}

#[test]
fn who_is_nobody_in_the_extract_has_no_consent_in_the_log() {
    let project = Project::new();
    let log = [HEADER, &grant("0"), &grant("n/a"), &grant("a")].concat();
    assert_eq!(delivered(&project, "path = \"log.csv\"", "none", &log, &["0", "N/A", "a"]), ["r2"]);
}
