//! Floor 0: the words of the field. No frames, no files, no clock, no terminal.
//!
//! Everything above speaks in these terms, so a name means the same thing in a
//! policy, in an error and in the manifest.

pub mod cells;
pub mod column_type;
pub mod digest;
pub mod file_format;
pub mod name;
pub mod number;
pub mod outcome;
pub mod role;
pub mod time;
pub mod word;
