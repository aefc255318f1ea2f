//! Floor 1: the one home of canonical forms. Pseudonyms, subjects, lists, logs
//! and both sides of every comparison bring a value into its canonical form here
//! and nowhere else, so that one person has one pseudonym and is found on every
//! list.
//!
//! A value is *read*, *missing* or *unreadable*; see [`Read`](crate::model::outcome::read::Read).
//! Knows nothing of columns, keys, lists and files.

pub(crate) mod batch_hash;
pub(crate) mod canonical;
pub(crate) mod day_reader;
pub(crate) mod email;
pub(crate) mod form;
pub(crate) mod found;
pub(crate) mod ip_address;
pub(crate) mod key;
pub(crate) mod name;
pub(crate) mod phone;
pub(crate) mod postcode;
pub(crate) mod sentinels;
pub(crate) mod text;
