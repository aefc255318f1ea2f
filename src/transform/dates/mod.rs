//! Actions on dates and times.

pub mod age_band;
pub mod bucket_time;
pub mod coarsen_date;
