//! Coarsenings, numbers and the formula guard from end to end: every format that can
//! hold them gives the same cells, and what cannot be read is dropped or counted,
//! never delivered.

use std::path::{Path, PathBuf};

use scant::Delivery;

use crate::kit::{
    IN_FRONT, Options, Project, data_file, data_of, json_at, keep_all, policy_for_gated, where_all_consent,
};

/// A postcode, an address and a number of everybody, each in another writing.
const TABLE: &str = "\
no,pc,ip,n
1,M2   5BQ,2002:c612:364::7,-0.0001
2,bfpo 12,64:ff9b::198.18.3.100,5e-324
3,ZZ99 3XZ,198.18.3.0/25,1e21
4,SW1A,2001:db8:7::1,1.5E7
5,CR5O 1AA,::ffff:198.18.3.100,0.10000000000000001
6,,,
";

const COARSE: &str = "\
no,pc,ip,n
1,M2,198.18.3.0/24,0.00
2,BFPO,198.18.3.0/24,0.00
3,,198.18.3.0/24,1000000000000000000000.00
4,SW1A,2001:db8:7::/48,15000000.00
5,,198.18.3.0/24,0.10
6,,,
";

fn gated(table: &str) -> (Project, PathBuf) {
    let project = Project::new();
    let extract = project.write("extract.csv", where_all_consent(table));
    (project, extract)
}

fn column(name: &str, action: &str) -> String {
    format!("[columns.{name}]\nrole = \"sensitive\"\n{action}\n")
}

fn delivered(project: &Project, columns: &str, output: &str, extract: &Path) -> Delivery {
    let output = format!("order = \"extract\"\nname = \"rows\"\n{output}");
    let policy = policy_for_gated(project.folder(), columns, "", &output);
    project.deliver(&policy, extract, Options::default()).unwrap()
}

fn text_of(delivery: &Delivery) -> String {
    String::from_utf8(data_of(delivery)).unwrap()
}

#[test]
fn the_same_coarse_cells_come_out_of_every_format() {
    let (project, written) = gated(TABLE);
    // Numbers become doubles where the format has doubles.
    let kept = keep_all(IN_FRONT.into_iter().chain(["no", "pc", "ip"]));
    let kept = kept + &column("n", "clamp_number = { min = -999999999999999999 }");
    let coarse = [
        keep_all(["no"]),
        column("pc", "coarsen_postcode = { to = \"district\" }"),
        column("ip", "coarsen_ip = {}"),
        column("n", "round_number = { to = 0.01 }"),
    ]
    .concat();
    for format in ["csv", "ndjson", "parquet", "ipc"] {
        let extract = data_file(&delivered(&project, &kept, &format!("format = \"{format}\""), &written));
        let made = delivered(&project, &coarse, "format = \"csv\"", &extract);
        assert_eq!(text_of(&made), COARSE, "{format}");
        let counts = serde_json::to_value(&made.report.unreadable).unwrap();
        assert_eq!(counts, serde_json::json!({ "pc": { "no_place": 1, "postcode": 1 } }), "{format}");
    }
}

#[test]
fn a_postcode_that_cannot_be_read_is_not_one_that_is_not_listed() {
    let (project, extract) = gated(TABLE);
    let rows = |rule: &str| format!("{}[[rows.{rule}]]\ncolumn = \"pc\"\ncoarsen = \"district\"\n", keep_all(["no"]));
    let dropping = rows("drop") + "in = [\"M2\"]\nreason = \"closed\"\n" + &column("pc", "drop = true");
    let made = delivered(&project, &dropping, "format = \"csv\"", &extract);
    assert_eq!(text_of(&made), "no\n2\n3\n4\n6\n");
    assert_eq!(made.report.dropped["closed"], 2);
    let selecting = rows("only") + "in = [\"m2\", \"BFPO\"]\n" + &column("pc", "drop = true");
    let made = delivered(&project, &selecting, "format = \"csv\"", &extract);
    assert_eq!(text_of(&made), "no\n1\n2\n");
    assert_eq!(made.report.dropped["not_selected"], 4);
}

#[test]
fn the_formula_guard_is_all_that_tells_csv_from_other_formats() {
    let cells =
        ["-12.50", "-1e3", "+5", "+44 7700 900001", "plain", "=1+1", "@home", "-2+3", "+1-555;cmd", " =1", "＝1"];
    let quoted = cells.map(|cell| format!("\"{cell}\"\n")).concat();
    let (project, extract) = gated(&format!("note\n{quoted}"));
    let as_csv = delivered(&project, &keep_all(["note"]), "format = \"csv\"", &extract);
    let as_ndjson = delivered(&project, &keep_all(["note"]), "format = \"ndjson\"", &extract);
    let from_ndjson: Vec<String> = text_of(&as_ndjson)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["note"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(from_ndjson, cells);
    let text = text_of(&as_csv);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let from_csv: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    let guarded = |cell: &&str| cells.iter().position(|known| known == cell).unwrap() >= 5;
    let expected = cells.map(|cell| if guarded(&cell) { format!("'{cell}") } else { cell.to_owned() });
    assert_eq!(from_csv, expected);
    assert_eq!((as_csv.report.formula_guard_cells, as_ndjson.report.formula_guard_cells), (Some(6), None));
}

#[test]
fn digits_that_a_double_has_no_room_for_are_counted() {
    let table = "n\n0.1\n-12.50\n9007199254740993\n0.12345678901234567890\n5e-324\n1e21\n";
    let (project, extract) = gated(table);
    let columns = column("n", "clamp_number = { min = -100 }");
    for (format, rounded) in [("csv", None), ("ndjson", None), ("parquet", Some(2)), ("ipc", Some(2))] {
        let made = delivered(&project, &columns, &format!("format = \"{format}\""), &extract);
        assert_eq!(made.report.rounded_cells, rounded, "{format}");
        let account = json_at(made.kept.join("account.json"));
        assert_eq!(account["rounded_cells"].as_u64(), rounded, "{format}");
    }
}
