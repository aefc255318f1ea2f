//! Consent in a log of events: one row an event.

pub(crate) mod evidence;
pub(crate) mod gate;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod time;
