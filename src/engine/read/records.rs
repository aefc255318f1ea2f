//! Reads the records of a source to its end, one by one, in order and on one thread:
//! for what is small, or has to be held whole anyway.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::fault::EngineError;
use crate::engine::port::{InputEvidence, Quarantined, Source, Wanted};
use crate::row_rule::View;

/// What becomes of a record.
pub(crate) trait RecordSink<E> {
    /// Receives one: its number from 1, and its cells in the order asked for.
    fn take(&mut self, number: u64, cells: &[Option<&str>]) -> Result<(), E>;
    /// Hears of one that is malformed, before the others of its block.
    fn malformed(&mut self, number: u64, record: Quarantined) -> Result<(), E>;
}

/// Reads `source` and gives `sink` the cells of `columns` of every record. Returns the
/// evidence of the file and how many records it had, malformed ones included.
///
/// # Errors
/// The first fault of the file, or the error of `sink`.
pub(crate) fn read_records<E: From<EngineError>>(
    mut source: Box<dyn Source>,
    columns: &[usize],
    stop: &AtomicBool,
    sink: &mut dyn RecordSink<E>,
) -> Result<(InputEvidence, u64), E> {
    let parser = source.parser();
    let mut needed = columns.to_vec();
    needed.sort_unstable();
    needed.dedup();
    let (mut before, mut ended_at) = (0, None);
    while let Some(mut ticket) = source.next_block()? {
        if stop.load(Ordering::Relaxed) {
            return Err(EngineError::Interrupted.into());
        }
        // The block before is parsed already, so the start need not be guessed.
        ticket.from = ticket.from.or(ended_at);
        let parsed = parser.parse(&mut ticket, &needed).map_err(|error| error.after(before))?;
        ended_at = parsed.closes;
        for bad in &parsed.quarantined {
            sink.malformed(before + u64::from(bad.index) + 1, *bad)?;
        }
        let rows = parsed.rows.as_ref();
        let mut gathered: Vec<Vec<Option<&str>>> = vec![Vec::with_capacity(rows.len()); columns.len()];
        for (column, cells) in columns.iter().zip(&mut gathered) {
            rows.gather(*column, Wanted::Run(0..rows.len()), View::Value, cells);
        }
        let mut record = Vec::with_capacity(columns.len());
        for row in 0..rows.len() {
            record.clear();
            record.extend(gathered.iter().map(|cells| cells[row]));
            sink.take(before + u64::from(rows.index_in_block(row)) + 1, &record)?;
        }
        before += u64::from(parsed.records);
    }
    Ok((source.finish()?, before))
}
