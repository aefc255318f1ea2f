//! The file of a public key, beside the keyset that signs.

use std::path::{Path, PathBuf};

use super::keyset::{KeyFault, MAX_BYTES, refuse};
use crate::format::io::opening::{SymbolicLinks, read_whole};
use crate::manifest::package::signing_key::PublicKey;

/// The file of the public key that belongs to a signing key.
pub(crate) fn public_key_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// Reads the file of a public key.
///
/// # Errors
/// [`KeyFault`], where it is none that `scant key new --signing` writes.
pub(crate) fn open_public(path: &Path) -> Result<PublicKey, KeyFault> {
    let bytes = read_whole(path, MAX_BYTES, SymbolicLinks::Followed);
    let bytes = bytes.map_err(|error| KeyFault::Io { path: path.to_owned(), source: error.into_io() })?;
    let key = std::str::from_utf8(&bytes).ok().and_then(PublicKey::from_pem);
    key.ok_or_else(|| {
        refuse(path, "is not the file of a public key", "`scant key new --signing FILE` writes it as FILE.pub")
    })
}
