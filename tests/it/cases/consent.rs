//! Cases 39 to 41b: consent as it is recorded.

use super::run;

#[test]
fn several_choices_in_a_cell() {
    let Some(ran) = run("39-several-choices-in-a-cell", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 2 4");
    assert_eq!((ran.dropped("consent_unknown"), ran.dropped("purpose_not_covered")), (2, 1));
}

#[test]
fn consent_by_membership_of_the_file() {
    let Some(ran) = run("40-consent-by-membership", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("consent_unknown")), ("1", 1));
    let because = "only confirmed subscribers are exported to this file";
    assert_eq!(ran.account["release"]["consent_by_membership"], because);
    let ran = run("40-consent-by-membership", "policy.toml").unwrap().ended(3);
    assert!(ran.said.contains("by_membership"), "{}", ran.said);
}

#[test]
fn several_columns_that_refuse() {
    let Some(ran) = run("41-several-refusals", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1");
    assert_eq!((ran.dropped("consent_refused"), ran.dropped("consent_unknown")), (3, 1));
    assert_eq!(run("41-several-refusals", "policy.toml").unwrap().ended(0).delivered(), "1 3");
}

#[test]
fn consent_inside_a_cell_of_json() {
    let Some(ran) = run("41b-consent-inside-a-json-cell", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1");
    assert_eq!((ran.dropped("consent_refused"), ran.dropped("consent_unknown")), (1, 2));
    // Nobody passes, and the screen says that the words are in no list.
    let ran = run("41b-consent-inside-a-json-cell", "policy.toml").unwrap().ended(5);
    assert!(ran.said.contains("consents: 4 cells without a word that the policy knows"), "{}", ran.said);
}
