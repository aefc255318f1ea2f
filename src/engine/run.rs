//! A run, from the outside: sources in one by one, then released rows out.

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

/// What reading and releasing need from the world.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the caller passes the world in, field by field")]
pub struct RunContext<'a> {
    /// Worker threads.
    pub threads: usize,
    /// The key of subject digests.
    pub subject_key: [u8; 16],
    /// Who watches.
    pub observer: &'a dyn Observer,
    /// Set from outside to interrupt the run.
    pub stop: &'a AtomicBool,
    /// Room for what waits.
    pub space: &'a dyn SpillSpace,
    /// What it may use.
    pub memory: MemoryBudget,
}

/// A run that reads.
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
    /// Starts a run of `columns` delivered columns over `extent`.
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
        // A policy asks for no check beside that of subjects.
        Self::with_checks(CheckList::new(Vec::new()), plan, around, extent, columns, quarantine)
    }

    /// The same, with checks of waiting rows.
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

    /// Reads no further once more records are malformed than `allowed`, and a
    /// thousand. Without this every record is read.
    #[must_use]
    pub fn allowing_malformed(mut self, allowed: u64) -> Self {
        self.taken.malformed = MalformedLimit::new(allowed);
        self
    }

    /// Reads one source to its end; gives its evidence and how many records it
    /// had.
    ///
    /// # Errors
    /// The first fault of the source in its own order, or one of the world.
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

    /// The account so far: everything but what becomes of waiting rows.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.taken.account
    }

    /// What was found of the lists so far.
    #[must_use]
    pub fn matches(&self) -> &Matches {
        &self.taken.matches
    }

    /// Ends reading: decides which of the waiting rows are withheld.
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

/// A run that has read everything and may release.
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

    /// How the records were judged that were traced, by file and record.
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

    /// Gives back what waited, while something else is done; with one thread, before
    /// it is.
    pub fn drop_files_beside<T>(self, work: impl FnOnce() -> T) -> T {
        let Self { pool, store, .. } = self;
        if pool.current_num_threads() == 1 {
            pool.install(|| store.drop_files());
            return work();
        }
        let store = Mutex::new(Some(store));
        let let_go = || {
            let store = store.lock().ok().and_then(|mut store| store.take());
            pool.install(|| store.map(ClosedStore::drop_files));
        };
        std::thread::scope(|scope| {
            // Where no thread can be had it is done here.
            if std::thread::Builder::new().spawn_scoped(scope, let_go).is_err() {
                let_go();
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

    /// Writes what is released, and gives the whole account.
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
