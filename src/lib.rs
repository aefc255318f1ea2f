//! Scant turns a raw subscriber extract into a delivery that holds only what its
//! purpose needs, and proves it.

#![forbid(unsafe_code)]

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
