//! The list of bad inputs, number by number, each run through the library and the
//! command. Each must give the expected typed fault, the exact quarantined position
//! or the exact delivered bytes; never a canary in a message or a file, and never
//! half a delivery.

mod case;
mod compression;
mod consent;
mod dates;
mod encoding;
mod environment;
mod file_level;
mod header;
mod keys;
mod numbers;
mod output;
mod parquet;
pub mod parquet_file;
mod project;
mod signals;
mod structure;

use std::collections::BTreeSet;

use self::case::{Case, run_all};

/// Parts of numbers that no case here covers, and why. No number is wholly here.
const NOT_HERE: &[(u16, &str)] = &[
    (36, "64 KiB of borders: src/format/csv/tests/blocks.rs slides them through the scanner itself"),
    (41, "without a count beside it only guards.max_change can notice: tests/it/guards.rs, half a file"),
    (81, "a column cannot declare separators of its numbers; they are unreadable, whichever they are"),
    (94, "a gap of local time: zones belong to event logs, not honoured yet; a time without an offset is UTC"),
    (102, "nothing allows a delivery of nothing"),
    (109, "which Parquet files of others are read: src/format/parquet/tests/mod.rs"),
    (112, "a quota fails as a full disk does"),
];

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
    let tried: BTreeSet<u16> = SECTIONS.iter().flat_map(|section| section()).map(|case| case.number).collect();
    assert_eq!(tried, (1..=LAST).collect());
    for (number, why) in NOT_HERE {
        assert!(tried.contains(number) && !why.is_empty(), "{number}");
    }
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
