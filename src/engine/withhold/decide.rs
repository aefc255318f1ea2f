//! Runs the checks until none of them has anything new to see.

use std::io;
use std::sync::Mutex;

use super::list::CheckList;
use super::round::{CheckRound, WithheldSoFar, poisoned};
use super::withheld::WithheldRows;
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::port::SpillSpace;
use crate::engine::spill::store::ClosedStore;

/// Decides which of the waiting rows are withheld.
///
/// Each check sees what the checks before it withheld, and runs again if others
/// have withheld more rows since. So at the end every check has seen all withheld
/// rows.
pub(crate) fn decide(
    checks: &CheckList,
    store: &ClosedStore,
    space: &dyn SpillSpace,
    memory: MemoryBudget,
) -> io::Result<WithheldRows> {
    let checks_in_all = checks.iter().count();
    let withheld = Mutex::new(WithheldSoFar::new(store.row_partitions(), checks_in_all));
    // How many rows were withheld when each check had last run.
    let mut seen: Vec<Option<u64>> = vec![None; checks_in_all];
    let mut rows = 0;
    while seen.iter().any(|seen| *seen != Some(rows)) {
        for (number, check) in checks.iter().enumerate() {
            if seen[number] != Some(rows) {
                let most_rows_of_one = checks.subject_counts().most_rows_of_one;
                let round = CheckRound { store, space, memory, withheld: &withheld, number, most_rows_of_one };
                check.decide(&round)?;
                rows = round.rows_withheld()?;
                seen[number] = Some(rows);
            }
        }
    }
    let withheld = withheld.into_inner().map_err(|_| poisoned())?;
    Ok(WithheldRows {
        records: withheld.by_row,
        subjects: checks.subject_counts(),
        classes: checks.class_findings(),
        merged: checks.merged_columns(),
        class_traces: checks.class_traces(),
    })
}
