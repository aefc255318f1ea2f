//! Writes released rows as an Arrow IPC file: one record batch a run of rows,
//! encoded by workers, written in order.
//!
//! Uncompressed, with 64-bit offsets: what every Arrow reader can map. Plain
//! arrays only, and no metadata, for the reasons given for Parquet.

use std::io::Write;
use std::sync::Arc;

use polars_arrow::datatypes::ArrowSchemaRef;
use polars_arrow::io::ipc::write::{EncodedData, FileWriter, WriteOptions, encode_record_batch};
use polars_arrow::record_batch::RecordBatchT;

use crate::engine::fault::EngineError;
use crate::engine::port::{Appender, Encoder, OutputColumn, Released, SinkReport};
use crate::format::columnar::arrow_encode::TextLayout;
use crate::format::io::error_capture::{CapturedError, ErrorCapture};

const STEP: &str = "ipc::write";
const WHAT: &str = "the Arrow file";
const OPTIONS: WriteOptions = WriteOptions { compression: None };

/// Turns released rows into record batches.
#[derive(Debug)]
pub(crate) struct IpcEncoder {
    columns: Vec<OutputColumn>,
    schema: ArrowSchemaRef,
}

/// One record batch, as it will be in the file.
pub(crate) struct EncodedBatch {
    rows: usize,
    message: EncodedData,
    /// Numbers that a double cannot hold to the last digit.
    rounded: u64,
}

impl IpcEncoder {
    /// Writes these columns.
    #[must_use]
    pub(crate) fn new(columns: Vec<OutputColumn>) -> Self {
        let schema = Arc::new(TextLayout::Offsets.schema(&columns));
        Self { columns, schema }
    }
}

impl Encoder for IpcEncoder {
    type Encoded = EncodedBatch;

    fn encode(&self, rows: &Released) -> Result<EncodedBatch, EngineError> {
        let (arrays, rounded) = TextLayout::Offsets.arrays(rows, &self.columns)?;
        let batch = RecordBatchT::try_new(rows.rows(), Arc::clone(&self.schema), arrays);
        let batch = batch.map_err(|_| EngineError::Bug { step: STEP })?;
        let mut message = EncodedData::default();
        encode_record_batch(&batch, &OPTIONS, &mut message);
        Ok(EncodedBatch { rows: rows.rows(), message, rounded })
    }

    fn open(&self, file: Box<dyn Write + Send>) -> Result<Box<dyn Appender<EncodedBatch>>, EngineError> {
        let (file, failure) = ErrorCapture::new(file);
        let writer = FileWriter::try_new(file, Arc::clone(&self.schema), None, OPTIONS);
        let writer = writer.map_err(|_| failure.explain(WHAT, STEP))?;
        Ok(Box::new(IpcAppender { writer, failure, report: SinkReport::default() }))
    }
}

struct IpcAppender {
    writer: FileWriter<ErrorCapture>,
    failure: CapturedError,
    report: SinkReport,
}

impl Appender<EncodedBatch> for IpcAppender {
    fn append(&mut self, batch: EncodedBatch) -> Result<(), EngineError> {
        self.report.rounded_cells += batch.rounded;
        if batch.rows == 0 {
            return Ok(());
        }
        // No array is a dictionary, so no dictionary precedes the batch.
        self.writer.write_encoded(&[], &batch.message).map_err(|_| self.failure.explain(WHAT, STEP))
    }

    fn finish(mut self: Box<Self>) -> Result<SinkReport, EngineError> {
        self.writer.finish().map_err(|_| self.failure.explain(WHAT, STEP))?;
        Ok(self.report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::test_sink::{every_type, every_type_columns, written};

    #[test]
    fn the_file_carries_no_metadata_and_no_dictionary() {
        let encoder = IpcEncoder::new(every_type_columns());
        let (bytes, _) = written(&encoder, vec![every_type(), every_type()]);
        let metadata = polars_arrow::io::ipc::read::read_file_metadata(&mut std::io::Cursor::new(&bytes)).unwrap();
        assert_eq!((&metadata.custom_metadata, &metadata.custom_schema_metadata), (&None, &None));
        assert!(metadata.dictionaries.is_none_or(|blocks| blocks.is_empty()));
        assert!(metadata.schema.iter_values().all(|field| field.metadata.is_none()));
        assert_eq!(metadata.blocks.len(), 2);
        assert_eq!(written(&encoder, vec![every_type(), every_type()]).0, bytes);
    }
}
