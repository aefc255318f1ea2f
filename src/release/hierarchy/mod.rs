//! Makes a hierarchy of the values of one column and writes it to a file, which holds
//! them: personal data, closed to everybody but its owner.

pub(crate) mod fault;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use self::fault::{MOST_BYTES, MOST_VALUES, NoHierarchy};
use super::error::ReleaseError;
use super::inputs::table::{column, described_by, read_table};
use super::publish::target::refuse_inside_delivery;
use super::publish::whole_file::{refuse_existing, write_closed};
use crate::engine::fault::DescribedBy;
use crate::hierarchy::builders::dates::DateLevels;
use crate::hierarchy::builders::numbers::NumberLevels;
use crate::hierarchy::builders::prefixes::PrefixLevels;
use crate::hierarchy::builders::{Levels, NotBuilt};
use crate::identifier::day_reader::{DayReader, Plausible};
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::number::decimal::Decimal;
use crate::model::outcome::tally::Unreadable;
use crate::policy::extract_alone::ExtractDescription;
use crate::policy::plan::column_uses::ColumnUse;

/// Of what kind the values are, and what else is to be known of them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ValueKind {
    /// Dates, which lie before this day, or with `future` up to 100 years after it.
    Date { as_of: Date, future: bool },
    /// Numbers, in bands of this width first.
    Number { width: Decimal, origin: Decimal, levels: Option<u8> },
    /// Postcodes of the UK.
    Postcode,
    /// Texts that read from coarse to fine.
    Prefix { length: Option<usize> },
}

/// What a hierarchy is made of.
#[derive(Debug)]
pub(crate) struct HierarchyJob<'a> {
    /// The files of the extract.
    pub(crate) extract: &'a [PathBuf],
    /// The policy that says how they are written, if one does.
    pub(crate) policy: Option<&'a Path>,
    /// The column.
    pub(crate) column: &'a ColumnName,
    /// What its values are.
    pub(crate) kind: ValueKind,
    /// The file to be written.
    pub(crate) output: &'a Path,
    /// Set when the work is to stop.
    pub(crate) stop: &'a AtomicBool,
}

/// What is known of a hierarchy that was made.
#[derive(Debug)]
pub(crate) struct MadeHierarchy {
    /// Its rows.
    pub(crate) values: usize,
    /// What each level is, from level 1 on.
    pub(crate) levels: Vec<String>,
    /// Records read, malformed ones included.
    pub(crate) records: u64,
    /// Malformed records.
    pub(crate) malformed: u64,
    /// Missing cells.
    pub(crate) missing: u64,
    /// Cells without a row, by the reason.
    pub(crate) unreadable: BTreeMap<Unreadable, u64>,
}

/// How often each value was seen.
struct CellCounts {
    cells: HashMap<String, u64>,
    missing: u64,
    /// Different values at most.
    most: usize,
}

impl CellCounts {
    fn new(most: usize) -> Self {
        Self { cells: HashMap::new(), missing: 0, most }
    }

    fn add(&mut self, cell: Option<&str>) -> Result<(), NoHierarchy> {
        let Some(cell) = cell else {
            self.missing += 1;
            return Ok(());
        };
        if let Some(count) = self.cells.get_mut(cell) {
            *count += 1;
            return Ok(());
        }
        if self.cells.len() == self.most {
            return Err(NoHierarchy::TooManyValues);
        }
        self.cells.insert(cell.to_owned(), 1);
        Ok(())
    }
}

impl HierarchyJob<'_> {
    /// Makes the hierarchy and writes its file, which must not exist.
    ///
    /// # Errors
    /// [`ReleaseError`]; then no file is written.
    pub(crate) fn make(&self) -> Result<MadeHierarchy, ReleaseError> {
        refuse_inside_delivery(self.output)?;
        refuse_existing(self.output)?;
        let described = described_by(self.policy, std::slice::from_ref(self.column))?;
        let no = ReleaseError::NoHierarchy;
        let mut counted = CellCounts::new(MOST_VALUES);
        let mut take = |record: &[Option<&str>]| counted.add(record.first().copied().flatten()).map_err(no);
        let columns = [self.kind.column_use(&described, self.column)];
        let table = read_table(
            self.extract,
            (&described.dialect, &DescribedBy::OptionalPolicy),
            &columns,
            self.stop,
            &mut take,
        )?;
        let input = table.types.first().copied().unwrap_or(ColumnType::Text);
        let levels = self.kind.levels(&described, self.column, input).ok_or(no(NoHierarchy::TooWide))?;
        let CellCounts { cells, missing, .. } = counted;
        let mut values: Vec<&str> = cells.keys().map(String::as_str).collect();
        values.sort_unstable();
        let built = levels.of(&values).map_err(|fault| match fault {
            NotBuilt::NotNested => ReleaseError::Bug { step: "levels that are not nested" },
            NotBuilt::TooLong => no(NoHierarchy::TooLong),
        })?;
        let hierarchy = built.hierarchy.ok_or(no(NoHierarchy::NothingRead))?;
        let file = hierarchy.to_csv();
        if file.len() as u64 > MOST_BYTES {
            return Err(no(NoHierarchy::TooLarge));
        }
        let mut unreadable = BTreeMap::new();
        for (value, reason) in built.unreadable {
            *unreadable.entry(reason).or_default() += cells.get(value).copied().unwrap_or_default();
        }
        write_closed(self.output, file.as_bytes())?;
        Ok(MadeHierarchy {
            values: hierarchy.len(),
            levels: built.level_names,
            records: table.records,
            malformed: table.malformed,
            missing,
            unreadable,
        })
    }
}

impl ValueKind {
    /// What a column of such values is used for, for formats whose cells have types of
    /// their own.
    pub(crate) fn column_use(self, described: &ExtractDescription, name: &ColumnName) -> ColumnUse {
        let dates = described.dates_of(name);
        let is_date = matches!(self, Self::Date { .. });
        ColumnUse {
            is_text: matches!(self, Self::Postcode | Self::Prefix { .. }),
            is_date,
            days: dates.spreadsheet_days().filter(|_| is_date),
            has_decimal_comma: described.numbers_of(name).has_decimal_comma(),
            ..column(name)
        }
    }

    /// The levels of such values; `None` where bands would be too wide.
    pub(crate) fn levels(
        self,
        described: &ExtractDescription,
        column: &ColumnName,
        input: ColumnType,
    ) -> Option<Levels> {
        Some(match self {
            Self::Date { as_of, future } => {
                let plausible = if future { Plausible::past_and_future(as_of) } else { Plausible::past(as_of) };
                let reader = DayReader::new(&described.dates_of(column), input).within(plausible);
                Levels::Dates(DateLevels::new(reader))
            }
            Self::Number { width, origin, levels } => {
                Levels::Numbers(NumberLevels::new(described.numbers_of(column), width, origin, levels)?)
            }
            Self::Postcode => Levels::Postcodes,
            Self::Prefix { length } => Levels::Prefixes(PrefixLevels { length }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_values_than_allowed_are_refused_and_more_cells_of_them_are_not() {
        let mut counted = CellCounts::new(2);
        for cell in [Some("a"), None, Some("b"), Some("a"), Some("a"), None] {
            counted.add(cell).unwrap();
        }
        assert_eq!((counted.cells["a"], counted.cells["b"], counted.missing), (3, 1, 2));
        assert_eq!(counted.add(Some("c")), Err(NoHierarchy::TooManyValues));
    }
}
