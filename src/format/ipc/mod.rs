//! The Arrow IPC file format (Feather version 2), by record batches.
//!
//! As with Parquet, every size a message declares is checked against the file
//! before the foreign decoder sees it; and it sees one needed column at a time,
//! uncompressed, and nothing else of the file.

mod column;
mod dictionaries;
mod message;
#[cfg(test)]
mod raw;
pub(crate) mod read;
mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod write;

pub(super) use crate::format::ipc::read::count_rows;
