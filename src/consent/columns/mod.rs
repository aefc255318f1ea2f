//! Consent in the columns of the extract.

pub mod evidence;
pub mod gate;
