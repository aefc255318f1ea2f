//! Consent in the columns of the extract.

pub(crate) mod evidence;
mod flags;
pub(crate) mod gate;
pub(crate) mod json_cell;
mod time;
