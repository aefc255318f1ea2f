//! Numbers as texts, exact; parts of a whole; counts in words.

pub(crate) mod counted;
pub(crate) mod decimal;
pub(crate) mod format;
pub(crate) mod json;
pub(crate) mod share;
pub(crate) mod text;
