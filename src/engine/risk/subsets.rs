//! Counts the classes of subsets of the columns, from the rows of the whole set's classes.
//!
//! Workers take subsets by the batch, and read all rows once a batch. A subset with more
//! classes than a worker may hold is counted by itself: its classes are spilled by
//! partitions, and then counted partition by partition. A subset that has such a one
//! within itself has at least as many classes, so it is not tried first.

use std::collections::HashMap;
use std::io;

use rayon::prelude::*;

use super::class_store::StoredRows;
use super::classes::CountedClasses;
use super::entry::{EntryShape, push_words, take_words};
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::spill::entries::{DIGEST_PARTITIONS, each_entry};
use crate::engine::spill::partitions::Partitions;
use crate::engine::withhold::digest_hasher::BuildDigestHasher;
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::risk::subset_sizes::SubsetSizes;

/// Subsets that are counted while the rows are read once.
const BATCH: usize = 32;
/// What an entry of a table takes, with the room that a growing table needs.
const BYTES_OF_AN_ENTRY: u64 = 72;
/// Odd, and otherwise of no meaning.
const MIX: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;

/// The class of a row in a subset; two words, which a hash table takes faster than one.
type SubsetClass = (u64, u64);
type SubsetTable = HashMap<SubsetClass, u64, BuildDigestHasher>;

/// Counts each subset, which is sorted and has at least one column.
pub(super) fn count_subsets(
    context: &RunContext<'_>,
    shape: EntryShape,
    (counted, repeated): (&CountedClasses, &StoredRows),
    subsets: &[Vec<usize>],
) -> Result<Vec<SubsetSizes>, EngineError> {
    let failed = |source: io::Error| EngineError::Write { what: "entries of classes", source };
    let rows = ClassRowsOfAll { rows: &counted.rows, repeated, columns: shape.columns };
    let most = most_entries(context);
    let mut wide: Vec<Vec<usize>> = Vec::new();
    let mut found: HashMap<Vec<usize>, ClassSizes> = HashMap::new();
    let mut sizes: Vec<usize> = subsets.iter().map(Vec::len).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let of_size: Vec<&Vec<usize>> = subsets.iter().filter(|subset| subset.len() == size).collect();
        if size == shape.columns {
            // They were counted already.
            found.extend(of_size.into_iter().map(|subset| (subset.clone(), counted.sizes.clone())));
            continue;
        }
        let has_wide = |subset: &Vec<usize>| wide.iter().any(|wide| wide.iter().all(|column| subset.contains(column)));
        let (large, tried): (Vec<_>, Vec<_>) = of_size.into_iter().partition(|subset| has_wide(subset));
        let batch = tried.len().div_ceil(context.threads().max(1)).clamp(1, BATCH);
        let batches: Vec<&[&Vec<usize>]> = tried.chunks(batch).collect();
        let counted = batches.par_iter().map(|batch| {
            context.check_stop()?;
            rows.in_memory(batch, most).map_err(failed)
        });
        let counted = counted.collect::<Result<Vec<_>, EngineError>>()?;
        let mut alone = large;
        for (subset, sizes) in tried.iter().zip(counted.into_iter().flatten()) {
            match sizes {
                Some(sizes) => {
                    found.insert((*subset).clone(), sizes);
                }
                None => alone.push(subset),
            }
        }
        for subset in alone {
            context.check_stop()?;
            found.insert(subset.clone(), rows.spilled(context, subset).map_err(failed)?);
            wide.push(subset.clone());
        }
    }
    let of = |subset: &Vec<usize>| SubsetSizes {
        columns: subset.clone(),
        sizes: found.get(subset).cloned().unwrap_or_default(),
    };
    Ok(subsets.iter().map(of).collect())
}

/// How many classes the tables of a worker may have together.
fn most_entries(context: &RunContext<'_>) -> usize {
    let bytes = 2 * context.memory.ordered_whole() / context.threads().max(1) as u64;
    usize::try_from(bytes / BYTES_OF_AN_ENTRY).unwrap_or(usize::MAX)
}

/// The rows of all classes, and the persons who have several.
struct ClassRowsOfAll<'r> {
    rows: &'r StoredRows,
    repeated: &'r StoredRows,
    columns: usize,
}

/// The class of a row in a subset. Of one column and of two it is their digests.
#[inline]
fn class_in(subset: &[usize], columns: &[u64]) -> SubsetClass {
    let digest = |at: usize| subset.get(at).and_then(|column| columns.get(*column)).copied().unwrap_or(0);
    let mut class = u128::from(digest(0)) | u128::from(digest(1)) << 64;
    for at in 2..subset.len() {
        class = (class ^ class >> 71).wrapping_add(u128::from(digest(at))).wrapping_mul(MIX);
    }
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let halves = (class as u64, (class >> 64) as u64);
    halves
}

/// The sizes of the classes of a table.
fn sizes_of(table: &SubsetTable) -> ClassSizes {
    let mut sizes = ClassSizes::default();
    for persons in table.values() {
        sizes.add(*persons);
    }
    sizes
}

impl ClassRowsOfAll<'_> {
    /// Calls `repeat` with each class of a subset that one person has several times, and
    /// how often beyond the first.
    fn each_repeated(&self, part: usize, subset: &[usize], mut repeat: impl FnMut(SubsetClass, u64)) -> io::Result<()> {
        let mut classes = Vec::new();
        self.repeated.each_variable(part, |person| {
            classes.clear();
            classes.extend(person.chunks_exact(self.columns.max(1)).map(|columns| class_in(subset, columns)));
            classes.sort_unstable();
            for same in classes.chunk_by(|a, b| a == b).filter(|same| same.len() > 1) {
                if let Some(class) = same.first() {
                    repeat(*class, same.len() as u64 - 1);
                }
            }
        })
    }

    /// Counts some subsets; `None` for each that has too many classes.
    fn in_memory(&self, subsets: &[&Vec<usize>], most: usize) -> io::Result<Vec<Option<ClassSizes>>> {
        let mut tables: Vec<Option<SubsetTable>> = subsets.iter().map(|_| Some(SubsetTable::default())).collect();
        for part in 0..DIGEST_PARTITIONS {
            self.rows.each(part, 1 + self.columns, |row| {
                let Some((persons, columns)) = row.split_first() else { return };
                for (subset, table) in subsets.iter().zip(&mut tables) {
                    if let Some(table) = table {
                        *table.entry(class_in(subset, columns)).or_default() += persons;
                    }
                }
            })?;
            let entries = |table: &Option<SubsetTable>| table.as_ref().map_or(0, HashMap::len);
            while tables.iter().map(entries).sum::<usize>() > most {
                let Some(largest) = tables.iter_mut().max_by_key(|table| entries(table)) else { break };
                *largest = None;
            }
        }
        for part in (0..DIGEST_PARTITIONS).filter(|part| !self.repeated.is_empty(*part)) {
            for (subset, table) in subsets.iter().zip(&mut tables) {
                let Some(table) = table else { continue };
                self.each_repeated(part, subset, |class, again| {
                    table.entry(class).and_modify(|persons| *persons = persons.saturating_sub(again));
                })?;
            }
        }
        Ok(tables.iter().map(|table| table.as_ref().map(sizes_of)).collect())
    }

    /// Counts one subset with many classes.
    fn spilled(&self, context: &RunContext<'_>, subset: &[usize]) -> io::Result<ClassSizes> {
        const WORDS: usize = 3;
        let stores = super::class_store::ClassStore::empty(context);
        let add = |store: &mut Partitions, class: SubsetClass, persons: u64, bytes: &mut Vec<u8>| {
            bytes.clear();
            push_words(&[class.0, class.1, persons], bytes);
            // Of one column the second word is nought, of two the first may be one of few.
            let mixed = (class.0 ^ class.1.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            store.append(context.space, usize::from(mixed.to_be_bytes()[0]), bytes)
        };
        (0..DIGEST_PARTITIONS).into_par_iter().try_for_each(|part| {
            stores.append(|store| {
                let (mut bytes, mut failed) = (Vec::new(), None);
                self.rows.each(part, 1 + self.columns, |row| {
                    let Some((persons, columns)) = row.split_first() else { return };
                    failed = failed.take().or(add(store, class_in(subset, columns), *persons, &mut bytes).err());
                })?;
                self.each_repeated(part, subset, |class, again| {
                    failed = failed.take().or(add(store, class, again.wrapping_neg(), &mut bytes).err());
                })?;
                failed.map_or(Ok(()), Err)
            })
        })?;
        let stores = stores.into_partitions();
        let counted = (0..DIGEST_PARTITIONS).into_par_iter().map(|part| {
            let mut table = SubsetTable::default();
            for store in &stores {
                each_entry(WORDS * 8, store.pieces(part), |entry| {
                    let mut words = Vec::with_capacity(WORDS);
                    take_words(entry, &mut words);
                    if let [first, second, persons] = words[..] {
                        let all = table.entry((first, second)).or_default();
                        *all = all.wrapping_add(persons);
                    }
                    Ok(())
                })?;
            }
            Ok(sizes_of(&table))
        });
        let mut all = ClassSizes::default();
        for sizes in counted.collect::<io::Result<Vec<_>>>()? {
            all.merge(&sizes);
        }
        Ok(all)
    }
}
