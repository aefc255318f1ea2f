//! The checks of a delivery's files: which there are, what is in them, and whether they
//! are what the manifest says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use std::sync::atomic::Ordering;

use super::checks::DeliveryCheck;
use super::{VerifyJob, cells};
use crate::engine::port::Extent;
use crate::engine::progress::{Phase, Progress};
use crate::format::io::opening::{SymbolicLinks, open_regular, read_whole};
use crate::format::spec_of;
use crate::manifest::delivered::claims::DeliveryClaims;
use crate::manifest::document::OutputSection;
use crate::manifest::package::attestation::ATTESTATION;
use crate::manifest::package::{MANIFEST, TagFile};
use crate::model::column_type::ColumnType::{self, Text};
use crate::model::dialect::Dialect;
use crate::model::file_format::FileFormat;
use crate::model::number::counted::counted;
use crate::policy::plan::column_uses::ColumnUse;
use crate::release::error::ReleaseError;
use crate::release::inputs::open::FileReading;
use crate::release::publish::measure::both_digests;

/// The folder has the files of the manifest, and no others.
pub(super) fn files(folder: &Path, claims: &DeliveryClaims, tags: &[TagFile]) -> DeliveryCheck {
    let data = claims.files().iter().map(|file| file.path.as_str());
    let is_signed = folder.join(ATTESTATION).symlink_metadata().is_ok();
    let own = [MANIFEST].into_iter().chain(is_signed.then_some(ATTESTATION));
    let expected: BTreeSet<&str> = data.chain(tags.iter().map(|file| file.name)).chain(own).collect();
    let mut wrong = Vec::new();
    let is_missing = |path: &&&str| open_regular(&folder.join(path), SymbolicLinks::Refused).is_err();
    wrong.extend(expected.iter().filter(is_missing).map(|path| format!("{path} is missing, or no file")));
    let mut others = 0_u64;
    for (place, prefix) in [(folder.to_owned(), ""), (folder.join("data"), "data/")] {
        let Ok(entries) = fs::read_dir(&place) else {
            wrong.push(
                if prefix.is_empty() { "the folder cannot be listed" } else { "data/ cannot be listed" }.to_owned(),
            );
            continue;
        };
        for entry in entries {
            let known = entry.ok().and_then(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let is_folder = entry.file_type().ok()?.is_dir();
                Some(
                    expected.contains(format!("{prefix}{name}").as_str())
                        || (is_folder && prefix.is_empty() && name == "data"),
                )
            });
            others += u64::from(known != Some(true));
        }
    }
    if others > 0 {
        wrong.push(format!("there {} that the manifest does not name", entries(others)));
    }
    let right = format!("{}, none missing and none besides", counted(expected.len() as u64, "file"));
    DeliveryCheck::all("files", right, wrong)
}

fn entries(count: u64) -> String {
    if count == 1 { "is 1 entry".to_owned() } else { format!("are {count} entries") }
}

/// The bag and the Data Package are those that follow from the manifest.
pub(super) fn tag_files(folder: &Path, tags: &[TagFile]) -> DeliveryCheck {
    let is_other = |file: &&TagFile| {
        let most = file.bytes.len() as u64;
        read_whole(&folder.join(file.name), most, SymbolicLinks::Refused).ok().as_ref() != Some(&file.bytes)
    };
    let wrong = tags
        .iter()
        .filter(is_other)
        .map(|file| format!("{} does not follow from the manifest: it or manifest.json was changed", file.name));
    DeliveryCheck::all(
        "tag_files",
        "the bag, the Data Package and INFORMATION.txt follow from the manifest",
        wrong.collect(),
    )
}

/// The data has the bytes and digests of the manifest.
///
/// # Errors
/// Only that the work is interrupted.
pub(super) fn digests(job: &VerifyJob<'_>, claims: &DeliveryClaims) -> Result<DeliveryCheck, ReleaseError> {
    let mut read = Progress::default();
    let bytes = claims.files().iter().map(|file| file.bytes).sum();
    job.observer.started(Phase::Reading, Extent { bytes: Some(bytes), records: None });
    let mut wrong = Vec::new();
    for file in claims.files() {
        let path = job.folder.join(&file.path);
        // Nothing that is no file is opened: it might wait for ever.
        let is_file = open_regular(&path, SymbolicLinks::Refused).is_ok();
        let watch = |bytes| {
            read.bytes += bytes;
            job.observer.advanced(Phase::Reading, read);
            !job.stop.load(Ordering::Relaxed)
        };
        let found = if is_file { both_digests(&path, watch).ok() } else { None };
        if found == Some(None) {
            return Err(ReleaseError::Interrupted);
        }
        if found.flatten() != Some((file.bytes, file.sha256, file.blake3)) {
            wrong.push(format!("{} is not what the manifest says", file.path));
        }
    }
    job.observer.finished(Phase::Reading);
    Ok(DeliveryCheck::all("digests", "SHA-256, BLAKE3 and bytes of the data are those of the manifest", wrong))
}

/// Each file has the rows of the manifest, and all together those that were delivered.
pub(super) fn rows(folder: &Path, claims: &DeliveryClaims) -> DeliveryCheck {
    let counted_again =
        |file: &OutputSection| spec_of(FileFormat::of_file_name(&file.path)?).count_rows(&folder.join(&file.path)).ok();
    let differs = claims.files().iter().filter(|file| counted_again(file) != Some(file.rows));
    let mut wrong: Vec<String> = differs.map(|file| format!("{} has another number of rows", file.path)).collect();
    if claims.files().iter().map(|file| file.rows).sum::<u64>() != claims.rows() {
        wrong.push("the rows of the files are not the records that were delivered".to_owned());
    }
    DeliveryCheck::all("rows", counted(claims.rows(), "row"), wrong)
}

/// Each file has the columns of the manifest, in its order and of its types.
/// A format of text says no types, so there every cell is read.
///
/// # Errors
/// Only that the work is interrupted.
pub(super) fn columns(job: &VerifyJob<'_>, claims: &DeliveryClaims) -> Result<DeliveryCheck, ReleaseError> {
    let folder = job.folder;
    let claimed = claims.columns();
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for file in claims.files().iter().filter(|file| file.rows > 0) {
        let uses: Vec<ColumnUse> = Vec::new();
        let name: Arc<str> = file.path.as_str().into();
        let source = FileReading::of_columns(&Dialect::of_delivery(), &uses).open(&folder.join(&file.path), &name);
        let Ok(source) = source else {
            wrong.push(format!("{} cannot be read", file.path));
            continue;
        };
        looked_at += 1;
        let found = source.columns();
        let is_same = found.len() == claimed.len()
            && found
                .iter()
                .zip(&claimed)
                .all(|(own, (name, own_type))| own.name == *name && fits(own.column_type, *own_type));
        if !is_same {
            wrong.push(format!("{} has other columns, or columns of other types", file.path));
        } else if found.iter().zip(&claimed).any(|(own, (_, claimed))| own.column_type == Text && *claimed != Text) {
            drop(source);
            wrong.extend(cells::wrong_cells(folder, file, &claimed, job.stop)?);
        }
    }
    if wrong.is_empty() && looked_at == 0 {
        return Ok(DeliveryCheck::not_made("columns", "no row was delivered"));
    }
    let right = format!("{}, with the names and types of the manifest", counted(claimed.len() as u64, "column"));
    Ok(DeliveryCheck::all("columns", right, wrong))
}

/// Whether a column that is read as one type may have been written as another. Formats of
/// text say no type; a year and a decimal are written as what a format has for them.
fn fits(read: ColumnType, claimed: ColumnType) -> bool {
    read == claimed
        || read == Text
        || (read == ColumnType::Integer && claimed == ColumnType::Year)
        || (read == ColumnType::Double && claimed == ColumnType::Decimal)
}
