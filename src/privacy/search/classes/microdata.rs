//! What is searched: the columns, and the classes of the records as they came.

use super::packed::{PackedCode, Packing};
use super::quasi_column::QuasiColumn;
use super::table::{ClassTable, CountFault, Rise};
use crate::privacy::search::lattice::Lattice;

/// Columns with the classes of the bottom node, in which nothing is generalised.
#[derive(Debug, Clone)]
pub(crate) struct Microdata<P> {
    pub(crate) columns: Vec<QuasiColumn>,
    pub(crate) packing: Packing,
    pub(crate) bottom: ClassTable<P>,
    pub(crate) lattice: Lattice,
    /// By column and level, the steps to each level above.
    steps: Vec<Vec<Vec<Vec<u32>>>>,
}

impl<P: PackedCode> Microdata<P> {
    /// Counts records; see [`ClassTable::count`].
    pub(crate) fn count(
        columns: Vec<QuasiColumn>,
        packing: Packing,
        codes: &[Vec<u32>],
        subjects: Option<&[u32]>,
    ) -> Result<Self, CountFault> {
        let bottom = ClassTable::count(&columns, &packing, codes, subjects)?;
        let steps_of = |column: &QuasiColumn| {
            let levels = 0..=column.top();
            levels.map(|from| (from + 1..=column.top()).map(|to| column.step(from, to)).collect()).collect()
        };
        let steps = columns.iter().map(steps_of).collect();
        let lattice = Lattice::new(columns.iter().map(QuasiColumn::top).collect());
        Ok(Self { columns, packing, bottom, lattice, steps })
    }

    /// The same columns with other classes of the bottom node.
    pub(crate) fn with_bottom(&self, bottom: ClassTable<P>) -> Self {
        Self { bottom, ..self.clone() }
    }

    /// The classes of node `to`, of those of node `from` below it.
    pub(crate) fn roll_up(&self, table: &ClassTable<P>, from: &[u8], to: &[u8]) -> ClassTable<P> {
        let rises: Vec<Rise<'_>> = from
            .iter()
            .zip(to)
            .enumerate()
            .filter(|(_, (from, to))| from < to)
            .map(|(column, (from, to))| {
                let step = &self.steps[column][usize::from(*from)][usize::from(to - from - 1)];
                Rise { column, step }
            })
            .collect();
        table.roll_up(&self.packing, &rises)
    }

    /// The key at a node of a key of the bottom node.
    pub(crate) fn key_at(&self, key: P, levels: &[u8]) -> P {
        levels.iter().zip(&self.columns).enumerate().fold(key, |packed, (number, (level, column))| {
            let field = self.packing.field(number);
            packed.with(field, column.codes(*level)[packed.code(field) as usize])
        })
    }
}
