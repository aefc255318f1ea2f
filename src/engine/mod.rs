//! Floor 7: runs a plan over ports. No files, no clock, no terminal, no
//! environment: formats implement the ports, the release passes the world in.
//!
//! A run has two legs. Reading: sources give blocks, workers parse, judge and
//! minimise them, and what may go on waits in the store. Writing: once the last
//! record was read, checks decide which of the waiting rows are withheld, and the
//! others are put in order, encoded and appended. The raw input is read once.

#[doc(hidden)]
pub(crate) mod bench;
pub(crate) mod bind;
pub(crate) mod consent_log;
pub(crate) mod fault;
mod fault_kind;
pub(crate) mod memory_budget;
pub(crate) mod port;
pub(crate) mod progress;
pub(crate) mod read;
pub(crate) mod run;
pub(crate) mod spill;
pub(crate) mod trace;
pub(crate) mod withhold;
pub(crate) mod workers;
pub(crate) mod write;

pub(crate) use crate::engine::read::extract::QuarantineSink;
pub(crate) use crate::engine::write::files::WrittenFiles;
