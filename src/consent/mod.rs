//! Floor 3: who agreed to what, under which notice. Pure: evidence in, one
//! reason out. It fails closed: what is unknown, unreadable or contradictory is
//! not a consent.

pub(crate) mod columns;
pub(crate) mod finding;
pub(crate) mod log;
pub(crate) mod memo;
pub(crate) mod never;
pub(crate) mod notice;
pub(crate) mod register;
pub(crate) mod relied_on;
pub(crate) mod words;
