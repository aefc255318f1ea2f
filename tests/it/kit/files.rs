//! Reads files of the project, and files that a run left.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use scant::Delivery;
use serde_json::Value;

/// A path in the folder of the project.
pub(crate) fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file under `folder`, by its path within it.
pub(crate) fn files_under(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(top: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(top, &path, found);
            } else {
                let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    assert!(!found.is_empty(), "{}", folder.display());
    found
}

/// The names in a folder, sorted.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A JSON document.
#[track_caller]
pub(crate) fn json_at(path: impl AsRef<Path>) -> Value {
    let path = path.as_ref();
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where the one data file of a delivery is.
pub(crate) fn data_file(delivery: &Delivery) -> PathBuf {
    let folder = delivery.folder.join("data");
    match names_in(&folder).as_slice() {
        [name] => folder.join(name),
        names => panic!("{names:?}"),
    }
}

/// The one data file of a delivery.
pub(crate) fn data_of(delivery: &Delivery) -> Vec<u8> {
    fs::read(data_file(delivery)).unwrap()
}

/// What a run keeps beside every delivery.
pub(crate) const KEPT_NAMES: [&str; 6] =
    ["account.json", "impact-assessment.csv", "quarantine.csv", "record-of-processing.csv", "report.html", "run.json"];

/// What is in the folder of every delivery.
pub(crate) const DELIVERED_NAMES: [&str; 8] = [
    "INFORMATION.txt",
    "bag-info.txt",
    "bagit.txt",
    "data",
    "datapackage.json",
    "manifest-sha256.txt",
    "manifest.json",
    "tagmanifest-sha256.txt",
];
