//! What the schemas say of actions and derivations is what the file of each says
//! (`SCHEMA`), in the order of its list, and their formats are those of the code: the
//! files under `schemas/` are composed of these parts and of the rest of what they hold.
//!
//! To write them again after an action, a derivation or a format was added or changed,
//! and then read the difference:
//! `cargo nextest run --run-ignored only schema_parts::rewrite`.

mod ordered_json;

use std::fs;

use scant::internals::{ACTION_SCHEMAS, DERIVATION_SCHEMAS, FileFormat, ParameterSchema};

use self::ordered_json::OrderedJson;
use crate::kit::root;

type Parts = [(&'static str, ParameterSchema)];

const SCHEMAS: [(&str, fn(&mut OrderedJson)); 3] = [
    ("policy.schema.json", of_policies),
    ("manifest.schema.json", of_documents),
    ("account.schema.json", of_documents),
];

fn published(name: &str) -> String {
    fs::read_to_string(root("schemas").join(name)).unwrap()
}

fn composed(name: &str, compose: fn(&mut OrderedJson)) -> String {
    let mut schema = OrderedJson::parse(&published(name));
    compose(&mut schema);
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

/// The words of a list, and those of the published files that are no longer in it.
fn old_and_new(list: &Parts, published: &mut OrderedJson) -> Vec<String> {
    let old = published.items().iter().map(|word| match word {
        OrderedJson::Text(word) => word.clone(),
        other => panic!("{other:?}"),
    });
    old.chain(list.iter().map(|(word, _)| (*word).to_owned())).collect()
}

fn words_of_documents(list: &Parts, pointer: &str) -> Vec<String> {
    old_and_new(list, OrderedJson::parse(&published("manifest.schema.json")).at(pointer))
}

const ACTION: &str = "$defs/column/properties/action/enum";
const DERIVATION: &str = "$defs/derived/properties/derivation/enum";
/// Where a policy says in which format a file is read, and where in which it is written.
const READ_AS: [&str; 3] = [
    "properties/extract/properties/format",
    "properties/consent/properties/events/properties/format",
    "properties/consent/properties/lists/items/properties/format",
];
const WRITTEN_AS: &str = "properties/output/properties/format";

fn choice(word: impl AsRef<str>) -> String {
    format!(r#"{{ "required": ["{}"] }}"#, word.as_ref())
}

fn reference(description: &str, word: &str) -> String {
    format!(r##"{{ "description": {description}, "$ref": "#/$defs/{word}" }}"##)
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    format!("[{}]", texts.collect::<Vec<_>>().join(","))
}

fn quoted(list: &Parts) -> String {
    joined(list.iter().map(|(word, _)| format!("{word:?}")))
}

fn owned(part: impl Fn(&ParameterSchema) -> &'static str, list: &Parts) -> Vec<(String, String)> {
    list.iter().map(|(word, schema)| ((*word).to_owned(), part(schema).to_owned())).collect()
}

fn of_policies(schema: &mut OrderedJson) {
    let words = |formats: &[(&str, FileFormat)]| joined(formats.iter().map(|(word, _)| format!("{word:?}")));
    for place in READ_AS {
        schema.at(place).set("enum", Some(&words(FileFormat::ALL)));
    }
    schema.at(WRITTEN_AS).set("enum", Some(&words(&FileFormat::written())));
    let words = words_of_documents(ACTION_SCHEMAS, ACTION);
    schema.at("$defs").replace(&words, owned(|part| part.policy, ACTION_SCHEMAS));
    let described = ACTION_SCHEMAS.iter().map(|(word, part)| {
        let description = OrderedJson::parse(part.policy).at("description").clone();
        ((*word).to_owned(), reference(&serde_json::to_string(&description).unwrap(), word))
    });
    let described: Vec<_> = described.collect();
    for table in ["$defs/output_column", "$defs/also"] {
        let table = schema.at(table);
        table.at("properties").replace(&words, described.clone());
        let choices = table.at("oneOf").items();
        let of_actions: Vec<OrderedJson> = words.iter().map(|word| OrderedJson::parse(&choice(word))).collect();
        choices.retain(|choice| !of_actions.contains(choice));
        choices.extend(ACTION_SCHEMAS.iter().map(|(word, _)| OrderedJson::parse(&choice(word))));
    }
    let entry = schema.at("properties/derived/additionalProperties");
    let words = words_of_documents(DERIVATION_SCHEMAS, DERIVATION);
    entry.at("properties").replace(&words, owned(|part| part.policy, DERIVATION_SCHEMAS));
    match DERIVATION_SCHEMAS {
        [(only, _)] => {
            entry.set("required", Some(&format!(r#"["role", "{only}"]"#)));
            entry.set("oneOf", None);
        }
        several => {
            entry.set("required", Some(r#"["role"]"#));
            entry.set("oneOf", Some(&joined(several.iter().map(|(word, _)| choice(word)))));
        }
    }
}

/// The parameters that go with each word of `key`.
fn cases(key: &str, list: &Parts) -> String {
    joined(list.iter().map(|(word, _)| {
        format!(
            r##"{{
                "if": {{ "properties": {{ "{key}": {{ "const": "{word}" }} }}, "required": ["{key}"] }},
                "then": {{ "properties": {{ "parameters": {{ "$ref": "#/$defs/{word}" }} }} }}
            }}"##
        )
    }))
}

fn of_documents(schema: &mut OrderedJson) {
    for (list, pointer) in [(ACTION_SCHEMAS, ACTION), (DERIVATION_SCHEMAS, DERIVATION)] {
        let words = words_of_documents(list, pointer);
        schema.at("$defs").replace(&words, owned(|part| part.documents, list));
        *schema.at(pointer) = OrderedJson::parse(&quoted(list));
    }
    schema.at("$defs/column").set("allOf", Some(&cases("action", ACTION_SCHEMAS)));
    let derived = schema.at("$defs/derived");
    let description = r#""The parameters of the derivation.""#;
    match DERIVATION_SCHEMAS {
        [(only, _)] => {
            derived.at("properties").set("parameters", Some(&reference(description, only)));
            derived.set("allOf", None);
        }
        several => {
            let any = format!(r#"{{ "description": {description}, "type": "object" }}"#);
            derived.at("properties").set("parameters", Some(&any));
            derived.set("allOf", Some(&cases("derivation", several)));
        }
    }
}

#[test]
fn schemas_are_composed_of_what_actions_derivations_and_formats_say() {
    for (name, compose) in SCHEMAS {
        let (published, composed) = (published(name), composed(name, compose));
        let differs = published.lines().zip(composed.lines()).find(|(published, composed)| published != composed);
        assert_eq!(differs, None, "{name}: write it again, as this file says");
        assert_eq!(published.len(), composed.len(), "{name}");
    }
}

#[test]
#[ignore = "writes the schemas; run it on purpose"]
fn rewrite() {
    for (name, compose) in SCHEMAS.map(|(name, compose)| (name, composed(name, compose))) {
        fs::write(root("schemas").join(name), compose).unwrap();
    }
}
