//! The distinct classes of a node, each with its records and its people.

use thiserror::Error;

use super::packed::{BitField, PackedCode, Packing};
use super::quasi_column::QuasiColumn;

/// Why records cannot be counted by class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CountFault {
    /// There is no record, or no column.
    #[error("there are no records, or no columns")]
    Empty,
    /// Columns, or subjects, of different lengths, or codes that no column has.
    #[error("columns and their codes do not fit together")]
    Misfit,
    /// More records than are counted in 32 bits.
    #[error("there are more than 4,294,967,295 records")]
    TooMany,
    /// The codes of a record need more bits than one number has.
    #[error("the quasi-identifiers need {0} bits for their values, of 128")]
    TooWide(u32),
}

/// One class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Class<P> {
    pub(crate) key: P,
    pub(crate) records: u32,
    /// People whose records are all in one raw class: those add up when classes merge.
    settled: u32,
}

impl<P> Class<P> {
    /// Takes in another, which became the same.
    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.settled += other.settled;
    }
}

/// The classes of a node, in the order of their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClassTable<P> {
    classes: Vec<Class<P>>,
    /// People with records in several raw classes, by class: where classes merge, such
    /// a person may be in one of them where two were.
    scattered: Vec<(P, u32)>,
}

/// One column is generalised from a level to a higher one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rise<'a> {
    pub(crate) column: usize,
    /// From each code to its code at the higher level.
    pub(crate) step: &'a [u32],
}

impl<P: PackedCode> ClassTable<P> {
    /// Counts records: `codes[column][record]` as they were given to the columns, and
    /// for each record the number of its subject. Without subjects every record is a
    /// person.
    pub(crate) fn count(
        columns: &[QuasiColumn],
        packing: &Packing,
        codes: &[Vec<u32>],
        subjects: Option<&[u32]>,
    ) -> Result<Self, CountFault> {
        let records = codes.first().map_or(0, Vec::len);
        if records == 0 {
            return Err(CountFault::Empty);
        }
        let is_even = codes.iter().all(|codes| codes.len() == records);
        if columns.len() != codes.len() || !is_even || subjects.is_some_and(|subjects| subjects.len() != records) {
            return Err(CountFault::Misfit);
        }
        if u32::try_from(records).is_err() {
            return Err(CountFault::TooMany);
        }
        let mut keys = vec![P::default(); records];
        for (number, (column, codes)) in columns.iter().zip(codes).enumerate() {
            let field = packing.field(number);
            for (key, given) in keys.iter_mut().zip(codes) {
                *key = key.with(field, column.within(*given).ok_or(CountFault::Misfit)?);
            }
        }
        let Some(subjects) = subjects else {
            keys.sort_unstable();
            let mut classes: Vec<Class<P>> =
                keys.into_iter().map(|key| Class { key, records: 1, settled: 1 }).collect();
            merge_neighbours(&mut classes);
            return Ok(Self { classes, scattered: Vec::new() });
        };
        let mut pairs: Vec<(P, u32)> = keys.into_iter().zip(subjects.iter().copied()).collect();
        pairs.sort_unstable();
        let mut classes: Vec<Class<P>> =
            pairs.iter().map(|(key, _)| Class { key: *key, records: 1, settled: 0 }).collect();
        merge_neighbours(&mut classes);
        pairs.dedup();
        let mut by_subject: Vec<(u32, P)> = pairs.into_iter().map(|(key, subject)| (subject, key)).collect();
        by_subject.sort_unstable();
        let mut scattered = Vec::new();
        for own in by_subject.chunk_by(|left, right| left.0 == right.0) {
            match own {
                [(_, key)] => {
                    if let Ok(at) = classes.binary_search_by_key(key, |class| class.key) {
                        classes[at].settled += 1;
                    }
                }
                several => scattered.extend(several.iter().map(|(subject, key)| (*key, *subject))),
            }
        }
        scattered.sort_unstable();
        Ok(Self { classes, scattered })
    }

    /// The table where columns rose, of the table of a node below.
    pub(crate) fn roll_up(&self, packing: &Packing, rises: &[Rise<'_>]) -> Self {
        let rises: Vec<(BitField, &[u32])> = rises.iter().map(|rise| (packing.field(rise.column), rise.step)).collect();
        let rise = |mut key: P| {
            for (field, step) in &rises {
                key = key.with(*field, step[key.code(*field) as usize]);
            }
            key
        };
        // Steps keep the order of codes. So classes stay in order by the highest digit
        // that rose and those above it, and only among those equal by these are the lower
        // ones in disorder.
        let highest = rises.iter().map(|(field, _)| *field).max_by_key(|field| field.shift());
        let prefix = |key: P| highest.map_or(key, |field| key.prefix(field));
        let mut classes = Vec::with_capacity(self.classes.len());
        let mut equal: Vec<Class<P>> = Vec::new();
        let mut is_sorted = true;
        for class in &self.classes {
            let class = Class { key: rise(class.key), ..*class };
            match equal.last_mut() {
                Some(last) if last.key == class.key => {
                    last.add(&class);
                    continue;
                }
                Some(last) if prefix(last.key) == prefix(class.key) => is_sorted &= last.key < class.key,
                Some(_) => {
                    put_sorted(&mut equal, is_sorted, &mut classes);
                    is_sorted = true;
                }
                None => {}
            }
            equal.push(class);
        }
        put_sorted(&mut equal, is_sorted, &mut classes);
        let mut scattered: Vec<(P, u32)> = self.scattered.iter().map(|(key, subject)| (rise(*key), *subject)).collect();
        scattered.sort_unstable();
        scattered.dedup();
        Self { classes, scattered }
    }

    /// Its classes.
    pub(crate) fn classes(&self) -> &[Class<P>] {
        &self.classes
    }

    /// What it holds, in entries.
    pub(crate) fn len(&self) -> usize {
        self.classes.len() + self.scattered.len()
    }

    /// Each class with its people.
    pub(crate) fn people(&self) -> impl Iterator<Item = (&Class<P>, u32)> {
        let mut scattered = self.scattered.as_slice();
        self.classes.iter().map(move |class| {
            let mut people = class.settled;
            while let Some(((key, _), rest)) = scattered.split_first()
                && *key == class.key
            {
                people += 1;
                scattered = rest;
            }
            (class, people)
        })
    }

    /// The classes of which `is_left` says so by their key: of what is left a second
    /// search is made.
    pub(crate) fn only(&self, is_left: impl Fn(P) -> bool) -> Self {
        let is_in = |key: &P| is_left(*key);
        Self {
            classes: self.classes.iter().filter(|class| is_in(&class.key)).copied().collect(),
            scattered: self.scattered.iter().filter(|(key, _)| is_in(key)).copied().collect(),
        }
    }

    /// The records of all classes.
    pub(crate) fn records(&self) -> u64 {
        self.classes.iter().map(|class| u64::from(class.records)).sum()
    }
}

/// Puts classes after others, in order.
fn put_sorted<P: PackedCode>(classes: &mut Vec<Class<P>>, is_sorted: bool, into: &mut Vec<Class<P>>) {
    if !is_sorted {
        classes.sort_by_key(|class| class.key);
        merge_neighbours(classes);
    }
    into.append(classes);
}

/// Makes one class of neighbours with one key.
fn merge_neighbours<P: PackedCode>(classes: &mut Vec<Class<P>>) {
    classes.dedup_by(|next, kept| {
        let is_same = next.key == kept.key;
        if is_same {
            kept.add(next);
        }
        is_same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(values: u32) -> QuasiColumn {
        let codes: Vec<u32> = (0..values).collect();
        let levels = [codes, vec![0; values as usize]];
        QuasiColumn::new(&levels, &[vec![1; values as usize], vec![values]], values).unwrap()
    }

    fn count(codes: &[Vec<u32>], subjects: Option<&[u32]>) -> Result<ClassTable<u64>, CountFault> {
        let columns = [flat(2), flat(3)];
        ClassTable::count(&columns, &Packing::new(&columns), codes, subjects)
    }

    #[test]
    fn a_person_counts_once_in_a_class_however_classes_merge() {
        // Person 7 has two records in one class and one in another; 8 and 9 one each.
        let codes = [vec![0, 0, 1, 1, 0], vec![0, 0, 0, 0, 0]];
        let table = count(&codes, Some(&[7, 7, 7, 8, 9])).unwrap();
        let people =
            |table: &ClassTable<u64>| table.people().map(|(class, people)| (class.records, people)).collect::<Vec<_>>();
        assert_eq!(people(&table), [(3, 2), (2, 2)]);
        assert_eq!(table.len(), 4);
        let columns = [flat(2), flat(3)];
        let all = table.roll_up(&Packing::new(&columns), &[Rise { column: 0, step: &[0, 0] }]);
        assert_eq!(people(&all), [(5, 3)]);
        let by_record = count(&codes, None).unwrap();
        assert_eq!(people(&by_record), [(3, 3), (2, 2)]);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        assert_eq!(count(&[], None), Err(CountFault::Empty));
        assert_eq!(count(&[vec![], vec![]], None), Err(CountFault::Empty));
        assert_eq!(count(&[vec![0, 1], vec![0]], None), Err(CountFault::Misfit));
        assert_eq!(count(&[vec![0], vec![3]], None), Err(CountFault::Misfit));
        assert_eq!(count(&[vec![0]], None), Err(CountFault::Misfit));
        assert_eq!(count(&[vec![0], vec![0]], Some(&[])), Err(CountFault::Misfit));
    }
}
