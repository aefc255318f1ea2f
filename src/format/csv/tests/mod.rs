//! The reader by example, and against other readers.

mod blocks;
mod compressed;
mod dialects;
mod header;
mod peer;
mod scan;
mod support;
mod verdicts;
