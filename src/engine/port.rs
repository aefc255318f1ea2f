//! The ports of the engine: where blocks of records come from, where released
//! rows go, and where waiting rows may be spilled. Formats implement them, so
//! the engine depends on no format.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::fault::EngineError;
use crate::model::cells::Cells;
use crate::model::column_type::ColumnType;
use crate::model::digest::Digest;
use crate::model::name::OutputName;
use crate::model::outcome::reason::{DropReason, StructureFault};
use crate::row_rule::View;

/// A column as a source presents it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a name and a type, nothing else")]
pub struct SourceColumn {
    /// The name in the file. Somebody's data when the file has no header: never
    /// shown unless the policy names it too.
    pub name: String,
    /// The type; text for CSV.
    pub column_type: ColumnType,
    /// What the type is called, where it has no text: such a column can be passed
    /// over, and not be read.
    pub without_text: Option<&'static str>,
}

/// A block of records that is still to be parsed. Made in order, parsed in any.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by every source, taken apart by its own parser")]
pub struct Ticket {
    /// Position among the blocks of this source, from 0.
    pub number: u64,
    /// What the parser needs to get at the block.
    pub payload: Payload,
    /// Where the first record starts, when the engine knows it for sure. `None`
    /// lets the parser find (or guess) it.
    pub from: Option<u64>,
}

/// What a parser needs to get at a block.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "every way a source cuts itself up")]
pub enum Payload {
    /// The bytes themselves, and their offset in the (decompressed) source.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
        /// Where they start.
        offset: u64,
    },
    /// A range of bytes the parser reads itself.
    Range(Range<u64>),
    /// A numbered part: a row group, a record batch.
    Part(u64),
}

/// A malformed record: where it stands, never what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "one line of the quarantine file")]
pub struct Quarantined {
    /// Position among the records of the block, from 0, malformed ones counted.
    pub index: u32,
    /// Byte offset in the (decompressed) file; for Parquet and IPC the row.
    pub offset: u64,
    /// Length in bytes, without the line ending.
    pub length: u64,
    /// What is wrong.
    pub fault: StructureFault,
    /// The column where it shows, from 1, where one can be named.
    pub column: Option<u32>,
}

/// The rows of a block that are asked for.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "every source answers both")]
pub enum Wanted<'r> {
    /// A run of them.
    Run(Range<usize>),
    /// Those listed, ascending.
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

    /// Whether none is.
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
    /// Position of an accepted record among all records of the block, from 0,
    /// malformed ones counted.
    fn index_in_block(&self, row: usize) -> u32;
    /// Appends the cells of one source column to `cells`, those of the `wanted`
    /// rows. With [`View::Raw`] a cell is `None`
    /// only where the format has a null of its own; with [`View::Value`] also
    /// where it is one of the `null_values`.
    fn gather<'a>(&'a self, column: usize, wanted: Wanted<'_>, view: View, cells: &mut Vec<Option<&'a str>>);
    /// What `judge` says of every row by its cell of one column, where the cells of
    /// that column are a few values many times over and each value can be judged
    /// once. Blocks that share their values may share the answers too, so `judge`
    /// must say the same whenever it is asked under one `key`.
    fn by_value(&self, column: usize, view: View, key: usize, judge: &JudgeCells<'_>) -> Option<ByValue<'_>> {
        let _ = (column, view, key, judge);
        None
    }
}

/// Gives a verdict on each of some cells.
pub(crate) type JudgeCells<'j> = dyn Fn(&[Option<&str>]) -> Vec<Option<DropReason>> + 'j;

/// Verdicts on the values of a column, and which value each row has.
#[derive(Debug)]
pub struct ByValue<'r> {
    codes: &'r [u32],
    /// Of each value, and last of a missing cell.
    verdicts: Arc<[Option<DropReason>]>,
}

impl<'r> ByValue<'r> {
    /// The code of each row, and the verdict on each code; the last is for a missing
    /// cell, which any higher code stands for.
    #[must_use]
    pub fn new(codes: &'r [u32], verdicts: Arc<[Option<DropReason>]>) -> Self {
        Self { codes, verdicts }
    }

    /// Gives its verdict to every row of a run that has none yet.
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
    /// Records in the block: accepted and quarantined.
    pub records: u32,
    /// The malformed ones, ascending by index.
    pub quarantined: Vec<Quarantined>,
    /// The others.
    pub rows: Box<dyn Rows>,
    /// Bytes of the extract as stored that this block stands for: for progress.
    pub bytes: u64,
    /// Where the first record starts, if the parser had to guess it. The engine
    /// compares it with where the block before really ended and asks again with
    /// [`Ticket::from`] when the guess was wrong.
    pub opens: Option<u64>,
    /// Where the last record ends, if the next block may have to know.
    pub closes: Option<u64>,
}

/// Parses blocks, on any thread, in any order.
pub trait BlockParser: Send + Sync {
    /// Parses one block. `needed` are the source columns whose cells will be
    /// asked for, ascending; the structure of every field is checked all the
    /// same.
    ///
    /// # Errors
    /// A fault that makes the rest of the file unknowable. A record number in it
    /// counts from 1 within the block; the engine adds the records before it.
    fn parse(&self, ticket: &mut Ticket, needed: &[usize]) -> Result<Parsed, EngineError>;
}

/// How large a source is, as far as known beforehand: for progress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two optional sizes")]
pub struct Extent {
    /// Bytes as stored.
    pub bytes: Option<u64>,
    /// Records.
    pub records: Option<u64>,
}

/// What is known of an input once it was read to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by every source")]
pub struct InputEvidence {
    /// Bytes as stored.
    pub bytes: u64,
    /// BLAKE3 of the file as stored.
    pub blake3: Digest,
    /// U+FFFD characters in it, where counted: a sign of an earlier bad
    /// conversion.
    pub replacement_characters: u64,
}

/// One file of the extract.
pub trait Source: Send {
    /// The file's name as given, for messages.
    fn file(&self) -> &Arc<str>;
    /// Its columns.
    fn columns(&self) -> &[SourceColumn];
    /// Its size.
    fn extent(&self) -> Extent;
    /// What parses its blocks.
    fn parser(&self) -> Arc<dyn BlockParser>;
    /// The next block; serial and cheap. `None` after the last.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError>;
    /// Called once every block was parsed: checks that nothing follows and that
    /// the file did not change, and gives its digest.
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

/// Rows that may leave the house. Only the engine makes one: every row in it
/// has passed every rule, and every column every action.
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
    /// Declares rows released. The engine's last step, after the subject check.
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

    /// Makes released rows out of nothing, to test a sink.
    #[cfg(test)]
    pub(crate) fn for_tests(columns: Vec<Cells>, rows: usize) -> Self {
        Self::new(columns, rows)
    }
}

/// Turns released rows into the bytes (or pages) of a format, on any thread.
pub trait Encoder: Send + Sync {
    /// What an appender takes.
    type Encoded: Send;
    /// Rows that are encoded together. Where it leaves a trace, as a row group or a
    /// record batch, changing it changes the files.
    fn rows_at_a_time(&self) -> usize {
        1 << 16
    }
    /// Encodes one run of rows: one row group, one record batch, some lines.
    ///
    /// # Errors
    /// [`EngineError::Write`] or [`EngineError::Bug`].
    fn encode(&self, rows: &Released) -> Result<Self::Encoded, EngineError>;
    /// Opens a file for what was encoded, taking the place it goes to.
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
    /// Writes what ends the file and flushes it.
    ///
    /// # Errors
    /// [`EngineError::Write`].
    fn finish(self: Box<Self>) -> Result<SinkReport, EngineError>;
}

/// What a sink has to say about a finished file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by every sink")]
pub struct SinkReport {
    /// Cells to which the formula guard put a `'`.
    pub guarded_cells: u64,
    /// Numbers that the doubles of the format cannot hold to the last digit.
    pub rounded_cells: u64,
}

/// Room for minimised rows and keyed digests that wait. Everything in it is
/// gone before the delivery is published.
pub trait SpillSpace: Send + Sync {
    /// A new, empty spill file.
    ///
    /// # Errors
    /// As the operating system says.
    fn create(&self) -> io::Result<Box<dyn Spill>>;
}

/// One spill file: written to the end, then read from any place.
pub trait Spill: Send + Sync {
    /// Appends bytes.
    ///
    /// # Errors
    /// As the operating system says.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Bytes written so far.
    fn len(&self) -> u64;
    /// Whether nothing was written.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// As the operating system says; too few bytes are an error.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}
