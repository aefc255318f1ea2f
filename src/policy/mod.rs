//! Floor 5: a policy document becomes a plan, or every one of its faults at
//! once. Knows no files: the caller hands over texts and gets places in them
//! back.

pub(crate) mod compile;
pub(crate) mod explain;
pub(crate) mod plan;
pub(crate) mod questions;
pub(crate) mod read;
