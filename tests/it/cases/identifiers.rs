//! Cases 10 to 12, 16, 44 and 49: one person, one identifier.

use super::run;

#[test]
fn the_trunk_zero_is_no_part_of_the_number() {
    let Some(ran) = run("10-trunk-zero", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "1 2 4 5");
    assert_eq!(ran.dropped("suppressed:tps"), 1);
    assert_eq!(ran.cell(1, "phone"), ran.cell(2, "phone"));
    assert_eq!(ran.cell(4, "phone"), ran.cell(5, "phone"));
    assert_ne!(ran.cell(1, "phone"), ran.cell(4, "phone"));
    assert_ne!(ran.cell(1, "phone"), "");
}

#[test]
fn a_number_without_a_country_is_read_by_the_region() {
    let Some(ran) = run("11-numbers-without-a-country", "policy-proposed.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.delivered(), "7");
    assert_eq!(ran.dropped("suppressed:dnc"), 6);
}

#[test]
fn a_mask_keeps_the_domain_and_nothing_behind_it() {
    let Some(ran) = run("12-second-value-after-an-address", "policy.toml") else { return };
    let ran = ran.ended(0);
    let example = "***@example.org";
    let domains = [example, "", "", example, example, "***@xn--mnchen-3ya.example", "", "", ""];
    assert_eq!(ran.cells("email"), domains);
    assert_eq!(ran.unreadable("email", "email"), 5);
}

#[test]
fn a_whole_number_is_one_id_however_it_is_written() {
    let Some(ran) = run("16-whole-number-with-a-point", "policy.toml") else { return };
    let ran = ran.ended(0);
    for row in [2, 4] {
        assert_eq!(ran.cell(1, "person"), ran.cell(row, "person"));
    }
    assert_ne!(ran.cell(1, "person"), ran.cell(3, "person"));
}

#[test]
fn what_draws_nothing_makes_no_second_person() {
    let Some(ran) = run("44-a-character-nobody-sees", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_ne!(ran.cell(1, "email"), "");
    assert_eq!(ran.cell(2, "email"), "");
    assert_eq!(ran.unreadable("email", "email"), 1);
}
