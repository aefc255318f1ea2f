//! Applies the actions and derivations of a policy to the rows of a block that pass.

use std::borrow::Cow;

use super::block::{BlockProcessor, BlockSubjects, MinimisedCells};
use super::echoes;
use crate::account::Account;
use crate::engine::fault::{InputFault, InputFaultKind};
use crate::engine::port::{Rows, Wanted};
use crate::engine::value_codes::RawCells;
use crate::model::outcome::cell_state::CellState;
use crate::model::outcome::read::Read;
use crate::model::outcome::reason::DropReason;
use crate::model::outcome::shape::Shapes;
use crate::model::outcome::tally::Unreadable;
use crate::policy::plan::OnUnreadable;
use crate::row_rule::View;

impl BlockProcessor<'_> {
    /// Applies every action to the rows of `only`. Where a cell cannot be read and
    /// must be, sets the verdict of its row, or returns a fault that refuses the
    /// run.
    pub(super) fn minimise(
        &self,
        (rows, subjects): (&dyn Rows, &BlockSubjects<'_>),
        only: &[u32],
        verdicts: &mut [Option<DropReason>],
        account: &mut Account,
    ) -> MinimisedCells {
        let mut refused: Option<(u32, InputFault)> = None;
        let mut columns = Vec::with_capacity(account.columns.len());
        let mut states = Vec::with_capacity(account.columns.len());
        let mut raw: Vec<RawCells<'_>> = Vec::with_capacity(account.columns.len());
        let mut gathered: Vec<Option<&str>> = Vec::with_capacity(only.len());
        let subjects = self.subjects_of(subjects, only);
        let subjects: Vec<&str> = subjects.iter().map(AsRef::as_ref).collect();
        account.shapes.resize(account.columns.len(), Shapes::default());
        let counted = account.columns.iter_mut().zip(&mut account.shapes);
        for (bound, (tally, shapes)) in self.binding.columns.iter().zip(counted) {
            gathered.clear();
            rows.gather(bound.source, Wanted::Only(only), View::Value, &mut gathered);
            if bound.is_kept {
                shapes.look(gathered.iter().take(self.looked_at).flatten().copied());
            }
            // Before the pattern is asked: what does not fit it is a value that was read.
            raw.push(if self.codes.measures(columns.len()) {
                let are_enough = !bound.reads_subject && self.binding.echo.is_none();
                RawCells { sources: vec![gathered.clone()], are_enough }
            } else {
                RawCells::default()
            });
            let misfits = bound.pattern.as_ref().map_or_else(Vec::new, |pattern| pattern.check(&mut gathered));
            let mut rewritten = if bound.reads_subject {
                bound.transform.apply_by_subject(&gathered, &subjects)
            } else {
                bound.transform.apply(&gathered)
            };
            rewritten.tally.missing -= misfits.len() as u64;
            if !misfits.is_empty() {
                rewritten.tally.unreadable.insert(Unreadable::Pattern, misfits.len() as u64);
            }
            for &at in &misfits {
                rewritten.states[at as usize] = CellState::unreadable(Unreadable::Pattern);
            }
            tally.merge(&rewritten.tally);
            for &at in misfits.iter().chain(&rewritten.unreadable) {
                let row = only[at as usize];
                match bound.on_unreadable {
                    OnUnreadable::Null => {}
                    OnUnreadable::DropRecord => verdicts[row as usize] = Some(DropReason::UnreadableCell),
                    OnUnreadable::Refuse => {
                        let index = rows.index_in_block(row as usize);
                        if refused.as_ref().is_none_or(|(first, _)| index < *first) {
                            let fault = InputFault::file(InputFaultKind::UnreadableCell, self.file);
                            let fault = fault.at_record(u64::from(index) + 1).about(bound.name.as_str());
                            refused = Some((index, fault));
                        }
                    }
                }
            }
            columns.push(rewritten.cells);
            states.push(rewritten.states);
        }
        let derived_tallies = account.columns.iter_mut().skip(self.binding.columns.len());
        for (bound, tally) in self.binding.derived.iter().zip(derived_tallies) {
            let sources: Vec<Vec<Option<&str>>> = bound
                .sources
                .iter()
                .map(|&source| {
                    let mut cells = Vec::with_capacity(only.len());
                    rows.gather(source, Wanted::Only(only), View::Value, &mut cells);
                    cells
                })
                .collect();
            let cells: Vec<&[Option<&str>]> = sources.iter().map(Vec::as_slice).collect();
            let rewritten = bound.derivation.apply(&cells);
            raw.push(if self.codes.measures(columns.len()) {
                RawCells { sources, are_enough: true }
            } else {
                RawCells::default()
            });
            tally.merge(&rewritten.tally);
            columns.push(rewritten.cells);
            states.push(rewritten.states);
        }
        echoes::look(self.binding, rows, (only, verdicts), (&mut columns, &mut states), account);
        let codes = self.codes.number(&raw, &columns);
        MinimisedCells { columns, states, codes, refused: refused.map(|(_, fault)| fault) }
    }

    /// The canonical forms of the subjects of the rows of `only`, where an action reads
    /// them; else none.
    fn subjects_of<'s>(&self, subjects: &BlockSubjects<'s>, only: &[u32]) -> Vec<Cow<'s, str>> {
        if !self.binding.columns.iter().any(|bound| bound.reads_subject) {
            return Vec::new();
        }
        let mut scratch = String::new();
        let mut canonical = |row: &u32| {
            let row = *row as usize;
            let (cell, is_canonical) = (subjects.cells[row], subjects.are_canonical[row]);
            match cell {
                Some(cell) if is_canonical => Cow::Borrowed(cell),
                _ => match self.binding.subject_form.read(cell, &mut scratch) {
                    Read::Value(subject) => Cow::Owned(subject.to_owned()),
                    // Cannot be: `judge` dropped the rows without a subject.
                    Read::Missing | Read::Unreadable(_) => Cow::Borrowed(""),
                },
            }
        };
        only.iter().map(&mut canonical).collect()
    }
}
