//! What became of cells and records: read or not, dropped and why, changed and counted.

pub(crate) mod cell_state;
pub(crate) mod change;
pub(crate) mod detail;
pub(crate) mod loss;
pub(crate) mod read;
pub(crate) mod reason;
pub(crate) mod shape;
pub(crate) mod structure_fault;
pub(crate) mod tally;
