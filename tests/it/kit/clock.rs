//! The as-of day of the tests, and a clock that always shows the same time, so that
//! no test depends on the real one.

use jiff::civil::{Date, date};
use scant::Clock;

/// The day on which `policy-later.toml` is run, and every other run that names none.
pub(crate) const LATER: Date = date(2018, 7, 1);

pub(crate) struct StoppedClock;

impl Clock for StoppedClock {
    fn today(&self) -> Date {
        LATER
    }

    fn now(&self) -> String {
        "2026-11-01T00:00:00Z".to_owned()
    }

    fn seconds(&self) -> f64 {
        0.0
    }

    fn peak_memory(&self) -> Option<u64> {
        None
    }
}
