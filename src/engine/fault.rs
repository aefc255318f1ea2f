//! What can be wrong with an extract, and with the world around a run.
//!
//! An [`InputFault`] says what, where (file, record, column by position) and
//! what to try; it has no room for a cell's content.

use std::fmt;
use std::io;
use std::sync::Arc;

/// The kind of an [`InputFault`]. The data owner mends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFaultKind {
    /// Carriage returns alone end the lines of the file.
    BareCrFile,
    /// The first bytes belong to another kind of file (HTML, JSON, a spreadsheet).
    BadMagic,
    /// The header, or a whole file, is not UTF-8.
    BadUtf8,
    /// A checksum or structure of the compression is wrong.
    Corrupt,
    /// The Parquet or IPC structure is wrong.
    CorruptFile,
    /// Fewer or more records than the file, or its companion, declares.
    CountMismatch,
    /// Two columns have one name (after folding case and trimming).
    DuplicateColumn,
    /// Two entries of a deletion list have one work item's id.
    DuplicateEntry,
    /// One file was given twice.
    DuplicateInput,
    /// A header cell is empty.
    EmptyHeaderCell,
    /// No record at all.
    EmptyInput,
    /// A list that may not be empty names nobody.
    EmptyList,
    /// The content is of another format than the name says.
    FormatMismatch,
    /// The header does not name the columns the policy needs.
    HeaderMismatch,
    /// A header cell is longer than 1 KiB, or the header than 1 MiB.
    HeaderTooLong,
    /// The file was written to while it was read.
    InputChanged,
    /// The only day that a list gives is after the as-of day.
    ListToCome,
    /// A list has an entry that is malformed, or no id where a work item must have one.
    MalformedEntry,
    /// A column the policy needs is missing.
    MissingColumn,
    /// Compressed data inside compressed data.
    NestedCompression,
    /// The compression wants a dictionary.
    NeedsDictionary,
    /// NUL bytes all over: most likely UTF-16 without a mark.
    Nul,
    /// A directory, pipe, device or socket.
    NotRegular,
    /// No permission to read it.
    Permission,
    /// Decompression grows beyond the limit.
    RatioLimit,
    /// The extract is also where the delivery goes.
    SameFile,
    /// Parts of a Parquet file lie over each other, as for records that are given
    /// twice.
    SharedChunks,
    /// Files of one run have different sets of columns.
    ColumnSetDiffers,
    /// More columns than the limit of 4,096.
    TooManyColumns,
    /// Data after the end of the compressed stream.
    TrailingData,
    /// The file ends too early.
    Truncated,
    /// A column the policy does not list, under `unlisted = "refuse"`.
    UnknownColumn,
    /// A cell that must be readable is not, under `unreadable = "refuse"`.
    UnreadableCell,
    /// Neither the name nor the policy says which format it has.
    UnknownFormat,
    /// Nothing says of which day a list is, or it cannot be read.
    UndatedList,
    /// Something in the file that is not supported (encryption, nesting, a codec).
    Unsupported,
    /// A column the policy needs is of a type that has no text.
    UnsupportedType,
    /// A quoted field does not end.
    UnterminatedQuote,
    /// UTF-16.
    Utf16,
    /// UTF-32.
    Utf32,
    /// More compression memory than the limit.
    WindowTooLarge,
    /// More malformed records than allowed.
    TooManyQuarantined,
}

impl InputFaultKind {
    /// The kind's name, for `--json` and tests.
    #[must_use]
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// What is wrong, a fragment.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::BadMagic => "the first bytes are those of another kind of file",
            Self::BadUtf8 => "the text is not UTF-8",
            Self::BareCrFile => "lines end in carriage returns alone",
            Self::ColumnSetDiffers => "its set of columns differs from the first file's",
            Self::Corrupt => "the compressed data is corrupt",
            Self::CorruptFile => "the structure of the file is corrupt",
            Self::CountMismatch => "the number of records is not the one declared",
            Self::DuplicateColumn => "two columns have the same name",
            Self::DuplicateEntry => "the id of this entry stands in the list before",
            Self::DuplicateInput => "the same file is given twice",
            Self::EmptyHeaderCell => "a header cell is empty",
            Self::EmptyInput => "there is no record",
            Self::EmptyList => "the list names nobody",
            Self::FormatMismatch => "the content is not what the name says",
            Self::HeaderMismatch => "the header does not name the columns the policy needs",
            Self::HeaderTooLong => "the header is too long",
            Self::InputChanged => "the file changed while it was read",
            Self::ListToCome => "the only day it gives the list is after the as-of day, which makes nothing fresh",
            Self::MalformedEntry => "this entry of a list is malformed, and whoever it names would be missed",
            Self::MissingColumn => "a column the policy needs is missing",
            Self::NeedsDictionary => "the compression needs a dictionary",
            Self::NestedCompression => "compressed data lies inside compressed data",
            Self::NotRegular => "it is not a regular file",
            Self::Nul => "it holds NUL bytes",
            Self::Permission => "it may not be read",
            Self::RatioLimit => "it decompresses to more than the limit",
            Self::SameFile => "the extract lies where the delivery goes",
            Self::SharedChunks => "two of its row groups or columns share bytes, so that records would be read twice",
            Self::TooManyColumns => "it has more than 4,096 columns",
            Self::TooManyQuarantined => "too many records are malformed",
            Self::TrailingData => "data follows the end of the compressed stream",
            Self::Truncated => "the file ends too early",
            Self::UndatedList => "it does not say of which day the list is",
            Self::UnknownColumn => "it has a column the policy does not list",
            Self::UnreadableCell => "a cell the policy must be able to read is unreadable",
            Self::UnknownFormat => "its name does not say which format it has",
            Self::Unsupported => "it uses something scant does not support",
            Self::UnsupportedType => "the policy needs it, and values of its type cannot be read",
            Self::UnterminatedQuote => "a quoted field does not end",
            Self::Utf16 => "it is UTF-16",
            Self::Utf32 => "it is UTF-32",
            Self::WindowTooLarge => "its compression window is larger than 128 MiB",
        }
    }

    /// What to try.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::BadMagic | Self::FormatMismatch => {
                "look at what was delivered to you; give the file the name of its real format, or set its format in the policy"
            }
            Self::BadUtf8 | Self::Utf16 | Self::Utf32 | Self::Nul => "export the file again as UTF-8",
            Self::BareCrFile => "convert the line endings to LF or CRLF",
            Self::Corrupt | Self::CorruptFile | Self::Truncated | Self::TrailingData | Self::CountMismatch => {
                "fetch the file again and compare its size and digest with the source"
            }
            Self::DuplicateEntry | Self::MalformedEntry => {
                "fetch the list again, or have it mended by whoever keeps it"
            }
            Self::DuplicateInput => "name each file once",
            Self::EmptyInput => "an empty file is more often a failed export than an empty table",
            Self::EmptyList => {
                "an empty list is more often a failed export; `may_be_empty = true` in the policy allows one"
            }
            Self::HeaderMismatch | Self::MissingColumn => {
                "compare the header with the policy: names must match exactly, and extract.delimiter must be the file's"
            }
            Self::InputChanged => "run again when the export has finished",
            Self::SharedChunks => "have it written again by the tool it comes from",
            Self::ListToCome => "mend the day of the list, or look at --as-of",
            Self::SameFile => "choose another --output",
            Self::TooManyQuarantined => "see the quarantine report for places; --max-malformed N allows N of them",
            Self::UndatedList => {
                "give `as_of` or `as_of_column` in the policy, or write the day, such as 2018-06-20, into FILE.as_of beside the list"
            }
            Self::UnknownColumn => "list the column in the policy, or set extract.unlisted = \"drop\"",
            Self::UnknownFormat => "set the format in the policy: extract.format, or consent.events.format for a log",
            Self::UnsupportedType => {
                "export the column as text, a number, a date or a timestamp in UTC (from Spark, with spark.sql.parquet.outputTimestampType = TIMESTAMP_MICROS); or let the policy drop it, or not name it: what is not needed is not looked into"
            }
            Self::UnterminatedQuote => {
                "if free text really holds line breaks, set newline_in_fields = true where the policy describes the file; otherwise mend the quote"
            }
            Self::NestedCompression => "decompress it once",
            _ => return None,
        })
    }
}

/// Something wrong with an extract: what, in which file, where.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain facts, stated by whoever finds them")]
pub struct InputFault {
    /// What is wrong.
    pub kind: InputFaultKind,
    /// The file, as it was named on the command line.
    pub file: Arc<str>,
    /// The record, counted from 1 after the header.
    pub record: Option<u64>,
    /// The column, counted from 1.
    pub column: Option<u32>,
    /// The column's name, only where the policy itself names it.
    pub column_name: Option<String>,
    /// What the type of the column is called, where that is what is wrong.
    pub type_name: Option<&'static str>,
}

impl InputFault {
    /// A fault of a whole file.
    #[must_use]
    pub fn file(kind: InputFaultKind, file: &Arc<str>) -> Self {
        Self { kind, file: Arc::clone(file), record: None, column: None, column_name: None, type_name: None }
    }

    /// The same fault, at a record.
    #[must_use]
    pub fn at_record(mut self, record: u64) -> Self {
        self.record = Some(record);
        self
    }

    /// The same fault, at a column by position, counted from 1.
    #[must_use]
    pub fn at_column(mut self, column: u32) -> Self {
        self.column = Some(column);
        self
    }

    /// The same fault, about a column that the policy names.
    #[must_use]
    pub fn about(mut self, column: &str) -> Self {
        self.column_name = Some(column.to_owned());
        self
    }

    /// The same fault, of a column of a type that is called so.
    #[must_use]
    pub fn of_type(mut self, type_name: &'static str) -> Self {
        self.type_name = Some(type_name);
        self
    }

    /// What an operating system error while reading means. Its text is dropped.
    #[must_use]
    pub fn from_io(error: &io::Error, file: &Arc<str>) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::PermissionDenied => InputFaultKind::Permission,
            io::ErrorKind::UnexpectedEof => InputFaultKind::Truncated,
            io::ErrorKind::IsADirectory => InputFaultKind::NotRegular,
            _ => InputFaultKind::Corrupt,
        };
        Self::file(kind, file)
    }
}

impl fmt::Display for InputFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(record) = self.record {
            write!(f, " record {record}")?;
        }
        match (&self.column_name, self.column) {
            (Some(name), _) => write!(f, ", column `{name}`")?,
            (None, Some(column)) => write!(f, ", column {column}")?,
            (None, None) => {}
        }
        write!(f, ": {}", self.kind.what())?;
        self.type_name.map_or(Ok(()), |name| write!(f, ": {name}"))
    }
}

impl std::error::Error for InputFault {}

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The extract is at fault.
    #[error("{0}")]
    Input(InputFault),
    /// Reading the extract failed in the operating system.
    #[error("cannot read {file}")]
    Read {
        /// The file.
        file: Arc<str>,
        /// The operating system's error: no cell can be in it.
        source: io::Error,
    },
    /// Writing failed in the operating system.
    #[error("cannot write {what}")]
    Write {
        /// What was being written.
        what: &'static str,
        /// The operating system's error.
        source: io::Error,
    },
    /// The run was interrupted.
    #[error("interrupted")]
    Interrupted,
    /// More records are malformed than are allowed, and so many that the rest is
    /// not read.
    #[error("more than {limit} records are malformed, and {allowed} are allowed; the rest was not read")]
    MalformedWithoutEnd {
        /// How many were read.
        limit: u64,
        /// How many are allowed.
        allowed: u64,
    },
    /// A promise of ours is broken: a bug.
    #[error("a bug in scant, in step `{step}`; nothing was delivered; please report it")]
    Bug {
        /// Where.
        step: &'static str,
    },
}

impl EngineError {
    /// A fault of which the record was counted within its block, counted within
    /// its file: `before` records came before the block.
    pub(super) fn after(self, before: u64) -> Self {
        match self {
            Self::Input(mut fault) => {
                fault.record = fault.record.map(|record| record + before);
                Self::Input(fault)
            }
            other => other,
        }
    }
}

impl From<InputFault> for EngineError {
    fn from(fault: InputFault) -> Self {
        Self::Input(fault)
    }
}
