//! Classes of records that are equal on their quasi-identifiers, at any node.

pub(crate) mod facts;
pub(crate) mod microdata;
pub(crate) mod packed;
pub(crate) mod quasi_column;
pub(crate) mod table;
