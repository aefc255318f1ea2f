//! The levels of one column, of its values or of a file, as codes for the search.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use jiff::civil::Date;

use super::LevelSource;
use super::fault::WithoutLevels;
use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole};
use crate::hierarchy::Hierarchy;
use crate::hierarchy::builders::NotBuilt;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::outcome::tally::Unreadable;
use crate::policy::extract_alone::ExtractDescription;
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::search::classes::quasi_column::QuasiColumn;
use crate::privacy::utility::separation::separation;
use crate::release::hierarchy::ValueKind;
use crate::release::hierarchy::fault::MOST_BYTES;

/// The values of one column, each once, and which of them each record has. A missing
/// cell is a value of its own.
#[derive(Debug, Default)]
pub(super) struct CellColumn {
    known: HashMap<Box<str>, u32>,
    missing: Option<u32>,
    /// By code, how many records have the value.
    records: Vec<u64>,
    codes: Vec<u32>,
}

/// A quasi-identifier with its levels, for people.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LevelledColumn {
    pub(crate) name: ColumnName,
    /// Where its levels come from, also where nobody said it.
    pub(crate) source: LevelSource,
    /// Whether nobody said it.
    pub(crate) is_found: bool,
    /// What levels are called, from level 1 on, where they have names.
    pub(crate) level_names: Vec<String>,
    /// Different values, a missing one among them.
    pub(crate) values: usize,
    /// Missing cells.
    pub(crate) missing: u64,
    /// Cells that are not what the levels are made of, by the reason. Above level 0 they
    /// are delivered as missing.
    pub(crate) unreadable: BTreeMap<Unreadable, u64>,
    /// Whether the last level is to drop the column, since all values are one there.
    pub(crate) is_dropped_last: bool,
    /// Of all pairs of records, those that differ in it.
    pub(crate) separation: f64,
}

/// Levels, and what is to be said of them.
struct FoundLevels {
    quasi: QuasiColumn,
    level_names: Vec<String>,
    unreadable: BTreeMap<Unreadable, u64>,
}

impl FoundLevels {
    /// Levels that every value has.
    fn of(quasi: QuasiColumn) -> Self {
        Self { quasi, level_names: Vec::new(), unreadable: BTreeMap::new() }
    }
}

impl CellColumn {
    /// Adds the cell of the next record. `None` where there are too many values.
    pub(super) fn add(&mut self, cell: Option<&str>) -> Option<()> {
        let next = u32::try_from(self.records.len()).ok()?;
        let code = match cell {
            None => *self.missing.get_or_insert(next),
            // Nearly every cell is known, and needs no text of its own.
            Some(cell) => self.known.get(cell).copied().unwrap_or_else(|| {
                self.known.insert(cell.into(), next);
                next
            }),
        };
        if code == next {
            self.records.push(0);
        }
        self.records[code as usize] += 1;
        self.codes.push(code);
        Some(())
    }

    pub(super) fn into_codes(self) -> Vec<u32> {
        self.codes
    }

    /// The column with its levels. Where nobody said where they come from, values that
    /// are all dates, or all postcodes, say it themselves.
    pub(super) fn levelled(
        &self,
        name: &ColumnName,
        source: Option<&LevelSource>,
        described: &ExtractDescription,
        (input, as_of): (ColumnType, Date),
    ) -> Result<(QuasiColumn, LevelledColumn), WithoutLevels> {
        let of = |source: &LevelSource| match (source, source.kind(as_of)) {
            (LevelSource::File(path), _) => Ok(FoundLevels::of(self.by_hierarchy(&read_hierarchy(path)?, path)?)),
            (_, Some(kind)) => self.built(name, kind, described, input),
            (_, None) => Ok(FoundLevels::of(self.whole()?)),
        };
        let plain = |source: LevelSource| {
            let found = of(&source).ok().filter(|found| found.unreadable.is_empty());
            found.map(|found| (source, found))
        };
        let is_found = source.is_none();
        let (source, FoundLevels { quasi, level_names, unreadable }) = if let Some(source) = source {
            (source.clone(), of(source)?)
        } else {
            let found = plain(LevelSource::Date).or_else(|| plain(LevelSource::Postcode));
            found.ok_or(WithoutLevels::NotPlain)?
        };
        let missing = self.missing.and_then(|code| self.records.get(code as usize)).copied().unwrap_or_default();
        let values = self.records.len();
        let mut sizes = ClassSizes::default();
        self.records.iter().for_each(|records| sizes.add(*records));
        let column = LevelledColumn {
            name: name.clone(),
            source,
            is_found,
            level_names,
            values,
            missing,
            unreadable,
            is_dropped_last: quasi.top() > 0 && quasi.leaves(quasi.top()) == [quasi.all_leaves()],
            separation: separation(&sizes),
        };
        Ok((quasi, column))
    }

    /// The levels that a builder makes.
    fn built(
        &self,
        name: &ColumnName,
        kind: ValueKind,
        described: &ExtractDescription,
        input: ColumnType,
    ) -> Result<FoundLevels, WithoutLevels> {
        let levels = kind.levels(described, name, input).ok_or(WithoutLevels::TooWide)?;
        let mut values: Vec<&str> = self.known.keys().map(AsRef::as_ref).collect();
        values.sort_unstable();
        let built = levels.of(&values).map_err(|fault| match fault {
            NotBuilt::NotNested => WithoutLevels::NotNested,
            NotBuilt::TooLong => WithoutLevels::TooLong,
        })?;
        let hierarchy = built.hierarchy.ok_or(WithoutLevels::NothingRead)?;
        let mut unreadable = BTreeMap::new();
        for (value, reason) in built.unreadable {
            *unreadable.entry(reason).or_default() += self.records_of(value).unwrap_or_default();
        }
        Ok(FoundLevels { quasi: self.of_rows(&hierarchy)?, level_names: built.level_names, unreadable })
    }

    /// The levels of a file.
    fn by_hierarchy(&self, hierarchy: &Hierarchy, path: &Path) -> Result<QuasiColumn, WithoutLevels> {
        let without_row = self.known.keys().filter(|value| hierarchy.find(value).is_none());
        let (values, records) = without_row
            .map(|value| self.records_of(value).unwrap_or_default())
            .fold((0, 0), |(values, records), own| (values + 1, records + own));
        if values > 0 {
            return Err(WithoutLevels::NoRow { path: path.to_owned(), values, records });
        }
        self.of_rows(hierarchy)
    }

    fn records_of(&self, value: &str) -> Option<u64> {
        self.known.get(value).and_then(|code| self.records.get(*code as usize)).copied()
    }

    /// The codes of all values at every level. A missing cell stays missing, so it is a
    /// leaf of its own; a value without a row is delivered as missing at every level but
    /// 0. Where all values are one at the last level, the column is dropped there, and no
    /// cell of it can be told from another.
    fn of_rows(&self, hierarchy: &Hierarchy) -> Result<QuasiColumn, WithoutLevels> {
        let counted = |count: usize| u32::try_from(count).map_err(|_| WithoutLevels::NotNested);
        let mut rows: Vec<Option<u32>> = vec![None; self.records.len()];
        for (value, code) in &self.known {
            rows[*code as usize] = hierarchy.find(value);
        }
        let without_row = counted(rows.iter().filter(|row| row.is_none()).count())?;
        let all = counted(hierarchy.len())? + without_row;
        let mut levels = Vec::with_capacity(hierarchy.height());
        let mut leaves = Vec::with_capacity(hierarchy.height());
        for level in 0..hierarchy.height() {
            let codes = counted(hierarchy.codes_at(level))?;
            let mut under: Vec<u32> = (0..codes).map(|code| hierarchy.leaves_under(level, code)).collect();
            let mut next = codes;
            let mut of_row = |row: &Option<u32>| match row {
                Some(row) => hierarchy.code(*row, level),
                None if level == 0 => {
                    next += 1;
                    next - 1
                }
                None => codes,
            };
            if level == 0 {
                under.extend((0..without_row).map(|_| 1));
            } else if codes == 1 && level + 1 == hierarchy.height() {
                levels.push(vec![0; rows.len()]);
                leaves.push(vec![all]);
                continue;
            } else {
                under.push(without_row.max(1));
            }
            levels.push(rows.iter().map(&mut of_row).collect());
            leaves.push(under);
        }
        QuasiColumn::new(&levels, &leaves, all).map_err(|_| WithoutLevels::NotNested)
    }

    /// Two levels: as it is, or nothing of it. A missing cell is as missing as a dropped
    /// one.
    fn whole(&self) -> Result<QuasiColumn, WithoutLevels> {
        let values = u32::try_from(self.records.len()).map_err(|_| WithoutLevels::NotNested)?;
        let levels = [(0..values).collect(), vec![0; values as usize]];
        QuasiColumn::new(&levels, &[vec![1; values as usize], vec![values]], values)
            .map_err(|_| WithoutLevels::NotNested)
    }
}

fn read_hierarchy(path: &Path) -> Result<Hierarchy, WithoutLevels> {
    let not_read = |what| WithoutLevels::NotRead { path: path.to_owned(), what };
    let bytes = read_whole(path, MOST_BYTES, SymbolicLinks::Followed).map_err(|fault| match fault {
        NotOpened::Io(error) if error.kind() == std::io::ErrorKind::NotFound => not_read("is not there"),
        NotOpened::Io(_) => not_read("cannot be read"),
        NotOpened::NotRegular => not_read("is not a regular file"),
        NotOpened::TooLarge => not_read("is larger than 64 MiB"),
    })?;
    Hierarchy::parse(&bytes).map_err(|faults| WithoutLevels::Faults { path: path.to_owned(), faults })
}
