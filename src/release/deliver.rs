//! The main job: paths in, a published delivery out, or the reason why there is
//! none.

use std::path::Path;

use super::error::ReleaseError;
use super::guards::{compare, last_delivery, state_file};
use super::inputs::consent_logs::open_logs;
use super::inputs::extract::open_all;
use super::inputs::keyset;
use super::inputs::lists::number_columns::compare_with_numbers;
use super::interface::failure::Error;
use super::interface::job::Job;
use super::publish::data::write_data;
use super::publish::measure::measure;
use super::publish::quarantine::Quarantine;
use super::publish::staging::{Staging, sha256};
use super::publish::target::{ACCOUNT, MANIFEST, Target};
use super::read::{PersonEvidence, lists, read_all, rules};
use super::report::Delivery;
use super::report_folder::kept_files;
use crate::identifier::key::MasterKey;
use crate::manifest::document::InputSection;
use crate::manifest::json;
use crate::manifest::last_delivery::LastDelivery;
use crate::manifest::package::attestation::{ATTESTATION, Attestation};
use crate::manifest::run_document::{RUN_FORMAT, RunDocument};
use crate::manifest::seal::{ManifestFacts, seal};
use crate::model::digest::Digester;
use crate::model::file_format::FileFormat;
use crate::policy::plan::Plan;

impl Job<'_> {
    /// Minimises the extract and delivers it into a folder that must not exist.
    ///
    /// The folder, and the internal folder, appear complete or not at all.
    ///
    /// # Errors
    /// [`Error`]; unless [`Error::delivery_is_complete`], nothing of a delivery is
    /// left.
    pub fn deliver(&self, folder: impl AsRef<Path>) -> Result<Delivery, Error> {
        deliver(self, folder.as_ref()).map_err(Error::from)
    }
}

/// Minimises and delivers into `output`.
///
/// # Errors
/// [`ReleaseError`]; after any but `AfterCommit` nothing of a delivery is left.
pub fn deliver(job: &Job<'_>, output: &Path) -> Result<Delivery, ReleaseError> {
    let clock = job.clock;
    let (started, start) = (clock.now(), clock.seconds());
    let plan = job.plan();
    job.check_as_of()?;
    job.check()?;
    let key = open_key(plan, job.key.as_deref())?;
    let signing_key = job.sign.as_deref().map(keyset::open_signing).transpose()?;
    let target = Target::parse(output, job.internal.as_deref())?;
    let mut lists = lists(job, key.as_ref())?;
    let inputs = open_all(plan, &job.extracts, job.block_bytes, key.as_ref(), &rules(&lists), Some(output))?;
    compare_with_numbers(&mut lists, plan, &inputs)?;
    let logs = open_logs(job.policy, &job.extracts, &job.consent_logs, job.block_bytes)?;
    let staging = Staging::begin(target.clone(), job.observer)?;
    let last = last_delivery(plan, job.guards().against, Some(target.parent()))?;
    let space = staging.space();
    let quarantine = Quarantine::in_file(staging.create_kept("quarantine.csv")?)?;
    let mut sink = quarantine.sink();
    let context = job.run_context(key.as_ref(), &space)?;
    let read = read_all(job, &context, PersonEvidence { lists, logs }, inputs, &mut sink, None);
    let (waiting, read) = read.map_err(|error| quarantine.show_places(error))?;
    let seconds_reading = clock.seconds() - start;
    let places = quarantine.finish()?;
    let max_quarantined = read.check_quarantine(job, &waiting, places)?;
    let (account, written, paths) = write_data(plan, &waiting, &read.binding, &staging)?;
    let changes = compare(plan, job.guards(), last.as_ref(), &account);
    read.check_guards(plan, &account, changes.as_ref())?;
    let outputs = waiting.drop_files_beside(|| measure(plan.output.format, &written, &paths, job.worker_threads()))?;
    let facts = ManifestFacts {
        plan,
        account: &account,
        run_on: job.is_long_past().then_some(job.day()),
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
        population: read.population.clone(),
        accepted_changes: job.guards().accepted_once(),
    };
    let sealed = seal(&facts, |bound_to| blind(key.as_ref(), &facts.inputs, bound_to), sha256)?;
    staging.write_delivered(MANIFEST, &sealed.manifest)?;
    for file in &sealed.tag_files {
        staging.write_delivered(file.name, &file.bytes)?;
    }
    if let Some(key) = &signing_key {
        let mut attestation = Attestation::of(&sealed.manifest).ok_or(ReleaseError::Bug { step: "the attestation" })?;
        attestation.sign(key);
        staging.write_delivered(ATTESTATION, &attestation.to_bytes())?;
    }
    staging.write_kept(ACCOUNT, &sealed.account)?;
    for (name, bytes) in kept_files(&sealed.manifest, &sealed.account)? {
        staging.write_kept(name, &bytes)?;
    }
    read.answer(plan, &staging)?;
    let run = RunDocument {
        format: RUN_FORMAT.to_owned(),
        started,
        finished: clock.now(),
        seconds_reading,
        seconds_in_all: clock.seconds() - start,
        threads: job.worker_threads(),
        peak_memory_bytes: clock.peak_memory(),
        changes: changes.clone(),
    };
    staging.write_kept("run.json", &json::write(&run))?;
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
    if let Some(mode) = job.mode {
        staging.let_read(mode)?;
    }
    staging.publish(manifest_sha256, state.as_deref())?;
    Ok(delivery)
}

fn open_key(plan: &Plan, path: Option<&Path>) -> Result<Option<MasterKey>, ReleaseError> {
    match path {
        // A key that is given is read even if it is not needed: others may be able
        // to read a bad key file, which must be reported.
        Some(path) => Ok(Some(keyset::open(path)?)),
        None if plan.needs_key() => Err(ReleaseError::KeyNeeded),
        None => Ok(None),
    }
}

/// 128 bits that the recipient cannot guess: from the key, or without one from the
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
