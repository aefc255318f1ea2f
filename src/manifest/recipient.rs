//! What the recipient is told about the records: which reasons have a name, and
//! which are counted as one. A recipient who compares two deliveries sees who is no
//! longer in them; a count that changes at the same time would tell why. So the
//! names depend on the policy alone, and everything a person did, did not do, or
//! experienced is one count.

use std::collections::{BTreeMap, BTreeSet};

use super::document::RecordsSection;
use super::rounding::RoundedCount;
use crate::account::Account;
use crate::model::outcome::reason::{DropReason, MALFORMED, WITHHELD_BY_THE_PERSON};
use crate::policy::plan::lists::ListKind;
use crate::policy::plan::{ColumnDecision, Evidence, OnUnreadable, Plan};
use crate::row_rule::selection::Listed;

/// The counts of records for the recipient.
pub(super) fn records(plan: &Plan, account: &Account) -> RecordsSection<RoundedCount> {
    let mut dropped: BTreeMap<String, u64> = BTreeMap::new();
    let mut of_the_person = BTreeSet::new();
    let mut add = |reason: DropReason, count: u64| {
        let name = reason.name(&plan.reason_names);
        let told = if is_of_the_person(plan, reason) {
            of_the_person.insert(name);
            WITHHELD_BY_THE_PERSON.to_owned()
        } else {
            name
        };
        *dropped.entry(told).or_default() += count;
    };
    for reason in possible(plan) {
        add(reason, 0);
    }
    for (reason, count) in &account.dropped {
        add(*reason, *count);
    }
    RecordsSection {
        read: None,
        delivered: account.delivered,
        // One word for all faults: which there were concerns only the controller,
        // who mends the extract.
        quarantined: BTreeMap::from([(MALFORMED, RoundedCount::of(account.quarantined_in_all()))]),
        dropped: dropped.into_iter().map(|(name, count)| (name, RoundedCount::of(count))).collect(),
        withheld_by_the_person: Some(of_the_person.into_iter().collect()),
        dropped_with_their_subject: None,
        details: None,
    }
}

/// Whether the recipient could conclude from the reason what the person did, did
/// not do, or experienced.
fn is_of_the_person(plan: &Plan, reason: DropReason) -> bool {
    let evidence = &plan.consent.evidence;
    match reason {
        DropReason::Erased
        | DropReason::Suppressed(_)
        // A policy's own reasons depend on a cell about the person, in words of any
        // language: deceased, moved away, asked to be left alone.
        | DropReason::Own(_)
        | DropReason::ConsentPending
        | DropReason::ConsentRefused
        | DropReason::ConsentWithdrawn
        | DropReason::ConsentRevoked
        // The person may have unticked one box of several, or kept one channel
        // only.
        | DropReason::PurposeNotCovered
        | DropReason::ChannelNotCovered => true,
        // In an extract a box that was unticked is an empty cell or another word; a
        // log has an event of its own for it.
        DropReason::ConsentUnknown => matches!(evidence, Evidence::Columns(_)),
        // Where people choose recipients, the person may have dropped this one.
        DropReason::RecipientNotNamed => match evidence {
            Evidence::Columns(columns) => columns.recipients.is_some(),
            Evidence::Events(_) => true,
        },
        _ => false,
    }
}

/// Every reason for which the policy could drop a record of any extract.
fn possible(plan: &Plan) -> Vec<DropReason> {
    let positions = |count: usize| (0..count).filter_map(|position| u8::try_from(position).ok());
    let is_possible = |reason: &DropReason| match reason {
        DropReason::Erased => plan.consent.lists.iter().any(|list| list.kind == ListKind::Erasure),
        DropReason::NotSelected => plan.rows.selections.iter().any(|rule| rule.effect == Listed::AreKept),
        DropReason::ChildSubject => plan.rows.minimum_age.is_some(),
        DropReason::RetentionExceeded => plan.rows.retention.is_some(),
        DropReason::ChannelNotCovered => plan.release.channel.is_some(),
        DropReason::UnreadableCell => plan.columns.iter().any(|rule| {
            rule.on_unreadable == OnUnreadable::DropRecord && !matches!(rule.decision, ColumnDecision::Drop)
        }),
        _ => true,
    };
    let mut reasons: Vec<DropReason> = DropReason::named().map(|(_, reason)| reason).collect();
    reasons.retain(is_possible);
    let lists = plan.consent.lists.iter().zip(positions(plan.consent.lists.len()));
    let of_list = lists.flat_map(|(list, position)| [Some(list.reason(position)), list.not_comparable(position)]);
    reasons.extend(of_list.flatten());
    reasons.extend(positions(plan.reason_names.own.len()).map(DropReason::Own));
    reasons.extend(positions(plan.reason_names.models.len()).map(DropReason::Class));
    reasons
}
