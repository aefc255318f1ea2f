//! The counted classes of all partitions, spilled like everything that waits: for models
//! that compare a class with others, which look at each class once or more.

use std::io;
use std::sync::RwLock;

use super::table::PartitionClasses;
use crate::engine::port::SpillSpace;
use crate::engine::spill::entries::DIGEST_PARTITIONS;
use crate::engine::spill::partitions::Partitions;

/// In place of the persons of a population that is not known.
const NO_POPULATION: u64 = u64::MAX;

/// A class and its counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ClassRow {
    pub(super) persons: u64,
    pub(super) rows: u64,
    /// Persons in the population, where one is known.
    pub(super) population: Option<u64>,
    /// By sensitive column: codes, ascending, and how many persons have each.
    pub(super) values: Vec<Vec<(u64, u64)>>,
    /// The digests of the quasi-identifiers, where combinations are judged.
    pub(super) columns: Vec<u64>,
}

impl ClassRow {
    fn encode(&self, out: &mut Vec<u8>) {
        let mut push = |word: u64| out.extend_from_slice(&word.to_le_bytes());
        push(self.persons);
        push(self.rows);
        push(self.population.unwrap_or(NO_POPULATION));
        for values in &self.values {
            push(values.len() as u64);
            for (code, persons) in values {
                push(*code);
                push(*persons);
            }
        }
        self.columns.iter().copied().for_each(push);
    }

    /// Reads the next class, of as many columns as this one.
    fn decode(&mut self, bytes: &mut &[u8]) -> Option<()> {
        fn next(bytes: &mut &[u8]) -> Option<u64> {
            let (word, rest) = bytes.split_first_chunk()?;
            *bytes = rest;
            Some(u64::from_le_bytes(*word))
        }
        self.persons = next(bytes)?;
        self.rows = next(bytes)?;
        self.population = Some(next(bytes)?).filter(|persons| *persons != NO_POPULATION);
        for values in &mut self.values {
            values.clear();
            for _ in 0..next(bytes)? {
                values.push((next(bytes)?, next(bytes)?));
            }
        }
        for column in &mut self.columns {
            *column = next(bytes)?;
        }
        Some(())
    }
}

impl PartitionClasses {
    /// Calls `take` for every class, in the order of their numbers.
    pub(super) fn each_class(&self, mut take: impl FnMut(&ClassRow) -> io::Result<()>) -> io::Result<()> {
        let width = self.columns.len().checked_div(self.len()).unwrap_or(0);
        let mut row = ClassRow { values: vec![Vec::new(); self.values.len()], ..ClassRow::default() };
        let mut from = vec![0; self.values.len()];
        for class in 0..self.len() {
            row.persons = self.persons[class];
            row.rows = self.rows[class];
            row.population = self.population.get(class).copied();
            for ((counts, from), values) in self.values.iter().zip(&mut from).zip(&mut row.values) {
                values.clear();
                while let Some(count) = counts.get(*from).filter(|count| count.class as usize == class) {
                    values.push((count.code, count.persons));
                    *from += 1;
                }
            }
            row.columns.clear();
            row.columns.extend_from_slice(&self.columns[class * width..(class + 1) * width]);
            take(&row)?;
        }
        Ok(())
    }
}

/// All classes, by partition.
pub(super) struct ClassRows {
    rows: RwLock<Partitions>,
    sensitive: usize,
    columns: usize,
}

impl ClassRows {
    pub(super) fn new(sensitive: usize, columns: usize, buffer: usize) -> Self {
        Self { rows: RwLock::new(Partitions::with_buffer(DIGEST_PARTITIONS, buffer)), sensitive, columns }
    }

    /// Adds the classes of a partition.
    pub(super) fn add(&self, space: &dyn SpillSpace, part: usize, table: &PartitionClasses) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut rows = self.rows.write().map_err(|_| io::Error::other("poisoned"))?;
        table.each_class(|row| {
            bytes.clear();
            row.encode(&mut bytes);
            rows.append(space, part, &bytes)
        })
    }

    /// Calls `take` with the number of each class of a partition, and the class.
    pub(super) fn each(&self, part: usize, mut take: impl FnMut(usize, &ClassRow) -> io::Result<()>) -> io::Result<()> {
        let mut row = ClassRow {
            values: vec![Vec::new(); self.sensitive],
            columns: vec![0; self.columns],
            ..ClassRow::default()
        };
        let rows = self.rows.read().map_err(|_| io::Error::other("poisoned"))?;
        let mut bytes = Vec::new();
        let mut number = 0;
        for piece in rows.pieces(part) {
            bytes.clear();
            piece?.read_into(&mut bytes)?;
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                row.decode(&mut rest).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
                take(number, &row)?;
                number += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::spill::partitions::tests::MemorySpace;
    use crate::engine::withhold::classes::table::ValueCount;

    #[test]
    fn classes_come_back_as_they_were_counted() {
        let count = |class, code, persons| ValueCount { class, code, persons };
        let mut table = PartitionClasses::default();
        table.persons = vec![3, 0, 1];
        table.rows = vec![4, 0, 1];
        table.population = vec![9, 0, 2];
        table.values = vec![vec![count(0, 7, 2), count(0, 9, 1), count(2, 7, 1)], vec![count(2, 1, 1)]];
        table.columns = vec![1, 2, 3, 4, 5, 6];
        let space = MemorySpace::default();
        let rows = ClassRows::new(2, 2, 1);
        rows.add(&space, 5, &table).unwrap();
        let mut counted = Vec::new();
        let mut take = |row: &ClassRow| {
            counted.push(row.clone());
            Ok(())
        };
        table.each_class(&mut take).unwrap();
        assert_eq!(counted[0].values, [vec![(7, 2), (9, 1)], vec![]]);
        assert_eq!(counted[2].columns, [5, 6]);
        let mut read = Vec::new();
        let mut take = |number, row: &ClassRow| {
            read.push((number, row.clone()));
            Ok(())
        };
        rows.each(5, &mut take).unwrap();
        assert_eq!(read, counted.into_iter().enumerate().collect::<Vec<_>>());
    }
}
