//! The list of bad inputs, number by number, each run through the front door:
//! the library and the binary. What each must give is the typed fault, the exact
//! quarantined place or the exact delivered bytes; never a canary in anything
//! that is said or kept, and never half a delivery.

mod case;
mod compression;
mod consent;
mod dates;
mod encoding;
mod environment;
mod file_level;
mod header;
mod numbers;
mod output;
mod parquet;
mod parquet_file;
mod structure;
mod world;

use std::collections::BTreeSet;

use self::case::{Case, run_all};

/// Numbers, or parts of them, that no case here covers, and why.
const NOT_HERE: &[(u16, &str)] = &[];

/// The last number of the list.
const LAST: u16 = 117;

const SECTIONS: [fn() -> Vec<Case>; 11] = [
    file_level::cases,
    structure::cases,
    compression::cases,
    encoding::cases,
    header::cases,
    numbers::cases,
    output::cases,
    dates::cases,
    consent::cases,
    parquet::cases,
    environment::cases,
];

#[test]
fn every_number_of_the_list_is_tried() {
    let mut tried: BTreeSet<u16> = SECTIONS.iter().flat_map(|section| section()).map(|case| case.number).collect();
    tried.extend(NOT_HERE.iter().map(|(number, _)| number));
    assert_eq!(tried, (1..=LAST).collect());
}

#[test]
fn a_file_level() {
    run_all(file_level::cases());
}

#[test]
fn b_structure() {
    run_all(structure::cases());
}

#[test]
fn c_compression() {
    run_all(compression::cases());
}

#[test]
fn d_encoding() {
    run_all(encoding::cases());
}

#[test]
fn e_headers() {
    run_all(header::cases());
}

#[test]
fn f_sizes_and_numbers() {
    run_all(numbers::cases());
}

#[test]
fn g_output_injection() {
    run_all(output::cases());
}

#[test]
fn h_dates() {
    run_all(dates::cases());
}

#[test]
fn i_consent_and_identity() {
    run_all(consent::cases());
}

#[test]
fn j_parquet() {
    run_all(parquet::cases());
}

#[test]
fn k_environment() {
    run_all(environment::cases());
}
