//! `shift_date` from end to end: the days between the dates of one person stay, in
//! every column and record and out of every format, however the person's id is written.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::kit::{
    IN_FRONT, Options, Project, data_file, data_of, gate_cells, keep_all, policy_for_gated, put_in_front, read_csv,
};

/// Two dates of a person in a record; the second column is written in another format.
const TABLE: &str = "\
no,admitted,discharged
1,2017-03-31,02/04/2017
2,2016-02-28,01/03/2016
3,2017-03-31,02/04/2017
4,2017-12-30,
5,2018-01-02,2018-01-03
";

/// Whose each of them is: 1 and 2 are of one person.
const SUBJECTS: [&str; 5] = ["P1", "p1 ", "P2", "P3", "P1"];

fn columns() -> String {
    let shifted = |name: &str, more: &str| {
        let action = "shift_date = { max_days = 400, domain = \"visits\", future = true }";
        format!("[columns.{name}]\nrole = \"sensitive\"\n{action}\n{more}\n")
    };
    let subject = "role = \"direct_identifier\"\npseudonymise = { domain = \"person\", normalise = \"lower\" }";
    [
        format!("[columns.{}]\n{subject}\n", IN_FRONT[0]),
        keep_all(["no"]),
        shifted("admitted", ""),
        shifted("discharged", "date_format = \"%d/%m/%Y\""),
    ]
    .concat()
}

fn shifted(format: &str, block_bytes: usize) -> BTreeMap<String, [Option<Date>; 2]> {
    let project = Project::new();
    let cells = |number: usize| gate_cells(SUBJECTS[number], "Y", ',');
    let mut extract = project.write("extract.csv", put_in_front(TABLE.as_bytes(), ',', |number, _| cells(number)));
    // The key of the project is another one each time, so nothing is known but what the
    // dates have to do with each other.
    if format != "csv" {
        let kept = keep_all(IN_FRONT.into_iter().chain(["no", "admitted", "discharged"]));
        let policy =
            policy_for_gated(project.folder(), &kept, "", &format!("format = \"{format}\"\norder = \"extract\""));
        extract = data_file(&project.deliver(&policy, &extract, Options::default()).unwrap());
    }
    let policy = policy_for_gated(project.folder(), &columns(), "", "format = \"csv\"");
    let options = Options { block_bytes: Some(block_bytes), ..Options::default() };
    let (_, rows) = read_csv(&data_of(&project.deliver(&policy, &extract, options).unwrap()));
    let date = |cell: &str| (!cell.is_empty()).then(|| cell.parse().unwrap());
    rows.iter().map(|row| (row[1].clone(), [date(&row[2]), date(&row[3])])).collect()
}

#[test]
fn what_lies_between_two_dates_of_a_person_survives() {
    for format in ["csv", "ndjson", "parquet", "ipc"] {
        let mut others = 0;
        for block_bytes in [64, 1 << 20] {
            let rows = shifted(format, block_bytes);
            let by = |no: &str, place: usize, was: Date| (rows[no][place].unwrap() - was).get_days();
            let day = jiff::civil::date;
            let first = by("1", 0, day(2017, 3, 31));
            assert!(first != 0 && first.abs() <= 400, "{format}");
            let same = [
                by("1", 1, day(2017, 4, 2)),
                by("2", 0, day(2016, 2, 28)),
                by("2", 1, day(2016, 3, 1)),
                by("5", 0, day(2018, 1, 2)),
            ];
            assert_eq!(same, [first; 4], "{format}");
            assert_eq!(rows["5"][1], None, "written in another format: unreadable");
            assert_eq!(rows["4"][1], None);
            let [second, third] = [by("3", 0, day(2017, 3, 31)), by("4", 0, day(2017, 12, 30))];
            others += u32::from(second != first) + u32::from(third != first);
        }
        // By chance two people have one shift; all four pairs have not.
        assert!(others > 0, "{format}");
    }
}
