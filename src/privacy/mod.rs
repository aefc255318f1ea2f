//! Floor 3: disclosure control. What a class of records is, which conditions it must
//! meet, what its size says about the risk of the people in it, and at which levels of
//! generalisation classes become large. Pure: codes and counts in, numbers out.
//!
//! An *equivalence class* is the set of records that are equal on all
//! quasi-identifiers. A missing quasi-identifier is a value of its own.

pub(crate) mod class_sizes;
pub(crate) mod findings;
pub(crate) mod models;
pub(crate) mod risk;
pub(crate) mod search;
pub(crate) mod utility;
