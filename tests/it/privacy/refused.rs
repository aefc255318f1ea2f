//! Runs that the privacy models refuse.

use super::{demanding, table};
use crate::kit::run_small;

const RECORDS: [(&str, &str, &str, &str); 4] =
    [("a", "Ayr", "31", "flu"), ("b", "Ayr", "32", "cold"), ("c", "Ayr", "33", "flu"), ("d", "Bude", "44", "flu")];

fn refused(lines: &str) -> String {
    let ran = run_small("extract.csv", table(&RECORDS), &demanding(lines)).ended(5);
    assert!(ran.account.is_null());
    for cell in ["Ayr", "Bude", "flu", "cold"] {
        assert!(!ran.said.contains(cell) && !ran.json.to_string().contains(cell), "{}", ran.said);
    }
    ran.said
}

#[test]
fn a_class_that_is_too_small_refuses_the_run_where_the_policy_says_so() {
    let said = refused("k_anonymity = 2\non_violation = \"refuse\"");
    assert!(said.contains("of 4 records 1 is in classes that do not meet privacy models: 1 below_k (the policy asks for at least 2 persons)"), "{said}");
    assert!(said.contains("`scant suggest`"), "{said}");
}

#[test]
fn more_than_max_suppressed_refuses_the_run() {
    let said = refused("k_anonymity = 2\nmax_suppressed = 0.2");
    assert!(
        said.contains(
            "1 of 4 records would be dropped or lose their quasi-identifiers, and privacy.max_suppressed = 0.2"
        ),
        "{said}"
    );
    let at_the_limit = demanding("k_anonymity = 2\nmax_suppressed = 0.25");
    run_small("extract.csv", table(&RECORDS), &at_the_limit).ended(0);
    let suppressed = refused("k_anonymity = 2\nmax_suppressed = 0.2\non_violation = \"suppress_cells\"");
    assert!(suppressed.contains("privacy.max_suppressed"), "{suppressed}");
}

#[test]
fn a_k_larger_than_the_table_leaves_nothing_to_deliver() {
    for on_violation in ["drop_record", "suppress_cells"] {
        let said = refused(&format!("k_anonymity = 5\non_violation = \"{on_violation}\""));
        assert!(said.contains("no record may be delivered: all of 4 admitted records are in classes"), "{said}");
    }
}
