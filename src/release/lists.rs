//! The lists of a policy, from their files: opened beside the policy, read
//! strictly, judged by their day, and held as digests. A list with a fault is
//! never used in part: whoever stands in the rest would be missed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use super::answers::WorkItems;
use super::companions::companion;
use super::error::ReleaseError;
use super::inputs::declared_records;
use super::inputs::open_written;
use super::loading::Loaded;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::list_reading::read_list;
use crate::engine::port::Source;
use crate::format::input_file::InputFile;
use crate::format::opening::shown;
use crate::manifest::document::ListSection;
use crate::model::date::DateFormat;
use crate::model::name::ColumnName;
use crate::policy::list_rule::{ListDay, ListRule};
use crate::policy::plan::Plan;
use crate::row_rule::comparison::Room;
use crate::row_rule::list_index::{EntryHasher, ListIndex};
use crate::row_rule::suppression::SuppressionList;

/// A list that was read, and what is known of its file.
pub(super) struct ReadList {
    pub(super) list: Arc<SuppressionList>,
    pub(super) section: ListSection,
    /// Of a deletion list.
    pub(super) work_items: Option<WorkItems>,
}

/// What reading needs to know of the run.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) key: &'a [u8; 16],
    pub(super) block_bytes: Option<usize>,
    pub(super) stop: &'a AtomicBool,
}

/// Reads every list of the policy.
pub(super) fn read_lists(loaded: &Loaded, reading: Reading<'_>) -> Result<Vec<ReadList>, ReleaseError> {
    let plan = &loaded.compiled.plan;
    let mut lists = Vec::with_capacity(plan.consent.lists.len());
    for (position, rule) in plan.consent.lists.iter().enumerate() {
        let position = u8::try_from(position).map_err(|_| ReleaseError::Bug { step: "more than 256 lists" })?;
        lists.push(Opened::new(loaded, rule, reading.block_bytes)?.read(plan, position, reading)?);
    }
    Ok(lists)
}

/// Opens every list and looks at its columns; reads no entry. Gives lists that
/// hold nobody.
pub(super) fn open_lists(loaded: &Loaded) -> Result<Vec<Arc<SuppressionList>>, ReleaseError> {
    let hasher = EntryHasher::new(&[0; 16]);
    let rules = loaded.compiled.plan.consent.lists.iter();
    rules
        .zip(0_u8..=u8::MAX)
        .map(|(rule, position)| {
            Opened::new(loaded, rule, None)?;
            Ok(Arc::new(made(rule, position, hasher.clone(), ListIndex::default())))
        })
        .collect()
}

fn made(rule: &ListRule, position: u8, hasher: EntryHasher, index: ListIndex) -> SuppressionList {
    SuppressionList {
        columns: rule.columns.clone(),
        comparison: rule.comparison.clone(),
        reason: rule.reason(position),
        hasher,
        index,
    }
}

/// A list of which the header was read.
struct Opened<'a> {
    rule: &'a ListRule,
    path: PathBuf,
    name: Arc<str>,
    source: Box<dyn Source>,
    /// Where the columns that are compared stand, then that of the day, then
    /// that of the work item.
    columns: Vec<usize>,
}

impl<'a> Opened<'a> {
    fn new(loaded: &Loaded, rule: &'a ListRule, block_bytes: Option<usize>) -> Result<Self, ReleaseError> {
        let path = loaded.folder.join(&rule.file.path);
        let name: Arc<str> = shown(&path).to_string().into();
        let source = open_written(&path, &name, &rule.file.written, block_bytes)?;
        let day = match &rule.day {
            ListDay::Column(day) => Some(&day.column),
            ListDay::Companion | ListDay::Declared(_) => None,
        };
        let wanted = rule.list_columns.iter().chain(day).chain(&rule.work_items);
        let place = |column: &ColumnName| {
            let found = source.columns().iter().position(|own| own.name == column.as_str());
            let fault = || InputFault::file(InputFaultKind::MissingColumn, &name).about(column.as_str());
            found.ok_or_else(|| ReleaseError::Input(fault()))
        };
        let columns = wanted.map(place).collect::<Result<_, _>>()?;
        Ok(Self { rule, path, name, source, columns })
    }

    fn read(self, plan: &Plan, position: u8, reading: Reading<'_>) -> Result<ReadList, ReleaseError> {
        let Self { rule, path, name, source, columns } = self;
        let fault = |kind| InputFault::file(kind, &name);
        let hasher = EntryHasher::new(reading.key);
        let compared = rule.list_columns.len();
        let mut room = Room::default();
        let mut digests = Vec::new();
        let mut without_value = 0;
        let mut latest: Option<Date> = None;
        let mut items = rule.work_items.as_ref().map(|_| WorkItems::default());
        let mut take = |record: u64, cells: &[Option<&str>]| -> Result<(), EngineError> {
            let at = |kind, column: &ColumnName| fault(kind).at_record(record).about(column.as_str());
            let (own, mut others) = (&cells[..compared], cells[compared..].iter().copied());
            match rule.comparison.of_entry(own, &mut room) {
                Ok(Some(comparable)) => digests.push(hasher.digest(comparable)),
                Ok(None) => without_value += 1,
                Err(_) => return Err(at(InputFaultKind::MalformedEntry, &rule.list_columns[0]).into()),
            }
            if let ListDay::Column(day) = &rule.day
                && let Some(cell) = others.next().flatten()
            {
                let read = day.format.date(cell);
                let unreadable = || at(InputFaultKind::UndatedList, &day.column);
                latest = latest.max(Some(read.ok_or_else(unreadable)?));
            }
            if let (Some(items), Some(column)) = (&mut items, &rule.work_items) {
                let added = others.next().flatten().is_some_and(|id| items.push(id));
                if !added {
                    return Err(at(InputFaultKind::MalformedEntry, column).into());
                }
            }
            Ok(())
        };
        let (evidence, records) = match read_list(source, &columns, reading.stop, &mut take) {
            // No source ends well without a record; a list may be allowed to.
            Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput => {
                (InputFile::open(&path, &name)?.evidence()?, 0)
            }
            read => read?,
        };
        if declared_records(&path)?.is_some_and(|declared| declared != records) {
            return Err(ReleaseError::Input(fault(InputFaultKind::CountMismatch)));
        }
        if digests.is_empty() && !rule.may_be_empty {
            return Err(ReleaseError::Input(fault(InputFaultKind::EmptyList)));
        }
        let day = match &rule.day {
            ListDay::Column(_) => latest,
            ListDay::Companion => companion_day(&path)?,
            ListDay::Declared(day) => Some(*day),
        };
        check_age(plan, rule, day, &name)?;
        if let Some(again) = items.as_ref().and_then(WorkItems::first_repeated) {
            return Err(ReleaseError::Input(fault(InputFaultKind::DuplicateEntry).at_record(again)));
        }
        let ordered = items.as_ref().map(|_| digests.clone());
        let index = ListIndex::new(digests).ok_or(ReleaseError::Bug { step: "a list of 2³² entries" })?;
        let work_items = items.zip(ordered).map(|(items, ordered)| items.placed(&ordered, &index));
        let section = ListSection {
            name: rule.name.to_string(),
            kind: rule.kind.as_str(),
            as_of: day.map(|day| day.to_string()),
            file: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            bytes: evidence.bytes,
            blake3: evidence.blake3,
            records,
            without_value,
            entries: index.len() as u64,
            // Counted once the extract was read.
            found: 0,
        };
        Ok(ReadList { list: Arc::new(made(rule, position, hasher, index)), section, work_items })
    }
}

/// A list that is too old says nothing of those who were added since.
fn check_age(plan: &Plan, rule: &ListRule, day: Option<Date>, name: &Arc<str>) -> Result<(), ReleaseError> {
    let Some(max_age) = rule.max_age else { return Ok(()) };
    let undated = || ReleaseError::Input(InputFault::file(InputFaultKind::UndatedList, name));
    let day = day.ok_or_else(undated)?;
    if day >= max_age.first_that_outlasts(plan.as_of) {
        return Ok(());
    }
    Err(ReleaseError::StaleList { name: rule.name.to_string(), day, max_age, as_of: plan.as_of })
}

/// `FILE.as_of` beside a list or a log: the day it was made, as `2018-06-20`.
pub(super) fn companion_day(path: &Path) -> Result<Option<Date>, ReleaseError> {
    let Some(found) = companion(path, "as_of")? else { return Ok(None) };
    let day = found.text.and_then(|text| DateFormat::iso().date(&text));
    day.map(Some).ok_or_else(|| {
        let name: Arc<str> = shown(&found.path).to_string().into();
        ReleaseError::Input(InputFault::file(InputFaultKind::UndatedList, &name))
    })
}
