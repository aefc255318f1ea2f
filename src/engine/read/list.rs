//! Reads a list of people to its end, entry by entry, with the same strict parsers
//! as an extract. A malformed entry refuses the list: the person it names would not be
//! found.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::records::{RecordSink, read_records};
use crate::engine::fault::{EngineError, FaultFacts, InputFault, InputFaultKind};
use crate::engine::port::{InputEvidence, Quarantined, Source};

/// Receives an entry: its number from 1, and its cells in the order asked for.
pub(crate) type EntrySink<'a> = dyn FnMut(u64, &[Option<&str>]) -> Result<(), EngineError> + 'a;

/// Reads `source` and calls `take` with the cells of `columns` of every entry.
/// Returns the evidence of the file and how many entries it had.
///
/// # Errors
/// The first fault of the file (a malformed entry is one), or the error of `take`.
pub(crate) fn read_list(
    source: Box<dyn Source>,
    columns: &[usize],
    stop: &AtomicBool,
    take: &mut EntrySink<'_>,
) -> Result<(InputEvidence, u64), EngineError> {
    let mut sink = Entries { file: Arc::clone(source.file()), take };
    read_records(source, columns, stop, &mut sink)
}

/// Takes entries and no malformed one.
struct Entries<'t, 'a> {
    file: Arc<str>,
    take: &'t mut EntrySink<'a>,
}

impl RecordSink<EngineError> for Entries<'_, '_> {
    fn take(&mut self, number: u64, cells: &[Option<&str>]) -> Result<(), EngineError> {
        (self.take)(number, cells)
    }

    fn malformed(&mut self, number: u64, record: Quarantined) -> Result<(), EngineError> {
        let fault = InputFault::file(InputFaultKind::MalformedEntry, &self.file);
        let facts = FaultFacts { malformed: Some(record.fault), ..FaultFacts::default() };
        let fault = fault.with_facts(facts).at_record(number);
        Err(record.column.map_or_else(|| fault.clone(), |column| fault.clone().at_column(column)).into())
    }
}
