//! The secret behind pseudonyms. Never printed, copied, compared or written:
//! there is no `Debug` of the bytes, no `Clone`, no `Serialize`, and the memory
//! is zeroed on drop. Reading and writing key files is `release/inputs/keyset.rs`.

use std::fmt;

use zeroize::Zeroize;

pub(crate) use super::batch_hash::{ShortTexts, TOGETHER};
use crate::model::digest::to_hex;
use crate::model::name::{PartyId, PseudonymDomain};

/// Bytes in a master key.
pub const KEY_BYTES: usize = 32;

const PSEUDONYM_CONTEXT: &str = "scant 2026-11 pseudonym key v1";
const SHIFT_CONTEXT: &str = "scant 2026-11 date shift key v1";
const SUBJECT_CONTEXT: &str = "scant 2026-11 subject digest key v1";
const LIST_CONTEXT: &str = "scant 2026-11 list entry digest key v1";
const BLIND_CONTEXT: &str = "scant 2026-11 account blinding v1";
const ID_CONTEXT: &str = "scant 2026-11 key id v1";

/// Version of the canonical forms (`identifier/`); part of every
/// derivation, so that a changed rule cannot silently join with old pseudonyms.
pub(crate) const NORMALISATION_VERSION: u32 = 2;

/// The public fingerprint of a key: says which key, tells nothing about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// The fingerprint as text: 16 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A master key of 256 bits.
pub struct MasterKey {
    secret: [u8; KEY_BYTES],
}

impl MasterKey {
    /// Takes the bytes, and zeroes the caller's copy.
    #[must_use]
    pub fn new(secret: &mut [u8; KEY_BYTES]) -> Self {
        let key = Self { secret: *secret };
        secret.zeroize();
        key
    }

    /// The public fingerprint.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let digest = self.derive(ID_CONTEXT, &[]);
        KeyId(to_hex(&digest[..8]))
    }

    fn derive(&self, context: &'static str, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        hasher.update(&self.secret);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let derived = *hasher.finalize().as_bytes();
        hasher.zeroize();
        derived
    }

    /// The key of one recipient's pseudonyms in one domain:
    /// `derive_key(context, master32 ‖ LP(recipient) ‖ LP(domain) ‖ LP(version))`
    /// where `LP(x)` is the length of x as eight little-endian bytes, then x;
    /// the version is four little-endian bytes. So two recipients share no
    /// pseudonym, and one keeps the same from night to night.
    #[must_use]
    pub fn pseudonym_key(&self, recipient: &PartyId, domain: &PseudonymDomain) -> PseudonymKey {
        let version = NORMALISATION_VERSION.to_le_bytes();
        let parts = [recipient.as_str().as_bytes(), domain.as_str().as_bytes(), &version];
        PseudonymKey { key: self.derive(PSEUDONYM_CONTEXT, &parts) }
    }

    /// The key by which one recipient's dates of one domain are shifted. Derived as
    /// that of pseudonyms is, under a context of its own: a pseudonym of the same
    /// domain tells nothing about the shift.
    #[must_use]
    pub fn shift_key(&self, recipient: &PartyId, domain: &PseudonymDomain) -> ShiftKey {
        let version = NORMALISATION_VERSION.to_le_bytes();
        let parts = [recipient.as_str().as_bytes(), domain.as_str().as_bytes(), &version];
        ShiftKey(PseudonymKey { key: self.derive(SHIFT_CONTEXT, &parts) })
    }

    /// The key of the subject digests of a run.
    #[must_use]
    pub fn subject_key(&self) -> [u8; 16] {
        let mut key = [0; 16];
        key.copy_from_slice(&self.derive(SUBJECT_CONTEXT, &[])[..16]);
        key
    }

    /// The key of the digests of list entries.
    #[must_use]
    pub fn list_key(&self) -> [u8; 16] {
        let mut key = [0; 16];
        key.copy_from_slice(&self.derive(LIST_CONTEXT, &[])[..16]);
        key
    }

    /// 128 bits that blind a digest, bound to what is blinded.
    #[must_use]
    pub fn blinding(&self, bound_to: &[u8]) -> [u8; 16] {
        let mut value = [0; 16];
        value.copy_from_slice(&self.derive(BLIND_CONTEXT, &[bound_to])[..16]);
        value
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// The derived key of one recipient and one domain.
pub struct PseudonymKey {
    key: [u8; 32],
}

impl PseudonymKey {
    /// `keyed_hash(key, canonical)`, whole; the caller truncates.
    #[must_use]
    pub fn pseudonym(&self, canonical: &str) -> [u8; 32] {
        *blake3::keyed_hash(&self.key, canonical.as_bytes()).as_bytes()
    }

    /// The same of several short texts, in a fraction of the time.
    pub(crate) fn pseudonyms(&self, canonical: &ShortTexts) -> [[u8; 32]; TOGETHER] {
        canonical.hashes(&self.key)
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(secret)")
    }
}

impl Drop for PseudonymKey {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// The derived key of one recipient's shifted dates of one domain.
#[derive(Debug)]
pub struct ShiftKey(PseudonymKey);

impl ShiftKey {
    /// By how many days the dates of a subject are shifted: each of −`most` to `most`
    /// is as likely as the others, but for 0, which is none of them. `most` is at
    /// least 1.
    #[must_use]
    pub fn days(&self, canonical: &str, most: u16) -> i32 {
        // Of so many bits that no remainder is likelier than another.
        let hash = self.0.pseudonym(canonical);
        let first = hash.first_chunk().copied().unwrap_or_default();
        let most = i32::from(most);
        let sides = u128::from(most.unsigned_abs() * 2);
        let at = i32::try_from(u128::from_le_bytes(first).checked_rem(sides).unwrap_or(0)).unwrap_or(0);
        if at < most { at - most } else { at - most + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(fill: u8) -> MasterKey {
        MasterKey::new(&mut [fill; 32])
    }

    #[test]
    fn recipients_domains_and_keys_share_no_pseudonym() {
        let party = |text| PartyId::parse(text).unwrap();
        let domain = |text| PseudonymDomain::parse(text).unwrap();
        let base = key(1).pseudonym_key(&party("a"), &domain("bc")).pseudonym("x");
        assert_eq!(base, key(1).pseudonym_key(&party("a"), &domain("bc")).pseudonym("x"));
        assert_ne!(base, key(2).pseudonym_key(&party("a"), &domain("bc")).pseudonym("x"));
        assert_ne!(base, key(1).pseudonym_key(&party("ab"), &domain("c")).pseudonym("x"));
        assert_ne!(base, key(1).pseudonym_key(&party("a"), &domain("b")).pseudonym("x"));
    }

    #[test]
    fn every_shift_is_as_likely_as_the_others_and_none_is_nought() {
        let party = PartyId::parse("a").unwrap();
        let domain = |text| PseudonymDomain::parse(text).unwrap();
        let shift = key(1).shift_key(&party, &domain("b"));
        let mut counts = std::collections::BTreeMap::<i32, u32>::new();
        for subject in 0..60_000 {
            *counts.entry(shift.days(&format!("A-{subject}"), 3)).or_default() += 1;
        }
        assert_eq!(counts.keys().copied().collect::<Vec<_>>(), [-3, -2, -1, 1, 2, 3]);
        // Five standard deviations of a count of 10,000.
        assert!(counts.values().all(|count| count.abs_diff(10_000) < 460), "{counts:?}");
        let shifts = |key: &ShiftKey| (0..20).map(|n| key.days(&n.to_string(), 3650)).collect::<Vec<_>>();
        let base = shifts(&shift);
        assert_eq!(base, shifts(&key(1).shift_key(&party, &domain("b"))));
        assert!(base.iter().all(|days| (-3650..=3650).contains(days)));
        for other in [key(2).shift_key(&party, &domain("b")), key(1).shift_key(&party, &domain("c"))] {
            assert_ne!(base, shifts(&other));
        }
        // Not what a pseudonym of the same domain is made of.
        assert_ne!(shift.0.pseudonym("x"), key(1).pseudonym_key(&party, &domain("b")).pseudonym("x"));
    }

    #[test]
    fn the_keyed_hash_is_the_published_one() {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(b"whats the Elvish word for friend");
        let published = PseudonymKey { key: bytes }.pseudonym("");
        assert_eq!(published[..8], [0x92, 0xb2, 0xb7, 0x56, 0x04, 0xed, 0x3c, 0x76]);
    }

    #[test]
    fn nothing_secret_is_printed() {
        let shown = format!("{:?}", key(0xAB));
        assert!(!shown.to_lowercase().contains("abab"), "{shown}");
    }
}
