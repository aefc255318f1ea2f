//! Reads Parquet: some blocks a row group; of it only the column chunks that are
//! needed. Never uses statistics, never reads metadata of other tools
//! (`ARROW:schema`, pandas), and takes types from the Parquet schema alone.
//!
//! The footer and the page headers are walked before anything is decoded, and
//! decoders run guarded, so a hostile file is a fault and not a crash. A damaged
//! page without a checksum may still decode to other values: only the digest of
//! the file can tell.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::read::{BasicDecompressor, PageReader, ParquetType, RowGroupMetadata, column_iter_to_arrays};

use super::fixed_pages;
use super::footer::{self, ParquetFooter};
use super::leaf_type::leaf_type;
use super::page_bodies::ChunkPages;
use super::text_pages::TextChunk;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{BlockParser, Extent, InputEvidence, Parsed, Source, SourceColumn, Ticket};
use crate::format::column_names;
use crate::format::columnar::arrow_decode::text_of;
use crate::format::columnar::offset_text::MOST_BYTES;
use crate::format::columnar::row_group_cache::RowGroupCache;
use crate::format::columnar::rows::{BlockFacts, CheckedColumn, parsed};
use crate::format::columnar::slices::{RowGroupSlice, SliceFeed, place_of, share, slices};
use crate::format::columnar::stored_type::{Meaning, StoredType};
use crate::format::guarded;
use crate::format::io::buffer_pool::BufferPool;
use crate::format::io::digest::BlockEvidence;
use crate::format::io::file::InputFile;
use crate::format::null_values::NullValues;
use crate::model::column_type::{ColumnType, TextlessType};

/// What is digested at a time.
const DIGESTED: u64 = 256 * 1024;

/// A Parquet file of the extract.
pub(crate) struct ParquetSource {
    parser: Arc<ParquetParser>,
    feed: SliceFeed,
}

/// Decodes row groups.
struct ParquetParser {
    file: InputFile,
    footer: ParquetFooter,
    columns: Vec<SourceColumn>,
    /// How each column is decoded, or which type it has that cannot be.
    leaves: Vec<Result<Leaf, TextlessType>>,
    /// Rows before each row group.
    first_rows: Vec<u64>,
    /// Slices of all of them.
    slices: u64,
    groups: RowGroupCache,
    evidence: BlockEvidence,
    room: BufferPool,
    nulls: Arc<NullValues>,
}

/// How a supported column is decoded.
struct Leaf {
    /// Its position among the column chunks of a row group.
    chunk: usize,
    stored: StoredType,
    is_optional: bool,
}

impl ParquetSource {
    /// Opens the file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    pub(crate) fn open(path: &Path, name: &Arc<str>, nulls: &Arc<NullValues>) -> Result<Self, EngineError> {
        let file = InputFile::open(path, name)?;
        let footer = footer::read(&file)?;
        let corrupt = |kind| EngineError::from(InputFault::file(kind, name));
        let leaves = guarded(InputFaultKind::CorruptFile, || Ok::<_, ()>(leaves(&footer))).map_err(corrupt)?;
        let fields = footer.metadata.schema().fields();
        column_names::check(fields.iter().map(ParquetType::name), name)?;
        let column = |(field, leaf): (&ParquetType, &Result<Leaf, _>)| SourceColumn {
            name: field.name().to_owned(),
            column_type: leaf.as_ref().map_or(ColumnType::Text, |leaf| leaf.stored.column_type()),
            without_text: leaf.as_ref().err().copied(),
        };
        let columns = fields.iter().zip(&leaves).map(column).collect();
        let first_rows = footer.metadata.row_groups.iter().scan(0, |before, group| {
            let first = *before;
            *before += group.num_rows() as u64;
            Some(first)
        });
        let first_rows = first_rows.collect();
        let slices = footer.metadata.row_groups.iter().map(|group| slices(group.num_rows() as u64)).sum();
        let evidence = BlockEvidence::new(file.bytes(), DIGESTED);
        let (groups, room, nulls) = (RowGroupCache::default(), BufferPool::default(), Arc::clone(nulls));
        let parser = ParquetParser { file, footer, columns, leaves, first_rows, slices, groups, evidence, room, nulls };
        Ok(Self { parser: Arc::new(parser), feed: SliceFeed::default() })
    }
}

/// How each top-level column is decoded; of those that cannot be, which type they
/// have.
fn leaves(footer: &ParquetFooter) -> Vec<Result<Leaf, TextlessType>> {
    // The root of the schema is its first node.
    let (mut chunk, mut node) = (0, 1);
    let leaf = |field: &ParquetType| {
        let (first, first_node) = (chunk, node);
        chunk += leaf_count(field);
        node += node_count(field);
        if footer.is_of_later_version(first_node..node) {
            return Err(TextlessType::Later);
        }
        Ok(Leaf { chunk: first, stored: leaf_type(field)?, is_optional: is_optional(field) })
    };
    footer.metadata.schema().fields().iter().map(leaf).collect()
}

fn is_optional(field: &ParquetType) -> bool {
    field.get_field_info().repetition == Repetition::Optional
}

fn node_count(field: &ParquetType) -> usize {
    match field {
        ParquetType::PrimitiveType(_) => 1,
        ParquetType::GroupType { fields, .. } => 1 + fields.iter().map(node_count).sum::<usize>(),
    }
}

fn leaf_count(field: &ParquetType) -> usize {
    match field {
        ParquetType::PrimitiveType(_) => 1,
        ParquetType::GroupType { fields, .. } => fields.iter().map(leaf_count).sum(),
    }
}

impl ParquetParser {
    fn decode(&self, group: usize, column: usize, rows: usize) -> Result<CheckedColumn, EngineError> {
        let position = u32::try_from(column + 1).unwrap_or(u32::MAX);
        let fault = |kind| InputFault::file(kind, self.file.name()).at_column(position);
        let leaf = self.leaves.get(column).ok_or_else(|| fault(InputFaultKind::CorruptFile))?;
        let leaf = leaf.as_ref().map_err(|textless| fault(InputFaultKind::UnsupportedType).without_text(*textless))?;
        let chunks = self.footer.metadata.row_groups.get(group).map(RowGroupMetadata::parquet_columns);
        let chunk =
            chunks.and_then(|chunks| chunks.get(leaf.chunk)).ok_or_else(|| fault(InputFaultKind::CorruptFile))?;
        // LZ4 stands for the undocumented framing of Hadoop, LZO for none at all.
        let is_known = self.footer.has_known_codec((group, leaf.chunk));
        if !is_known || matches!(chunk.compression(), Compression::Lzo | Compression::Lz4) {
            return Err(fault(InputFaultKind::Unsupported).into());
        }
        let mut bytes = self.room.take();
        let pages = footer::read_chunk(&self.file, &self.footer, (group, leaf.chunk), &mut bytes);
        let pages = pages.map_err(|error| match error {
            EngineError::Input(found) => EngineError::Input(found.at_column(position)),
            other => other,
        })?;
        let pages =
            ChunkPages { bytes: &bytes, pages: &pages, codec: chunk.compression(), is_optional: leaf.is_optional };
        let text = TextChunk { chunk: pages, most_bytes: MOST_BYTES, nulls: &self.nulls };
        if leaf.stored.meaning == Meaning::Text && text.is_simple() {
            let mut page = self.room.take();
            let decoded = guarded(InputFaultKind::CorruptFile, || text.decode(&mut page));
            self.room.give_back([page]);
            // What is no text somewhere is decoded again, to learn which cells are.
            if let Ok(Some(text)) = decoded {
                self.room.give_back([bytes]);
                return Ok(text.into());
            }
        }
        let arrays = if let ArrowDataType::FixedSizeBinary(width) = leaf.stored.array {
            if !fixed_pages::is_read(&pages) {
                return Err(fault(InputFaultKind::Unsupported).into());
            }
            let mut page = self.room.take();
            let decoded = guarded(InputFaultKind::CorruptFile, || fixed_pages::decode(pages, width, &mut page));
            self.room.give_back([page, bytes]);
            vec![decoded.map_err(fault)?.boxed()]
        } else {
            let largest_page = bytes.len();
            let decode = || {
                let pages = PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), largest_page);
                let pages = BasicDecompressor::new(pages, Vec::new());
                let primitive = &chunk.descriptor().descriptor.primitive_type;
                let field = Field::new("c".into(), leaf.stored.array.clone(), true);
                column_iter_to_arrays(vec![pages], vec![primitive], field, None)
            };
            guarded(InputFaultKind::CorruptFile, decode).map_err(fault)?.0
        };
        if arrays.iter().map(|array| array.len()).sum::<usize>() != rows {
            return Err(fault(InputFaultKind::CountMismatch).into());
        }
        let text = guarded(InputFaultKind::CorruptFile, || text_of(arrays, &leaf.stored).ok_or(()));
        let (text, malformed) = text.map_err(fault)?;
        Ok(CheckedColumn::new(text, malformed))
    }

    /// Digests what of the file falls to one of its slices, needed or not.
    fn digest_share(&self, number: u64) -> Result<(), EngineError> {
        let blocks = self.file.bytes().div_ceil(DIGESTED);
        let mut block = self.room.take();
        for number in share(number, self.slices, blocks).filter(|number| self.evidence.wants(*number)) {
            let begins = number * DIGESTED;
            let length = DIGESTED.min(self.file.bytes() - begins);
            block.resize(usize::try_from(length).unwrap_or_default(), 0);
            self.file.read_exact_at(&mut block, begins)?;
            self.evidence.take(number, &block, &[]);
        }
        self.room.give_back([block]);
        Ok(())
    }
}

impl BlockParser for ParquetParser {
    fn parse(&self, ticket: &mut Ticket, needed: &[usize]) -> Result<Parsed, EngineError> {
        let bug = || EngineError::Bug { step: "parquet::read" };
        let (index, slice) = place_of(&ticket.payload).ok_or_else(bug)?;
        self.digest_share(ticket.number)?;
        let group = self.footer.metadata.row_groups.get(index).ok_or_else(bug)?;
        let rows = group.num_rows();
        let slice = RowGroupSlice::of_group(index, rows as u64, slice).ok_or_else(bug)?;
        let columns =
            self.groups.columns(&slice, (needed, self.columns.len()), &|column| self.decode(index, column, rows))?;
        let facts = BlockFacts {
            rows: slice.rows,
            start: slice.start,
            first_row: self.first_rows.get(index).ok_or_else(bug)? + u64::from(slice.start),
            bytes: slice.share_of(group.compressed_size() as u64),
        };
        Ok(parsed(columns, &facts, &self.nulls))
    }
}

impl Source for ParquetSource {
    fn file(&self) -> &Arc<str> {
        self.parser.file.name()
    }

    fn columns(&self) -> &[SourceColumn] {
        &self.parser.columns
    }

    fn extent(&self) -> Extent {
        let records = self.parser.footer.metadata.num_rows as u64;
        Extent { bytes: Some(self.parser.file.bytes()), records: Some(records) }
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::clone(&self.parser) as Arc<dyn BlockParser>
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        let groups = &self.parser.footer.metadata.row_groups;
        Ok(self.feed.next(|group| groups.get(group).map(|group| group.num_rows() as u64)))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        let ParquetParser { file, footer, evidence, .. } = &*self.parser;
        if footer.metadata.num_rows == 0 {
            return Err(InputFault::file(InputFaultKind::EmptyInput, file.name()).into());
        }
        let blake3 = evidence.digest(file)?;
        file.check_unchanged()?;
        Ok(InputEvidence {
            bytes: file.bytes(),
            blake3,
            replacement_characters: 0,
            skipped_lines: 0,
            never_seen: Vec::new(),
        })
    }
}
