//! Every kind of fault of a file that is read: what is wrong, and what to try.

/// The kind of an [`InputFault`](super::fault::InputFault). The controller corrects
/// the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFaultKind {
    /// The lines of the file end with carriage returns alone.
    BareCrFile,
    /// The first bytes are those of another kind of file (HTML, JSON, a
    /// spreadsheet).
    BadMagic,
    /// The header, or a whole file, is not UTF-8.
    BadUtf8,
    /// The header has a byte that the declared encoding does not have.
    BadEncoding,
    /// A checksum or the structure of the compression is wrong.
    Corrupt,
    /// The structure of the Parquet or IPC file is wrong.
    CorruptFile,
    /// The workbook counts its days from another one than the policy says.
    DaysCountedOtherwise,
    /// The file has fewer or more records than it, or its companion, declares.
    CountMismatch,
    /// Two columns have the same name, perhaps written in two ways.
    DuplicateColumn,
    /// Two entries of a deletion list have the same id of a work item.
    DuplicateEntry,
    /// One file was given twice.
    DuplicateInput,
    /// The file begins with two byte order marks.
    DoubledByteOrderMark,
    /// A header cell is empty.
    EmptyHeaderCell,
    /// The file has no record.
    EmptyInput,
    /// A list names no person, and the policy does not allow that.
    EmptyList,
    /// Fewer lines than are to be skipped.
    FewerLines,
    /// The content has another format than the name says.
    FormatMismatch,
    /// A cell of a sheet holds a formula.
    Formula,
    /// The header does not name the columns the policy needs.
    HeaderMismatch,
    /// A header cell is longer than 1 KiB, or the header than 1 MiB.
    HeaderTooLong,
    /// A row or column of a sheet is hidden.
    HiddenCells,
    /// The sheet that is read is hidden.
    HiddenSheet,
    /// The workbook has hidden sheets.
    HiddenSheets,
    /// The file was written to while it was read.
    InputChanged,
    /// The only day that a list gives is after the as-of day.
    ListToCome,
    /// The text begins as a JSON array does.
    JsonArray,
    /// A list has a malformed entry, or an entry without the id of its work item.
    MalformedEntry,
    /// Cells of a sheet are merged.
    MergedCells,
    /// A column the policy needs is missing.
    MissingColumn,
    /// The workbook has no sheet of that name.
    MissingSheet,
    /// Compressed data inside compressed data.
    NestedCompression,
    /// The compression needs a dictionary.
    NeedsDictionary,
    /// No byte-order mark, where the policy says that it decides the encoding.
    NoByteOrderMark,
    /// There are NUL bytes everywhere: most likely UTF-16 without a byte order
    /// mark.
    Nul,
    /// A format that this build does not read.
    NotBuilt,
    /// A directory, pipe, device or socket.
    NotRegular,
    /// The byte-order mark of another encoding than the declared one.
    OtherByteOrderMark,
    /// An archive, or a compression that scant does not read.
    OtherCompression,
    /// The file may not be read.
    Permission,
    /// Decompressed, the data exceed the limit.
    RatioLimit,
    /// The extract is inside the folder of the delivery.
    SameFile,
    /// The first line says the delimiter, as spreadsheets write it.
    SeparatorLine,
    /// The lines to be skipped do not start as the policy says.
    SkippedLinesDiffer,
    /// The lines to be skipped have more than 1 MiB.
    SkippedLinesTooLong,
    /// A line to be skipped reads as a record.
    SkippedRecord,
    /// The policy does not say which sheet is read.
    SheetNotSaid,
    /// A sheet is larger than what is held in memory.
    SheetTooLarge,
    /// Parts of a Parquet file overlap, so that records could be read twice.
    SharedChunks,
    /// The files of one run have different sets of columns.
    ColumnSetDiffers,
    /// More columns than the limit of 4,096.
    TooManyColumns,
    /// There are data after the end of the compressed stream.
    TrailingData,
    /// The file ends too early.
    Truncated,
    /// A column the policy does not list, under `unlisted = "refuse"`.
    UnknownColumn,
    /// A cell that must be readable is not, under `unreadable = "refuse"`.
    UnreadableCell,
    /// The companion that should say how many records there are does not say it.
    UnreadableCount,
    /// Neither the name nor the policy says which format it has.
    UnknownFormat,
    /// The day of a list is said nowhere, or cannot be read.
    UndatedList,
    /// The file uses something that is not supported (encryption, nesting, a
    /// codec).
    Unsupported,
    /// A column the policy needs has a type that cannot be written as text.
    UnsupportedType,
    /// A quoted field does not end.
    UnterminatedQuote,
    /// UTF-16.
    Utf16,
    /// UTF-32.
    Utf32,
    /// Decompression needs more memory than the limit.
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
            Self::BadEncoding => "it has a byte that the declared encoding does not have",
            Self::BareCrFile => "lines end in carriage returns alone",
            Self::ColumnSetDiffers => "its set of columns differs from the first file's",
            Self::Corrupt => "the compressed data is corrupt",
            Self::CorruptFile => "the structure of the file is corrupt",
            Self::DaysCountedOtherwise => {
                "it counts days from another one than `date_format` says: its dates would be four years off"
            }
            Self::CountMismatch => "the number of records is not the one declared",
            Self::DuplicateColumn => "two columns have the same name",
            Self::DuplicateEntry => "the id of this entry stands in the list before",
            Self::DuplicateInput => "the same file is given twice",
            Self::DoubledByteOrderMark => "it begins with two byte order marks",
            Self::EmptyHeaderCell => "a header cell is empty",
            Self::EmptyInput => "there is no record",
            Self::EmptyList => "the list names nobody",
            Self::FewerLines => "it has fewer lines than are to be skipped",
            Self::FormatMismatch => "the content is not what the name says",
            Self::Formula => "a cell holds a formula, whose value is only what was calculated last",
            Self::HeaderMismatch => "the header does not name the columns the policy needs",
            Self::HeaderTooLong => "the header is too long",
            Self::HiddenCells => "a row or column is hidden, so that whoever looked at the sheet did not see it",
            Self::HiddenSheet => "the sheet is hidden",
            Self::HiddenSheets => "it has hidden sheets, which whoever sent it may not know of",
            Self::InputChanged => "the file changed while it was read",
            Self::JsonArray => "it begins as a JSON array does",
            Self::ListToCome => "the only day it gives the list is after the as-of day, which makes nothing fresh",
            Self::MalformedEntry => "this entry of a list is malformed, and whoever it names would be missed",
            Self::MergedCells => "cells are merged, and only the first of them has a value",
            Self::MissingSheet => "it has no sheet of cells of the name in the policy",
            Self::MissingColumn => "a column the policy needs is missing",
            Self::NeedsDictionary => "the compression needs a dictionary",
            Self::NestedCompression => "compressed data lies inside compressed data",
            Self::NoByteOrderMark => "it does not begin with the byte-order mark of UTF-16",
            Self::NotBuilt => "this build of scant does not read spreadsheets",
            Self::NotRegular => "it is not a regular file",
            Self::Nul => "it holds NUL bytes",
            Self::OtherByteOrderMark => "it begins with the byte-order mark of another encoding",
            Self::OtherCompression => "it is an archive, or compressed in a way that scant does not read",
            Self::Permission => "it may not be read",
            Self::RatioLimit => "it decompresses to more than the limit",
            Self::SameFile => "the extract lies where the delivery goes",
            Self::SkippedLinesDiffer => "the lines to be skipped do not start as the policy says",
            Self::SkippedLinesTooLong => "the lines to be skipped have more than 1 MiB",
            Self::SkippedRecord => "a line to be skipped reads as a record",
            Self::SeparatorLine => "its first line is `sep=`, as spreadsheets write it",
            Self::SheetNotSaid => "the policy does not say which sheet is read",
            Self::SheetTooLarge => "the sheet is too large to be held in memory",
            Self::SharedChunks => "two of its row groups or columns share bytes, so that records would be read twice",
            Self::TooManyColumns => "it has more than 4,096 columns",
            Self::TooManyQuarantined => "too many records are malformed",
            Self::TrailingData => "data follows the end of the compressed stream",
            Self::Truncated => "the file ends too early",
            Self::UndatedList => "it does not say of which day it is",
            Self::UnknownColumn => "it has a column the policy does not list",
            Self::UnreadableCell => "a cell the policy must be able to read is unreadable",
            Self::UnreadableCount => "it does not say how many records there are",
            Self::UnknownFormat => "its name does not say which format it has",
            Self::Unsupported => "it uses something scant does not support",
            Self::UnsupportedType => "the policy needs it, and values of its type cannot be read",
            Self::UnterminatedQuote => "a quoted field does not end",
            Self::Utf16 => "it is UTF-16",
            Self::Utf32 => "it is UTF-32",
            Self::WindowTooLarge => "its compression window is larger than 128 MiB",
        }
    }

    /// What to try, whatever the file is for.
    pub(super) fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::BadUtf8 => {
                "export the file again as UTF-8, or say what its bytes mean, such as encoding = \"windows-1252\""
            }
            Self::DoubledByteOrderMark => "have one of them taken off: the file was marked twice",
            Self::Nul => "if it is UTF-16, encoding = \"utf-16le\" or \"utf-16be\" reads it",
            Self::SeparatorLine => "skip_lines = 1 passes over it; `delimiter` must be said in the policy",
            Self::Utf16 => "export the file again as UTF-8, or say encoding = \"utf-16\"",
            Self::Utf32 => "export the file again as UTF-8",
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
            Self::NoByteOrderMark => "say encoding = \"utf-16le\" or \"utf-16be\"",
            Self::OtherByteOrderMark => "leave `encoding` out for UTF-8, or say the one of the mark",
            Self::BadEncoding => "look at `encoding`: it is read strictly",
            Self::FewerLines => "look at `skip_lines` and `skip_footer`",
            Self::SkippedLinesDiffer => {
                "look at `skip_lines` and `skip_footer`: `starts_with` is how the first of the skipped lines starts, a blank one or one of delimiters too"
            }
            Self::SkippedRecord => {
                "look at `skip_lines` and `skip_footer`; a line that is no record is skipped if the policy says how the first of the lines starts: skip_footer = { lines = 1, starts_with = \"Total\" }"
            }
            Self::Formula => "have the sheet copied, and its values pasted in place of the formulas",
            Self::HiddenCells => "have it shown, or deleted where it is not meant to be sent; a filter hides rows, too",
            Self::MergedCells => "have the cells unmerged, and each filled",
            Self::NotBuilt => "build scant with `--features xlsx`; or have the sheet exported as CSV in UTF-8",
            Self::SheetTooLarge => {
                "a sheet may have 33,554,432 cells, 256 MiB of text and 512 MiB of XML; export it as CSV in UTF-8"
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
            Self::UnreadableCell => {
                "compare it with the column's date_format, pattern or action; quoted_nulls = true takes null_values in quotes for missing"
            }
            Self::UnreadableCount => "write the number of records there, such as 1042, and nothing else",
            Self::JsonArray => "NDJSON has one object a line: `jq -c '.[]'` writes an array so",
            Self::NestedCompression => "decompress it once",
            Self::OtherCompression => {
                "unpack it: what is read is text, plain or compressed with gzip or zstd, Parquet and IPC"
            }
            _ => return None,
        })
    }
}
