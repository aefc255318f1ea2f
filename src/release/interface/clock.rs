//! What is not repeatable about a run: the time, the cores, the memory used. The one
//! place of the library that asks the machine, for callers who do not pass it in.
#![expect(clippy::disallowed_methods, reason = "the one place below the edge that may ask the world")]

use std::sync::LazyLock;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;

/// What is not repeatable about a run.
pub trait Clock: Send + Sync {
    /// Today, in UTC.
    fn today(&self) -> Date;
    /// Now, RFC 3339 in UTC.
    fn now(&self) -> String;
    /// Seconds since some fixed point.
    fn seconds(&self) -> f64;
    /// The most memory used so far, in bytes, where it is known.
    fn peak_memory(&self) -> Option<u64>;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    fn today(&self) -> Date {
        jiff::tz::Offset::UTC.to_datetime(Timestamp::now()).date()
    }

    fn now(&self) -> String {
        Timestamp::now().to_string()
    }

    fn seconds(&self) -> f64 {
        START.elapsed().as_secs_f64()
    }

    fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    }
}

/// Worker threads when the caller names no number.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Where files wait that have no name.
pub(crate) fn temporary_folder() -> std::path::PathBuf {
    std::env::temp_dir()
}
