//! Floor 5: a policy document becomes a plan, or every one of its faults at
//! once. Knows no files: the caller hands over texts and gets places in them
//! back.

pub mod compile;
pub mod explain;
pub mod plan;
pub(crate) mod questions;
pub mod read;
