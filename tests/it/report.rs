//! The report for the data protection officer: it says what the account says, lets nothing
//! run that others wrote, shows no cell, asks for nothing, and can be read by everybody.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scant::Delivery;
use serde_json::Value;
use sha2::Digest as _;

use crate::kit::{
    Options, Project, assert_valid, browser_modules, chromium, files_under, json_at, json_of, names_in, needs, root,
    said, small_policy,
};

const FILES: [&str; 3] = ["impact-assessment.csv", "record-of-processing.csv", "report.html"];

/// The deliveries of samples, each with its own kind of page.
fn sampled(project: &Project, sample: &str) -> Delivery {
    let (policy, extract) = match sample {
        "story" => ("samples/story/policy-later.toml", "samples/story/extract.csv"),
        "k-anonymity" => ("samples/k-anonymity/policy.toml", "samples/k-anonymity/extract.csv"),
        "lists" => ("samples/lists/policy.toml", "samples/lists/extract.csv"),
        _ => ("samples/actions/policy.toml", "samples/actions/extract.csv"),
    };
    project.deliver(&root(policy), &root(extract), Options::default()).unwrap()
}

fn page_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("report.html")).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The count in the line of a reason.
fn told(page: &str, reason: &str) -> u64 {
    let (_, rest) = page.split_once(&format!("<bdi>{reason}</bdi></code>")).unwrap_or_else(|| panic!("{reason}"));
    let (_, count) = rest.split_once("class=\"number\">").unwrap();
    let digits: String = count.chars().take_while(|letter| letter.is_ascii_digit() || *letter == ',').collect();
    digits.replace(',', "").parse().unwrap()
}

#[test]
fn every_reason_is_there_with_its_count_and_they_add_up() {
    let project = Project::new();
    for sample in ["story", "k-anonymity", "lists", "actions"] {
        let delivery = sampled(&project, sample);
        let page = page_of(&delivery.kept);
        let account = json_at(delivery.kept.join("account.json"));
        let records = &account["records"];
        let dropped: BTreeMap<String, u64> = serde_json::from_value(records["dropped"].clone()).unwrap();
        for (reason, count) in &dropped {
            assert_eq!(told(&page, reason), *count, "{sample}: {reason}");
        }
        let read = records["read"].as_u64().unwrap();
        assert_eq!(dropped.keys().map(|reason| told(&page, reason)).sum::<u64>() + delivery.report.delivered, read);
        assert!(page.contains(&format!("<td class=\"number\">{read}</td><td class=\"number\">100 %</td>")), "{sample}");
        for column in account["columns"].as_array().unwrap() {
            let name = column["output"].as_str().or(column["source"].as_str()).unwrap();
            assert!(page.contains(&format!("<bdi class=\"name\">{name}</bdi>")), "{sample}: {name}");
        }
    }
}

#[test]
fn the_histogram_of_the_account_is_on_the_page() {
    let project = Project::new();
    let delivery = sampled(&project, "k-anonymity");
    let (page, account) = (page_of(&delivery.kept), json_at(delivery.kept.join("account.json")));
    for when in ["admitted", "delivered"] {
        let classes = &account["privacy"][when];
        let sizes = classes["sizes"].as_array().unwrap();
        let sum = |key: &str| sizes.iter().map(|range| range[key].as_u64().unwrap()).sum::<u64>();
        assert_eq!(
            (sum("classes"), sum("persons")),
            (classes["classes"].as_u64().unwrap(), classes["persons"].as_u64().unwrap())
        );
        for range in sizes {
            assert!(page.contains(&format!("<span class=\"count\">{}</span>", range["persons"])), "{range}");
        }
    }
    let manifest = json_at(delivery.folder.join("manifest.json"));
    assert_eq!(manifest["privacy"]["delivered"].get("sizes"), None, "small classes are not the recipient's to know");
}

/// Rewrites a text in both documents, as if another had written them.
fn forge(delivery: &Delivery, from: &str, to: &str) {
    let (account, manifest) = (delivery.kept.join("account.json"), delivery.folder.join("manifest.json"));
    let (from, to) = (serde_json::to_string(from).unwrap(), serde_json::to_string(to).unwrap());
    let digest =
        |bytes: &[u8]| -> String { sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect() };
    let before = fs::read_to_string(&account).unwrap();
    assert!(before.contains(&from), "{from}");
    let after = before.replace(&from, &to);
    fs::write(&account, &after).unwrap();
    let text = fs::read_to_string(&manifest).unwrap().replace(&from, &to);
    fs::write(&manifest, text.replace(&digest(before.as_bytes()), &digest(after.as_bytes()))).unwrap();
}

const HOSTILE: &str = "</style></title><script>alert(\"1\")</script><img src=http://x onerror='a'>\u{202e}\u{7}\n";

#[test]
fn what_others_wrote_is_text_and_nothing_else() {
    let project = Project::new();
    let columns = "[columns.town]\nrole = \"direct_identifier\"\nkeep = { because = \"why it is kept\" }\n";
    let policy = small_policy(project.folder(), columns);
    let extract = project.write("extract.csv", "id,ok,given,notice,no,town\na,Y,2018-01-01,n1,1,Ayr\n");
    let delivery = project.deliver(&policy, &extract, Options::default()).unwrap();
    let purpose =
        json_at(delivery.kept.join("account.json"))["provenance"]["purpose"]["title"].as_str().unwrap().to_owned();
    let plain = page_of(&delivery.kept);
    let elements = |page: &str| page.matches('<').count();
    for (from, to) in [
        ("why it is kept", HOSTILE),
        ("n1", HOSTILE),
        ("town", "<b>&\u{202e}town"),
        (purpose.as_str(), "=HYPERLINK(\"x\")"),
    ] {
        forge(&delivery, from, to);
    }
    let output = project.scant(&["report", text(&delivery.folder), "-o", "made"]);
    assert!(output.status.success(), "{}", said(&output));
    let page = page_of(&project.path("made"));
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"), "{page}");
    assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"), "{page}");
    assert_eq!(elements(&page), elements(&plain), "no element more");
    for (name, bytes) in files_under(&project.path("made")) {
        let file = String::from_utf8(bytes).unwrap();
        assert!(!file.contains('\u{202e}') && !file.contains('\u{7}'), "{name}");
        assert!(file.contains(r"\u{202e}"), "{name}: it is written out");
    }
    let row = fs::read(project.path("made/record-of-processing.csv")).unwrap();
    let mut table = csv::Reader::from_reader(&row[..]);
    let header = table.headers().unwrap().clone();
    let record = table.records().next().unwrap().unwrap();
    let purposes = header.iter().position(|name| name == "purposes").unwrap();
    assert_eq!(&record[purposes], "'=HYPERLINK(\"x\")", "a spreadsheet does not run it");
    assert_eq!(table.records().count(), 0, "one row");
}

/// What is not pseudonymised is not said to be.
#[test]
fn a_pseudonym_and_a_key_are_named_only_where_there_are_some() {
    let project = Project::new();
    let plain = sampled(&project, "k-anonymity");
    let read = |name: &str| fs::read_to_string(plain.kept.join(name)).unwrap();
    let page = read("report.html");
    assert!(!page.contains("minimised and pseudonymised") && !page.contains("and the key"), "{page}");
    assert!(!read("record-of-processing.csv").contains("pseudonymised"));
    let delivered = |name: &str| fs::read_to_string(plain.folder.join(name)).unwrap();
    assert!(!delivered("INFORMATION.txt").contains("holds a pseudonym"));
    assert!(delivered("datapackage.json").contains("\"Minimised, and still personal data."));
    let manifest = json_at(plain.folder.join("manifest.json"));
    assert_eq!(manifest["provenance"].get("pseudonymisation"), None);
    let with_one = page_of(&sampled(&project, "story").kept);
    assert!(with_one.contains("minimised and pseudonymised") && with_one.contains("and the key"));
}

#[test]
fn the_page_asks_for_nothing_and_runs_nothing() {
    let project = Project::new();
    for sample in ["story", "k-anonymity", "lists", "actions"] {
        let page = page_of(&sampled(&project, sample).kept).to_lowercase();
        for loads in ["http:", "https:", "src=", "<script", "<link", "<iframe", "url(", "@import", "javascript:", " on"]
        {
            let found = page.match_indices(loads).find(|(at, _)| loads != " on" || is_handler(&page[*at..]));
            assert_eq!(found, None, "{sample}");
        }
        let links: Vec<&str> = page.split("href=\"").skip(1).collect();
        assert!(links.len() > 9 && links.iter().all(|link| link.starts_with('#')), "{sample}: links to itself alone");
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"), "{sample}");
        for link in links {
            let id = link[1..].split('"').next().unwrap();
            assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{sample}: {id}");
        }
    }
}

/// Whether what follows is an attribute such as `onload=`.
fn is_handler(rest: &str) -> bool {
    let word: String = rest.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
    rest.trim_start()[word.len()..].starts_with('=')
}

/// Names, addresses and numbers of the story, in none of the three files.
#[test]
fn no_cell_is_in_any_of_the_files() {
    let project = Project::new();
    let delivery = sampled(&project, "story");
    let extract = fs::read(root("samples/story/extract.csv")).unwrap();
    let mut table = csv::Reader::from_reader(&extract[..]);
    let header = table.headers().unwrap().clone();
    let telling = ["subscriber_id", "first_name", "last_name", "email", "phone", "address_line", "dob", "postcode"];
    let places: Vec<usize> = telling.iter().map(|name| header.iter().position(|own| own == *name).unwrap()).collect();
    let files = FILES.map(|name| fs::read_to_string(delivery.kept.join(name)).unwrap());
    let mut looked_for = 0;
    for record in table.records().map(Result::unwrap) {
        for cell in places.iter().map(|place| &record[*place]).filter(|cell| cell.len() > 3) {
            looked_for += 1;
            let is_word = |file: &String| file.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == cell);
            let is_there = |file: &String| {
                if cell.chars().all(char::is_alphanumeric) { is_word(file) } else { file.contains(cell) }
            };
            // A word for "no value" is one of the policy too.
            assert!(cell == "unknown" || !files.iter().any(is_there), "{cell}");
        }
    }
    assert!(looked_for > 1_000, "{looked_for}");
}

#[test]
fn a_run_and_the_verb_make_the_same_files_each_time() {
    let project = Project::new();
    let one = project
        .deliver(
            &root("samples/story/policy-later.toml"),
            &root("samples/story/extract.csv"),
            Options { threads: 1, ..Options::default() },
        )
        .unwrap();
    let other = sampled(&project, "story");
    let output = project.scant(&["report", text(&other.folder), "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let document = json_of(&output);
    assert_valid("report", &document, "with the account");
    assert_eq!(document["account"], true);
    let made = PathBuf::from(document["folder"].as_str().unwrap());
    assert_eq!(names_in(&made), FILES);
    for name in FILES {
        let kept = fs::read(other.kept.join(name)).unwrap();
        assert_eq!(kept, fs::read(made.join(name)).unwrap(), "{name}");
        assert_eq!(kept, fs::read(one.kept.join(name)).unwrap(), "{name}, with another number of threads");
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_goes_into_a_delivery() {
    let project = Project::new();
    let folder = sampled(&project, "k-anonymity").folder;
    let report = |output: &str| project.scant(&["report", text(&folder), "-o", output]);
    project.write("there", "mine");
    let refused = report("there");
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert_eq!(fs::read(project.path("there")).unwrap(), b"mine");
    assert!(report("once").status.success());
    let before = files_under(&project.path("once"));
    assert_eq!(report("once").status.code(), Some(1));
    assert_eq!(files_under(&project.path("once")), before);
    for inside in [folder.join("report"), folder.join("data/report"), project.path("nowhere/report")] {
        assert_eq!(report(text(&inside)).status.code(), Some(1), "{}", inside.display());
    }
    let left: Vec<String> = names_in(project.folder()).into_iter().filter(|name| name.starts_with('.')).collect();
    assert_eq!(left, Vec::<String>::new(), "no lock and no part of a report");
}

#[test]
fn documents_that_are_not_of_this_delivery_are_refused() {
    let project = Project::new();
    let (delivery, other) = (sampled(&project, "k-anonymity"), sampled(&project, "story"));
    let report = |folder: &Path, more: &[&str]| {
        let output = project.scant(&[&["report", text(folder), "-o", "made"], more].concat());
        assert!(!project.path("made").exists() || output.status.success());
        (output.status.code(), said(&output))
    };
    let account = other.kept.join("account.json");
    let (exit, words) = report(&delivery.folder, &["--account", text(&account)]);
    assert_eq!(exit, Some(6), "{words}");
    let manifest = delivery.folder.join("manifest.json");
    assert_eq!(report(&delivery.folder, &["--account", text(&manifest)]).0, Some(6));
    assert_eq!(report(&delivery.folder, &["--account", "nowhere.json"]).0, Some(1));
    assert_eq!(report(&project.path("nowhere"), &[]).0, Some(1));
    // Not as scant writes it: another number, another spacing, another field.
    let written = fs::read_to_string(&manifest).unwrap();
    for (from, to) in
        [("\"delivered\": 20", "\"delivered\": 21"), ("\n  ", "\n "), ("\"format\"", "\"Anna Birch\": 1, \"format\"")]
    {
        fs::write(&manifest, written.replacen(from, to, 1)).unwrap();
        let (exit, words) = report(&delivery.folder, &[]);
        assert_eq!(exit, Some(6), "{to}: {words}");
        assert!(!words.contains("Anna"), "{words}");
    }
    fs::write(&manifest, written).unwrap();
    assert_eq!(report(&delivery.folder, &[]).0, Some(0));
}

#[test]
fn without_the_account_the_counts_are_rounded_and_the_page_says_so() {
    let project = Project::new();
    let delivery = sampled(&project, "story");
    fs::remove_dir_all(&delivery.kept).unwrap();
    let output = project.scant(&["report", text(&delivery.folder), "-o", "made", "--json"]);
    let document: Value = json_of(&output);
    assert_valid("report", &document, "without the account");
    assert_eq!(document["account"], false);
    let page = page_of(&project.path("made"));
    assert!(page.contains("Made without the account") && page.contains("less than 10"), "{page}");
    assert!(page.contains("withheld_by_the_person") && page.contains("175 to 179"), "{page}");
    assert!(!page.contains("300 read"), "what was read is not told");
}

/// Opened in a browser: offline, without scripts, narrow and wide, light and dark.
#[test]
fn everybody_can_read_the_page_in_a_browser() {
    if !needs("browser") {
        return;
    }
    let project = Project::new();
    for sample in ["story", "k-anonymity", "lists", "actions"] {
        let delivery = sampled(&project, sample);
        let page = delivery.kept.join("report.html");
        let look = root("tests/browser/look.mjs");
        let output = Command::new("node").arg(look).arg(chromium()).arg(browser_modules()).arg(page).output().unwrap();
        assert!(output.status.success(), "{sample}: {}", said(&output));
    }
}

/// What the test in the browser would miss if it stopped working.
#[test]
fn a_page_that_nobody_can_read_is_found_in_the_browser() {
    if !needs("browser") {
        return;
    }
    let project = Project::new();
    let page = page_of(&sampled(&project, "k-anonymity").kept);
    let look = |page: String| {
        let path = project.write("spoilt.html", page);
        let look = root("tests/browser/look.mjs");
        Command::new("node").arg(look).arg(chromium()).arg(browser_modules()).arg(path).output().unwrap()
    };
    for (from, to, fault) in [
        ("<html lang=\"en\">", "<html>", "html-has-lang"),
        ("--soft: #57534b", "--soft: #d0cdc5", "color-contrast"),
        ("<h1>", "<img src=\"x.png\" alt=\"\"><h1>", "asks for"),
        ("<h1>", "<p style=\"width: 900px\">wide</p><h1>", "px of page"),
    ] {
        assert!(page.contains(from));
        let output = look(page.replacen(from, to, 1));
        assert_eq!(output.status.code(), Some(1), "{fault}: {}", said(&output));
        assert!(said(&output).contains(fault), "{fault}: {}", said(&output));
    }
}
