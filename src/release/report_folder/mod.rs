//! The report of a delivery as a folder: reads the documents that are there, and writes the
//! page and its tables into a folder that must not exist.

use std::path::{Path, PathBuf};

use super::error::ReleaseError;
use super::publish::staging::sha256;
use super::publish::target::MANIFEST;
use super::publish::whole_folder::write_folder;
use super::verify::account::{MOST_BYTES, beside, read_account};
use crate::format::io::opening::{SymbolicLinks, read_whole};
use crate::manifest::delivered::claims::AccountFault;
use crate::report::{ReportFault, ReportFiles, report};

/// What a report is made of.
#[derive(Debug)]
pub(crate) struct ReportJob<'a> {
    /// The folder of the delivery.
    pub(crate) folder: &'a Path,
    /// The account that is kept of it; `None`: that of the folder beside it, if it is there.
    pub(crate) account: Option<&'a Path>,
    /// The folder to be made; `None`: the one beside the delivery, with `.report` after its
    /// name.
    pub(crate) output: Option<&'a Path>,
}

/// A report that was made.
#[derive(Debug)]
pub(crate) struct MadeReport {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// The names of its files, the page first.
    pub(crate) files: Vec<&'static str>,
    /// Whether it rests on the account, and not on the manifest alone.
    pub(crate) has_account: bool,
}

impl ReportJob<'_> {
    /// Makes the report.
    ///
    /// # Errors
    /// [`ReleaseError`]; then no folder is made.
    pub(crate) fn make(&self) -> Result<MadeReport, ReleaseError> {
        let path = self.folder.join(MANIFEST);
        let manifest = read_whole(&path, MOST_BYTES, SymbolicLinks::Refused)
            .map_err(|error| ReleaseError::io("read", &path)(error.into_io()))?;
        let account = read_account(self.folder, self.account)?;
        let files = files(&manifest, account.as_deref()).map_err(|fault| self.refused(fault))?;
        let folder = write_folder(&self.output()?, &files)?;
        Ok(MadeReport { folder, files: files.map(|(name, _)| name).to_vec(), has_account: account.is_some() })
    }

    fn output(&self) -> Result<PathBuf, ReleaseError> {
        if let Some(path) = self.output {
            return Ok(path.to_owned());
        }
        let what = "it has no name of its own; -o names the folder";
        let name = self.folder.file_name();
        let name = name.ok_or_else(|| ReleaseError::BadFolder { path: self.folder.to_owned(), what })?;
        let mut name = name.to_owned();
        name.push(".report");
        Ok(self.folder.with_file_name(name))
    }

    /// Nothing of the documents is quoted: they may be anybody's.
    fn refused(&self, fault: ReportFault) -> ReleaseError {
        let of_account = |what| {
            let path = self.account.map(Path::to_owned).or_else(|| beside(self.folder)).unwrap_or_default();
            ReleaseError::NotAsWritten { path, what }
        };
        match fault {
            ReportFault::Page => ReleaseError::Bug { step: "the report" },
            ReportFault::Manifest => {
                let what = "is not a manifest that scant wrote";
                ReleaseError::NotAsWritten { path: self.folder.join(MANIFEST), what }
            }
            ReportFault::Account(AccountFault::NotOurs) => of_account("is not an account that scant wrote"),
            ReportFault::Account(AccountFault::AnotherDigest) => {
                of_account("is not the account whose digest the manifest tells")
            }
            ReportFault::Account(AccountFault::Imbalance) => of_account("is an account that does not add up"),
            ReportFault::Account(AccountFault::Differs) => {
                of_account("says another release, other files or other counts than the manifest")
            }
        }
    }
}

/// The files of a report.
fn files(manifest: &[u8], account: Option<&[u8]>) -> Result<ReportFiles, ReportFault> {
    report(manifest, account.map(|account| (account, sha256(account))))
}

/// The files of the report that a run keeps with its account.
///
/// # Errors
/// [`ReleaseError::Bug`]: the documents were just written.
pub(crate) fn kept_files(manifest: &[u8], account: &[u8]) -> Result<ReportFiles, ReleaseError> {
    files(manifest, Some(account)).map_err(|_| ReleaseError::Bug { step: "the report" })
}
