//! What `--json` prints when a command fails follows the schema, and holds the
//! warnings that were given before.

use std::fs;

use serde_json::{Value, json};

use crate::kit::{Project, json_of, root, said, scant, validator};

/// Asserts that a document is what the schema says.
fn check(document: &Value, case: &str) {
    let validator = validator("error.schema.json");
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{case}: {errors:#?}\n{document:#}");
}

/// Every transcript for programs of a command that fails.
#[test]
fn every_error_that_a_transcript_shows_is_as_the_schema_says() {
    let mut checked = 0;
    for verb in ["check", "explain", "run"] {
        for case in fs::read_dir(root("tests/cmd").join(verb)).unwrap() {
            let path = case.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let Some((_, rest)) = text.split_once("stdout = \"\"\"\n{") else { continue };
            let document = format!("{{{}", rest.split("\"\"\"").next().unwrap().replace("\\\"", "\""));
            let Ok(document) = serde_json::from_str::<Value>(&document.replace("[..]", "x")) else { continue };
            if document.get("error").is_some() {
                check(&document, &path.display().to_string());
                checked += 1;
            }
        }
    }
    assert!(checked >= 4, "{checked}");
}

#[test]
fn what_was_warned_of_is_told_also_where_the_command_fails() {
    let project = Project::new();
    project.story("policy-2017.toml", &[]);
    let extract = root("samples/story/extract.csv").display().to_string();
    project.write("no-columns.csv", "a,b\n1,2\n");
    let key = ["--key", "key.json"];
    for (arguments, exit) in [
        ([&["run", "policy-2017.toml", &extract, "-o", "out"][..], &key].concat(), 5),
        ([&["run", "policy-2017.toml", "no-columns.csv", "-o", "out"][..], &key].concat(), 4),
        (vec!["explain", "policy-2017.toml", "no-columns.csv"], 4),
        (vec!["check", "policy-2017.toml", "no-columns.csv"], 4),
    ] {
        let mut command = scant();
        let command = command.current_dir(project.folder()).args(&arguments);
        let output = command.args(["--as-of", "2017-05-05", "--json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {}", said(&output));
        let document = json_of(&output);
        check(&document, &format!("{arguments:?}"));
        let warned: Vec<&str> =
            document["warnings"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
        assert!(warned[0].starts_with("the as-of day 2017-05-05 is more than 31 days past"), "{warned:?}");
        assert!(warned.contains(&"exact dates of birth are kept"), "{warned:?}");
    }
    // Nothing was warned of before the policy was read.
    let output = project.scant(&["check", "key.json", "--json"]);
    let document = json_of(&output);
    check(&document, "no policy");
    assert_eq!(document.get("warnings"), None);
    assert_eq!(document["exit"], json!(3));
}
