//! Newline-delimited JSON: one object a line. Nested values have no text: they are
//! passed over where they are not needed, and refused where they are.

mod block;
mod number;
mod plain;
pub(crate) mod read;
mod record;
mod span;
#[cfg(test)]
mod tests;
pub(crate) mod write;
