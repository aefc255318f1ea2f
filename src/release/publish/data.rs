//! Writes the data of a delivery, in the format of the policy.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::staging::Staging;
use super::whole_file::create;
use crate::account::Account;
use crate::engine::WrittenFiles;
use crate::engine::bind::Binding;
use crate::engine::run::ReleasePhase;
use crate::format::spec_of;
use crate::policy::plan::Plan;
use crate::release::error::ReleaseError;

/// Writes all files of the data; returns what was written, and where.
pub(crate) fn write_data(
    plan: &Plan,
    waiting: &ReleasePhase<'_>,
    binding: &Binding,
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
    let (account, written) = spec_of(output.format).write(waiting, binding, output, &mut open)?;
    Ok((account, written, paths))
}
