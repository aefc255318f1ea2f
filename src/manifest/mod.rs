//! Floor 6: the account of what was removed, and the documents made from it.

pub(crate) mod compare_last;
pub(crate) mod consent_log;
pub(crate) mod details;
pub(crate) mod document;
pub(crate) mod json;
pub(crate) mod last_delivery;
pub(crate) mod minimisation;
mod recipient;
pub(crate) mod rounding;
pub(crate) mod run_document;
pub(crate) mod seal;
