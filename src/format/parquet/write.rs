//! Writes released rows as Parquet: one row group a run of rows, encoded and
//! compressed by workers, written in order.
//!
//! A Parquet file leaks through what it does not show, so: no statistics, no
//! metadata (not even an Arrow schema), text as plain strings. A dictionary page
//! holds values of its own row group alone, all of them released.

use std::io::Write;

use polars_arrow::datatypes::ArrowSchema;
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::write::{FileWriter, WriteOptions as FileOptions};
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, SchemaDescriptor, StatisticsOptions,
    Version, WriteOptions, ZstdLevel, array_to_columns, compress, fallible_streaming_iterator, get_dtype_encoding,
    to_parquet_schema,
};

use crate::engine::fault::EngineError;
use crate::engine::port::{Appender, Encoder, OutputColumn, Released, SinkReport};
use crate::format::columnar::arrow_encode::TextLayout;
use crate::format::io::error_capture::{CapturedError, ErrorCapture};

const BUG: EngineError = EngineError::Bug { step: STEP };
const STEP: &str = "parquet::write";
const WHAT: &str = "the Parquet file";
const CREATED_BY: &str = "scant";

/// Turns released rows into row groups.
#[derive(Debug)]
pub(crate) struct ParquetEncoder {
    columns: Vec<OutputColumn>,
    schema: SchemaDescriptor,
    encodings: Vec<Vec<Encoding>>,
    options: WriteOptions,
}

/// The pages of one row group, column by column.
#[derive(Debug)]
pub(crate) struct RowGroup {
    rows: u64,
    columns: Vec<Vec<CompressedPage>>,
    /// Numbers that a double cannot hold to the last digit.
    rounded: u64,
}

impl ParquetEncoder {
    /// Writes these columns.
    ///
    /// # Errors
    /// [`EngineError::Bug`] if they make no Parquet schema.
    pub(crate) fn try_new(columns: Vec<OutputColumn>) -> Result<Self, EngineError> {
        let arrow: ArrowSchema = TextLayout::Views.schema(&columns);
        let schema = to_parquet_schema(&arrow).map_err(|_| BUG)?;
        let encodings = arrow.iter_values().map(|field| get_dtype_encoding(&field.dtype)).collect();
        // Level 1 took half the time of level 3 and was no larger.
        let level = ZstdLevel::try_new(1).map_err(|_| BUG)?;
        let options = WriteOptions {
            statistics: StatisticsOptions::empty(),
            version: Version::V1,
            compression: CompressionOptions::Zstd(Some(level)),
            data_page_size: None,
        };
        Ok(Self { columns, schema, encodings, options })
    }
}

impl Encoder for ParquetEncoder {
    type Encoded = RowGroup;

    fn encode(&self, rows: &Released) -> Result<RowGroup, EngineError> {
        // Each column becomes pages before the next is an array.
        let arrays = TextLayout::Views.each(rows, &self.columns)?;
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut rounded = 0;
        for ((made, kind), encodings) in arrays.zip(self.schema.fields()).zip(&self.encodings) {
            let (array, of_it) = made?;
            rounded += of_it;
            let leaves = array_to_columns(array, kind.clone(), self.options, encodings).map_err(|_| BUG)?;
            for leaf in leaves {
                let compressed = |page| compress(page, Vec::new(), self.options.compression).map_err(|_| BUG);
                let pages = leaf.map(|page| page.map_err(|_| BUG).and_then(compressed));
                columns.push(pages.collect::<Result<Vec<_>, EngineError>>()?);
            }
        }
        Ok(RowGroup { rows: rows.rows() as u64, columns, rounded })
    }

    fn open(&self, file: Box<dyn Write + Send>) -> Result<Box<dyn Appender<RowGroup>>, EngineError> {
        let options = FileOptions { write_statistics: false, version: Version::V1 };
        let (file, failure) = ErrorCapture::new(file);
        let writer = FileWriter::new(file, self.schema.clone(), options, Some(CREATED_BY.to_owned()));
        Ok(Box::new(ParquetAppender { writer, failure, report: SinkReport::default() }))
    }
}

struct ParquetAppender {
    writer: FileWriter<ErrorCapture>,
    failure: CapturedError,
    report: SinkReport,
}

impl Appender<RowGroup> for ParquetAppender {
    fn append(&mut self, group: RowGroup) -> Result<(), EngineError> {
        self.report.rounded_cells += group.rounded;
        if group.rows == 0 {
            return Ok(());
        }
        let columns = group.columns.iter().map(|pages| {
            let pages = pages.iter().map(Ok::<_, ParquetError>);
            Ok(DynStreamingIterator::new(fallible_streaming_iterator::convert(pages)))
        });
        let written = self.writer.write(group.rows, DynIter::new(columns));
        written.map_err(|_| self.failure.explain(WHAT, STEP))
    }

    fn finish(mut self: Box<Self>) -> Result<SinkReport, EngineError> {
        self.writer.end(None).map_err(|_| self.failure.explain(WHAT, STEP))?;
        Ok(self.report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::test_sink::{every_type, every_type_columns, written};

    #[test]
    fn the_file_says_nothing_but_its_rows() {
        let encoder = ParquetEncoder::try_new(every_type_columns()).unwrap();
        let (bytes, _) = written(&encoder, vec![every_type(), every_type()]);
        let metadata = polars_parquet::read::read_metadata(&mut std::io::Cursor::new(&bytes)).unwrap();
        assert_eq!(metadata.created_by.as_deref(), Some(CREATED_BY));
        assert_eq!(metadata.key_value_metadata, None);
        assert_eq!((metadata.row_groups.len(), metadata.num_rows), (2, 2 * every_type().rows()));
        for chunk in metadata.row_groups.iter().flat_map(|group| group.parquet_columns()) {
            assert!(chunk.statistics(&metadata.footer_buf).is_none());
            assert_eq!((chunk.column_index_offset(), chunk.bloom_filter_offset()), (None, None));
        }
        // Pages have no statistics either: each text is in the dictionary or
        // the data of its row group and nowhere else, and those are compressed.
        let day = b"2017-03-31";
        assert!(!bytes.windows(day.len()).any(|window| window == day));
    }

    #[test]
    fn no_rows_are_a_valid_file_with_the_schema() {
        let encoder = ParquetEncoder::try_new(every_type_columns()).unwrap();
        let (bytes, _) = written(&encoder, Vec::new());
        let metadata = polars_parquet::read::read_metadata(&mut std::io::Cursor::new(bytes)).unwrap();
        assert_eq!((metadata.num_rows, metadata.row_groups.len()), (0, 0));
        let names: Vec<&str> = metadata.schema().fields().iter().map(|field| field.name()).collect();
        assert_eq!(names, ["text", "count", "year", "amount", "flag", "day", "seen"]);
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let encoder = ParquetEncoder::try_new(every_type_columns()).unwrap();
        let once = written(&encoder, vec![every_type()]).0;
        assert_eq!(written(&encoder, vec![every_type()]).0, once);
    }
}
