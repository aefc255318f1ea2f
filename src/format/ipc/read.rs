//! Reads Arrow IPC files: some blocks a record batch; of it only the columns that
//! are needed, whatever the others are. Metadata of other tools is ignored.

use std::path::Path;
use std::sync::Arc;

use polars_arrow::datatypes::ArrowDataType;
use polars_arrow_format::ipc::Block;

use super::column;
use super::dictionaries::{Dictionaries, coded};
use super::message::{self, Message};
use super::schema::{Field, FieldKind};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{BlockParser, Extent, InputEvidence, Parsed, Source, SourceColumn, Ticket};
use crate::format::column_names;
use crate::format::columnar::arrow_decode::text_of;
use crate::format::columnar::column::ColumnText;
use crate::format::columnar::row_group_cache::RowGroupCache;
use crate::format::columnar::rows::{BlockFacts, CheckedColumn, parsed};
use crate::format::columnar::slices::{RowGroupSlice, SliceFeed, place_of};
use crate::format::guarded;
use crate::format::io::file::InputFile;
use crate::format::null_values::NullValues;
use crate::model::column_type::ColumnType;

/// An Arrow IPC file of the extract.
pub(crate) struct IpcSource {
    parser: Arc<IpcParser>,
    feed: SliceFeed,
}

/// Decodes record batches.
struct IpcParser {
    file: InputFile,
    fields: Vec<Field>,
    columns: Vec<SourceColumn>,
    batches: Vec<BatchFacts>,
    dictionaries: Dictionaries,
    groups: RowGroupCache,
    nulls: Arc<NullValues>,
}

/// What is known of a record batch beforehand.
struct BatchFacts {
    block: Block,
    first_row: u64,
    rows: u64,
    /// Bytes of its body.
    bytes: u64,
}

/// Counts the rows of a file: the lengths of its record batches, each checked
/// against the arrays decoded from it.
pub(super) fn count_rows(path: &Path, name: &Arc<str>) -> Result<u64, EngineError> {
    let source = IpcSource::open(path, name, &Arc::default())?;
    for batch in source.parser.batches.iter().filter(|batch| batch.rows > 0) {
        for column in 0..source.parser.columns.len() {
            source.parser.decode(batch, column)?;
        }
    }
    Ok(source.parser.batches.iter().map(|batch| batch.rows).sum())
}

impl IpcSource {
    /// Opens the file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    pub(crate) fn open(path: &Path, name: &Arc<str>, nulls: &Arc<NullValues>) -> Result<Self, EngineError> {
        let file = InputFile::open(path, name)?;
        let fault = |kind| EngineError::from(InputFault::file(kind, name));
        let footer = message::read_footer(&file)?;
        column_names::check(footer.fields.iter().map(|field| field.name.as_str()), name)?;
        let columns = footer.fields.iter().map(column).collect();
        let mut first_row = 0_u64;
        let mut batches = Vec::with_capacity(footer.batches.len());
        for block in footer.batches {
            let (rows, bytes) = Message::read(&file, &block)?.extent(&file).map_err(fault)?;
            batches.push(BatchFacts { block, first_row, rows, bytes });
            first_row = first_row.saturating_add(rows);
        }
        let dictionaries = Dictionaries::new(footer.dictionaries);
        let (fields, groups, nulls) = (footer.fields, RowGroupCache::default(), Arc::clone(nulls));
        let parser = IpcParser { file, fields, columns, batches, dictionaries, groups, nulls };
        Ok(Self { parser: Arc::new(parser), feed: SliceFeed::default() })
    }
}

/// A column as the engine knows it.
fn column(field: &Field) -> SourceColumn {
    let (column_type, without_text) = match &field.kind {
        FieldKind::Plain(stored) | FieldKind::Coded { values: stored, .. } => (stored.column_type(), None),
        FieldKind::Textless(textless) => (ColumnType::Text, Some(*textless)),
    };
    SourceColumn { name: field.name.clone(), column_type, without_text }
}

impl IpcParser {
    /// A column of a batch, by position.
    fn decode(&self, batch: &BatchFacts, position: usize) -> Result<CheckedColumn, EngineError> {
        let number = u32::try_from(position + 1).unwrap_or(u32::MAX);
        let fault = |kind| InputFault::file(kind, self.file.name()).at_column(number);
        let located = |error| match error {
            EngineError::Input(found) => EngineError::Input(found.at_column(number)),
            other => other,
        };
        let field = self.fields.get(position).ok_or_else(|| fault(InputFaultKind::CorruptFile))?;
        let read = |array_type: &ArrowDataType| {
            let message = Message::read(&self.file, &batch.block)?;
            let stretch = message.stretch(&field.place).map_err(fault)?;
            column::decode(&self.file, &stretch, array_type, field.place.has_views())
        };
        let (text, malformed) = match &field.kind {
            FieldKind::Textless(textless) => {
                return Err(fault(InputFaultKind::UnsupportedType).without_text(*textless).into());
            }
            // Nothing of it is in the file, and no row of it takes memory.
            FieldKind::Plain(stored) if stored.array == ArrowDataType::Null => (ColumnText::Absent, Vec::new()),
            FieldKind::Plain(stored) => {
                let array = read(&stored.array).map_err(located)?;
                let text = guarded(InputFaultKind::CorruptFile, || text_of(vec![array], stored).ok_or(()));
                text.map_err(fault)?
            }
            FieldKind::Coded { id, codes, values } => {
                let dictionary = self.dictionaries.get(&self.file, *id, values).map_err(located)?;
                let positions = read(codes).map_err(located)?;
                let (text, malformed) = coded(positions.as_ref(), &dictionary, &self.nulls).map_err(fault)?;
                (ColumnText::Coded(text), malformed)
            }
        };
        Ok(CheckedColumn::new(text, malformed))
    }
}

impl BlockParser for IpcParser {
    fn parse(&self, ticket: &mut Ticket, needed: &[usize]) -> Result<Parsed, EngineError> {
        let bug = || EngineError::Bug { step: "ipc::read" };
        let (index, slice) = place_of(&ticket.payload).ok_or_else(bug)?;
        let batch = self.batches.get(index).ok_or_else(bug)?;
        let slice = RowGroupSlice::of_group(index, batch.rows, slice).ok_or_else(bug)?;
        let columns =
            self.groups.columns(&slice, (needed, self.columns.len()), &|column| self.decode(batch, column))?;
        let facts = BlockFacts {
            rows: slice.rows,
            start: slice.start,
            first_row: batch.first_row + u64::from(slice.start),
            bytes: slice.share_of(batch.bytes),
        };
        Ok(parsed(columns, &facts, &self.nulls))
    }
}

impl Source for IpcSource {
    fn file(&self) -> &Arc<str> {
        self.parser.file.name()
    }

    fn columns(&self) -> &[SourceColumn] {
        &self.parser.columns
    }

    fn extent(&self) -> Extent {
        let records = self.parser.batches.iter().map(|batch| batch.rows).sum();
        Extent { bytes: Some(self.parser.file.bytes()), records: Some(records) }
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::clone(&self.parser) as Arc<dyn BlockParser>
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        let batches = &self.parser.batches;
        Ok(self.feed.next(|batch| batches.get(batch).map(|batch| batch.rows)))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        if self.extent().records == Some(0) {
            return Err(InputFault::file(InputFaultKind::EmptyInput, self.parser.file.name()).into());
        }
        // A second reading: columns that are not needed were not read at all.
        self.parser.file.evidence()
    }
}
