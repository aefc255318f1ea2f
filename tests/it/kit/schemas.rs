//! The schemas of what scant reads and writes.

use std::fs;

use jsonschema::Validator;
use serde_json::Value;

use super::root;

pub(crate) fn schema(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root("schemas").join(name)).unwrap()).unwrap()
}

pub(crate) fn validator(name: &str) -> Validator {
    let schema = schema(name);
    assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name} is no JSON Schema");
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Asserts that a document is what its schema says: `account` for
/// `account.schema.json`.
#[track_caller]
pub(crate) fn assert_valid(schema: &str, document: &Value, case: &str) {
    let errors: Vec<String> = validator(&format!("{schema}.schema.json"))
        .iter_errors(document)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{case}: {schema}: {errors:#?}");
}
