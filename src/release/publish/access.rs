//! Who may read the files of a delivery, beside their owner.
//!
//! Nobody, unless the caller says so: they hold personal data, and a umask was set for
//! other files. Whoever transfers them is often another user, of a group that may read.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Permissions of a delivery's files: everyone who may read, and nobody but the owner who
/// may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMode(u32);

impl FileMode {
    /// Reads octal digits, such as `640`.
    ///
    /// # Errors
    /// What it must be.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const SHAPE: &str = "must be three octal digits such as 640: 4 lets the owner, the group or others read, and 6 the owner also write";
        let is_octal = (3..=4).contains(&text.len()) && text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
        let mode = u32::from_str_radix(text, 8).ok().filter(|_| is_octal).ok_or(SHAPE)?;
        if mode & !0o644 != 0 || mode & 0o400 == 0 { Err(SHAPE) } else { Ok(Self(mode)) }
    }

    /// The same for a folder: its owner may always change it, and who may read the files
    /// may enter it.
    fn of_folder(self) -> u32 {
        0o700 | self.0 | (self.0 & 0o044) >> 2
    }

    /// Gives the files of a folder and of the folders in it this mode.
    pub(super) fn apply(self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.symlink_metadata()?.is_dir() {
                self.apply(&path)?;
            } else {
                let file = File::open(&path)?;
                file.set_permissions(Permissions::from_mode(self.0))?;
                file.sync_all()?;
            }
        }
        fs::set_permissions(folder, Permissions::from_mode(self.of_folder()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_and_others_may_read_and_nothing_else() {
        for (text, folder) in [("600", 0o700), ("640", 0o750), ("0644", 0o755), ("440", 0o750), ("400", 0o700)] {
            assert_eq!(FileMode::parse(text).unwrap().of_folder(), folder, "{text}");
        }
        for wrong in ["", "6", "64", "666", "660", "755", "040", "4640", "06400", "rw-r-----", "+64", "648"] {
            assert!(FileMode::parse(wrong).is_err(), "{wrong}");
        }
    }
}
