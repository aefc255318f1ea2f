//! Consent in a log of events: one row an event.

pub mod evidence;
pub mod gate;
pub mod state;
pub mod status;
pub mod time;
