//! The recipes of the manual list as many places as their headings say, and what
//! exists already has each of these places.

use std::fs;

use scant::internals::{ACTIONS, DERIVATIONS, FileFormat};

use crate::kit::root;
use crate::tidy::source::sources;

fn text(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Headings such as `## A verb: 3 places`, with the numbers of the list below each.
fn recipes(page: &str) -> Vec<(String, Vec<String>)> {
    let parts = page.split("\n## ").skip(1);
    let recipe = |part: &str| {
        let (heading, rest) = part.split_once('\n').unwrap();
        let numbers = rest.lines().filter_map(|line| line.split_once(". ")).map(|(number, _)| number);
        let numbers = numbers.filter(|number| number.parse::<usize>().is_ok());
        (heading.to_owned(), numbers.map(str::to_owned).collect())
    };
    parts.map(recipe).collect()
}

#[test]
fn every_recipe_gives_as_many_places_as_it_says() {
    let recipes = recipes(&text("src/manual/recipes.md"));
    assert!(recipes.len() >= 6);
    for (heading, numbers) in recipes {
        let expected: Vec<String> = (1..=numbers.len()).map(|number| number.to_string()).collect();
        assert_eq!(numbers, expected, "{heading}");
        let places = if numbers.len() == 1 { "1 place".to_owned() } else { format!("{} places", numbers.len()) };
        assert!(heading.ends_with(&format!(": {places}")), "{heading} gives {places}");
    }
}

/// How often a file has a line that begins like this, blanks apart.
fn lines(path: &str, start: &str) -> usize {
    text(path).lines().filter(|line| line.trim_start().starts_with(start)).count()
}

#[test]
fn every_action_has_one_file_one_line_in_the_list_and_one_fixture() {
    let header = text("samples/actions/extract.csv").lines().next().unwrap().to_owned();
    for word in ACTIONS {
        let groups = ["dates", "identifiers", "numbers", "texts"].map(|group| format!("src/transform/{group}"));
        let of_it = |group: &&String| root(group).join(format!("{word}.rs")).is_file();
        let found: Vec<&String> = groups.iter().filter(of_it).collect();
        let [group] = found.as_slice() else { panic!("{word} in {found:?}") };
        assert_eq!(lines(&format!("{group}/mod.rs"), &format!("pub(crate) mod {word};")), 1, "{word}");
        let entry = format!("{}::{word}::", group.rsplit('/').next().unwrap());
        assert_eq!(lines("src/transform/mod.rs", &entry), 1, "{word}");
        assert_eq!(lines("samples/actions/policy.toml", &format!("[columns.{word}]")), 1, "{word}");
        assert_eq!(header.split(',').filter(|column| column == word).count(), 1, "{word}");
    }
}

#[test]
fn every_derivation_has_one_file_one_line_in_the_list_and_one_fixture() {
    for word in DERIVATIONS {
        assert!(root(&format!("src/transform/derived/{word}.rs")).is_file(), "{word}");
        assert_eq!(lines("src/transform/derived/mod.rs", &format!("pub(crate) mod {word};")), 1, "{word}");
        assert_eq!(lines("src/transform/derived/mod.rs", &format!("{word}::")), 1, "{word}");
        assert_eq!(lines("samples/actions/policy.toml", &format!("{word} = ")), 1, "{word}");
    }
}

#[test]
fn every_format_has_one_folder_one_line_in_the_list_and_one_entry() {
    let sources = sources();
    for (word, format) in FileFormat::ALL {
        let own = format!("src/format/{word}/");
        let spec = format!("impl FormatSpec for {format:?} {{");
        assert_eq!(lines(&format!("{own}mod.rs"), &spec), 1, "{word}");
        assert_eq!(lines("src/format/mod.rs", &format!("pub(crate) mod {word};")), 1, "{word}");
        assert_eq!(lines("src/model/file_format.rs", &format!("{format:?} = {word:?}: ")), 1, "{word}");
        let variant = format!("FileFormat::{format:?}");
        let is_named = |line: &str| line.split(&variant).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric));
        // A policy that names none gets CSV, which alone is guarded against formulas.
        let below = if *format == FileFormat::Csv { "src/format/" } else { "src/" };
        let elsewhere = sources.iter().filter(|source| source.path.starts_with(below));
        let elsewhere = elsewhere.filter(|source| !source.path.starts_with(&own));
        let names = elsewhere.flat_map(|source| {
            let lines = source.code.iter().filter(|(_, line)| is_named(line));
            lines.map(|(_, line)| (source.path.as_str(), line.trim()))
        });
        let spec = format!("{variant} => &{word}::{format:?},");
        assert_eq!(names.collect::<Vec<_>>(), [("src/format/mod.rs", spec.as_str())], "{word}");
    }
}
