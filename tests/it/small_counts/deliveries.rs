//! Possible deliveries: made-up accounts for real policies, sealed as a run seals
//! them.

use std::collections::BTreeMap;

use scant::Unreadable;
use scant::internals::{
    Account, ColumnType, Detail, Digest, DropReason, ManifestFacts, Month, OutputSection, Plan, ReliedOn,
    StructureFault, Tally, seal,
};
use serde_json::{Value, json};

use super::reading::Data;
use crate::kit::Random;

/// A count as they come: often none or few, sometimes many.
fn count(random: &mut Random) -> u64 {
    let below = [1, 3, 10, 10, 20, 60, 400][random.below(7)];
    random.below(below) as u64
}

/// Brings the sums over records in step with the counts.
fn sum_up(account: &mut Account) {
    let fates = account.delivered + account.dropped_in_all() + account.quarantined_in_all();
    account.read = scant::internals::RecordSum::default();
    (0..fates).for_each(|record| account.read.add(record));
    account.fates = account.read;
    // Those who left one night are of any notice and month.
    let mut left = account.delivered;
    account.relied_on.retain(|_, records| {
        *records = left.min(*records);
        left -= *records;
        *records > 0
    });
    if let Some(mut last) = account.relied_on.last_entry() {
        *last.get_mut() += left;
    }
    account.details = BTreeMap::new();
    for (reason, count) in account.dropped.iter().filter(|(reason, _)| reason.has_detail()) {
        account.details.insert((*reason, Detail::NONE), *count);
    }
}

/// An account of a delivery under this policy; every reason it may give is one of
/// `reasons`.
pub(super) fn account(plan: &Plan, reasons: &[DropReason], random: &mut Random) -> Account {
    let columns = plan.columns.iter().filter(|rule| rule.output.is_some()).count() + plan.derived.len();
    let mut account = Account::new(columns);
    account.delivered = 10 + count(random) + count(random);
    for reason in reasons {
        let count = count(random);
        if count > 0 {
            account.dropped.insert(*reason, count);
        }
    }
    for fault in [StructureFault::Nul, StructureFault::ExtraField] {
        let count = if random.below(3) == 0 { count(random) } else { 0 };
        if count > 0 {
            account.quarantined.insert(fault, count);
        }
    }
    for tally in &mut account.columns {
        *tally = cells(account.delivered, random);
    }
    account.delivered_columns.clone_from(&account.columns);
    account.relied_on = relied_on(plan, account.delivered, random);
    sum_up(&mut account);
    account
}

/// The notices that the manifest of a plan names, by their position, and its months.
pub(super) fn admitted(plan: &Plan) -> (Vec<usize>, Vec<Month>) {
    let mut account =
        Account::new(plan.columns.iter().filter(|rule| rule.output.is_some()).count() + plan.derived.len());
    sum_up(&mut account);
    let told = manifest(plan, &account)["provenance"].clone();
    let named: Vec<&str> =
        told["notices"].as_array().unwrap().iter().map(|notice| notice["id"].as_str().unwrap()).collect();
    let notices = plan.consent.demand.register.notices.iter().enumerate();
    let notices = notices.filter(|(_, notice)| named.contains(&notice.id.as_str())).map(|(position, _)| position);
    (notices.collect(), months(&told["consents"]))
}

/// The months in which the consents of a manifest can have been given.
pub(super) fn months(told: &Value) -> Vec<Month> {
    let date = |key: &str| format!("{}-01", told[key].as_str().unwrap()).parse::<jiff::civil::Date>().unwrap();
    let (first, last) = (date("not_before"), date("not_after"));
    let next = |day: &jiff::civil::Date| day.checked_add(jiff::Span::new().months(1)).ok();
    std::iter::successors(Some(first), next).take_while(|day| *day <= last).map(Month::from).collect()
}

/// Consents of so many records, of few notices and months or of many.
fn relied_on(plan: &Plan, delivered: u64, random: &mut Random) -> BTreeMap<ReliedOn, u64> {
    let (notices, months) = admitted(plan);
    let mut left = delivered;
    let mut relied_on = BTreeMap::new();
    let is_spread = random.below(2) == 0;
    while left > 0 {
        let most = if is_spread { 13 } else { left };
        let taken = (1 + random.below(usize::try_from(most).unwrap()) as u64).min(left);
        let notice = Some(notices[random.below(notices.len())]);
        let month = Some(months[random.below(months.len())]);
        *relied_on.entry(ReliedOn { notice, month }).or_default() += taken;
        left -= taken;
    }
    relied_on
}

fn cells(rows: u64, random: &mut Random) -> Tally {
    let mut left = rows;
    let mut take = |random: &mut Random| {
        let taken = count(random).min(left);
        left -= taken;
        taken
    };
    let mut tally = Tally { cells: rows, ..Tally::default() };
    tally.missing = take(random);
    for reason in [Unreadable::Date, Unreadable::Implausible] {
        let count = take(random);
        if count > 0 {
            tally.unreadable.insert(reason, count);
        }
    }
    tally.unchanged = take(random);
    tally.changed = left;
    tally
}

/// The same people a night later: some who were delivered no longer are.
pub(super) fn next_night(account: &Account, reasons: &[DropReason], random: &mut Random) -> Account {
    let mut next = account.clone();
    for _ in 0..=random.below(3) {
        let gone = (1 + random.below(12) as u64).min(next.delivered - 1);
        *next.dropped.entry(reasons[random.below(reasons.len())]).or_default() += gone;
        next.delivered -= gone;
    }
    for tally in &mut next.columns {
        *tally = cells(next.delivered, random);
    }
    next.delivered_columns.clone_from(&next.columns);
    sum_up(&mut next);
    next
}

/// What the recipient counts.
pub(super) fn data(plan: &Plan, account: &Account) -> Data {
    let delivered = plan.columns.iter().filter_map(|rule| rule.output.as_ref());
    let names = delivered.chain(plan.derived.iter().map(|rule| &rule.output)).map(ToString::to_string);
    let missing = |tally: &Tally| i64::try_from(tally.missing + tally.unreadable_in_all()).unwrap();
    Data {
        rows: i64::try_from(account.delivered).unwrap(),
        missing: names.zip(account.columns.iter().map(missing)).collect(),
    }
}

const COLUMNS_IN: usize = 20;

/// The recipient's manifest.
pub(super) fn manifest(plan: &Plan, account: &Account) -> Value {
    let delivered = plan.columns.iter().filter(|rule| rule.output.is_some()).count();
    let output = OutputSection {
        path: "data/subscribers.csv".to_owned(),
        rows: account.delivered,
        bytes: 4096,
        sha256: Digest::blake3(b"data"),
        blake3: Digest::blake3(b"data"),
    };
    let facts = ManifestFacts {
        plan,
        account,
        run_on: None,
        inputs: Vec::new(),
        lists: Vec::new(),
        outputs: vec![output],
        types: vec![ColumnType::Text; delivered + plan.derived.len()],
        columns_in: COLUMNS_IN,
        not_listed: Vec::new(),
        key_id: None,
        guarded_cells: Some(account.delivered / 7),
        rounded_cells: Some(account.delivered / 5),
        max_quarantined: 1000,
        consent_log: None,
        population: None,
        accepted_changes: Vec::new(),
    };
    let sealed = seal(&facts, |_| [7; 16], Digest::blake3).unwrap();
    serde_json::from_slice(&sealed.manifest).unwrap()
}

/// What a manifest told before this test was written: the reasons that occurred,
/// cells of each column, and which share of all cells read was not delivered.
pub(super) fn old_manifest(plan: &Plan, account: &Account) -> Value {
    let told = |count: u64| match count {
        0 => json!(0),
        1..10 => json!("<10"),
        many => json!((many + 2) / 5 * 5),
    };
    let mut manifest = manifest(plan, account);
    let named = |name: String, count: &u64| (name, told(*count));
    manifest["records"] = json!({ "delivered": account.delivered });
    let dropped = account.dropped.iter().map(|(reason, count)| named(reason.name(&plan.reason_names), count));
    manifest["records"]["dropped"] = Value::Object(dropped.collect());
    let quarantined = account.quarantined.iter().map(|(fault, count)| named(fault.to_string(), count));
    manifest["records"]["quarantined"] = Value::Object(quarantined.collect());
    let columns = manifest["columns"].as_array_mut().unwrap().iter_mut();
    for (column, tally) in columns.filter(|column| column.get("output").is_some()).zip(&account.columns) {
        let unreadable = tally.unreadable.iter().map(|(reason, count)| named(reason.as_str().to_owned(), count));
        column["cells"] = json!({ "changed": told(tally.changed), "missing": told(tally.missing) });
        column["cells"]["unreadable"] = Value::Object(unreadable.collect());
    }
    let whole = account.read.records * COLUMNS_IN as u64;
    let columns_out = manifest["minimisation"]["columns_out"].as_u64().unwrap();
    let part = whole - (account.delivered * columns_out).min(whole);
    if part >= 10 && whole - part >= 10 {
        manifest["minimisation"]["cells_removed_per_cent"] = json!((part * 100 + whole / 2) / whole);
    }
    manifest
}
