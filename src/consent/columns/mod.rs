//! Consent in the columns of the extract.

pub(crate) mod evidence;
pub(crate) mod gate;
mod time;
