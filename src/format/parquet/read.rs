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
use polars_parquet::read::schema::parquet_to_arrow_schema;
use polars_parquet::read::{
    BasicDecompressor, PageReader, ParquetType, PhysicalType, RowGroupMetadata, column_iter_to_arrays,
};

use super::footer::{self, ParquetFooter};
use super::text_pages::TextChunk;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{BlockParser, Extent, InputEvidence, Parsed, Source, SourceColumn, Ticket};
use crate::format::column_names;
use crate::format::columnar::arrow_decode::{column_type, text_of};
use crate::format::columnar::offset_text::MOST_BYTES;
use crate::format::columnar::row_group_cache::RowGroupCache;
use crate::format::columnar::rows::{BlockFacts, CheckedColumn, parsed};
use crate::format::columnar::slices::{RowGroupSlice, SliceFeed, place_of, share, slices};
use crate::format::guarded;
use crate::format::io::buffer_pool::BufferPool;
use crate::format::io::digest::BlockEvidence;
use crate::format::io::file::InputFile;
use crate::format::null_values::NullValues;
use crate::model::column_type::ColumnType;

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
    /// How each column is decoded, or what a type is called that cannot be.
    leaves: Vec<Result<Leaf, &'static str>>,
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
    field: Field,
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
            column_type: leaf.as_ref().ok().and_then(|leaf| column_type(&leaf.field.dtype)).unwrap_or(ColumnType::Text),
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

/// How each top-level column is decoded; of those that cannot be, what the type is
/// called.
fn leaves(footer: &ParquetFooter) -> Vec<Result<Leaf, &'static str>> {
    // The root of the schema is its first node.
    let (mut chunk, mut node) = (0, 1);
    let leaf = |field: &ParquetType| {
        let (first, first_node) = (chunk, node);
        chunk += leaf_count(field);
        node += node_count(field);
        if footer.is_of_later_version(first_node..node) {
            return Err("a type of a later version of the format");
        }
        let ParquetType::PrimitiveType(primitive) = field else {
            return Err("a nested type");
        };
        if primitive.field_info.repetition == Repetition::Repeated {
            return Err("a list");
        }
        if primitive.physical_type == PhysicalType::Int96 {
            return Err("INT96, a timestamp that the format has given up");
        }
        let schema =
            guarded(InputFaultKind::Unsupported, || Ok::<_, ()>(parquet_to_arrow_schema(std::slice::from_ref(field))));
        let schema = schema.map_err(|_| "a type of a later version of the format")?;
        let field = schema.iter_values().next().ok_or("a nested type")?.clone();
        if column_type(&field.dtype).is_none() {
            return Err(match field.dtype {
                ArrowDataType::Binary | ArrowDataType::LargeBinary | ArrowDataType::BinaryView => "binary",
                ArrowDataType::FixedSizeBinary(_) => "binary of a fixed size",
                ArrowDataType::Float16 => "a floating-point number of 16 bits",
                ArrowDataType::Interval(_) => "an interval",
                _ => "one that has no text",
            });
        }
        if matches!(field.dtype, ArrowDataType::Decimal(precision, _) if precision > 38) {
            return Err("a decimal of more digits than 128 bits hold");
        }
        let is_optional = primitive.field_info.repetition == Repetition::Optional;
        Ok(Leaf { chunk: first, field, is_optional })
    };
    footer.metadata.schema().fields().iter().map(leaf).collect()
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
        let leaf = leaf.as_ref().map_err(|name| fault(InputFaultKind::UnsupportedType).of_type(name))?;
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
        let text = TextChunk {
            bytes: &bytes,
            pages: &pages,
            codec: chunk.compression(),
            is_optional: leaf.is_optional,
            most_bytes: MOST_BYTES,
            nulls: &self.nulls,
        };
        if leaf.field.dtype == ArrowDataType::Utf8View && text.is_simple() {
            let mut page = self.room.take();
            let decoded = guarded(InputFaultKind::CorruptFile, || text.decode(&mut page)).map_err(fault)?;
            self.room.give_back([page]);
            if let Some(text) = decoded {
                self.room.give_back([bytes]);
                return Ok(text.into());
            }
        }
        let largest_page = bytes.len();
        let decode = || {
            let pages = PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), largest_page);
            let pages = BasicDecompressor::new(pages, Vec::new());
            let primitive = &chunk.descriptor().descriptor.primitive_type;
            column_iter_to_arrays(vec![pages], vec![primitive], leaf.field.clone(), None)
        };
        let (arrays, _) = guarded(InputFaultKind::CorruptFile, decode).map_err(fault)?;
        if arrays.iter().map(|array| array.len()).sum::<usize>() != rows {
            return Err(fault(InputFaultKind::CountMismatch).into());
        }
        text_of(arrays).map(CheckedColumn::from).ok_or_else(|| fault(InputFaultKind::Unsupported).into())
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
        Ok(InputEvidence { bytes: file.bytes(), blake3, replacement_characters: 0 })
    }
}
