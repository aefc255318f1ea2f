//! The ports of the engine: where blocks of records come from, where released rows
//! go, and where waiting rows may be spilled. Formats implement them, so the engine
//! depends on no format.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::fault::EngineError;
use crate::model::cells::Cells;
use crate::model::column_type::{ColumnType, TextlessType};
use crate::model::digest::Digest;
use crate::model::name::OutputName;
use crate::model::outcome::reason::DropReason;
use crate::model::outcome::structure_fault::StructureFault;
use crate::row_rule::View;

/// A column of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a name and a type, nothing else")]
pub struct SourceColumn {
    /// The name in the file. In a file without a header it is a cell: so it is only
    /// shown if the policy has the same name.
    pub name: String,
    /// The type; text for CSV.
    pub column_type: ColumnType,
    /// The type in the file, if it cannot be written as text: such a column cannot
    /// be read, only ignored.
    pub without_text: Option<TextlessType>,
}

/// A block of records that is not parsed yet. Made in order, parsed in any order.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by every source, taken apart by its own parser")]
pub struct Ticket {
    /// The number of the block in its source, from 0.
    pub number: u64,
    /// Where the parser finds the bytes.
    pub payload: Payload,
    /// The offset of the first record, if the engine knows it. `None`: the parser
    /// must find or guess it.
    pub from: Option<u64>,
}

/// Where the parser finds the bytes of a block.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "every way a source cuts itself up")]
pub enum Payload {
    /// Here, with their offset in the (decompressed) source.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
        /// Where they start.
        offset: u64,
    },
    /// In this range of the file, which the parser reads itself.
    Range(Range<u64>),
    /// In the part of this number: a row group or a record batch.
    Part(u64),
}

/// A malformed record: where it is, never what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "one line of the quarantine file")]
pub struct Quarantined {
    /// Its index among all records of the block, from 0.
    pub index: u32,
    /// Its offset in the (decompressed) file; in Parquet and IPC its row.
    pub offset: u64,
    /// Its length in bytes, without the end of the line.
    pub length: u64,
    /// What is wrong.
    pub fault: StructureFault,
    /// The column with the fault, from 1, if there is one.
    pub column: Option<u32>,
}

/// Which rows of a block are wanted.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "every source answers both")]
pub enum Wanted<'r> {
    /// All rows of a range.
    Run(Range<usize>),
    /// These rows, ascending.
    Only(&'r [u32]),
}

impl Wanted<'_> {
    /// How many rows are wanted.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Run(run) => run.len(),
            Self::Only(rows) => rows.len(),
        }
    }

    /// Whether no row is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The accepted records of one block. Cells are borrowed from it.
pub trait Rows: Send + Sync {
    /// How many accepted records there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The index of an accepted record among all records of the block, from 0;
    /// malformed ones count.
    fn index_in_block(&self, row: usize) -> u32;
    /// Appends the cells of one source column to `cells`, those of the `wanted`
    /// rows. With [`View::Raw`] a cell is `None` only if the format itself has a
    /// null; with [`View::Value`] also if it is one of the `null_values`.
    fn gather<'a>(&'a self, column: usize, wanted: Wanted<'_>, view: View, cells: &mut Vec<Option<&'a str>>);
    /// The verdicts of `judge` on every row by its cell of one column, if that
    /// column has few different values: then each value is judged once. Blocks that
    /// share their values may share the verdicts too (a memo), so `judge` must
    /// return the same for the same `key`.
    fn by_value(&self, column: usize, view: View, key: usize, judge: &JudgeCells<'_>) -> Option<ByValue<'_>> {
        let _ = (column, view, key, judge);
        None
    }
}

/// Gives a verdict on each of some cells.
pub(crate) type JudgeCells<'j> = dyn Fn(&[Option<&str>]) -> Vec<Option<DropReason>> + 'j;

/// Verdicts on the values of a column, and the value of each row.
#[derive(Debug)]
pub struct ByValue<'r> {
    codes: &'r [u32],
    /// The verdict on each value, and last the verdict on a missing cell.
    verdicts: Arc<[Option<DropReason>]>,
}

impl<'r> ByValue<'r> {
    /// `codes` has the code of each row, and `verdicts` the verdict on each code;
    /// the last verdict is for a missing cell, for which any higher code may be
    /// used.
    #[must_use]
    pub fn new(codes: &'r [u32], verdicts: Arc<[Option<DropReason>]>) -> Self {
        Self { codes, verdicts }
    }

    /// Sets the verdict of every row of a range that has none yet.
    pub(crate) fn judge(&self, run: Range<usize>, verdicts: &mut [Option<DropReason>]) {
        let missing = self.verdicts.last().copied().flatten();
        let codes = self.codes.get(run).unwrap_or_default();
        for (verdict, code) in verdicts.iter_mut().zip(codes) {
            *verdict = verdict.or(self.verdicts.get(*code as usize).copied().unwrap_or(missing));
        }
    }
}

/// A block after parsing.
#[expect(clippy::exhaustive_structs, reason = "made by every parser")]
pub struct Parsed {
    /// How many records the block has: accepted and malformed.
    pub records: u32,
    /// The malformed records, ascending by index.
    pub quarantined: Vec<Quarantined>,
    /// The accepted records.
    pub rows: Box<dyn Rows>,
    /// How many bytes of the stored extract the block covers: for progress.
    pub bytes: u64,
    /// The offset of the first record, if the parser guessed it. The engine
    /// compares it with the end of the block before, and parses again with
    /// [`Ticket::from`] if the guess was wrong.
    pub opens: Option<u64>,
    /// The offset of the end of the last record, if the next block may need it.
    pub closes: Option<u64>,
}

/// Parses blocks, on any thread, in any order.
pub trait BlockParser: Send + Sync {
    /// Parses one block. `needed` are the source columns whose cells will be read,
    /// ascending; the structure of all fields is checked nevertheless.
    ///
    /// # Errors
    /// A fault after which the rest of the file cannot be read. A record number in
    /// it counts from 1 within the block; the engine adds the records before it.
    /// counts from 1 within the block; the engine adds the records before it.
    fn parse(&self, ticket: &mut Ticket, needed: &[usize]) -> Result<Parsed, EngineError>;
}

/// The size of a source, as far as known beforehand: for progress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two optional sizes")]
pub struct Extent {
    /// Bytes as stored.
    pub bytes: Option<u64>,
    /// Records.
    pub records: Option<u64>,
}

/// The evidence of an input: known once it was read to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by every source")]
pub struct InputEvidence {
    /// Bytes as stored.
    pub bytes: u64,
    /// BLAKE3 of the file as stored.
    pub blake3: Digest,
    /// How many U+FFFD characters it has, if they were counted: a sign of an
    /// earlier bad conversion.
    pub replacement_characters: u64,
    /// Columns that were asked for and that no record had, in formats whose records
    /// may each have other keys.
    pub never_seen: Vec<String>,
    /// Lines that the policy says are no records.
    pub skipped_lines: u64,
}

/// One file of the extract.
pub trait Source: Send {
    /// The name of the file as it was given, for messages.
    fn file(&self) -> &Arc<str>;
    /// Its columns.
    fn columns(&self) -> &[SourceColumn];
    /// Its size.
    fn extent(&self) -> Extent;
    /// Whether every record has the same columns.
    fn has_fixed_columns(&self) -> bool {
        true
    }
    /// How many lines there seem to be before its header, if the first line does not
    /// read as one: for messages alone.
    fn lines_before_header(&self) -> Option<u32> {
        None
    }
    /// What parses its blocks.
    fn parser(&self) -> Arc<dyn BlockParser>;
    /// The next block. Cheap, since one thread at a time calls it. `None` after the
    /// last.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError>;
    /// Called once all blocks were parsed: checks that nothing follows and that the
    /// file did not change, and returns its digest.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError>;
}

/// A column of the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name.
    pub name: OutputName,
    /// Its type.
    pub column_type: ColumnType,
}

/// Rows that may be delivered. Only the engine makes them: every row has passed
/// every rule, and every column its action.
///
/// ```compile_fail
/// use scant::internals::Released;
/// let forged = Released { columns: Vec::new(), rows: 0 }; // fields are private
/// ```
#[derive(Debug)]
pub struct Released {
    columns: Vec<Cells>,
    rows: usize,
}

impl Released {
    /// Declares rows released: the last step of the engine, after all checks.
    pub(super) fn new(columns: Vec<Cells>, rows: usize) -> Self {
        Self { columns, rows }
    }

    /// The columns, in the order of the delivery.
    #[must_use]
    pub fn columns(&self) -> &[Cells] {
        &self.columns
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Makes released rows of arbitrary cells, to test a sink.
    #[cfg(test)]
    pub(crate) fn for_tests(columns: Vec<Cells>, rows: usize) -> Self {
        Self::new(columns, rows)
    }
}

/// Encodes released rows as the bytes (or pages) of a format, on any thread.
pub trait Encoder: Send + Sync {
    /// What the appender receives.
    type Encoded: Send;
    /// How many rows are encoded together. In formats where this is visible, as a
    /// row group or a record batch, changing it changes the files.
    fn rows_at_a_time(&self) -> usize {
        1 << 16
    }
    /// Encodes some rows: one row group, one record batch, or some lines.
    ///
    /// # Errors
    /// [`EngineError::Write`] or [`EngineError::Bug`].
    fn encode(&self, rows: &Released) -> Result<Self::Encoded, EngineError>;
    /// Begins a file for the encoded rows, which are written to `file`.
    ///
    /// # Errors
    /// [`EngineError::Write`].
    fn open(&self, file: Box<dyn io::Write + Send>) -> Result<Box<dyn Appender<Self::Encoded>>, EngineError>;
}

/// Appends encoded rows to one file, in order.
pub trait Appender<E>: Send {
    /// Appends.
    ///
    /// # Errors
    /// [`EngineError::Write`].
    fn append(&mut self, encoded: E) -> Result<(), EngineError>;
    /// Writes the end of the file and flushes it.
    ///
    /// # Errors
    /// [`EngineError::Write`].
    fn finish(self: Box<Self>) -> Result<SinkReport, EngineError>;
}

/// What a sink reports of a finished file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by every sink")]
pub struct SinkReport {
    /// How many cells the formula guard prefixed with `'`.
    pub guarded_cells: u64,
    /// How many numbers the doubles of the format cannot hold exactly.
    pub rounded_cells: u64,
}

/// Creates spill files for minimised rows and keyed digests that wait. None may be
/// left behind when the run ends, in whatever way.
pub trait SpillSpace: Send + Sync {
    /// A new, empty spill file.
    ///
    /// # Errors
    /// As the operating system says.
    fn create(&self) -> io::Result<Box<dyn Spill>>;
}

/// One spill file: written to the end, then read at any offset.
pub trait Spill: Send + Sync {
    /// Appends bytes.
    ///
    /// # Errors
    /// As the operating system says.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Bytes written so far.
    fn len(&self) -> u64;
    /// Whether no byte was written.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Fills `buffer` with the bytes at `offset`.
    ///
    /// # Errors
    /// As the operating system says; too few bytes are an error.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}
