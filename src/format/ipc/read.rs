//! Reads Arrow IPC files: one block a record batch, of it only the columns that
//! are needed. Metadata of other tools is ignored. Dictionaries are read once,
//! when the file is opened, and held.

use std::path::Path;
use std::sync::Arc;

use polars_arrow::datatypes::ArrowDataType;
use polars_arrow::io::ipc::read::{Dictionaries, FileMetadata, read_batch, read_file_dictionaries, read_file_metadata};

use super::message;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{BlockParser, Extent, InputEvidence, Parsed, Payload, Source, SourceColumn, Ticket};
use crate::format::arrow_text::{column_type, text_of};
use crate::format::column_text::ColumnText;
use crate::format::input_file::InputFile;
use crate::format::null_values::NullValues;
use crate::format::typed_rows::{BlockFacts, Column, parsed};
use crate::format::{column_names, guarded};
use crate::model::cells::TextCells;
use crate::model::column_type::ColumnType;

/// An Arrow IPC file of the extract.
pub struct IpcSource {
    parser: Arc<IpcParser>,
    next: usize,
}

/// Decodes record batches.
struct IpcParser {
    file: InputFile,
    metadata: FileMetadata,
    dictionaries: Dictionaries,
    columns: Vec<SourceColumn>,
    /// Whether a column's type has a text.
    supported: Vec<bool>,
    batches: Vec<Batch>,
    nulls: Arc<NullValues>,
}

/// What is known of a record batch beforehand.
struct Batch {
    first_row: u64,
    rows: u64,
}

/// Opens the file as far as its schema and the sizes of its batches.
fn open_metadata(file: &InputFile) -> Result<(FileMetadata, Vec<Batch>), EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file.name()));
    message::check_footer(file)?;
    let read = || read_file_metadata(&mut file.reader());
    let metadata = guarded(InputFaultKind::CorruptFile, read).map_err(fault)?;
    // The schema is keyed by name, so equal names have collapsed into one.
    if metadata.schema.len() != metadata.ipc_schema.fields.len() {
        return Err(fault(InputFaultKind::DuplicateColumn));
    }
    let mut first_row = 0;
    let mut batches = Vec::new();
    for block in &metadata.blocks {
        let rows = message::check_block(file, block)?;
        batches.push(Batch { first_row, rows });
        first_row += rows;
    }
    Ok((metadata, batches))
}

/// Counts the rows of a file: the lengths of its record batches, each checked
/// against the arrays decoded from it.
pub(in crate::format) fn count_rows(path: &Path, name: &Arc<str>) -> Result<u64, EngineError> {
    let source = IpcSource::open(path, name, &Arc::default())?;
    for (index, batch) in source.parser.batches.iter().enumerate() {
        source.parser.decode(index, batch, &(0..source.parser.columns.len()).collect::<Vec<_>>())?;
    }
    Ok(source.parser.batches.iter().map(|batch| batch.rows).sum())
}

impl IpcSource {
    /// Opens the file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    pub fn open(path: &Path, name: &Arc<str>, nulls: &Arc<NullValues>) -> Result<Self, EngineError> {
        let file = InputFile::open(path, name)?;
        let fault = |kind| EngineError::from(InputFault::file(kind, name));
        let (metadata, batches) = open_metadata(&file)?;
        column_names::check(metadata.schema.iter_names().map(AsRef::as_ref), name)?;
        let mut columns = Vec::new();
        let mut supported = Vec::new();
        for field in metadata.schema.iter_values() {
            let known = column_type(&field.dtype);
            supported.push(known.is_some());
            let column_type = known.unwrap_or(ColumnType::Text);
            columns.push(SourceColumn { name: field.name.as_str().to_owned(), column_type });
        }
        let is_dictionary = |dtype: &ArrowDataType| matches!(dtype.to_storage(), ArrowDataType::Dictionary(..));
        let dictionaries = if metadata.schema.iter_values().any(|field| is_dictionary(&field.dtype)) {
            for block in metadata.dictionaries.iter().flatten() {
                message::check_block(&file, block)?;
            }
            let mut scratch = Vec::new();
            #[expect(clippy::default_trait_access, reason = "the type is of a crate that is no dependency of this one")]
            let read = || read_file_dictionaries(&mut file.reader(), &metadata, &mut scratch, Default::default());
            guarded(InputFaultKind::CorruptFile, read).map_err(fault)?
        } else {
            Dictionaries::default()
        };
        let nulls = Arc::clone(nulls);
        let parser = IpcParser { file, metadata, dictionaries, columns, supported, batches, nulls };
        Ok(Self { parser: Arc::new(parser), next: 0 })
    }
}

impl IpcParser {
    /// The needed columns of a batch, by position.
    fn decode(&self, index: usize, batch: &Batch, needed: &[usize]) -> Result<Vec<Option<Arc<Column>>>, EngineError> {
        let fault = |kind| EngineError::from(InputFault::file(kind, self.file.name()));
        let at_column = |column: usize| {
            let position = u32::try_from(column + 1).unwrap_or(u32::MAX);
            InputFault::file(InputFaultKind::Unsupported, self.file.name()).at_column(position)
        };
        let mut columns: Vec<Option<Arc<Column>>> = vec![None; self.columns.len()];
        if let Some(column) = needed.iter().find(|column| self.supported.get(**column) != Some(&true)) {
            return Err(at_column(*column).into());
        }
        // The foreign reader panics on a projection of nothing.
        if needed.is_empty() || batch.rows == 0 {
            for column in needed {
                if let Some(column) = columns.get_mut(*column) {
                    *column = Some(Arc::new(ColumnText::Written(TextCells::default()).into()));
                }
            }
            return Ok(columns);
        }
        #[expect(clippy::default_trait_access, reason = "the type is of a crate that is no dependency of this one")]
        let read = || {
            let (mut messages, mut scratch) = (Vec::new(), Vec::new());
            let mut reader = self.file.reader();
            read_batch(
                &mut reader,
                &self.dictionaries,
                &self.metadata,
                Some(needed),
                None,
                index,
                false,
                &mut messages,
                &mut scratch,
                Default::default(),
            )
        };
        let decoded = guarded(InputFaultKind::CorruptFile, read).map_err(fault)?;
        if decoded.len() as u64 != batch.rows || decoded.arrays().len() != needed.len() {
            return Err(fault(InputFaultKind::CountMismatch));
        }
        for (column, array) in needed.iter().zip(decoded.into_arrays()) {
            let text = guarded(InputFaultKind::CorruptFile, || Ok::<_, ()>(text_of(vec![array])));
            let text = text.map_err(fault)?.ok_or_else(|| at_column(*column))?;
            if let Some(column) = columns.get_mut(*column) {
                *column = Some(Arc::new(text.into()));
            }
        }
        Ok(columns)
    }
}

impl BlockParser for IpcParser {
    fn parse(&self, ticket: &mut Ticket, needed: &[usize]) -> Result<Parsed, EngineError> {
        let bug = || EngineError::Bug { step: "ipc::read" };
        let Payload::Part(part) = ticket.payload else {
            return Err(bug());
        };
        let part = usize::try_from(part).map_err(|_| bug())?;
        let batch = self.batches.get(part).ok_or_else(bug)?;
        let block = self.metadata.blocks.get(part).ok_or_else(bug)?;
        let columns = self.decode(part, batch, needed)?;
        let facts = BlockFacts {
            rows: u32::try_from(batch.rows).map_err(|_| bug())?,
            start: 0,
            first_row: batch.first_row,
            bytes: u64::try_from(block.body_length).unwrap_or(0),
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
        if self.next >= self.parser.batches.len() {
            return Ok(None);
        }
        let number = self.next as u64;
        self.next += 1;
        Ok(Some(Ticket { number, payload: Payload::Part(number), from: None }))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        if self.extent().records == Some(0) {
            return Err(InputFault::file(InputFaultKind::EmptyInput, self.parser.file.name()).into());
        }
        // A second reading: columns that are not needed were not read at all.
        self.parser.file.evidence()
    }
}
