//! Reads the footer of a Parquet file, after checking that nothing in it makes a
//! decoder allocate, recurse or read without bounds. Knows no cells.

use std::collections::BTreeSet;
use std::ops::Range;

use polars_parquet::read::{ColumnChunkMetadata, FileMetadata, RowGroupMetadata};

use super::pages::{self, Page};
use super::thrift::{ThriftField, walk};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::format::io::file::InputFile;
use crate::format::{guarded, most_rows};

const MAGIC: &[u8; 4] = b"PAR1";
const MAGIC_ENCRYPTED: &[u8; 4] = b"PARE";
/// The footer's length, and the magic.
const TAIL: usize = 8;
/// The codecs of the format are 0 to 7.
const LAST_CODEC: i64 = 7;
const DEEPEST_SCHEMA: usize = 32;

/// The metadata of a file, and where its footer begins.
pub(super) struct ParquetFooter {
    pub(super) metadata: FileMetadata,
    pub(super) begins: u64,
    unknown: Unknown,
}

/// What a footer says that is unknown here. It matters only where it is needed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Unknown {
    /// For each node of the schema, depth first, whether its logical type is one of
    /// a later version.
    types: Vec<bool>,
    /// Column chunks, by row group and position, of a codec of a later version.
    codecs: BTreeSet<(usize, usize)>,
    /// What the decoder must not see of it: where a logical type is, and where a
    /// codec does.
    cut: Vec<Range<usize>>,
    zeroed: Vec<usize>,
}

impl Unknown {
    /// The footer without it.
    fn without(&self, mut footer: Vec<u8>) -> Vec<u8> {
        for place in &self.zeroed {
            if let Some(codec) = footer.get_mut(*place) {
                *codec = 0;
            }
        }
        for range in self.cut.iter().rev() {
            footer.drain(range.clone());
        }
        footer
    }
}

impl ParquetFooter {
    /// Whether one of these nodes of the schema, counted depth first from its root,
    /// has a logical type of a later version.
    pub(super) fn is_of_later_version(&self, mut nodes: Range<usize>) -> bool {
        nodes.any(|node| self.unknown.types.get(node) == Some(&true))
    }

    /// Whether a column chunk is compressed in a way that is known.
    pub(super) fn has_known_codec(&self, chunk: (usize, usize)) -> bool {
        !self.unknown.codecs.contains(&chunk)
    }
}

/// Reads and checks the footer.
pub(super) fn read(file: &InputFile) -> Result<ParquetFooter, EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file.name()));
    let corrupt = || fault(InputFaultKind::CorruptFile);
    let mut head = [0; 4];
    let mut tail = [0; TAIL];
    if file.bytes() < TAIL as u64 + 4 {
        return Err(corrupt());
    }
    file.read_exact_at(&mut head, 0)?;
    file.read_exact_at(&mut tail, file.bytes() - TAIL as u64)?;
    let [a, b, c, d, end @ ..] = tail;
    if head == *MAGIC_ENCRYPTED || end == *MAGIC_ENCRYPTED {
        return Err(fault(InputFaultKind::Unsupported));
    }
    if head != *MAGIC {
        return Err(fault(InputFaultKind::FormatMismatch));
    }
    if end != *MAGIC {
        return Err(fault(InputFaultKind::Truncated));
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    let begins = (file.bytes() - TAIL as u64).checked_sub(length).filter(|begins| *begins >= 4).ok_or_else(corrupt)?;
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| corrupt())?];
    file.read_exact_at(&mut bytes, begins)?;
    let unknown = check(&bytes).map_err(fault)?;
    let bytes = unknown.without(bytes);
    let decode = || polars_parquet::parquet::read::deserialize_metadata(bytes.into());
    let metadata = guarded(InputFaultKind::CorruptFile, decode).map_err(fault)?;
    check_rows(&metadata, file.bytes()).map_err(fault)?;
    check_chunks(&metadata, begins).map_err(fault)?;
    Ok(ParquetFooter { metadata, begins, unknown })
}

/// Checks the bytes of the footer before anything is built from them. Field ids
/// are those of `FileMetaData` in the format's `parquet.thrift`.
fn check(footer: &[u8]) -> Result<Unknown, InputFaultKind> {
    let mut children: Vec<i64> = Vec::new();
    let mut unknown = Unknown::default();
    let mut unsupported = false;
    // Row groups, column chunks of the last, and whether its codec is known.
    let (mut groups, mut chunks, mut is_known) = (0, 0, true);
    let mut visit = |path: &[i16], met: ThriftField| match (path, met) {
        ([2], ThriftField::Structure) => {
            children.push(0);
            unknown.types.push(false);
        }
        ([2, 5], ThriftField::Integer(count)) => {
            if let Some(last) = children.last_mut() {
                *last = count;
            }
        }
        // Encryption of the file; the file a chunk lies in; encryption of a chunk.
        ([8, ..] | [4, 1, 1 | 8, ..], _) => unsupported = true,
        // Others are reserved, or later: variants and shapes, which have no text.
        ([2, 10, kind], _) if !matches!(kind, 1..=8 | 10..=15) => {
            if let Some(last) = unknown.types.last_mut() {
                *last = true;
            }
        }
        ([2, 10], ThriftField::Ended(from, to)) if unknown.types.last() == Some(&true) => unknown.cut.push(from..to),
        ([4], ThriftField::Structure) => (groups, chunks) = (groups + 1, 0),
        ([4, 1], ThriftField::Structure) => chunks += 1,
        ([4, 1, 3, 4], ThriftField::Integer(codec)) => {
            is_known = (0..=LAST_CODEC).contains(&codec);
            // Those that take one byte.
            unsupported |= !(-64..64).contains(&codec);
        }
        ([4, 1, 3, 4], ThriftField::Ended(_, to)) if !is_known => {
            unknown.codecs.insert((groups - 1, chunks - 1));
            unknown.zeroed.push(to - 1);
        }
        _ => {}
    };
    walk(footer, &mut visit).ok_or(InputFaultKind::CorruptFile)?;
    if unsupported {
        return Err(InputFaultKind::Unsupported);
    }
    // The schema is a tree written depth first, each node with its number of
    // children; decoders recurse along it.
    let mut open: Vec<i64> = vec![1];
    for count in children {
        let siblings = open.last_mut().filter(|left| **left > 0).ok_or(InputFaultKind::CorruptFile)?;
        *siblings -= 1;
        if count < 0 {
            return Err(InputFaultKind::CorruptFile);
        }
        open.push(count);
        while open.last() == Some(&0) {
            open.pop();
        }
        if open.len() > DEEPEST_SCHEMA {
            return Err(InputFaultKind::Unsupported);
        }
    }
    if open.is_empty() { Ok(unknown) } else { Err(InputFaultKind::CorruptFile) }
}

/// Checks that the row groups add up to the rows of the file, and that none
/// declares more rows than a file of this size can hold.
fn check_rows(metadata: &FileMetadata, file_bytes: u64) -> Result<(), InputFaultKind> {
    let mut sum = 0_u64;
    for group in &metadata.row_groups {
        let rows = group.num_rows() as u64;
        if rows > most_rows(file_bytes) {
            return Err(InputFaultKind::CorruptFile);
        }
        sum = sum.saturating_add(rows);
    }
    if sum == metadata.num_rows as u64 { Ok(()) } else { Err(InputFaultKind::CountMismatch) }
}

/// Where a column chunk lies; `None` where it is not between the first bytes of the
/// file and its footer.
fn range_of(chunk: &ColumnChunkMetadata, footer: u64) -> Option<Range<u64>> {
    // Some writers say "no dictionary" with the offset 0.
    let dictionary = chunk.dictionary_page_offset().filter(|offset| *offset > 0 && *offset < chunk.data_page_offset());
    let begins = u64::try_from(dictionary.unwrap_or_else(|| chunk.data_page_offset())).ok()?;
    let ends = begins.checked_add(u64::try_from(chunk.compressed_size()).ok()?)?;
    (begins >= MAGIC.len() as u64 && ends <= footer).then_some(begins..ends)
}

/// Checks that no byte belongs to two column chunks: a row group whose chunks are
/// those of another would give its records a second time.
fn check_chunks(metadata: &FileMetadata, footer: u64) -> Result<(), InputFaultKind> {
    let groups = metadata.row_groups.iter().filter(|group| group.num_rows() > 0);
    let chunks = groups.flat_map(RowGroupMetadata::parquet_columns);
    // What lies elsewhere is told when it is needed.
    let mut ranges: Vec<Range<u64>> = chunks.filter_map(|chunk| range_of(chunk, footer)).collect();
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let is_shared = |pair: &[Range<u64>]| matches!(pair, [one, next] if next.start < one.end);
    if ranges.windows(2).any(is_shared) { Err(InputFaultKind::SharedChunks) } else { Ok(()) }
}

/// Reads one column chunk into `bytes` and checks its page headers.
pub(super) fn read_chunk(
    file: &InputFile,
    footer: &ParquetFooter,
    (group, leaf): (usize, usize),
    bytes: &mut Vec<u8>,
) -> Result<Vec<Page>, EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file.name()));
    let corrupt = || fault(InputFaultKind::CorruptFile);
    if !footer.has_known_codec((group, leaf)) {
        return Err(fault(InputFaultKind::Unsupported));
    }
    let group = footer.metadata.row_groups.get(group).ok_or_else(corrupt)?;
    let chunk = group.parquet_columns().get(leaf).ok_or_else(corrupt)?;
    let Range { start: begins, end: ends } = range_of(chunk, footer.begins).ok_or_else(corrupt)?;
    bytes.resize(usize::try_from(ends - begins).map_err(|_| corrupt())?, 0);
    file.read_exact_at(bytes, begins)?;
    if u64::try_from(chunk.num_values()).ok() != Some(group.num_rows() as u64) {
        return Err(fault(InputFaultKind::CountMismatch));
    }
    pages::check(bytes, group.num_rows() as u64).map_err(fault)
}

/// Counts the rows of a file of flat columns: the footer, its row groups and the
/// pages of every column must agree.
pub(super) fn count_rows(file: &InputFile) -> Result<u64, EngineError> {
    let footer = read(file)?;
    let mut bytes = Vec::new();
    for group in 0..footer.metadata.row_groups.len() {
        let rows = footer.metadata.row_groups.get(group).map_or(0, RowGroupMetadata::num_rows);
        for leaf in 0..footer.metadata.schema().columns().len() {
            if rows > 0 {
                read_chunk(file, &footer, (group, leaf), &mut bytes)?;
            }
        }
    }
    Ok(footer.metadata.num_rows as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema element with this number of children.
    fn element(children: Option<u8>) -> Vec<u8> {
        children.map_or(vec![0], |count| vec![0x55, count * 2, 0])
    }

    fn schema(elements: &[Option<u8>]) -> Vec<u8> {
        let mut bytes = vec![0x29, 0xfc, u8::try_from(elements.len()).unwrap()];
        bytes.extend(elements.iter().flat_map(|children| element(*children)));
        bytes.push(0);
        bytes
    }

    #[test]
    fn the_schema_must_be_one_tree() {
        assert!(check(&schema(&[Some(2), None, Some(1), None])).is_ok());
        assert_eq!(check(&schema(&[Some(2), None])), Err(InputFaultKind::CorruptFile));
        assert_eq!(check(&schema(&[Some(1), None, None])), Err(InputFaultKind::CorruptFile));
        let mut deep = vec![Some(1); 100];
        deep.push(None);
        assert_eq!(check(&schema(&deep)), Err(InputFaultKind::Unsupported));
    }
}
