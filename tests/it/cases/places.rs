//! Cases 01 to 05: postcodes and network addresses, and no more of them than the
//! policy says.

use super::run;

#[test]
fn a_plain_postcode_is_cut_to_its_sector() {
    let Some(ran) = run("01-fixed-width-postcodes", "policy.toml") else { return };
    assert_eq!(ran.ended(0).cell(9, "sector"), "LS1 4");
}
