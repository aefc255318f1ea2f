//! Records that are spilled to disk, and their layout there.

pub(crate) mod entries;
pub(crate) mod minimised;
pub(crate) mod partitions;
pub(crate) mod row_codec;
pub(crate) mod store;
