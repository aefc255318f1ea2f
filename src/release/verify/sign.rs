//! Adds a signature to a delivery that is whole. Only the attestation is replaced, in one
//! rename: whoever looks meanwhile sees the old one or the new one.

use std::fs;
use std::path::Path;

use super::account::MOST_BYTES;
use super::{Verified, VerifyJob};
use crate::format::io::opening::{SymbolicLinks, read_whole};
use crate::manifest::package::MANIFEST;
use crate::manifest::package::attestation::{ATTESTATION, Attestation};
use crate::manifest::package::signing_key::{PublicKey, SecretSigningKey};
use crate::release::error::ReleaseError;
use crate::release::publish::locking::Lock;
use crate::release::publish::target::Target;
use crate::release::publish::whole_file::write_beside;

/// What came of it.
#[derive(Debug)]
pub(crate) enum Signed {
    /// The public half of the key that signed, and how many signatures there are.
    Done(PublicKey, usize),
    /// The delivery is not whole, so nobody should sign it.
    NotVerified(Verified),
}

impl VerifyJob<'_> {
    /// Signs the delivery, once every check passed.
    ///
    /// # Errors
    /// [`ReleaseError`]; then the delivery is as it was.
    pub(crate) fn sign(&self, key: &SecretSigningKey) -> Result<Signed, ReleaseError> {
        let target = Target::parse(self.folder, None)?;
        let _lock = Lock::take(&target.folder)?;
        let verified = self.verify()?;
        if !verified.has_passed() {
            return Ok(Signed::NotVerified(verified));
        }
        let path = self.folder.join(ATTESTATION);
        let read = |path: &Path| read_whole(path, MOST_BYTES, SymbolicLinks::Refused);
        let mut attestation = match read(&path) {
            Ok(bytes) => Attestation::read(&bytes),
            Err(error) if error.is_absent() => {
                read(&self.folder.join(MANIFEST)).ok().and_then(|own| Attestation::of(&own))
            }
            Err(error) => return Err(ReleaseError::io("read", &path)(error.into_io())),
        }
        .ok_or(ReleaseError::Bug { step: "the attestation" })?;
        let public = key.public();
        if attestation.is_signed_by(&public) {
            return Err(ReleaseError::SignedAlready { path: self.folder.to_owned() });
        }
        attestation.sign(key);
        // Written beside the delivery: nothing of it is ever seen in the folder.
        let written = write_beside(&target.folder, &attestation.to_bytes())?;
        // Who may read the delivery may read this, too.
        let allowed = fs::metadata(self.folder.join(MANIFEST)).map(|manifest| manifest.permissions());
        let allowed = allowed.and_then(|permissions| fs::set_permissions(&written, permissions));
        allowed.and_then(|()| fs::rename(&written, &path)).map_err(|error| {
            let _ = fs::remove_file(&written);
            ReleaseError::io("write", &path)(error)
        })?;
        let made_durable = fs::File::open(self.folder).and_then(|folder| folder.sync_all());
        made_durable.map_err(ReleaseError::io("make durable", self.folder))?;
        Ok(Signed::Done(public, attestation.signatures()))
    }
}
