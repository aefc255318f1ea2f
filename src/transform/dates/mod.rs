//! Actions on dates and times.

pub(crate) mod age_band;
pub(crate) mod bucket_time;
pub(crate) mod coarsen_date;
pub(crate) mod shift_date;
