//! The world that is passed into the library: the clock, the signals, the
//! number of cores, the memory used, the terminal's wishes.
#![expect(clippy::disallowed_methods, reason = "the one place that may ask the world")]

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::release::error::ReleaseError;

/// Today in UTC: by `SOURCE_DATE_EPOCH` where it is set, as builds that can be
/// repeated set it (<https://reproducible-builds.org/specs/source-date-epoch/>),
/// else by the clock.
pub(super) fn today() -> Result<Date, ReleaseError> {
    Ok(jiff::tz::Offset::UTC.to_datetime(now()?).date())
}

/// Now, as RFC 3339 writes it, to the second.
pub(super) fn time() -> Result<String, ReleaseError> {
    Ok(format!("{:.0}", now()?))
}

fn now() -> Result<Timestamp, ReleaseError> {
    Ok(match std::env::var_os("SOURCE_DATE_EPOCH") {
        None => Timestamp::now(),
        Some(seconds) => seconds
            .to_str()
            .and_then(|seconds| seconds.parse().ok())
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or(ReleaseError::SourceDateEpoch)?,
    })
}

/// The day that is judged, and today. A day that has not come is refused unless it
/// may be one.
pub(super) fn days(as_of: Option<Date>, may_be_future: bool) -> Result<(Date, Date), ReleaseError> {
    let today = today()?;
    match as_of {
        Some(as_of) if as_of > today && !may_be_future => Err(ReleaseError::FutureAsOf { as_of, today }),
        as_of => Ok((as_of.unwrap_or(today), today)),
    }
}

/// Whether people watch who did not ask for plain text (no-color.org).
pub(super) fn wants_colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A moment to measure from.
pub(super) fn instant() -> Instant {
    Instant::now()
}

/// Set when the user or the system asks us to stop; asked a second time, we exit
/// at once. What was not published is no delivery either way. To be called when
/// work begins: until then a signal ends us as it ends any program. A signal that
/// is ignored when we start, as by `nohup`, stays ignored.
pub(super) fn stop_signal() -> Arc<AtomicBool> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let stop = Arc::new(AtomicBool::new(false));
    let ignored = ignored_signals();
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        if ignored >> (signal - 1) & 1 == 1 {
            continue;
        }
        // The order matters: the first signal only sets the flag. A signal that
        // cannot be caught ends us as it always did.
        let _ = signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop));
        let _ = signal_hook::flag::register(signal, Arc::clone(&stop));
    }
    stop
}

/// The signals that are ignored, one bit each from signal 1 on (proc(5), `SigIgn`).
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// No core dumps, and no panic message: either could hold a cell. And a limit on
/// the size of files is an error of the write, not our end in the middle of it.
pub(super) fn harden(say_bug: fn(&str)) {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    // Where the system refuses, we are no worse off than without asking.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    std::panic::set_hook(Box::new(move |panic| {
        if crate::format::is_guarded() {
            return;
        }
        // Of a library the place would be a path of the machine that built us.
        let place = panic.location().filter(|place| place.file().starts_with("src/"));
        say_bug(&place.map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line())));
    }));
}
