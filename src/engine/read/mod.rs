//! From source to spilled rows: blocks are read, judged and minimised in parallel.

pub(crate) mod block;
pub(crate) mod block_rows;
mod echoes;
pub(crate) mod extract;
pub(crate) mod list;
pub(crate) mod list_matches;
pub(crate) mod malformed_limit;
mod minimise;
pub(crate) mod pipeline;
pub(crate) mod records;
pub(crate) mod verdicts;
