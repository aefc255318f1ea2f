//! Thirteen layouts of public registers of voters, each read by its own policy and by
//! none of the others.

use std::collections::BTreeSet;

use crate::kit::{Sample, root, samples_of};

fn layouts() -> Vec<Sample> {
    let layouts = samples_of("voter-files");
    assert_eq!(layouts.len(), 13);
    layouts
}

#[test]
fn every_layout_is_read_by_its_policy() {
    for layout in layouts() {
        let found = layout.run().unwrap_or_else(|error| panic!("{}: {error}: {error:?}", layout.name));
        assert_eq!(found, layout.expected(), "{}", layout.name);
        assert_eq!(found["read"], 5, "{}", layout.name);
        assert_eq!(found["malformed"], serde_json::json!({}), "{}", layout.name);
    }
}

#[test]
fn no_layout_is_read_by_the_policy_of_another() {
    let layouts = layouts();
    for policy in &layouts {
        for extract in layouts.iter().filter(|extract| extract.name != policy.name) {
            let found = policy.run_over(extract);
            assert!(found.is_err(), "{} is read as {}: {found:?}", extract.name, policy.name);
        }
    }
}

#[test]
fn the_readme_names_every_layout_and_where_it_is_described() {
    let page = std::fs::read_to_string(root("samples/voter-files/README.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")).map(|row| row.split_once('`').unwrap());
    let mut named = BTreeSet::new();
    for (name, rest) in rows {
        assert!(rest.contains("https://"), "{name} has no source");
        assert!(named.insert(name.to_owned()), "{name} twice");
    }
    assert_eq!(named, layouts().into_iter().map(|layout| layout.name).collect());
}

/// Writes what is expected of every layout again, to be read.
#[test]
#[ignore = "writes the samples"]
fn rewrite() {
    samples_of("voter-files").iter().for_each(Sample::rewrite);
}
