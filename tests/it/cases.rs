//! The cases: small inputs after public reports of people who prepare such files,
//! each for a whole kind. They are not part of the project: `SCANT_CASES` names
//! their folder, and without it these tests are skipped. For each kind there are
//! also tests with inputs of the project's own, which always run.

mod consent;
mod dates;
mod dialects;
mod formats;
mod identifiers;
mod lists;
mod numbers;
mod places;

use std::fs;
use std::path::PathBuf;

use crate::kit::{Ran, run_files, third_party};

/// The folder of a case; `None` where the cases are not here.
pub(crate) fn case(name: &str) -> Option<PathBuf> {
    third_party("cases", name)
}

/// Runs a case with one of its policies, as its README says.
pub(crate) fn run(name: &str, policy: &str) -> Option<Ran> {
    let case = case(name)?;
    let mut extracts: Vec<PathBuf> = fs::read_dir(&case).unwrap().map(|entry| entry.unwrap().path()).collect();
    extracts.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with("extract"));
    extracts.sort();
    Some(run_files(&case.join(policy), &extracts, &[]))
}
