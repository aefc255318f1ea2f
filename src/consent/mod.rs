//! Floor 1: who agreed to what, under which notice. Pure: evidence in, one
//! reason out. It fails closed: what is unknown, unreadable or contradictory is
//! not a consent.

pub mod event_gate;
pub mod event_time;
pub mod events;
pub mod evidence;
mod known;
mod notice_check;
pub mod register;
pub mod resolve;
pub mod standing;
pub mod state;
pub mod witness;
