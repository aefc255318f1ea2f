//! The schemas that editors read say what the compiler says: both accept every
//! valid fixture, both refuse every invalid one for the reason in its name, and
//! no action is missing from either.
//!
//! An invalid fixture opens with `# fault: <path> <part of the message>` (`-`
//! for a fault of the whole) and, where only the compiler can know,
//! `# schema: accepts`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use scant::internals::{
    ACTIONS, AttachmentFault, Attachments, AttributeRole, Compiled, DERIVATIONS, DocumentText, FileFormat, Identifier,
    ListKind, Normalise, Plan, PolicyRefused, PostcodeUnit, Table, Value, attachments_wanted, compile, examples,
    explain, read_register, read_toml,
};
use serde_json::{Value as Json, json};

use crate::kit::root;

pub(crate) fn fixtures(folder: &str) -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root("tests/it").join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    assert!(!paths.is_empty(), "{folder}");
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

pub(crate) fn schema(name: &str) -> Json {
    serde_json::from_str(&fs::read_to_string(root("schemas").join(name)).unwrap()).unwrap()
}

pub(crate) fn validator(name: &str) -> Validator {
    let schema = schema(name);
    assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name} is no JSON Schema");
    jsonschema::draft202012::new(&schema).unwrap()
}

fn to_json(table: &Table) -> Json {
    fn value(of: &Value) -> Json {
        match of {
            Value::Boolean(value) => json!(value),
            Value::Date(text) | Value::Text(text) => json!(text),
            Value::Decimal(text) => json!(text.parse::<f64>().unwrap()),
            Value::Integer(value) => json!(value),
            Value::List(nodes) => nodes.iter().map(|node| value(&node.value)).collect(),
            Value::Table(table) => to_json(table),
        }
    }
    Json::Object(table.entries.iter().map(|(key, _, node)| (key.clone(), value(&node.value))).collect())
}

pub(crate) fn compile_at(path: &Path, text: &str) -> Result<Compiled, PolicyRefused> {
    let mut attachments = Attachments::new();
    for wanted in attachments_wanted(text) {
        let found = fs::read(path.parent().unwrap().join(&wanted)).map_err(|_| AttachmentFault::NotFound);
        attachments.insert(wanted, found);
    }
    compile(DocumentText { file: "policy.toml", text }, &attachments, jiff::civil::date(2018, 5, 1))
}

fn plan(name: &str) -> (Plan, Vec<String>) {
    let path = root("tests/it/policies/valid").join(name);
    let compiled = compile_at(&path, &fs::read_to_string(&path).unwrap()).unwrap();
    (compiled.plan, compiled.warnings.iter().map(ToString::to_string).collect())
}

#[test]
fn every_valid_policy_compiles_and_validates() {
    let validator = validator("policy.schema.json");
    for (path, text) in fixtures("policies/valid") {
        if let Err(refused) = compile_at(&path, &text) {
            panic!("{}: {refused}: {:#?}", path.display(), refused.faults);
        }
        let errors: Vec<String> = validator
            .iter_errors(&to_json(&read_toml(&text).0))
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}

/// The path, the part of the message, and whether the schema accepts.
fn expectation(text: &str) -> (&str, &str, bool) {
    let mut lines = text.lines();
    let fault = lines.next().unwrap().strip_prefix("# fault: ").expect("a fault line");
    let (path, what) = fault.split_once(' ').unwrap();
    (if path == "-" { "" } else { path }, what, lines.next() == Some("# schema: accepts"))
}

/// What is wrong with the refusal of a fixture: one mistake is one fault, at its
/// place, and the schema sees it where it can.
fn complaints(validator: &Validator, path: &Path, text: &str, faults: &[(String, String)]) -> Vec<String> {
    let (at, what, schema_accepts) = expectation(text);
    let name = path.file_stem().unwrap().to_string_lossy();
    let mut complaints = Vec::new();
    if !faults.iter().any(|(path, message)| path == at && message.contains(what)) {
        complaints.push(format!("{name}: not for its reason: {faults:?}"));
    }
    let (table, syntax) = read_toml(text);
    if syntax.is_empty() {
        if faults.len() != 1 {
            complaints.push(format!("{name}: not one fault: {faults:?}"));
        }
        if validator.is_valid(&to_json(&table)) != schema_accepts {
            complaints.push(format!("{name}: the schema judges otherwise"));
        }
    }
    complaints
}

#[test]
fn every_invalid_policy_is_refused_for_its_reason() {
    let validator = validator("policy.schema.json");
    let mut found = Vec::new();
    for (path, text) in fixtures("policies/invalid") {
        let refused = compile_at(&path, &text).err().map(|refused| refused.faults).unwrap_or_default();
        let faults: Vec<_> = refused.into_iter().map(|fault| (fault.path, fault.what)).collect();
        found.extend(complaints(&validator, &path, &text, &faults));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn registers_are_judged_alike() {
    let validator = validator("register.schema.json");
    for (path, text) in fixtures("registers/valid") {
        read_register(&text).unwrap_or_else(|faults| panic!("{}: {faults:#?}", path.display()));
        assert!(validator.is_valid(&to_json(&read_toml(&text).0)), "{}", path.display());
    }
    let mut found = Vec::new();
    for (path, text) in fixtures("registers/invalid") {
        let faults = read_register(&text).err().unwrap_or_default();
        let faults: Vec<_> = faults.into_iter().map(|fault| (fault.path, fault.what)).collect();
        found.extend(complaints(&validator, &path, &text, &faults));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_action_is_in_the_schema_and_every_example_validates() {
    let schema = schema("policy.schema.json");
    let definitions = &schema["$defs"];
    for word in ACTIONS {
        for table in ["output_column", "also"] {
            assert!(definitions[table]["properties"][word].is_object(), "{word} in {table}");
            let choices = definitions[table]["oneOf"].as_array().unwrap();
            assert!(choices.contains(&json!({ "required": [word] })), "{word} as a choice of {table}");
        }
    }
    let derived = &schema["properties"]["derived"]["additionalProperties"];
    for word in DERIVATIONS {
        assert!(derived["properties"][word].is_object(), "{word}");
    }
    let validator = validator("policy.schema.json");
    let path = root("tests/it/policies/valid/minimal.toml");
    let minimal = fs::read_to_string(&path).unwrap();
    for (word, example) in examples() {
        let with = |action: &str| format!("{minimal}\n[columns.x]\nrole = \"insensitive\"\n{action}\n");
        let text = with(example.policy);
        assert!(compile_at(&path, &text).is_ok(), "{}", example.policy);
        assert!(validator.is_valid(&to_json(&read_toml(&text).0)), "{}", example.policy);
        let parameters = example.policy.split_once('{').unwrap().1.trim_start();
        let separator = if parameters.starts_with('}') { "" } else { "," };
        let unknown = with(&format!("{word} = {{ nonsense = 1{separator} {parameters}"));
        let refused = compile_at(&path, &unknown).unwrap_err();
        assert_eq!(refused.faults[0].path, format!("columns.x.{word}.nonsense"), "{unknown}");
        assert!(!validator.is_valid(&to_json(&read_toml(&unknown).0)), "{unknown}");
    }
}

/// Whoever writes another kind of value under an action is shown how it is written, and
/// what is shown is right.
#[test]
fn an_action_without_its_table_is_answered_with_an_example() {
    let path = root("tests/it/policies/valid/minimal.toml");
    let minimal = fs::read_to_string(&path).unwrap();
    for word in ACTIONS {
        let with = |action: &str| format!("{minimal}\n[columns.x]\nrole = \"insensitive\"\n{action}\n");
        let refused = compile_at(&path, &with(&format!("{word} = true"))).unwrap_err();
        let fault = refused.faults.iter().find(|fault| fault.path == format!("columns.x.{word}")).unwrap();
        let hint = fault.hint.as_deref().unwrap_or_else(|| panic!("{word} without an example"));
        let example = hint.strip_prefix("write ").unwrap();
        let faults = compile_at(&path, &with(example)).err().map(|refused| refused.faults).unwrap_or_default();
        // A file that is named is not there.
        assert!(faults.iter().all(|fault| fault.path.ends_with(".file")), "{example}: {faults:?}");
    }
}

/// Lists of words are kept in code; the schema repeats them, so they are compared.
#[test]
fn the_schema_lists_the_words_of_the_code() {
    fn same<T>(schema: &Json, pointer: &str, code: &[(&'static str, T)]) {
        let list = schema.pointer(pointer).and_then(Json::as_array).unwrap_or_else(|| panic!("{pointer}"));
        let listed: BTreeSet<&str> = list.iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(listed, code.iter().map(|(word, _)| *word).collect(), "{pointer}");
    }
    let schema = schema("policy.schema.json");
    same(&schema, "/$defs/role/enum", &AttributeRole::ALL);
    same(&schema, "/$defs/pseudonymise/properties/normalise/enum", &Normalise::ALL);
    same(&schema, "/$defs/coarsen_postcode/properties/to/enum", &PostcodeUnit::ALL);
    same(&schema, "/properties/rows/properties/only/items/properties/coarsen/enum", &PostcodeUnit::ALL);
    same(&schema, "/properties/rows/properties/drop/items/properties/coarsen/enum", &PostcodeUnit::ALL);
    same(&schema, "/properties/extract/properties/format/enum", FileFormat::ALL);
    same(&schema, "/properties/output/properties/format/enum", &FileFormat::written());
    let list = |rest: &str| format!("/properties/consent/properties/lists/items/properties/{rest}/enum");
    same(&schema, &list("kind"), &ListKind::ALL);
    same(&schema, &list("format"), FileFormat::ALL);
    let of_lists: Vec<(&'static str, ())> = Normalise::ALL.iter().map(|(word, _)| (*word, ())).collect();
    let of_lists =
        [of_lists, ["date", "domain", "ip_address", "name", "postcode"].map(|word| (word, ())).to_vec()].concat();
    same(&schema, &list("normalise/additionalProperties"), &of_lists);
    same(&schema, &list("standardise/additionalProperties"), &Identifier::ALL);
    for name in ["account.schema.json", "manifest.schema.json"] {
        same(&self::schema(name), "/properties/lists/items/properties/kind/enum", &ListKind::ALL);
    }
}

/// Every object of a schema is closed, and every property says what it is for.
#[test]
fn schemas_are_closed_and_described() {
    fn check(path: &str, schema: &Json) {
        let Json::Object(object) = schema else { return };
        if let Some(Json::Object(properties)) = object.get("properties").filter(|_| object.contains_key("type")) {
            assert_eq!(object.get("additionalProperties"), Some(&json!(false)), "{path}");
            for (name, property) in properties {
                let described = property["description"].as_str().is_some_and(|text| text.ends_with('.'));
                assert!(described, "{path}.{name}");
            }
        }
        for (key, inner) in object {
            match inner {
                Json::Array(items) => items.iter().for_each(|item| check(&format!("{path}.{key}[]"), item)),
                inner => check(&format!("{path}.{key}"), inner),
            }
        }
    }
    for entry in fs::read_dir(root("schemas")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        check(&name, &schema(&name));
    }
}

#[test]
fn all_faults_come_at_once_each_in_its_document() {
    let path = root("tests/it/policies/valid/minimal.toml");
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replace("../register.toml", "../broken-register.toml").replace("legal_basis", "legal_bases");
    let refused = compile_at(&path, &format!("{text}\n[manifest]\nsmall_cells = 5\n")).unwrap_err();
    assert_eq!(refused.to_string(), "policy refused, 4 faults");
    let shown: Vec<String> = refused.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "policy.toml:5 [release.legal_basis] must be given",
            "policy.toml:9 [release.legal_bases] is not a known key",
            "policy.toml:28 [manifest] is part of the format, but this version of scant does not honour it yet",
            "../broken-register.toml:15 [parties.bigbroker.role] must be one of broker, controller, processor, recipient",
        ]
    );
    assert_eq!(refused.faults[1].hint.as_deref(), Some("did you mean `legal_basis`?"));
}

/// Whatever line is missing or mangled: no panic, and no refusal without a fault
/// that stands inside its document.
#[test]
fn every_refusal_has_a_reason() {
    let mangled: [fn(&str) -> String; 6] = [
        |_| String::new(),
        |line| format!("{line}]"),
        |line| line.replace('"', ""),
        |line| line.split_once('=').map_or_else(String::new, |(key, _)| format!("{key}= 7")),
        |line| line.split_once('=').map_or_else(String::new, |(key, _)| format!("{key}= [{{}}]")),
        |line| line.split_once('=').map_or_else(String::new, |(key, _)| format!("{key}= {{ {key}= \"\" }}")),
    ];
    for (path, text) in fixtures("policies/valid") {
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            for mangle in mangled {
                let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
                changed[index] = mangle(line);
                let changed = changed.join("\n");
                let Err(refused) = compile_at(&path, &changed) else { continue };
                assert!(!refused.faults.is_empty(), "{changed}");
                for fault in refused.faults.iter().filter(|fault| fault.file == "policy.toml") {
                    assert!(changed.get(fault.start..fault.end).is_some(), "{fault}\n{changed}");
                    assert!(!fault.what.is_empty(), "{changed}");
                }
            }
        }
    }
}

#[test]
fn what_deserves_a_second_look_is_said() {
    assert_eq!(plan("minimal.toml").1, Vec::<String>::new());
    let kept = plan("kept-and-also.toml").1;
    assert!(kept.iter().any(|warning| warning.ends_with("[columns.email] direct identifiers released")), "{kept:?}");
    let (plan, warnings) = plan("nothing-deliverable.toml");
    let what = "no notice of the register satisfies the demand: nothing can be delivered";
    assert!(warnings.iter().any(|warning| warning.ends_with(what)), "{warnings:?}");
    let words = explain(&plan);
    let expected = "Nothing can be delivered: no notice in the register names rosette-party for direct-marketing.";
    assert!(words.iter().any(|paragraph| paragraph == expected), "{words:#?}");
}

#[test]
fn a_plan_in_words() {
    let words = explain(&plan("rosette-postal.toml").0).join("\n");
    let expected = fs::read_to_string(root("tests/it/policies/rosette-postal.txt")).unwrap();
    assert_eq!(words.trim(), expected.trim(), "\n{words}");
}

/// What a schema shows as an example is one.
#[test]
fn every_example_of_a_schema_is_as_the_schema_says() {
    fn check(root: &serde_json::Value, node: &serde_json::Value, path: &str, seen: &mut usize) {
        for example in node["examples"].as_array().into_iter().flatten() {
            let mut own = node.clone();
            own["$defs"] = root["$defs"].clone();
            let validator = jsonschema::validator_for(&own).unwrap();
            assert!(validator.is_valid(example), "{path}: {example}");
            *seen += 1;
        }
        match node {
            serde_json::Value::Object(members) => {
                for (key, inner) in members.iter().filter(|(key, _)| *key != "examples" && *key != "default") {
                    check(root, inner, &format!("{path}/{key}"), seen);
                }
            }
            serde_json::Value::Array(items) => {
                items.iter().for_each(|item| check(root, item, path, seen));
            }
            _ => {}
        }
    }
    for name in ["policy.schema.json", "register.schema.json"] {
        let root = schema(name);
        let mut seen = 0;
        check(&root, &root, name, &mut seen);
        assert!(seen > 20, "{name}: {seen}");
    }
}
