//! Why were a person's records delivered, or not? A dry run that also notes how the
//! records of a few people are judged, in a file that only its owner may read. Ids
//! are read from one file and written to that file, and appear nowhere else.

pub(crate) mod document;
mod parts;
pub(crate) mod subject_file;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::path::Path;

use super::dry_run::read_aside;
use super::error::ReleaseError;
use super::report::RunReport;
use super::trace::document::TraceDocument;
use crate::consent::log::status::ConsentStatus;
use crate::engine::trace::{EventTrace, RecordTrace, Tracer};
use crate::release::interface::job::Job;
use crate::release::publish::whole_file::{refuse_existing, write_closed};

/// Counts of a trace, without ids.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traced {
    /// Ids in the subject file.
    pub ids: usize,
    /// Of those, how many have a record in the answer.
    pub found: usize,
    /// Their records.
    pub records: u64,
    /// Of those, how many would be delivered.
    pub delivered: u64,
    /// What the whole run counts.
    pub report: RunReport,
}

/// Runs the job dry and writes how the records of `ids` are judged to `output`,
/// which must not exist: as JSON if its name ends in `.json`, else as text. Waiting
/// rows are spilled to nameless files in `scratch`. Needs no key.
///
/// # Errors
/// [`ReleaseError`]; then `output` is not written.
pub fn trace(job: &Job<'_>, ids: &[String], output: &Path, scratch: &Path) -> Result<Traced, ReleaseError> {
    let plan = job.plan();
    // Before the extract is read, and again when the file is made.
    refuse_existing(output)?;
    let tracer = Tracer::new(plan, ids.iter().map(String::as_str));
    read_aside(job, scratch, Some(&tracer), |waiting, read| {
        let account = waiting.count(&read.binding)?;
        account.check_balance()?;
        let report = read.report(plan, &account);
        let traces = waiting.into_traces()?;
        let log = read.log.as_ref();
        if let Some(log) = log {
            check_events(&traces, &log.events)?;
        }
        let document = TraceDocument::new(plan, &account, &read.inputs, log, ids, tracer.asked(), &traces);
        let is_json = output.extension().is_some_and(|extension| extension == "json");
        write_closed(output, if is_json { document.to_json() } else { document.to_text() }.as_bytes())?;
        let records = || document.subjects.iter().flat_map(|subject| &subject.records);
        Ok(Traced {
            ids: ids.len(),
            found: document.subjects.iter().filter(|subject| !subject.records.is_empty()).count(),
            records: records().count() as u64,
            delivered: records().filter(|record| record.is_delivered()).count() as u64,
            report,
        })
    })
}

/// Checks that the events of a subject together give the verdict that the run used;
/// otherwise the answer would be untrue.
fn check_events(traces: &[RecordTrace], events: &[EventTrace]) -> Result<(), ReleaseError> {
    let mut known: BTreeMap<usize, ConsentStatus> = BTreeMap::new();
    for event in events {
        let status = known.entry(event.subject).or_default();
        *status = status.merge(event.status);
    }
    let agrees = |trace: &RecordTrace| {
        let gate = trace.rules.last().filter(|rule| rule.list.is_none() && rule.tests.is_none());
        gate.is_none_or(|gate| gate.verdict == known.get(&trace.subject).copied().unwrap_or_default().verdict())
    };
    if traces.iter().all(agrees) {
        return Ok(());
    }
    Err(ReleaseError::Bug { step: "tracing: another verdict than the run's" })
}
