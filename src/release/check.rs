//! Whether a policy fits the files it is for: reads the headers of the extract and
//! the logs, and the lists to their end. Reads no record of the extract and judges
//! no person.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::error::ReleaseError;
use super::inputs::consent_logs::open_logs;
use super::inputs::extract::open_all;
use super::inputs::keyset;
use super::inputs::lists::number_columns::compare_with_numbers;
use super::inputs::lists::{ListContext, read_lists};
use super::inputs::policy::Policy;
use super::questions::unused_withdrawals;
use super::read::rules;
use crate::document::Fault;

pub(crate) use super::questions::other_words_pass;

/// Whether a policy fits the headers of some files and of its consent logs, and its
/// lists can be read. The age of lists is not checked, since a policy is checked
/// before the lists of the night exist. Returns warnings about the lists, about the
/// names of the columns, and about what `rows.drop` lets pass.
///
/// # Errors
/// [`ReleaseError`], with every fault of the first file that does not fit.
pub(crate) fn fits(policy: &Policy, extracts: &[PathBuf], consent: &[PathBuf]) -> Result<Vec<Fault>, ReleaseError> {
    let key = keyset::throwaway()?;
    let reading =
        ListContext { key: &key.list_key(), block_bytes: None, stop: &AtomicBool::new(false), judges_age: false };
    let mut lists = read_lists(policy, reading)?;
    let plan = &policy.compiled.plan;
    let inputs = open_all(plan, extracts, None, Some(&key), &rules(&lists), None)?;
    compare_with_numbers(&mut lists, plan, &inputs)?;
    // A policy without files is checked without its logs too: these are new every
    // night.
    if !extracts.is_empty() || !consent.is_empty() {
        open_logs(policy, extracts, consent, None)?;
    }
    let mut questions: Vec<Fault> = lists.into_iter().flat_map(|list| list.questions).collect();
    questions.extend(other_words_pass(plan));
    questions.extend(unused_withdrawals(plan, &inputs.unused));
    Ok(questions)
}
