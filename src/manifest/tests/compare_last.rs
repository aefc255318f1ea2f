//! What is compared, under which names, and what is never compared.

use super::*;

fn records(read: u64, delivered: u64, dropped: &[(&str, u64)]) -> LastRecords {
    let dropped = dropped.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect();
    LastRecords { read, delivered, quarantined: std::collections::BTreeMap::new(), dropped }
}

fn names(then: &LastRecords, now: &LastRecords) -> Vec<String> {
    let fifth = ChangeLimit::parse("0.2").unwrap();
    let beyond = counts(then, now).into_iter().filter(|change| fifth.is_exceeded(change.then, change.now));
    beyond.map(|change| change.what).collect()
}

#[test]
fn shares_are_compared_and_the_records_read() {
    let then = records(10_000, 6_000, &[("consent_withdrawn", 1_000), ("consent_unknown", 3_000)]);
    let twice = records(20_000, 12_000, &[("consent_withdrawn", 2_000), ("consent_unknown", 6_000)]);
    assert_eq!(names(&then, &then), Vec::<String>::new());
    // Half of the file is missing; every share is as before.
    assert_eq!(names(&twice, &then), ["read"]);
    assert_eq!(names(&then, &twice), ["read"]);
    let withdrawn = records(10_000, 5_500, &[("consent_withdrawn", 1_500), ("consent_unknown", 3_000)]);
    assert_eq!(names(&then, &withdrawn), ["consent_withdrawn"]);
    let unheard = records(10_000, 7_000, &[("consent_unknown", 3_000)]);
    assert_eq!(names(&then, &unheard), ["consent_withdrawn"], "a reason that is gone");
    let renamed = records(10_000, 6_000, &[("consent_withdrawn", 1_000), ("suppressed:own", 3_000)]);
    assert_eq!(names(&then, &renamed), ["consent_unknown", "suppressed:own"]);
}

#[test]
fn malformed_records_are_one_count_of_all_faults() {
    let mut then = records(10_000, 9_850, &[]);
    then.quarantined = [("Nul".to_owned(), 75), ("BadUtf8".to_owned(), 75)].into();
    let mut now = records(10_000, 9_850, &[]);
    now.quarantined = [("BareCr".to_owned(), 150)].into();
    assert_eq!(names(&then, &now), Vec::<String>::new());
    now.quarantined = [("BareCr".to_owned(), 300)].into();
    assert_eq!(names(&then, &now), ["quarantined"]);
}
