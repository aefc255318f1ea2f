//! Newline-delimited JSON: one object a line. Nested values have no text: they are
//! passed over where they are not needed, and refused where they are.

mod block;
mod keys;
mod plain;
mod pointer;
pub(crate) mod read;
mod record;
mod span;
#[cfg(test)]
mod tests;
pub(crate) mod write;

use std::fs::File;
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
use crate::format::count_rows::count_records;
use crate::format::ndjson::keys::KeyRules;
use crate::format::ndjson::read::NdjsonSource;
use crate::format::ndjson::write::NdjsonEncoder;
use crate::format::null_values::NullValues;
use crate::model::dialect::Dialect;
use crate::policy::plan::OutputRules;

/// What is done with such files.
pub(super) struct Ndjson;

impl FormatSpec for Ndjson {
    fn open(
        &self,
        path: &Path,
        name: &Arc<str>,
        dialect: &Dialect,
        _block_bytes: usize,
        asked: &AskedColumns,
    ) -> Result<Box<dyn Source>, EngineError> {
        let nulls = Arc::new(NullValues::new(&dialect.null_values.words));
        Ok(Box::new(NdjsonSource::open(path, name, &nulls, &KeyRules { missing: dialect.missing_keys, asked })?))
    }

    fn write(
        &self,
        released: &ReleasePhase<'_>,
        binding: &Binding,
        _: &OutputRules,
        open: &mut PartOpener<'_>,
    ) -> Result<(Account, WrittenFiles), EngineError> {
        released.write(binding, &NdjsonEncoder::try_new(binding.output())?, open)
    }

    fn count_rows(&self, path: &Path) -> io::Result<u64> {
        count_records(File::open(path)?, None)
    }
}
