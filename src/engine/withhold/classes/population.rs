//! The population: how many persons each class has in a file of all people, in the values
//! of the delivery. Held in memory, some 40 bytes a class.

use std::collections::HashMap;

use crate::engine::spill::row_codec::CellKind;
use crate::engine::withhold::digest_hasher::BuildDigestHasher;
use crate::model::cells::Cell;
use crate::model::digest::SubjectHasher;

/// The persons of the population, by class.
pub struct Population {
    hasher: SubjectHasher,
    kinds: Vec<CellKind>,
    classes: HashMap<u128, u64, BuildDigestHasher>,
    persons: u64,
}

impl Population {
    /// Without persons; `kinds` are those of the quasi-identifiers of the delivery.
    pub(crate) fn new(kinds: Vec<CellKind>, hasher: &SubjectHasher) -> Self {
        Self { hasher: hasher.clone(), kinds, classes: HashMap::default(), persons: 0 }
    }

    /// Adds persons with these cells, in the order of the quasi-identifiers. False if a
    /// cell is none that the delivery could hold: then nobody is added.
    pub(crate) fn add(&mut self, cells: &[Option<&str>], persons: u64) -> bool {
        let mut bytes = Vec::with_capacity(64);
        for (kind, cell) in self.kinds.iter().zip(cells) {
            let cell = match (kind, cell) {
                (_, None) => Cell::Missing,
                (CellKind::Text, Some(text)) => Cell::Text(text),
                (CellKind::Integer, Some(text)) => {
                    let Ok(number) = text.parse() else { return false };
                    Cell::Integer(number)
                }
                (CellKind::Boolean, Some(text)) => {
                    let Ok(value) = text.parse() else { return false };
                    Cell::Boolean(value)
                }
            };
            cell.append_to(&mut bytes);
        }
        *self.classes.entry(self.hasher.wide_bytes(&bytes)).or_default() += persons;
        self.persons += persons;
        true
    }

    /// Persons of the class of a digest.
    pub(super) fn of(&self, class: u128) -> u64 {
        self.classes.get(&class).copied().unwrap_or(0)
    }

    /// All persons.
    pub(crate) fn persons(&self) -> u64 {
        self.persons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_delivery_cannot_hold_is_nobody() {
        let kinds = vec![CellKind::Integer, CellKind::Text, CellKind::Boolean];
        let mut population = Population::new(kinds, &SubjectHasher::new(&[1; 16]));
        assert!(population.add(&[Some("1980"), Some("E1"), Some("true")], 2));
        assert!(population.add(&[None, None, None], 1));
        for bad in [[Some("x"), Some("E1"), None], [Some("1"), None, Some("yes")]] {
            assert!(!population.add(&bad, 1));
        }
        assert_eq!(population.persons(), 3);
    }
}
