//! From spilled rows to files: sorted, cut into chunks and encoded.

pub(crate) mod chunks;
pub(crate) mod files;
pub(crate) mod pipeline;
pub(crate) mod release;
mod released_cells;
pub(crate) mod sort;
