//! Floor 8: runs a plan over ports. Uses no files, clock, terminal or environment:
//! formats implement the ports, and `release` passes the rest as parameters.
//!
//! A run has two passes. In the first, sources give blocks, which workers parse,
//! judge and minimise; the rows that pass wait in the store. In the second, once
//! the last record was read, checks decide which of the waiting rows are withheld,
//! and the others are sorted, encoded and appended. The extract is read once.

#[doc(hidden)]
pub(crate) mod bench;
pub(crate) mod bind;
pub(crate) mod consent_log;
pub(crate) mod context;
pub(crate) mod fault;
mod fault_kind;
pub(crate) mod memory_budget;
pub(crate) mod port;
pub(crate) mod progress;
pub(crate) mod read;
pub(crate) mod risk;
pub(crate) mod run;
pub(crate) mod spill;
pub(crate) mod trace;
pub(crate) mod value_codes;
pub(crate) mod withhold;
pub(crate) mod workers;
pub(crate) mod write;

pub(crate) use crate::engine::read::extract::QuarantineSink;
pub(crate) use crate::engine::write::files::WrittenFiles;
