//! The lists of a policy, from their files: opened beside the policy, read
//! strictly, judged by their day, and held as digests. A list with a fault is
//! never used in part: whoever is in the rest would be missed. For the same
//! reason an entry that its rule cannot read refuses the run, unless the policy
//! allows so many of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use super::companions::companion;
use super::extract::{check_count, declared_records};
use super::open::{FileReading, NeverSeen};
use super::padded::EntriesWithZeros;
use super::policy::Policy;
use crate::document::Fault;
use crate::engine::fault::{DescribedBy, EngineError, FaultFacts, InputFault, InputFaultKind};
use crate::engine::port::Source;
use crate::engine::read::list::read_list;
use crate::format::io::file::InputFile;
use crate::format::io::opening::shown;
use crate::identifier::day_reader::DayReader;
use crate::manifest::document::ListSection;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;
use crate::policy::plan::lists::{ListDay, ListRule, OnNotComparable};
use crate::release::error::{ReleaseError, UnreadableEntries};
use crate::release::publish::deletion_status::WorkItems;
use crate::release::questions::lists::EntryShapes;
use crate::suppression::SuppressionList;
use crate::suppression::comparison::{CanonicalBuffers, Compared, Comparison, Unread};
use crate::suppression::index::{EntryHasher, ListIndex};

/// A list that was read, and what is known of its file.
pub(crate) struct ReadList {
    pub(crate) list: Arc<SuppressionList>,
    pub(crate) section: ListSection,
    /// Of a deletion list.
    pub(crate) work_items: Option<WorkItems>,
    /// What deserves a second look.
    pub(crate) questions: Vec<Fault>,
    /// Entries that cannot be compared with numbers.
    pub(crate) padded: EntriesWithZeros,
    /// Entries that cannot be read.
    unreadable: BTreeMap<Unread, u64>,
    /// How the file is shown.
    name: Arc<str>,
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
        first: Vec<u64>,
    ) -> Result<(), ReleaseError> {
        for (unread, count) in more {
            *self.unreadable.entry(*unread).or_default() += count;
        }
        check_unreadable(rule, &self.name, &self.unreadable, first)?;
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

/// How many unreadable entries are told by their number.
const FIRST_UNREADABLE: usize = 10;

/// Reads every list of the policy.
pub(crate) fn read_lists(policy: &Policy, reading: ListContext<'_>) -> Result<Vec<ReadList>, ReleaseError> {
    let plan = &policy.compiled.plan;
    let mut lists = Vec::with_capacity(plan.consent.lists.len());
    for (position, rule) in plan.consent.lists.iter().enumerate() {
        let position = u8::try_from(position).map_err(|_| ReleaseError::Bug { step: "more than 256 lists" })?;
        let list = OpenedList::new(policy, rule, reading.block_bytes)
            .and_then(|opened| opened.read(plan.as_of, position, reading))
            .map_err(|error| error.in_file_described_by(&DescribedBy::List(rule.name.as_str().into())))?;
        lists.push(list);
    }
    Ok(lists)
}

/// A list of which the header was read.
struct OpenedList<'a> {
    rule: &'a ListRule,
    path: PathBuf,
    name: Arc<str>,
    source: Box<dyn Source>,
    /// Where the columns that are compared are, then that of the day, then
    /// that of the work item.
    columns: Vec<usize>,
    /// Their types.
    types: Vec<ColumnType>,
}

impl<'a> OpenedList<'a> {
    fn new(policy: &Policy, rule: &'a ListRule, block_bytes: Option<usize>) -> Result<Self, ReleaseError> {
        let path = policy.folder.join(&rule.file.path);
        let name: Arc<str> = shown(&path).to_string().into();
        let day = match &rule.day {
            ListDay::Column(day) => Some(&day.column),
            ListDay::Companion | ListDay::Declared(_) => None,
        };
        let wanted = || rule.list_columns.iter().chain(day).chain(&rule.work_items);
        let source = FileReading::of_list(&rule.file.dialect, wanted(), block_bytes).open(&path, &name)?;
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
        let types = columns.iter().map(type_of).collect();
        Ok(Self { rule, path, name, source, columns, types })
    }

    fn read(self, as_of: Date, position: u8, reading: ListContext<'_>) -> Result<ReadList, ReleaseError> {
        let Self { rule, path, name, source, columns, types } = self;
        let fault = |kind| ReleaseError::Input(InputFault::file(kind, &name));
        let mut entries = EntryReader::new(rule, &name, as_of, EntryHasher::new(reading.key), &types);
        let mut take = |record: u64, cells: &[Option<&str>]| entries.take(record, cells);
        let (mut evidence, records) = match read_list(source, &columns, reading.stop, &mut take) {
            // No source ends well without a record; a list may be allowed to.
            Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput => {
                (InputFile::open(&path, &name)?.evidence()?, 0)
            }
            read => read?,
        };
        if records > 0 {
            let mut never_seen = NeverSeen::default();
            never_seen.add(std::mem::take(&mut evidence.never_seen));
            never_seen.check(&name)?;
        }
        check_count(declared_records(&path)?, records, &name)?;
        let names_nobody = entries.digests.is_empty() && entries.unreadable.is_empty();
        if names_nobody && !rule.file.dialect.may_be_empty {
            return Err(fault(InputFaultKind::EmptyList));
        }
        check_unreadable(rule, &name, &entries.unreadable, entries.first_unreadable.clone())?;
        let day = match &rule.day {
            ListDay::Column(day) => entries.latest_day(&day.column)?,
            ListDay::Companion => companion_day(&path)?,
            ListDay::Declared(day) => Some(*day),
        };
        // A day to come is a slip, and makes nothing fresh.
        let known = day.filter(|day| *day <= as_of);
        if reading.judges_age {
            let is_to_come = known != day || entries.days_to_come > 0;
            check_age(rule, known, is_to_come, as_of, &name)?;
        }
        let EntryReader { hasher, digests, ordered, without_value, unreadable, undated, items, looks, padded, .. } =
            entries;
        if let Some(again) = items.as_ref().and_then(WorkItems::first_repeated) {
            let again = InputFault::file(InputFaultKind::DuplicateEntry, &name).at_record(again);
            return Err(ReleaseError::Input(again));
        }
        let index = ListIndex::new(digests).ok_or(ReleaseError::Bug { step: "a list of 2³² entries" })?;
        let work_items = items.map(|items| items.placed(&ordered, &index));
        let section = ListSection {
            name: rule.name.to_string(),
            kind: rule.kind,
            as_of: known.map(|day| day.to_string()),
            on_unreadable: Some(rule.on_unreadable).filter(|told| *told != OnNotComparable::default()),
            file: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            bytes: evidence.bytes,
            blake3: evidence.blake3,
            skipped_lines: evidence.skipped_lines,
            records,
            without_value,
            unreadable: by_column(&rule.list_columns, unreadable.iter().map(|(unread, n)| (*unread, *n))),
            undated,
            entries: index.len() as u64,
            // Counted once the extract was read.
            found: 0,
            compared: 0,
            incomplete: 0,
            records_without_value: 0,
            not_comparable: BTreeMap::new(),
            not_answered: work_items.as_ref().map(|_| 0),
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
        Ok(ReadList {
            list: Arc::new(list),
            section,
            work_items,
            questions,
            padded,
            unreadable,
            name: Arc::clone(&name),
        })
    }
}

/// Counts by the name of a column and by reason.
pub(crate) fn by_column(
    columns: &[ColumnName],
    counts: impl Iterator<Item = (Unread, u64)>,
) -> BTreeMap<String, BTreeMap<&'static str, u64>> {
    let mut told: BTreeMap<String, BTreeMap<&'static str, u64>> = BTreeMap::new();
    for (Unread { column, reason }, count) in counts {
        let name = columns.get(column).map_or_else(String::new, ToString::to_string);
        *told.entry(name).or_default().entry(reason.as_str()).or_default() += count;
    }
    told
}

/// What the entries of a list come to, taken one by one.
struct EntryReader<'a> {
    rule: &'a ListRule,
    name: &'a Arc<str>,
    as_of: Date,
    comparison: Comparison,
    /// Reads the day of each entry, where a column has it.
    days: Option<DayReader>,
    hasher: EntryHasher,
    room: CanonicalBuffers,
    digests: Vec<u128>,
    /// Of a deletion list: what each work item names.
    ordered: Vec<Option<u128>>,
    items: Option<WorkItems>,
    without_value: u64,
    unreadable: BTreeMap<Unread, u64>,
    first_unreadable: Vec<u64>,
    latest: Option<Date>,
    days_to_come: u64,
    undated: u64,
    first_undated: Option<u64>,
    looks: EntryShapes<'a>,
    padded: EntriesWithZeros,
}

impl<'a> EntryReader<'a> {
    fn new(rule: &'a ListRule, name: &'a Arc<str>, as_of: Date, hasher: EntryHasher, types: &[ColumnType]) -> Self {
        let day_type = types.get(rule.list_columns.len()).copied().unwrap_or(ColumnType::Text);
        let days = match &rule.day {
            ListDay::Column(day) => Some(DayReader::new(&day.format, day_type)),
            ListDay::Companion | ListDay::Declared(_) => None,
        };
        Self {
            rule,
            name,
            as_of,
            comparison: rule.comparison.of_entry_types(types),
            days,
            hasher,
            room: CanonicalBuffers::default(),
            digests: Vec::new(),
            ordered: Vec::new(),
            items: rule.work_items.as_ref().map(|_| WorkItems::default()),
            without_value: 0,
            unreadable: BTreeMap::new(),
            first_unreadable: Vec::new(),
            latest: None,
            days_to_come: 0,
            undated: 0,
            first_undated: None,
            looks: EntryShapes::new(rule),
            padded: EntriesWithZeros::default(),
        }
    }

    fn take(&mut self, record: u64, cells: &[Option<&str>]) -> Result<(), EngineError> {
        let (own, others) = cells.split_at(self.rule.list_columns.len());
        let mut others = others.iter().copied();
        self.looks.look(own);
        let digest = match self.comparison.of_entry(own, &mut self.room) {
            Compared::Value(comparable) => {
                self.padded.look(&self.comparison, own, record);
                Some(self.hasher.digest(comparable))
            }
            Compared::Missing => {
                self.without_value += 1;
                None
            }
            // An entry is never so; the other side is.
            Compared::Incomplete(column) => self.unread(Unread { column, reason: Unreadable::Missing }, record),
            Compared::Unreadable(unread) => self.unread(unread, record),
        };
        self.digests.extend(digest);
        if let Some(days) = &self.days {
            // Of a month or a year its first day: a list is no fresher than it can show.
            match days.read(others.next().flatten()).map(|days| Date::from(days.first)) {
                Read::Value(day) if day <= self.as_of => self.latest = self.latest.max(Some(day)),
                Read::Value(_) => self.days_to_come += 1,
                Read::Missing => {}
                Read::Unreadable(_) => {
                    self.undated += 1;
                    self.first_undated.get_or_insert(record);
                }
            }
        }
        if let (Some(items), Some(column)) = (&mut self.items, &self.rule.work_items) {
            if !others.next().flatten().is_some_and(|id| items.push(id)) {
                let fault = InputFault::file(InputFaultKind::MalformedEntry, self.name);
                return Err(fault.at_record(record).about(column.as_str()).into());
            }
            self.ordered.push(digest);
        }
        Ok(())
    }

    /// Counts an entry that cannot be read; it has no digest.
    fn unread(&mut self, unread: Unread, record: u64) -> Option<u128> {
        *self.unreadable.entry(unread).or_default() += 1;
        if self.first_unreadable.len() < FIRST_UNREADABLE {
            self.first_unreadable.push(record);
        }
        None
    }

    /// The latest day that has come. Where there is none and some cannot be read,
    /// most likely all of them are written otherwise than declared.
    fn latest_day(&self, column: &ColumnName) -> Result<Option<Date>, ReleaseError> {
        match (self.latest, self.first_undated) {
            (None, Some(record)) if self.days_to_come == 0 => {
                let fault = InputFault::file(InputFaultKind::UndatedList, self.name);
                Err(ReleaseError::Input(fault.at_record(record).about(column.as_str())))
            }
            (latest, _) => Ok(latest),
        }
    }
}

/// A list of which more entries than are allowed cannot be read.
fn check_unreadable(
    rule: &ListRule,
    name: &Arc<str>,
    unreadable: &BTreeMap<Unread, u64>,
    first: Vec<u64>,
) -> Result<(), ReleaseError> {
    let found = unreadable.values().sum();
    if found <= rule.max_unreadable {
        return Ok(());
    }
    let counts = unreadable.iter().map(|(unread, count)| (*unread, *count));
    Err(ReleaseError::UnreadableEntries(Box::new(UnreadableEntries {
        list: rule.name.to_string(),
        file: Arc::clone(name),
        found,
        allowed: rule.max_unreadable,
        by_column: by_column(&rule.list_columns, counts),
        first,
    })))
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
