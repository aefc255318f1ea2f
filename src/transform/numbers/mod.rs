//! Actions on numbers.

pub(crate) mod band_number;
pub(crate) mod clamp_number;
pub(crate) mod round_number;
