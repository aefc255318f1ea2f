//! Floor 0: the words of the field. No frames, no files, no clock, no terminal.
//!
//! Everything above speaks in these terms, so a name means the same thing in a
//! policy, in an error and in the manifest.

pub mod cells;
pub mod change;
pub mod column_type;
pub mod counted;
pub mod date;
pub mod day;
pub mod decimal;
pub mod detail;
pub mod digest;
pub mod document;
pub mod duration;
pub mod file_format;
pub mod iso_time;
pub mod key;
pub mod loss;
pub mod moment;
pub mod name;
pub mod number;
pub mod placeholder;
pub mod read;
pub mod reason;
pub mod role;
pub mod shape;
pub mod share;
mod short_texts;
pub mod tally;
pub mod word;
