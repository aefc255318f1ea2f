//! A run, as `release` uses it: reads sources one by one, then writes the released
//! rows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::bind::Binding;
use super::context::RunContext;
use super::fault::EngineError;
use super::port::{Encoder, Extent, InputEvidence, OutputColumn, Source};
use super::progress::{Phase, Progress};
use super::read::extract::{QuarantineSink, ReadTotals, SourceReader};
use super::read::list_matches::Matches;
use super::read::malformed_limit::MalformedLimit;
use super::spill::store::{ClosedStore, SpillStore};
use super::trace::{RecordTrace, Tracer, Traces};
use super::value_codes::ValueCodes;
use super::withhold::classes::ClassCheck;
use super::withhold::classes::common_values::CommonValuesCheck;
use super::withhold::classes::population::Population;
use super::withhold::decide::decide;
use super::withhold::list::CheckList;
use super::withhold::withheld::WithheldRows;
use super::write::files::{PartOpener, WrittenFiles};
use super::write::release::RowReleaser;
use super::write::sort::waiting_rows;
use crate::account::Account;
use crate::consent::relied_on::ReliedOnCodes;
use crate::policy::plan::Plan;

/// The first pass of a run: reading.
pub struct ReadPhase<'a> {
    plan: &'a Plan,
    reader: SourceReader<'a>,
    taken: ReadTotals<'a>,
}

impl<'a> ReadPhase<'a> {
    /// Starts a run that delivers these columns; `extent` is the size of the extract, and
    /// `population` what privacy models compare classes with.
    #[must_use]
    pub fn start(
        plan: &'a Plan,
        context: &'a RunContext<'a>,
        extent: Extent,
        output: &[OutputColumn],
        population: Option<Arc<Population>>,
        quarantine: &'a mut QuarantineSink<'a>,
    ) -> Self {
        let classes = plan.privacy.as_ref().map(|rules| ClassCheck::new(rules, output, &context.hasher, population));
        let values = plan.top_values();
        let values = values.map(|(position, action)| CommonValuesCheck::new(action, position, &context.hasher));
        let checks = CheckList::new(classes, Vec::new()).counting(values.collect());
        Self::with_checks(checks, plan, context, extent, output.len(), quarantine)
    }

    /// The same, with further checks of waiting rows.
    fn with_checks(
        checks: CheckList,
        plan: &'a Plan,
        context: &'a RunContext<'a>,
        extent: Extent,
        columns: usize,
        quarantine: &'a mut QuarantineSink<'a>,
    ) -> Self {
        context.observer.started(Phase::Reading, extent);
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
        let store = SpillStore::new(plan.output.order, context.threads(), context.memory, checks.layouts());
        let codes = ValueCodes::new(plan.measured_columns(), &context.hasher);
        Self { plan, reader: SourceReader { context, checks, store, codes, tracer: None }, taken }
    }

    /// Also traces how the records of some people are judged.
    #[must_use]
    pub fn tracing(self, tracer: Option<&'a Tracer>) -> Self {
        if tracer.is_none() {
            return self;
        }
        // Nothing was added yet.
        let SourceReader { context, checks, store, codes, .. } = self.reader;
        let checks = checks.for_tracing();
        let store = SpillStore::new(store.order, context.threads(), context.memory, checks.layouts());
        Self { reader: SourceReader { context, checks, store, codes, tracer }, ..self }
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
        self.reader.read(&mut self.taken, source, binding)
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
        let Self { plan, reader: SourceReader { context, mut checks, store, codes, .. }, taken } = self;
        checks.trace(taken.traces.waiting());
        context.observer.finished(Phase::Reading);
        let failed = |source| EngineError::Write { what: "waiting rows", source };
        let store = store.close(context.space).map_err(failed)?;
        let withheld =
            context.pool.install(|| decide(&checks, &store, context.space, context.memory)).map_err(failed)?;
        let relied_on = ReliedOnCodes::new(&plan.consent.demand);
        Ok(ReleasePhase {
            plan,
            context,
            store,
            codes,
            relied_on,
            account: taken.account,
            traces: taken.traces,
            withheld,
        })
    }
}

/// The second pass of a run: everything was read, and rows may be released.
pub struct ReleasePhase<'a> {
    plan: &'a Plan,
    context: &'a RunContext<'a>,
    store: ClosedStore,
    codes: ValueCodes,
    relied_on: ReliedOnCodes,
    account: Account,
    traces: Traces,
    withheld: WithheldRows,
}

impl ReleasePhase<'_> {
    fn releasing<'b>(&'b self, binding: &'b Binding) -> RowReleaser<'b> {
        RowReleaser {
            context: self.context,
            store: &self.store,
            codes: &self.codes,
            relied_on: &self.relied_on,
            withheld: &self.withheld,
            layout: &binding.layout,
            max_rows_per_file: self.plan.output.max_rows_per_file,
            suppressed: self.plan.privacy.as_ref().map_or(&[], |privacy| &privacy.quasi_identifiers),
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
        Ok(self.traces.finish(&withheld, self.withheld.class_traces))
    }

    /// Drops the spill files while `work` runs (before it, with one thread).
    pub fn drop_files_beside<T>(self, work: impl FnOnce() -> T) -> T {
        let Self { context: RunContext { pool, .. }, store, .. } = self;
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
        self.context.observer.started(Phase::Writing, Extent { bytes: None, records: Some(self.store.waiting()) });
        let mut account = self.account.clone();
        let written = self.releasing(binding).write(encoder, open, &mut account)?;
        self.context.observer.finished(Phase::Writing);
        Ok((account, written))
    }
}

#[cfg(test)]
#[path = "tests/second_pass.rs"]
mod second_pass;

#[cfg(test)]
#[path = "tests/privacy.rs"]
mod privacy;

#[cfg(test)]
#[path = "tests/privacy_oracle.rs"]
mod privacy_oracle;

#[cfg(test)]
#[path = "tests/whole_run.rs"]
mod whole_run;
