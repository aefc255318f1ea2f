//! Writes the data of a delivery, in the format of the policy.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::staging::Staging;
use super::whole_file::create;
use crate::account::Account;
use crate::engine::WrittenFiles;
use crate::engine::port::Encoder;
use crate::format::csv::write::CsvEncoder;
use crate::format::ipc::write::IpcEncoder;
use crate::format::ndjson::write::NdjsonEncoder;
use crate::format::parquet::write::ParquetEncoder;
use crate::model::file_format::FileFormat;
use crate::policy::plan::Plan;
use crate::release::error::ReleaseError;
use crate::release::read::ReadResult;

/// Writes all files of the data; returns what was written, and where.
pub(crate) fn write_data(
    plan: &Plan,
    read: &ReadResult<'_>,
    staging: &Staging<'_>,
) -> Result<(Account, WrittenFiles, Vec<PathBuf>), ReleaseError> {
    let columns = read.binding.output().to_vec();
    match plan.output.format {
        FileFormat::Csv => write_with(&CsvEncoder::new(columns, plan.output.formula_guard), plan, read, staging),
        FileFormat::Ipc => write_with(&IpcEncoder::new(columns), plan, read, staging),
        FileFormat::Ndjson => write_with(&NdjsonEncoder::try_new(&columns)?, plan, read, staging),
        FileFormat::Parquet => write_with(&ParquetEncoder::try_new(columns)?, plan, read, staging),
    }
}

fn write_with<E: Encoder>(
    encoder: &E,
    plan: &Plan,
    read: &ReadResult<'_>,
    staging: &Staging<'_>,
) -> Result<(Account, WrittenFiles, Vec<PathBuf>), ReleaseError> {
    let mut paths = Vec::new();
    let output = &plan.output;
    let mut open = |part: usize| -> io::Result<Box<dyn Write + Send>> {
        let number = if output.max_rows_per_file.is_some() { format!("-{:05}", part + 1) } else { String::new() };
        let path = staging.data_path(&format!("{}{number}.{}", output.name, output.format.extension()));
        let file = create(&path)?;
        paths.push(path);
        Ok(Box::new(BufWriter::with_capacity(1 << 18, file)))
    };
    let (account, written) = read.joined()?.write(&read.binding, encoder, &mut open)?;
    Ok((account, written, paths))
}
