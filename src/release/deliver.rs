//! The main job: paths in, a published delivery out, or the reason there is
//! none.

use std::path::Path;
use std::sync::Arc;

use super::error::ReleaseError;
use super::guards::{check_guards, compare, last_delivery, state_file};
use super::inputs::consent_logs::{OpenLogs, ReadLogs, open_logs};
use super::inputs::extract::{Input, Inputs, check_count, open_all};
use super::inputs::keyset;
use super::inputs::lists::{ReadList, Reading, read_lists};
use super::inputs::padded::count_padded;
use super::publish::data::write_data;
use super::publish::measure::measure;
use super::publish::quarantine::Quarantine;
use super::publish::run_document::RunDocument;
use super::publish::staging::{FileSpace, Staging, sha256};
use super::publish::target::{ACCOUNT, MANIFEST, Target};
use super::questions::questions;
use super::report::{Columns, Delivery, RunReport};
use crate::account::Account;
use crate::engine::QuarantineSink;
use crate::engine::bind::Binding;
use crate::engine::fault::{DescribedBy, EngineError, InputFault, InputFaultKind};
use crate::engine::read::list_matches::Matches;
use crate::engine::run::{Joined, Run};
use crate::engine::trace::Tracer;
use crate::identifier::key::MasterKey;
use crate::manifest::changes::Comparison;
use crate::manifest::document::InputSection;
use crate::manifest::last::LastDelivery;
use crate::manifest::seal::{Facts, seal};
use crate::model::digest::Digester;
use crate::model::file_format::FileFormat;
use crate::policy::plan::Plan;
use crate::suppression::SuppressionList;

pub use super::dry_run::rehearse;
pub use super::order::{Clock, Order, is_long_past};
pub use super::publish::run_document::RUN_FORMAT;

/// Minimises and delivers into `output`.
///
/// # Errors
/// [`ReleaseError`]; then there is no delivery, and nothing of it is left.
pub fn deliver(order: &Order<'_>, output: &Path, clock: &dyn Clock) -> Result<Delivery, ReleaseError> {
    let (started, start) = (clock.now(), clock.seconds());
    let plan = &order.loaded.compiled.plan;
    order.check_as_of()?;
    order.guarding.check(plan)?;
    let key = open_key(plan, order.key)?;
    let target = Target::parse(output, order.internal)?;
    let mut lists = lists(order, key.as_ref())?;
    let inputs = open_all(plan, order.extracts, order.block_bytes, key.as_ref(), &rules(&lists), Some(output))?;
    count_padded(&mut lists, plan, &inputs)?;
    let logs = open_logs(order.loaded, order.extracts, order.consent, order.block_bytes)?;
    let staging = Staging::begin(target.clone(), order.observer)?;
    let last = last_delivery(plan, order.guarding.against, Some(target.parent()))?;
    let space = staging.space();
    let quarantine = Quarantine::in_file(staging.create_kept("quarantine.csv")?)?;
    let mut sink = quarantine.sink();
    let read = read_all(order, key.as_ref(), Evidence { lists, logs }, inputs, &space, &mut sink, None);
    let mut read = read.map_err(|error| quarantine.show_places(error))?;
    let seconds_reading = clock.seconds() - start;
    let places = quarantine.finish()?;
    let max_quarantined = read.check_quarantine(order, places)?;
    let (account, written, paths) = write_data(plan, &read, &staging)?;
    let changes = compare(plan, order.guarding, last.as_ref(), &account);
    read.check_guards(plan, &account, changes.as_ref())?;
    let outputs = read.take_joined()?.let_go_beside(|| measure(plan.output.format, &written, &paths, order.threads))?;
    let facts = Facts {
        plan,
        account: &account,
        run_on: order.is_long_past().then_some(order.today),
        inputs: read.inputs.clone(),
        lists: read.list_sections(),
        outputs,
        types: read.binding.output().iter().map(|column| column.column_type).collect(),
        columns_in: read.columns_in,
        not_listed: read.not_listed.clone(),
        key_id: key.as_ref().map(MasterKey::id),
        guarded_cells: (plan.output.format == FileFormat::Csv && plan.output.formula_guard)
            .then_some(written.report.guarded_cells),
        rounded_cells: Some(written.report.rounded_cells).filter(|rounded| *rounded > 0),
        max_quarantined,
        consent_log: read.log.as_ref().map(|log| log.section.clone()),
        accepted_changes: order.guarding.accepted_once(),
    };
    let sealed = seal(&facts, |bound_to| blind(key.as_ref(), &facts.inputs, bound_to), sha256)?;
    staging.write_delivered(MANIFEST, &sealed.manifest)?;
    staging.write_kept(ACCOUNT, &sealed.account)?;
    read.answer(plan, &staging)?;
    let run = RunDocument {
        format: RUN_FORMAT,
        started: &started,
        finished: clock.now(),
        seconds_reading,
        seconds_in_all: clock.seconds() - start,
        threads: order.threads,
        peak_memory_bytes: clock.peak_memory(),
        changes: changes.as_ref(),
    };
    let mut run = serde_json::to_vec_pretty(&run).map_err(|_| ReleaseError::Bug { step: "run.json" })?;
    run.push(b'\n');
    staging.write_kept("run.json", &run)?;
    let manifest_sha256 = sha256(&sealed.manifest);
    let state = plan.guards.max_change.map(|_| state_file(target.parent(), plan));
    if state.is_some() {
        staging.write_state(&LastDelivery::new(plan, &account, manifest_sha256).to_json())?;
    }
    let delivery = Delivery {
        folder: target.folder.path,
        kept: target.kept.path,
        release_id: sealed.release_id,
        erase_by: plan.release.erase_after.and_then(|period| period.after(plan.as_of)).map(|day| day.to_string()),
        key_id: facts.key_id.as_ref().map(ToString::to_string),
        bytes: facts.outputs.iter().map(|output| output.bytes).sum(),
        changes,
        report: read.report(plan, &account).with_written_otherwise(facts.guarded_cells, facts.rounded_cells),
    };
    staging.publish(manifest_sha256, state.as_deref())?;
    Ok(delivery)
}

fn open_key(plan: &Plan, path: Option<&Path>) -> Result<Option<MasterKey>, ReleaseError> {
    match path {
        // A key that is given is opened, needed or not: a bad one is no secret.
        Some(path) => Ok(Some(keyset::open(path)?)),
        None if plan.has_pseudonyms() => Err(ReleaseError::KeyNeeded),
        None => Ok(None),
    }
}

pub(super) fn lists(order: &Order<'_>, key: Option<&MasterKey>) -> Result<Vec<ReadList>, ReleaseError> {
    let key = match key {
        Some(key) => key.list_key(),
        // Digests never leave the run, so any key will do.
        None => keyset::throwaway()?.list_key(),
    };
    let reading = Reading { key: &key, block_bytes: order.block_bytes, stop: order.stop, judges_age: true };
    read_lists(order.loaded, reading)
}

pub(super) fn rules(lists: &[ReadList]) -> Vec<Arc<SuppressionList>> {
    lists.iter().map(|read| Arc::clone(&read.list)).collect()
}

/// What is known of persons beside the extract.
pub(super) struct Evidence<'a> {
    pub(super) lists: Vec<ReadList>,
    pub(super) logs: Option<OpenLogs<'a>>,
}

/// Everything known once the last record was read.
pub(crate) struct ReadAll<'a> {
    /// Until what waited is given back.
    joined: Option<Joined<'a>>,
    pub(super) before_join: Account,
    pub(super) binding: Binding,
    pub(super) lists: Vec<ReadList>,
    pub(super) matches: Matches,
    pub(super) inputs: Vec<InputSection>,
    columns_in: usize,
    not_listed: Vec<String>,
    unused: Vec<String>,
    pub(super) log: Option<ReadLogs>,
}

pub(super) fn read_all<'a>(
    order: &Order<'a>,
    key: Option<&MasterKey>,
    Evidence { lists, logs }: Evidence<'a>,
    inputs: Inputs,
    space: &'a FileSpace,
    sink: &'a mut QuarantineSink<'a>,
    tracer: Option<&'a Tracer>,
) -> Result<ReadAll<'a>, ReleaseError> {
    let plan = &order.loaded.compiled.plan;
    let subject_key = match key {
        Some(key) => key.subject_key(),
        // Digests never leave the run, so any key will do.
        None => keyset::throwaway()?.subject_key(),
    };
    let log = match logs {
        Some(logs) => {
            let read = logs.read(order, subject_key, space, &mut *sink, tracer);
            Some(read.map_err(|error| error.in_file_described_by(&DescribedBy::Events))?)
        }
        None => None,
    };
    let around = order.surroundings(subject_key, space);
    let Inputs { files, mut bindings, extent, columns_in, not_listed, unused } = inputs;
    if let Some(log) = &log {
        for binding in &mut bindings {
            binding.judge_by_log(plan, &subject_key, &log.verdicts);
        }
    }
    let columns = bindings.first().map_or(0, |binding| binding.output().len());
    let run = Run::start(plan, around, extent, columns, sink)?.tracing(tracer);
    let mut run = run.allowing_malformed(order.allowed_malformed());
    let mut sections: Vec<InputSection> = Vec::with_capacity(files.len());
    for Input { waiting, binding, name, declared_records } in files {
        let binding = bindings.get(binding).ok_or(ReleaseError::Bug { step: "a file without a binding" })?;
        let source = waiting.open(&plan.extract.written, order.block_bytes)?;
        let file = Arc::clone(source.file());
        let fault = |kind| ReleaseError::Input(InputFault::file(kind, &file));
        let (evidence, records) = run.read(source, binding)?;
        if records == 0 {
            return Err(fault(InputFaultKind::EmptyInput));
        }
        check_count(declared_records, records, &file)?;
        let same = |known: &&InputSection| (known.bytes, known.blake3) == (evidence.bytes, evidence.blake3);
        if let Some(known) = sections.iter().find(same) {
            // A copy under another name: its people would be counted twice.
            return Err(ReleaseError::SameContent { file: name, other: known.file.clone() });
        }
        sections.push(InputSection {
            file: name,
            bytes: evidence.bytes,
            records,
            blake3: evidence.blake3,
            replacement_characters: evidence.replacement_characters,
        });
    }
    let binding = bindings.into_iter().next().ok_or(ReleaseError::Bug { step: "a run without a file" })?;
    if let Some(source) = log.as_ref().and_then(|log| log.verdicts.take_failure()) {
        return Err(EngineError::Write { what: "consent verdicts", source }.into());
    }
    let before_join = run.account().clone();
    check_count(order.expect_records, before_join.read.records, &"the extract".into())?;
    let matches = run.matches().clone();
    let joined = run.join()?;
    let joined = Some(joined);
    let inputs = sections;
    Ok(ReadAll { joined, before_join, binding, lists, matches, inputs, columns_in, not_listed, unused, log })
}

impl<'a> ReadAll<'a> {
    /// What was read, and waits.
    pub(super) fn joined(&self) -> Result<&Joined<'a>, ReleaseError> {
        self.joined.as_ref().ok_or(ReleaseError::Bug { step: "what was given back" })
    }

    /// The same, for the last time.
    pub(super) fn take_joined(&mut self) -> Result<Joined<'a>, ReleaseError> {
        self.joined.take().ok_or(ReleaseError::Bug { step: "what was given back" })
    }

    pub(super) fn report(&self, plan: &Plan, account: &Account) -> RunReport {
        let log = self.log.as_ref().map(|log| log.section.clone());
        let columns = Columns { read: self.columns_in, not_listed: self.not_listed.len() };
        let report = RunReport::new(plan, account, &self.list_sections(), columns).with_log(log);
        report.with_questions(questions(plan, account, &self.lists, &self.unused))
    }

    pub(super) fn check_quarantine(&self, order: &Order<'_>, first: Vec<String>) -> Result<u64, ReleaseError> {
        let plan = &order.loaded.compiled.plan;
        let allowed = order.allowed_malformed();
        let found = self.before_join.quarantined_in_all();
        if found <= allowed {
            return Ok(allowed);
        }
        let account = self.joined()?.count(&self.binding)?;
        let report = Box::new(self.report(plan, &account));
        Err(ReleaseError::TooManyQuarantined { found, allowed, first, report })
    }

    pub(super) fn check_guards(
        &self,
        plan: &Plan,
        account: &Account,
        changes: Option<&Comparison>,
    ) -> Result<(), ReleaseError> {
        let unmatched = self.log.as_ref().and_then(|log| log.refusal(plan, account.delivered));
        check_guards(plan, account, unmatched, changes, || self.report(plan, account))
    }
}

/// 128 bits the recipient cannot guess: from the key, or without one from the
/// digests of the extract, which the recipient never sees.
fn blind(key: Option<&MasterKey>, inputs: &[InputSection], bound_to: &[u8]) -> [u8; 16] {
    if let Some(key) = key {
        return key.blinding(bound_to);
    }
    let mut digester = Digester::default();
    for input in inputs {
        digester.update(input.blake3.as_bytes());
    }
    digester.update(bound_to);
    let mut value = [0; 16];
    value.copy_from_slice(&digester.digest().as_bytes()[..16]);
    value
}
