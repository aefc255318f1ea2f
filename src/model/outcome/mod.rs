//! What became of cells and records: read or not, dropped and why, changed and counted.

pub mod change;
pub mod detail;
pub mod loss;
pub mod read;
pub mod reason;
pub mod shape;
pub mod tally;
