//! Floor 1: the one home of canonical forms. Pseudonyms, subjects, lists, logs
//! and both sides of every comparison bring a value into its canonical form here
//! and nowhere else, so that one person has one pseudonym and is found on every
//! list.
//!
//! A value is *read*, *missing* or *unreadable*; see [`Read`](crate::model::read::Read).
//! Knows nothing of columns, keys, lists and files.

pub mod day_reader;
mod email;
pub mod form;
pub mod ip_address;
pub(crate) mod loose;
mod marks;
pub mod normalise;
pub mod phone;
pub mod postcode;
mod script;
pub mod sentinel;
mod text;
mod unseen;
mod whole_number;
