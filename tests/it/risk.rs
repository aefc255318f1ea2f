//! The risk of the people in a table from end to end: against a naive count over random
//! tables, published numbers, a delivery, a population; and what becomes of what cannot be
//! read.

mod oracle;

use std::fs;

use serde_json::{Value, json};

use crate::kit::{
    Options, Project, assert_valid, converted, data_file, json_of, keep_all, policy_for_gated, said, third_party,
};

/// Measures and gives the document, which is as the schema says.
#[track_caller]
fn risk(project: &Project, arguments: &[&str]) -> Value {
    let output = project.scant(&[&["risk", "--json", "--quiet"], arguments].concat());
    assert!(output.status.success(), "{}", said(&output));
    let document = json_of(&output);
    assert_valid("risk", &document, &arguments.join(" "));
    document
}

#[track_caller]
fn close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found} {expected}");
}

/// What a document says of the subset of these columns.
fn subset<'d>(document: &'d Value, columns: &[&str]) -> &'d Value {
    let subsets = document["subsets"].as_array().unwrap();
    subsets.iter().find(|subset| subset["columns"] == json!(columns)).unwrap()
}

const PEOPLE: &str = "age,sex,state\n20,F,CA\n30,F,CA\n40,F,TX\n20,M,NY\n40,M,CA\n";

#[test]
fn the_worked_example_of_distinction_and_separation() {
    let project = Project::new();
    project.write("people.csv", PEOPLE);
    let document = risk(&project, &["people.csv", "--quasi", "age,sex,state"]);
    for (columns, distinction, separation) in [
        (&["sex"][..], 0.4, 0.6),
        (&["state"], 0.6, 0.7),
        (&["age"], 0.6, 0.8),
        (&["sex", "state"], 0.8, 0.9),
        (&["age", "sex"], 1.0, 1.0),
        (&["age", "state"], 1.0, 1.0),
        (&["age", "sex", "state"], 1.0, 1.0),
    ] {
        let subset = subset(&document, columns);
        close(&subset["distinction"], distinction);
        close(&subset["separation"], separation);
    }
    assert_eq!(document["subsets"][0]["columns"], json!(["age", "sex"]), "the most identifying first");
    let pairs = risk(&project, &["people.csv", "--quasi", "age,sex,state", "--subsets-of", "1"]);
    assert_eq!(pairs["subsets"].as_array().unwrap().len(), 4, "and the whole");
}

#[test]
fn the_published_numbers_of_a_census() {
    let Some(corpus) = third_party("corpora", "adult/adult.csv") else { return };
    let project = Project::new();
    project.write("adult.csv", fs::read_to_string(corpus).unwrap().replace(';', ","));
    let quasi = "sex,age,race,marital-status,education,native-country,workclass,occupation,salary-class";
    let document = risk(&project, &["adult.csv", "--quasi", quasi]);
    let classes = &document["classes"];
    assert_eq!((&document["records"]["read"], &classes["classes"]), (&json!(30_162), &json!(19_502)));
    close(&document["prosecutor"]["average"], 0.646_575_160_798_355_5);
    close(&document["prosecutor"]["at_risk"], 0.778_131_423_645_646_8);
    close(&document["prosecutor"]["highest"], 1.0);
    close(&classes["uniqueness"], 0.514_289_503_348_584_4);
    for (size, count) in [(1, 15_512), (2, 2_098), (3, 754), (4, 375), (5, 189)] {
        assert_eq!(classes["histogram"][size - 1], json!({ "size": size, "classes": count }));
    }
    assert_eq!((&classes["k"], &classes["largest"]), (&json!(1), &json!(45)));
    assert_eq!(document["subsets"].as_array().unwrap().len(), 130);
    assert_eq!(document["k_if_missing_matches"], json!({ "k": 1 }));
    // What pycanon makes of the same columns.
    let others = quasi.strip_suffix(",salary-class").unwrap();
    let document = risk(&project, &["adult.csv", "--quasi", others, "--sensitive", "salary-class"]);
    close(&document["sensitive"][0]["t_equal"], 0.751_077_514_753_663_6);
    assert_eq!(document["sensitive"][0]["distinct_l"], json!(1));
}

/// As a file of every format, of one block and of many, on one thread and several.
#[test]
fn every_format_and_number_of_threads_measures_the_same() {
    let project = Project::new();
    let mut table = "no,age,town,income\n".to_owned();
    for number in 0..400 {
        let age = if number % 17 == 0 { String::new() } else { (number % 7).to_string() };
        table += &format!("P{},{age},town {},{}\n", number / 3, number % 5, number % 11);
    }
    project.write("extract.csv", &table);
    let options = ["--quasi", "age,town", "--sensitive", "income", "--subject", "no"];
    let expected = risk(&project, &[&["extract.csv"], &options[..]].concat());
    for format in ["csv", "ndjson", "parquet", "ipc"] {
        let columns = keep_all(["no", "age", "town", "income"]);
        let path = converted(&project.path(format), &table, &columns, format);
        for threads in ["1", "3"] {
            let found = risk(&project, &[&[path.to_str().unwrap(), "--threads", threads], &options[..]].concat());
            assert_eq!(found, expected, "{format} {threads}");
        }
    }
    let small = risk(&project, &[&["extract.csv", "--memory", "32M"], &options[..]].concat());
    assert_eq!(small, expected);
}

#[test]
fn what_cannot_be_read_is_counted_and_never_left_out_silently() {
    let project = Project::new();
    project.write("extract.csv", "id,age,sex\n1,40,F\n1,40,F\n,40,F\nn/a,40,M\n,40,M\n5,40\n6,40,M,9\n7,,M\n");
    let arguments = ["extract.csv", "--quasi", "age,sex", "--subject", "id"];
    let document = risk(&project, &arguments);
    let expected = json!({
        "read": 8,
        "malformed": { "ExtraField": 1, "MissingField": 1 },
        "without_subject": 2,
        "unreadable_subject": 1,
    });
    assert_eq!(document["records"], expected);
    // 40 F is person 1 and somebody; 40 M is somebody, who may be the same twice and in both; a
    // missing age is a class.
    assert_eq!(document["classes"]["histogram"], json!([{ "size": 1, "classes": 2 }, { "size": 2, "classes": 1 }]));
    assert_eq!(document["quasi_identifiers"][0], json!({ "name": "age", "missing": 1 }));
    assert_eq!(document["k_if_missing_matches"], json!({ "k": 2 }));
    let output = project.scant(&[&["risk"], &arguments[..]].concat());
    let words = String::from_utf8(output.stdout).unwrap();
    for part in [
        "2 records malformed, and in no class",
        "  2 records without a subject, 1 record of a subject that cannot be read: counted as one person together",
        "age: 1 cell missing",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!words.contains("40"), "a cell is told: {words}");
}

#[test]
fn a_policy_in_the_making_says_how_the_extract_is_written() {
    let project = Project::new();
    project.write("extract.txt", "no|age|income\nA|-|1.000,5\nB|40|2.000,5\nC|40|1.000,5\n");
    project.write(
        "policy.toml",
        "format = 'scant-policy/1'\n[extract]\nformat = 'csv'\nsubject = 'no'\ndelimiter = '|'\nnull_values = ['-']\n\
        [columns.income]\ndecimal = ','\nthousands = '.'\n",
    );
    let arguments = ["extract.txt", "--quasi", "age", "--sensitive", "income", "--policy", "policy.toml"];
    let document = risk(&project, &arguments);
    assert_eq!(document["quasi_identifiers"], json!([{ "name": "age", "missing": 1 }]));
    assert!(document["sensitive"][0]["t_ordered"].is_number(), "numbers as the policy says: {document:#}");
}

/// A delivery of the story, and a changed one.
#[test]
fn a_delivery_says_itself_what_its_columns_are() {
    let project = Project::new();
    let table = "person,age,town,ill\n1,40,Ayr,flu\n1,40,Ayr,gout\n2,40,Ayr,flu\n3,50,Wick,flu\n";
    let columns = "[columns.person]\nrole = \"direct_identifier\"\npseudonymise = { domain = \"subscriber\" }\n\
        [columns.age]\nrole = \"quasi_identifier\"\nkeep = { because = \"x\" }\n\
        [columns.town]\nrole = \"quasi_identifier\"\nkeep = { because = \"x\" }\n\
        [columns.ill]\nrole = \"sensitive\"\nkeep = { because = \"x\" }\n";
    let gated = crate::kit::where_all_consent(table);
    let gated = project.write("gated.csv", gated);
    let policy = policy_for_gated(project.folder(), columns, "", "format = \"csv\"");
    let made = project.deliver(&policy, &gated, Options::default()).unwrap();
    let folder = made.folder.to_str().unwrap();
    let document = risk(&project, &[folder]);
    let names: Vec<&Value> =
        document["quasi_identifiers"].as_array().unwrap().iter().map(|column| &column["name"]).collect();
    assert_eq!(names, ["age", "town"]);
    assert_eq!((&document["subject"], &document["counted"]), (&json!("person"), &json!("persons")));
    assert_eq!(document["classes"]["histogram"], json!([{ "size": 1, "classes": 1 }, { "size": 2, "classes": 1 }]));
    assert_eq!(
        (&document["sensitive"][0]["column"], &document["sensitive"][0]["distinct_l"]),
        (&json!("ill"), &json!(1))
    );
    let other = risk(&project, &[folder, "--quasi", "town", "--sensitive", "age"]);
    assert_eq!(other["quasi_identifiers"].as_array().unwrap().len(), 1);
    let refused = |arguments: &[&str]| {
        let output = project.scant(&[&["risk"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        said(&output)
    };
    assert!(refused(&[folder, "--policy", "gated.toml"]).contains("a delivery is as scant writes it"));
    assert!(refused(&["."]).contains("the folder is no delivery"));
    assert!(refused(&["gated.csv"]).contains("no quasi-identifier is named"));
    assert!(refused(&["gated.csv", "--quasi", "age,age"]).contains("named twice"));
    let data = data_file(&made);
    let text = fs::read_to_string(&data).unwrap();
    fs::write(&data, text.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n").unwrap();
    assert!(refused(&[folder]).contains("has 3 records") || refused(&[folder]).contains("have 3 records"));
}

#[test]
fn a_population_says_what_a_journalist_and_a_marketer_find() {
    let project = Project::new();
    project.write("extract.csv", "age,sex\n40,F\n50,F\n50,F\n60,M\n60,M\n60,M\n");
    project.write("all.csv", "sex,age,n\nF,40,10\nF,50,3\nF,50,1\nM,60,4\nM,70,9\nM,70,many\nF\n");
    let arguments = ["extract.csv", "--quasi", "age,sex", "--population", "all.csv"];
    let document = risk(&project, &[&arguments[..], &["--persons", "n"]].concat());
    close(&document["marketer"]["average"], 1.35 / 6.0);
    close(&document["journalist"]["average"], 1.35 / 6.0);
    close(&document["journalist"]["highest"], 0.25);
    close(&document["journalist"]["at_risk"], 5.0 / 6.0);
    let population = json!({
        "file": "all.csv", "records": 7, "malformed": { "MissingField": 1 }, "unreadable": 1,
        "persons": 27, "in_classes": 18, "smaller_classes": 0,
    });
    assert_eq!(document["population"], population);
    // Row by row the file has fewer people than the data: 1 of 60 M and not 3.
    let rows = risk(&project, &arguments);
    assert_eq!(rows["population"]["smaller_classes"], json!(1));
    close(&rows["journalist"]["highest"], 1.0);
}

/// More classes than the memory of a worker: subsets are spilled, and nothing changes.
#[test]
fn many_classes_are_counted_in_little_memory() {
    let project = Project::new();
    let mut table = "id,a,b,c\n".to_owned();
    for number in 0_u32..250_000 {
        table += &format!("{},{number},{},{}\n", number / 2, number.wrapping_mul(2_654_435_761) >> 8, number % 3);
    }
    project.write("extract.csv", table);
    let document =
        risk(&project, &["extract.csv", "--quasi", "a,b,c", "--subject", "id", "--memory", "32M", "--subsets-of", "2"]);
    assert_eq!(document["classes"]["histogram"], json!([{ "size": 1, "classes": 250_000 }]));
    assert_eq!(subset(&document, &["a"])["classes"], json!(250_000));
    assert_eq!(subset(&document, &["a", "b"])["classes"], json!(250_000));
    let expected = {
        let mut of_c = std::collections::BTreeMap::<u32, std::collections::BTreeSet<u32>>::new();
        for number in 0_u32..250_000 {
            of_c.entry(number % 3).or_default().insert(number / 2);
        }
        of_c.values().map(std::collections::BTreeSet::len).min().unwrap()
    };
    assert_eq!(subset(&document, &["c"])["k"], json!(expected), "persons, each once");
}
