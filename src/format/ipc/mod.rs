//! The Arrow IPC file format (Feather version 2), by record batches.
//!
//! As with Parquet, every size a message declares is checked against the file
//! before the foreign decoder sees it.

mod message;
pub mod read;
#[cfg(test)]
mod tests;
pub mod write;

pub(super) use read::count_rows;
