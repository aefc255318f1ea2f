//! Reads everything once: lists, logs and the extract, to the last record.

use super::error::ReleaseError;
use super::guards::check_guards;
use super::inputs::consent_logs::{OpenLogs, ReadLogs};
use super::inputs::extract::{BoundInput, BoundInputs, InputContent, check_count, no_record};
use super::inputs::keyset;
use super::inputs::lists::{ListContext, ReadList, read_lists};
use super::inputs::open::NeverSeen;
use super::inputs::population::read_population;
use super::interface::job::Job;
use super::questions::questions;
use super::report::{Columns, RunReport};
use crate::account::Account;
use crate::engine::QuarantineSink;
use crate::engine::bind::Binding;
use crate::engine::context::RunContext;
use crate::engine::fault::{DescribedBy, EngineError, InputFaultKind};
use crate::engine::read::list_matches::Matches;
use crate::engine::run::{ReadPhase, ReleasePhase};
use crate::engine::trace::Tracer;
use crate::format::io::file::InputFile;
use crate::format::io::opening::shown;
use crate::identifier::key::MasterKey;
use crate::manifest::compare_last::ChangeReport;
use crate::manifest::document::InputSection;
use crate::manifest::privacy::PopulationSection;
use crate::policy::plan::Plan;
use crate::suppression::SuppressionList;
use std::sync::Arc;

pub(super) fn lists(job: &Job<'_>, key: Option<&MasterKey>) -> Result<Vec<ReadList>, ReleaseError> {
    let key = match key {
        Some(key) => key.list_key(),
        // Digests never leave the run, so any key can be used.
        None => keyset::throwaway()?.list_key(),
    };
    let reading = ListContext { key: &key, block_bytes: job.block_bytes, stop: job.stop, judges_age: true };
    read_lists(job.policy, reading)
}

pub(super) fn rules(lists: &[ReadList]) -> Vec<Arc<SuppressionList>> {
    lists.iter().map(|read| Arc::clone(&read.list)).collect()
}

/// What lists and logs say of people.
pub(super) struct PersonEvidence<'a> {
    pub(super) lists: Vec<ReadList>,
    pub(super) logs: Option<OpenLogs<'a>>,
}

/// What is known once the last record was read, apart from the waiting rows.
pub(crate) struct ReadResult {
    pub(super) before_join: Account,
    pub(super) binding: Binding,
    pub(super) lists: Vec<ReadList>,
    pub(super) matches: Matches,
    pub(super) inputs: Vec<InputSection>,
    pub(super) columns_in: usize,
    pub(super) not_listed: Vec<String>,
    unused: Vec<String>,
    pub(super) log: Option<ReadLogs>,
    pub(super) population: Option<PopulationSection>,
}

/// Reads the logs and the extract; returns the second pass of the engine, and what is
/// known.
pub(super) fn read_all<'a>(
    job: &'a Job<'a>,
    context: &'a RunContext<'a>,
    PersonEvidence { lists, logs }: PersonEvidence<'a>,
    inputs: BoundInputs,
    sink: &'a mut QuarantineSink<'a>,
    tracer: Option<&'a Tracer>,
) -> Result<(ReleasePhase<'a>, ReadResult), ReleaseError> {
    let plan = job.plan();
    let log = match logs {
        Some(logs) => {
            let read = logs.read(job, context, &mut *sink, tracer);
            Some(read.map_err(|error| error.in_file_described_by(&DescribedBy::Events))?)
        }
        None => None,
    };
    let BoundInputs { reading, files, fits, extent, columns_in, not_listed, unused } = inputs;
    let verdicts = log.as_ref().map(|log| &log.verdicts);
    let bindings: Vec<Binding> = fits.into_iter().map(|fit| fit.into_binding(verdicts)).collect::<Result<_, _>>()?;
    let output = bindings.first().map_or(&[][..], Binding::output);
    let population = bindings.first().map(|binding| read_population(job, binding, context)).transpose()?.flatten();
    let (population, population_file) = population.unzip();
    let run = ReadPhase::start(plan, context, extent, output, population.map(Arc::new), sink).tracing(tracer);
    let mut run = run.allowing_malformed(job.allowed_malformed());
    let mut sections: Vec<InputSection> = Vec::with_capacity(files.len());
    let (mut first, mut never_seen) = (None, NeverSeen::default());
    let mut all_records = 0;
    for BoundInput { content, path, name, declared_records } in files {
        let file: Arc<str> = shown(&path).to_string().into();
        let (mut evidence, records) = match content {
            InputContent::Empty(evidence) => (evidence, 0),
            InputContent::Waiting { waiting, fit } => {
                let binding = bindings.get(fit).ok_or(ReleaseError::Bug { step: "a file without a binding" })?;
                match run.read(waiting.open(&reading)?, binding) {
                    // A header and nothing else.
                    Err(EngineError::Input(fault))
                        if fault.kind == InputFaultKind::EmptyInput && reading.may_be_empty() =>
                    {
                        (InputFile::open(&path, &file)?.evidence()?, 0)
                    }
                    read => read?,
                }
            }
        };
        if records == 0 && !reading.may_be_empty() {
            return Err(no_record(&file));
        }
        if records > 0 {
            never_seen.add(std::mem::take(&mut evidence.never_seen));
        }
        first.get_or_insert_with(|| Arc::clone(&file));
        all_records += records;
        check_count(declared_records, records, &file)?;
        let same = |known: &&InputSection| (known.bytes, known.blake3) == (evidence.bytes, evidence.blake3);
        // Of two parts without a record neither counts anybody twice.
        if let Some(known) = sections.iter().find(same).filter(|_| records > 0) {
            // A copy under another name: its people would be counted twice.
            return Err(ReleaseError::SameContent { file: name, other: known.file.clone() });
        }
        sections.push(InputSection {
            file: name,
            bytes: evidence.bytes,
            records,
            blake3: evidence.blake3,
            replacement_characters: evidence.replacement_characters,
            skipped_lines: evidence.skipped_lines,
        });
    }
    if let Some(first) = first {
        if all_records == 0 {
            return Err(no_record(&first));
        }
        never_seen.check(&first)?;
    }
    let binding = bindings.into_iter().next().ok_or(ReleaseError::Bug { step: "a run without a file" })?;
    if let Some(source) = log.as_ref().and_then(|log| log.verdicts.take_failure()) {
        return Err(EngineError::Write { what: "consent verdicts", source }.into());
    }
    let before_join = run.account().clone();
    check_count(job.expect_records, before_join.read.records, &"the extract".into())?;
    let matches = run.matches().clone();
    let waiting = run.join()?;
    let inputs = sections;
    let read = ReadResult {
        before_join,
        binding,
        lists,
        matches,
        inputs,
        columns_in,
        not_listed,
        unused,
        log,
        population: population_file,
    };
    Ok((waiting, read))
}

impl ReadResult {
    pub(super) fn report(&self, plan: &Plan, account: &Account) -> RunReport {
        let log = self.log.as_ref().map(|log| log.section.clone());
        let columns = Columns { read: self.columns_in, not_listed: self.not_listed.len() };
        let report = RunReport::new(plan, account, &self.list_sections(), columns).with_log(log);
        let report = report.with_population(self.population.clone());
        let report = report.with_skipped_lines(self.inputs.iter().map(|input| input.skipped_lines).sum());
        let empty = self.inputs.iter().filter(|input| input.records == 0).count();
        report.with_empty_files(empty as u64).with_questions(questions(plan, account, &self.lists, &self.unused))
    }

    pub(super) fn check_quarantine(
        &self,
        job: &Job<'_>,
        waiting: &ReleasePhase<'_>,
        first: Vec<String>,
    ) -> Result<u64, ReleaseError> {
        let plan = job.plan();
        let allowed = job.allowed_malformed();
        let found = self.before_join.quarantined_in_all();
        if found <= allowed {
            return Ok(allowed);
        }
        let account = waiting.count(&self.binding)?;
        let report = Box::new(self.report(plan, &account));
        Err(ReleaseError::TooManyQuarantined { found, allowed, first, report })
    }

    pub(super) fn check_guards(
        &self,
        plan: &Plan,
        account: &Account,
        changes: Option<&ChangeReport>,
    ) -> Result<(), ReleaseError> {
        let unmatched = self.log.as_ref().and_then(|log| log.refusal(plan, account.delivered));
        check_guards(plan, account, unmatched, changes, || self.report(plan, account))
    }
}
