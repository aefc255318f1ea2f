//! Bytes in and out: opened with care, read, decompressed, digested.

pub(crate) mod buffer_pool;
pub(crate) mod compression;
pub(crate) mod decoding;
pub(crate) mod digest;
pub(crate) mod error_capture;
pub(crate) mod file;
pub(crate) mod magic;
pub(crate) mod opening;
pub(crate) mod progress_shares;
pub(crate) mod utf8;
