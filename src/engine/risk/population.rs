//! Reads the population: its persons by class, under the digests of the table. Spilled
//! like the entries of the table, so that it may have any size.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::class_store::partitions_by_worker;
use super::entry::{QuasiDigester, WORD, partition_of, push_words, words_of};
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::port::{InputEvidence, Parsed, Source, Ticket, Wanted};
use crate::engine::read::pipeline::{BlockWork, read_in_order};
use crate::engine::spill::partitions::Partitions;
use crate::model::outcome::structure_fault::StructureFault;
use crate::row_rule::View;

/// Words of an entry of the population: the class, and how many persons.
pub(super) const POPULATION_WORDS: usize = 3;

/// What was counted of the population.
#[derive(Debug, Default)]
pub(crate) struct PopulationCounts {
    /// Persons of all classes.
    pub(crate) persons: u64,
    /// Rows that were read, malformed ones not counted.
    pub(crate) records: u64,
    /// Of those, rows whose number of persons cannot be read: they stand for nobody.
    pub(crate) unreadable: u64,
    /// Malformed rows, by fault.
    pub(crate) malformed: BTreeMap<StructureFault, u64>,
}

/// Reads the sources of a population.
pub(crate) struct PopulationReader<'c> {
    context: &'c RunContext<'c>,
    /// How many quasi-identifiers there are; what follows them is the number of persons.
    columns: usize,
    entries: Vec<Mutex<Partitions>>,
    counts: Mutex<PopulationCounts>,
}

impl<'c> PopulationReader<'c> {
    pub(crate) fn new(context: &'c RunContext<'c>, columns: usize) -> Self {
        let entries = partitions_by_worker(context).into_iter().map(Mutex::new).collect();
        Self { context, columns, entries, counts: Mutex::default() }
    }

    /// Reads a source, of which the columns are in these places.
    ///
    /// # Errors
    /// The first fault of the source, or a failure of the operating system.
    pub(crate) fn read(&self, source: Box<dyn Source>, places: &[usize]) -> Result<(InputEvidence, u64), EngineError> {
        let mut needed = places.to_vec();
        needed.sort_unstable();
        needed.dedup();
        let work = PopulationWork { reader: self, places, needed };
        read_in_order(self.context, source, &work, &mut |_, (_, block), _| {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            counts.persons = counts.persons.saturating_add(block.persons);
            counts.records += block.records;
            counts.unreadable += block.unreadable;
            for (fault, count) in block.malformed {
                *counts.malformed.entry(fault).or_default() += count;
            }
            Ok(())
        })
    }

    /// What was read.
    pub(crate) fn into_entries(self) -> (PopulationCounts, Vec<Partitions>) {
        let entries = self.entries.into_iter().map(|own| own.into_inner().unwrap_or_else(PoisonError::into_inner));
        (self.counts.into_inner().unwrap_or_else(PoisonError::into_inner), entries.collect())
    }
}

/// Reads the blocks of one source.
struct PopulationWork<'w, 'c> {
    reader: &'w PopulationReader<'c>,
    places: &'w [usize],
    needed: Vec<usize>,
}

impl BlockWork for PopulationWork<'_, '_> {
    type Done = (Vec<u8>, PopulationCounts);

    fn needed(&self) -> &[usize] {
        &self.needed
    }

    fn process(&self, _: &Ticket, parsed: &Parsed) -> Result<Self::Done, EngineError> {
        let rows = parsed.rows.as_ref();
        let mut counts = PopulationCounts { records: rows.len() as u64, ..PopulationCounts::default() };
        for bad in &parsed.quarantined {
            *counts.malformed.entry(bad.fault).or_default() += 1;
        }
        let mut gathered: Vec<Vec<Option<&str>>> = vec![Vec::with_capacity(rows.len()); self.places.len()];
        for (place, cells) in self.places.iter().zip(&mut gathered) {
            rows.gather(*place, Wanted::Run(0..rows.len()), View::Value, cells);
        }
        let (quasi, persons) = gathered.split_at(self.reader.columns.min(gathered.len()));
        let mut digester = QuasiDigester::new(&self.reader.context.hasher);
        let mut entries = Vec::with_capacity(rows.len() * POPULATION_WORDS * WORD);
        for row in 0..rows.len() {
            let persons = match persons.first() {
                Some(cells) => cells[row].and_then(|count| count.parse::<u32>().ok()).map(u64::from),
                None => Some(1),
            };
            let Some(persons) = persons else {
                counts.unreadable += 1;
                continue;
            };
            counts.persons += persons;
            let [first, second] = words_of(digester.class(quasi.iter().map(|cells| cells[row]), |_| ()));
            push_words(&[first, second, persons], &mut entries);
        }
        Ok((entries, counts))
    }

    fn store(&self, worker: usize, done: &mut Self::Done) -> Result<(), EngineError> {
        let entries = std::mem::take(&mut done.0);
        let context = self.reader.context;
        let failed = |source| EngineError::Write { what: "entries of the population", source };
        let bug = EngineError::Bug { step: "entries of a worker" };
        let Some(Ok(mut store)) = self.reader.entries.get(worker).map(Mutex::lock) else { return Err(bug) };
        let (entries, _) = entries.as_chunks::<{ POPULATION_WORDS * WORD }>();
        for entry in entries {
            let first = entry.first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
            store.push(context.space, partition_of(first), *entry).map_err(failed)?;
        }
        Ok(())
    }
}
