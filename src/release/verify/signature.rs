//! The check of a delivery's attestation: that it says what the manifest says, and who
//! signed it.

use std::path::Path;

use super::checks::DeliveryCheck;
use crate::format::io::opening::{SymbolicLinks, read_whole};
use crate::manifest::package::attestation::{ATTESTATION, Attestation};
use crate::manifest::package::signing_key::PublicKey;
use crate::model::number::counted::counted;

/// No attestation is larger: it holds a manifest in Base64.
const MOST_BYTES: u64 = 512 << 20;
const NAME: &str = "signature";

/// Every one of the keys has signed it. Where nobody gives a key, a signed delivery fails
/// unless that is asked for: an attacker signs, too.
pub(super) fn signature(folder: &Path, manifest: &[u8], keys: &[PublicKey], may_be_unchecked: bool) -> DeliveryCheck {
    let bytes = match read_whole(&folder.join(ATTESTATION), MOST_BYTES, SymbolicLinks::Refused) {
        Ok(bytes) => bytes,
        Err(error) if error.is_absent() && keys.is_empty() => {
            return DeliveryCheck::not_made(NAME, "nobody signed it");
        }
        Err(error) if error.is_absent() => return DeliveryCheck::failed(NAME, "nobody signed it"),
        Err(_) => return DeliveryCheck::failed(NAME, format!("{ATTESTATION} cannot be read")),
    };
    let Some(attestation) = Attestation::read(&bytes) else {
        return DeliveryCheck::failed(NAME, format!("{ATTESTATION} is not written as scant writes it"));
    };
    if !Attestation::of(manifest).is_some_and(|expected| expected.says_the_same(&attestation)) {
        return DeliveryCheck::failed(NAME, format!("{ATTESTATION} does not say what the manifest says"));
    }
    let signatures = counted(attestation.signatures() as u64, "signature");
    if keys.is_empty() {
        let what = format!("it has {signatures}, and no public key was given to check them");
        return if may_be_unchecked { DeliveryCheck::not_made(NAME, what) } else { DeliveryCheck::failed(NAME, what) };
    }
    let wrong = keys.iter().filter(|key| !attestation.verifies(key));
    let wrong = wrong.map(|key| format!("there is no signature of the public key {}", &key.id()[..16]));
    let right = format!("signed by {}, of {signatures}", counted(keys.len() as u64, "given key"));
    DeliveryCheck::all(NAME, right, wrong.collect())
}
