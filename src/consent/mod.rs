//! Floor 1: who agreed to what, under which notice. Pure: evidence in, one
//! reason out. It fails closed: what is unknown, unreadable or contradictory is
//! not a consent.

pub mod evidence;
pub mod register;
pub mod resolve;
