//! Actions on numbers.

pub mod band_number;
pub mod clamp_number;
pub mod round_number;
