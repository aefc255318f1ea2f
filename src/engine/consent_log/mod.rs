//! Reads the consent logs before the extract. Every worker reads with the readers
//! of extracts and judges each event by itself; a keyed digest of the event's
//! subject and a few bytes are spilled by digest, and folded partition by partition
//! into one verdict a subject.
//!
//! The extract is read afterwards, and a row rule (`rule.rs`) drops its records by
//! these verdicts, as another rule does by their columns.

mod codes;
mod fold;
pub(crate) mod pass;
pub(super) mod rule;
pub(crate) mod verdicts;

pub use crate::engine::bind::consent_log::LogBinding;
pub(crate) use crate::engine::consent_log::pass::{LogPass, LostRows, UnreadSubject};
pub(crate) use crate::engine::consent_log::verdicts::LogVerdicts;
