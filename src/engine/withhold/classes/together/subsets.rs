//! k-anonymity of combinations of quasi-identifiers: every combination of some of them
//! must be shared by k persons. For each combination the classes are counted by the digest
//! of its columns, partition by partition.

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;

use rayon::prelude::*;

use crate::engine::memory_budget::MemoryBudget;
use crate::engine::port::SpillSpace;
use crate::engine::spill::entries::{DIGEST_PARTITIONS, digest_partition, each_entry};
use crate::engine::spill::partitions::Partitions;
use crate::engine::withhold::classes::class_rows::ClassRows;
use crate::engine::withhold::classes::demand::Enforcement;
use crate::engine::withhold::classes::entry::{ClassCollector, halves, word};
use crate::engine::withhold::classes::judge::Verdicts;
use crate::engine::withhold::classes::table::Counting;
use crate::engine::withhold::digest_hasher::BuildDigestHasher;

/// The combinations that are judged.
pub(super) struct Subsets {
    /// How many columns a combination has.
    pub(super) size: usize,
    pub(super) k: u64,
    pub(super) enforcement: Enforcement,
}

/// What combinations are counted of.
pub(super) struct SubsetInput<'a> {
    pub(super) collector: &'a ClassCollector,
    pub(super) rows: &'a ClassRows,
    /// The number of the class and the subject of every row, by partition, where subjects
    /// may have several rows.
    pub(super) pairs: Option<&'a Mutex<Partitions>>,
    pub(super) counting: Counting<'a>,
    pub(super) space: &'a dyn SpillSpace,
    pub(super) memory: MemoryBudget,
}

/// Bytes of a class and a subject.
pub(super) const PAIR: usize = 4 + 8;

/// What was found of the combinations of one partition.
struct BelowK {
    /// The partitions and numbers of the classes whose combination too few persons share.
    classes: Vec<(usize, usize)>,
    /// The fewest persons who share one of the others.
    fewest_others: Option<u64>,
}

/// The model that a class does not meet if a combination does not: k-anonymity is always
/// the first.
const K_ANONYMITY: u8 = 0;

/// Bytes of an entry: digest of the combination, persons or subject, partition and number
/// of the class.
const ENTRY: usize = 16 + 8 + 8 + 8;

impl Subsets {
    /// Judges the classes without a verdict by every combination. Returns whether any got
    /// one, and the fewest persons who share a combination of those without.
    pub(super) fn judge(&self, run: &SubsetInput<'_>, verdicts: &mut Verdicts) -> io::Result<(bool, Option<u64>)> {
        let (mut is_changed, mut fewest) = (false, None);
        for combination in combinations(run.counting.layout.columns, self.size) {
            let counted = self.counted(run, verdicts, &combination)?;
            let below = (0..DIGEST_PARTITIONS).into_par_iter().map(|part| self.below_k(run, &counted, part));
            for BelowK { classes, fewest_others } in below.collect::<io::Result<Vec<_>>>()? {
                fewest = fewest_others.into_iter().chain(fewest).min();
                for (part, number) in classes {
                    if let Some(verdict @ None) = verdicts.get_mut(part).and_then(|part| part.get_mut(number)) {
                        *verdict = Some(K_ANONYMITY);
                        is_changed = true;
                    }
                }
            }
        }
        Ok((is_changed, fewest))
    }

    /// The classes, or the pairs of a class and a subject, by the digest of one
    /// combination.
    fn counted(&self, run: &SubsetInput<'_>, verdicts: &Verdicts, combination: &[usize]) -> io::Result<Partitions> {
        let buffer = run.memory.held_by_one_of(4 * DIGEST_PARTITIONS);
        let counted = Mutex::new(Partitions::with_buffer(DIGEST_PARTITIONS, buffer));
        let hasher = &run.collector.hasher;
        let missing = run.collector.column_missing();
        verdicts.par_iter().enumerate().try_for_each(|(part, verdicts)| {
            let mut digests = Vec::new();
            let mut entries = Vec::new();
            run.rows.each(part, |number, class| {
                let is_judged = verdicts[number].is_none();
                let columns = combination.iter().map(|column| {
                    // Suppressed rows stay, without these cells.
                    if is_judged { class.columns.get(*column).copied().unwrap_or(missing) } else { missing }
                });
                let bytes: Vec<u8> = columns.flat_map(u64::to_le_bytes).collect();
                digests.push(hasher.wide_bytes(&bytes));
                let stays = is_judged || self.enforcement == Enforcement::Suppress;
                if run.pairs.is_none() && class.rows > 0 && stays {
                    entries.push(entry(digests[number], class.persons, part, number));
                }
                Ok(())
            })?;
            let mut counted = counted.lock().map_err(|_| io::Error::other("poisoned"))?;
            let mut add =
                |entry: [u8; ENTRY]| counted.push(run.space, digest_partition(halves(u128_of(&entry))[0]), entry);
            entries.into_iter().try_for_each(&mut add)?;
            if let Some(pairs) = run.pairs {
                let pairs = pairs.lock().map_err(|_| io::Error::other("poisoned"))?;
                each_entry(PAIR, pairs.pieces(part), |pair| {
                    let number = pair.first_chunk().map_or(0, |number| u32::from_le_bytes(*number)) as usize;
                    let stays = verdicts[number].is_none() || self.enforcement == Enforcement::Suppress;
                    if stays { add(entry(digests[number], word(&pair[4..], 0), part, number)) } else { Ok(()) }
                })?;
            }
            Ok::<(), io::Error>(())
        })?;
        counted.into_inner().map_err(|_| io::Error::other("poisoned"))
    }

    /// The combinations of one partition that too few persons share.
    fn below_k(&self, run: &SubsetInput<'_>, counted: &Partitions, part: usize) -> io::Result<BelowK> {
        let mut persons: HashMap<u128, u64, BuildDigestHasher> = HashMap::default();
        if run.pairs.is_some() {
            let pairs = usize::try_from(counted.bytes(part)).unwrap_or(usize::MAX) / ENTRY;
            let turns = (pairs / run.counting.most_pairs.max(1) + 1) as u128;
            for turn in 0..turns {
                let mut own = Vec::new();
                each_entry(ENTRY, counted.pieces(part), |entry| {
                    let subject = word(entry, 2);
                    if (u128::from(subject) * turns) >> 64 == turn {
                        own.push((u128_of(entry), subject));
                    }
                    Ok(())
                })?;
                own.sort_unstable();
                own.dedup();
                for (digest, _) in own {
                    *persons.entry(digest).or_default() += 1;
                }
            }
        } else {
            each_entry(ENTRY, counted.pieces(part), |entry| {
                *persons.entry(u128_of(entry)).or_default() += word(entry, 2);
                Ok(())
            })?;
        }
        let mut below = Vec::new();
        each_entry(ENTRY, counted.pieces(part), |entry| {
            if persons.get(&u128_of(entry)).is_none_or(|persons| *persons < self.k) {
                let [partition, number] = [3, 4].map(|at| usize::try_from(word(entry, at)));
                below.push((partition.map_err(io::Error::other)?, number.map_err(io::Error::other)?));
            }
            Ok(())
        })?;
        below.sort_unstable();
        below.dedup();
        let fewest_others = persons.into_values().filter(|persons| *persons >= self.k).min();
        Ok(BelowK { classes: below, fewest_others })
    }
}

fn entry(digest: u128, counted: u64, part: usize, number: usize) -> [u8; ENTRY] {
    let mut entry = [0; ENTRY];
    entry[..16].copy_from_slice(&digest.to_le_bytes());
    entry[16..24].copy_from_slice(&counted.to_le_bytes());
    entry[24..32].copy_from_slice(&(part as u64).to_le_bytes());
    entry[32..].copy_from_slice(&(number as u64).to_le_bytes());
    entry
}

fn u128_of(entry: &[u8]) -> u128 {
    entry.first_chunk().map_or(0, |digest| u128::from_le_bytes(*digest))
}

/// Every choice of `size` of so many columns, in lexicographic order.
fn combinations(columns: usize, size: usize) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    let mut chosen: Vec<usize> = (0..size.min(columns)).collect();
    loop {
        all.push(chosen.clone());
        let Some(at) = (0..chosen.len()).rev().find(|&at| chosen[at] < columns - chosen.len() + at) else { return all };
        chosen[at] += 1;
        for next in at + 1..chosen.len() {
            chosen[next] = chosen[next - 1] + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_there_once() {
        assert_eq!(combinations(4, 2), [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
        assert_eq!(combinations(3, 1), [[0], [1], [2]]);
        assert_eq!(combinations(9, 3).len(), 84);
        assert_eq!(combinations(3, 3), [[0, 1, 2]]);
    }
}
