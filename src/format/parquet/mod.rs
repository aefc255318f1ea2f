//! Apache Parquet, by row groups: footer first, then only the column chunks that
//! are needed.
//!
//! A Parquet file is full of sizes that decoders believe and allocate, so the
//! footer and every page header are walked here first, by code that believes
//! nothing; only then does the foreign decoder see them.

mod fixed_pages;
mod footer;
mod leaf_type;
mod page_bodies;
mod pages;
pub(crate) mod read;
#[cfg(test)]
mod tests;
mod text_pages;
mod thrift;
pub(crate) mod write;

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::account::Account;
use crate::engine::WrittenFiles;
use crate::engine::bind::Binding;
use crate::engine::fault::EngineError;
use crate::engine::port::Source;
use crate::engine::run::ReleasePhase;
use crate::engine::write::files::PartOpener;
use crate::format::FormatSpec;
use crate::format::asked_columns::AskedColumns;
use crate::format::count_rows::reading_again;
use crate::format::io::file::InputFile;
use crate::format::null_values::NullValues;
use crate::format::parquet::read::ParquetSource;
use crate::format::parquet::write::ParquetEncoder;
use crate::model::dialect::Dialect;
use crate::policy::plan::OutputRules;

/// What is done with such files.
pub(super) struct Parquet;

impl FormatSpec for Parquet {
    fn open(
        &self,
        path: &Path,
        name: &Arc<str>,
        dialect: &Dialect,
        _block_bytes: usize,
        _asked: &AskedColumns,
    ) -> Result<Box<dyn Source>, EngineError> {
        let nulls = Arc::new(NullValues::new(&dialect.null_values.words));
        Ok(Box::new(ParquetSource::open(path, name, &nulls)?))
    }

    fn write(
        &self,
        released: &ReleasePhase<'_>,
        binding: &Binding,
        _: &OutputRules,
        open: &mut PartOpener<'_>,
    ) -> Result<(Account, WrittenFiles), EngineError> {
        released.write(binding, &ParquetEncoder::try_new(binding.output().to_vec())?, open)
    }

    fn count_rows(&self, path: &Path) -> io::Result<u64> {
        reading_again(|name| footer::count_rows(&InputFile::open(path, name)?))
    }
}
