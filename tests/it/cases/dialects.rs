//! Cases 13 and 25 to 27: files in which everything is quoted, without a header, with
//! a backslash as escape, with long delimiters, without quotes, with lines before the
//! header, and in another encoding than UTF-8.

use std::path::PathBuf;

use super::{case, run};
use crate::kit::{Ran, run_files};

fn file_of(name: &str, policy: &str, file: &str) -> Option<Ran> {
    let case: PathBuf = case(name)?;
    Some(run_files(&case.join(policy), &[case.join(file)], &[]))
}

#[test]
fn case_13_a_missing_value_may_be_in_quotes() {
    for name in ["13-everything-quoted", "13b-quoted-null-word"] {
        let Some(ran) = run(name, "policy-proposed.toml") else { return };
        let ran = ran.ended(0);
        assert_eq!(ran.delivered(), "1 2", "{name}");
        assert_eq!((ran.dropped("consent_withdrawn"), ran.dropped("consent_refused")), (1, 1), "{name}");
        assert!(!ran.said.contains("unreadable"), "{}", ran.said);
        let Some(ran) = run(name, "policy.toml") else { return };
        assert!(ran.said.contains("quoted_nulls"), "{name}: {}", ran.said);
    }
}

#[test]
fn case_25_a_file_without_a_header_has_the_columns_that_the_policy_says() {
    let Some(ran) = run("25-no-header", "policy-proposed.toml") else { return };
    assert_eq!(ran.ended(0).delivered(), "1 2");
    let Some(ran) = run("25-no-header", "policy.toml") else { return };
    assert!(ran.ended(4).said.contains("extract.header"));
    let Some(ran) = run("25b-list-without-header", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("suppressed:unsub")), ("2", 1));
    let Some(ran) = run("25b-list-without-header", "policy.toml") else { return };
    assert!(ran.ended(4).said.contains("`header` in the table of the list unsub"));
}

#[test]
fn case_26_escapes_long_delimiters_and_no_quotes() {
    for (name, key) in [
        ("26-backslash-before-quotes", "`escape"),
        ("26b-backslash-before-delimiters", "`escape"),
        ("26c-two-character-delimiter", "delimiter of several characters"),
        ("26d-no-quoting", "extract.quote = \"\""),
    ] {
        let Some(ran) = run(name, "policy-proposed.toml") else { return };
        assert_eq!(ran.ended(0).delivered(), "1 2", "{name}");
        let Some(ran) = run(name, "policy.toml") else { return };
        let ran = ran.ended(4);
        assert!(ran.said.contains(key), "{name}: {}", ran.said);
    }
}

#[test]
fn case_27_what_is_almost_a_header_is_told_with_what_would_describe_it() {
    for (file, words) in [
        ("sep-line.csv", &["`sep=`", "skip_lines = 1"][..]),
        ("title.csv", &["skip_lines = 2"]),
        ("index.csv", &["the first column has no name"]),
        ("trailing.csv", &["the last column has no name"]),
        ("twice.csv", &["columns 6 and 7", "extract.header"]),
    ] {
        let Some(ran) = file_of("27-almost-a-header", "policy.toml", file) else { return };
        let ran = ran.ended(4);
        assert!(words.iter().all(|word| ran.said.contains(word)), "{file}: {}", ran.said);
    }
    let Some(ran) = file_of("27-almost-a-header", "policy-proposed.toml", "sep-line.csv") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 2");
    assert!(ran.said.contains("skipped_lines") || ran.said.contains("lines skipped"), "{}", ran.said);
}

#[test]
fn case_27b_what_is_almost_utf_8_is_told_with_what_would_describe_it() {
    for (file, words) in [
        ("blank-last.csv", "skip_footer = 1"),
        ("counted.csv", "skip_footer = 1"),
        ("cp1252.csv", "windows-1252"),
        ("last-line.csv", "another line ending than the header's"),
        ("two-boms.csv", "two byte order marks"),
    ] {
        let Some(ran) = file_of("27b-almost-utf8", "policy.toml", file) else { return };
        let ran = ran.ended(4);
        assert!(ran.said.contains(words), "{file}: {}", ran.said);
    }
    let Some(ran) = file_of("27b-almost-utf8", "policy-proposed.toml", "cp1252.csv") else { return };
    assert_eq!(ran.ended(0).delivered(), "1");
}
