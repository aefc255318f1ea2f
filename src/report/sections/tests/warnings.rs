//! Each warning is given where its fact holds, and not where it does not.

use super::*;
use crate::manifest::document::ACCOUNT_FORMAT;
use crate::manifest::json;

const CLASSES: &str = include_str!("../../../../samples/k-anonymity/expected/account.json");
const ACTIONS: &str = include_str!("../../../../samples/actions/expected/account.json");

fn documents(account: &str) -> Documents {
    let told = json::read(account.as_bytes(), ACCOUNT_FORMAT).unwrap();
    Documents { told, is_exact: true, account_sha256: None }
}

fn titles(account: &str) -> Vec<(bool, String)> {
    warnings(&documents(account)).into_iter().map(|warning| (warning.is_to_decide, warning.title)).collect()
}

#[test]
fn a_fact_that_deserves_a_look_is_warned_of() {
    let membership = "\"legal_basis\": \"consent\", \"consent_by_membership\": \"members agree\"";
    let released = "\"lost\": \"nothing\", \"direct_identifier_released\": true";
    let accepted = "\"max_unreadable\": \"0.5\", \"accepted_changes\": [\"read\"]";
    for (from, to, title, is_to_decide) in [
        (",\n    \"erase_by\": \"2019-07-01\"", "", "No day is set for erasure", true),
        ("\"legal_basis\": \"consent\"", membership, "Consent is concluded from being in the extract", true),
        (
            "\"as_of\": \"2018-07-01\"",
            "\"as_of\": \"2018-07-01\", \"run_on\": \"2019-01-01\"",
            "Judged as of a day long past",
            false,
        ),
        ("\"smallest\": 6", "\"smallest\": 4", "Small classes are delivered", true),
        ("\"most_rows_of_one\": 1", "\"most_rows_of_one\": 2", "One person has many of the rows", false),
        ("\"lost\": \"nothing\"", released, "Direct identifiers are delivered as they are", true),
        ("\"max_unreadable\": \"0.5\"", accepted, "Changes were accepted by hand", true),
        ("\"unreadable\": {}", "\"unreadable\": { \"date\": 1 }", "Cells could not be read", false),
        ("\"missing\": 0", "\"missing\": 0, \"echoes\": 2", "Texts repeat direct identifiers", true),
        ("\"formula_guard\": true,", "", "Cells may be run by a spreadsheet", false),
        ("\"quarantined\": {}", "\"quarantined\": { \"Nul\": 1 }", "Malformed records were left out", false),
        (
            "\"replacement_characters\": 0",
            "\"replacement_characters\": 1",
            "The extract was converted badly before",
            false,
        ),
        ("\"column\": \"condition\",", "", "Sensitive columns without a model of their own", false),
    ] {
        assert!(CLASSES.contains(from), "{from}");
        let given = |account: &str| titles(account).contains(&(is_to_decide, title.to_owned()));
        assert!(!given(CLASSES) && given(&CLASSES.replacen(from, to, 1)), "{title}");
    }
    let actions = titles(ACTIONS);
    for title in
        ["No privacy model limits small classes", "Parts of direct identifiers are delivered", "No list was screened"]
    {
        assert!(actions.iter().any(|(_, own)| own == title), "{title}");
    }
    assert!(actions.is_sorted_by_key(|(is_to_decide, _)| !is_to_decide), "what is to be decided comes first");
}

#[test]
fn a_guard_that_is_nearly_reached_is_told_as_such() {
    let close = |account: &str| {
        let lines = guards(&documents(account));
        lines.into_iter().filter(|line| line.state == GuardState::Close).map(|line| line.name).collect::<Vec<_>>()
    };
    assert_eq!(close(CLASSES), ["max_suppressed"], "21 of 41 is most of 0.6");
    assert_eq!(
        close(&CLASSES.replace("\"min_delivered\": 1", "\"min_delivered\": 17")),
        ["min_delivered", "max_suppressed"]
    );
    assert_eq!(close(ACTIONS), Vec::<&str>::new());
    let few = ACTIONS.replace("\"max_unreadable\": \"0.5\"", "\"max_unreadable\": \"0.3\"");
    assert_eq!(close(&few), ["max_unreadable"], "1 of 4");
}
