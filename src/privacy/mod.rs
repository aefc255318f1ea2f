//! Floor 3: disclosure control. What a class of records is, which conditions it must
//! meet, and what its size says about the risk of the people in it. Pure: classes are
//! counted elsewhere and given as numbers.
//!
//! An *equivalence class* is the set of records that are equal on all
//! quasi-identifiers. A missing quasi-identifier is a value of its own.

#[allow(dead_code, reason = "used as soon as classes are counted")]
pub(crate) mod class_sizes;
#[allow(dead_code, reason = "used as soon as classes are counted")]
pub(crate) mod models;
