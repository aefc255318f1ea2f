//! Checks a delivery with nothing but its folder, and with the account where there is
//! one. Every check that can be made is made, so that all that is wrong is seen at once.

pub(crate) mod account;
mod cells;
pub(crate) mod checks;
mod contents;
mod models;
pub(crate) mod sign;
mod signature;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;

use self::account::{MOST_BYTES, read_account};
use self::checks::{CheckFinding, DeliveryCheck};
use super::error::ReleaseError;
use super::inputs::public_key::open_public;
use super::publish::staging::sha256;
use super::publish::target::MANIFEST;
use crate::engine::progress::Observer;
use crate::format::io::opening::{SymbolicLinks, read_whole};
use crate::manifest::delivered::claims::{AccountFault, DeliveryClaims};
use crate::manifest::document::OutputSection;
use crate::manifest::package::signing_key::{PublicKey, SecretSigningKey};
use crate::manifest::package::summary::VerificationSummary;
use crate::manifest::package::tag_files;
use crate::model::digest::Digest;

/// What is checked.
pub(crate) struct VerifyJob<'a> {
    /// The folder of the delivery.
    pub(crate) folder: &'a Path,
    /// The account that is kept of it; `None`: that of the folder beside it, if it is there.
    pub(crate) account: Option<&'a Path>,
    /// The public keys, each of which must have signed it.
    pub(crate) public_keys: &'a [PathBuf],
    /// Whether to pass a signed delivery though no public key is given.
    pub(crate) may_be_unchecked: bool,
    /// The day on which the recipient should have erased it, if that is asked.
    pub(crate) as_of: Option<Date>,
    /// Is told of the progress.
    pub(crate) observer: &'a dyn Observer,
    /// Set when the work is to stop.
    pub(crate) stop: &'a AtomicBool,
    /// Where spill files are made.
    pub(crate) scratch: &'a Path,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Verified {
    /// The id of the release, if its manifest can be read.
    pub(crate) release: Option<String>,
    /// Rows by the manifest.
    pub(crate) rows: u64,
    /// Until when the recipient may have it.
    pub(crate) erase_by: Option<String>,
    pub(crate) checks: Vec<DeliveryCheck>,
    /// The files of the manifest, and its digest; none where it cannot be read.
    subject: Option<(Vec<OutputSection>, Digest)>,
}

impl Verified {
    /// Whether no check failed.
    pub(crate) fn has_passed(&self) -> bool {
        !self.checks.iter().any(|check| matches!(check.finding, CheckFinding::Failed(_)))
    }

    /// The summary for other programs, as of a time; signed, where a key is given. `None`
    /// of a delivery that failed: then there is nothing to let through.
    pub(crate) fn summary(&self, time: &str, key: Option<&SecretSigningKey>) -> Option<Vec<u8>> {
        let (outputs, manifest) = self.subject.as_ref().filter(|_| self.has_passed())?;
        let passed = self.checks.iter().filter(|check| matches!(check.finding, CheckFinding::Passed(_)));
        let passed: Vec<&'static str> = passed.map(|check| check.name).collect();
        Some(VerificationSummary { outputs, manifest: *manifest, passed: &passed, time }.to_bytes(key))
    }
}

impl VerifyJob<'_> {
    /// Makes every check.
    ///
    /// # Errors
    /// [`ReleaseError`], where the folder itself cannot be looked at, an account that is
    /// named cannot be read, or the work is interrupted.
    pub(crate) fn verify(&self) -> Result<Verified, ReleaseError> {
        std::fs::read_dir(self.folder).map_err(ReleaseError::io("list", self.folder))?;
        let account = read_account(self.folder, self.account)?;
        let keys = self.public_keys.iter().map(|path| Ok(open_public(path)?));
        let keys = keys.collect::<Result<Vec<PublicKey>, ReleaseError>>()?;
        let bytes = read_whole(&self.folder.join(MANIFEST), MOST_BYTES, SymbolicLinks::Refused);
        let manifest = bytes.ok().and_then(|bytes| Some((DeliveryClaims::of(&bytes).ok()?, bytes)));
        let Some((claims, manifest)) = manifest else {
            let failed = DeliveryCheck::failed("manifest", "there is no manifest.json that scant wrote");
            return Ok(Verified { release: None, rows: 0, erase_by: None, checks: vec![failed], subject: None });
        };
        let tags = tag_files(&manifest, &sha256).ok_or(ReleaseError::Bug { step: "tag files" })?;
        let mut checks = vec![
            DeliveryCheck::of("manifest", claims.is_as_written, "manifest.json is as scant writes it", || {
                "manifest.json is not written as scant writes it".to_owned()
            }),
            contents::files(self.folder, &claims, &tags),
            contents::tag_files(self.folder, &tags),
            contents::digests(self, &claims)?,
        ];
        let is_whole = !checks.iter().any(|check| matches!(check.finding, CheckFinding::Failed(_)));
        checks.push(signature::signature(self.folder, &manifest, &keys, self.may_be_unchecked));
        if is_whole {
            checks.push(contents::rows(self.folder, &claims));
            checks.push(contents::columns(self, &claims)?);
            checks.push(models::models(self, &claims)?);
        } else {
            // What is not what the manifest says is not looked into.
            let why = "the files are not those of the manifest";
            checks.extend(["rows", "columns", "privacy"].map(|name| DeliveryCheck::not_made(name, why)));
        }
        checks.push(account_check(&claims, account.as_deref()));
        checks.push(self.erasure(&claims));
        Ok(Verified {
            release: Some(claims.release().to_owned()),
            rows: claims.rows(),
            erase_by: claims.erase_by().map(str::to_owned),
            checks,
            subject: Some((claims.files().to_vec(), sha256(&manifest))),
        })
    }

    fn erasure(&self, claims: &DeliveryClaims) -> DeliveryCheck {
        let day = claims.erase_by().and_then(|day| day.parse::<Date>().ok());
        match (day, self.as_of) {
            (None, _) => DeliveryCheck::not_made("erasure", "the manifest says no day by which it is to be erased"),
            (Some(day), Some(as_of)) if as_of > day => DeliveryCheck::failed(
                "erasure",
                format!("it was to be erased by {day}, and it is still here on {as_of}"),
            ),
            (Some(day), Some(_)) => DeliveryCheck::passed("erasure", format!("it is to be erased by {day}")),
            (Some(day), None) => {
                DeliveryCheck::not_made("erasure", format!("it is to be erased by {day}; --as-of asks"))
            }
        }
    }
}

fn account_check(claims: &DeliveryClaims, account: Option<&[u8]>) -> DeliveryCheck {
    let Some(account) = account else {
        return DeliveryCheck::not_made("account", "there is no account.json here: who made the delivery has it");
    };
    let failed = |what: &str| DeliveryCheck::failed("account", what.to_owned());
    match claims.check_account(account, sha256(account)) {
        Ok(()) => {
            DeliveryCheck::passed("account", "it balances to the record, and the manifest tells its counts rounded")
        }
        Err(AccountFault::NotOurs) => failed("it is not an account that scant wrote"),
        Err(AccountFault::AnotherDigest) => failed("its digest is not the one that the manifest tells"),
        Err(AccountFault::Imbalance) => failed("its counts do not add up"),
        Err(AccountFault::Differs) => failed("it says another release, other files or other counts"),
    }
}

/// For tests: the names of the checks of a folder that failed, and of those that were not
/// made.
#[doc(hidden)]
#[must_use]
pub fn verify_folder(
    folder: &Path,
    scratch: &Path,
    public_keys: &[PathBuf],
) -> Option<(Vec<&'static str>, Vec<&'static str>)> {
    let stop = AtomicBool::new(false);
    let observer = &crate::engine::progress::NoObserver;
    let may_be_unchecked = false;
    let job =
        VerifyJob { folder, account: None, public_keys, may_be_unchecked, as_of: None, observer, stop: &stop, scratch };
    let verified = job.verify().ok()?;
    let named = |word: &str| {
        let checks = verified.checks.iter().filter(|check| check.finding.word() == word);
        checks.map(|check| check.name).collect()
    };
    Some((named("failed"), named("not_checked")))
}
