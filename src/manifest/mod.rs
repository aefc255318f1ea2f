//! Floor 6: the account of what was removed, and the documents made from it.

pub mod changes;
pub mod consent_log;
pub mod details;
pub mod document;
pub mod last;
pub mod minimisation;
mod recipient;
pub mod rounding;
pub mod seal;
