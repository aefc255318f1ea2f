//! What several actions need.

pub(crate) mod number;
pub mod pattern;
