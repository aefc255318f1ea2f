//! The account's counts of cells are those of the delivered rows: for every column what
//! somebody counts who has the extract and the delivered file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use scant::Delivery;
use serde_json::{Value, json};

use crate::kit::{
    IN_FRONT, Options, Project, Random, converted, data_of, gate_cells, json_at, keep_all, policy_for_gated,
    put_in_front, read_csv,
};

const NAMES: [&str; 4] = ["Dorothea", "Ashdown", "Brunhild", "Ottoline"];
const TOWNS: [&str; 6] = ["Ayr", "Ayr", "Bude", "Bude", "Cork", ""];
const CODES: [&str; 5] = ["A12", "B34", "C56", "", "12A"];
const DAYS: [&str; 7] = ["2017-01-31", "2016-02-29", "2015-12-01", "2016-07-07", "2017-03-05", "", "2017-02-30"];
const TRADES: [&str; 8] = ["baker", "baker", "cook", "cook", "joiner", "slater", "another", ""];

/// A table of people with several records each; some say no in one of them.
fn table(rows: usize) -> Vec<u8> {
    let mut random = Random::new(23);
    let mut table = "no,name,town,age,code,day,trade,note\n".to_owned();
    for no in 0..rows {
        let name = NAMES[random.below(NAMES.len())];
        let age = [31, 35, 36, 42, 43, 55][random.below(6).min(random.below(6))].to_string();
        let age = if random.below(9) == 0 { "" } else { &age };
        let note = match random.below(4) {
            0 => format!("{name} rang"),
            1 => String::new(),
            _ => "nothing new".to_owned(),
        };
        let mut pick = |from: &[&'static str]| from[random.below(from.len())];
        let (town, code, day, trade) = (pick(&TOWNS), pick(&CODES), pick(&DAYS), pick(&TRADES));
        table += &format!("{no},{name},{town},{age},{code},{day},{trade},{note}\n");
    }
    let mut random = Random::new(24);
    put_in_front(table.as_bytes(), ',', |_, _| {
        let says = if random.below(20) == 0 { "N" } else { "Y" };
        gate_cells(&format!("person {}", random.below(rows / 2)), says, ',')
    })
}

fn columns() -> String {
    let column = |name: &str, role: &str, lines: &str| format!("[columns.{name}]\nrole = \"{role}\"\n{lines}\n");
    let keep = "keep = { because = \"what is studied\" }";
    [
        column(IN_FRONT[0], "direct_identifier", "pseudonymise = { domain = \"d\" }"),
        keep_all(["no"]),
        column("name", "direct_identifier", "drop = true"),
        column("town", "quasi_identifier", keep),
        column("age", "quasi_identifier", "band_number = { width = 10 }"),
        column("code", "insensitive", &format!("pattern = \"[A-Z][0-9]{{2}}\"\n{keep}")),
        column("day", "insensitive", "coarsen_date = { to = \"year\" }\nunreadable = \"drop_record\""),
        column("trade", "sensitive", "top_values = { keep = 2, other = \"another\" }"),
        column("note", "insensitive", keep),
    ]
    .concat()
}

/// Rows by their `no`, each cell by the name of its column.
fn by_number(csv: &[u8]) -> BTreeMap<String, BTreeMap<String, String>> {
    let (header, rows) = read_csv(csv);
    let named = |row: Vec<String>| header.iter().cloned().zip(row).collect::<BTreeMap<_, _>>();
    rows.into_iter().map(named).map(|row| (row["no"].clone(), row)).collect()
}

/// What one counts of a column in both files.
fn counted(extract: &[u8], delivered: &[u8], column: &str) -> Value {
    let before = by_number(extract);
    let (mut changed, mut missing, mut suppressed, mut patterns, mut echoes) = (0, 0, 0, 0, 0);
    let delivered = by_number(delivered);
    for (no, row) in &delivered {
        let (was, is) = (before[no][column].as_str(), row[column].as_str());
        match (was, is) {
            ("", "") => missing += 1,
            (_, "") if column == "code" => patterns += 1,
            (_, "") => suppressed += 1,
            _ => changed += u64::from(was != is),
        }
        echoes += u64::from(column == "note" && was.contains(before[no]["name"].as_str()));
    }
    let mut cells = json!({ "delivered": delivered.len(), "changed": changed, "missing": missing, "unreadable": {} });
    if patterns > 0 {
        cells["unreadable"] = json!({ "pattern": patterns });
    }
    for (name, count) in [("suppressed", suppressed), ("echoes", echoes)] {
        if count > 0 {
            cells[name] = count.into();
        }
    }
    cells
}

/// The counts of the account, by column.
fn told(made: &Delivery) -> BTreeMap<String, Value> {
    let account = json_at(made.kept.join("account.json"));
    let columns = account["columns"].as_array().unwrap().iter().filter(|column| column.get("output").is_some());
    columns.map(|column| (column["output"].as_str().unwrap().to_owned(), column["cells"].clone())).collect()
}

/// The same table as Parquet, records of people who say no with it.
fn in_parquet(project: &Project, table: &[u8]) -> PathBuf {
    let renamed = String::from_utf8(table.to_vec()).unwrap().replace("gate_", "raw_");
    let names = |name: &str| format!("{}as = \"{name}\"\n", keep_all([name.replace("gate_", "raw_")]));
    let rest = keep_all(["no", "name", "town", "age", "code", "day", "trade", "note"]);
    let columns = IN_FRONT.map(names).concat() + &rest;
    converted(&project.path("parquet"), renamed, &columns, "parquet")
}

#[test]
fn every_count_is_what_one_counts_in_the_delivered_file() {
    let project = Project::new();
    let table = table(900);
    let csv = project.write("extract.csv", &table);
    let parquet = in_parquet(&project, &table);
    for violation in ["drop_record", "suppress_cells"] {
        let mut seen: Option<BTreeMap<String, Value>> = None;
        for (extract, order, format) in [
            (&csv, "pseudonym", "csv"),
            (&csv, "extract", "csv"),
            (&parquet, "pseudonym", "csv"),
            (&parquet, "extract", "csv"),
            (&csv, "pseudonym", "parquet"),
            (&parquet, "extract", "parquet"),
        ] {
            let output = format!(
                "format = \"{format}\"\norder = \"{order}\"\n[guards]\necho = \"redact\"\n\
                 [privacy]\nk_anonymity = 12\non_violation = \"{violation}\""
            );
            let policy = policy_for_gated(project.folder(), &columns(), "", &output);
            for (threads, block_bytes, memory_bytes) in [(1, 1 << 20, None), (3, 900, Some(1 << 20))] {
                let options = Options { threads, block_bytes: Some(block_bytes), memory_bytes, ..Options::default() };
                let made = project.deliver(&policy, extract, options).unwrap();
                let told = told(&made);
                assert_eq!(seen.get_or_insert_with(|| told.clone()), &told, "{order} {format} {options:?}");
                if format == "csv" {
                    for (column, cells) in &told {
                        assert_eq!(*cells, counted(&table, &data_of(&made), column), "{column} {order} {options:?}");
                    }
                }
                // The report, and the guards, are about all admitted records.
                assert!(made.report.unreadable["day"]["date"] > 0);
                let patterns = told["code"]["unreadable"]["pattern"].as_u64().unwrap();
                assert!(made.report.unreadable["code"]["pattern"] > patterns);
                assert!(made.report.dropped_with_their_subject > 0 && made.report.dropped["unreadable_cell"] > 0);
                assert_eq!(made.report.dropped.contains_key("below_k"), violation == "drop_record");
            }
        }
        let seen = seen.unwrap();
        let is_there = |column: &str, count: &str| seen[column][count].as_u64().is_some_and(|count| count > 0);
        assert!(is_there("note", "echoes") && is_there("note", "changed") && is_there("trade", "changed"));
        assert!(is_there("town", "missing") && is_there("age", "missing"));
        let is_suppressed = violation == "suppress_cells";
        assert_eq!([is_there("town", "suppressed"), is_there("age", "suppressed")], [is_suppressed; 2]);
    }
}
