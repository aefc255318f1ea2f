//! `guards.echo` from end to end: names that are planted in notes are found in every
//! format, taken out, counted by column or refused, and never told.

use std::path::{Path, PathBuf};

use scant::Delivery;
use scant::internals::ReleaseError;

use crate::kit::{
    IN_FRONT, Options, Project, Random, data_file, data_of, json_at, keep_all, policy_for_gated, read_csv,
    where_all_consent,
};

/// Invented people; none of their names is a word of a note.
const NAMES: [&str; 10] = [
    "Anna",
    "Zo\u{eb}lle",
    "Anne-Marie",
    "Ciar\u{e1}n",
    "Dorothea",
    "O'Dwyer",
    "S\u{f8}ren",
    "Bo",
    "Иванка",
    "Yus\u{fc}f",
];
const SURNAMES: [&str; 8] =
    ["Ashdown", "Br\u{f6}nte", "Van Dale", "Mac Eddery", "Fennick", "D'Garth", "Holm-Ingle", "Je\u{df}op"];
const WORDS: [&str; 14] = [
    "rang", "about", "the", "delivery", "and", "asked", "annals", "a", "refund", "was", "ashdowns", "before", "market",
    "again",
];

/// A name as somebody writes it into a note.
fn written(name: &str, random: &mut Random) -> String {
    match random.below(7) {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        2 => format!("{name}'s"),
        3 => format!("({name},"),
        4 => name.replace(['-', ' '], "\u{a0}"),
        5 => name.replace('\u{eb}', "e\u{308}").replace('\u{f6}', "o").replace('\u{e1}', "a\u{301}"),
        _ => name.to_owned(),
    }
}

/// A table of people with notes, and in how many notes a name is repeated that is long
/// enough to be looked for.
fn people(rows: usize) -> (String, u64) {
    let mut random = Random::new(16);
    let mut table = "no,first,last,phone,note,town\n".to_owned();
    let mut planted = 0;
    for row in 0..rows {
        let first = NAMES[random.below(NAMES.len())];
        let last = SURNAMES[random.below(SURNAMES.len())];
        let phone = format!("07700 900{:03}", random.below(1000));
        let mut note: Vec<String> = (0..8).map(|_| WORDS[random.below(WORDS.len())].to_owned()).collect();
        let said = match random.below(6) {
            0 => Some(first),
            1 => Some(last),
            2 => Some(phone.as_str()),
            _ => None,
        };
        if let Some(said) = said {
            let at = random.below(note.len());
            note.insert(at, written(said, &mut random));
            planted += u64::from(said.chars().count() >= 4);
        }
        table += &format!("{row},{first},{last},{phone},\"{}\",Sampleton\n", note.join(" "));
    }
    (table, planted)
}

fn columns() -> String {
    let identifier = |name: &str, action: &str| format!("[columns.{name}]\nrole = \"direct_identifier\"\n{action}\n");
    [
        identifier("first", "drop = true"),
        identifier("last", "pseudonymise = { domain = \"name\" }"),
        identifier("phone", "mask_text = { keep_last = 2 }"),
        keep_all(["no", "note", "town"]),
    ]
    .concat()
}

/// A project whose extract is that table in a format.
fn project(table: &str, format: &str) -> (Project, PathBuf) {
    let project = Project::new();
    let extract = project.write("extract.csv", where_all_consent(table));
    if format == "csv" {
        return (project, extract);
    }
    let kept = keep_all(IN_FRONT.into_iter().chain(["no", "first", "last", "phone", "note", "town"]));
    let output = format!("order = \"extract\"\nformat = \"{format}\"");
    let policy = policy_for_gated(project.folder(), &kept, "", &output);
    let made = data_file(&project.deliver(&policy, &extract, Options::default()).unwrap());
    (project, made)
}

fn delivered(project: &Project, extract: &Path, echo: &str) -> Result<Delivery, ReleaseError> {
    let output = format!("format = \"csv\"\norder = \"extract\"\n[guards]\n{echo}");
    let policy = policy_for_gated(project.folder(), &columns(), "", &output);
    project.deliver(&policy, extract, Options::default())
}

/// The notes, and whatever else was delivered.
fn notes(made: &Delivery) -> Vec<String> {
    let (header, rows) = read_csv(&data_of(made));
    let note = header.iter().position(|name| name == "note").unwrap();
    rows.iter().map(|row| row[note].clone()).collect()
}

#[test]
fn every_planted_name_is_found_in_every_format_and_nothing_else() {
    let (table, planted) = people(600);
    assert!(planted > 150, "{planted}");
    for format in ["csv", "ndjson", "parquet", "ipc"] {
        let (project, extract) = project(&table, format);
        let plain = delivered(&project, &extract, "").unwrap();
        assert!(plain.report.echoes.is_empty());
        let counted = delivered(&project, &extract, "echo = \"count\"").unwrap();
        assert_eq!(counted.report.echoes.get("note"), Some(&planted), "{format}");
        assert_eq!(counted.report.echoes.len(), 1);
        assert_eq!(data_of(&counted), data_of(&plain), "to count changes nothing");
        let redacted = delivered(&project, &extract, "echo = \"redact\"").unwrap();
        assert_eq!(redacted.report.echoes, counted.report.echoes);
        let changed = notes(&plain).into_iter().zip(notes(&redacted)).filter(|(before, after)| before != after);
        let changed: Vec<(String, String)> = changed.collect();
        assert_eq!(changed.len() as u64, planted);
        assert!(changed.iter().all(|(_, after)| after.matches("[…]").count() == 1), "{changed:?}");
        // What was taken out is not found again.
        let account = json_at(redacted.kept.join("account.json"));
        let column = |name: &str| {
            let columns = account["columns"].as_array().unwrap();
            columns.iter().find(|column| column["source"] == name).unwrap().clone()
        };
        assert_eq!(column("note")["cells"]["echoes"], planted);
        assert_eq!(column("note")["cells"]["changed"], planted);
        assert_eq!(column("town")["cells"].get("echoes"), None);
        assert_eq!(account["guards"]["echo"], "redact");
        let manifest = std::fs::read_to_string(redacted.folder.join("manifest.json")).unwrap();
        assert!(!manifest.contains("echo"), "counts of people's notes are not the recipient's");
    }
}

#[test]
fn a_run_that_is_refused_names_counts_and_columns_and_no_cell() {
    let table = "no,first,last,phone,note,town\n1,Canaria,Ashdown,07700 900123,canaria rang,Sampleton\n\
                 2,Bo,Ashdown,07700 900124,nothing,Ashdown\n3,Bo,Dale,07700 900125,nothing,Sampleton\n";
    let (project, extract) = project(table, "csv");
    let refused = delivered(&project, &extract, "echo = \"refuse\"").unwrap_err();
    let told = format!("{refused} {refused:?}");
    assert!(refused.to_string().contains("2 delivered cells repeat"), "{told}");
    assert!(refused.to_string().ends_with("note (1), town (1)"), "{told}");
    for word in ["anaria", "shdown", "07700"] {
        assert!(!told.contains(word), "{told}");
    }
    let output = project.scant(&[
        "run",
        "gated.toml",
        "extract.csv",
        "--output",
        "out",
        "--key",
        "key.json",
        "--as-of",
        "2018-07-01",
    ]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(said.contains("guards.echo") && said.contains("hint"), "{said}");
    assert!(!said.contains("anaria") && !said.contains("shdown"), "{said}");
    assert!(!project.path("out").exists());
    let clean = table.replace("canaria rang", "she rang").replace(",nothing,Ashdown", ",nothing,Sampleton");
    let (project, extract) = self::project(&clean, "csv");
    assert_eq!(delivered(&project, &extract, "echo = \"refuse\"").unwrap().report.delivered, 3);
}

#[test]
fn counted_echoes_are_warned_of() {
    let table = "no,first,last,phone,note,town\n1,Canaria,Ashdown,07700 900123,canaria rang,Sampleton\n";
    let (project, extract) = project(table, "csv");
    delivered(&project, &extract, "echo = \"count\"").unwrap();
    let output = project.scant(&[
        "run",
        "gated.toml",
        "extract.csv",
        "--output",
        "out",
        "--key",
        "key.json",
        "--as-of",
        "2018-07-01",
    ]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("note: 1 cell repeats a direct identifier"), "{said}");
    assert!(!said.contains("anaria"), "{said}");
}
