//! Floor 3: runs a plan over ports. No files, no clock, no terminal, no
//! environment: formats implement the ports, the release passes the world in.
//!
//! A run has two legs. Reading: sources give blocks, workers parse, judge and
//! minimise them, and what may go on waits in the store. Writing: once the last
//! record was read, waiting rows are joined with the restricted subjects, put in
//! order, encoded and appended. The raw input is read once.

mod bind_fault;
pub mod binding;
mod cutting;
#[doc(hidden)]
pub mod doors;
pub mod fault;
mod fault_kind;
mod in_order;
mod join;
pub mod list_reading;
pub mod log;
mod malformed_limit;
pub mod matches;
pub mod memory;
pub mod observe;
mod partitions;
mod parts;
pub mod port;
mod reading;
mod releasing;
mod row_codec;
pub mod run;
mod selecting;
mod sorting;
mod stage;
mod step;
mod step_rows;
mod store;
pub mod trace;
mod verdicts;
pub mod workers;
mod writing;

pub use parts::{PartOpener, Written};
pub use reading::QuarantineSink;
pub use store::CHECKS_SUBJECTS;
