//! NDJSON whose records have different keys, or values inside objects and lists: as an
//! extract, a consent log and a list.

use std::fs;
use std::path::PathBuf;

use crate::kit::{LOG_HEADER, Ran, run_files, small_policy_with};

const NULLS: (&str, &str) = ("subject = \"id\"\n", "subject = \"id\"\nmissing_keys = \"null\"\n");

/// A column that is kept, of that name.
fn kept(name: &str, output: &str) -> String {
    format!(
        "[columns.'{name}']\nrole = \"insensitive\"\nkeep = {{ because = \"to be looked at\" }}\nas = \"{output}\"\n"
    )
}

/// Runs files of those names under the small policy with changes, and `more` behind it.
fn run(files: &[(&str, &str)], changes: &[(&str, &str)], more: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, text): &(&str, &str)| {
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let paths: Vec<PathBuf> = files.iter().map(write).collect();
    let extracts: Vec<PathBuf> =
        paths.into_iter().filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("extract")).collect();
    run_files(&small_policy_with(folder.path(), changes, more), &extracts, &[])
}

fn record(no: u32, more: &str) -> String {
    format!("{{\"id\":\"a{no}\",\"ok\":\"Y\",\"given\":\"2024-01-01\",\"notice\":\"n1\",\"no\":{no}{more}}}\n")
}

#[test]
fn keys_left_out_are_missing_cells_wherever_they_are_left_out() {
    // The first record lacks what others have, and has what others lack.
    let extract =
        record(1, ",\"x\":1") + &record(2, ",\"town\":\"Leeds\"") + &record(3, ",\"other\":[{}],\"town\":null");
    let ran = run(&[("extract.ndjson", &extract)], &[NULLS], &kept("town", "town")).ended(0);
    assert_eq!(ran.cells("town"), ["", "Leeds", ""]);
    let town = ran.account["columns"].as_array().unwrap().iter().find(|column| column["output"] == "town").unwrap();
    assert_eq!(town["cells"]["missing"], 2, "{town}");
    // Consent is no different: what is not there is not given.
    let without = record(1, "") + "{\"id\":\"a2\",\"no\":2}\n";
    let ran = run(&[("extract.ndjson", &without)], &[NULLS], "").ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("consent_unknown")), ("1", 1));
}

#[test]
fn a_key_twice_is_malformed_whatever_records_may_lack() {
    let extract = record(1, "") + &record(2, ",\"x\":1,\"x\":2") + &record(3, ",\"town\":1,\"town\":1");
    let ran = run(&[("extract.ndjson", &(extract + &record(4, ",\"town\":1")))], &[NULLS], &kept("town", "town"));
    let ran = ran.ended(4);
    assert!(ran.said.contains("2 records are malformed") && ran.said.contains("record 3, column 6"), "{}", ran.said);
}

#[test]
fn a_key_that_no_record_has_is_a_missing_column_and_one_file_may_lack_it() {
    let lacks = record(1, "");
    let has = record(2, ",\"town\":\"York\"");
    let town = kept("town", "town");
    let ran = run(&[("extract-1.ndjson", &lacks)], &[NULLS], &town).ended(4);
    assert!(ran.said.contains("column `town`") && ran.said.contains("missing"), "{}", ran.said);
    let ran = run(&[("extract-1.ndjson", &lacks), ("extract-2.ndjson", &has)], &[NULLS], &town).ended(0);
    assert_eq!(ran.cells("town"), ["", "York"]);
}

#[test]
fn without_the_key_a_record_that_lacks_one_is_malformed_and_the_message_names_the_key() {
    let extract = record(1, ",\"town\":1") + &record(2, "");
    let ran = run(&[("extract.ndjson", &extract)], &[], &kept("town", "town")).ended(4);
    assert!(ran.said.contains("record 2, column 6: a field is missing"), "{}", ran.said);
    assert!(ran.said.contains("`missing_keys = \"null\"`"), "{}", ran.said);
}

#[test]
fn a_policy_that_refuses_columns_refuses_keys() {
    let refuses = ("missing_keys = \"null\"\n", "missing_keys = \"null\"\nunlisted = \"refuse\"\n");
    let ran = |more: &str| {
        let extract = record(1, "") + &record(2, more);
        run(&[("extract.ndjson", &extract)], &[NULLS, refuses], "")
    };
    ran("").ended(0);
    assert!(ran(",\"x\":1").ended(4).said.contains("record 2: a field too many"));
}

#[test]
fn a_name_that_begins_with_a_slash_leads_into_the_record() {
    let line = |no: u32, town: &str, more: &str| {
        format!(
            "{{\"user\":{{\"ids\":[\"a{no}\",\"b\"],\"at\":{{\"town\":{town}}}}},\"ok\":\"Y\",\"given\":\"2024-01-01\",\"notice\":\"n1\",\"no\":{no},\"/x\":\"slash\"{more}}}\n"
        )
    };
    let by_pointer = [("subject = \"id\"", "subject = \"/user/ids/0\""), ("[columns.id]", "[columns.'/user/ids/0']")];
    let more = kept("/user/at/town", "town") + &kept("/~1x", "slash");
    let run = |extract: &str| run(&[("extract.ndjson", extract)], &by_pointer, &more);
    let extract = line(1, "\"Le\\u00e9ds\"", "") + &line(2, "null", "") + &line(3, "7.50", "");
    let ran = run(&extract).ended(0);
    assert_eq!((ran.cells("town"), ran.cells("slash")), (vec!["Leéds", "", "7.5"], vec!["slash"; 3]));
    let people = ran.cells("person");
    assert!(people[0] != people[1] && people[1] != people[2], "{people:?}");
    for (town, said) in [("{}", "another type"), ("[1]", "another type")] {
        let ran = run(&(line(1, "1", "") + &line(2, town, ""))).ended(4);
        assert!(ran.said.contains("record 2, column") && ran.said.contains(said), "{}", ran.said);
    }
    let twice = run(&(line(1, "1", "") + &line(2, "1,\"town\":2", ""))).ended(4);
    assert!(twice.said.contains("record 2: a field too many"), "{}", twice.said);
    let nowhere = "{\"ok\":\"Y\",\"given\":\"2024-01-01\",\"notice\":\"n1\",\"no\":2,\"/x\":1,\"user\":3}\n";
    let ran = run(&(line(1, "1", "") + nowhere)).ended(4);
    assert!(ran.said.contains("a field is missing"), "{}", ran.said);
}

#[test]
fn a_pointer_that_leads_nowhere_in_every_record_is_a_missing_column() {
    let extract = record(1, ",\"user\":{\"town\":1}");
    for name in ["/user/city", "/user/town/0", "/town", "/user/~2"] {
        let ran = run(&[("extract.ndjson", &extract)], &[NULLS], &kept(name, "town")).ended(4);
        assert!(ran.said.contains(&format!("column `{name}`")) && ran.said.contains("JSON pointer"), "{}", ran.said);
    }
}

#[test]
fn in_other_formats_a_name_that_begins_with_a_slash_is_that_name() {
    let table = "id,ok,given,notice,no,/user/town\na,Y,2024-01-01,n1,1,Leeds\n";
    let ran = run(&[("extract.csv", table)], &[NULLS], &kept("/user/town", "town")).ended(0);
    assert_eq!(ran.cells("town"), ["Leeds"]);
}

#[test]
fn lists_and_logs_have_keys_and_pointers_too() {
    let extract = record(1, "") + &record(2, "") + &record(3, "");
    let list = "\n[[consent.lists]]\nname = \"gone\"\nkind = \"erasure\"\npath = \"gone.ndjson\"\nas_of = 2024-05-31\nmissing_keys = \"null\"\nmatch = { id = \"/who/id\" }\n";
    let gone = "{\"who\":{\"name\":\"x\"}}\n{\"who\":{\"id\":\"a2\"},\"since\":1}\n";
    let ran = run(&[("extract.ndjson", &extract), ("gone.ndjson", gone)], &[], list).ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("erased")), ("1 3", 1));
    let nobody = run(&[("extract.ndjson", &extract), ("gone.ndjson", "{\"who\":1}\n")], &[], list).ended(4);
    assert!(nobody.said.contains("/who/id"), "{}", nobody.said);

    let columns = "[consent.columns]\ngranted  = { column = \"ok\", yes = [\"Y\"], no = [\"N\"] }\ngiven_at = \"given\"\nnotice   = \"notice\"";
    let events = "[consent.events]\npath = \"log.ndjson\"\nmissing_keys = \"null\"\ncolumns = { pii_principal_id = \"/person/id\" }";
    assert!(LOG_HEADER.contains("recipient_third_parties"));
    let event = |person: &str, state: &str, more: &str| {
        format!(
            "{{\"record_id\":\"r\",\"person\":{{\"id\":\"{person}\"}},\"event_time\":\"2024-01-02T00:00:00Z\",\"event_state\":\"{state}\",\"purpose\":\"research\",\"privacy_notice\":\"n1\"{more}}}\n"
        )
    };
    let log = event("a1", "ConsentGiven", "") + &event("a3", "ConsentGiven", ",\"page\":\"/\"");
    let run_log = |log: &str| run(&[("extract.ndjson", &extract), ("log.ndjson", log)], &[(columns, events)], "");
    assert_eq!(run_log(&log).ended(0).delivered(), "1 3");
    // A column that a log may lack means something where it is: none of them is passed over.
    let later = log + &event("a2", "ConsentGiven", ",\"recipient_third_parties\":\"nobody\"");
    assert!(run_log(&later).said.contains("record 3: a field too many"), "{}", run_log(&later).said);
}
