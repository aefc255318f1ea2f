//! A run without a delivery: the same counts, and what the guards would say. Leaves
//! no file.

use std::path::Path;

use super::error::ReleaseError;
use super::guards::{compare, last_delivery};
use super::inputs::consent_logs::open_logs;
use super::inputs::extract::open_all;
use super::inputs::keyset;
use super::inputs::lists::number_columns::compare_with_numbers;
use super::interface::clock::temporary_folder;
use super::interface::failure::Error;
use super::interface::job::Job;
use super::publish::quarantine::Quarantine;
use super::publish::staging::FileSpace;
use super::read::{PersonEvidence, ReadResult, lists, read_all, rules};
use super::report::DryRun;
use crate::engine::run::ReleasePhase;
use crate::engine::trace::Tracer;

impl Job<'_> {
    /// The counts of a delivery, and whether it would be refused. Writes no file
    /// but nameless spill files in the system's folder for temporary files. Needs
    /// no key.
    ///
    /// # Errors
    /// [`Error`]; a refusal is not an error here, but part of the answer.
    pub fn dry_run(&self) -> Result<DryRun, Error> {
        dry_run(self, &temporary_folder()).map_err(Error::from)
    }
}

/// The same counts as [`deliver`](super::deliver::deliver). Writes no file but
/// nameless spill files in `scratch`. Needs no key.
///
/// # Errors
/// [`ReleaseError`].
pub fn dry_run(job: &Job<'_>, scratch: &Path) -> Result<DryRun, ReleaseError> {
    let plan = job.plan();
    job.check()?;
    let last = last_delivery(plan, job.guards().against, None)?;
    read_aside(job, scratch, None, |waiting, read| {
        let account = waiting.count(&read.binding)?;
        let report = read.report(plan, &account);
        let changes = last.and_then(|last| compare(plan, job.guards(), Some(&last), &account));
        let judged = read.check_quarantine(job, &waiting, Vec::new());
        let judged = judged.and_then(|_| read.check_guards(plan, &account, changes.as_ref()));
        let refused = match judged {
            Ok(()) => None,
            Err(error @ (ReleaseError::Refused { .. } | ReleaseError::TooManyQuarantined { .. })) => {
                Some(error.to_string())
            }
            Err(error) => return Err(error),
        };
        Ok(DryRun { report, refused, changes })
    })
}

/// Reads everything as a run does, for a purpose that delivers nothing: spill files
/// are nameless and in `scratch`, and the key is made up.
pub(super) fn read_aside<T>(
    job: &Job<'_>,
    scratch: &Path,
    tracer: Option<&Tracer>,
    then: impl FnOnce(ReleasePhase<'_>, ReadResult) -> Result<T, ReleaseError>,
) -> Result<T, ReleaseError> {
    let key = keyset::throwaway()?;
    let mut lists = lists(job, Some(&key))?;
    let inputs = open_all(job.plan(), &job.extracts, job.block_bytes, Some(&key), &rules(&lists), None)?;
    compare_with_numbers(&mut lists, job.plan(), &inputs)?;
    let space = FileSpace::new(scratch);
    let quarantine = Quarantine::without_file();
    let mut sink = quarantine.sink();
    let logs = open_logs(job.policy, &job.extracts, &job.consent_logs, job.block_bytes)?;
    let context = job.run_context(Some(&key), &space)?;
    let read = read_all(job, &context, PersonEvidence { lists, logs }, inputs, &mut sink, tracer);
    let (waiting, read) = read.map_err(|error| quarantine.show_places(error))?;
    then(waiting, read)
}
