//! Opens one file of an extract in whatever format it is, and knows when two
//! names are one file.

use std::path::Path;
use std::sync::Arc;

use super::asked_columns::AskedColumns;
use super::io::compression::is_other_compression;
use super::io::file::InputFile;
use super::spec_of;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::Source;
use crate::model::dialect::Dialect;
use crate::model::file_format::FileFormat;

/// Opens `path`, called `name` in messages. Where the dialect does not say the
/// format, the file's name decides. A CSV file is read `block_bytes` at a time.
///
/// # Errors
/// A fault of the file, or of reading it.
pub fn open(
    path: &Path,
    name: &Arc<str>,
    dialect: &Dialect,
    block_bytes: usize,
) -> Result<Box<dyn Source>, EngineError> {
    open_for(path, name, dialect, block_bytes, &AskedColumns::default())
}

/// The same, with the columns that are asked for.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_for(
    path: &Path,
    name: &Arc<str>,
    dialect: &Dialect,
    block_bytes: usize,
    asked: &AskedColumns,
) -> Result<Box<dyn Source>, EngineError> {
    let promised = path.file_name().and_then(|name| name.to_str()).and_then(FileFormat::of_file_name);
    let Some(format) = dialect.format.or(promised) else { return Err(of_no_format(path, name)) };
    spec_of(format).open(path, name, dialect, block_bytes, asked)
}

/// What is not a file at all, and what has to be unpacked, is told before its format is
/// asked for.
fn of_no_format(path: &Path, name: &Arc<str>) -> EngineError {
    let suffix = path.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default().to_ascii_lowercase();
    let kind =
        if is_other_compression(&suffix) { InputFaultKind::OtherCompression } else { InputFaultKind::UnknownFormat };
    let unknown = || InputFault::file(kind, name).into();
    match InputFile::open(path, name) {
        Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput => unknown(),
        Err(error) => error,
        Ok(_) => unknown(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_archive_is_told_although_nobody_says_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let fault = |name: &str| {
            let path = folder.path().join(name);
            fs::write(&path, b"PK\x03\x04").unwrap();
            match open(&path, &name.into(), &Dialect::default(), 1 << 16) {
                Err(EngineError::Input(fault)) => Some((fault.kind, fault.hint().is_some())),
                _ => None,
            }
        };
        for name in ["voters.zip", "voters.csv.XZ", "voters.tgz", "voters.csv.bz2"] {
            assert_eq!(fault(name), Some((InputFaultKind::OtherCompression, true)), "{name}");
        }
        assert_eq!(fault("voters.dat"), Some((InputFaultKind::UnknownFormat, true)));
    }
}
