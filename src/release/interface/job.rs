//! One run from the outside: a policy, the files of an extract, and what the caller
//! knows of the world. The front door of the library; the command line comes in by
//! it too.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use super::clock::{Clock, SystemClock};
use crate::engine::context::{RunContext, RunOptions};
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::progress::{NoObserver, Observer};
use crate::identifier::key::MasterKey;
use crate::policy::plan::Plan;
use crate::release::error::ReleaseError;
use crate::release::guards::GuardOptions;
use crate::release::inputs::keyset;
use crate::release::inputs::policy::Policy;
use crate::release::publish::access::FileMode;
use crate::release::publish::staging::FileSpace;

/// A run that is prepared: a policy, an extract, and how to go about it.
///
/// Made with [`Job::new`]; every other method sets one thing and gives the job back.
/// Then [`Job::deliver`] or [`Job::dry_run`], as often as wanted.
#[derive(Clone)]
#[must_use = "a job does nothing until it delivers"]
pub struct Job<'a> {
    pub(in crate::release) policy: &'a Policy,
    pub(in crate::release) today: Option<Date>,
    pub(in crate::release) extracts: Vec<PathBuf>,
    pub(in crate::release) consent_logs: Vec<PathBuf>,
    pub(in crate::release) key: Option<PathBuf>,
    pub(in crate::release) sign: Option<PathBuf>,
    pub(in crate::release) internal: Option<PathBuf>,
    pub(in crate::release) mode: Option<FileMode>,
    max_malformed: Option<u64>,
    pub(in crate::release) expect_records: Option<u64>,
    against: Option<PathBuf>,
    accepted: Vec<String>,
    threads: Option<usize>,
    memory: Option<usize>,
    pub(in crate::release) block_bytes: Option<usize>,
    pub(in crate::release) observer: &'a dyn Observer,
    pub(in crate::release) stop: &'a AtomicBool,
    pub(in crate::release) clock: &'a dyn Clock,
}

static NEVER: AtomicBool = AtomicBool::new(false);

impl<'a> Job<'a> {
    /// A run under a policy. Without more it reads nothing: name an
    /// [`extract`](Self::extract).
    pub fn new(policy: &'a Policy) -> Self {
        Self {
            policy,
            today: None,
            extracts: Vec::new(),
            consent_logs: Vec::new(),
            key: None,
            sign: None,
            internal: None,
            mode: None,
            max_malformed: None,
            expect_records: None,
            against: None,
            accepted: Vec::new(),
            threads: None,
            memory: None,
            block_bytes: None,
            observer: &NoObserver,
            stop: &NEVER,
            clock: &SystemClock,
        }
    }

    /// Reads this file of the extract; called again, one more: parts of one table, in
    /// this order.
    pub fn extract(mut self, path: impl Into<PathBuf>) -> Self {
        self.extracts.push(path.into());
        self
    }

    /// Reads this consent log beside those the policy names; called again, one more.
    pub fn consent_log(mut self, path: impl Into<PathBuf>) -> Self {
        self.consent_logs.push(path.into());
        self
    }

    /// Makes the pseudonyms with this keyset. A dry run needs none.
    pub fn key(mut self, path: impl Into<PathBuf>) -> Self {
        self.key = Some(path.into());
        self
    }

    /// Signs the delivery with this keyset, of the kind `signing`.
    pub fn sign(mut self, path: impl Into<PathBuf>) -> Self {
        self.sign = Some(path.into());
        self
    }

    /// Keeps what is not sent in this folder, which must not exist, in place of
    /// `NAME.internal` beside the delivery.
    pub fn internal(mut self, path: impl Into<PathBuf>) -> Self {
        self.internal = Some(path.into());
        self
    }

    /// Lets others read the files of the delivery. Without it nobody but their owner may.
    pub fn mode(mut self, mode: FileMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Allows so many malformed records, in place of the policy's `max_quarantined`.
    pub fn max_malformed(mut self, records: u64) -> Self {
        self.max_malformed = Some(records);
        self
    }

    /// Refuses an extract that does not have exactly so many records.
    pub fn expect_records(mut self, records: u64) -> Self {
        self.expect_records = Some(records);
        self
    }

    /// Compares with the account of this earlier run, in place of the last delivery.
    /// For `guards.max_change`.
    pub fn against(mut self, account: impl Into<PathBuf>) -> Self {
        self.against = Some(account.into());
        self
    }

    /// Delivers although this count changed more than `guards.max_change` allows:
    /// `read`, `delivered`, `quarantined`, or a reason. Stands in the account.
    pub fn accept_change(mut self, count: impl Into<String>) -> Self {
        self.accepted.push(count.into());
        self
    }

    /// Works with so many threads, 1 to 1024; without it, one a core. Changes no byte of a
    /// delivery.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Keeps to so many bytes of memory, of which what consent logs say of each subject
    /// may take half; what needs more lies in a temporary file. Without it 128 MiB, and
    /// 512 MiB for logs. Changes no byte of a delivery.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// Reads blocks of so many bytes. Changes no byte of a delivery: for tests of that.
    #[doc(hidden)]
    pub fn block_bytes(mut self, bytes: usize) -> Self {
        self.block_bytes = Some(bytes);
        self
    }

    /// Tells an observer how far the run is.
    pub fn observer(mut self, observer: &'a dyn Observer) -> Self {
        self.observer = observer;
        self
    }

    /// Ends the run as interrupted once this is set.
    pub fn stop(mut self, stop: &'a AtomicBool) -> Self {
        self.stop = stop;
        self
    }

    /// Takes this for today, in place of the clock's day. A delivery as of a later day
    /// is refused; one as of a day more than 31 days earlier says when it was made.
    pub fn today(mut self, today: Date) -> Self {
        self.today = Some(today);
        self
    }

    /// Asks this clock, in place of the system's.
    pub fn clock(mut self, clock: &'a dyn Clock) -> Self {
        self.clock = clock;
        self
    }

    pub(in crate::release) fn plan(&self) -> &'a Plan {
        &self.policy.compiled.plan
    }

    /// Today, by the caller's word or the clock's.
    pub(in crate::release) fn day(&self) -> Date {
        self.today.unwrap_or_else(|| self.clock.today())
    }

    /// Refuses what cannot be done, or must not stand in an account.
    pub(in crate::release) fn check(&self) -> Result<(), ReleaseError> {
        let threads = self.threads.is_none_or(|threads| THREADS.contains(&threads));
        let refused = if self.extracts.is_empty() {
            "no file of an extract is named"
        } else if !threads {
            "the number of threads must be from 1 to 1024"
        } else if !self.accepted.iter().all(|name| is_count_name(name)) {
            "a count that may change must be `read`, `delivered`, `quarantined` or a reason"
        } else {
            return self.guards().check(self.plan());
        };
        Err(ReleaseError::JobOption { what: refused })
    }

    /// Refuses a future day: it is not known who will withdraw until then, and
    /// today's children would be judged older than they are.
    pub(in crate::release) fn check_as_of(&self) -> Result<(), ReleaseError> {
        let (as_of, today) = (self.plan().as_of, self.day());
        if as_of > today { Err(ReleaseError::FutureAsOf { as_of, today }) } else { Ok(()) }
    }

    /// Whether so many days have passed since the as-of day that people may have
    /// withdrawn, or the delivery should have been erased.
    pub(in crate::release) fn is_long_past(&self) -> bool {
        is_long_past(self.plan().as_of, self.day())
    }

    /// How many malformed records may be.
    pub(in crate::release) fn allowed_malformed(&self) -> u64 {
        self.max_malformed.unwrap_or(self.plan().guards.max_quarantined)
    }

    /// What is said about the last delivery.
    pub(in crate::release) fn guards(&self) -> GuardOptions<'_> {
        GuardOptions { against: self.against.as_deref(), accepted: &self.accepted }
    }

    pub(in crate::release) fn worker_threads(&self) -> usize {
        self.threads.unwrap_or_else(super::clock::cores)
    }

    /// What the engine needs from the world for it, with the key of subject digests.
    pub(in crate::release) fn run_context<'s>(
        &'s self,
        key: Option<&MasterKey>,
        space: &'s FileSpace,
    ) -> Result<RunContext<'s>, ReleaseError> {
        let subject_key = match key {
            Some(key) => key.subject_key(),
            // Digests never leave the run, so any key will do.
            None => keyset::throwaway()?.subject_key(),
        };
        let memory = self.memory.map_or_else(MemoryBudget::default, |bytes| MemoryBudget::of(bytes as u64));
        let threads = self.worker_threads();
        let (observer, stop) = (self.observer, self.stop);
        Ok(RunContext::start(RunOptions { threads, subject_key, observer, stop, space, memory })?)
    }
}

/// Threads that may be asked for: each has a stack of its own.
pub(crate) const THREADS: RangeInclusive<usize> = 1..=1024;

/// Whether a text can be the name of a count, as a refusal names it. It is in the
/// account.
pub(crate) fn is_count_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte))
}

/// Days after which the day of the run is in the account.
const LONG_PAST_DAYS: i32 = 31;

/// Whether an as-of day is so long past that the day of the run is in the
/// account, and its month in the manifest.
pub(crate) fn is_long_past(as_of: Date, today: Date) -> bool {
    today.duration_since(as_of).as_hours() > i64::from(LONG_PAST_DAYS) * 24
}
