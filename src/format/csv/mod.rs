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
//! [`StructureFault`]: crate::model::outcome::structure_fault::StructureFault

pub(crate) mod buffers;
pub(crate) mod compressed;
mod header;
pub(crate) mod line;
mod rows;
mod scan;
mod skipped;
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
use super::io::compression::{ContentReader, stored_with};
use super::io::file::InputFile;
use super::io::magic::{HEAD_BYTES, Magic, recognise};
use crate::account::Account;
use crate::engine::WrittenFiles;
use crate::engine::bind::Binding;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::Source;
use crate::engine::run::ReleasePhase;
use crate::engine::write::files::PartOpener;
use crate::format::FormatSpec;
use crate::format::asked_columns::AskedColumns;
use crate::format::csv::buffers::CsvBufferPool;
use crate::format::csv::compressed::PackedSource;
use crate::format::csv::header::{CsvHeader, MAX_HEADER_READ, read_header};
use crate::format::csv::rows::SharedByBlocks;
use crate::format::csv::scan::bitmasks::NO_QUOTE;
use crate::format::csv::scan::classify::Grammar;
use crate::format::csv::scan::syntax::Syntax;
use crate::format::csv::uncompressed::PlainSource;
use crate::format::csv::write::CsvEncoder;
use crate::format::null_values::NullValues;
use crate::model::dialect::Dialect;
use crate::model::file_format::FileFormat;
use crate::policy::plan::OutputRules;

/// What is done with such files.
pub(super) struct Csv;

impl FormatSpec for Csv {
    fn open(
        &self,
        path: &Path,
        name: &Arc<str>,
        dialect: &Dialect,
        block_bytes: usize,
        _asked: &AskedColumns,
    ) -> Result<Box<dyn Source>, EngineError> {
        open(path, Arc::clone(name), dialect, block_bytes)
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

/// Opens the CSV file at `path`, called `file` in messages, plain or compressed,
/// and reads its header.
///
/// # Errors
/// A fault of the file's kind, name or header; or [`EngineError::Read`].
pub fn open(
    path: &Path,
    file: Arc<str>,
    dialect: &Dialect,
    block_bytes: usize,
) -> Result<Box<dyn Source>, EngineError> {
    let block_bytes = block_bytes.clamp(1, MAX_BLOCK_BYTES);
    let fault = |kind| EngineError::from(InputFault::file(kind, &file));
    let input = InputFile::open(path, &file)?;
    let magic = recognise(&input.head(HEAD_BYTES)?);
    let encoding = dialect.encoding;
    let is_declared = magic == Magic::Utf16 && encoding.is_utf16();
    let compression = stored_with(path, if is_declared { Magic::Text } else { magic }, FileFormat::Csv);
    let compression = compression.map_err(fault)?;
    if compression.is_none() && encoding.is_utf8() {
        let header = stored_header(dialect, &input, &file)?;
        let shared = shared_by_blocks(dialect, &header, &file);
        return Ok(Box::new(PlainSource::new(input, shared, header, &dialect.skip_footer, block_bytes)?));
    }
    let content = ContentReader::new(compression, encoding, input)?;
    let (header, head) = header_of_content(dialect, content, &file)?;
    let shared = shared_by_blocks(dialect, &header, &file);
    Ok(Box::new(PackedSource::new(head, shared, header, dialect.skip_footer.clone(), block_bytes)))
}

fn shared_by_blocks(dialect: &Dialect, header: &CsvHeader, file: &Arc<str>) -> Arc<SharedByBlocks> {
    let syntax = Syntax::of(dialect);
    let grammar = Grammar {
        syntax,
        width: header.columns.len(),
        crlf: header.crlf,
        header: header.content.clone(),
        other_header: header.in_other_writing(syntax),
        has_footer: dialect.skip_footer.count > 0,
    };
    Arc::new(SharedByBlocks {
        file: Arc::clone(file),
        grammar,
        quote: dialect.quote.unwrap_or(NO_QUOTE),
        nulls: NullValues::new(&dialect.null_values.words),
        also_quoted: dialect.null_values.also_quoted,
        is_decoded: !dialect.encoding.is_utf8(),
        pool: CsvBufferPool::default(),
    })
}

/// A header is short: a little is read first, and all it may have only if needed.
const HEADER_READS: [usize; 2] = [64 * 1024, MAX_HEADER_READ];

fn stored_header(dialect: &Dialect, input: &InputFile, file: &Arc<str>) -> Result<CsvHeader, EngineError> {
    for count in HEADER_READS {
        let head = input.head(count)?;
        let at_end = head.len() as u64 == input.bytes();
        if let Some(header) = read_header(dialect, &head, at_end, file)? {
            return Ok(header);
        }
    }
    Err(InputFault::file(InputFaultKind::HeaderTooLong, file).into())
}

/// The start of the content of a file.
struct StartOfFile {
    content: ContentReader,
    bytes: Vec<u8>,
    is_at_end: bool,
}

fn header_of_content(
    dialect: &Dialect,
    mut content: ContentReader,
    file: &Arc<str>,
) -> Result<(CsvHeader, StartOfFile), EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file));
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
        let header = read_header(dialect, head, is_at_end, file).map_err(|error| of_encoding(dialect, error))?;
        if let Some(header) = header {
            bytes.truncate(filled);
            return Ok((header, StartOfFile { content, bytes, is_at_end }));
        }
    }
    Err(fault(InputFaultKind::HeaderTooLong))
}

/// What is no text in the header of a file that was decoded is so in its encoding.
fn of_encoding(dialect: &Dialect, error: EngineError) -> EngineError {
    match error {
        EngineError::Input(fault) if fault.kind == InputFaultKind::BadUtf8 && !dialect.encoding.is_utf8() => {
            EngineError::Input(InputFault { kind: InputFaultKind::BadEncoding, ..fault })
        }
        error => error,
    }
}
