//! Thousands of rows, written through an encoder that keeps what it is given.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::port::{Appender, Released, SinkReport};
use crate::engine::spill::minimised::MinimisedRows;
use crate::engine::spill::partitions::tests::MemorySpace;
use crate::engine::spill::row_codec::{CellKind, RowLayout};
use crate::engine::spill::store::SpillStore;
use crate::engine::value_codes::ValueCodes;
use crate::engine::withhold::decide::decide;
use crate::engine::withhold::list::CheckList;
use crate::model::cells::{Cell, Cells};
use crate::model::outcome::cell_state::CellState;
use crate::model::outcome::reason::DropReason;
use crate::policy::plan::RowOrder;

/// The rows of each file, in the order in which they were appended.
type Files = Arc<Mutex<Vec<Vec<String>>>>;

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    None,
    Encoding,
    Appending,
    Panic,
    Stopped,
}

struct Keeper {
    rows: usize,
    trouble: Trouble,
    files: Files,
    in_flight: Arc<InFlight>,
}

/// Bytes of rows that were given to the encoder and are not yet appended, and the
/// most there were at any time.
#[derive(Default)]
struct InFlight {
    now: AtomicUsize,
    most: AtomicUsize,
}

struct KeptFile {
    place: usize,
    in_flight: Arc<InFlight>,
    trouble: Trouble,
    files: Files,
}

fn failure() -> EngineError {
    EngineError::Write { what: "the data file", source: io::ErrorKind::StorageFull.into() }
}

impl Encoder for Keeper {
    type Encoded = Vec<String>;

    fn rows_at_a_time(&self) -> usize {
        self.rows
    }

    fn encode(&self, rows: &Released) -> Result<Vec<String>, EngineError> {
        assert!(rows.rows() <= self.rows);
        assert!(self.trouble != Trouble::Panic, "a bug");
        if self.trouble == Trouble::Encoding {
            return Err(failure());
        }
        let text = |row| match rows.columns()[0].cell(row) {
            Cell::Text(text) => text.to_owned(),
            other => format!("{other:?}"),
        };
        let texts: Vec<String> = (0..rows.rows()).map(text).collect();
        let bytes = texts.iter().map(String::len).sum();
        let now = self.in_flight.now.fetch_add(bytes, Ordering::SeqCst) + bytes;
        self.in_flight.most.fetch_max(now, Ordering::SeqCst);
        Ok(texts)
    }

    fn open(&self, _: Box<dyn io::Write + Send>) -> Result<Box<dyn Appender<Vec<String>>>, EngineError> {
        let mut files = self.files.lock().unwrap();
        files.push(Vec::new());
        let (place, trouble, files) = (files.len() - 1, self.trouble, Arc::clone(&self.files));
        Ok(Box::new(KeptFile { place, in_flight: Arc::clone(&self.in_flight), trouble, files }))
    }
}

impl Appender<Vec<String>> for KeptFile {
    fn append(&mut self, rows: Vec<String>) -> Result<(), EngineError> {
        if self.trouble == Trouble::Appending {
            return Err(failure());
        }
        // Slow, so that the encoding workers could get ahead.
        if rows.iter().map(String::len).sum::<usize>() > 1 << 20 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        self.in_flight.now.fetch_sub(rows.iter().map(String::len).sum(), Ordering::SeqCst);
        self.files.lock().unwrap()[self.place].extend(rows);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<SinkReport, EngineError> {
        Ok(SinkReport::default())
    }
}

/// What is to be written, and how.
struct Case {
    order: RowOrder,
    /// How many rows, what all begin with, and how long each is.
    rows: usize,
    start: &'static str,
    length: usize,
    threads: usize,
    at_a_time: usize,
    max_rows: Option<u64>,
    trouble: Trouble,
}

impl Default for Case {
    fn default() -> Self {
        let (order, trouble) = (RowOrder::Pseudonym, Trouble::None);
        Self { order, rows: 5000, start: "", length: 20, threads: 2, at_a_time: 64, max_rows: None, trouble }
    }
}

/// Texts that begin like pseudonyms, in no order.
fn texts(case: &Case) -> Vec<String> {
    let digits = |number: usize| format!("{:016x}", (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    (0..case.rows).map(|number| format!("{:0<1$}", format!("{}{}", case.start, digits(number)), case.length)).collect()
}

fn written(case: &Case) -> (Result<WrittenFiles, EngineError>, Account, Vec<Vec<String>>) {
    let (result, account, files, _) = written_within(case, MemoryBudget::of(0));
    (result, account, files)
}

/// Also returns the most bytes that were in flight.
fn written_within(
    case: &Case,
    memory: MemoryBudget,
) -> (Result<WrittenFiles, EngineError>, Account, Vec<Vec<String>>, usize) {
    let space = MemorySpace::default();
    let texts = texts(case);
    let layout = RowLayout::new(vec![CellKind::Text], Some(0));
    let checks = CheckList::new(None, Vec::new());
    let store = SpillStore::new(case.order, 2, memory, checks.layouts());
    for (block, some) in texts.chunks(700).enumerate() {
        let cells = [Cells::Text(some.iter().map(|text| Some(text.as_str())).collect())];
        let states = [vec![CellState::UNCHANGED; some.len()]];
        let mut minimised = MinimisedRows::default();
        let mut digests = Vec::new();
        for row in 0..some.len() {
            let record = block * 1000 + row;
            digests.push(record as u64);
            minimised.push(record as u64, |out| layout.encode(&cells, &states, &[], row, out)).unwrap();
        }
        let minimised = minimised.with_entries(checks.collect(&digests, &[], &[]));
        // One subject of each block is restricted: that of its first row.
        let restricted = [((block * 1000) as u64, DropReason::ConsentWithdrawn)];
        store.add(block % 2, block / 2, &space, &minimised, &restricted).unwrap();
    }
    let store = store.close(&space).unwrap();
    let withheld = decide(&checks, &store, &space, MemoryBudget::default()).unwrap();
    let stop = AtomicBool::new(case.trouble == Trouble::Stopped);
    let context = RunContext::for_tests(case.threads, &stop, &space, memory).unwrap();
    let releasing = RowReleaser {
        context: &context,
        store: &store,
        codes: &ValueCodes::new(&[], &context.hasher),
        relied_on: &crate::consent::relied_on::ReliedOnCodes::default(),
        withheld: &withheld,
        layout: &layout,
        max_rows_per_file: case.max_rows,
        suppressed: &[],
    };
    let files = Files::default();
    let in_flight = Arc::new(InFlight::default());
    let keeper = Keeper {
        rows: case.at_a_time,
        trouble: case.trouble,
        files: Arc::clone(&files),
        in_flight: Arc::clone(&in_flight),
    };
    let mut open = |_| -> io::Result<Box<dyn io::Write + Send>> { Ok(Box::new(io::sink())) };
    let mut account = Account::default();
    let result = releasing.write(&keeper, &mut open, &mut account);
    let mut counted = Account::default();
    if case.trouble != Trouble::Stopped {
        releasing.count(&mut counted).unwrap();
    }
    if result.is_ok() {
        assert_eq!(account, counted);
    }
    let files = files.lock().unwrap().clone();
    let most = in_flight.most.load(Ordering::SeqCst);
    (result, account, files, most)
}

/// What should be written: all but the first row of each block, in order.
fn expected(case: &Case) -> Vec<String> {
    let texts = texts(case);
    let mut left: Vec<String> =
        texts.iter().enumerate().filter(|(row, _)| row % 700 != 0).map(|(_, text)| text.clone()).collect();
    if case.order == RowOrder::Pseudonym {
        left.sort();
    }
    left
}

fn check(case: &Case) {
    let (result, account, files) = written(case);
    let rows = expected(case);
    let lengths: Vec<u64> = files.iter().map(|file| file.len() as u64).collect();
    assert_eq!(result.unwrap().rows, lengths);
    let max = usize::try_from(case.max_rows.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    assert!(files.iter().rev().skip(1).all(|file| file.len() == max));
    assert!(files.last().unwrap().len() <= max);
    assert_eq!(files.concat(), rows);
    assert_eq!(account.delivered, rows.len() as u64);
    let cells = account.delivered_columns.iter().map(|tally| (tally.cells, tally.unchanged)).collect::<Vec<_>>();
    assert!(cells.is_empty() || cells == [(rows.len() as u64, rows.len() as u64)], "{cells:?}");
    assert_eq!(account.dropped.values().sum::<u64>(), (case.rows - rows.len()) as u64);
    assert_eq!(account.fates.records, case.rows as u64);
}

#[test]
fn everything_comes_in_order_for_any_number_of_threads_and_rows() {
    for order in [RowOrder::Pseudonym, RowOrder::Extract] {
        for threads in [1, 2, 5] {
            for (at_a_time, max_rows) in [(1, None), (64, None), (64, Some(100)), (7, Some(7)), (1 << 16, Some(4999))] {
                check(&Case { order, threads, at_a_time, max_rows, ..Case::default() });
            }
        }
    }
}

#[test]
fn nothing_to_write_is_one_file_without_rows() {
    for threads in [1, 2, 5] {
        check(&Case { rows: 0, threads, ..Case::default() });
        // One row, and its subject is restricted.
        check(&Case { rows: 1, threads, ..Case::default() });
    }
}

#[test]
fn partitions_that_are_too_large_are_written_piece_by_piece() {
    // All in one partition, three times as large as the limit.
    for threads in [1, 3] {
        check(&Case { rows: 600, start: "abc", length: 20_000, threads, at_a_time: 3, ..Case::default() });
    }
}

#[test]
fn trouble_of_one_worker_ends_all() {
    for threads in [1, 2, 5] {
        let error = |trouble| written(&Case { threads, trouble, ..Case::default() }).0.unwrap_err();
        assert!(matches!(error(Trouble::Encoding), EngineError::Write { .. }));
        assert!(matches!(error(Trouble::Appending), EngineError::Write { .. }));
        assert!(matches!(error(Trouble::Panic), EngineError::Bug { .. }));
        assert!(matches!(error(Trouble::Stopped), EngineError::Interrupted));
    }
}

#[test]
fn what_is_in_flight_is_bounded_by_memory_whatever_the_threads() {
    // 40 MiB in chunks of 16, of rows of 60 KiB.
    let case = |threads| Case { rows: 690, length: 60 << 10, threads, at_a_time: 1 << 16, ..Case::default() };
    let within = |threads, memory| {
        let (result, _, files, most) = written_within(&case(threads), MemoryBudget::of(memory));
        assert_eq!(result.unwrap().rows.iter().sum::<u64>(), 689);
        (files, most)
    };
    let (expected, alone) = within(1, 0);
    let chunk = 16 << 20;
    assert!(alone <= chunk, "{alone}");
    for (threads, memory) in [(8, 0), (8, 33 << 20), (2, 1 << 30)] {
        let (files, most) = within(threads, memory);
        assert!(files == expected, "{threads} threads, {memory} bytes of memory");
        let bound = usize::try_from(memory).unwrap().max(chunk);
        assert!(most <= bound, "{threads} threads, {memory} bytes of memory: {most}");
    }
}
