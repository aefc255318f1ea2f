//! The account of a delivery: the one that is named, or the one that a run left beside it.

use std::path::{Path, PathBuf};

use crate::format::io::opening::{SymbolicLinks, read_whole};
use crate::release::error::ReleaseError;
use crate::release::publish::target::ACCOUNT;

/// No manifest and no account is larger.
pub(crate) const MOST_BYTES: u64 = 256 << 20;

/// The path of the account in the folder beside a delivery.
pub(crate) fn beside(delivery: &Path) -> Option<PathBuf> {
    let mut name = delivery.file_name()?.to_owned();
    name.push(".internal");
    Some(delivery.with_file_name(name).join(ACCOUNT))
}

/// Reads the account that is named, or the one beside the delivery, if there is one.
///
/// # Errors
/// [`ReleaseError::Io`], where one is named or there, and cannot be read.
pub(crate) fn read_account(delivery: &Path, named: Option<&Path>) -> Result<Option<Vec<u8>>, ReleaseError> {
    if let Some(path) = named {
        let read = read_whole(path, MOST_BYTES, SymbolicLinks::Followed);
        return read.map(Some).map_err(|error| ReleaseError::io("read the account", path)(error.into_io()));
    }
    let read = |path: PathBuf| read_whole(&path, MOST_BYTES, SymbolicLinks::Refused);
    match beside(delivery).map(read) {
        Some(Ok(bytes)) => Ok(Some(bytes)),
        Some(Err(error)) if !error.is_absent() => {
            Err(ReleaseError::io("read the account beside", delivery)(error.into_io()))
        }
        _ => Ok(None),
    }
}
