//! Reading CSV: strict, in parallel, and without losing or shifting a record in
//! silence. RFC 4180 in one declared dialect; nothing is guessed. Knows no types:
//! every cell is text. Does not write.
//!
//! Every field of every record is checked, also of columns that are not needed, and a
//! record is accepted or has one [`StructureFault`]; `scan/classify.rs` says in which
//! order. A blank line is a `BlankRecord`, also in a file of one column; the last
//! line counts without a line ending. The header's line ending is the file's.
//!
//! A cell is missing where it is unquoted and one of the `null_values`. So with
//! the empty text among them `1,,2` has a missing cell and `1,"",2` an empty one.
//!
//! Of a record of more than 1 MiB only the first is looked at; its length is told
//! as 1,048,577, which reads "more than 1 MiB".
//!
//! [`StructureFault`]: crate::model::outcome::reason::StructureFault

pub(crate) mod buffers;
pub(crate) mod compressed;
mod header;
mod rows;
mod scan;
#[cfg(test)]
mod tests;
pub(crate) mod uncompressed;
pub(crate) mod validate;
pub(crate) mod write;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::count_rows::{count_records, not_whole};
use super::io::compression::{Compression, ContentReader, stored_with};
use super::io::file::InputFile;
use super::io::magic::{HEAD_BYTES, recognise};
use crate::account::Account;
use crate::engine::WrittenFiles;
use crate::engine::bind::Binding;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::Source;
use crate::engine::run::ReleasePhase;
use crate::engine::write::files::PartOpener;
use crate::format::FormatSpec;
use crate::format::csv::buffers::CsvBufferPool;
use crate::format::csv::compressed::PackedSource;
use crate::format::csv::header::{CsvHeader, MAX_HEADER_READ, read_header};
use crate::format::csv::rows::SharedByBlocks;
use crate::format::csv::scan::classify::Grammar;
use crate::format::csv::scan::reference::Syntax;
use crate::format::csv::uncompressed::PlainSource;
use crate::format::csv::write::CsvEncoder;
use crate::model::file_format::FileFormat;
use crate::policy::plan::OutputRules;

/// What is done with such files.
pub(super) struct Csv;

impl FormatSpec for Csv {
    fn open(&self, path: &Path, name: &Arc<str>, dialect: &CsvDialect) -> Result<Box<dyn Source>, EngineError> {
        open(path, Arc::clone(name), dialect)
    }

    fn write(
        &self,
        released: &ReleasePhase<'_>,
        binding: &Binding,
        rules: &OutputRules,
        open: &mut PartOpener<'_>,
    ) -> Result<(Account, WrittenFiles), EngineError> {
        released.write(binding, &CsvEncoder::new(binding.output().to_vec(), rules.formula_guard), open)
    }

    fn count_rows(&self, path: &Path) -> io::Result<u64> {
        let with_header = count_records(File::open(path)?, Some(b'"'))?;
        with_header.checked_sub(1).ok_or_else(not_whole)
    }
}

/// What fits the second-level cache: a block is read, hashed and scanned while it
/// is hot. A power of two, so that blocks are subtrees of the input's digest.
pub const BLOCK_BYTES: usize = 512 * 1024;
/// Places in a block are told in 32 bits.
const MAX_BLOCK_BYTES: usize = 256 << 20;

/// The dialect of a CSV file, as the policy declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made from the policy, field by field")]
pub struct CsvDialect {
    /// Separates fields. ASCII, not a quote and no line ending.
    pub delimiter: u8,
    /// Encloses fields. ASCII.
    pub quote: u8,
    /// Whether quoted fields may hold line feeds.
    pub newline_in_fields: bool,
    /// Whether blanks around fields are dropped.
    pub trim: bool,
    /// Unquoted cells that mean "no value".
    pub null_values: Vec<String>,
    /// Bytes of a block; tests use tiny ones.
    pub block_bytes: usize,
}

impl Default for CsvDialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: b'"',
            newline_in_fields: false,
            trim: false,
            null_values: vec![String::new()],
            block_bytes: BLOCK_BYTES,
        }
    }
}

impl CsvDialect {
    /// The syntax, if delimiter and quote can be told apart from each other and
    /// from everything else.
    fn syntax(&self) -> Option<Syntax> {
        let Self { delimiter, quote, newline_in_fields, trim, .. } = *self;
        let usable = |byte: u8| byte.is_ascii() && !matches!(byte, 0 | b'\n' | b'\r');
        (usable(delimiter) && usable(quote) && delimiter != quote).then_some(Syntax {
            delimiter,
            quote,
            newline_in_fields,
            trim,
        })
    }
}

/// Opens the CSV file at `path`, called `file` in messages, plain or compressed,
/// and reads its header.
///
/// # Errors
/// A fault of the file's kind, name or header; or [`EngineError::Read`].
pub fn open(path: &Path, file: Arc<str>, dialect: &CsvDialect) -> Result<Box<dyn Source>, EngineError> {
    // The policy compiler has checked the dialect.
    let syntax = dialect.syntax().ok_or(EngineError::Bug { step: "csv dialect" })?;
    let block_bytes = dialect.block_bytes.clamp(1, MAX_BLOCK_BYTES);
    let fault = |kind| EngineError::from(InputFault::file(kind, &file));
    let input = InputFile::open(path, &file)?;
    let magic = recognise(&input.head(HEAD_BYTES)?);
    let nulls = crate::format::null_values::NullValues::new(&dialect.null_values);
    let shared = |header: &CsvHeader| {
        let grammar =
            Grammar { syntax, width: header.columns.len(), crlf: header.crlf, header: header.content.clone() };
        Arc::new(SharedByBlocks { file: Arc::clone(&file), grammar, nulls, pool: CsvBufferPool::default() })
    };
    match stored_with(path, magic, FileFormat::Csv).map_err(fault)? {
        None => {
            let header = plain_header(syntax, &input, &file)?;
            let shared = shared(&header);
            Ok(Box::new(PlainSource::new(input, shared, header, block_bytes)))
        }
        Some(compression) => {
            let (header, head) = packed_header(syntax, compression, input, &file)?;
            let shared = shared(&header);
            let StartOfFile { content, bytes, is_at_end } = head;
            Ok(Box::new(PackedSource::new(content, shared, header, bytes, is_at_end, block_bytes)))
        }
    }
}

/// A header is short: a little is read first, and all it may have only if needed.
const HEADER_READS: [usize; 2] = [64 * 1024, MAX_HEADER_READ];

fn plain_header(syntax: Syntax, input: &InputFile, file: &Arc<str>) -> Result<CsvHeader, EngineError> {
    for count in HEADER_READS {
        let head = input.head(count)?;
        let at_end = head.len() as u64 == input.bytes();
        if let Some(header) = read_header(syntax, &head, at_end, file)? {
            return Ok(header);
        }
    }
    Err(InputFault::file(InputFaultKind::HeaderTooLong, file).into())
}

/// The start of a decompressed file.
struct StartOfFile {
    content: ContentReader,
    bytes: Vec<u8>,
    is_at_end: bool,
}

fn packed_header(
    syntax: Syntax,
    compression: Compression,
    input: InputFile,
    file: &Arc<str>,
) -> Result<(CsvHeader, StartOfFile), EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file));
    let mut content = ContentReader::new(Some(compression), input)?;
    let mut bytes = Vec::new();
    let mut filled = 0;
    let mut is_at_end = false;
    for count in HEADER_READS {
        bytes.resize(count, 0);
        while !is_at_end && let Some(free @ [_, ..]) = bytes.get_mut(filled..) {
            let count = content.read(free)?;
            is_at_end = count == 0;
            filled += count;
        }
        let head = bytes.get(..filled).unwrap_or_default();
        if head.is_empty() {
            return Err(fault(InputFaultKind::EmptyInput));
        }
        let magic = recognise(head.get(..HEAD_BYTES).unwrap_or(head));
        if let Some(kind) = magic.fault_in_content(FileFormat::Csv) {
            return Err(fault(kind));
        }
        if let Some(header) = read_header(syntax, head, is_at_end, file)? {
            bytes.truncate(filled);
            return Ok((header, StartOfFile { content, bytes, is_at_end }));
        }
    }
    Err(fault(InputFaultKind::HeaderTooLong))
}
