//! Published tables of others: their meaning must survive, and every record is
//! counted once. The corpora are not part of the project: `SCANT_CORPORA` names
//! their folder, and without it these tests are skipped. `tests/README.md` lists
//! them with sources and licences.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use scant::internals::{Digest, Digester, InputFaultKind, PostcodeUnit, ReleaseError, coarsen};
use scant::{Delivery, Read, Transform};
use serde_json::{Map, Value, json};

use crate::kit::{
    Options, Project, data_of, gate_cells, json_at, keep_all, policy_for_gated, put_in_front, third_party,
    where_all_consent,
};

/// A corpus; `None` where the corpora are not here.
fn corpus(path: &str) -> Option<PathBuf> {
    third_party("corpora", path)
}

fn headers(table: &[u8]) -> Vec<String> {
    csv::Reader::from_reader(table).headers().unwrap().iter().map(str::to_owned).collect()
}

/// Delivers a table with every record and column kept, and gives its rows.
fn try_keeping(table: &[u8], columns: &[String], extract: &str) -> Result<Vec<Map<String, Value>>, ReleaseError> {
    let project = Project::new();
    let gated = project.write("extract.csv", where_all_consent(table));
    let policy = policy_for_gated(project.folder(), &keep_all(columns), extract, "format = \"ndjson\"");
    let small = Options { block_bytes: Some(1 << 10), ..Options::default() };
    let made = project.deliver(&policy, &gated, small)?;
    let lines = String::from_utf8(data_of(&made)).unwrap();
    let rows: Vec<_> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len() as u64, made.report.delivered);
    assert_eq!(rows.len() as u64, made.report.read);
    Ok(rows)
}

fn keeping(table: &[u8], columns: &[String], extract: &str) -> Vec<Map<String, Value>> {
    try_keeping(table, columns, extract).unwrap_or_else(|error| panic!("{error}: {error:?}"))
}

fn assert_balanced(delivery: &Delivery) {
    let report = &delivery.report;
    let fates: u64 = report.delivered + report.dropped.values().sum::<u64>() + report.quarantined.values().sum::<u64>();
    assert_eq!(report.read, fates);
}

#[test]
fn csv_spectrum_means_what_its_authors_say() {
    let Some(folder) = corpus("csv-spectrum") else { return };
    let mut checked = 0;
    for entry in fs::read_dir(folder.join("csvs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let table = fs::read(&path).unwrap();
        let expected = json_at(folder.join(format!("json/{name}.json")));
        let columns = headers(&table);
        if name == "location_coordinates" {
            // A quote inside an unquoted field is not RFC 4180, and readers differ
            // about it: malformed. (The published answer is not of this table
            // either: another number, and no list.)
            let refused = try_keeping(&table, &columns, "").unwrap_err();
            let faults = &refused.report().expect("the run came to its end").quarantined;
            assert_eq!(faults, &BTreeMap::from([("QuoteInUnquoted", 1)]));
            checked += 1;
            continue;
        }
        let with_newlines = name.contains("newlines");
        let settings: &[&str] =
            if with_newlines { &["newline_in_fields = true"] } else { &["", "newline_in_fields = true"] };
        for setting in settings {
            let rows = keeping(&table, &columns, setting);
            assert_eq!(Value::from_iter(rows), expected, "{name} with {setting:?}");
        }
        checked += 1;
    }
    assert_eq!(checked, 12);
}

/// Without `newline_in_fields` a field that holds one is a fault that says where,
/// never a record cut in two.
#[test]
fn newlines_in_fields_are_refused_where_they_are_not_announced() {
    let Some(folder) = corpus("csv-spectrum/csvs") else { return };
    for name in ["newlines", "newlines_crlf", "quotes_and_newlines"] {
        let table = fs::read(folder.join(name).with_extension("csv")).unwrap();
        match try_keeping(&table, &headers(&table), "") {
            Err(ReleaseError::Input(fault)) => {
                assert_eq!(fault.kind, InputFaultKind::UnterminatedQuote, "{name}");
                assert_eq!(fault.record, Some(if name == "quotes_and_newlines" { 1 } else { 2 }), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn naughty_strings_pass_through_unchanged() {
    let Some(path) = corpus("blns/blns.json") else { return };
    let strings: Vec<String> = serde_json::from_value(json_at(&path)).unwrap();
    assert!(strings.len() > 400);
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(["naughty", "again"]).unwrap();
    strings.iter().for_each(|text| writer.write_record([text, text]).unwrap());
    let table = writer.into_inner().unwrap();
    for setting in ["", "newline_in_fields = true", "trim = true"] {
        let rows = keeping(&table, &["naughty".to_owned(), "again".to_owned()], setting);
        assert_eq!(rows.len(), strings.len());
        for (row, text) in rows.iter().zip(&strings) {
            assert_eq!((&row["naughty"], &row["again"]), (&json!(text), &json!(text)), "{setting}");
        }
    }
}

#[test]
fn naughty_strings_are_redacted_once() {
    let Some(path) = corpus("blns/blns.json") else { return };
    let strings: Vec<String> = serde_json::from_value(json_at(&path)).unwrap();
    let all = r#"["card", "email", "iban", "national_insurance", "nhs_number", "phone", "uk_postcode", "url"]"#;
    let action = format!(r"redact_text = {{ patterns = {all}, regex = ['\bfoo\b', '\p{{Han}}{{2,}}'] }}");
    let redact = Transform::new(&action).unwrap();
    let redacted = |texts: &[String]| -> Vec<String> {
        let cells: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
        let read = redact.apply(&cells).unwrap().into_iter().map(|cell| match cell {
            Read::Value(text) => text,
            other => panic!("{other:?}"),
        });
        read.collect()
    };
    let once = redacted(&strings);
    assert_eq!(once.len(), strings.len());
    assert_eq!(redacted(&once), once);
    let changed = strings.iter().zip(&once).filter(|(text, redacted)| text != redacted).count();
    assert!(changed > 20 && changed < strings.len() / 2, "{changed}");
}

/// How a subject of the tables below consents, from the record's number.
fn says(number: usize) -> &'static str {
    match number % 7 {
        0 => "N",
        3 => "",
        _ => "Y",
    }
}

/// What must come of the records: one fate each, and no record delivered whose
/// subject restricts another.
fn expected_fates(subjects: &[String]) -> (u64, BTreeMap<String, u64>) {
    let mut worst: BTreeMap<&str, &str> = BTreeMap::new();
    let rank = |said: &str| ["", "N", "Y"].iter().position(|word| *word == said);
    for (number, subject) in subjects.iter().enumerate() {
        let said = worst.entry(subject).or_insert("Y");
        if rank(says(number)) < rank(said) {
            *said = says(number);
        }
    }
    let mut dropped = BTreeMap::new();
    let mut delivered = 0;
    for (number, subject) in subjects.iter().enumerate() {
        let own = says(number);
        match if own == "Y" { worst[subject.as_str()] } else { own } {
            "Y" => delivered += 1,
            "N" => *dropped.entry("consent_refused".to_owned()).or_default() += 1,
            _ => *dropped.entry("consent_unknown".to_owned()).or_default() += 1,
        }
    }
    (delivered, dropped)
}

#[test]
fn febrl_people_with_several_records_are_judged_as_one() {
    let Some(path) = corpus("febrl/dataset1.csv") else { return };
    let project = Project::new();
    let mut subjects = Vec::new();
    // `rec-223-org` and `rec-223-dup-0` are records of `rec-223`.
    let gated = put_in_front(&fs::read(&path).unwrap(), ',', |number, record| {
        let id = std::str::from_utf8(&record[0]).unwrap();
        let subject: Vec<&str> = id.split('-').take(2).collect();
        subjects.push(subject.join("-"));
        gate_cells(&subjects[number], says(number), ',')
    });
    let extract = project.write("febrl.csv", gated);
    let columns = r#"
[columns.gate_subject]
role = "direct_identifier"
pseudonymise = { domain = "person" }
as = "person"
[columns.date_of_birth]
role = "quasi_identifier"
date_format = "%Y%m%d"
coarsen_date = { to = "year" }
as = "birth_year"
[columns.surname]
role = "direct_identifier"
drop = true
[columns.state]
role = "quasi_identifier"
keep = { because = "regional totals" }
"#;
    let policy = policy_for_gated(project.folder(), columns, "trim = true", "");
    let made = project.deliver(&policy, &extract, Options { block_bytes: Some(4096), ..Options::default() }).unwrap();
    assert_balanced(&made);
    let report = &made.report;
    assert_eq!(report.read, 1000);
    assert_eq!((report.delivered, report.dropped.clone()), expected_fates(&subjects));
    assert!(report.dropped_with_their_subject > 0, "the set is of duplicates");
    let mut reader = csv::Reader::from_path(made.folder.join("data/subscribers.csv")).unwrap();
    assert_eq!(reader.headers().unwrap(), vec!["person", "birth_year", "state"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let people: BTreeSet<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(people.len() as u64, report.subjects);
    assert_eq!(report.most_rows_of_one_subject, 2);
    assert!(rows.iter().all(|row| row[1].is_empty() || row[1].len() == 4 && row[1].starts_with("19")));
    assert!(rows.iter().all(|row| row[2].trim() == &row[2]), "blanks after the commas are no data");
}

#[test]
fn adult_records_have_one_fate_each() {
    let Some(path) = corpus("adult/adult.csv") else { return };
    let project = Project::new();
    let mut subjects = Vec::new();
    let gated = put_in_front(&fs::read(&path).unwrap(), ';', |number, _| {
        subjects.push(format!("A{number}"));
        gate_cells(&subjects[number], says(number), ';')
    });
    let extract = project.write("adult.csv", gated);
    let columns = r#"
[columns.sex]
role = "quasi_identifier"
map_values = { values = { "Female" = "F", "Male" = "M" }, other = "-" }
[columns.age]
role = "quasi_identifier"
band_number = { width = 10 }
[columns.education]
role = "quasi_identifier"
keep = { because = "to be compared" }
[columns.salary-class]
role = "sensitive"
keep = { because = "to be compared" }
"#;
    let policy = policy_for_gated(project.folder(), columns, "delimiter = \";\"", "");
    let made = project.deliver(&policy, &extract, Options::default()).unwrap();
    assert_balanced(&made);
    assert_eq!(made.report.read, 30_162);
    assert_eq!((made.report.delivered, made.report.dropped.clone()), expected_fates(&subjects));
    assert_eq!(made.report.not_listed, 5);
    // The same table once more, read and coarsened by other hands.
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(&path).unwrap();
    let mut expected = String::from("sex,age,education,salary-class\n");
    for (number, record) in reader.records().enumerate() {
        let record = record.unwrap();
        if says(number) == "Y" {
            let decade = record[1].parse::<u32>().unwrap() / 10 * 10;
            let (sex, education, class) = (&record[0][..1], &record[4], &record[8]);
            expected.push_str(&format!("{sex},\"[{decade},{})\",{education},{class}\n", decade + 10));
        }
    }
    assert!(data_of(&made) == expected.as_bytes(), "the rows differ");
}

#[test]
fn every_postcode_sector_in_use_can_be_coarsened() {
    let Some(folder) = corpus("uk-postcodes") else { return };
    let column = |file: &str| -> Vec<String> {
        let mut reader = csv::Reader::from_path(folder.join(file)).unwrap();
        reader.records().map(|record| record.unwrap()[0].to_owned()).collect()
    };
    let coarsened = |postcode: &str, unit| {
        let mut out = String::new();
        assert!(coarsen(postcode, unit, &mut out).is_ok(), "{postcode}");
        out
    };
    let (areas, districts, sectors) = (column("areas.csv"), column("districts.csv"), column("sectors.csv"));
    assert!(areas.len() > 100 && districts.len() > 2_900 && sectors.len() > 11_000);
    let (mut seen_areas, mut seen_districts) = (BTreeSet::new(), BTreeSet::new());
    for sector in &sectors {
        let postcode = format!("{sector}AA");
        assert_eq!(&coarsened(&postcode, PostcodeUnit::Sector), sector);
        let lower = postcode.to_lowercase().replace(' ', "");
        assert_eq!(&coarsened(&lower, PostcodeUnit::Sector), sector);
        seen_areas.insert(coarsened(&postcode, PostcodeUnit::Area));
        seen_districts.insert(coarsened(&postcode, PostcodeUnit::District));
    }
    assert_eq!(seen_areas, areas.into_iter().collect());
    assert_eq!(seen_districts, districts.into_iter().collect());
}

/// The hash and the keyed hash of scant are those of the `blake3` crate, which
/// must give the published answers. A pseudonym is the keyed hash of text, and
/// most of the published inputs are none: that one is compared in `identifier/key.rs`.
#[test]
fn blake3_gives_the_published_answers() {
    let Some(path) = corpus("blake3/test_vectors.json") else { return };
    let vectors = json_at(&path);
    let mut key = [0; 32];
    key.copy_from_slice(vectors["key"].as_str().unwrap().as_bytes());
    let context = vectors["context_string"].as_str().unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 35);
    for case in cases {
        let length = usize::try_from(case["input_len"].as_u64().unwrap()).unwrap();
        let input: Vec<u8> = (0..=250).cycle().take(length).collect();
        // Published answers are longer than a digest.
        let published = |mode: &str| case[mode].as_str().unwrap()[..64].to_owned();
        assert_eq!(Digest::blake3(&input).to_string(), published("hash"));
        let mut digester = Digester::default();
        input.chunks(1000).for_each(|chunk| digester.update(chunk));
        assert_eq!(digester.digest().to_string(), published("hash"));
        assert_eq!(blake3::keyed_hash(&key, &input).to_hex().as_str(), published("keyed_hash"));
        let mut hasher = blake3::Hasher::new_derive_key(context);
        hasher.update(&input);
        assert_eq!(hasher.finalize().to_hex().as_str(), published("derive_key"));
    }
}
