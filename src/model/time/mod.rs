//! Days, times and lengths of time.

pub mod date;
pub mod day;
pub mod duration;
pub mod iso_time;
pub mod moment;
pub mod placeholder;
