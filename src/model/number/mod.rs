//! Numbers as texts, exact; parts of a whole; counts in words.

pub mod counted;
pub mod decimal;
pub mod share;
pub mod text;
