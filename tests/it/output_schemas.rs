//! Every document that scant writes follows its schema, in every kind of run; and
//! the schemas are strict enough to notice when one does not.

use std::fs;
use std::path::Path;

use scant::Delivery;
use scant::internals::{ACTIONS, AttributeRole, DERIVATIONS, Normalise, examples};
use serde_json::{Value, json};

use crate::kit::{
    LATER, Options, Project, WRITTEN_AS, assert_valid, json_at, json_of, keep_all, names_in, policy_for_gated, root,
    said, sample_key, scant, schema, validator, where_all_consent,
};

/// Checks the three documents of a delivery, and gives manifest and account.
fn check(delivery: &Delivery, case: &str) -> (Value, Value) {
    let manifest = json_at(delivery.folder.join("manifest.json"));
    let account = json_at(delivery.kept.join("account.json"));
    assert_valid("manifest", &manifest, case);
    assert_valid("account", &account, case);
    assert_valid("run", &json_at(delivery.kept.join("run.json")), case);
    (manifest, account)
}

/// Delivers, and checks the documents.
fn delivered(project: &Project, policy: &Path, extract: &str, case: &str) -> (Value, Value) {
    check(&project.deliver(policy, &root(extract), Options::default()).unwrap(), case)
}

const STORY: &str = "samples/story/extract.csv";

#[test]
fn every_kind_of_delivery_is_documented_as_the_schemas_say() {
    for (case, changes) in [
        ("as it is", &[][..]),
        ("guarded", &[(WRITTEN_AS, "format = \"csv\"")]),
        ("not guarded", &[(WRITTEN_AS, "format = \"csv\"\nformula_guard = false")]),
        ("in parts", &[(WRITTEN_AS, "format = \"ndjson\"\nmax_rows_per_file = 9")]),
        (
            "nobody behind, never erased",
            &[("erase_after  = \"P6M\"\n", ""), ("on_behalf_of = [\"rosette-party\"]\n", "")],
        ),
        ("no version", &[("version     = \"1.0.0\"\n", "")]),
    ] {
        let project = Project::new();
        let policy = project.story("policy-later.toml", changes);
        let (manifest, account) = delivered(&project, &policy, STORY, case);
        assert_eq!(manifest.get("formula_guard").is_some(), case == "guarded", "{case}");
        assert_eq!(account["outputs"].as_array().unwrap().len() > 1, case == "in parts", "{case}");
    }
}

#[test]
fn a_file_of_words_is_in_the_account_and_in_the_id_of_the_release() {
    let project = Project::new();
    let policy = project.story("policy-later.toml", &[("in     = [\"Y\"]", "in_file = \"dead.txt\"")]);
    let deliver = |words: &str, name: &str| {
        project.write("dead.txt", words);
        delivered(&project, &policy, STORY, name)
    };
    let (manifest, account) = deliver("Y\n", "one");
    let file = &account["selection_files"][0];
    assert_eq!((&file["rule"], &file["entries"]), (&json!("rows.drop[1]"), &json!(1)));
    assert_eq!(file["blake3"], json!(blake3::hash(b"Y\n").to_hex().as_str()));
    assert_eq!(manifest.get("selection_files"), None);
    let (other, _) = deliver("Y\n\n", "other");
    assert_ne!(manifest["release"]["id"], other["release"]["id"], "the file was another one");
}

#[test]
fn kept_columns_and_quarantined_records_are_documented_as_the_schemas_say() {
    let project = Project::new();
    let table = "name,=odd\nAnna,1\nBo\nCy,\"3\"x\nDi,4\n";
    let extract = project.write("extract.csv", where_all_consent(table));
    let columns = keep_all(["name"]).replace("insensitive", "direct_identifier") + "[guards]\nmax_quarantined = 2\n";
    let policy = policy_for_gated(project.folder(), &columns, "", "");
    let made = project.deliver(&policy, &extract, Options::default()).unwrap();
    let (manifest, account) = check(&made, "kept");
    assert_eq!(manifest["columns"][0]["direct_identifier_released"], json!(true));
    assert_eq!(manifest["pseudonymisation"], json!([]));
    assert_eq!(account["not_listed"]["names"], json!(["column 5"]), "what looks like no name is not repeated");
    assert_eq!(account["records"]["quarantined"], json!({ "JunkAfterQuote": 1, "MissingField": 1 }));
}

#[test]
fn key_files_are_what_their_schema_says() {
    let project = Project::new();
    assert_valid("keyset", &json_at(sample_key(project.folder())), "the sample key");
    let made = project.json("key.json");
    assert_valid("keyset", &made, "a new key");
    let validator = validator("keyset.schema.json");
    let mut two = made.clone();
    two["keys"] = json!([made["keys"][0], made["keys"][0]]);
    assert!(!validator.is_valid(&two), "two primary keys");
    two["keys"][1]["status"] = json!("retired");
    assert!(validator.is_valid(&two));
}

/// A refused run leaves no document but the counts it was asked for.
#[test]
fn a_refused_run_writes_its_counts_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut run = scant();
    run.current_dir(root("samples/story"));
    run.args(["run", "policy-2017.toml", "extract.csv", "--as-of", "2017-05-05", "--quiet", "-o"]);
    let output = run.arg(path("delivery")).arg("--account").arg(path("counts.json")).output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let shown: Vec<String> = names_in(folder.path()).into_iter().filter(|name| !name.starts_with('.')).collect();
    assert_eq!(shown, ["counts.json"]);
    let refusal = json_at(root("samples/story/expected/2017/refusal.json"));
    assert_eq!(json_at(path("counts.json")), refusal["counts"]);
    assert!(!validator("account.schema.json").is_valid(&refusal["counts"]), "and is no account of a delivery");
}

/// What is remembered of the story, and what a second night says of the first.
fn two_nights() -> [Value; 2] {
    let project = Project::new();
    let policy = project.story("policy-later.toml", &[("min_delivered   = 1", "max_change = 0.2")]);
    let night = || project.deliver(&policy, &root(STORY), Options::default()).unwrap();
    night();
    let run = json_at(night().kept.join("run.json"));
    assert!(run["changes"]["against"].is_object());
    [json_at(project.path(".rosette-planning.last.json")), run]
}

/// What `scant risk` says of a few people, by person and with a population.
fn measured(project: &Project) -> Value {
    project.write("few.csv", "id,age,ill\n1,40,flu\n2,40,gout\n3,50,flu\n3,50,gout\n");
    let arguments = "risk few.csv --quasi age --sensitive ill --subject id --population few.csv --json";
    let output = project.scant(&arguments.split(' ').collect::<Vec<_>>());
    let document = json_of(&output);
    assert_valid("risk", &document, "few");
    document
}

/// What `scant verify` says of a delivery.
fn verified(project: &Project, delivery: &Delivery) -> Value {
    let output = project.scant(&["verify", delivery.folder.to_str().unwrap(), "--json", "--quiet"]);
    let document = json_of(&output);
    assert_valid("verify", &document, "a delivery");
    document
}

/// Every place of `document`: removed, of another type, or with a neighbour.
fn mutations(document: &Value) -> Vec<(String, Value)> {
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (key, inner) in object {
                    let path = format!("{at}/{key}");
                    places(inner, &path, found);
                    found.push(path);
                }
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(place, item)| places(item, &format!("{at}/{place}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    places(document, "", &mut found);
    let mut mutated = Vec::new();
    for path in found {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let mut removed = document.clone();
        removed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        mutated.push((format!("{path} removed"), removed));
        let mut other_type = document.clone();
        *other_type.pointer_mut(&path).unwrap() = Value::Null;
        mutated.push((format!("{path} null"), other_type));
        let mut neighbour = document.clone();
        neighbour.pointer_mut(parent).unwrap()["Anna Birch"] = json!("07700 900123");
        mutated.push((format!("{path} with a neighbour"), neighbour));
    }
    mutated
}

/// What a schema cannot insist on: parts that are not always there, and tables
/// whose keys are the policy's own words.
fn may_pass(mutation: &str) -> bool {
    let optional = [
        "erase_by",
        "primary_key",
        "provenance/consents/not_before",
        "provenance/pseudonymisation",
        "hierarchy_files",
        "version",
        "formula_guard_cells",
        "formula_guard",
        "peak_memory_bytes",
        "changes",
        "against",
        "against/manifest_sha256",
        "changes/compared",
    ];
    let of_the_policy = ["/parameters/values/", "/parameters/min", "/parameters/max", "/parameters/small_areas"];
    let counted = ["/unreadable/", "/quarantined/", "/dropped/", "/months/"];
    let removed = mutation.strip_suffix(" removed");
    removed.is_some_and(|path| {
        optional.iter().any(|key| path.ends_with(key)) || counted.iter().any(|key| path.contains(key))
    }) || of_the_policy.iter().any(|part| mutation.contains(part)) && !mutation.ends_with(" null")
}

#[test]
fn a_document_with_any_part_changed_is_refused() {
    let project = Project::new();
    let policy = root("samples/actions/policy.toml");
    let delivery = project.deliver(&policy, &root("samples/actions/extract.csv"), Options::default()).unwrap();
    let key = project.json("key.json");
    let run = json_at(delivery.kept.join("run.json"));
    let (manifest, account) = check(&delivery, "actions");
    let [last, compared] = two_nights();
    for (name, document) in [
        ("manifest", manifest),
        ("account", account),
        ("run", run),
        ("run", compared),
        ("last", last),
        ("keyset", key),
        ("risk", measured(&project)),
        ("verify", verified(&project, &delivery)),
    ] {
        let validator = validator(&format!("{name}.schema.json"));
        let mutations = mutations(&document);
        assert!(mutations.len() >= 15, "{name}");
        let passed: Vec<&String> = mutations
            .iter()
            .filter(|(mutation, changed)| validator.is_valid(changed) && !may_pass(mutation))
            .map(|(mutation, _)| mutation)
            .collect();
        assert!(passed.is_empty(), "{name} passes with {passed:#?}");
    }
}

/// The recipient's copy has neither exact counts nor what the sender keeps.
#[test]
fn an_account_is_no_manifest() {
    let account = json_at(root("samples/actions/expected/account.json"));
    let manifest = json_at(root("samples/actions/expected/manifest.json"));
    let mut disguised = account.clone();
    disguised["format"] = json!("scant-manifest/1");
    assert!(!validator("manifest.schema.json").is_valid(&disguised));
    let validator = validator("manifest.schema.json");
    for exact in [json!(0), json!(1), json!(9), json!(11), json!(12)] {
        let mut told = manifest.clone();
        told["records"]["dropped"]["no_subject"] = exact;
        assert!(!validator.is_valid(&told), "{told:#}");
    }
}

#[test]
fn the_schemas_list_the_words_of_the_code() {
    for name in ["manifest.schema.json", "account.schema.json"] {
        let schema = schema(name);
        let list = |pointer: &str| -> Vec<String> {
            let list = schema.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{name}{pointer}"));
            list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(list("/$defs/column/properties/action/enum"), ACTIONS);
        assert_eq!(list("/$defs/derived/properties/derivation/enum"), DERIVATIONS);
        assert_eq!(list("/$defs/role/enum"), AttributeRole::ALL.map(|(word, _)| word));
        assert_eq!(list("/$defs/normalise/enum"), Normalise::ALL.map(|(word, _)| word));
    }
}

/// The parameters of every documented example of every action fit the schema.
#[test]
fn every_example_is_accounted_for_as_the_schema_says() {
    let account = json_at(root("samples/actions/expected/account.json"));
    let policy = fs::read_to_string(root("samples/actions/policy.toml")).unwrap();
    let project = Project::with("samples/actions/register.toml", "");
    fs::copy(root("samples/actions/towns.csv"), project.path("towns.csv")).unwrap();
    for (word, example) in examples() {
        let own = policy.lines().find(|line| line.starts_with(&format!("{word} = "))).unwrap();
        let path = project.write("policy.toml", policy.replace(own, example.policy));
        let loaded = scant::internals::load(&path, LATER).unwrap();
        let columns = &loaded.compiled.plan.columns;
        let place = columns.iter().position(|column| column.name.as_str() == word).unwrap();
        let scant::internals::ColumnDecision::Transform(spec) = &columns[place].decision else { panic!("{word}") };
        let parameters = serde_json::to_value(spec).unwrap()[word].clone();
        let mut changed = account.clone();
        let column = changed["columns"].as_array_mut().unwrap().iter_mut().find(|column| column["action"] == word);
        column.unwrap()["parameters"] = parameters;
        assert_valid("account", &changed, example.policy);
    }
}
