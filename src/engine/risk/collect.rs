//! Reads sources in parallel, and keeps an entry of each record.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use super::class_store::partitions_by_worker;
use super::entry::{COUNTS_PERSON, EntryShape, MISSING, QuasiDigester, WORD, partition_of, push_words, words_of};
use super::values::SeenValues;
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::port::{InputEvidence, Parsed, Source, Ticket, Wanted};
use crate::engine::progress::{Phase, Progress};
use crate::engine::read::pipeline::{BlockWork, read_in_order};
use crate::engine::spill::partitions::Partitions;
use crate::identifier::form::Form;
use crate::model::number::format::NumberFormat;
use crate::model::outcome::read::Read;
use crate::model::outcome::structure_fault::StructureFault;
use crate::row_rule::View;

/// What the columns of a table are: quasi-identifiers first, then the sensitive ones, then
/// the subject.
#[derive(Debug, Clone)]
pub(crate) struct RiskColumns {
    /// How many quasi-identifiers there are.
    pub(crate) quasi_identifiers: usize,
    /// How the numbers of each sensitive column are written.
    pub(crate) sensitive: Vec<NumberFormat>,
    /// How ids are compared, where a column says whose record it is.
    pub(crate) subject: Option<Form>,
}

/// What was counted of the records.
#[derive(Debug, Default)]
pub(crate) struct ReadCounts {
    /// Records that were read, malformed ones not counted.
    pub(crate) records: u64,
    /// Malformed records, by fault.
    pub(crate) malformed: BTreeMap<StructureFault, u64>,
    /// Records without a subject.
    pub(crate) without_subject: u64,
    /// Records of a subject that cannot be read.
    pub(crate) unreadable_subject: u64,
    /// Missing cells of each quasi-identifier.
    pub(crate) missing: Vec<u64>,
    /// The values of each sensitive column.
    pub(crate) values: Vec<SeenValues>,
}

/// Reads the sources of a table.
pub(crate) struct RiskReader<'c> {
    context: &'c RunContext<'c>,
    columns: RiskColumns,
    shape: EntryShape,
    /// By worker.
    entries: Vec<Mutex<Partitions>>,
    counts: Mutex<ReadCounts>,
    progress: Progress,
}

/// What was read of a block.
pub(super) struct RiskBlock {
    entries: Vec<u8>,
    counts: ReadCounts,
}

impl<'c> RiskReader<'c> {
    pub(crate) fn new(context: &'c RunContext<'c>, columns: RiskColumns) -> Self {
        let shape = EntryShape {
            has_persons: columns.subject.is_some(),
            sensitive: columns.sensitive.len(),
            columns: columns.quasi_identifiers,
        };
        let counts = Mutex::new(nothing_read(&columns));
        let entries = partitions_by_worker(context).into_iter().map(Mutex::new).collect();
        Self { context, columns, shape, entries, counts, progress: Progress::default() }
    }

    /// Reads a source, of which the columns are in these places. Returns its evidence and
    /// how many records it has.
    ///
    /// # Errors
    /// The first fault of the source, or a failure of the operating system.
    pub(crate) fn read(
        &mut self,
        source: Box<dyn Source>,
        places: &[usize],
        subject: Option<Form>,
    ) -> Result<(InputEvidence, u64), EngineError> {
        let mut needed = places.to_vec();
        needed.sort_unstable();
        needed.dedup();
        let work = RiskWork { reader: self, places, needed, subject };
        let mut progress = self.progress;
        let read = read_in_order(self.context, source, &work, &mut |outline, block, _| {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            counts.add(block.counts);
            progress.records += u64::from(outline.records);
            progress.bytes += outline.bytes;
            self.context.observer.advanced(Phase::Reading, progress);
            Ok(())
        })?;
        self.progress = progress;
        Ok(read)
    }

    /// What was read.
    pub(super) fn into_entries(self) -> io::Result<(EntryShape, ReadCounts, Vec<Partitions>)> {
        let poisoned = || io::Error::other("poisoned");
        let entries = self.entries.into_iter().map(|own| own.into_inner().map_err(|_| poisoned()));
        let entries = entries.collect::<io::Result<_>>()?;
        Ok((self.shape, self.counts.into_inner().map_err(|_| poisoned())?, entries))
    }
}

fn nothing_read(columns: &RiskColumns) -> ReadCounts {
    ReadCounts {
        missing: vec![0; columns.quasi_identifiers],
        values: columns.sensitive.iter().map(|numbers| SeenValues::new(*numbers)).collect(),
        ..ReadCounts::default()
    }
}

impl ReadCounts {
    fn add(&mut self, block: Self) {
        self.records += block.records;
        self.without_subject += block.without_subject;
        self.unreadable_subject += block.unreadable_subject;
        for (fault, count) in block.malformed {
            *self.malformed.entry(fault).or_default() += count;
        }
        self.missing.iter_mut().zip(block.missing).for_each(|(all, own)| *all += own);
        self.values.iter_mut().zip(block.values).for_each(|(all, own)| all.merge(own));
    }
}

/// Reads the blocks of one source.
struct RiskWork<'w, 'c> {
    reader: &'w RiskReader<'c>,
    places: &'w [usize],
    needed: Vec<usize>,
    subject: Option<Form>,
}

impl BlockWork for RiskWork<'_, '_> {
    type Done = RiskBlock;

    fn needed(&self) -> &[usize] {
        &self.needed
    }

    fn process(&self, _: &Ticket, parsed: &Parsed) -> Result<RiskBlock, EngineError> {
        let RiskReader { context, columns, shape, .. } = self.reader;
        let rows = parsed.rows.as_ref();
        let mut counts = nothing_read(columns);
        for bad in &parsed.quarantined {
            *counts.malformed.entry(bad.fault).or_default() += 1;
        }
        counts.records = rows.len() as u64;
        let mut gathered: Vec<Vec<Option<&str>>> = vec![Vec::with_capacity(rows.len()); self.places.len()];
        for (place, cells) in self.places.iter().zip(&mut gathered) {
            rows.gather(*place, Wanted::Run(0..rows.len()), View::Value, cells);
        }
        let (quasi, others) = gathered.split_at(columns.quasi_identifiers.min(gathered.len()));
        let (sensitive, subjects) = others.split_at(columns.sensitive.len().min(others.len()));
        // In place of a person who is not known, and all of these are taken for one: a class
        // must not look larger for them than it is. The byte is in no text.
        let nobody = context.hasher.digest_bytes(&[u8::MAX]);
        let mut digester = QuasiDigester::new(&context.hasher);
        let mut entries = Vec::with_capacity(rows.len() * shape.as_read() * WORD);
        let mut words: Vec<u64> = Vec::with_capacity(shape.as_read());
        let mut scratch = String::new();
        for row in 0..rows.len() {
            words.clear();
            if let (Some(form), Some(subjects)) = (&self.subject, subjects.first()) {
                let person = match form.read(subjects[row], &mut scratch) {
                    Read::Value(subject) => context.hasher.digest(subject),
                    unknown => {
                        match unknown {
                            Read::Missing => counts.without_subject += 1,
                            _ => counts.unreadable_subject += 1,
                        }
                        nobody
                    }
                };
                words.push(person);
            }
            let at = words.len();
            words.extend_from_slice(&[0, 0]);
            for (cells, seen) in sensitive.iter().zip(&mut counts.values) {
                words.push(seen.code(cells[row], &context.hasher));
            }
            let first = words.len();
            let class = digester.class(quasi.iter().map(|cells| cells[row]), |digest| words.push(digest));
            for (digest, missing) in words[first..].iter().zip(&mut counts.missing) {
                *missing += u64::from(*digest == MISSING);
            }
            words[at..at + 2].copy_from_slice(&words_of(class));
            push_words(&words, &mut entries);
        }
        Ok(RiskBlock { entries, counts })
    }

    fn store(&self, worker: usize, done: &mut RiskBlock) -> Result<(), EngineError> {
        let entries = std::mem::take(&mut done.entries);
        let RiskReader { context, shape, entries: stores, .. } = self.reader;
        let failed = |source| EngineError::Write { what: "entries of records", source };
        let store = stores.get(worker).ok_or(EngineError::Bug { step: "entries of a worker" })?;
        let mut store = store.lock().map_err(|_| EngineError::Bug { step: "entries of a worker" })?;
        for entry in entries.chunks_exact(shape.as_read() * WORD) {
            let Some(first) = entry.first_chunk() else { continue };
            let first = u64::from_le_bytes(*first);
            if shape.has_persons {
                store.append(context.space, partition_of(first), entry).map_err(failed)?;
            } else {
                add_by_class(&mut store, context, first, entry).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Adds an entry by its class, whose digest begins with `first`: it counts a person.
fn add_by_class(store: &mut Partitions, context: &RunContext<'_>, first: u64, entry: &[u8]) -> io::Result<()> {
    let mut own = [0; 64 * WORD];
    let head = (first << 8 >> 8 | COUNTS_PERSON).to_le_bytes();
    if let Some(own) = own.get_mut(..entry.len()) {
        own.copy_from_slice(entry);
        own[..WORD].copy_from_slice(&head);
        return store.append(context.space, partition_of(first), own);
    }
    let long = [&head[..], &entry[WORD..]].concat();
    store.append(context.space, partition_of(first), &long)
}
