//! Key files: a JSON keyset that only its owner can read. A file that anybody
//! else could have read, or that is not what it seems, is refused, not warned of.
//! The secret is never shown, and its copies in memory are zeroed.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::format::io::opening::{NotOpened, SymbolicLinks, open_regular, shown};
use crate::identifier::key::{KEY_BYTES, MasterKey};
use crate::manifest::package::signing_key::{PublicKey, SecretSigningKey};
use crate::model::digest::to_hex;

/// The `format` of a key file.
pub const KEYSET_FORMAT: &str = "scant-keyset/1";
pub(super) const MAX_BYTES: u64 = 64 * 1024;

/// Why a key file is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// The operating system would not open, read or write it.
    #[error("cannot open the key file {}", shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// It is not safe to use.
    #[error("the key file {} {what}", shown(path))]
    Unsafe {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
        /// What to try.
        hint: &'static str,
    },
    /// It exists already.
    #[error("{} exists; a key file is never overwritten", shown(path))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// No randomness is to be had.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

/// Whether a key makes pseudonyms, only reads old ones, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Active,
    Primary,
    Retired,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: String,
    status: Status,
    created: String,
    secret: String,
}

impl Drop for KeyEntry {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keyset {
    format: String,
    kind: String,
    keys: Vec<KeyEntry>,
}

/// What the keys of a keyset are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    Pseudonym,
    Signing,
}

impl KeyKind {
    fn word(self) -> &'static str {
        match self {
            Self::Pseudonym => "pseudonym",
            Self::Signing => "signing",
        }
    }

    /// What to try where a keyset of this kind is wanted.
    fn hint(self) -> &'static str {
        match self {
            Self::Pseudonym => "give a keyset of kind `pseudonym`: `scant key new FILE`",
            Self::Signing => "give a keyset of kind `signing`: `scant key new --signing FILE`",
        }
    }

    /// The public fingerprint of a key.
    fn id_of(self, secret: &mut [u8; KEY_BYTES]) -> String {
        match self {
            Self::Pseudonym => MasterKey::new(secret).id().to_string(),
            Self::Signing => SecretSigningKey::new(secret).public().id()[..16].to_owned(),
        }
    }
}

/// Makes a new key file with one primary key. `created` is the day, from the
/// caller's clock.
///
/// # Errors
/// [`KeyFault`]; an existing file is never touched.
pub fn create(path: &Path, created: jiff::civil::Date) -> Result<MasterKey, KeyFault> {
    let mut secret = create_keyset(path, created, KeyKind::Pseudonym)?;
    Ok(MasterKey::new(&mut secret))
}

/// Makes a new signing key and, beside it, the file of its public key.
///
/// # Errors
/// [`KeyFault`]; an existing file is never touched, and there are both files or none.
pub(crate) fn create_signing(path: &Path, public: &Path, created: jiff::civil::Date) -> Result<PublicKey, KeyFault> {
    if public.symlink_metadata().is_ok() {
        return Err(KeyFault::Exists { path: public.to_owned() });
    }
    let mut secret = create_keyset(path, created, KeyKind::Signing)?;
    let key = SecretSigningKey::new(&mut secret).public();
    write_new(public, 0o644, key.to_pem().as_bytes()).inspect_err(|_| {
        let _ = std::fs::remove_file(path);
    })?;
    Ok(key)
}

fn create_keyset(
    path: &Path,
    created: jiff::civil::Date,
    kind: KeyKind,
) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyFault> {
    let mut secret = Zeroizing::new([0_u8; KEY_BYTES]);
    getrandom::fill(secret.as_mut()).map_err(|_| KeyFault::NoRandomness)?;
    let mut copy = Zeroizing::new(*secret);
    let entry = KeyEntry {
        id: kind.id_of(&mut copy),
        status: Status::Primary,
        created: created.to_string(),
        secret: to_hex(secret.as_ref()),
    };
    let keyset = Keyset { format: KEYSET_FORMAT.to_owned(), kind: kind.word().to_owned(), keys: vec![entry] };
    let json = serde_json::to_vec_pretty(&keyset).map_err(|_| not_a_keyset(path))?;
    let mut json = Zeroizing::new(json);
    json.push(b'\n');
    write_new(path, 0o600, &json)?;
    Ok(secret)
}

/// Writes a whole new file.
fn write_new(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), KeyFault> {
    let io = |source: io::Error| {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::AlreadyExists {
            KeyFault::Exists { path }
        } else {
            KeyFault::Io { path, source }
        }
    };
    let mut file = File::options().write(true).create_new(true).mode(mode).open(path).map_err(io)?;
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        // Half a key is not a key; what cannot be removed is reported by the error.
        let _ = std::fs::remove_file(path);
        return Err(io(error));
    }
    Ok(())
}

/// Opens a key file and takes its primary key.
///
/// # Errors
/// [`KeyFault`], for every file that is not a regular file of one name, owned by
/// us, closed to everybody else, holding a keyset with one primary key.
pub fn open(path: &Path) -> Result<MasterKey, KeyFault> {
    let mut secret = open_keyset(path, KeyKind::Pseudonym)?;
    Ok(MasterKey::new(&mut secret))
}

/// Opens a key file and takes its primary key, which signs.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_signing(path: &Path) -> Result<SecretSigningKey, KeyFault> {
    let mut secret = open_keyset(path, KeyKind::Signing)?;
    Ok(SecretSigningKey::new(&mut secret))
}

fn open_keyset(path: &Path, kind: KeyKind) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyFault> {
    let io = |source| KeyFault::Io { path: path.to_owned(), source };
    let (file, metadata) = open_regular(path, SymbolicLinks::Refused).map_err(|fault| match fault {
        NotOpened::Io(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            refuse(path, "is a symbolic link", "give the path of the file itself")
        }
        NotOpened::Io(error) => io(error),
        NotOpened::NotRegular | NotOpened::TooLarge => {
            refuse(path, "is not a regular file", "make one with `scant key new FILE`")
        }
    })?;
    // Whoever names another file by mistake is told so, not to close that file.
    if metadata.len() > MAX_BYTES {
        return Err(refuse(path, "is too large to be a keyset", "make one with `scant key new FILE`"));
    }
    let mut text = Zeroizing::new(Vec::new());
    file.take(MAX_BYTES + 1).read_to_end(&mut text).map_err(io)?;
    let keyset: Keyset = serde_json::from_slice(&text).map_err(|_| not_a_keyset(path))?;
    if keyset.format != KEYSET_FORMAT {
        return Err(not_a_keyset(path));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(refuse(path, "belongs to another user", "use a key file of your own"));
    }
    if metadata.mode() & 0o7177 != 0 || metadata.mode() & 0o400 == 0 {
        return Err(refuse(path, "is open to others", "chmod 600 it, and think about who may have read it"));
    }
    if metadata.nlink() != 1 {
        return Err(refuse(path, "has several names (hard links)", "keep the key in one place"));
    }
    if keyset.kind != kind.word() {
        return Err(refuse(path, "holds keys of another kind", kind.hint()));
    }
    let mut primaries = keyset.keys.iter().filter(|entry| entry.status == Status::Primary);
    let (Some(entry), None) = (primaries.next(), primaries.next()) else {
        return Err(refuse(path, "does not have exactly one primary key", "promote one key"));
    };
    let mut secret = Zeroizing::new([0_u8; KEY_BYTES]);
    from_hex(&entry.secret, &mut secret).ok_or_else(|| not_a_keyset(path))?;
    if secret.iter().all(|byte| *byte == secret[0]) {
        return Err(refuse(path, "holds a secret that is no secret", "make one with `scant key new FILE`"));
    }
    let mut copy = Zeroizing::new(*secret);
    if kind.id_of(&mut copy) != entry.id {
        return Err(refuse(path, "holds a key that does not match its id", "restore the file from a backup"));
    }
    Ok(secret)
}

pub(super) fn refuse(path: &Path, what: &'static str, hint: &'static str) -> KeyFault {
    KeyFault::Unsafe { path: path.to_owned(), what, hint }
}

fn not_a_keyset(path: &Path) -> KeyFault {
    refuse(path, "is not a keyset", "make one with `scant key new FILE`")
}

fn from_hex(text: &str, bytes: &mut [u8; KEY_BYTES]) -> Option<()> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != KEY_BYTES || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let digit = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(())
}

/// A key for what is not written.
pub(crate) fn throwaway() -> Result<MasterKey, KeyFault> {
    let mut secret = [0_u8; KEY_BYTES];
    getrandom::fill(&mut secret).map_err(|_| KeyFault::NoRandomness)?;
    Ok(MasterKey::new(&mut secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn day() -> jiff::civil::Date {
        jiff::civil::date(2026, 11, 1)
    }

    #[test]
    fn a_new_key_opens_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        let key = create(&path, day()).unwrap();
        assert_eq!(open(&path).unwrap().id(), key.id());
        assert!(matches!(create(&path, day()), Err(KeyFault::Exists { .. })));
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
    }

    #[test]
    fn a_signing_key_and_its_public_half_are_made_together_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sign.json");
        let public = create_signing(&path, &path.with_extension("pub"), day()).unwrap();
        assert_eq!(open_signing(&path).unwrap().public(), public);
        assert_eq!(std::fs::read_to_string(path.with_extension("pub")).unwrap(), public.to_pem());
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
        assert!(matches!(open(&path), Err(KeyFault::Unsafe { .. })));
        std::fs::remove_file(&path).unwrap();
        assert!(
            matches!(create_signing(&path, &path.with_extension("pub"), day()), Err(KeyFault::Exists { .. })),
            "the public key is there"
        );
        assert!(!path.exists());
        create(&path, day()).unwrap();
        assert!(matches!(open_signing(&path), Err(KeyFault::Unsafe { .. })));
    }

    #[test]
    fn of_all_modes_only_those_closed_to_others_are_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        create(&path, day()).unwrap();
        for mode in 0..0o1000_u32 {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let accepted = open(&path).is_ok();
            assert_eq!(accepted, mode == 0o600 || mode == 0o400, "{mode:o}");
        }
    }

    #[test]
    fn what_is_no_safe_keyset_is_refused_without_showing_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        create(&path, day()).unwrap();
        let good = std::fs::read_to_string(&path).unwrap();
        let secret = good.split("\"secret\": \"").nth(1).unwrap()[..64].to_owned();
        let zeros = "0".repeat(64);
        let changes = [
            good.replace(&secret, &secret[..62]),
            good.replace(&secret, &format!("{secret}00")),
            good.replace(&secret, &zeros),
            good.replace(&secret, &secret.replace(|c: char| c.is_ascii_digit(), "g")),
            good.replace("primary", "active"),
            good.replace("pseudonym", "signing"),
            good.replace("scant-keyset/1", "scant-keyset/9"),
            format!("\u{feff}{secret}"),
            secret.clone(),
            String::new(),
            good.replacen("\"id\": \"", "\"id\": \"0", 1),
        ];
        for (number, text) in changes.iter().enumerate() {
            std::fs::write(&path, text).unwrap();
            let fault = open(&path).expect_err(&number.to_string());
            assert!(!format!("{fault} {fault:?}").contains(&secret[..8]), "{number}");
        }
        std::fs::write(&path, format!("{good}\n")).unwrap();
        assert!(open(&path).is_ok(), "a trailing newline is harmless");
    }

    #[test]
    fn a_file_that_is_no_keyset_is_told_to_be_none_before_anything_of_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        create(&path, day()).unwrap();
        let keyset = std::fs::read_to_string(&path).unwrap();
        let large = " ".repeat(MAX_BYTES as usize + 1);
        for (text, what) in [
            ("id,name\n1,Anna\n", "is not a keyset"),
            (&keyset.replace("scant-keyset/1", "scant-policy/1"), "is not a keyset"),
            (&large, "is too large to be a keyset"),
            (&keyset, "is open to others"),
            (&keyset.replace("pseudonym", "signing"), "is open to others"),
        ] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            let fault = open(&path).unwrap_err().to_string();
            assert!(fault.ends_with(what), "{fault}");
        }
    }

    #[test]
    fn links_and_folders_and_pipes_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        create(&path, day()).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(open(&link).is_err());
        assert!(open(folder.path()).is_err());
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
        assert!(open(&pipe).is_err(), "and without waiting for a writer");
        std::fs::hard_link(&path, folder.path().join("second")).unwrap();
        assert!(open(&path).is_err());
    }
}
