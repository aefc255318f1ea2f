//! Under which notices the consents of the delivered records were given, and in which
//! months.
//!
//! The recipient counts the delivered rows, and every row's consent has one notice and one
//! month. So a share in per cent, or a count rounded to five, of all notices but one would
//! give away that one, however few it are. The recipient is told what narrows no count
//! below ten: the notice that nine of ten rest on, where there is one and there are many
//! rows; and the first and the last month with at least ten consents of its own, where so
//! many rows have so few months that there must be such a month.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::consent::register::Notice;
use crate::model::name::PurposeId;
use crate::model::time::day::Day;
use crate::model::time::month::Month;
use crate::policy::explain::notices::{satisfying_notices, shortfall};
use crate::policy::plan::Plan;

/// No count below this can be told from another.
const SMALL: u64 = 10;
/// A share is told of so many rows at least: of one in twenty they have [`SMALL`].
const FEWEST_ROWS: u64 = 200;
/// The share that is told, in per cent.
const NEARLY_ALL: u64 = 90;

/// A notice under which a consent could pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NoticeSection {
    pub(crate) id: String,
    pub(crate) from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// Of the published text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// How consent was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// Whom it names for the purpose.
    pub(crate) names: Vec<String>,
    /// Delivered records that rest on it. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) records: Option<u64>,
    /// So many of a hundred rows rest on it, or more. In the manifest only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at_least_per_cent: Option<u64>,
}

/// When the consents were given, to the month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConsentsSection {
    /// The policy lets none pass that is older. Absent where the register has no notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_before: Option<String>,
    pub(crate) not_after: String,
    /// The first month in which ten or more were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first: Option<String>,
    /// The last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<String>,
    /// Delivered records by the month of their consent. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) months: Option<BTreeMap<String, u64>>,
    /// Delivered records of which only the year is known. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) month_not_known: Option<u64>,
}

impl NoticeSection {
    pub(super) fn exact(plan: &Plan, account: &Account) -> Vec<Self> {
        let records = |notice: usize| records_of(account, notice);
        sections(plan, |section, notice| section.records = Some(records(notice)))
    }

    pub(super) fn rounded(plan: &Plan, account: &Account) -> Vec<Self> {
        let delivered = account.delivered;
        sections(plan, |section, notice| {
            let is_nearly_all = records_of(account, notice).saturating_mul(100) >= delivered.saturating_mul(NEARLY_ALL);
            section.at_least_per_cent = (delivered >= FEWEST_ROWS && is_nearly_all).then_some(NEARLY_ALL);
        })
    }

    fn of(notice: &Notice, purpose: &PurposeId) -> Self {
        let disclosures = notice.discloses.iter().filter(|disclosure| disclosure.purpose == *purpose);
        let mut names: Vec<String> =
            disclosures.flat_map(|disclosure| &disclosure.recipients).map(ToString::to_string).collect();
        names.sort();
        names.dedup();
        Self {
            id: notice.id.to_string(),
            from: notice.from.to_string(),
            until: notice.until.map(|day| day.to_string()),
            sha256: notice.digest.clone(),
            method: notice.method.clone(),
            names,
            records: None,
            at_least_per_cent: None,
        }
    }
}

/// The notices under which a consent can pass, whatever the extract holds: which of them
/// are named tells nothing of it.
fn sections(plan: &Plan, told: impl Fn(&mut NoticeSection, usize)) -> Vec<NoticeSection> {
    let demand = &plan.consent.demand;
    let notices = demand.register.notices.iter().enumerate();
    notices
        .filter(|(_, notice)| shortfall(demand, notice).is_none())
        .map(|(position, notice)| {
            let mut section = NoticeSection::of(notice, &demand.purpose);
            told(&mut section, position);
            section
        })
        .collect()
}

fn records_of(account: &Account, notice: usize) -> u64 {
    let own = account.relied_on.iter().filter(|(relied, _)| relied.notice == Some(notice));
    own.map(|(_, records)| records).sum()
}

/// The first month in which a consent can have been given that passes.
fn first_month(plan: &Plan) -> Option<Month> {
    let demand = &plan.consent.demand;
    let first_notice = satisfying_notices(demand).map(|notice| Day::from(notice.from)).min()?;
    let first_valid = Day::from(demand.max_age.first_that_outlasts(demand.as_of));
    Some(Month::of(first_notice.max(first_valid)))
}

fn by_month(account: &Account) -> (BTreeMap<Month, u64>, u64) {
    let (mut months, mut unknown) = (BTreeMap::new(), 0);
    for (relied, records) in &account.relied_on {
        match relied.month {
            Some(month) => *months.entry(month).or_default() += records,
            None => unknown += records,
        }
    }
    (months, unknown)
}

impl ConsentsSection {
    fn admitted(plan: &Plan) -> Self {
        let demand = &plan.consent.demand;
        Self {
            not_before: first_month(plan).map(|month| month.to_string()),
            not_after: Month::of(demand.as_of.into()).to_string(),
            ..Self::default()
        }
    }

    pub(super) fn exact(plan: &Plan, account: &Account) -> Self {
        let (months, unknown) = by_month(account);
        Self {
            months: Some(months.into_iter().map(|(month, records)| (month.to_string(), records)).collect()),
            month_not_known: Some(unknown).filter(|unknown| *unknown > 0),
            ..Self::admitted(plan)
        }
    }

    pub(super) fn rounded(plan: &Plan, account: &Account) -> Self {
        let admitted = Self::admitted(plan);
        let Some(first) = first_month(plan) else { return admitted };
        let possible = first.months_until(Month::of(plan.as_of.into())) as u64 + 1;
        let (months, _) = by_month(account);
        // If none of so many rows had a month with ten, every month had nearly ten.
        if account.delivered < SMALL.saturating_mul(possible) {
            return admitted;
        }
        let mut told = months.into_iter().filter(|(_, records)| *records >= SMALL).map(|(month, _)| month.to_string());
        let first = told.next();
        let last = told.next_back().or_else(|| first.clone());
        Self { first, last, ..admitted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::relied_on::ReliedOn;
    use crate::document::position::DocumentText;
    use crate::policy::compile::compile;
    use crate::policy::read::attachments::Attachments;
    use jiff::civil::date;

    fn plan() -> Plan {
        let file = |path: &str| std::fs::read(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut attachments = Attachments::new();
        attachments.insert("register.toml", Ok(file("samples/story/register.toml")));
        let text = String::from_utf8(file("samples/story/policy-later.toml")).unwrap();
        compile(DocumentText { file: "p.toml", text: &text }, &attachments, date(2018, 7, 1)).unwrap().plan
    }

    fn account(notice: usize, months: &[(usize, u64)]) -> Account {
        let last = Month::of(date(2018, 7, 1).into());
        let relied = |back| ReliedOn { notice: Some(notice), month: last.before(back) };
        Account {
            delivered: months.iter().map(|(_, records)| records).sum(),
            relied_on: months.iter().map(|(back, records)| (relied(*back), *records)).collect(),
            ..Account::default()
        }
    }

    #[test]
    fn exact_counts_are_the_accounts_and_few_rows_tell_no_month() {
        let plan = plan();
        let few = account(1, &[(0, 3), (2, 40)]);
        let exact = ConsentsSection::exact(&plan, &few);
        let months = [("2018-05".to_owned(), 40), ("2018-07".to_owned(), 3)].into_iter().collect();
        assert_eq!(exact.months, Some(months));
        assert_eq!(ConsentsSection::rounded(&plan, &few), ConsentsSection::admitted(&plan));
        assert!(NoticeSection::rounded(&plan, &few).iter().all(|notice| notice.at_least_per_cent.is_none()));
        assert!(NoticeSection::exact(&plan, &few).iter().any(|notice| notice.records == Some(43)));
    }

    #[test]
    fn of_many_rows_the_months_with_ten_and_the_notice_of_nearly_all_are_told() {
        let plan = plan();
        let many = account(1, &[(0, 9), (1, 10), (2, 400), (4, 12), (5, 3)]);
        let told = ConsentsSection::rounded(&plan, &many);
        assert_eq!((told.first.as_deref(), told.last.as_deref()), (Some("2018-03"), Some("2018-06")));
        assert_eq!((told.months, told.month_not_known), (None, None));
        let shares: Vec<Option<u64>> =
            NoticeSection::rounded(&plan, &many).iter().map(|notice| notice.at_least_per_cent).collect();
        assert!(shares.contains(&Some(90)), "{shares:?}");
        let other = NoticeSection::rounded(&plan, &account(9, &[(0, 400)]));
        assert!(other.iter().all(|notice| notice.at_least_per_cent.is_none()));
    }
}
