//! An unknown key is answered with the keys that the table has: those of the schema,
//! in every table of every valid fixture.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::kit::root;
use crate::policy_schema::{compile_at, fixtures, schema};

/// Resembles no key, so that all of them are named.
const UNKNOWN: &str = "zz_zz_zz_zz";

/// The text with an unknown key in one more table each time: behind a header, or
/// first in an inline table.
fn with_an_unknown_key(text: &str) -> Vec<String> {
    let mut changed = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.starts_with('#') {
            continue;
        }
        let mut insert = |at: usize, key: String| changed.push(format!("{}{key}{}", &text[..at], &text[at..]));
        if line.starts_with('[') {
            insert(at, format!("{UNKNOWN} = 1\n"));
        } else {
            line.match_indices("{ ").for_each(|(brace, _)| insert(start + brace + 2, format!("{UNKNOWN} = 1, ")));
        }
    }
    changed
}

/// The keys that the schema allows at a path, where it is a table of our own keys: for
/// each form that the table may have.
fn forms_of(root: &Value, path: &str) -> Vec<Vec<String>> {
    let mut nodes = vec![root];
    for segment in path.split('.') {
        let (key, is_item) = segment.split_once('[').map_or((segment, false), |(key, _)| (key, true));
        nodes = expanded(root, nodes).filter_map(|node| under(node, key)).collect();
        if is_item {
            nodes = expanded(root, nodes).filter_map(|node| node.get("items")).collect();
        }
    }
    let tables = expanded(root, nodes).filter_map(|node| node["properties"].as_object());
    let sorted = |properties: &serde_json::Map<String, Value>| {
        let mut keys: Vec<String> = properties.keys().cloned().collect();
        keys.sort();
        keys
    };
    tables.map(sorted).collect()
}

fn under<'a>(node: &'a Value, key: &str) -> Option<&'a Value> {
    node["properties"].get(key).or_else(|| node.get("additionalProperties").filter(|inner| inner.is_object()))
}

/// References followed, and alternatives beside each other.
fn expanded<'a>(root: &'a Value, nodes: Vec<&'a Value>) -> impl Iterator<Item = &'a Value> {
    let follow = |mut node: &'a Value| {
        while let Some(name) = node["$ref"].as_str() {
            node = root.pointer(name.trim_start_matches('#')).unwrap();
        }
        node
    };
    nodes.into_iter().map(follow).flat_map(move |node| {
        let others = node["oneOf"].as_array().into_iter().flatten().map(follow);
        std::iter::once(node).chain(others)
    })
}

#[test]
fn an_unknown_key_is_answered_with_the_keys_of_its_table() {
    let schema = schema("policy.schema.json");
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in fixtures("policies/valid") {
        for changed in with_an_unknown_key(&text) {
            look(&path, &changed, &schema, &mut told);
        }
    }
    let tables: Vec<&str> = told.keys().map(String::as_str).collect();
    for table in ["rows.retention", "consent.lists[1]", "consent.events.notice", "guards", "output"] {
        assert!(tables.contains(&table), "{tables:?}");
    }
    assert!(tables.len() >= 40, "{tables:?}");
}

fn look(path: &Path, changed: &str, schema: &Value, told: &mut BTreeMap<String, Vec<String>>) {
    // A table whose keys are the author's own takes any.
    let Err(refused) = compile_at(path, changed) else { return };
    let suffix = format!(".{UNKNOWN}");
    let Some(fault) = refused.faults.iter().find(|fault| fault.what == "is not a known key") else { return };
    let table = fault.path.strip_suffix(&suffix).unwrap();
    let hint = fault.hint.as_deref().unwrap_or_else(|| panic!("{fault} without a hint\n{changed}"));
    let keys: Vec<String> =
        hint.strip_prefix("the keys of this table are ").unwrap_or(hint).split(", ").map(str::to_owned).collect();
    // All keys, or those of one of several forms of a table that exclude each other.
    let forms = forms_of(schema, table);
    let mut all: Vec<String> = forms.concat();
    all.sort();
    all.dedup();
    assert!(keys == all || forms.contains(&keys), "[{table}] of {}: {keys:?}, not {all:?}", path.display());
    told.insert(table.to_owned(), keys);
}

#[test]
fn the_rare_tables_too() {
    let path = root("tests/it/policies/valid/minimal.toml");
    let text = fs::read_to_string(&path).unwrap();
    let schema = schema("policy.schema.json");
    let mut told = BTreeMap::new();
    for table in [
        "[rows.suppression]\ncolumn = \"a\"",
        &format!("[rows.retention]\n{UNKNOWN} = 1"),
        &format!("[rows.minimum_age]\n{UNKNOWN} = 1"),
        &format!("[[rows.only]]\n{UNKNOWN} = 1"),
        &format!("[[rows.drop]]\n{UNKNOWN} = 1"),
        &format!("[[consent.lists]]\n{UNKNOWN} = 1"),
        &format!("[guards]\n{UNKNOWN} = 1"),
        &format!("[output]\n{UNKNOWN} = 1"),
    ] {
        if table.starts_with("[rows.suppression]") {
            let refused = compile_at(&path, &format!("{text}\n{table}\n")).unwrap_err();
            let hint = refused.faults[0].hint.as_deref();
            assert_eq!(hint, Some("the keys of this table are drop, minimum_age, only, retention"));
        } else {
            look(&path, &format!("{text}\n{table}\n"), &schema, &mut told);
        }
    }
    assert_eq!(told.len(), 7);
}
