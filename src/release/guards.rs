//! The guards of `[guards]`: refuse a run that delivers too little, of which too
//! many cells cannot be read or some repeat what is held back, or whose counts differ too much from the last
//! delivery's. Finds the last delivery of a policy, in the state file beside its
//! deliveries or in an account that the caller names. Malformed records are refused
//! in `read.rs`.

use std::path::{Path, PathBuf};

use super::error::ReleaseError;
use super::refusal::Refusal;
use super::report::RunReport;
use super::unreadable_column::UnreadableColumn;
use crate::account::Account;
use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole};
use crate::manifest::compare_last::ChangeReport;
use crate::manifest::last_delivery::{LastDelivery, LastFault, LastRecords};
use crate::model::number::counted::{are, counted};
use crate::model::outcome::reason::DropReason;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;
use crate::policy::explain::why_nobody_can_pass;
use crate::policy::plan::Plan;
use crate::policy::plan::echo::EchoRule;
use crate::policy::plan::privacy::OnViolation;

/// A state file has a few kilobytes, an account somewhat more.
const MAX_BYTES: u64 = 4 << 20;

/// What the caller says about the comparison with the last delivery.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "the caller passes the world in, field by field")]
pub struct GuardOptions<'a> {
    /// The account of an earlier run to compare with, instead of the last delivery.
    pub against: Option<&'a Path>,
    /// Counts that may change by any amount: `read`, `delivered`, `quarantined`, or
    /// reasons.
    pub accepted: &'a [String],
}

impl GuardOptions<'_> {
    /// Refuses options that would have no effect.
    pub(super) fn check(self, plan: &Plan) -> Result<(), ReleaseError> {
        let given = [(self.against.is_some(), "--against"), (!self.accepted.is_empty(), "--accept-change")];
        match given.iter().find(|(given, _)| *given && plan.guards.max_change.is_none()) {
            Some((_, option)) => Err(ReleaseError::NothingGuarded { option }),
            None => Ok(()),
        }
    }

    /// The accepted names, each once.
    pub(super) fn accepted_once(self) -> Vec<String> {
        let mut names = self.accepted.to_vec();
        names.sort();
        names.dedup();
        names
    }
}

/// The state file of a policy in the folder of its deliveries.
pub(super) fn state_file(parent: &Path, plan: &Plan) -> PathBuf {
    // A safe name of a file: a policy is named with letters, digits, `_`, `.` and
    // `-` only.
    parent.join(format!(".{}.last.json", plan.policy.name))
}

/// What to compare with: the file that the caller names, else the state file in
/// `parent`, if there is one. `None` also if the policy has no `max_change`.
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
    // We never write a link here, so a link is not ours.
    let bytes = match read_whole(&path, MAX_BYTES, SymbolicLinks::Refused) {
        Ok(bytes) => bytes,
        Err(absent) if absent.is_absent() => return Ok(None),
        Err(NotOpened::Io(error)) => return Err(ReleaseError::io("read the last delivery from", &path)(error)),
        Err(NotOpened::NotRegular | NotOpened::TooLarge) => return Err(fault(LastFault::NotOurs)),
    };
    LastDelivery::parse_state(&bytes, plan).map(Some).map_err(fault)
}

/// Compares with the last delivery, if the policy has `max_change`.
pub(super) fn compare(
    plan: &Plan,
    guarding: GuardOptions<'_>,
    last: Option<&LastDelivery>,
    account: &Account,
) -> Option<ChangeReport> {
    let limit = plan.guards.max_change?;
    Some(ChangeReport::new(plan, limit, last, &LastRecords::of(plan, account), guarding.accepted))
}

/// What the privacy models refuse.
fn models_not_met(plan: &Plan, account: &Account) -> Option<Refusal> {
    let (rules, found) = (plan.privacy.as_ref()?, account.classes.as_ref()?);
    let (violating, judged) = (found.violating(), found.records);
    if violating > 0 && rules.on_violation == OnViolation::Refuse {
        let counted = (0..).zip(&rules.models).filter_map(|(number, rule)| {
            let records = account.dropped.get(&DropReason::Class(number))?;
            Some((rule.reason_name(), rule.model.in_words(), *records))
        });
        return Some(Refusal::ModelsNotMet { violating, judged, models: counted.collect() });
    }
    let limit = rules.max_suppressed;
    limit.is_exceeded(violating, judged).then_some(Refusal::TooManySuppressed { violating, judged, limit })
}

/// Why nothing is left, where the privacy models dropped all that was left.
fn no_class_left(account: &Account) -> Option<String> {
    let found = account.classes.as_ref().filter(|found| found.records > 0 && found.dropped == found.records)?;
    Some(format!("{} in classes that do not meet the privacy models", counted_are(found.records)))
}

fn counted_are(records: u64) -> String {
    format!("all of {} {}", counted(records, "admitted record"), are(records))
}

/// A share of fewer cells says little: such a column is refused only if no cell can
/// be read.
const FEW_CELLS: u64 = 20;
/// Even that says nothing of fewer cells than these.
const FEWEST_CELLS: u64 = 10;

/// The delivered columns of which too many cells cannot be read. Sentinels do not
/// count: they are unreadable, but mean that there is no value.
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

/// The delivered columns that repeat what is held back, where that refuses a run.
fn echoes(plan: &Plan, account: &Account) -> Vec<(String, u64)> {
    if plan.guards.echo != Some(EchoRule::Refuse) {
        return Vec::new();
    }
    let names = plan.columns.iter().filter_map(|rule| rule.output.as_ref());
    let counted = names.zip(&account.columns).filter(|(_, tally)| tally.echoes > 0);
    counted.map(|(name, tally)| (name.to_string(), tally.echoes)).collect()
}

/// Refuses a run that delivers too little, of which too much cannot be read, or
/// whose counts changed too much. `unmatched`: what the consent log refuses, which
/// is reported first.
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
    } else if let Some(refusal) = models_not_met(plan, account) {
        refusal
    } else if delivered == 0 {
        Refusal::NothingToDeliver { because: why_nobody_can_pass(plan).or_else(|| no_class_left(account)) }
    } else if delivered < demanded {
        Refusal::TooFewDelivered { delivered, demanded }
    } else if let Some(allowed) = plan.consent.demand.register.max_delivered.filter(|allowed| delivered > *allowed) {
        Refusal::TooManyDelivered { delivered, allowed }
    } else if let columns @ [_, ..] = unreadable_columns(plan, account).as_slice() {
        Refusal::Unreadable { limit: plan.guards.max_unreadable, columns: columns.to_vec() }
    } else if !account.too_varied.is_empty() {
        let names = plan.output_names().enumerate();
        let columns = names.filter(|(position, _)| account.too_varied.contains(position));
        Refusal::TooVaried { columns: columns.map(|(_, name)| name.to_string()).collect() }
    } else if let columns @ [_, ..] = echoes(plan, account).as_slice() {
        Refusal::Echo { columns: columns.to_vec() }
    } else if let Some(comparison) = comparison.filter(|comparison| comparison.refused().next().is_some()) {
        Refusal::Changed { comparison: Box::new(comparison.clone()) }
    } else {
        return Ok(());
    };
    // A refusal rests on counts, so these must balance.
    account.check_balance()?;
    Err(ReleaseError::Refused { refusal, report: Box::new(report()) })
}
