//! The verbs about deliveries that are there: whether they are what they say.

pub(super) mod report;
pub(super) mod sign;
pub(super) mod verify;
