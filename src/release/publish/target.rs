//! The paths of a delivery and of its internal folder: usable names, in folders
//! that exist and that are not part of any delivery. Whether something exists there
//! already is checked by `staging.rs`, which holds the lock.

use std::io;
use std::path::{Path, PathBuf};

use crate::format::io::opening::{SymbolicLinks, open_regular};
use crate::manifest::document::{ACCOUNT_FORMAT, MANIFEST_FORMAT};
use crate::release::error::ReleaseError;

/// The prefix of spill files, which have a name only for a moment.
pub(crate) const WAITING: &str = ".waiting-";
/// The name of the state file until it is published.
pub(crate) const STATE: &str = "last.json";
/// By its manifest a delivery is recognised.
pub(crate) use crate::manifest::package::MANIFEST;
/// The name of the account, by which an internal folder is recognised.
pub(crate) const ACCOUNT: &str = "account.json";

/// The path of a folder to be made, in a folder that exists.
#[derive(Debug, Clone)]
pub(crate) struct TargetPath {
    /// The whole path, without `.` and a final `/`.
    pub(crate) path: PathBuf,
    pub(crate) parent: PathBuf,
    pub(crate) name: String,
}

impl TargetPath {
    pub(super) fn parse(path: &Path) -> Result<Self, ReleaseError> {
        let bad = |what| ReleaseError::BadTarget { path: path.to_owned(), what };
        let name = path.file_name().ok_or_else(|| bad("it has no name of its own"))?;
        let name = name.to_str().ok_or_else(|| bad("its name is not UTF-8"))?;
        if name.len() > 200 || name.chars().any(char::is_control) {
            return Err(bad("its name is too long or holds control characters"));
        }
        let parent = parent_of(path);
        if !parent.is_dir() {
            return Err(bad("the folder it should stand in does not exist"));
        }
        refuse_inside_delivery(path)?;
        // `dir/.` and `dir/` become `dir`; otherwise the path stays as it was
        // given, so that people recognise it.
        Ok(Self { path: path.components().collect(), parent, name: name.to_owned() })
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        lock_file(&self.parent, &self.name)
    }

    pub(crate) fn partial(&self, random: u64) -> PathBuf {
        self.parent.join(format!(".{}{PARTIAL}{random:016x}", self.name))
    }
}

/// After the name of a target: its internal folder, unless the caller names one.
const INTERNAL: &str = ".internal";
/// Between the name of a target and the random digits of its partial folder.
const PARTIAL: &str = ".partial-";
const DIGITS: usize = 16;

pub(crate) fn lock_file(parent: &Path, name: &str) -> PathBuf {
    parent.join(format!(".{name}.lock"))
}

/// The target of a partial folder with this name, which must be `.NAME.partial-`
/// and 16 hexadecimal digits.
pub(crate) fn target_of_partial(folder: &str) -> Option<&str> {
    let (start, digits) = folder.split_at_checked(folder.len().checked_sub(DIGITS)?)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let name = start.strip_prefix('.')?.strip_suffix(PARTIAL)?;
    (is_hex && !name.is_empty()).then_some(name)
}

/// Whether a name is one of those that a run gives to files and folders beside a
/// delivery.
fn is_of_something_beside(name: &str) -> bool {
    let is_hidden =
        |end: &str| name.strip_prefix('.').and_then(|name| name.strip_suffix(end)).is_some_and(|name| !name.is_empty());
    name.ends_with(INTERNAL) || is_hidden(".lock") || is_hidden(".last.json") || target_of_partial(name).is_some()
}

/// The folder a path is in.
pub(crate) fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The paths of a delivery and of its internal folder.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) folder: TargetPath,
    pub(crate) kept: TargetPath,
    /// Whether the caller named the internal folder: then it has a lock of its own.
    pub(crate) apart: bool,
}

impl Target {
    /// Parses the paths given with `--output` and `--internal`.
    pub(crate) fn parse(output: &Path, internal: Option<&Path>) -> Result<Self, ReleaseError> {
        let folder = TargetPath::parse(output)?;
        if is_of_something_beside(&folder.name) {
            let what = "a name like that is given to what lies beside a delivery, and is kept or cleared away with it";
            return Err(ReleaseError::BadTarget { path: folder.path, what });
        }
        let kept = match internal {
            Some(path) => TargetPath::parse(path)?,
            None => TargetPath::parse(&folder.path.with_file_name(format!("{}{INTERNAL}", folder.name)))?,
        };
        let at = |place: &TargetPath| place.parent.canonicalize().map(|parent| parent.join(&place.name));
        let (sent, own) = (
            at(&folder).map_err(ReleaseError::io("look at", &folder.parent))?,
            at(&kept).map_err(ReleaseError::io("look at", &kept.parent))?,
        );
        if sent == own {
            let what = "what is kept needs a folder of its own";
            return Err(ReleaseError::BadTarget { path: kept.path, what });
        }
        Ok(Self { folder, kept, apart: internal.is_some() })
    }

    /// The folder of the delivery.
    pub(crate) fn parent(&self) -> &Path {
        &self.folder.parent
    }
}

/// Refuses a path inside the delivery that is about to be made, inside its internal
/// folder, or inside any other delivery.
///
/// # Errors
/// [`ReleaseError::InsideDelivery`], or [`ReleaseError::BadTarget`] for the delivery.
pub(crate) fn refuse_beside(path: &Path, output: &Path, internal: Option<&Path>) -> Result<(), ReleaseError> {
    refuse_inside_delivery(path)?;
    let target = Target::parse(output, internal)?;
    let absolute = |place: &TargetPath| place.parent.canonicalize().map(|parent| parent.join(&place.name));
    // These folders do not exist yet, so the paths are compared component by
    // component.
    let own: PathBuf = std::path::absolute(path).unwrap_or_default();
    let parent = parent_of(&own).canonicalize().unwrap_or_else(|_| parent_of(&own));
    let own = own.file_name().map_or_else(|| parent.clone(), |name| parent.join(name));
    for place in [&target.folder, &target.kept] {
        if absolute(place).is_ok_and(|place| own.starts_with(place)) {
            return Err(ReleaseError::InsideDelivery { path: path.to_owned(), delivery: place.path.clone() });
        }
    }
    Ok(())
}

/// Refuses a path inside a delivery, where it would be sent too, or inside an
/// internal folder, where it would be taken for evidence.
///
/// # Errors
/// [`ReleaseError::InsideDelivery`].
pub(crate) fn refuse_inside_delivery(path: &Path) -> Result<(), ReleaseError> {
    // Of folders that do not exist yet, the folder they will be made in.
    let made = |folder: &Path| {
        if folder.as_os_str().is_empty() { Path::new(".").canonicalize() } else { folder.canonicalize() }
    };
    let Some(parent) = parent_of(path).ancestors().find_map(|folder| made(folder).ok()) else { return Ok(()) };
    for folder in parent.ancestors() {
        let kept = folder.file_name().map(|name| {
            let mut kept = name.to_owned();
            kept.push(INTERNAL);
            folder.with_file_name(kept)
        });
        let is_one = opens_with(&folder.join(MANIFEST), MANIFEST_FORMAT)
            || opens_with(&folder.join(ACCOUNT), ACCOUNT_FORMAT)
            // A delivery whose manifest was removed.
            || kept.is_some_and(|kept| opens_with(&kept.join(ACCOUNT), ACCOUNT_FORMAT));
        if is_one {
            return Err(ReleaseError::InsideDelivery { path: path.to_owned(), delivery: folder.to_owned() });
        }
    }
    Ok(())
}

/// Whether the file begins like a document of ours.
fn opens_with(path: &Path, format: &str) -> bool {
    let head = || -> io::Result<Vec<u8>> {
        let (file, _) =
            open_regular(path, SymbolicLinks::Followed).map_err(crate::format::io::opening::NotOpened::into_io)?;
        let mut head = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(file, 256), &mut head)?;
        Ok(head)
    };
    let kind = format.split('/').next().unwrap_or(format);
    head().is_ok_and(|head| String::from_utf8_lossy(&head).contains(&format!("\"{kind}/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_partial_folder_is_known_by_its_whole_name() {
        assert_eq!(target_of_partial(".out.partial-0123456789abcdef"), Some("out"));
        assert_eq!(target_of_partial(".out.partial-2.partial-0123456789abcdef"), Some("out.partial-2"));
        for other in [
            ".out.partial-2",
            ".out.partial-2.lock",
            ".out.partial-0123456789ABCDEF",
            ".out.partial-0123456789abcde",
            ".out.partial-0123456789abcdef0",
            "out.partial-0123456789abcdef",
            ".partial-0123456789abcdef",
            "..partial-0123456789abcdef",
            ".out.partial-é123456789abcde",
        ] {
            assert_eq!(target_of_partial(other), None, "{other}");
        }
    }

    #[test]
    fn no_delivery_has_a_name_of_what_lies_beside_another() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["out.internal", ".out.lock", ".club.last.json", ".out.partial-0123456789abcdef"] {
            let refused = Target::parse(&folder.path().join(name), None);
            assert!(matches!(refused, Err(ReleaseError::BadTarget { .. })), "{name}");
            assert!(Target::parse(&folder.path().join("out"), Some(&folder.path().join(format!("{name}.x")))).is_ok());
        }
        for name in ["out.internals", "internal", ".lock", "out.lock", ".out"] {
            assert!(Target::parse(&folder.path().join(name), None).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_path_is_taken_without_its_dots() {
        let folder = tempfile::tempdir().unwrap();
        for (given, name) in [("out/.", "out"), ("out/", "out"), ("./out", "out"), ("a/../out/", "out")] {
            fs::create_dir_all(folder.path().join("a")).unwrap();
            let target = Target::parse(&folder.path().join(given), None).unwrap();
            assert_eq!(target.folder.name, name);
            assert!(target.folder.path.to_string_lossy().ends_with("/out"), "{given}");
            assert!(target.kept.path.ends_with("out.internal"), "{given}");
        }
        for bad in ["..", "a/..", "/"] {
            assert!(Target::parse(&folder.path().join(bad), None).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_goes_into_a_delivery_or_into_what_is_kept_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("sent/data/more")).unwrap();
        fs::write(path("sent/manifest.json"), format!("{{\"format\": \"{MANIFEST_FORMAT}\"}}")).unwrap();
        fs::create_dir_all(path("other")).unwrap();
        fs::create_dir_all(path("other.internal")).unwrap();
        fs::write(path("other.internal/account.json"), format!("{{\"format\": \"{ACCOUNT_FORMAT}\"}}")).unwrap();
        std::os::unix::fs::symlink(path("sent/data"), path("link")).unwrap();
        for inside in ["sent/new/newer/x", "other/new/x"] {
            let refused = refuse_inside_delivery(&path(inside));
            assert!(matches!(refused, Err(ReleaseError::InsideDelivery { .. })), "{inside}");
        }
        for inside in ["sent/x", "sent/data/more/x", "other/x", "other.internal/x", "link/x"] {
            let refused = Target::parse(&path(inside), None);
            assert!(matches!(refused, Err(ReleaseError::InsideDelivery { .. })), "{inside}");
            let refused = Target::parse(&path("free"), Some(&path(inside)));
            assert!(matches!(refused, Err(ReleaseError::InsideDelivery { .. })), "{inside}");
        }
        // A manifest of something else.
        fs::create_dir_all(path("site")).unwrap();
        fs::write(path("site/manifest.json"), "{\"name\": \"a web site\"}").unwrap();
        assert!(Target::parse(&path("site/x"), None).is_ok());
        assert!(Target::parse(&path("beside"), None).is_ok());
        let one = Target::parse(&path("beside"), Some(&path("./beside")));
        assert!(matches!(one, Err(ReleaseError::BadTarget { .. })));
        let refuse = |name: &str| refuse_beside(&path(name), &path("beside"), Some(&path("kept")));
        assert!(refuse("beside/counts.json").is_err() && refuse("kept/x/counts.json").is_err());
        assert!(refuse("counts.json").is_ok() && refuse("beside-counts.json").is_ok());
    }
}
