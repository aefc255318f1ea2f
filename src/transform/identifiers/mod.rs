//! Actions on identifiers and places.

pub mod coarsen_ip;
pub mod coarsen_postcode;
pub mod mask_email;
pub mod pseudonymise;
