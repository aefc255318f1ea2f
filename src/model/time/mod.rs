//! Days, times and lengths of time.

pub(crate) mod age;
pub(crate) mod date;
pub(crate) mod date_unit;
pub(crate) mod day;
pub(crate) mod duration;
pub(crate) mod iso_time;
pub(crate) mod moment;
pub(crate) mod month;
pub(crate) mod placeholder;
pub(crate) mod reading;
mod written;
