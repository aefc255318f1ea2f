//! Actions on identifiers and places.

pub(crate) mod coarsen_ip;
pub(crate) mod coarsen_postcode;
pub(crate) mod mask_email;
pub(crate) mod pseudonymise;
