//! The leg before the extract: consent logs are read by every worker with the
//! readers of extracts, each event is judged on its own, and what is left of it
//! (a keyed digest of its subject and a few bytes) is spilled by digest and
//! folded partition by partition into one verdict a subject.
//!
//! The extract is read afterwards, and a row rule (`rule.rs`) drops its records by these
//! verdicts as another rule would by their columns.

mod codes;
mod fold;
pub(crate) mod pass;
pub(super) mod rule;
pub(crate) mod verdicts;

pub use crate::engine::bind::consent_log::LogBinding;
pub(crate) use crate::engine::consent_log::pass::{LogPass, LostRows, UnreadSubject};
pub(crate) use crate::engine::consent_log::verdicts::LogVerdicts;
