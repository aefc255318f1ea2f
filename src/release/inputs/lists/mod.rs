//! The lists of a policy, from their files: opened beside the policy, read
//! strictly, judged by their day, and held as digests. A list with a fault is
//! never used in part: whoever is in the rest would be missed. For the same
//! reason an entry that its rule cannot read refuses the run, unless the policy
//! allows so many of them.

mod entries;
mod files;
pub(crate) mod findings;
pub(crate) mod number_columns;
pub(crate) mod padded;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use self::entries::{EntryReader, by_column, check_unreadable};
pub(crate) use self::files::files_of;
use self::padded::EntriesWithZeros;
use super::companions::companion;
use super::extract::{check_count, declared_records};
use super::open::{FileReading, NeverSeen};
use super::policy::Policy;
use crate::document::Fault;
use crate::engine::bind::BindFault;
use crate::engine::fault::{DescribedBy, EngineError, FaultFacts, InputFault, InputFaultKind};
use crate::engine::port::Source;
use crate::engine::read::list::read_list;
use crate::format::io::file::{InputFile, identity};
use crate::format::io::opening::shown;
use crate::manifest::document::{ListFileSection, ListSection};
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::time::date::DateFormat;
use crate::policy::plan::lists::{ListDay, ListRule, OnNotComparable};
use crate::release::error::ReleaseError;
use crate::release::publish::deletion_status::{WorkItems, answer_name};
use crate::release::unreadable_entries::EntryPlace;
use crate::suppression::SuppressionList;
use crate::suppression::california_drop::self_test;
use crate::suppression::comparison::{Comparison, Unread};
use crate::suppression::index::{EntryHasher, ListIndex};
use crate::transform::Inapplicable;

/// A list that was read, and what is known of its file.
pub(crate) struct ReadList {
    pub(crate) list: Arc<SuppressionList>,
    pub(crate) section: ListSection,
    /// Of a deletion list: those of each file.
    pub(crate) work_items: Vec<WorkItems>,
    /// What deserves a second look.
    pub(crate) questions: Vec<Fault>,
    /// Entries that cannot be compared with numbers.
    pub(crate) padded: EntriesWithZeros,
    /// Entries that cannot be read.
    unreadable: BTreeMap<Unread, u64>,
    /// How its files are shown.
    names: Vec<Arc<str>>,
}

impl ReadList {
    /// Counts more entries that cannot be read; `first` are the numbers of some.
    ///
    /// # Errors
    /// [`ReleaseError::UnreadableEntries`] where there are more than are allowed.
    pub(crate) fn count_unreadable(
        &mut self,
        rule: &ListRule,
        more: &[(Unread, u64)],
        first: Vec<EntryPlace>,
    ) -> Result<(), ReleaseError> {
        for (unread, count) in more {
            *self.unreadable.entry(*unread).or_default() += count;
        }
        check_unreadable(rule, &self.names, &self.unreadable, first)?;
        self.section.unreadable =
            by_column(&rule.list_columns, self.unreadable.iter().map(|(unread, n)| (*unread, *n)));
        Ok(())
    }
}

/// What reading needs to know of the run.
#[derive(Clone, Copy)]
pub(crate) struct ListContext<'a> {
    pub(crate) key: &'a [u8; 16],
    pub(crate) block_bytes: Option<usize>,
    pub(crate) stop: &'a AtomicBool,
    /// Whether a list may be too old.
    pub(crate) judges_age: bool,
}

/// Reads every list of the policy.
pub(crate) fn read_lists(policy: &Policy, reading: ListContext<'_>) -> Result<Vec<ReadList>, ReleaseError> {
    let plan = &policy.compiled.plan;
    if plan.consent.lists.iter().any(|rule| matches!(rule.comparison, Comparison::Drop(_))) {
        self_test().map_err(|example| ReleaseError::SelfTest { example })?;
    }
    let mut lists = Vec::with_capacity(plan.consent.lists.len());
    for (position, rule) in plan.consent.lists.iter().enumerate() {
        let position = u8::try_from(position).map_err(|_| ReleaseError::Bug { step: "more than 256 lists" })?;
        let list = read(policy, (rule, position), reading)
            .map_err(|error| error.in_file_described_by(&DescribedBy::List(rule.name.as_str().into())))?;
        lists.push(list);
    }
    Ok(lists)
}

/// A file of a list, of which the header was read.
struct OpenedFile {
    path: PathBuf,
    name: Arc<str>,
    source: Box<dyn Source>,
    /// Where the columns that are compared are, then that of the day, then that of
    /// the work item, then that of what was removed.
    columns: Vec<usize>,
    /// Their types.
    types: Vec<ColumnType>,
}

impl OpenedFile {
    fn new(path: PathBuf, rule: &ListRule, block_bytes: Option<usize>) -> Result<Self, ReleaseError> {
        let name: Arc<str> = shown(&path).to_string().into();
        let day = match &rule.day {
            ListDay::Column(day) => Some(&day.column),
            ListDay::Companion | ListDay::Declared(_) => None,
        };
        let removed = rule.removed.as_ref().map(|flag| &flag.place.column);
        let wanted = || rule.list_columns.iter().chain(day).chain(&rule.work_items).chain(removed);
        let source = FileReading::of_list(rule, wanted(), block_bytes).open(&path, &name)?;
        let place = |column: &ColumnName| {
            let found = source.columns().iter().position(|own| own.name == column.as_str());
            let fault = || {
                let facts = FaultFacts { lines_before: source.lines_before_header(), ..FaultFacts::default() };
                InputFault::file(InputFaultKind::MissingColumn, &name).about(column.as_str()).with_facts(facts)
            };
            found.ok_or_else(|| ReleaseError::Input(fault()))
        };
        let columns: Vec<usize> = wanted().map(place).collect::<Result<_, _>>()?;
        let type_of = |place: &usize| source.columns().get(*place).map_or(ColumnType::Text, |own| own.column_type);
        let types: Vec<ColumnType> = columns.iter().map(type_of).collect();
        let faults: Vec<BindFault> = rule
            .dated_entry_columns()
            .filter_map(|(place, column, format)| {
                let fault = Inapplicable::of_dates(format, types.get(place).copied()?)?;
                Some(BindFault::Inapplicable { column: column.clone(), start: 0, fault })
            })
            .collect();
        if !faults.is_empty() {
            return Err(ReleaseError::Bind { file: name.to_string(), faults });
        }
        Ok(Self { path, name, source, columns, types })
    }

    /// Reads it to its end. Columns that none of its records had are added to
    /// `never_seen`.
    fn read(
        self,
        entries: &mut EntryReader<'_>,
        never_seen: &mut NeverSeen,
        stop: &AtomicBool,
    ) -> Result<ListFileSection, ReleaseError> {
        let Self { path, name, source, columns, types } = self;
        entries.begin(&name, &types);
        let mut take = |record: u64, cells: &[Option<&str>]| entries.take(record, cells);
        let (mut evidence, records) = match read_list(source, &columns, stop, &mut take) {
            // No source ends well without a record; a list may be allowed to.
            Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput => {
                (InputFile::open(&path, &name)?.evidence()?, 0)
            }
            read => read?,
        };
        if records > 0 {
            never_seen.add(std::mem::take(&mut evidence.never_seen));
        }
        check_count(declared_records(&path)?, records, &name)?;
        if let Some(again) = entries.items.last().and_then(|(items, _)| items.first_repeated()) {
            let again = InputFault::file(InputFaultKind::DuplicateEntry, &name).at_record(again);
            return Err(ReleaseError::Input(again));
        }
        Ok(ListFileSection {
            file: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            bytes: evidence.bytes,
            blake3: evidence.blake3,
            skipped_lines: evidence.skipped_lines,
            records,
        })
    }
}

/// Reads the files of a list, which are one list.
fn read(
    policy: &Policy,
    (rule, position): (&ListRule, u8),
    reading: ListContext<'_>,
) -> Result<ReadList, ReleaseError> {
    let as_of = policy.compiled.plan.as_of;
    let mut entries = EntryReader::new(rule, as_of, EntryHasher::new(reading.key));
    let (mut identities, mut answers, mut never_seen) = (BTreeSet::new(), BTreeSet::new(), NeverSeen::default());
    let (mut files, mut companions) = (Vec::new(), Vec::new());
    for path in files_of(policy, rule)? {
        let opened = OpenedFile::new(path.clone(), rule, reading.block_bytes)?;
        let name = Arc::clone(&opened.name);
        if !identities.insert(identity(&path).map_err(ReleaseError::io("look at", &path))?) {
            return Err(ReleaseError::Input(InputFault::file(InputFaultKind::DuplicateInput, &name)));
        }
        if let ListDay::Companion = rule.day {
            companions.push((companion_day(&path)?, Arc::clone(&name)));
        }
        if rule.work_items.is_some()
            && !answers.insert(path.file_name().map(|name| answer_name(&name.to_string_lossy())))
        {
            return Err(ReleaseError::SameAnswer { list: rule.name.to_string() });
        }
        files.push(opened.read(&mut entries, &mut never_seen, reading.stop)?);
    }
    let name = entries.files.first().cloned().unwrap_or_default();
    never_seen.check(&name)?;
    let names_nobody = entries.digests.is_empty() && entries.unreadable.is_empty();
    if names_nobody && !rule.file.dialect.may_be_empty {
        return Err(ReleaseError::Input(InputFault::file(InputFaultKind::EmptyList, &name)));
    }
    check_unreadable(rule, &entries.files, &entries.unreadable, entries.first_unreadable.clone())?;
    // A list is as old as its oldest file, and one file without a day has none.
    let oldest = companions.into_iter().min_by_key(|(day, _)| *day);
    let (day, of_file) = match &rule.day {
        ListDay::Column(day) => (entries.latest_day(&day.column)?, name),
        ListDay::Companion => oldest.unwrap_or((None, name)),
        ListDay::Declared(day) => (Some(*day), name),
    };
    // A day to come is a slip, and makes nothing fresh.
    let known = day.filter(|day| *day <= as_of);
    if reading.judges_age {
        let is_to_come = known != day || entries.days_to_come > 0;
        check_age(rule, known, is_to_come, as_of, &of_file)?;
    }
    let EntryReader {
        hasher,
        files: names,
        digests,
        without_value,
        unreadable,
        undated,
        removed,
        removal_unknown,
        items,
        looks,
        padded,
        ..
    } = entries;
    let index = ListIndex::new(digests).ok_or(ReleaseError::Bug { step: "a list of 2³² entries" })?;
    let placed = items.into_iter().map(|(items, names)| items.placed(&names, &index));
    let work_items: Vec<WorkItems> = placed.collect();
    let section = ListSection {
        name: rule.name.to_string(),
        kind: rule.kind,
        as_of: known.map(|day| day.to_string()),
        on_unreadable: Some(rule.on_unreadable).filter(|told| *told != OnNotComparable::default()),
        records: files.iter().map(|file| file.records).sum(),
        files,
        without_value,
        unreadable: by_column(&rule.list_columns, unreadable.iter().map(|(unread, n)| (*unread, *n))),
        undated,
        removed,
        removal_unknown,
        entries: index.len() as u64,
        // Counted once the extract was read.
        found: 0,
        compared: 0,
        incomplete: 0,
        records_without_value: 0,
        not_comparable: BTreeMap::new(),
        not_answered: rule.work_items.as_ref().map(|_| 0),
    };
    let list = SuppressionList {
        columns: rule.columns.clone(),
        comparison: rule.comparison.clone(),
        reason: rule.reason(position),
        not_comparable: rule.not_comparable(position),
        names_nobody,
        hasher,
        index,
    };
    let questions = looks.questions(position.into());
    Ok(ReadList { list: Arc::new(list), section, work_items, questions, padded, unreadable, names })
}

/// A list that is too old says nothing of those who were added since.
fn check_age(
    rule: &ListRule,
    day: Option<Date>,
    is_to_come: bool,
    as_of: Date,
    name: &Arc<str>,
) -> Result<(), ReleaseError> {
    let Some(max_age) = rule.max_age else { return Ok(()) };
    let kind = if is_to_come { InputFaultKind::ListToCome } else { InputFaultKind::UndatedList };
    let day = day.ok_or_else(|| ReleaseError::Input(InputFault::file(kind, name)))?;
    if day >= max_age.first_that_outlasts(as_of) {
        return Ok(());
    }
    Err(ReleaseError::StaleList { name: rule.name.to_string(), day, max_age, as_of })
}

/// `FILE.as_of` beside a list or a log: the day it was made, as `2018-06-20`.
pub(crate) fn companion_day(path: &Path) -> Result<Option<Date>, ReleaseError> {
    let Some(found) = companion(path, "as_of")? else { return Ok(None) };
    let day = found.text.and_then(|text| DateFormat::iso().date(&text));
    day.map(Some).ok_or_else(|| {
        let name: Arc<str> = shown(&found.path).to_string().into();
        ReleaseError::Input(InputFault::file(InputFaultKind::UndatedList, &name))
    })
}
