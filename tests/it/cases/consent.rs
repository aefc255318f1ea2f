//! Cases 39 to 41b: consent as it is recorded.

use super::run;

#[test]
fn several_choices_in_a_cell() {
    let Some(ran) = run("39-several-choices-in-a-cell", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 2 4");
    assert_eq!((ran.dropped("consent_unknown"), ran.dropped("purpose_not_covered")), (2, 1));
}
