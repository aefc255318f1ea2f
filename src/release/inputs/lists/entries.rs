//! The entries of a list, file by file: each becomes a digest, or is counted for what it
//! is not.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::padded::EntriesWithZeros;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::identifier::day_reader::DayReader;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::policy::plan::lists::{ListDay, ListRule};
use crate::release::error::ReleaseError;
use crate::release::publish::deletion_status::WorkItems;
use crate::release::questions::lists::EntryShapes;
use crate::release::unreadable_entries::{EntryPlace, UnreadableEntries};
use crate::suppression::comparison::{CanonicalBuffers, Compared, Comparison, Unread};
use crate::suppression::index::EntryHasher;

/// How many unreadable entries are told by their place.
const FIRST_UNREADABLE: usize = 10;

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
pub(super) struct EntryReader<'a> {
    rule: &'a ListRule,
    /// The files that were begun; the last is read.
    pub(super) files: Vec<Arc<str>>,
    as_of: Date,
    comparison: Comparison,
    /// Reads the day of each entry, where a column has it.
    days: Option<DayReader>,
    pub(super) hasher: EntryHasher,
    room: CanonicalBuffers,
    pub(super) digests: Vec<u128>,
    /// Of a deletion list: the work items of each file, and what each names.
    pub(super) items: Vec<(WorkItems, Vec<Option<u128>>)>,
    pub(super) without_value: u64,
    pub(super) unreadable: BTreeMap<Unread, u64>,
    pub(super) first_unreadable: Vec<EntryPlace>,
    latest: Option<Date>,
    pub(super) days_to_come: u64,
    pub(super) undated: u64,
    /// Entries that were removed since, and so are not on the list.
    pub(super) removed: u64,
    /// Entries of which nobody can say whether they were.
    pub(super) removal_unknown: u64,
    first_undated: Option<EntryPlace>,
    pub(super) looks: EntryShapes<'a>,
    pub(super) padded: EntriesWithZeros,
}

impl<'a> EntryReader<'a> {
    pub(super) fn new(rule: &'a ListRule, as_of: Date, hasher: EntryHasher) -> Self {
        Self {
            rule,
            files: Vec::new(),
            as_of,
            comparison: rule.comparison.clone(),
            days: None,
            hasher,
            room: CanonicalBuffers::default(),
            digests: Vec::new(),
            items: Vec::new(),
            without_value: 0,
            unreadable: BTreeMap::new(),
            first_unreadable: Vec::new(),
            latest: None,
            days_to_come: 0,
            undated: 0,
            removed: 0,
            removal_unknown: 0,
            first_undated: None,
            looks: EntryShapes::new(rule),
            padded: EntriesWithZeros::default(),
        }
    }

    /// Begins a file whose columns are of these types.
    pub(super) fn begin(&mut self, name: &Arc<str>, types: &[ColumnType]) {
        let day_type = types.get(self.rule.list_columns.len()).copied().unwrap_or(ColumnType::Text);
        self.days = match &self.rule.day {
            ListDay::Column(day) => Some(DayReader::new(&day.format, day_type)),
            ListDay::Companion | ListDay::Declared(_) => None,
        };
        self.comparison = self.rule.comparison.of_entry_types(types);
        self.files.push(Arc::clone(name));
        if self.rule.work_items.is_some() {
            self.items.push(Default::default());
        }
    }

    fn place(&self, record: u64) -> EntryPlace {
        EntryPlace { file: self.files.len().saturating_sub(1), record }
    }

    /// The name of the file that is read.
    fn name(&self) -> Arc<str> {
        self.files.last().cloned().unwrap_or_default()
    }

    /// Takes an entry of the file that was begun last.
    pub(super) fn take(&mut self, record: u64, cells: &[Option<&str>]) -> Result<(), EngineError> {
        let (own, others) = cells.split_at(self.rule.list_columns.len());
        let mut others = others.iter().copied();
        let place = self.place(record);
        let digest = if self.was_removed(cells) { None } else { self.compare(own, place) };
        self.digests.extend(digest);
        if let Some(days) = &self.days {
            // Of a month or a year its first day: a list is no fresher than it can show.
            match days.read(others.next().flatten()).map(|days| Date::from(days.first)) {
                Read::Value(day) if day <= self.as_of => self.latest = self.latest.max(Some(day)),
                Read::Value(_) => self.days_to_come += 1,
                Read::Missing => {}
                Read::Unreadable(_) => {
                    self.undated += 1;
                    self.first_undated.get_or_insert(place);
                }
            }
        }
        if let (Some((items, names)), Some(column)) = (self.items.last_mut(), &self.rule.work_items) {
            if !others.next().flatten().is_some_and(|id| items.push(id)) {
                let fault = InputFault::file(InputFaultKind::MalformedEntry, &self.name());
                return Err(fault.at_record(record).about(column.as_str()).into());
            }
            names.push(digest);
        }
        Ok(())
    }

    /// Whether an entry was removed since. Only a word that says so takes it away.
    fn was_removed(&mut self, cells: &[Option<&str>]) -> bool {
        let Some(flag) = &self.rule.removed else { return false };
        let word = cells.last().copied().flatten().unwrap_or_default().trim();
        let says = |words: &[String]| words.iter().any(|known| known == word);
        if says(&flag.yes) {
            self.removed += 1;
            return true;
        }
        if !word.is_empty() && !says(&flag.no) {
            self.removal_unknown += 1;
        }
        false
    }

    /// The digest of what is compared of an entry, if it names somebody.
    fn compare(&mut self, own: &[Option<&str>], place: EntryPlace) -> Option<u128> {
        self.looks.look(own);
        match self.comparison.of_entry(own, &mut self.room) {
            Compared::Value(comparable) => {
                self.padded.look(&self.comparison, own, place);
                Some(self.hasher.digest(comparable))
            }
            Compared::Missing => {
                self.without_value += 1;
                None
            }
            // An entry is never so; the other side is.
            Compared::Incomplete(column) => self.unread(Unread { column, reason: Unreadable::Missing }, place),
            Compared::Unreadable(unread) => self.unread(unread, place),
        }
    }

    /// Counts an entry that cannot be read; it has no digest.
    fn unread(&mut self, unread: Unread, place: EntryPlace) -> Option<u128> {
        *self.unreadable.entry(unread).or_default() += 1;
        if self.first_unreadable.len() < FIRST_UNREADABLE {
            self.first_unreadable.push(place);
        }
        None
    }

    /// The latest day that has come. Where there is none and some cannot be read,
    /// most likely all of them are written otherwise than declared.
    pub(super) fn latest_day(&self, column: &ColumnName) -> Result<Option<Date>, ReleaseError> {
        match (self.latest, self.first_undated) {
            (None, Some(place)) if self.days_to_come == 0 => {
                let name = self.files.get(place.file).cloned().unwrap_or_default();
                let fault = InputFault::file(InputFaultKind::UndatedList, &name);
                Err(ReleaseError::Input(fault.at_record(place.record).about(column.as_str())))
            }
            (latest, _) => Ok(latest),
        }
    }
}

/// A list of which more entries than are allowed cannot be read.
pub(super) fn check_unreadable(
    rule: &ListRule,
    files: &[Arc<str>],
    unreadable: &BTreeMap<Unread, u64>,
    first: Vec<EntryPlace>,
) -> Result<(), ReleaseError> {
    let found = unreadable.values().sum();
    if found <= rule.max_unreadable {
        return Ok(());
    }
    let counts = unreadable.iter().map(|(unread, count)| (*unread, *count));
    Err(ReleaseError::UnreadableEntries(Box::new(UnreadableEntries {
        list: rule.name.to_string(),
        files: files.to_vec(),
        found,
        allowed: rule.max_unreadable,
        by_column: by_column(&rule.list_columns, counts),
        first,
    })))
}
