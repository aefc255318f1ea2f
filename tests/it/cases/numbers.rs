//! Cases 06, 07 and 30: a number has one value, however it is written.

use super::run;

#[test]
fn case_06_every_finite_double_is_a_number() {
    let Some(ran) = run("06-doubles-near-zero", "policy.toml") else { return };
    let ran = ran.ended(0);
    let rounded = |largest| ["-0.13", "0.00", "0.00", "0.00", "51.48", largest, "", ""];
    assert_eq!(ran.cells("lon"), rounded("1000000000000000000000.00"));
    assert_eq!(ran.cells("single"), rounded("16777216.00"));
    assert_eq!(ran.unreadable("lon", "number"), 1);
    assert_eq!(ran.unreadable("single", "number"), 1);
    assert_eq!(ran.unreadable("level", "number"), 1);
    // Between the bounds they are what they were.
    let kept = ran.cells("level");
    assert_eq!(
        (kept[0], kept[4], kept[5], kept[6], kept[7]),
        ("-0.127758", "51.477928", "1000000000000000000000", "", "")
    );
}

#[test]
fn case_06b_every_decimal_text_is_a_number() {
    let Some(ran) = run("06b-long-decimals", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.cells("lon"), ["0.00", "0.30", "0.00", "123456789012345678901.00"]);
    let bands = ["[-1,0)", "[0,1)", "[0,1)", "[123456789012345678901,123456789012345678902)"];
    assert_eq!(ran.cells("band"), bands);
    assert_eq!((ran.unreadable("lon", "number"), ran.unreadable("band", "number")), (0, 0));
}

#[test]
fn case_07_an_exponent_is_read() {
    let Some(ran) = run("07-java-exponents", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.cells("income"), ["12346000", "10000000", "10000000", "0"]);
    assert_eq!(ran.cells("p"), ["(-inf,0.001)", "[0.001,0.1)", "(-inf,0.001)", "(-inf,0.001)"]);
    assert_eq!((ran.unreadable("income", "number"), ran.unreadable("p", "number")), (0, 0));
}

#[test]
fn case_07b_an_exponent_of_json_is_read() {
    let Some(ran) = run("07b-ndjson-exponent", "policy.toml") else { return };
    assert_eq!(ran.ended(0).cells("score"), ["10", "15"]);
}

#[test]
fn case_30_numbers_stay_and_formulas_are_guarded_and_counted() {
    let Some(ran) = run("30-kept-negative-numbers", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.cells("bal"), ["-12.50", "12.50", "-1e3", "-0.5", "7"]);
    assert_eq!(ran.cells("note"), ["'=1+1", "'@home", "'-2+3", "+44 7700 900001", "plain"]);
    assert_eq!(ran.account["formula_guard_cells"], 3);
    assert_eq!(ran.json["formula_guard_cells"], 3);
    assert!(ran.said.contains("cells with an apostrophe against formulas  3"), "{}", ran.said);
}
