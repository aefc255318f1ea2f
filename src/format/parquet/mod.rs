//! Apache Parquet, by row groups: footer first, then only the column chunks that
//! are needed.
//!
//! A Parquet file is full of sizes that decoders believe and allocate, so the
//! footer and every page header are walked here first, by code that believes
//! nothing; only then does the foreign decoder see them.

mod footer;
mod pages;
pub(crate) mod read;
#[cfg(test)]
mod tests;
mod text_pages;
mod thrift;
pub(crate) mod write;

pub(super) use crate::format::parquet::footer::count_rows;
