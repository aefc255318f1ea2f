//! The verbs that describe scant itself: manual pages, schemas, completions.

pub(super) mod completions;
mod keys;
pub(super) mod man;
mod ordered;
mod pages;
mod reasons;
pub(super) mod schema;
