//! One table of 1,000 records, written by many programs in many dialects, types and
//! encodings (`tests/writers/`). Read by the policy that says what it is like, every
//! file gives the same bytes; read by a policy that says something else, it is
//! refused, or each record that comes out differently was counted.

mod delivered;
mod group;
mod unnoticed;

use crate::kit::needs;

use self::group::Group;

#[test]
fn files_after_the_manuals_of_others_are_read_as_they_are_or_not_at_all() {
    if needs("python") {
        let group = Group::written("hand");
        assert!(group.files() >= 60, "{} files", group.files());
        group.check();
    }
}

#[test]
fn files_of_sqlite_are_read_as_they_are_or_not_at_all() {
    if needs("python") && needs("sqlite") {
        Group::written("sqlite").check();
    }
}

#[test]
fn files_of_postgresql_are_read_as_they_are_or_not_at_all() {
    if needs("python") && needs("postgresql") {
        Group::written("postgres").check();
    }
}

#[test]
fn files_of_pandas_polars_pyarrow_and_duckdb_are_read_as_they_are_or_not_at_all() {
    if needs("frames") {
        Group::written("frames").check();
    }
}

/// Only builds with the feature read workbooks.
#[cfg(feature = "xlsx")]
#[test]
fn xlsx_of_openpyxl_is_read_as_it_is_or_not_at_all() {
    if needs("frames") {
        Group::written("workbooks").check();
    }
}
