//! Makes entries by class of entries by person: a class takes each of its persons once, and
//! each of the person's values once. Persons with several classes are kept, so that what
//! is counted twice in a subset of the columns can be taken off again.
//!
//! Memory holds a partition of persons for each worker, and so the records of the person
//! who has the most.

use std::collections::HashSet;
use std::io;

use rayon::prelude::*;

use super::class_store::{ClassStore, StoredRows, append_variable};
use super::entry::{COUNTED, COUNTS_PERSON, EntryShape, partition_of, push_words};
use crate::engine::context::RunContext;
use crate::engine::spill::entries::DIGEST_PARTITIONS;
use crate::engine::spill::partitions::Partitions;
use crate::engine::withhold::digest_hasher::BuildDigestHasher;

/// The codes that were counted for a person already.
type SeenCodes = HashSet<u64, BuildDigestHasher>;

/// The entries by class, and of each person with several classes one row: the digests of
/// the columns of each.
pub(super) fn by_class(
    context: &RunContext<'_>,
    shape: EntryShape,
    entries: Vec<Partitions>,
) -> io::Result<(StoredRows, StoredRows)> {
    let entries = StoredRows(entries);
    let (classes, repeated) = (ClassStore::empty(context), ClassStore::empty(context));
    (0..DIGEST_PARTITIONS).into_par_iter().try_for_each(|part| {
        let words = entries.load(part)?;
        let mut rows: Vec<&[u64]> = words.chunks_exact(shape.as_read()).collect();
        rows.sort_unstable_by_key(|row| row.get(..3));
        let mut bytes = Vec::new();
        let mut columns = Vec::new();
        for person in rows.chunk_by(|a, b| a.first() == b.first()) {
            columns.clear();
            let mut classes_of_person = 0_u64;
            for same in person.chunk_by(|a, b| a.get(1..3) == b.get(1..3)) {
                classes_of_person += 1;
                if let Some(first) = same.first() {
                    columns.extend_from_slice(&first[3 + shape.sensitive..]);
                }
                classes.append(|store| add_class(context, shape, same, store, &mut bytes))?;
            }
            if classes_of_person > 1 {
                repeated.append(|store| append_variable(store, context.space, part, &columns, &mut bytes))?;
            }
        }
        Ok::<(), io::Error>(())
    })?;
    Ok((StoredRows(classes.into_partitions()), StoredRows(repeated.into_partitions())))
}

/// Adds the entries of one person in one class: the first counts the person, others only
/// what values they add.
fn add_class(
    context: &RunContext<'_>,
    shape: EntryShape,
    same: &[&[u64]],
    store: &mut Partitions,
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    let mut seen: Vec<SeenCodes> = vec![SeenCodes::default(); shape.sensitive];
    let mut entry = Vec::new();
    for (number, row) in same.iter().enumerate() {
        if number > 0 && shape.sensitive == 0 {
            break;
        }
        entry.clear();
        entry.extend_from_slice(&row[1..]);
        let mut adds = number == 0;
        for (code, seen) in entry[2..].iter_mut().zip(&mut seen) {
            if seen.insert(*code) {
                adds = true;
            } else {
                *code = COUNTED;
            }
        }
        if !adds {
            continue;
        }
        let part = partition_of(entry[0]);
        entry[0] = entry[0] << 8 >> 8;
        if number == 0 {
            entry[0] |= COUNTS_PERSON;
        }
        bytes.clear();
        push_words(&entry, bytes);
        store.append(context.space, part, bytes)?;
    }
    Ok(())
}
