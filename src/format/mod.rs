//! Floor 9: adapters for the ports, one folder a format, and the list of the formats.
//!
//! A source turns a file into blocks of text cells, a sink turns released rows
//! into a file. No other floor names a file format's library.

pub(crate) mod asked_columns;
pub(crate) mod column_names;
pub(crate) mod columnar;
pub(crate) mod count_rows;
pub(crate) mod csv;
pub(crate) mod formula;
pub(crate) mod io;
pub(crate) mod ipc;
pub(crate) mod ndjson;
pub(crate) mod null_values;
pub(crate) mod open;
pub(crate) mod parquet;
#[cfg(test)]
pub(crate) mod test_sink;
pub(crate) mod xlsx;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use crate::account::Account;
use crate::engine::WrittenFiles;
use crate::engine::bind::Binding;
use crate::engine::fault::{EngineError, InputFaultKind};
use crate::engine::port::Source;
use crate::engine::run::ReleasePhase;
use crate::engine::write::files::PartOpener;
use crate::format::asked_columns::AskedColumns;
use crate::model::dialect::Dialect;
use crate::model::file_format::FileFormat;
use crate::policy::plan::OutputRules;

/// How files of a format are read, written and counted again.
pub(crate) trait FormatSpec: Sync {
    /// Opens the file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    fn open(
        &self,
        path: &Path,
        name: &Arc<str>,
        dialect: &Dialect,
        block_bytes: usize,
        asked: &AskedColumns,
    ) -> Result<Box<dyn Source>, EngineError>;

    /// Writes what is released, by the encoder of the format.
    ///
    /// # Errors
    /// When something cannot be written, or the run is interrupted.
    fn write(
        &self,
        released: &ReleasePhase<'_>,
        binding: &Binding,
        rules: &OutputRules,
        open: &mut PartOpener<'_>,
    ) -> Result<(Account, WrittenFiles), EngineError>;

    /// Counts the records of the written file at `path`, from the file alone.
    ///
    /// # Errors
    /// What the operating system says; `InvalidData` for a file that is not whole.
    fn count_rows(&self, path: &Path) -> std::io::Result<u64>;
}

/// What is done with the files of each format: the one list of them.
pub(crate) fn spec_of(format: FileFormat) -> &'static dyn FormatSpec {
    match format {
        FileFormat::Csv => &csv::Csv,
        FileFormat::Ipc => &ipc::Ipc,
        FileFormat::Ndjson => &ndjson::Ndjson,
        FileFormat::Parquet => &parquet::Parquet,
        FileFormat::Xlsx => &xlsx::Xlsx,
    }
}

/// Runs a foreign decoder over bytes that cannot be trusted. Its panics and its
/// errors become `kind`; their text, which may quote the bytes, is dropped.
fn guarded<T, E>(kind: InputFaultKind, decode: impl FnOnce() -> Result<T, E>) -> Result<T, InputFaultKind> {
    GUARDED.set(GUARDED.get() + 1);
    let decoded = catch_unwind(AssertUnwindSafe(decode));
    GUARDED.set(GUARDED.get() - 1);
    decoded.map_err(|_| kind)?.map_err(|_| kind)
}

thread_local! {
    /// How many [`guarded`] calls this thread is in.
    static GUARDED: Cell<u32> = const { Cell::new(0) };
}

/// Whether a panic on this thread would be caught and become a fault of the file:
/// then it is not reported.
pub(crate) fn is_guarded() -> bool {
    GUARDED.get() > 0
}

/// The most rows one row group or record batch may declare, given the size of
/// its file: run lengths compress well, but not without end.
fn most_rows(file_bytes: u64) -> u64 {
    const ALWAYS: u64 = 1 << 20;
    ALWAYS.saturating_add(file_bytes.saturating_mul(1024)).min(u64::from(u32::MAX) - 1)
}

/// The most bytes that some compressed bytes may declare to become.
fn most_decompressed(compressed_bytes: u64) -> u64 {
    const ALWAYS: u64 = 256 << 20;
    ALWAYS.saturating_add(compressed_bytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_decoder_is_a_fault() {
        let outcome: Result<(), _> = guarded(InputFaultKind::CorruptFile, || -> Result<(), ()> {
            std::panic::resume_unwind(Box::new("a cell"))
        });
        assert_eq!(outcome, Err(InputFaultKind::CorruptFile));
    }
}
