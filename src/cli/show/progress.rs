//! A progress bar for people who watch: records a second, bytes a second, time
//! left. Delayed, rate-capped, and hidden when stderr is not a terminal. The only
//! file that knows indicatif.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::port::Extent;
use crate::engine::progress::{Observer, Phase, Progress};
use crate::format::io::opening::shown;
use crate::privacy::search::explorer::SearchObserver;

const DRAWS_A_SECOND: u8 = 10;
/// No bar is needed for what is over before it can be read.
const DELAY: Duration = Duration::from_millis(400);

/// Draws a run.
pub(crate) struct RunProgress {
    hidden: bool,
    drawn: Mutex<Option<Drawn>>,
    /// What was warned of meanwhile.
    said: Mutex<Vec<String>>,
}

struct Drawn {
    bar: ProgressBar,
    by_bytes: bool,
    since: Instant,
}

impl RunProgress {
    /// A bar, hidden when asked or when stderr is not a terminal.
    pub(crate) fn new(hidden: bool) -> Self {
        Self { hidden, drawn: Mutex::new(None), said: Mutex::default() }
    }

    /// What was warned of meanwhile, once.
    pub(crate) fn take_said(&self) -> Vec<String> {
        self.said.lock().map(|mut said| std::mem::take(&mut *said)).unwrap_or_default()
    }
}

fn target(hidden: bool) -> ProgressDrawTarget {
    if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND) }
}

impl Observer for RunProgress {
    fn started(&self, leg: Phase, extent: Extent) {
        let Ok(mut drawn) = self.drawn.lock() else { return };
        let (length, by_bytes) = match (leg, extent.bytes, extent.records) {
            (Phase::Consent | Phase::Reading, Some(bytes), _) => (Some(bytes), true),
            (_, _, records) => (records, false),
        };
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        let template = match (leg, by_bytes) {
            (Phase::Consent | Phase::Reading, true) => {
                "{prefix} {wide_bar} {percent:>3}%  {msg}  {bytes_per_sec}  {eta} left"
            }
            _ => "{prefix} {wide_bar} {percent:>3}%  {msg}  {eta} left",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(match leg {
            Phase::Consent => "reading consent",
            Phase::Reading => "reading",
            Phase::Writing => "writing",
        });
        *drawn = Some(Drawn { bar, by_bytes, since: crate::cli::world::instant() });
    }

    fn advanced(&self, _: Phase, progress: Progress) {
        // A thread that cannot draw at once goes on working.
        let Ok(drawn) = self.drawn.try_lock() else { return };
        let Some(Drawn { bar, by_bytes, since }) = drawn.as_ref() else { return };
        let elapsed = since.elapsed();
        if elapsed < DELAY || self.hidden {
            return;
        }
        if bar.is_hidden() {
            bar.set_draw_target(target(self.hidden));
        }
        let seconds = elapsed.as_secs_f64().max(0.001);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a rate for the eye"
        )]
        let rate = (progress.records as f64 / seconds) as u64;
        bar.set_message(format!("{} records/s", HumanCount(rate)));
        bar.set_position(if *by_bytes { progress.bytes } else { progress.records });
    }

    fn finished(&self, _: Phase) {
        if let Ok(mut drawn) = self.drawn.lock()
            && let Some(Drawn { bar, .. }) = drawn.take()
        {
            bar.finish_and_clear();
        }
    }

    fn left_behind(&self, path: &Path, error: &io::Error) {
        let what = format!(
            "cannot remove {} ({error}), which may hold records that would have been delivered: remove it, or the next run beside it will",
            shown(path)
        );
        super::speak(&format!("warning: {what}"));
        if let Ok(mut said) = self.said.lock() {
            said.push(what);
        }
    }
}

impl Drop for RunProgress {
    fn drop(&mut self) {
        self.finished(Phase::Writing);
    }
}

/// Watches a search: says how far it is, and when its time is over.
pub(crate) struct SearchProgress {
    bar: ProgressBar,
    hidden: bool,
    since: Instant,
    limit: Option<Duration>,
    stop: Arc<AtomicBool>,
}

impl SearchProgress {
    /// A search that may take so long, and ends when it is stopped.
    pub(crate) fn new(limit: Option<Duration>, stop: Arc<AtomicBool>, hidden: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("searching  {human_pos} choices of levels looked at  {elapsed}")
        {
            bar.set_style(style);
        }
        Self { bar, hidden, since: crate::cli::world::instant(), limit, stop }
    }
}

impl SearchObserver for SearchProgress {
    fn may_go_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed) && self.limit.is_none_or(|limit| self.since.elapsed() < limit)
    }

    fn looked_at(&self, nodes: u64) {
        if self.hidden || self.since.elapsed() < DELAY {
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(target(self.hidden));
        }
        self.bar.set_position(nodes);
    }
}

impl Drop for SearchProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Draws how many records were made.
pub(crate) struct Counter {
    bar: ProgressBar,
    last: AtomicU64,
}

impl Counter {
    /// A bar of `records`.
    pub(crate) fn new(records: u64, hidden: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(records), target(hidden));
        let template = "writing {wide_bar} {percent:>3}%  {human_pos} records  {per_sec}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, last: AtomicU64::new(0) }
    }

    /// So many are made.
    pub(crate) fn at(&self, records: u64) {
        if self.last.fetch_max(records, Ordering::Relaxed) < records {
            self.bar.set_position(records);
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
