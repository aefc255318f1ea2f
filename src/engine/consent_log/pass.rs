//! Reads consent logs: of each event a few bytes are kept, spilled by digest.

use std::sync::Arc;

use super::codes::VerdictCodes;
use super::fold::{ENTRY_BYTES, FoldedEvent, FoldedEvents, fold};
use super::verdicts::LogVerdicts;
use crate::consent::log::gate::{EventCells, LogGate};
use crate::consent::relied_on::ReliedOnCodes;
use crate::engine::bind::consent_log::LogBinding;
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::port::{Extent, InputEvidence, Parsed, Rows, Source, Ticket, Wanted};
use crate::engine::progress::{Phase, Progress};
use crate::engine::read::extract::QuarantineSink;
use crate::engine::read::malformed_limit::MalformedLimit;
use crate::engine::read::pipeline::{BlockWork, read_in_order};
use crate::engine::trace::{EventTrace, Tracer};
use crate::identifier::form::Form;
use crate::manifest::consent_log::LogCounts;
use crate::model::digest::SubjectHasher;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::policy::plan::{ExtractRules, LogRules, Plan};
use crate::row_rule::View;

/// Rows judged at a time: few, so that their cells stay in the processor's cache.
const TILE_ROWS: usize = 256;

/// How many events with a subject that cannot be read are listed.
const EVENTS_LISTED: usize = 5;

/// Reads logs one by one.
pub struct LogPass<'a> {
    context: &'a RunContext<'a>,
    extract: &'a ExtractRules,
    rules: &'a LogRules,
    gate: LogGate,
    entries: FoldedEvents,
    counts: LogCounts,
    progress: Progress,
    tracer: Option<&'a Tracer>,
    events: Vec<EventTrace>,
    unread: Vec<UnreadSubject>,
}

/// An event whose subject cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadSubject {
    /// The log.
    pub file: Arc<str>,
    /// Its row, from 1.
    pub row: u64,
    /// The column of ids, from 1.
    pub column: usize,
    /// Why.
    pub reason: Unreadable,
}

/// The result of reading the logs.
#[non_exhaustive]
pub struct ResolvedLog {
    /// One verdict for each subject.
    pub verdicts: Arc<LogVerdicts>,
    /// The counts.
    pub counts: LogCounts,
    /// The events of the subjects that are traced, in the order of the logs.
    pub events: Vec<EventTrace>,
}

/// Rows of the logs that cannot be assigned to a person. Any of them may be a
/// withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostRows {
    /// Malformed rows.
    pub malformed: u64,
    /// Events whose subject cannot be read.
    pub of_nobody: u64,
}

impl LostRows {
    fn of(counts: &LogCounts) -> Self {
        Self { malformed: counts.quarantined.values().sum(), of_nobody: counts.unreadable_subject.values().sum() }
    }

    fn in_all(self) -> u64 {
        self.malformed + self.of_nobody
    }
}

impl<'a> LogPass<'a> {
    /// Starts to read the logs of `rules`, which are `plan`'s; `extent` is their
    /// size.
    #[must_use]
    pub fn start(plan: &'a Plan, rules: &'a LogRules, context: &'a RunContext<'a>, extent: Extent) -> Self {
        context.observer.started(Phase::Consent, extent);
        Self {
            context,
            extract: &plan.extract,
            rules,
            gate: LogGate::new(plan.consent.demand.clone(), rules.evidence.clone()),
            entries: FoldedEvents::new(),
            counts: LogCounts::default(),
            progress: Progress::default(),
            tracer: None,
            events: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Also traces the events of some people.
    #[must_use]
    pub fn tracing(self, tracer: Option<&'a Tracer>) -> Self {
        Self { tracer, ..self }
    }

    /// Reads one log to its end; returns its evidence and how many rows it had.
    ///
    /// # Errors
    /// The first fault in the order of the log, or a failure of the operating
    /// system.
    pub fn read(
        &mut self,
        source: Box<dyn Source>,
        binding: &LogBinding,
        quarantine: &mut QuarantineSink<'_>,
    ) -> Result<(InputEvidence, u64), EngineError> {
        let file = Arc::clone(source.file());
        let form = self.extract.subject_form.clone().of_type(binding.subject_type);
        let hasher = &self.context.hasher;
        let work = LogWork { gate: &self.gate, form: &form, hasher, binding, file: &file, tracer: self.tracer };
        let Self { context, entries, counts, progress, events, unread, .. } = self;
        let limit = MalformedLimit::new(self.rules.max_quarantined);
        read_in_order(context, source, &work, &mut |outline, done, before| {
            for bad in &outline.quarantined {
                let row = before + u64::from(bad.index) + 1;
                quarantine(&file, row, bad)
                    .map_err(|source| EngineError::Write { what: "the quarantine file", source })?;
                *counts.quarantined.entry(bad.fault.as_str()).or_default() += 1;
            }
            counts.merge(&done.counts);
            let room = EVENTS_LISTED.saturating_sub(unread.len());
            unread.extend(done.unread.into_iter().take(room).map(|(number, reason)| {
                let (file, row) = (Arc::clone(&file), before + number);
                UnreadSubject { file, row, column: binding.subject + 1, reason }
            }));
            events.extend(done.events.into_iter().map(|event| EventTrace { number: event.number + before, ..event }));
            entries
                .take(context.space, &done.entries)
                .map_err(|source| EngineError::Write { what: "consent events", source })?;
            progress.records += u64::from(outline.records);
            progress.bytes += outline.bytes;
            context.observer.advanced(Phase::Consent, *progress);
            limit.check(LostRows::of(counts).in_all())
        })
    }

    /// How many rows are malformed or have a subject that cannot be read, if these
    /// are more than the policy allows. Either may be a withdrawal.
    #[must_use]
    pub fn too_many_lost(&self) -> Option<LostRows> {
        let lost = LostRows::of(&self.counts);
        (lost.in_all() > self.rules.max_quarantined).then_some(lost)
    }

    /// The first few events whose subject cannot be read.
    #[must_use]
    pub fn unread_subjects(&self) -> &[UnreadSubject] {
        &self.unread
    }

    /// Folds events into verdicts.
    ///
    /// # Errors
    /// When the spill files cannot be read or written, or the run is interrupted.
    pub fn resolve(self) -> Result<ResolvedLog, EngineError> {
        let Self { context, entries, mut counts, events, gate, .. } = self;
        let demand = gate.demand();
        let codes = VerdictCodes::new(demand.register.notices.len(), demand.parties.len())
            .relying_on(ReliedOnCodes::new(demand));
        let none = LogVerdicts::new(context.hasher.clone(), context.memory.verdicts_held(), codes);
        let verdicts = fold(context, &entries, none)?;
        (counts.subjects, counts.subjects_permitted) = (verdicts.subjects(), verdicts.permitted());
        context.observer.finished(Phase::Consent);
        Ok(ResolvedLog { verdicts: Arc::new(verdicts), counts, events })
    }
}

/// The result of one block of a log.
struct ReadBlock {
    counts: LogCounts,
    entries: Vec<[u8; ENTRY_BYTES]>,
    events: Vec<EventTrace>,
    /// The first few events whose subject cannot be read, by their number from 1.
    unread: Vec<(u64, Unreadable)>,
}

struct LogWork<'a> {
    gate: &'a LogGate,
    form: &'a Form,
    hasher: &'a SubjectHasher,
    binding: &'a LogBinding,
    file: &'a Arc<str>,
    tracer: Option<&'a Tracer>,
}

impl BlockWork for LogWork<'_> {
    type Done = ReadBlock;

    fn needed(&self) -> &[usize] {
        &self.binding.needed
    }

    fn process(&self, _: &Ticket, parsed: &Parsed) -> Result<ReadBlock, EngineError> {
        let rows = parsed.rows.as_ref();
        let mut block = ReadBlock {
            counts: LogCounts::default(),
            entries: Vec::with_capacity(rows.len()),
            events: Vec::new(),
            unread: Vec::new(),
        };
        block.counts.events = rows.len() as u64;
        let mut reader = self.gate.reader_of(self.binding.typed);
        let mut canonical = String::new();
        // Consecutive events are often of one subject: these are merged into one
        // entry.
        let mut last: Option<FoldedEvent> = None;
        let mut cells = TileCells::default();
        for start in (0..rows.len()).step_by(TILE_ROWS) {
            let tile = start..rows.len().min(start + TILE_ROWS);
            cells.gather(self.binding, rows, &tile);
            for row in 0..tile.len() {
                let digest = match self.digest(cells.subject[row], &mut canonical) {
                    Read::Value(digest) => digest,
                    Read::Missing | Read::Unreadable(Unreadable::Sentinel) => {
                        block.counts.without_subject += 1;
                        continue;
                    }
                    Read::Unreadable(reason) => {
                        *block.counts.unreadable_subject.entry(reason.as_str()).or_default() += 1;
                        if block.unread.len() < EVENTS_LISTED {
                            block.unread.push((u64::from(rows.index_in_block(start + row)) + 1, reason));
                        }
                        continue;
                    }
                };
                let event = cells.row(self.binding, row);
                let traced = self.tracer.zip(cells.subject[row]);
                let traced = traced.and_then(|(tracer, id)| tracer.find(self.form, id, &mut canonical));
                let mut findings = Vec::new();
                let read = match traced {
                    None => reader.read(&event),
                    Some(_) => reader.read_seen(&event, &mut findings),
                };
                if let Some(subject) = traced {
                    let number = u64::from(rows.index_in_block(start + row)) + 1;
                    let file = Arc::clone(self.file);
                    block.events.push(EventTrace { subject, file, number, status: read.status, findings });
                }
                block.counts.newest = block.counts.newest.max(read.day);
                block.counts.concerning += u64::from(read.status.concerns());
                block.counts.unreadable += u64::from(read.status.unreadable);
                if let Some(last) = last.as_mut().filter(|last| last.digest == digest) {
                    last.merge(read.status);
                } else if let Some(done) = last.replace(FoldedEvent::new(digest, read.status)) {
                    block.entries.push(done.to_bytes());
                }
            }
        }
        block.entries.extend(last.map(FoldedEvent::to_bytes));
        Ok(block)
    }

    /// The entries are added later, in order: all workers share one
    /// [`FoldedEvents`].
    fn store(&self, _: usize, _: &mut ReadBlock) -> Result<(), EngineError> {
        Ok(())
    }
}

impl LogWork<'_> {
    /// A missing id or a sentinel names no person, here as in the extract. An id
    /// that cannot be read does: the records of that person may write it in another
    /// way.
    fn digest(&self, subject: Option<&str>, canonical: &mut String) -> Read<u128> {
        match self.form.read(subject, canonical) {
            Read::Value(id) => Read::Value(self.hasher.wide(id)),
            Read::Missing => Read::Missing,
            Read::Unreadable(reason) => Read::Unreadable(reason),
        }
    }
}

/// The cells of a few rows, one list for each column; empty if the log has no such
/// column.
#[derive(Default)]
struct TileCells<'a> {
    subject: Vec<Option<&'a str>>,
    purpose: Vec<Option<&'a str>>,
    time: Vec<Option<&'a str>>,
    withdrawn_at: Vec<Option<&'a str>>,
    state: Vec<Option<&'a str>>,
    notice: Vec<Option<&'a str>>,
    recipients: Vec<Option<&'a str>>,
    validity: Vec<Option<&'a str>>,
    channel: Vec<Option<&'a str>>,
}

impl<'a> TileCells<'a> {
    fn gather(&mut self, binding: &LogBinding, rows: &'a dyn Rows, tile: &std::ops::Range<usize>) {
        let columns = [
            (Some(binding.subject), View::Value, &mut self.subject),
            (Some(binding.purpose), View::Raw, &mut self.purpose),
            (Some(binding.time), View::Value, &mut self.time),
            (binding.withdrawn_at, View::Value, &mut self.withdrawn_at),
            (binding.state, View::Raw, &mut self.state),
            (binding.notice, View::Raw, &mut self.notice),
            (binding.recipients, View::Raw, &mut self.recipients),
            (binding.validity, View::Value, &mut self.validity),
            (binding.channel, View::Raw, &mut self.channel),
        ];
        for (column, view, cells) in columns {
            cells.clear();
            if let Some(column) = column {
                rows.gather(column, Wanted::Run(tile.clone()), view, cells);
            }
        }
    }

    fn row(&self, binding: &LogBinding, row: usize) -> EventCells<'a> {
        let cell = |cells: &[Option<&'a str>]| cells.get(row).copied().flatten();
        EventCells {
            time: cell(&self.time),
            withdrawn_at: cell(&self.withdrawn_at),
            state: cell(&self.state),
            purpose: cell(&self.purpose),
            notice: cell(&self.notice),
            // If the column exists, a missing cell of it names no recipient.
            recipients: binding.recipients.map(|_| cell(&self.recipients).unwrap_or("")),
            validity: cell(&self.validity),
            channel: cell(&self.channel),
        }
    }
}
