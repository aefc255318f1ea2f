//! Records that wait on disk, and how they are laid out there.

pub(crate) mod entries;
pub(crate) mod minimised;
pub(crate) mod partitions;
pub(crate) mod row_codec;
pub(crate) mod store;
