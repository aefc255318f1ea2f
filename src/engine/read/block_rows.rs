//! Asks the rules about single rows once their tile is judged: what a verdict is
//! about, and what a record that is dropped anyway says of the person.

use super::block::BlockProcessor;
use crate::engine::bind::BoundRule;
use crate::engine::port::{Rows, Wanted};
use crate::model::outcome::detail::{CellRole, Detail, Why};
use crate::model::outcome::reason::DropReason;

impl BlockProcessor<'_> {
    /// Why a subject names no person.
    pub(crate) fn unnamed(&self, subject: Option<&str>, canonical: &mut String) -> Detail {
        let why = Why::of(&self.binding.subject_form.read(subject, canonical));
        why.map_or(Detail::NONE, |why| Detail::of_cell(CellRole::Subject, why))
    }

    /// The detail of a verdict of the rules over one column: of the first rule that
    /// may drop for this reason and has a detail.
    pub(crate) fn of_one_row<'a>(
        &self,
        rows: &'a dyn Rows,
        slots: &[Vec<Option<&'a str>>],
        reason: DropReason,
        (start, row): (usize, usize),
    ) -> Detail {
        let found = self.single_rules().filter(|bound| bound.rule.drops_for(reason)).find_map(|bound| {
            let cell = self.cell_of(bound, rows, slots, (start, row));
            Some(bound.rule.detail(reason, &[&[cell]], 0)).filter(|detail| *detail != Detail::NONE)
        });
        found.unwrap_or(Detail::NONE)
    }

    /// What a row that is dropped for a reason of its own says of the person, by
    /// the rules over one column.
    pub(crate) fn restriction<'a>(
        &self,
        rows: &'a dyn Rows,
        slots: &[Vec<Option<&'a str>>],
        place: (usize, usize),
    ) -> Option<DropReason> {
        self.single_rules().find_map(|bound| {
            let cell = self.cell_of(bound, rows, slots, place);
            bound.rule.restricts(&[&[cell]], 0)
        })
    }

    /// Whether the reason restricts the subject's other records: for a reason of
    /// the policy's own, the policy decides.
    #[inline]
    pub(super) fn spreads(&self, reason: DropReason) -> bool {
        match reason {
            DropReason::Own(own) => !self.binding.of_the_record.contains(&own),
            _ => true,
        }
    }

    /// The rules before the gate; each reads one column.
    fn single_rules(&self) -> impl Iterator<Item = &BoundRule> {
        let (_gate, single) = self.binding.rules.split_last().unzip();
        single.unwrap_or_default().iter()
    }

    /// The cell that a rule over one column reads of a row of the tile that begins
    /// at `start`. Read from the slots, or from the block if the column was judged
    /// by its values.
    fn cell_of<'a>(
        &self,
        bound: &BoundRule,
        rows: &'a dyn Rows,
        slots: &[Vec<Option<&'a str>>],
        (start, row): (usize, usize),
    ) -> Option<&'a str> {
        let number = *bound.slots.first()?;
        if let Some(cell) = slots.get(number)?.get(row) {
            return *cell;
        }
        let mut cells = Vec::with_capacity(1);
        let slot = self.binding.slots.get(number)?;
        rows.gather(slot.source, Wanted::Run(start + row..start + row + 1), slot.view, &mut cells);
        cells.first().copied().flatten()
    }
}
