//! One name, one type: a name that is defined in two files means two things.

use std::collections::BTreeMap;

use super::source::Source;

/// The type that a line defines, at the outermost level of its file. Types of a trait
/// or within a function are named by what they stand in.
fn defined(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.strip_prefix(' ')?,
        None => line,
    };
    let rest = ["struct ", "enum ", "trait ", "type "].iter().find_map(|keyword| line.strip_prefix(keyword))?;
    rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().filter(|name| !name.is_empty())
}

/// Every type name that is defined more than once, and where.
pub(super) fn defined_twice(sources: &[Source]) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for source in sources {
        for (number, line) in &source.code {
            if let Some(name) = defined(line) {
                places.entry(name).or_default().push(format!("{}:{number}", source.path));
            }
        }
    }
    let twice = places.into_iter().filter(|(_, places)| places.len() > 1);
    twice.map(|(name, places)| format!("{}: `{name}` names another type too", places.join(", "))).collect()
}

#[test]
fn a_name_of_two_types_is_found() {
    let one = Source::new("src/a.rs", "pub(crate) struct Place<'a> {\n}\npub trait Reader {\n    type Value;\n}");
    let other =
        Source::new("src/b.rs", "enum Place {}\nimpl Reader for Place {\n    type Value = ();\n}\ntype Value = ();");
    let test = Source::new("src/c.rs", "#[cfg(test)]\nmod tests {\nstruct Place;\n}");
    assert_eq!(defined_twice(&[one, other, test]), ["src/a.rs:1, src/b.rs:1: `Place` names another type too"]);
}
