//! Floor 1: the one home of canonical forms. Pseudonyms, subjects, lists, logs
//! and both sides of every comparison bring a value into its canonical form here
//! and nowhere else, so that one person has one pseudonym and is found on every
//! list.
//!
//! A value is *read*, *missing* or *unreadable*; see [`Read`](crate::model::outcome::read::Read).
//! Knows nothing of columns, keys, lists and files.

pub(crate) mod batch_hash;
pub mod canonical;
pub mod day_reader;
mod email;
pub mod form;
pub mod ip_address;
pub mod key;
pub mod phone;
pub mod postcode;
pub mod sentinels;
pub(crate) mod text;
