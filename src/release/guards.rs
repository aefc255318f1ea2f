//! The guards of a run: too little delivered, or too much else than the night
//! before. Finds the last delivery of a policy, in the state file beside its
//! deliveries or in an account that is named. Only the guards of `[guards]`;
//! malformed records are counted in `deliver.rs`, which knows their places.

use std::path::{Path, PathBuf};

use super::error::{Refusal, ReleaseError};
use super::report::RunReport;
use super::unreadable_column::UnreadableColumn;
use crate::account::Account;
use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole};
use crate::manifest::compare_last::ChangeReport;
use crate::manifest::last_delivery::{LastDelivery, LastFault, LastRecords};
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;
use crate::policy::explain::why_nobody_can_pass;
use crate::policy::plan::Plan;

/// A state file is a few kilobytes, an account some more.
const MAX_BYTES: u64 = 4 << 20;

/// What the caller says about the night before.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "the caller passes the world in, field by field")]
pub struct GuardOptions<'a> {
    /// The account of an earlier run to compare with, in place of the last
    /// delivery.
    pub against: Option<&'a Path>,
    /// Counts that may change as much as they do: `read`, `delivered`,
    /// `quarantined`, or reasons.
    pub accepted: &'a [String],
}

impl GuardOptions<'_> {
    /// Refuses what would be ignored.
    pub(super) fn check(self, plan: &Plan) -> Result<(), ReleaseError> {
        let given = [(self.against.is_some(), "--against"), (!self.accepted.is_empty(), "--accept-change")];
        match given.iter().find(|(given, _)| *given && plan.guards.max_change.is_none()) {
            Some((_, option)) => Err(ReleaseError::NothingGuarded { option }),
            None => Ok(()),
        }
    }

    /// The names given, each once.
    pub(super) fn accepted_once(self) -> Vec<String> {
        let mut names = self.accepted.to_vec();
        names.sort();
        names.dedup();
        names
    }
}

/// The state file of a policy in the folder of its deliveries.
pub(super) fn state_file(parent: &Path, plan: &Plan) -> PathBuf {
    // The name of a policy is letters, digits, `_`, `.` and `-`.
    parent.join(format!(".{}.last.json", plan.policy.name))
}

/// What to compare with: what is named, else the state file in `parent`, else
/// nothing. `None` also where nothing is guarded.
pub(super) fn last_delivery(
    plan: &Plan,
    against: Option<&Path>,
    parent: Option<&Path>,
) -> Result<Option<LastDelivery>, ReleaseError> {
    if plan.guards.max_change.is_none() {
        return Ok(None);
    }
    if let Some(path) = against {
        let fault = |fault| ReleaseError::Against { path: path.to_owned(), fault };
        let bytes = read_whole(path, MAX_BYTES, SymbolicLinks::Followed).map_err(|unread| match unread {
            NotOpened::Io(source) => ReleaseError::io("read", path)(source),
            NotOpened::NotRegular | NotOpened::TooLarge => fault(LastFault::NotOurs),
        })?;
        return LastDelivery::parse_named(&bytes, plan).map(Some).map_err(fault);
    }
    let Some(path) = parent.map(|parent| state_file(parent, plan)) else { return Ok(None) };
    let fault = |fault| ReleaseError::State { path: path.clone(), fault };
    // A state file is never a link.
    let bytes = match read_whole(&path, MAX_BYTES, SymbolicLinks::Refused) {
        Ok(bytes) => bytes,
        Err(absent) if absent.is_absent() => return Ok(None),
        Err(NotOpened::Io(error)) => return Err(ReleaseError::io("read the last delivery from", &path)(error)),
        Err(NotOpened::NotRegular | NotOpened::TooLarge) => return Err(fault(LastFault::NotOurs)),
    };
    LastDelivery::parse_state(&bytes, plan).map(Some).map_err(fault)
}

/// Compares with the last delivery, where that is guarded.
pub(super) fn compare(
    plan: &Plan,
    guarding: GuardOptions<'_>,
    last: Option<&LastDelivery>,
    account: &Account,
) -> Option<ChangeReport> {
    let limit = plan.guards.max_change?;
    Some(ChangeReport::new(plan, limit, last, &LastRecords::of(plan, account), guarding.accepted))
}

/// A share of fewer cells says little: there every one must be unreadable.
const FEW_CELLS: u64 = 20;
/// Fewer cells than these say nothing.
const FEWEST_CELLS: u64 = 10;

/// The delivered columns of which too many cells cannot be read. A value that
/// stands for "no value" is missing, not unreadable.
fn unreadable_columns(plan: &Plan, account: &Account) -> Vec<UnreadableColumn> {
    let limit = plan.guards.max_unreadable;
    let columns =
        plan.columns.iter().filter_map(|rule| Some((rule.output.as_ref()?, Some(rule.date_format.pattern()))));
    let derived = plan.derived.iter().map(|rule| (&rule.output, rule.date_formats.first().map(DateFormat::pattern)));
    let judged = columns.chain(derived).zip(&account.columns).map(|((name, format), tally)| {
        let reasons: Vec<(Unreadable, u64)> = tally
            .unreadable
            .iter()
            .filter(|(reason, _)| **reason != Unreadable::Sentinel)
            .map(|(reason, count)| (*reason, *count))
            .collect();
        let unreadable = reasons.iter().map(|(_, count)| count).sum();
        let is_date = reasons.iter().any(|(reason, _)| matches!(reason, Unreadable::Date | Unreadable::Timestamp));
        UnreadableColumn {
            name: name.to_string(),
            unreadable,
            cells: tally.changed + tally.unchanged + unreadable,
            reasons,
            date_format: format.filter(|_| is_date).map(str::to_owned),
        }
    });
    let is_too_much = |column: &UnreadableColumn| {
        limit.is_exceeded(column.unreadable, column.cells)
            && column.cells >= if column.unreadable == column.cells { FEWEST_CELLS } else { FEW_CELLS }
    };
    judged.filter(is_too_much).collect()
}

/// Refuses a run that delivers too little, of which too much cannot be read, or
/// that changed too much. `unmatched`:
/// what the consent log refuses, before all else.
pub(super) fn check_guards(
    plan: &Plan,
    account: &Account,
    unmatched: Option<Refusal>,
    comparison: Option<&ChangeReport>,
    report: impl FnOnce() -> RunReport,
) -> Result<(), ReleaseError> {
    let demanded = plan.guards.min_delivered;
    let delivered = account.delivered;
    let refusal = if let Some(unmatched) = unmatched {
        unmatched
    } else if delivered == 0 {
        Refusal::NothingToDeliver { because: why_nobody_can_pass(plan) }
    } else if delivered < demanded {
        Refusal::TooFewDelivered { delivered, demanded }
    } else if let columns @ [_, ..] = unreadable_columns(plan, account).as_slice() {
        Refusal::Unreadable { limit: plan.guards.max_unreadable, columns: columns.to_vec() }
    } else if let Some(comparison) = comparison.filter(|comparison| comparison.refused().next().is_some()) {
        Refusal::Changed { comparison: Box::new(comparison.clone()) }
    } else {
        return Ok(());
    };
    // A refusal is believed only if the counts behind it balance.
    account.check_balance()?;
    Err(ReleaseError::Refused { refusal, report: Box::new(report()) })
}
