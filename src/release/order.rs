//! What is asked for: a policy, files, and what the caller knows of the world: the
//! day, the clock, who watches.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use super::error::ReleaseError;
use super::guards::GuardOptions;
use super::inputs::policy::LoadedPolicy;
use super::publish::staging::FileSpace;
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::progress::Observer;
use crate::engine::run::RunContext;

/// What is asked for.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the caller passes the world in, field by field")]
pub struct Order<'a> {
    /// The policy, compiled.
    pub loaded: &'a LoadedPolicy,
    /// Today, by the caller's clock. A delivery as of a later day is refused; one
    /// as of a day more than 31 days earlier says when it was made.
    pub today: Date,
    /// The files of the extract.
    pub extracts: &'a [PathBuf],
    /// Consent logs beside those the policy names.
    pub consent: &'a [PathBuf],
    /// The key file, where one is given.
    pub key: Option<&'a Path>,
    /// Where what is kept goes; `None` for the folder `NAME.internal` beside the
    /// delivery.
    pub internal: Option<&'a Path>,
    /// Malformed records allowed, in place of the policy's.
    pub max_malformed: Option<u64>,
    /// How many records there must be.
    pub expect_records: Option<u64>,
    /// What is said about the night before.
    pub guarding: GuardOptions<'a>,
    /// Worker threads.
    pub threads: usize,
    /// Bytes of memory to keep to, of which what consent logs say of each subject
    /// may take half; what needs more lies in a temporary file. `None`: 128 MiB,
    /// and 512 MiB for logs. Never changes what is delivered.
    pub memory_bytes: Option<usize>,
    /// Bytes of a block; `None` for what fits the processor's cache. Never
    /// changes what is delivered.
    pub block_bytes: Option<usize>,
    /// Who watches.
    pub observer: &'a dyn Observer,
    /// Set to interrupt.
    pub stop: &'a AtomicBool,
}

impl<'a> Order<'a> {
    /// Refuses a day that has not come: whoever withdraws until then is not known,
    /// and today's children are older there.
    pub(super) fn check_as_of(&self) -> Result<(), ReleaseError> {
        let (as_of, today) = (self.loaded.compiled.plan.as_of, self.today);
        if as_of > today { Err(ReleaseError::FutureAsOf { as_of, today }) } else { Ok(()) }
    }

    /// Whether so many days have passed since the as-of day that people may have
    /// withdrawn, or the delivery should have been erased.
    #[must_use]
    pub fn is_long_past(&self) -> bool {
        is_long_past(self.loaded.compiled.plan.as_of, self.today)
    }

    /// How many malformed records may be.
    pub(super) fn allowed_malformed(&self) -> u64 {
        self.max_malformed.unwrap_or(self.loaded.compiled.plan.guards.max_quarantined)
    }

    /// What the engine needs from the world for it.
    pub(super) fn surroundings<'s>(&self, subject_key: [u8; 16], space: &'s FileSpace) -> RunContext<'s>
    where
        'a: 's,
    {
        let Self { threads, observer, stop, memory_bytes, .. } = *self;
        let memory = memory_bytes.map_or_else(MemoryBudget::default, |bytes| MemoryBudget::of(bytes as u64));
        RunContext { threads, subject_key, observer, stop, space, memory }
    }
}

/// Days after which the day of the run stands in the account.
const LONG_PAST_DAYS: i32 = 31;

/// Whether an as-of day is so long past that the day of the run stands in the
/// account, and its month in the manifest.
#[must_use]
pub fn is_long_past(as_of: Date, today: Date) -> bool {
    today.duration_since(as_of).as_hours() > i64::from(LONG_PAST_DAYS) * 24
}

/// What is not repeatable about a run; from the caller's clock.
pub trait Clock {
    /// Now, RFC 3339 in UTC.
    fn now(&self) -> String;
    /// Seconds since some fixed point.
    fn seconds(&self) -> f64;
    /// The most memory used so far, in bytes, where it is known.
    fn peak_memory(&self) -> Option<u64>;
}
