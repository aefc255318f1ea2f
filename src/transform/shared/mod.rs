//! What several actions need.

pub(crate) mod number;
pub(crate) mod pattern;
pub(crate) mod search;
