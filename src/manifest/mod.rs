//! Floor 7: the documents that say what was removed, made from the account.

pub(crate) mod compare_last;
pub(crate) mod consent_log;
pub(crate) mod delivered;
pub(crate) mod details;
pub(crate) mod document;
pub(crate) mod json;
pub(crate) mod last_delivery;
pub(crate) mod minimisation;
pub(crate) mod package;
pub(crate) mod privacy;
pub(crate) mod provenance;
mod recipient;
pub(crate) mod rounding;
pub(crate) mod run_document;
pub(crate) mod seal;
