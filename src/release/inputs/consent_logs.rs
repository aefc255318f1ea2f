//! The consent logs of a run: opened and bound before anything is written, read
//! before the extract. The policy names logs, the command line may add others; a
//! log the policy names is never left out, since it may hold the withdrawals.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use super::extract::{check_count, declared_records, no_record, open_unless_empty};
use super::lists::companion_day;
use super::open::{FileReading, NeverSeen};
use super::policy::Policy;
use super::turns::WaitingInput;
use crate::engine::QuarantineSink;
use crate::engine::bind::BindFault;
use crate::engine::consent_log::{LogBinding, LogPass, LogVerdicts, LostRows, UnreadSubject};
use crate::engine::context::RunContext;
use crate::engine::fault::{DescribedBy, EngineError, InputFault, InputFaultKind};
use crate::engine::port::{Extent, Quarantined};
use crate::engine::trace::{EventTrace, Tracer};
use crate::format::io::file::{self, InputFile};
use crate::format::io::opening::shown;
use crate::manifest::consent_log::{LogFileSection, LogSection};
use crate::policy::plan::{LogRules, Plan};
use crate::release::error::ReleaseError;
use crate::release::interface::job::Job;
use crate::release::publish::quarantine::{PLACES_SHOWN, place};
use crate::release::refusal::Refusal;

/// One log, looked at and bound.
struct OpenLog {
    path: PathBuf,
    /// `None` if it has no byte at all.
    waiting: Option<(WaitingInput, LogBinding)>,
    name: String,
    declared_records: Option<u64>,
    /// The day it was made, where a companion file says.
    declared_day: Option<Date>,
}

/// The logs of a run.
pub(crate) struct OpenLogs<'a> {
    rules: &'a LogRules,
    reading: FileReading,
    files: Vec<OpenLog>,
    extent: Extent,
}

/// What was read of them.
pub(crate) struct ReadLogs {
    pub(crate) verdicts: Arc<LogVerdicts>,
    /// The day each log was made, where a companion file says.
    days: Vec<Option<Date>>,
    pub(crate) section: LogSection,
    /// What each event comes to of the subjects that are traced.
    pub(crate) events: Vec<EventTrace>,
}

/// Opens and binds the logs; `None` where the evidence is in columns.
pub(crate) fn open_logs<'a>(
    policy: &'a Policy,
    extracts: &[PathBuf],
    consent: &[PathBuf],
    block_bytes: Option<usize>,
) -> Result<Option<OpenLogs<'a>>, ReleaseError> {
    let opened = open_each(policy, extracts, consent, block_bytes);
    opened.map_err(|error| error.in_file_described_by(&DescribedBy::Events))
}

fn open_each<'a>(
    policy: &'a Policy,
    extracts: &[PathBuf],
    consent: &[PathBuf],
    block_bytes: Option<usize>,
) -> Result<Option<OpenLogs<'a>>, ReleaseError> {
    let Some(rules) = policy.compiled.plan.log_rules() else {
        return if consent.is_empty() { Ok(None) } else { Err(ReleaseError::LogNotAsked) };
    };
    let named = rules.paths.iter().map(|path| policy.folder.join(path));
    let paths: Vec<PathBuf> = named.chain(consent.iter().cloned()).collect();
    if paths.is_empty() {
        return Err(ReleaseError::LogNeeded);
    }
    let identity = |path: &PathBuf| file::identity(path).map_err(ReleaseError::io("look at", path));
    let mut identities = BTreeSet::new();
    for extract in extracts {
        identities.insert(identity(extract)?);
    }
    let reading = FileReading::of_logs(rules, block_bytes);
    let (mut waits, mut last) = (0, None);
    let mut files: Vec<OpenLog> = Vec::with_capacity(paths.len());
    let mut extent = Extent { bytes: Some(0), records: Some(0) };
    for path in paths {
        let name: Arc<str> = shown(&path).to_string().into();
        let source = open_unless_empty(&reading, &path, &name)?;
        let of_path = identity(&path)?;
        if !identities.insert(of_path) {
            return Err(ReleaseError::Input(InputFault::file(InputFaultKind::DuplicateInput, &name)));
        }
        let waiting = match source {
            None => None,
            Some(source) => {
                let own = source.extent();
                let lines_before = source.lines_before_header();
                let waiting = WaitingInput::new(path.clone(), source, waits, last.as_ref())?;
                waits += 1;
                last = Some(Arc::clone(waiting.columns()));
                let binding = LogBinding::new(&rules.evidence, waiting.columns(), &name)
                    .map_err(|faults| BindFault::with_lines_before(faults, lines_before))
                    .map_err(|faults| ReleaseError::Bind { file: name.to_string(), faults })?;
                let add = |sum: Option<u64>, more: Option<u64>| Some(sum? + more?);
                extent = Extent { bytes: add(extent.bytes, own.bytes), records: add(extent.records, own.records) };
                Some((waiting, binding))
            }
        };
        let (declared_records, declared_day) = (declared_records(&path)?, companion_day(&path)?);
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        files.push(OpenLog { path, waiting, name, declared_records, declared_day });
    }
    if let (0, Some(first)) = (waits, files.first()) {
        return Err(no_record(&shown(&first.path).to_string().into()));
    }
    Ok(Some(OpenLogs { rules, reading, files, extent }))
}

impl<'a> OpenLogs<'a> {
    /// Reads every log and resolves its events into verdicts.
    pub(crate) fn read(
        self,
        job: &Job<'a>,
        context: &'a RunContext<'a>,
        sink: &mut QuarantineSink<'_>,
        tracer: Option<&'a Tracer>,
    ) -> Result<ReadLogs, ReleaseError> {
        let plan = job.plan();
        let mut pass = LogPass::start(plan, self.rules, context, self.extent).tracing(tracer);
        let mut sections = Vec::with_capacity(self.files.len());
        let (mut first, mut days, mut files) = (Vec::new(), Vec::new(), Vec::<Arc<str>>::new());
        let mut never_seen = NeverSeen::default();
        for OpenLog { path, waiting, name, declared_records, declared_day } in self.files {
            days.push(declared_day);
            let file: Arc<str> = shown(&path).to_string().into();
            files.push(Arc::clone(&file));
            let mut noting = |file: &Arc<str>, row: u64, bad: &Quarantined| {
                if first.len() < PLACES_SHOWN {
                    first.push(LostPlace { log: files.len(), row, words: place(file, row, bad) });
                }
                sink(file, row, bad)
            };
            let read = match waiting {
                Some((waiting, binding)) => pass.read(waiting.open(&self.reading)?, &binding, &mut noting),
                None => Err(InputFault::file(InputFaultKind::EmptyInput, &file).into()),
            };
            let (mut evidence, rows) = match read {
                // A header and nothing else: no event is not a consent, and whether
                // that refuses the run is decided when the extract was read.
                Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput => {
                    (InputFile::open_even_empty(&path, &file)?.evidence()?, 0)
                }
                Err(EngineError::MalformedWithoutEnd { limit, allowed }) => {
                    let first = first_in_order(first, pass.unread_subjects(), &files);
                    return Err(ReleaseError::LogLostWithoutEnd { limit, allowed, first });
                }
                read => read?,
            };
            if rows > 0 {
                never_seen.add(std::mem::take(&mut evidence.never_seen));
            }
            check_count(declared_records, rows, &file)?;
            let same = |known: &LogFileSection| (known.bytes, known.blake3) == (evidence.bytes, evidence.blake3);
            // Of two logs without an event neither says anything twice.
            if let Some(known) = sections.iter().position(same).filter(|_| rows > 0) {
                let other = files.get(known).map_or_else(String::new, ToString::to_string);
                return Err(ReleaseError::SameContent { file: file.to_string(), other });
            }
            sections.push(LogFileSection {
                file: name,
                bytes: evidence.bytes,
                rows,
                blake3: evidence.blake3,
                replacement_characters: evidence.replacement_characters,
                skipped_lines: evidence.skipped_lines,
            });
        }
        if let Some(file) = files.first() {
            never_seen.check(file)?;
        }
        let allowed = self.rules.max_quarantined;
        match pass.too_many_lost() {
            None => {}
            Some(LostRows { malformed: found, of_nobody: 0 }) => {
                return Err(ReleaseError::LogQuarantined { found, allowed, first: words(first) });
            }
            Some(LostRows { malformed, of_nobody }) => {
                first.extend(pass.unread_subjects().iter().map(|unread| LostPlace::of(unread, &files)));
                return Err(ReleaseError::LogSubjects { found: of_nobody, malformed, allowed, first: words(first) });
            }
        }
        let resolved = pass.resolve()?;
        let section = LogSection { files: sections, counts: resolved.counts };
        Ok(ReadLogs { verdicts: resolved.verdicts, days, section, events: resolved.events })
    }
}

/// A row of a log of which nothing is known about anybody.
struct LostPlace {
    /// The number of the log.
    log: usize,
    row: u64,
    words: String,
}

impl LostPlace {
    fn of(unread: &UnreadSubject, files: &[Arc<str>]) -> Self {
        let UnreadSubject { file, row, column, reason, .. } = unread;
        let log = files.iter().position(|known| known == file).map_or(files.len(), |place| place + 1);
        let reason = reason.as_str();
        let words = format!("{file} record {row}, column {column}: the subject cannot be read ({reason})");
        Self { log, row: *row, words }
    }
}

fn words(places: Vec<LostPlace>) -> Vec<String> {
    places.into_iter().map(|place| place.words).collect()
}

/// The first few of both kinds by their place, which are the same however far
/// reading went.
fn first_in_order(malformed: Vec<LostPlace>, unread: &[UnreadSubject], files: &[Arc<str>]) -> Vec<String> {
    let mut places = malformed;
    places.extend(unread.iter().map(|unread| LostPlace::of(unread, files)));
    places.sort_by_key(|place| (place.log, place.row));
    places.truncate(PLACES_SHOWN);
    words(places)
}

impl ReadLogs {
    /// Why the logs refuse a run that would deliver so many records, if they do.
    pub(crate) fn refusal(&self, plan: &Plan, delivered: u64) -> Option<Refusal> {
        if let Some(max_log_age) = plan.log_rules().and_then(|rules| rules.max_log_age)
            && !self.are_fresh(max_log_age.first_that_outlasts(plan.as_of))
        {
            return Some(Refusal::StaleLog { max_log_age });
        }
        let unmatched = delivered == 0 && self.verdicts.found_nobody();
        let (events, subjects) = (self.section.counts.events, self.section.counts.subjects);
        unmatched.then_some(Refusal::NoSubjectMatched { events, subjects })
    }

    /// Whether each log is of `first` or later: by the day its companion says, and
    /// those without one together by their newest event.
    fn are_fresh(&self, first: Date) -> bool {
        let is_fresh = |day: Option<Date>| day.is_some_and(|day| day >= first);
        let by_events = is_fresh(self.section.counts.newest);
        self.days.iter().all(|&day| if day.is_some() { is_fresh(day) } else { by_events })
    }
}
