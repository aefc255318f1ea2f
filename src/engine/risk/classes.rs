//! Counts the classes, partition by partition, and keeps a row of each: how many persons it
//! has and the digests of its columns; and its values where a sensitive column is measured.

use std::collections::HashMap;
use std::io;

use rayon::prelude::*;

use super::class_store::{ClassStore, StoredRows, append_variable};
use super::entry::{COUNTED, COUNTS_PERSON, EntryShape, MISSING, class_of, push_words};
use super::population::POPULATION_WORDS;
use crate::engine::context::RunContext;
use crate::engine::spill::entries::DIGEST_PARTITIONS;
use crate::engine::spill::partitions::Partitions;
use crate::engine::withhold::digest_hasher::BuildDigestHasher;
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::risk::population_risk::PopulationRisk;

/// Persons by the code of a value.
pub(super) type ValueCounts = HashMap<u64, u64, BuildDigestHasher>;

/// The classes of a table.
#[derive(Default)]
pub(super) struct CountedClasses {
    pub(super) sizes: ClassSizes,
    pub(super) population: Option<PopulationRisk>,
    /// Classes with a missing cell.
    pub(super) with_missing: u64,
    /// A row a class: persons, and a digest of each column.
    pub(super) rows: StoredRows,
    /// A row a class: persons, and of each sensitive column how many values, and of each
    /// its code and its persons. Empty where there is no sensitive column.
    pub(super) value_rows: StoredRows,
    /// Of each sensitive column: persons by value, added up over the classes.
    pub(super) values: Vec<ValueCounts>,
}

/// The classes of one partition.
#[derive(Default)]
struct ClassesOfPart {
    numbers: HashMap<u128, u32, BuildDigestHasher>,
    persons: Vec<u64>,
    population: Vec<u64>,
    columns: Vec<u64>,
    /// By sensitive column: class and code, once for each person.
    values: Vec<Vec<(u32, u64)>>,
}

impl ClassesOfPart {
    fn of(entries: &StoredRows, part: usize, shape: EntryShape) -> io::Result<Self> {
        let mut classes = Self { values: vec![Vec::new(); shape.sensitive], ..Self::default() };
        let mut is_full = false;
        entries.each(part, shape.of_class(), |entry| {
            let Ok(next) = u32::try_from(classes.persons.len()) else {
                is_full = true;
                return;
            };
            let number = *classes.numbers.entry(class_of(entry)).or_insert(next);
            if number == next {
                classes.persons.push(0);
                classes.columns.extend_from_slice(&entry[2 + shape.sensitive..]);
            }
            classes.persons[number as usize] += u64::from(entry[0] & COUNTS_PERSON != 0);
            for (code, values) in entry[2..].iter().zip(&mut classes.values) {
                if *code != COUNTED {
                    values.push((number, *code));
                }
            }
        })?;
        if is_full { Err(io::Error::other("too many classes")) } else { Ok(classes) }
    }

    fn add_population(&mut self, population: &[Partitions], part: usize) -> io::Result<()> {
        self.population = vec![0; self.persons.len()];
        for store in population {
            crate::engine::spill::entries::each_entry(POPULATION_WORDS * 8, store.pieces(part), |entry| {
                let mut words = Vec::with_capacity(POPULATION_WORDS);
                super::entry::take_words(entry, &mut words);
                if let Some(number) = self.numbers.get(&class_of(&words)) {
                    let persons = words.get(2).copied().unwrap_or(0);
                    let of_class = &mut self.population[*number as usize];
                    *of_class = of_class.saturating_add(persons);
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// What a partition adds to the whole.
#[derive(Default)]
struct CountedPart {
    sizes: ClassSizes,
    population: Option<PopulationRisk>,
    with_missing: u64,
    values: Vec<ValueCounts>,
}

/// Counts the classes of entries that are partitioned by class.
pub(super) fn count_classes(
    context: &RunContext<'_>,
    shape: EntryShape,
    entries: &StoredRows,
    population: Option<&[Partitions]>,
) -> io::Result<CountedClasses> {
    let (rows, value_rows) = (ClassStore::empty(context), ClassStore::empty(context));
    let counted = (0..DIGEST_PARTITIONS).into_par_iter().map(|part| {
        let mut classes = ClassesOfPart::of(entries, part, shape)?;
        let mut counted = CountedPart::default();
        classes.persons.iter().for_each(|persons| counted.sizes.add(*persons));
        if let Some(population) = population {
            classes.add_population(population, part)?;
            let mut risk = PopulationRisk::default();
            classes.persons.iter().zip(&classes.population).for_each(|(own, all)| risk.add(*own, *all));
            counted.population = Some(risk);
        }
        rows.append(|store| {
            let mut bytes = Vec::with_capacity((1 + shape.columns) * 8);
            for (persons, columns) in classes.persons.iter().zip(classes.columns.chunks_exact(shape.columns.max(1))) {
                counted.with_missing += u64::from(columns.contains(&MISSING));
                bytes.clear();
                push_words(&[*persons], &mut bytes);
                push_words(columns, &mut bytes);
                store.append(context.space, part, &bytes)?;
            }
            Ok(())
        })?;
        if shape.sensitive > 0 {
            counted.values = vec![ValueCounts::default(); shape.sensitive];
            value_rows.append(|store| add_values(context, part, &mut classes, &mut counted.values, store))?;
        }
        Ok(counted)
    });
    let mut all = CountedClasses { values: vec![ValueCounts::default(); shape.sensitive], ..CountedClasses::default() };
    for part in counted.collect::<io::Result<Vec<_>>>()? {
        all.sizes.merge(&part.sizes);
        all.with_missing += part.with_missing;
        if let Some(risk) = &part.population {
            all.population.get_or_insert_default().merge(risk);
        }
        for (all, own) in all.values.iter_mut().zip(part.values) {
            for (code, persons) in own {
                *all.entry(code).or_default() += persons;
            }
        }
    }
    all.rows = StoredRows(rows.into_partitions());
    all.value_rows = StoredRows(value_rows.into_partitions());
    Ok(all)
}

/// Keeps the values of each class of a partition.
fn add_values(
    context: &RunContext<'_>,
    part: usize,
    classes: &mut ClassesOfPart,
    counts: &mut [ValueCounts],
    store: &mut Partitions,
) -> io::Result<()> {
    let mut rest: Vec<std::iter::Peekable<_>> = Vec::new();
    for values in &mut classes.values {
        values.sort_unstable();
        rest.push(values.chunk_by(|a, b| a == b).peekable());
    }
    let (mut words, mut bytes) = (Vec::new(), Vec::new());
    for (number, persons) in (0_u32..).zip(&classes.persons) {
        words.clear();
        words.push(*persons);
        for (values, counts) in rest.iter_mut().zip(counts.iter_mut()) {
            let at = words.len();
            words.push(0);
            while let Some(same) = values.next_if(|same| same.first().is_some_and(|(class, _)| *class == number)) {
                let Some((_, code)) = same.first() else { continue };
                words.extend_from_slice(&[*code, same.len() as u64]);
                words[at] += 1;
                *counts.entry(*code).or_default() += same.len() as u64;
            }
        }
        append_variable(store, context.space, part, &words, &mut bytes)?;
    }
    Ok(())
}
