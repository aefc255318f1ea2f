//! What became of one cell, in one byte: a waiting row keeps it beside its cells, so
//! that what is delivered can be counted when it is decided what is delivered.

use super::tally::{Tally, Unreadable};

/// What became of a cell, and whether it repeated a direct identifier of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellState(u8);

/// How many states there are, without those of repeating cells.
const STATES: usize = FIRST_REASON as usize + Unreadable::ALL.len();
const FIRST_REASON: u8 = 4;
/// Set in the byte of a cell that repeats.
const REPEATS: u8 = 0x80;

impl CellState {
    /// Passed on as it was.
    pub(crate) const UNCHANGED: Self = Self(0);
    /// Its value is another one now.
    pub(crate) const CHANGED: Self = Self(1);
    /// It was missing and stays so.
    pub(crate) const MISSING: Self = Self(2);
    /// It was there, and is left out so that its record may be delivered.
    pub(crate) const SUPPRESSED: Self = Self(3);

    /// It became missing because it could not be read.
    pub(crate) fn unreadable(reason: Unreadable) -> Self {
        Self(FIRST_REASON + reason as u8)
    }

    /// The state of that byte, if there is one.
    #[inline]
    pub(crate) fn of_byte(byte: u8) -> Option<Self> {
        (usize::from(byte & !REPEATS) < STATES).then_some(Self(byte))
    }

    /// The state as a byte.
    pub(crate) fn byte(self) -> u8 {
        self.0
    }

    /// The same of a cell that repeats a direct identifier of its record.
    pub(crate) fn repeating(self) -> Self {
        Self(self.0 | REPEATS)
    }

    /// The same once the cell has another value.
    pub(crate) fn rewritten(self) -> Self {
        if self.is_there() { Self(Self::CHANGED.0 | self.0 & REPEATS) } else { self }
    }

    /// The same once no cell is delivered. What is missing already is not suppressed.
    pub(crate) fn suppressed(self) -> Self {
        if self.is_there() { Self::SUPPRESSED } else { self }
    }

    /// The same once the cell has a value that says nothing of the old one.
    pub(crate) fn replaced(self) -> Self {
        if self.is_there() { Self::CHANGED } else { self }
    }

    fn is_there(self) -> bool {
        matches!(Self(self.0 & !REPEATS), Self::UNCHANGED | Self::CHANGED)
    }
}

/// How many cells are in each state.
#[derive(Debug, Clone, Default)]
pub(crate) struct StateCounts {
    by_state: [u64; STATES],
    repeating: u64,
}

impl StateCounts {
    /// Counts one cell.
    #[inline]
    pub(crate) fn add(&mut self, state: CellState) {
        self.by_state[usize::from(state.0 & !REPEATS)] += 1;
        self.repeating += u64::from(state.0 / REPEATS);
    }

    /// The counts as a tally.
    pub(crate) fn tally(&self) -> Tally {
        let of = |state: CellState| self.by_state[usize::from(state.0)];
        let reasons = Unreadable::ALL.iter().map(|reason| (*reason, of(CellState::unreadable(*reason))));
        Tally {
            cells: self.by_state.iter().sum(),
            changed: of(CellState::CHANGED),
            missing: of(CellState::MISSING),
            unchanged: of(CellState::UNCHANGED),
            suppressed: of(CellState::SUPPRESSED),
            unreadable: reasons.filter(|(_, count)| *count > 0).collect(),
            echoes: self.repeating,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = CellState> {
        (0..=u8::MAX).filter_map(CellState::of_byte)
    }

    #[test]
    fn every_state_has_a_byte_of_its_own_and_is_counted_as_itself() {
        assert_eq!(all().count(), 2 * STATES);
        for (state, place) in all().zip(0_u8..) {
            assert_eq!(CellState::of_byte(state.byte()), Some(state), "{place}");
            let mut counts = StateCounts::default();
            counts.add(state);
            let tally = counts.tally();
            assert!(tally.is_balanced() && tally.cells == 1, "{place}");
            assert_eq!(tally.echoes, u64::from(state.byte() >= REPEATS), "{place}");
        }
        for (place, reason) in (FIRST_REASON..).zip(Unreadable::ALL) {
            assert_eq!(CellState::unreadable(reason), CellState(place), "{}", reason.as_str());
            let mut counts = StateCounts::default();
            counts.add(CellState::unreadable(reason).repeating());
            assert_eq!(counts.tally().unreadable.into_iter().collect::<Vec<_>>(), [(reason, 1)]);
        }
    }

    #[test]
    fn only_a_cell_that_is_there_changes_or_is_suppressed() {
        for state in [CellState::UNCHANGED, CellState::CHANGED] {
            assert_eq!(state.rewritten(), CellState::CHANGED);
            assert_eq!(state.repeating().rewritten(), CellState::CHANGED.repeating());
            assert_eq!(state.repeating().replaced(), CellState::CHANGED);
            assert_eq!(state.repeating().suppressed(), CellState::SUPPRESSED);
        }
        for state in [CellState::MISSING, CellState::unreadable(Unreadable::Date)] {
            assert_eq!([state.rewritten(), state.replaced(), state.suppressed()], [state; 3]);
        }
    }
}
