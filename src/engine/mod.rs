//! Floor 7: runs a plan over ports. No files, no clock, no terminal, no
//! environment: formats implement the ports, the release passes the world in.
//!
//! A run has two legs. Reading: sources give blocks, workers parse, judge and
//! minimise them, and what may go on waits in the store. Writing: once the last
//! record was read, waiting rows are joined with the restricted subjects, put in
//! order, encoded and appended. The raw input is read once.

#[doc(hidden)]
pub mod bench;
pub mod bind;
pub mod consent_log;
pub mod fault;
mod fault_kind;
pub mod memory_budget;
pub mod port;
pub mod progress;
pub mod read;
pub mod run;
pub mod spill;
pub mod trace;
pub mod withhold;
pub mod workers;
pub mod write;

pub use crate::engine::read::extract::QuarantineSink;
pub use crate::engine::spill::store::CHECKS_SUBJECTS;
pub use crate::engine::write::files::{PartOpener, WrittenFiles};
