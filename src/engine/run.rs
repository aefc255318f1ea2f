//! A run, as `release` uses it: reads sources one by one, then writes the released
//! rows.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::bind::Binding;
use super::fault::EngineError;
use super::memory_budget::MemoryBudget;
use super::port::{Encoder, Extent, InputEvidence, Source, SpillSpace};
use super::progress::{Observer, Phase, Progress};
use super::read::extract::{QuarantineSink, ReadContext, ReadTotals, read_source};
use super::read::list_matches::Matches;
use super::read::malformed_limit::MalformedLimit;
use super::spill::store::{ClosedStore, SpillStore};
use super::trace::{RecordTrace, Tracer, Traces};
use super::withhold::decide::decide;
use super::withhold::list::CheckList;
use super::withhold::withheld::WithheldRows;
use super::workers;
use super::write::files::{PartOpener, WrittenFiles};
use super::write::release::RowReleaser;
use super::write::sort::waiting_rows;
use crate::account::Account;
use crate::model::digest::SubjectHasher;
use crate::policy::plan::Plan;

/// What the engine needs from its caller.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the caller passes the world in, field by field")]
pub struct RunContext<'a> {
    /// Worker threads.
    pub threads: usize,
    /// The key of subject digests.
    pub subject_key: [u8; 16],
    /// Is told of the progress.
    pub observer: &'a dyn Observer,
    /// Set by another thread to interrupt the run.
    pub stop: &'a AtomicBool,
    /// Creates spill files.
    pub space: &'a dyn SpillSpace,
    /// How much memory the run may use.
    pub memory: MemoryBudget,
}

/// The first pass of a run: reading.
pub struct ReadPhase<'a> {
    plan: &'a Plan,
    around: RunContext<'a>,
    hasher: SubjectHasher,
    checks: CheckList,
    pool: rayon::ThreadPool,
    store: SpillStore,
    taken: ReadTotals<'a>,
    tracer: Option<&'a Tracer>,
}

impl<'a> ReadPhase<'a> {
    /// Starts a run with `columns` delivered columns; `extent` is the size of the
    /// extract.
    ///
    /// # Errors
    /// When the worker threads cannot be started.
    pub fn start(
        plan: &'a Plan,
        around: RunContext<'a>,
        extent: Extent,
        columns: usize,
        quarantine: &'a mut QuarantineSink<'a>,
    ) -> Result<Self, EngineError> {
        // No policy asks for another check than that of subjects yet.
        Self::with_checks(CheckList::new(Vec::new()), plan, around, extent, columns, quarantine)
    }

    /// The same, with further checks of waiting rows.
    fn with_checks(
        checks: CheckList,
        plan: &'a Plan,
        around: RunContext<'a>,
        extent: Extent,
        columns: usize,
        quarantine: &'a mut QuarantineSink<'a>,
    ) -> Result<Self, EngineError> {
        let pool = workers::start(around.threads, "scant")?;
        let around = RunContext { threads: pool.current_num_threads(), ..around };
        around.observer.started(Phase::Reading, extent);
        let taken = ReadTotals {
            account: Account::new(columns),
            matches: Matches::default(),
            progress: Progress::default(),
            quarantine,
            malformed: MalformedLimit::new(u64::MAX),
            blocks: 0,
            run: (0, 0),
            traces: Traces::default(),
        };
        let store = SpillStore::new(plan.output.order, pool.current_num_threads(), around.memory, checks.layouts());
        let hasher = SubjectHasher::new(&around.subject_key);
        Ok(Self { plan, around, hasher, checks, pool, store, taken, tracer: None })
    }

    /// Also traces how the records of some people are judged.
    #[must_use]
    pub fn tracing(self, tracer: Option<&'a Tracer>) -> Self {
        Self { tracer, ..self }
    }

    /// Stops reading as soon as more records are malformed than `allowed`, but not
    /// before a thousand are. Without this every record is read.
    #[must_use]
    pub fn allowing_malformed(mut self, allowed: u64) -> Self {
        self.taken.malformed = MalformedLimit::new(allowed);
        self
    }

    /// Reads one source to its end; returns its evidence and how many records it
    /// had.
    ///
    /// # Errors
    /// The first fault in the order of the source, or a failure of the operating
    /// system.
    pub fn read(&mut self, source: Box<dyn Source>, binding: &Binding) -> Result<(InputEvidence, u64), EngineError> {
        let world = ReadContext {
            hasher: &self.hasher,
            checks: &self.checks,
            pool: &self.pool,
            observer: self.around.observer,
            stop: self.around.stop,
            space: self.around.space,
            store: &self.store,
            memory: self.around.memory,
            tracer: self.tracer,
        };
        read_source(&world, &mut self.taken, source, binding)
    }

    /// The account so far: without the waiting rows.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.taken.account
    }

    /// Which entries of the lists were found so far.
    #[must_use]
    pub fn matches(&self) -> &Matches {
        &self.taken.matches
    }

    /// Ends reading and decides which of the waiting rows are withheld.
    ///
    /// # Errors
    /// When the spill files cannot be read or written.
    pub fn join(self) -> Result<ReleasePhase<'a>, EngineError> {
        self.around.observer.finished(Phase::Reading);
        let failed = |source| EngineError::Write { what: "waiting rows", source };
        let store = self.store.close(self.around.space).map_err(failed)?;
        let withheld = self.pool.install(|| decide(&self.checks, &store, self.around.space)).map_err(failed)?;
        Ok(ReleasePhase {
            plan: self.plan,
            around: self.around,
            pool: self.pool,
            store,
            account: self.taken.account,
            traces: self.taken.traces,
            withheld,
        })
    }
}

/// The second pass of a run: everything was read, and rows may be released.
pub struct ReleasePhase<'a> {
    plan: &'a Plan,
    around: RunContext<'a>,
    pool: rayon::ThreadPool,
    store: ClosedStore,
    account: Account,
    traces: Traces,
    withheld: WithheldRows,
}

impl ReleasePhase<'_> {
    fn releasing<'b>(&'b self, binding: &'b Binding) -> RowReleaser<'b> {
        RowReleaser {
            store: &self.store,
            withheld: &self.withheld,
            layout: &binding.layout,
            space: self.around.space,
            pool: &self.pool,
            observer: self.around.observer,
            stop: self.around.stop,
            max_rows_per_file: self.plan.output.max_rows_per_file,
            memory: self.around.memory,
        }
    }

    /// How the records that are traced were judged, by file and record.
    ///
    /// # Errors
    /// When the spill files cannot be read.
    pub fn into_traces(self) -> Result<Vec<RecordTrace>, EngineError> {
        let waiting = self.traces.waiting();
        let mut withheld = BTreeMap::new();
        for part in 0..self.store.row_partitions() {
            let dropped = self.withheld.of_partition(part).map_err(waiting_rows)?;
            let traced = dropped.into_iter().filter(|row| waiting.binary_search(&row.record).is_ok());
            withheld.extend(traced.map(|row| (row.record, row.reason)));
        }
        Ok(self.traces.finish(&withheld))
    }

    /// Drops the spill files while `work` runs (before it, with one thread).
    pub fn drop_files_beside<T>(self, work: impl FnOnce() -> T) -> T {
        let Self { pool, store, .. } = self;
        if pool.current_num_threads() == 1 {
            pool.install(|| store.drop_files());
            return work();
        }
        let store = Mutex::new(Some(store));
        let drop_files = || {
            let store = store.lock().ok().and_then(|mut store| store.take());
            pool.install(|| store.map(ClosedStore::drop_files));
        };
        std::thread::scope(|scope| {
            // If no thread can be started, they are dropped here.
            if std::thread::Builder::new().spawn_scoped(scope, drop_files).is_err() {
                drop_files();
            }
            work()
        })
    }

    /// The whole account, without writing anything.
    ///
    /// # Errors
    /// When the spill files cannot be read.
    pub fn count(&self, binding: &Binding) -> Result<Account, EngineError> {
        let mut account = self.account.clone();
        self.releasing(binding).count(&mut account)?;
        Ok(account)
    }

    /// Writes the released rows, and returns the whole account.
    ///
    /// # Errors
    /// When something cannot be written, or the run is interrupted.
    pub fn write<E: Encoder>(
        &self,
        binding: &Binding,
        encoder: &E,
        open: &mut PartOpener<'_>,
    ) -> Result<(Account, WrittenFiles), EngineError> {
        self.around.observer.started(Phase::Writing, Extent { bytes: None, records: Some(self.store.waiting()) });
        let mut account = self.account.clone();
        let written = self.releasing(binding).write(encoder, open, &mut account)?;
        self.around.observer.finished(Phase::Writing);
        Ok((account, written))
    }
}

#[cfg(test)]
#[path = "tests/second_pass.rs"]
mod tests;
