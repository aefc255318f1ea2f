//! Reads a list of people to its end, entry by entry, with the same strict parsers
//! as an extract. In order and on one thread, since lists are small. A malformed
//! entry refuses the list: the person it names would not be found.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::fault::{EngineError, FaultFacts, InputFault, InputFaultKind};
use crate::engine::port::{InputEvidence, Source, Wanted};
use crate::row_rule::View;

/// Receives an entry: its number from 1, and its cells in the order asked for.
pub(crate) type EntrySink<'a> = dyn FnMut(u64, &[Option<&str>]) -> Result<(), EngineError> + 'a;

/// Reads `source` and calls `take` with the cells of `columns` of every entry.
/// Returns the evidence of the file and how many entries it had.
///
/// # Errors
/// The first fault of the file (a malformed entry is one), or the error of `take`.
pub(crate) fn read_list(
    mut source: Box<dyn Source>,
    columns: &[usize],
    stop: &AtomicBool,
    take: &mut EntrySink<'_>,
) -> Result<(InputEvidence, u64), EngineError> {
    let file = std::sync::Arc::clone(source.file());
    let parser = source.parser();
    let mut needed = columns.to_vec();
    needed.sort_unstable();
    needed.dedup();
    let (mut before, mut ended_at) = (0, None);
    while let Some(mut ticket) = source.next_block()? {
        if stop.load(Ordering::Relaxed) {
            return Err(EngineError::Interrupted);
        }
        // The block before is parsed already, so the start need not be guessed.
        ticket.from = ticket.from.or(ended_at);
        let parsed = parser.parse(&mut ticket, &needed).map_err(|error| error.after(before))?;
        ended_at = parsed.closes;
        if let Some(bad) = parsed.quarantined.first() {
            let fault = InputFault::file(InputFaultKind::MalformedEntry, &file);
            let fault = fault.with_facts(FaultFacts { malformed: Some(bad.fault), ..FaultFacts::default() });
            let fault = fault.at_record(before + u64::from(bad.index) + 1);
            return Err(bad.column.map_or_else(|| fault.clone(), |column| fault.clone().at_column(column)).into());
        }
        let rows = parsed.rows.as_ref();
        let mut gathered: Vec<Vec<Option<&str>>> = vec![Vec::with_capacity(rows.len()); columns.len()];
        for (column, cells) in columns.iter().zip(&mut gathered) {
            rows.gather(*column, Wanted::Run(0..rows.len()), View::Value, cells);
        }
        let mut entry = Vec::with_capacity(columns.len());
        for row in 0..rows.len() {
            entry.clear();
            entry.extend(gathered.iter().map(|cells| cells[row]));
            take(before + u64::from(rows.index_in_block(row)) + 1, &entry)?;
        }
        before += u64::from(parsed.records);
    }
    Ok((source.finish()?, before))
}
