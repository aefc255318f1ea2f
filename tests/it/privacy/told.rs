//! What documents and traces say of classes, and that nothing else about a run changes
//! them.

use super::{demanding, table};
use crate::kit::{Options, Project, assert_valid, converted, data_of, json_at, keep_all, small_policy, stderr};

const RECORDS: [(&str, &str, &str, &str); 7] = [
    ("a", "Ayr", "31", "flu"),
    ("b", "Ayr", "32", "cold"),
    ("c", "Ayr", "33", "flu"),
    ("d", "Bude", "31", "flu"),
    ("e", "Bude", "32", "cold"),
    ("f", "Cork", "31", "flu"),
    ("f", "Cork", "35", "flu"),
];

const LINES: &str = r#"k_anonymity = 2
l_diversity = { column = "illness", l = 2 }
t_closeness = { column = "illness", distance = "equal", t = 0.4 }
max_suppressed = 0.5"#;

#[test]
fn account_and_manifest_say_what_was_demanded_and_reached() {
    let project = Project::new();
    let policy = small_policy(project.folder(), &demanding(LINES));
    let extract = project.write("extract.csv", table(&RECORDS));
    let delivery = project.deliver(&policy, &extract, Options::default()).unwrap();
    let account = json_at(delivery.kept.join("account.json"));
    let manifest = json_at(delivery.folder.join("manifest.json"));
    assert_valid("account", &account, "");
    assert_valid("manifest", &manifest, "");
    let exact = &account["privacy"];
    assert_eq!(exact["quasi_identifiers"], serde_json::json!(["town", "age"]));
    let reached: Vec<_> = exact["models"].as_array().unwrap().iter().map(|model| model["reached"].clone()).collect();
    // Of Ayr and Bude: 2 persons, 2 values, and half of one tenth.
    assert_eq!(reached[..2], [serde_json::json!(2), serde_json::json!(2)]);
    assert!((reached[2].as_f64().unwrap() - 0.1).abs() < 1e-9, "{exact}");
    assert_eq!(exact["admitted"]["uniqueness"].as_f64(), Some(0.166_666_667));
    assert_eq!(exact["delivered"]["discernibility"], 3 * 3 + 2 * 2 + 6);
    let rounded = &manifest["privacy"];
    // Persons can be counted by their pseudonyms; what was left out cannot.
    assert_eq!(rounded["models"], exact["models"]);
    assert_eq!((rounded.get("records"), rounded.get("admitted")), (None, None));
    assert_eq!((exact["records"]["judged"].as_u64(), rounded["utility"].get("loss")), (Some(7), None));
    assert_eq!(rounded["delivered"].get("smallest"), None);
}

/// The same bytes for any number of threads, any block size and budget of memory, and
/// from every format.
#[test]
fn what_is_withheld_depends_on_the_records_alone() {
    for on_violation in ["drop_record", "suppress_cells"] {
        for order in ["extract", "pseudonym"] {
            let project = Project::new();
            let more = demanding(&format!("{LINES}\non_violation = \"{on_violation}\""));
            let policy = small_policy(project.folder(), &more);
            let text = std::fs::read_to_string(&policy).unwrap();
            std::fs::write(&policy, text.replace("order  = \"extract\"", &format!("order = \"{order}\""))).unwrap();
            let header: Vec<&str> = super::HEADER.trim_end().split(',').collect();
            let mut extracts = vec![project.write("extract.csv", table(&RECORDS))];
            for format in ["ndjson", "parquet", "ipc"] {
                extracts.push(converted(&project.path(format), table(&RECORDS), &keep_all(&header), format));
            }
            let mut expected = None;
            for extract in &extracts {
                for (threads, block_bytes, memory_bytes) in
                    [(1, None, None), (3, Some(64), Some(0)), (2, Some(200), None)]
                {
                    let options = Options { threads, block_bytes, memory_bytes, ..Options::default() };
                    let delivered = data_of(&project.deliver(&policy, extract, options).unwrap());
                    let expected = expected.get_or_insert_with(|| delivered.clone());
                    assert!(*expected == delivered, "{options:?} {}", extract.display());
                }
            }
        }
    }
}

#[test]
fn a_trace_says_how_many_are_alike_and_what_left_out_would_be_enough() {
    let project = Project::new();
    let policy = small_policy(project.folder(), &demanding("k_anonymity = 3"));
    let extract = project.write("extract.csv", table(&RECORDS));
    let ids: Vec<String> = ["a", "d", "f"].map(str::to_owned).into();
    let trace = project.trace(&policy, &extract, Options::default(), &ids);
    assert_valid("trace", &trace, "");
    let last = |subject: usize, record: usize| -> (String, String, bool) {
        let record = &trace["subjects"][subject]["records"][record];
        let test = record["tests"].as_array().unwrap().last().unwrap();
        let words = test["steps"][0]["words"].as_str().unwrap().to_owned();
        assert_eq!(test["test"], "below_k");
        (record["verdict"].as_str().unwrap().to_owned(), words, test["passed"].as_bool().unwrap())
    };
    let alike = |count: &str, more: &str| format!("{count} alike in town, age{more}");
    assert_eq!(last(0, 0), ("delivered".to_owned(), alike("3 persons are", ""), true));
    let few = "; the policy asks for at least 3 persons; without town there would be enough persons";
    assert_eq!(last(1, 0), ("below_k".to_owned(), alike("2 persons are", few), false));
    for record in [0, 1] {
        assert_eq!(last(2, record), ("below_k".to_owned(), alike("1 person is", few), false));
        assert!(trace["subjects"][2]["records"][record].get("because_of").is_none());
    }
    let suppressing = small_policy(project.folder(), &demanding("k_anonymity = 3\non_violation = \"suppress_cells\""));
    let trace = project.trace(&suppressing, &extract, Options::default(), &ids[1..2]);
    let test = &trace["subjects"][0]["records"][0]["tests"].as_array().unwrap().last().unwrap()["steps"][0];
    assert!(test["words"].as_str().unwrap().contains("so these cells are not delivered"), "{test}");
}

#[test]
fn explain_says_what_a_class_is() {
    let project = Project::new();
    let policy =
        small_policy(project.folder(), &demanding("k_anonymity = { k = 5, subsets_of = 1 }\nmax_suppressed = 0.1"));
    let output = project.scant(&["explain", policy.to_str().unwrap(), "--as-of", "2018-07-01"]);
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "Records that are equal in town and age are one class",
        "a missing cell is a value of its own",
        "has each of its quasi-identifiers in common with at least 5 persons; a person with several records counts once",
        "All of these columns together may be shared by fewer",
        "are dropped",
        "more than 0.1 of the records that passed every other test",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_quasi_identifier_outside_the_classes_is_warned_of() {
    let project = Project::new();
    for (lines, is_warned) in [("k_anonymity = 2", false), ("quasi_identifiers = [\"town\"]\nk_anonymity = 2", true)] {
        let policy = small_policy(project.folder(), &demanding(lines));
        let output = project.scant(&["check", policy.to_str().unwrap()]);
        let warned = "a quasi-identifier is delivered that the privacy models do not count";
        assert_eq!(stderr(&output).contains(warned), is_warned, "{}", stderr(&output));
    }
}

#[test]
fn k_map_counts_persons_of_the_population() {
    let project = Project::new();
    let lines = "k_map = { k = 20 }\npopulation = { path = \"population.csv\", persons = \"persons\" }";
    let policy = small_policy(project.folder(), &demanding(lines));
    let extract = project.write("extract.csv", table(&RECORDS));
    let population = |rows: &str| project.write("population.csv", format!("town,age,persons\n{rows}"));
    population("Ayr,\"[30,40)\",12\nAyr,\"[30,40)\",8\nBude,\"[30,40)\",19\nCork,\"[30,40)\",many\n");
    let delivery = project.deliver(&policy, &extract, Options::default()).unwrap();
    let account = json_at(delivery.kept.join("account.json"));
    assert_valid("account", &account, "");
    assert_eq!((delivery.report.delivered, delivery.report.dropped["below_k_map"]), (3, 4));
    let file = &account["privacy"]["population"];
    assert_eq!((&file["records"], &file["persons"], &file["unreadable"]), (&4.into(), &39.into(), &1.into()));
    let lines = "delta_presence = { min = 0, max = 0.2 }\npopulation = { path = \"population.csv\" }";
    let policy = small_policy(project.folder(), &demanding(lines));
    population(
        &("Ayr,\"[30,40)\",1\n".repeat(15) + &"Bude,\"[30,40)\",1\n".repeat(9) + &"Cork,\"[30,40)\",1\n".repeat(5)),
    );
    let delivery = project.deliver(&policy, &extract, Options::default()).unwrap();
    assert_eq!((delivery.report.delivered, delivery.report.dropped["outside_presence"]), (5, 2));
}
