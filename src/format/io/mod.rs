//! Bytes in and out: opened with care, read, decompressed, digested.

pub(crate) mod buffer_pool;
pub mod compression;
pub mod digest;
pub(crate) mod error_capture;
pub mod file;
pub mod magic;
pub(crate) mod opening;
pub(crate) mod progress_shares;
pub(crate) mod utf8;
