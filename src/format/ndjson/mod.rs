//! Newline-delimited JSON: one flat object a line. Nested values are refused;
//! what they would mean as cells is anybody's guess.

mod block;
mod number;
mod plain;
pub mod read;
mod record;
#[cfg(test)]
mod tests;
pub mod write;
