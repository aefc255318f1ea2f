//! Cases 01 to 05: postcodes and network addresses are delivered no more exactly
//! than the policy says.

use super::run;

#[test]
fn case_01_blanks_of_any_width_stand_before_the_inward_part() {
    let Some(ran) = run("01-fixed-width-postcodes", "policy.toml") else { return };
    let ran = ran.ended(0);
    let sectors = ["M1 1", "LS1 4", "M1 1", "DN55 1", "DN55 1", "W1A 0", "LS1 4", "LS1 4", "LS1 4"];
    assert_eq!(ran.cells("sector"), sectors);
}

#[test]
fn case_02_misspelt_postcodes_are_no_districts() {
    let Some(ran) = run("02-impossible-districts", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.cells("district"), ["", "", "AB10", "W1A"]);
    assert_eq!(ran.unreadable("district", "postcode"), 2);
}

#[test]
fn case_03_forces_and_territories_stay_and_no_place_is_told_apart() {
    let Some(ran) = run("03-forces-and-territories", "policy.toml") else { return };
    let ran = ran.ended(0);
    let districts = ["BFPO", "BFPO", "BF1", "ASCN", "FIQQ", "GX11", "AI-2640", "", "", ""];
    assert_eq!(ran.cells("district"), districts);
    assert_eq!((ran.unreadable("district", "no_place"), ran.unreadable("district", "postcode")), (3, 0));
}

#[test]
fn case_04_an_outward_code_is_a_district() {
    let Some(ran) = run("04-outward-codes", "policy.toml") else { return };
    let ran = ran.ended(0);
    assert_eq!(ran.cells("district"), ["M1", "AB10", "W1A", "EC1V", "AB10", ""]);
    assert_eq!(ran.unreadable("district", "postcode"), 1);
}

/// An IPv4 address is told as one, or not at all; an IPv6 address as ever.
fn networks(case: &str, v6: &str) {
    let Some(ran) = run(case, "policy.toml") else { return };
    let ran = ran.ended(0);
    let carried = std::iter::repeat_n("192.0.2.0/24", 8);
    let expected: Vec<&str> = carried.chain([v6, "198.51.100.0/24"]).collect();
    assert_eq!(ran.cells("ip"), expected);
}

#[test]
fn case_05_an_ipv4_address_inside_an_ipv6_one_is_told_as_it() {
    networks("05-ipv4-inside-ipv6", "2001:db8:1::/48");
}

#[test]
fn case_05b_however_long_the_prefix() {
    networks("05b-long-prefix", "2001:db8:1:2::/120");
}
