//! Keys that sign deliveries: Ed25519 (RFC 8032), and the public half as the PEM file that
//! every tool reads (RFC 8410). The secret is never shown, and is zeroed when it is dropped.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::Digest as _;
use zeroize::Zeroize as _;

use crate::model::digest::to_hex;

/// Bytes of a secret, and of a public key.
pub(crate) const SIGNING_BYTES: usize = 32;
/// Bytes of a signature.
pub(crate) const SIGNATURE_BYTES: usize = 64;
/// What stands before the bytes of a public key in its DER form (RFC 8410, section 4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const BEGIN: &str = "-----BEGIN PUBLIC KEY-----\n";
const END: &str = "\n-----END PUBLIC KEY-----\n";

/// A key that signs.
pub(crate) struct SecretSigningKey(SigningKey);

impl SecretSigningKey {
    /// Takes the secret, and zeroes it.
    pub(crate) fn new(secret: &mut [u8; SIGNING_BYTES]) -> Self {
        let key = SigningKey::from_bytes(secret);
        secret.zeroize();
        Self(key)
    }

    /// The half that everybody may have.
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs some bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for SecretSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretSigningKey")
    }
}

/// A key that says whether a signature is one of its other half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key in the form of a PEM file, byte by byte as [`Self::to_pem`] writes it.
    pub(crate) fn from_pem(text: &str) -> Option<Self> {
        let body = text.strip_prefix(BEGIN)?.strip_suffix(END)?;
        let der = STANDARD.decode(body).ok()?;
        let bytes: [u8; SIGNING_BYTES] = der.strip_prefix(&SPKI)?.try_into().ok()?;
        let key = Self(VerifyingKey::from_bytes(&bytes).ok()?);
        // A key of small order verifies signatures of anything.
        (!key.0.is_weak() && key.to_pem() == text).then_some(key)
    }

    /// The PEM file.
    pub(crate) fn to_pem(&self) -> String {
        format!("{BEGIN}{}{END}", STANDARD.encode(self.to_der()))
    }

    fn to_der(&self) -> Vec<u8> {
        [&SPKI[..], self.0.as_bytes()].concat()
    }

    /// SHA-256 of the DER form, by which signatures name it.
    pub(crate) fn id(&self) -> String {
        to_hex(&sha2::Sha256::digest(self.to_der()))
    }

    /// Whether a signature of some bytes is one of this key (RFC 8032, strictly: no other
    /// writing of a signature is one).
    pub(crate) fn verifies(&self, bytes: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_signs_as_the_standard_has_it() {
        // RFC 8032, section 7.1, test 2.
        fn hex<const N: usize>(text: &str) -> [u8; N] {
            let mut bytes = [0; N];
            const_hex::decode_to_slice(text.as_bytes(), &mut bytes).unwrap();
            bytes
        }
        let secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let mut secret: [u8; 32] = hex(secret);
        let key = SecretSigningKey::new(&mut secret);
        assert_eq!(secret, [0; 32]);
        let public: [u8; 32] = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        assert_eq!(key.public().0.as_bytes(), &public);
        let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        assert_eq!(key.sign(&[0x72]), hex::<64>(signature));
        assert!(key.public().verifies(&[0x72], &key.sign(&[0x72])));
        assert!(!key.public().verifies(&[0x73], &key.sign(&[0x72])));
        assert_eq!(format!("{key:?}"), "SecretSigningKey");
    }

    #[test]
    fn a_public_key_has_one_form() {
        let key = SecretSigningKey::new(&mut [7; 32]).public();
        let pem = key.to_pem();
        assert_eq!(PublicKey::from_pem(&pem), Some(key.clone()));
        assert_eq!(key.id().len(), 64);
        let crlf = pem.replace('\n', "\r\n");
        let weak = PublicKey::from_pem(&format!("{BEGIN}{}{END}", STANDARD.encode([&SPKI[..], &[0; 32]].concat())));
        assert_eq!(weak, None);
        for other in [&pem[1..], pem.trim_end(), &crlf, &pem.replace("PUBLIC", "PRIVATE"), &pem.replace("MC", "MD")] {
            assert_eq!(PublicKey::from_pem(other), None, "{other}");
        }
    }
}
