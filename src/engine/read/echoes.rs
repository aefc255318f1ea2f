//! Looks for the direct identifiers of each record in the record's delivered texts
//! (`guards.echo`), before it waits. Only where the policy asks for that.

use crate::account::Account;
use crate::engine::bind::Binding;
use crate::engine::port::{Rows, Wanted};
use crate::model::cells::{Cells, TextCells};
use crate::model::outcome::cell_state::CellState;
use crate::model::outcome::reason::DropReason;
use crate::row_rule::View;
use crate::transform::echo::{Echo, without};

/// Counts the cells of `columns` that repeat something, by column, and takes it out
/// where the policy says so. `only`: the rows of the cells; of those that are dropped
/// already nothing is looked for.
pub(super) fn look(
    binding: &Binding,
    rows: &dyn Rows,
    (only, verdicts): (&[u32], &[Option<DropReason>]),
    (columns, states): (&mut [Cells], &mut [Vec<CellState>]),
    account: &mut Account,
) {
    let Some(bound) = &binding.echo else { return };
    let gathered = |source: usize| {
        let mut cells = Vec::with_capacity(only.len());
        rows.gather(source, Wanted::Only(only), View::Value, &mut cells);
        cells
    };
    let identifiers: Vec<Vec<Option<&str>>> = bound.sources.iter().map(|source| gathered(*source)).collect();
    let mut found: Vec<Vec<(usize, String)>> = vec![Vec::new(); bound.targets.len()];
    let (mut all, mut others) = (Echo::default(), Echo::default());
    for (at, row) in only.iter().enumerate() {
        if verdicts[*row as usize].is_some() {
            continue;
        }
        all.clear();
        identifiers.iter().filter_map(|cells| cells[at]).for_each(|cell| all.add(cell));
        if all.is_empty() {
            continue;
        }
        for ((target, own), found) in bound.targets.iter().zip(&mut found) {
            let Some(text) = columns.get(*target).and_then(|cells| cells.text(at)) else { continue };
            let places = match own {
                None => all.places(text),
                Some(own) => {
                    others.clear();
                    let cells = identifiers.iter().enumerate().filter(|(number, _)| number != own);
                    cells.filter_map(|(_, cells)| cells[at]).for_each(|cell| others.add(cell));
                    others.places(text)
                }
            };
            if !places.is_empty() {
                found.push((at, without(text, &places)));
            }
        }
    }
    for ((target, _), found) in bound.targets.iter().zip(found) {
        let (Some(cells), Some(states)) = (columns.get_mut(*target), states.get_mut(*target)) else { continue };
        let Some(tally) = account.columns.get_mut(*target) else { continue };
        tally.echoes += found.len() as u64;
        if bound.is_redacted && !found.is_empty() {
            let as_written = found.iter().filter(|(at, _)| states[*at] == CellState::UNCHANGED).count() as u64;
            tally.unchanged -= as_written;
            tally.changed += as_written;
            *cells = with(cells, &found);
        }
        for (at, _) in &found {
            let state = if bound.is_redacted { states[*at].rewritten() } else { states[*at] };
            states[*at] = state.repeating();
        }
    }
}

/// The cells with others in some places, which ascend.
fn with(cells: &Cells, others: &[(usize, String)]) -> Cells {
    let mut written = TextCells::with_capacity(cells.len(), cells.len() * 16);
    let mut others = others.iter().peekable();
    for at in 0..cells.len() {
        match others.next_if(|(place, _)| *place == at) {
            Some((_, other)) => written.push(Some(other)),
            None => written.push(cells.text(at)),
        }
    }
    Cells::Text(written)
}
