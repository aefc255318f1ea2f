//! The words of the documents in plain English: what a reason means, what a parameter is,
//! what a model demands.

pub(super) mod models;
pub(super) mod parameters;
pub(super) mod reasons;

use crate::model::role::AttributeRole;

/// A role of a column.
pub(super) fn role(role: AttributeRole) -> &'static str {
    match role {
        AttributeRole::DirectIdentifier => "direct identifier",
        AttributeRole::Insensitive => "neither identifying nor sensitive",
        AttributeRole::QuasiIdentifier => "quasi-identifier",
        AttributeRole::Sensitive => "sensitive",
    }
}
