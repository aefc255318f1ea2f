//! How one date or time may be written: the directives of a format, the numbers
//! that stand for dates, and whether two of them could read one text.

mod automaton;
mod fault;
mod month_name;
pub(super) mod overlap;
pub(crate) mod parts;
pub(super) mod pattern;
pub(super) mod serial;

pub(crate) use fault::FormatFault;

#[cfg(test)]
mod tests;
