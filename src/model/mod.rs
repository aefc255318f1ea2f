//! Floor 0: the words of the field. No frames, no files, no clock, no terminal.
//!
//! Everything above speaks in these terms, so a name means the same thing in a
//! policy, in an error and in the manifest.

pub(crate) mod cells;
pub(crate) mod column_type;
pub(crate) mod country;
pub(crate) mod dialect;
pub(crate) mod digest;
pub(crate) mod document_ref;
pub(crate) mod file_format;
pub(crate) mod json_pointer;
pub(crate) mod name;
pub(crate) mod number;
pub(crate) mod outcome;
pub(crate) mod role;
pub(crate) mod time;
pub(crate) mod word;
