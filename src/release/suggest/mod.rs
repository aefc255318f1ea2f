//! What `scant suggest` searches: the quasi-identifiers of an extract, each with its
//! levels, and the records counted by class.

mod columns;
pub(crate) mod fault;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use self::columns::CellColumn;
pub(crate) use self::columns::LevelledColumn;
use self::fault::{NoSuggestion, NotLevelled};
use super::error::ReleaseError;
use super::hierarchy::ValueKind;
use super::inputs::table::{column, described_by, read_table};
use crate::engine::fault::DescribedBy;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::number::decimal::Decimal;
use crate::model::outcome::read::Read;
use crate::policy::extract_alone::ExtractDescription;
use crate::policy::plan::column_uses::ColumnUse;
use crate::privacy::search::classes::quasi_column::QuasiColumn;
use crate::privacy::search::search_table::SearchTable;

/// Where the levels of a column come from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LevelSource {
    /// A file in the form of ARX.
    File(PathBuf),
    /// They are made of the dates.
    Date,
    /// They are made of the numbers, in bands of this width first.
    Number(Decimal),
    /// They are made of postcodes of the UK.
    Postcode,
    /// They are made of codes that read from coarse to fine, from one character less than this on.
    Prefix(Option<usize>),
    /// A column is kept or dropped as a whole.
    Whole,
}

impl LevelSource {
    /// What the values are, where a builder makes the levels.
    fn kind(&self, as_of: Date) -> Option<ValueKind> {
        Some(match self {
            Self::File(_) | Self::Whole => return None,
            Self::Date => ValueKind::Date { as_of, future: false },
            Self::Number(width) => ValueKind::Number { width: *width, origin: Decimal::parse("0")?, levels: None },
            Self::Postcode => ValueKind::Postcode,
            Self::Prefix(length) => ValueKind::Prefix { length: *length },
        })
    }
}

/// What is to be counted.
#[derive(Debug)]
pub(crate) struct SuggestJob<'a> {
    /// The files of the extract.
    pub(crate) extract: &'a [PathBuf],
    /// The policy that says how they are written, if one does.
    pub(crate) policy: Option<&'a Path>,
    /// The quasi-identifiers.
    pub(crate) quasi: &'a [ColumnName],
    /// The levels of some of them; those of others must be plain from their values.
    pub(crate) levels: &'a [(ColumnName, LevelSource)],
    /// Whom a record is about, if people are to be counted and not records.
    pub(crate) subject: Option<&'a ColumnName>,
    /// The last day that a date may be.
    pub(crate) as_of: Date,
    /// Set when the work is to stop.
    pub(crate) stop: &'a AtomicBool,
}

/// What can be searched, and what is to be said of it.
#[derive(Debug)]
pub(crate) struct CountedExtract {
    /// The classes.
    pub(crate) table: SearchTable,
    /// The quasi-identifiers, in the order they were given.
    pub(crate) columns: Vec<LevelledColumn>,
    /// Records that were read, without malformed ones.
    pub(crate) records: u64,
    /// Malformed records.
    pub(crate) malformed: u64,
    /// Different subjects, where they are counted.
    pub(crate) subjects: Option<u64>,
    /// Records that name no subject, or none that can be read. They count as one person
    /// all together.
    pub(crate) without_subject: u64,
}

impl SuggestJob<'_> {
    /// Reads the columns and counts the classes of their records.
    ///
    /// # Errors
    /// [`ReleaseError`]: a fault of a file, or a column whose levels are not plain.
    pub(crate) fn count(&self) -> Result<CountedExtract, ReleaseError> {
        let sources = self.sources()?;
        let described = described_by(self.policy, self.quasi)?;
        let mut uses: Vec<ColumnUse> = self
            .quasi
            .iter()
            .zip(&sources)
            .map(|(name, source)| {
                let kind = source.and_then(|source| source.kind(self.as_of));
                kind.map_or_else(|| column(name), |kind| kind.column_use(&described, name))
            })
            .collect();
        uses.extend(self.subject.map(|name| ColumnUse { is_text: true, ..column(name) }));
        let mut cells: Vec<CellColumn> = self.quasi.iter().map(|_| CellColumn::default()).collect();
        let (form, mut scratch) = (described.subject_form(), String::new());
        let (mut subjects, mut without_subject) = (Subjects::default(), 0);
        let mut take = |record: &[Option<&str>]| {
            for (cells, cell) in cells.iter_mut().zip(record) {
                cells.add(*cell).ok_or(NoSuggestion::TooManyValues)?;
            }
            if self.subject.is_some() {
                let named = match form.read(record.last().copied().flatten(), &mut scratch) {
                    Read::Value(subject) => Some(subject),
                    Read::Missing | Read::Unreadable(_) => None,
                };
                without_subject += u64::from(named.is_none());
                subjects.add(named).ok_or(NoSuggestion::TooManyValues)?;
            }
            Ok(())
        };
        let read =
            read_table(self.extract, (&described.dialect, &DescribedBy::OptionalPolicy), &uses, self.stop, &mut take)?;
        let levelled = self.levelled(&described, &sources, &cells, &read.types)?;
        let (quasi, columns): (Vec<_>, Vec<_>) = levelled.into_iter().unzip();
        let codes: Vec<Vec<u32>> = cells.into_iter().map(CellColumn::into_codes).collect();
        let numbers = self.subject.map(|_| subjects.numbers.as_slice());
        let table = SearchTable::count(quasi, &codes, numbers).map_err(NoSuggestion::Count)?;
        Ok(CountedExtract {
            records: table.records(),
            table,
            columns,
            malformed: read.malformed,
            subjects: self.subject.map(|_| subjects.known.len() as u64),
            without_subject,
        })
    }

    /// Where the levels of each quasi-identifier come from, if that was said.
    fn sources(&self) -> Result<Vec<Option<&LevelSource>>, NoSuggestion> {
        let is_twice = |index: usize, name: &ColumnName| self.quasi[..index].contains(name);
        if self.quasi.iter().enumerate().any(|(index, name)| is_twice(index, name)) {
            return Err(NoSuggestion::Twice { what: "is named more than once" });
        }
        if self.levels.iter().any(|(name, _)| !self.quasi.contains(name)) {
            return Err(NoSuggestion::NotQuasi);
        }
        if self.subject.is_some_and(|subject| self.quasi.contains(subject)) {
            return Err(NoSuggestion::QuasiSubject);
        }
        let said = |name: &ColumnName| {
            let mut own = self.levels.iter().filter(|(own, _)| own == name).map(|(_, source)| source);
            let source = own.next();
            match own.next() {
                None => Ok(source),
                Some(_) => Err(NoSuggestion::Twice { what: "is given levels more than once" }),
            }
        };
        self.quasi.iter().map(said).collect()
    }

    /// The levels of every column; every column that has none is told at once.
    fn levelled(
        &self,
        described: &ExtractDescription,
        sources: &[Option<&LevelSource>],
        cells: &[CellColumn],
        types: &[ColumnType],
    ) -> Result<Vec<(QuasiColumn, LevelledColumn)>, ReleaseError> {
        let (mut levelled, mut without) = (Vec::with_capacity(cells.len()), Vec::new());
        for (index, (name, cells)) in self.quasi.iter().zip(cells).enumerate() {
            let input = types.get(index).copied().unwrap_or(ColumnType::Text);
            let source = sources.get(index).copied().flatten();
            match cells.levelled(name, source, described, (input, self.as_of)) {
                Ok(column) => levelled.push(column),
                Err(why) => without.push(NotLevelled { column: name.to_string(), why }),
            }
        }
        if without.is_empty() { Ok(levelled) } else { Err(NoSuggestion::Levels(without).into()) }
    }
}

/// The number of each record's subject, in its canonical form. No subject is a subject of its own: many
/// records that name nobody do not make many people.
#[derive(Debug, Default)]
struct Subjects {
    known: HashMap<Box<str>, u32>,
    numbers: Vec<u32>,
}

impl Subjects {
    /// `None` where there are too many.
    fn add(&mut self, subject: Option<&str>) -> Option<()> {
        let number = match subject {
            None => u32::MAX,
            Some(subject) => {
                let next = u32::try_from(self.known.len()).ok().filter(|next| *next < u32::MAX)?;
                self.known.get(subject).copied().unwrap_or_else(|| {
                    self.known.insert(subject.into(), next);
                    next
                })
            }
        };
        self.numbers.push(number);
        Some(())
    }
}

#[cfg(test)]
mod tests;
