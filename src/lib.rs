//! Scant turns a raw subscriber extract into a delivery that holds only what its
//! purpose needs, and proves it.

#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    expect(
        clippy::cast_possible_truncation,
        clippy::disallowed_methods,
        clippy::float_cmp,
        clippy::format_collect,
        clippy::items_after_statements,
        clippy::needless_for_each,
        clippy::redundant_closure_for_method_calls,
        clippy::struct_excessive_bools,
        reason = "unit tests are read more than they are run, and may look at their environment"
    )
)]

pub mod cli;
pub mod consent;
pub mod derived;
pub mod engine;
pub mod format;
pub mod manifest;
pub mod manual;
pub mod model;
pub mod policy;
pub mod release;
pub mod row_rule;
pub mod transform;
