//! `top_values` from end to end, beside a second implementation: people are counted, not
//! records, and only those who are delivered; whatever the threads, blocks and memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use scant::Delivery;
use scant::internals::ReleaseError;

use crate::kit::{
    IN_FRONT, Options, Project, Random, data_file, data_of, gate_cells, json_at, keep_all, policy_for_gated,
    put_in_front, read_csv,
};

/// Who has which trade, and whether the record is delivered: some say no.
struct Worker {
    subject: String,
    says: &'static str,
    trade: Option<String>,
}

fn workers(count: usize) -> Vec<Worker> {
    let mut random = Random::new(20);
    let worker = |_| {
        // Some trades are common, and some people have several records.
        let trade = random.below(40).min(random.below(40));
        Worker {
            subject: format!("P{}", random.below(count / 2)),
            says: if random.below(9) == 0 { "N" } else { "Y" },
            trade: (random.below(12) > 0).then(|| format!("trade {trade}")),
        }
    };
    (0..count).map(worker).collect()
}

/// The people who have each value, of those who never say no.
fn people(workers: &[Worker]) -> BTreeMap<&str, BTreeSet<&str>> {
    let refusing: BTreeSet<&str> =
        workers.iter().filter(|worker| worker.says == "N").map(|worker| worker.subject.as_str()).collect();
    let mut people = BTreeMap::<&str, BTreeSet<&str>>::new();
    for worker in workers.iter().filter(|worker| !refusing.contains(worker.subject.as_str())) {
        if let Some(trade) = &worker.trade {
            people.entry(trade).or_default().insert(&worker.subject);
        }
    }
    people
}

/// What must be delivered, in the order of the extract.
fn expected(workers: &[Worker], kept: &BTreeSet<&str>) -> Vec<String> {
    let refusing: BTreeSet<&str> =
        workers.iter().filter(|worker| worker.says == "N").map(|worker| worker.subject.as_str()).collect();
    let delivered = workers.iter().filter(|worker| !refusing.contains(worker.subject.as_str()));
    let value = |worker: &Worker| match &worker.trade {
        Some(trade) if kept.contains(trade.as_str()) => trade.clone(),
        Some(_) => "another".to_owned(),
        None => String::new(),
    };
    delivered.map(value).collect()
}

fn extract(project: &Project, workers: &[Worker]) -> PathBuf {
    let rows: String =
        workers.iter().enumerate().map(|(no, w)| format!("{no},{}\n", w.trade.as_deref().unwrap_or(""))).collect();
    let table = format!("no,trade\n{rows}");
    let cells = |number: usize, _: &_| gate_cells(&workers[number].subject, workers[number].says, ',');
    project.write("extract.csv", put_in_front(table.as_bytes(), ',', cells))
}

fn columns(action: &str) -> String {
    let trade = format!("[columns.trade]\nrole = \"sensitive\"\ntop_values = {{ {action}, other = \"another\" }}\n");
    keep_all(["no"]) + &trade
}

fn trades(made: &Delivery) -> Vec<String> {
    let (_, rows) = read_csv(&data_of(made));
    rows.iter().map(|row| row[1].clone()).collect()
}

#[test]
fn the_common_values_of_delivered_people_are_kept() {
    let workers = workers(1500);
    let people = people(&workers);
    let mut ranked: Vec<(&str, usize)> = people.iter().map(|(trade, people)| (*trade, people.len())).collect();
    ranked.sort_by_key(|(trade, people)| (std::cmp::Reverse(*people), *trade));
    let project = Project::new();
    let extract = extract(&project, &workers);
    for (action, kept) in [
        ("keep = 7".to_owned(), ranked.iter().take(7).map(|(trade, _)| *trade).collect::<BTreeSet<_>>()),
        ("keep = 10000".to_owned(), ranked.iter().map(|(trade, _)| *trade).collect()),
        ("min_count = 20".to_owned(), ranked.iter().filter(|(_, n)| *n >= 20).map(|(trade, _)| *trade).collect()),
        ("min_count = 99999".to_owned(), BTreeSet::new()),
    ] {
        let expected = expected(&workers, &kept);
        assert!(expected.len() > 500);
        let policy = policy_for_gated(project.folder(), &columns(&action), "", "order = \"extract\"\nformat = \"csv\"");
        for (threads, block_bytes, memory_bytes) in [(1, 1 << 20, None), (3, 700, None), (2, 5000, Some(1 << 20))] {
            let options = Options { threads, block_bytes: Some(block_bytes), memory_bytes, ..Options::default() };
            let made = project.deliver(&policy, &extract, options).unwrap();
            assert_eq!(trades(&made), expected, "{action} {options:?}");
            let account = json_at(made.kept.join("account.json"));
            let column = account["columns"].as_array().unwrap().iter().find(|column| column["source"] == "trade");
            let merged = expected.iter().filter(|trade| *trade == "another").count();
            assert_eq!(column.unwrap()["cells"]["changed"], merged, "{action}");
        }
    }
}

#[test]
fn every_format_gives_and_takes_the_same_and_a_rare_value_decides_no_order() {
    let workers = workers(300);
    let project = Project::new();
    let csv = extract(&project, &workers);
    let of_subject =
        format!("[columns.{}]\nrole = \"direct_identifier\"\n{}\n", IN_FRONT[0], "pseudonymise = { domain = \"d\" }");
    let trade = "[columns.trade]\nrole = \"sensitive\"\ntop_values = { keep = 3, other = \"another\" }\n";
    let sorted = |extract: &PathBuf| {
        let columns = format!("{of_subject}{trade}");
        let policy = policy_for_gated(project.folder(), &columns, "", "format = \"csv\"");
        String::from_utf8(data_of(&project.deliver(&policy, extract, Options::default()).unwrap())).unwrap()
    };
    let expected = sorted(&csv);
    let lines: Vec<&str> = expected.lines().skip(1).collect();
    assert!(lines.is_sorted(), "sorted by what is delivered");
    for format in ["ndjson", "parquet", "ipc"] {
        let kept = keep_all(IN_FRONT.into_iter().chain(["no", "trade"]));
        let output = format!("order = \"extract\"\nformat = \"{format}\"");
        let policy = policy_for_gated(project.folder(), &kept, "", &output);
        let made = data_file(&project.deliver(&policy, &csv, Options::default()).unwrap());
        assert_eq!(sorted(&made), expected, "{format}");
    }
}

#[test]
fn a_column_of_free_text_refuses_the_run_without_telling_it() {
    let project = Project::new();
    let rows: String = (0..100_100).map(|no| format!("{no},Canary {no}\n")).collect();
    let table = format!("no,trade\n{rows}");
    let extract = project.write("extract.csv", crate::kit::where_all_consent(table));
    let policy = policy_for_gated(project.folder(), &columns("keep = 5"), "", "order = \"extract\"\nformat = \"csv\"");
    let refused = project.deliver(&policy, &extract, Options::default()).unwrap_err();
    assert!(matches!(refused, ReleaseError::Refused { .. }), "{refused:?}");
    let told = refused.to_string();
    assert!(told.contains("at most 100,000 different values") && told.ends_with("trade has more"), "{told}");
    assert!(!format!("{refused:?}").contains("Canary"));
}
