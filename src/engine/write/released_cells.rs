//! Counts what became of the cells of released rows, by column.

use crate::account::CodeCounts;
use crate::engine::spill::row_codec::CODE_BYTES;
use crate::model::outcome::cell_state::{CellState, StateCounts};
use crate::model::outcome::tally::Tally;

/// The counts of some rows.
pub(super) struct ReleasedCells {
    columns: Vec<StateCounts>,
    /// By measured column.
    values: Vec<CodeCounts>,
}

impl ReleasedCells {
    /// No rows of so many columns, and of the measured ones so many values.
    pub(super) fn new(columns: usize, values: &[usize]) -> Self {
        let values = values.iter().map(|values| CodeCounts(vec![[0; 2]; *values])).collect();
        Self { columns: vec![StateCounts::default(); columns], values }
    }

    /// Counts the values of a row, by the bytes of their numbers.
    #[inline]
    pub(super) fn add_values(&mut self, codes: &[u8], is_suppressed: bool) {
        let (codes, _) = codes.as_chunks::<CODE_BYTES>();
        for (counts, code) in self.values.iter_mut().zip(codes) {
            // A column with too many values has no numbers, and is not measured.
            if let Some(counts) = counts.0.get_mut(usize::from(u16::from_le_bytes(*code))) {
                counts[usize::from(is_suppressed)] += 1;
            }
        }
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

    /// The counts of cells, as tallies, and of values.
    pub(super) fn finish(self) -> (Vec<Tally>, Vec<CodeCounts>) {
        (self.columns.iter().map(StateCounts::tally).collect(), self.values)
    }
}
