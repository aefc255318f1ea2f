//! Floor 6: a policy document becomes a plan, or every one of its faults at once.
//! Opens no files: the caller passes texts and gets positions in them back.

mod ahead;
pub(crate) mod compile;
pub(crate) mod explain;
pub(crate) mod extract_alone;
mod forbidden;
pub(crate) mod plan;
pub(crate) mod questions;
pub(crate) mod read;
