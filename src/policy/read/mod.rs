//! Reads the tables of a policy: one file a table.

pub(crate) mod attachments;
pub(crate) mod columns;
pub(crate) mod consent;
pub(crate) mod date_formats;
pub(crate) mod derived;
pub(crate) mod dialect;
pub(crate) mod extract;
pub(crate) mod guards;
pub(crate) mod output;
pub(crate) mod output_names;
pub(crate) mod privacy;
pub(crate) mod release;
pub(crate) mod rows;
