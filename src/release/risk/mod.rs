//! Measures the risk of the people in an extract or a delivery. Reads, and writes nothing
//! but nameless spill files; needs no key, since its digests are under one that is thrown
//! away.

pub(crate) mod fault;
pub(crate) mod report;
mod table;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use self::fault::{MOST_COLUMNS, NoRisk};
use self::report::RiskReport;
use self::table::{RiskTable, table_of};
use super::error::ReleaseError;
use super::inputs::keyset;
use super::inputs::table::{column, described_by, read_sources};
use super::interface::clock::cores;
use super::publish::staging::FileSpace;
use crate::engine::context::{RunContext, RunOptions};
use crate::engine::fault::DescribedBy;
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::port::Extent;
use crate::engine::progress::{Observer, Phase};
use crate::engine::risk::{PopulationReader, RiskColumns, RiskReader, measure};
use crate::engine::spill::partitions::Partitions;
use crate::format::io::opening::shown;
use crate::model::column_type::ColumnType;
use crate::model::dialect::Dialect;
use crate::model::name::ColumnName;
use crate::policy::extract_alone::ExtractDescription;
use crate::policy::plan::column_uses::ColumnUse;
use crate::privacy::risk::subset_sizes::subsets;

/// What is measured.
pub(crate) struct RiskJob<'a> {
    /// The files of an extract, or the folder of one delivery.
    pub(crate) files: &'a [PathBuf],
    /// The policy that says how they are written, if one does.
    pub(crate) policy: Option<&'a Path>,
    /// The quasi-identifiers; none for those of a delivery.
    pub(crate) quasi_identifiers: &'a [ColumnName],
    /// The sensitive columns.
    pub(crate) sensitive: &'a [ColumnName],
    /// The column that says whose record it is.
    pub(crate) subject: Option<&'a ColumnName>,
    /// A file of all people, and the column that says how many of them a row stands for.
    pub(crate) population: Option<(&'a Path, Option<&'a ColumnName>)>,
    /// Above which risk a person is at risk.
    pub(crate) threshold: f64,
    /// Subsets of up to so many columns are measured.
    pub(crate) subsets_of: usize,
    /// Memory to keep to.
    pub(crate) memory: Option<usize>,
    /// Worker threads.
    pub(crate) threads: Option<usize>,
    /// Is told of the progress.
    pub(crate) observer: &'a dyn Observer,
    /// Set when the work is to stop.
    pub(crate) stop: &'a AtomicBool,
    /// Where spill files are made.
    pub(crate) scratch: &'a Path,
}

/// What was read of the population.
pub(crate) struct ReadPopulation {
    pub(crate) records: u64,
    pub(crate) counts: crate::engine::risk::PopulationCounts,
}

impl RiskJob<'_> {
    /// Measures the risk.
    ///
    /// # Errors
    /// [`ReleaseError`].
    pub(crate) fn measure(&self) -> Result<RiskReport, ReleaseError> {
        let table = table_of(self)?;
        check_columns(&table)?;
        let mut described = described_by(self.policy, &table.sensitive)?;
        if table.told.is_some() {
            described.dialect = Dialect::of_delivery();
        }
        let key = keyset::throwaway()?;
        let space = FileSpace::new(self.scratch);
        let context = RunContext::start(RunOptions {
            threads: self.threads.unwrap_or_else(cores),
            subject_key: key.subject_key(),
            observer: self.observer,
            stop: self.stop,
            space: &space,
            memory: self.memory.map_or_else(MemoryBudget::default, |bytes| MemoryBudget::of(bytes as u64)),
        })?;
        let (reader, records) = self.read(&table, &described, &context)?;
        let population = self.read_population(&table, &described, &context)?;
        let (population, entries) = population.map_or((None, None), |(read, entries)| (Some(read), Some(entries)));
        let wanted = subsets(table.quasi_identifiers.len(), self.subsets_of);
        let (counts, findings) = measure(&context, reader, entries, &wanted)?;
        if counts.records == 0 {
            return Err(ReleaseError::NoRisk(NoRisk::NothingRead));
        }
        Ok(RiskReport::of(self, &table, (records, &counts), population.as_ref(), findings))
    }

    /// Reads the table; returns how many records it has.
    fn read<'c>(
        &self,
        table: &RiskTable,
        described: &ExtractDescription,
        context: &'c RunContext<'c>,
    ) -> Result<(RiskReader<'c>, u64), ReleaseError> {
        let form = table.subject.as_ref().map(|_| described.subject_form());
        let columns = RiskColumns {
            quasi_identifiers: table.quasi_identifiers.len(),
            sensitive: table.sensitive.iter().map(|name| described.numbers_of(name)).collect(),
            subject: form.clone(),
        };
        let mut uses: Vec<ColumnUse> = table.quasi_identifiers.iter().map(column).collect();
        let of_numbers =
            |name| ColumnUse { has_decimal_comma: described.numbers_of(name).has_decimal_comma(), ..column(name) };
        uses.extend(table.sensitive.iter().map(of_numbers));
        uses.extend(table.subject.iter().map(|name| ColumnUse { is_text: true, ..column(name) }));
        let mut reader = RiskReader::new(context, columns);
        let sizes = table.files.iter().map(|path| std::fs::metadata(path).map(|known| known.len()).ok());
        self.observer.started(Phase::Reading, Extent { bytes: sizes.sum(), records: None });
        let read = read_sources(
            &table.files,
            (&described.dialect, &DescribedBy::OptionalPolicy),
            &uses,
            &mut |source, places| {
                let last = places.last().and_then(|place| source.columns().get(*place));
                let own = last.map_or(ColumnType::Text, |column| column.column_type);
                let form = form.clone().map(|form| form.of_type(own));
                Ok(reader.read(source, places, form)?)
            },
        );
        self.observer.finished(Phase::Reading);
        let records = read?.records;
        match table.told {
            Some(told) if told != records => Err(ReleaseError::NoRisk(NoRisk::NotAsManifest { found: records, told })),
            _ => Ok((reader, records)),
        }
    }

    /// Reads the population, where one is named.
    fn read_population(
        &self,
        table: &RiskTable,
        described: &ExtractDescription,
        context: &RunContext<'_>,
    ) -> Result<Option<(ReadPopulation, Vec<Partitions>)>, ReleaseError> {
        let Some((path, persons)) = self.population else { return Ok(None) };
        let mut uses: Vec<ColumnUse> = table.quasi_identifiers.iter().map(column).collect();
        uses.extend(persons.map(column));
        let reader = PopulationReader::new(context, table.quasi_identifiers.len());
        let paths = [path.to_owned()];
        let read =
            read_sources(&paths, (&described.dialect, &DescribedBy::OptionalPolicy), &uses, &mut |source, places| {
                Ok(reader.read(source, places)?)
            })?;
        let (counts, entries) = reader.into_entries();
        if counts.persons == 0 {
            return Err(ReleaseError::NoRisk(NoRisk::NobodyInPopulation));
        }
        Ok(Some((ReadPopulation { records: read.records, counts }, entries)))
    }

    /// The name of the file of the population.
    pub(crate) fn population_file(&self) -> Option<String> {
        self.population.map(|(path, _)| shown(path).to_string())
    }
}

/// Each column is one thing.
fn check_columns(table: &RiskTable) -> Result<(), ReleaseError> {
    let no = |why| Err(ReleaseError::NoRisk(why));
    if table.quasi_identifiers.is_empty() {
        return no(if table.told.is_some() { NoRisk::DeliveryWithout } else { NoRisk::NoQuasiIdentifiers });
    }
    if table.quasi_identifiers.len() > MOST_COLUMNS {
        return no(NoRisk::TooManyColumns);
    }
    let mut seen = BTreeSet::new();
    let mut all = table.quasi_identifiers.iter().chain(&table.sensitive).chain(&table.subject);
    if all.all(|name| seen.insert(name.clone())) { Ok(()) } else { no(NoRisk::NamedTwice) }
}
