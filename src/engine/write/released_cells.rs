//! Counts what became of the cells of released rows, by column.

use crate::model::outcome::cell_state::{CellState, StateCounts};
use crate::model::outcome::tally::Tally;

/// The counts of some rows.
pub(super) struct ReleasedCells {
    columns: Vec<StateCounts>,
}

impl ReleasedCells {
    /// No rows of so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns: vec![StateCounts::default(); columns] }
    }

    /// Counts a row that is released as it waited, by the bytes of its states. `None` if
    /// they are none.
    pub(super) fn add(&mut self, states: &[u8]) -> Option<()> {
        for (counts, byte) in self.columns.iter_mut().zip(states) {
            counts.add(CellState::of_byte(*byte)?);
        }
        Some(())
    }

    /// Counts the cell of one column, in the state that `become_of` gives it.
    pub(super) fn add_cell(
        &mut self,
        column: usize,
        states: &[u8],
        become_of: impl FnOnce(CellState) -> CellState,
    ) -> Option<()> {
        let state = CellState::of_byte(*states.get(column)?)?;
        self.columns.get_mut(column)?.add(become_of(state));
        Some(())
    }

    /// The counts as tallies.
    pub(super) fn tallies(&self) -> Vec<Tally> {
        self.columns.iter().map(StateCounts::tally).collect()
    }
}
