//! What the tests of the reader share: a file on disk, and a stand-in for the
//! engine that reads it to the end.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{InputEvidence, Parsed, Quarantined, Wanted};
use crate::format::csv::{BLOCK_BYTES, open};
use crate::model::dialect::Dialect;
use crate::model::outcome::structure_fault::StructureFault;
use crate::row_rule::View;

/// The verdict on one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    Accepted(Vec<Option<String>>),
    Malformed { fault: StructureFault, offset: u64, length: u64, column: Option<u32> },
}

/// A file read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) columns: Vec<String>,
    pub(crate) records: Vec<Record>,
    pub(crate) evidence: InputEvidence,
}

/// Writes a file of that name into a folder of its own.
pub(crate) fn file(name: &str, content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, path)
}

/// Reads `content` as a plain CSV file, as the engine would.
pub(crate) fn read(content: &[u8], dialect: &Dialect) -> Result<Reading, EngineError> {
    read_in_blocks(content, dialect, BLOCK_BYTES)
}

/// Reads it so many bytes at a time.
pub(crate) fn read_in_blocks(content: &[u8], dialect: &Dialect, block_bytes: usize) -> Result<Reading, EngineError> {
    read_file("extract.csv", content, dialect, block_bytes)
}

/// Reads `content` as a file of that name.
pub(crate) fn read_named(name: &str, content: &[u8], dialect: &Dialect) -> Result<Reading, EngineError> {
    read_file(name, content, dialect, BLOCK_BYTES)
}

/// Reads `content` as a file of that name, so many bytes at a time.
pub(crate) fn read_file(
    name: &str,
    content: &[u8],
    dialect: &Dialect,
    block_bytes: usize,
) -> Result<Reading, EngineError> {
    let (_folder, path) = file(name, content);
    let mut source = open(&path, name.into(), dialect, block_bytes)?;
    let parser = source.parser();
    let width = source.columns().len();
    let mut records = Vec::new();
    let mut closed = None;
    let mut stored = 0;
    while let Some(mut ticket) = source.next_block()? {
        let base = records.len() as u64;
        let rebased = |error| match error {
            EngineError::Input(InputFault { record: Some(record), .. }) if base > 0 => {
                let EngineError::Input(fault) = error else { unreachable!() };
                EngineError::Input(fault.at_record(record + base))
            }
            other => other,
        };
        let mut parsed = parser.parse(&mut ticket, &[]).map_err(rebased)?;
        if let (Some(before), Some(opens)) = (closed, parsed.opens)
            && before != opens
        {
            ticket.from = Some(before);
            parsed = parser.parse(&mut ticket, &[]).map_err(rebased)?;
            assert_eq!(parsed.opens, Some(before), "a block opens where it is told to");
        }
        closed = parsed.closes;
        stored += parsed.bytes;
        append(&parsed, width, &mut records);
    }
    let columns = source.columns().iter().map(|column| column.name.clone()).collect();
    let evidence = source.finish()?;
    assert!(stored <= evidence.bytes && stored > 0, "{stored} of {} bytes", evidence.bytes);
    Ok(Reading { columns, records, evidence })
}

/// Appends a block's records in order; every index must be taken exactly once.
fn append(parsed: &Parsed, width: usize, records: &mut Vec<Record>) {
    let rows = &parsed.rows;
    let mut block: Vec<Option<Record>> = vec![None; parsed.records as usize];
    let columns: Vec<Vec<Option<&str>>> = (0..width)
        .map(|column| {
            let mut cells = Vec::new();
            rows.gather(column, Wanted::Run(0..rows.len()), View::Value, &mut cells);
            assert_eq!(cells.len(), rows.len());
            let odd: Vec<u32> = (0..rows.len() as u32).filter(|row| row % 2 == 1).collect();
            let mut some = Vec::new();
            rows.gather(column, Wanted::Only(&odd), View::Value, &mut some);
            assert!(odd.iter().zip(some).all(|(&row, cell)| cells[row as usize] == cell), "a choice of rows");
            cells
        })
        .collect();
    for row in 0..rows.len() {
        let cells = columns.iter().map(|cells| cells[row].map(str::to_owned)).collect();
        let place = &mut block[rows.index_in_block(row) as usize];
        assert!(place.replace(Record::Accepted(cells)).is_none(), "one record for one index");
    }
    for &Quarantined { index, offset, length, fault, column } in &parsed.quarantined {
        let place = &mut block[index as usize];
        assert!(place.replace(Record::Malformed { fault, offset, length, column }).is_none());
    }
    records.extend(block.into_iter().map(|record| record.expect("a record for every index")));
}

/// The kind of the fault that a file has as a whole.
pub(crate) fn fault_kind(result: Result<Reading, EngineError>) -> Option<InputFaultKind> {
    match result {
        Err(EngineError::Input(fault)) => Some(fault.kind),
        _ => None,
    }
}

/// Accepted cells; `None` for a missing one.
pub(crate) fn accepted(cells: &[Option<&str>]) -> Record {
    Record::Accepted(cells.iter().map(|cell| cell.map(str::to_owned)).collect())
}
