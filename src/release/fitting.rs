//! Whether a policy fits the files it is for, by their headers: reads no record
//! and judges nobody.

use std::path::PathBuf;

use super::error::ReleaseError;
use super::inputs::open_all;
use super::keyset;
use super::lists::open_lists;
use super::loading::Loaded;
use super::logs::open_logs;

/// Whether a policy fits the headers of some files and of its consent logs, and its
/// lists can be opened. Reads no record.
///
/// # Errors
/// [`ReleaseError`], with every fault of the first file that does not fit.
pub fn fits(loaded: &Loaded, extracts: &[PathBuf], consent: &[PathBuf]) -> Result<(), ReleaseError> {
    let key = keyset::throwaway()?;
    let lists = open_lists(loaded)?;
    open_all(&loaded.compiled.plan, extracts, None, Some(&key), &lists, None)?;
    // A policy alone is checked without its logs: they come anew every night.
    if !extracts.is_empty() || !consent.is_empty() {
        open_logs(loaded, extracts, consent, None)?;
    }
    Ok(())
}
