//! The Arrow IPC file format (Feather version 2), by record batches.
//!
//! As with Parquet, every size a message declares is checked against the file
//! before the foreign decoder sees it; and it sees one needed column at a time,
//! uncompressed, and nothing else of the file.

mod column;
mod dictionaries;
mod message;
#[cfg(test)]
mod raw;
pub(crate) mod read;
mod schema;
#[cfg(test)]
mod tests;
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
use crate::format::ipc::read::IpcSource;
use crate::format::ipc::write::IpcEncoder;
use crate::format::null_values::NullValues;
use crate::model::dialect::Dialect;
use crate::policy::plan::OutputRules;

/// What is done with such files.
pub(super) struct Ipc;

impl FormatSpec for Ipc {
    fn open(
        &self,
        path: &Path,
        name: &Arc<str>,
        dialect: &Dialect,
        _block_bytes: usize,
        _asked: &AskedColumns,
    ) -> Result<Box<dyn Source>, EngineError> {
        let nulls = Arc::new(NullValues::new(&dialect.null_values.words));
        Ok(Box::new(IpcSource::open(path, name, &nulls)?))
    }

    fn write(
        &self,
        released: &ReleasePhase<'_>,
        binding: &Binding,
        _: &OutputRules,
        open: &mut PartOpener<'_>,
    ) -> Result<(Account, WrittenFiles), EngineError> {
        released.write(binding, &IpcEncoder::new(binding.output().to_vec()), open)
    }

    fn count_rows(&self, path: &Path) -> io::Result<u64> {
        reading_again(|name| read::count_rows(path, name))
    }
}
