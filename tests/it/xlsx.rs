//! Spreadsheets: one sheet of a workbook, read strictly, in extracts, logs and lists.
//! Most of it in builds with the feature `xlsx`; what any other build says of such files
//! in all others.

#[cfg(feature = "xlsx")]
mod refused;
#[cfg(feature = "xlsx")]
mod used;
#[cfg(feature = "xlsx")]
mod values;
#[cfg(feature = "xlsx")]
mod workbook;

/// A build without the feature says how one with it is made, for a file by its name and
/// for the word in a policy.
#[cfg(not(feature = "xlsx"))]
#[test]
fn xlsx_is_refused_with_the_way_to_a_build_that_reads_it() {
    use std::fs;

    use crate::kit::{run_files, small_policy_with};

    let folder = tempfile::tempdir().unwrap();
    let extract = folder.path().join("members.xlsx");
    fs::write(&extract, b"PK\x03\x04 and whatever follows").unwrap();
    let said = ("subject = \"id\"\n", "subject = \"id\"\nsheet = \"Members\"\n");
    let by_name = run_files(&small_policy_with(folder.path(), &[said], ""), std::slice::from_ref(&extract), &[]);
    let said = ("subject = \"id\"\n", "subject = \"id\"\nformat = \"xlsx\"\nsheet = \"Members\"\n");
    let by_word = run_files(&small_policy_with(folder.path(), &[said], ""), std::slice::from_ref(&extract), &[]);
    let named_csv = folder.path().join("members.csv");
    fs::rename(&extract, &named_csv).unwrap();
    let by_content = run_files(&small_policy_with(folder.path(), &[], ""), &[named_csv], &[]);
    for ran in [by_name, by_word, by_content] {
        assert_ne!(ran.exit, 0);
        assert!(ran.said.contains("--features xlsx"), "{}", ran.said);
    }
}
