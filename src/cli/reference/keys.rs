//! Every key of a document, out of its JSON Schema: where it stands, what belongs there, what
//! holds without it, what it means, and an example. The one source of `scant man policy` and
//! of the pages of the manual that list them.

use serde_json::Value;

use super::ordered::OrderedValue;
use crate::document::example;

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DocumentKey {
    /// Its table, as TOML writes it: `[extract]`, `[columns.NAME]`, `[[rows.drop]]`; of the
    /// document itself empty.
    pub(super) table: String,
    /// Its name; of what belongs into a table in one line with the name of that table, such
    /// as `granted.yes`.
    pub(super) name: String,
    /// What belongs there, in words.
    pub(super) kind: String,
    pub(super) is_required: bool,
    /// What holds without it, as TOML writes it.
    pub(super) default: Option<String>,
    /// What it means.
    pub(super) meaning: String,
    /// A line of an example.
    pub(super) example: Option<String>,
}

/// A name that the author of the document chooses.
const CHOSEN: &str = "NAME";

/// The keys of the document that a schema describes, table by table.
pub(super) fn keys(schema: &OrderedValue) -> Vec<DocumentKey> {
    let mut walk = SchemaWalk { schema, keys: Vec::new(), tables: vec![(String::new(), schema)] };
    let mut next = 0;
    while let Some((table, node)) = walk.tables.get(next).cloned() {
        next += 1;
        walk.table(&table, node);
    }
    shared(walk.keys)
}

/// The table of which others repeat keys: how a file is written.
const DESCRIBES_FILES: &str = "[extract]";

/// The keys with those that a table repeats of another as one.
fn shared(keys: Vec<DocumentKey>) -> Vec<DocumentKey> {
    let is_same = |one: &DocumentKey, other: &DocumentKey| {
        (&one.name, &one.kind, &one.default) == (&other.name, &other.kind, &other.default)
    };
    let own: Vec<DocumentKey> = keys.iter().filter(|key| key.table == DESCRIBES_FILES).cloned().collect();
    let mut listed: Vec<DocumentKey> = Vec::new();
    for key in keys {
        let is_repeated =
            key.table != DESCRIBES_FILES && !key.table.is_empty() && own.iter().any(|own| is_same(own, &key));
        if !is_repeated {
            listed.push(key);
            continue;
        }
        let together = |known: &&mut DocumentKey| known.table == key.table && known.kind == AS_THERE;
        match listed.iter_mut().find(together) {
            Some(known) => known.name += &format!(", {}", key.name),
            None => listed.push(DocumentKey {
                kind: AS_THERE.to_owned(),
                meaning: format!("As in {DESCRIBES_FILES}: how the file is written."),
                example: None,
                default: None,
                ..key
            }),
        }
    }
    listed
}

/// In place of what belongs there.
const AS_THERE: &str = "as in [extract]";

/// What is read of a schema so far.
struct SchemaWalk<'s> {
    schema: &'s OrderedValue,
    keys: Vec<DocumentKey>,
    /// The tables that have a header of their own, in the order in which they are met.
    tables: Vec<(String, &'s OrderedValue)>,
}

impl<'s> SchemaWalk<'s> {
    fn followed(&self, node: &'s OrderedValue) -> &'s OrderedValue {
        let target = node.text_of("$ref").and_then(|target| {
            let mut path = target.trim_start_matches("#/").split('/');
            path.try_fold(self.schema, |at, part| at.get(part))
        });
        target.map_or(node, |target| self.followed(target))
    }

    /// A node and its alternatives.
    fn forms(&self, node: &'s OrderedValue) -> Vec<&'s OrderedValue> {
        let node = self.followed(node);
        let others = ["oneOf", "anyOf"].into_iter().flat_map(|word| node.items_of(word));
        std::iter::once(node).chain(others.flat_map(|other| self.forms(other))).collect()
    }

    /// Whether a key must be given, whichever alternative is chosen.
    fn requires(&self, node: &'s OrderedValue, key: &str) -> bool {
        let node = self.followed(node);
        let is_it = |own: &OrderedValue| matches!(own, OrderedValue::Scalar(own) if own == key);
        let by_each = |word: &str| {
            let others = node.items_of(word);
            !others.is_empty() && others.iter().all(|other| self.requires(other, key))
        };
        node.items_of("required").iter().any(is_it) || by_each("oneOf") || by_each("anyOf")
    }

    /// The keys of a table with a header of its own.
    fn table(&mut self, path: &str, node: &'s OrderedValue) {
        let header = match path {
            "" => String::new(),
            path if path.ends_with("[]") => format!("[[{}]]", path.replace("[]", "")),
            path => format!("[{}]", path.replace("[]", "")),
        };
        self.members(&header, path, "", node);
    }

    fn members(&mut self, header: &str, path: &str, before: &str, node: &'s OrderedValue) {
        let mut seen: Vec<&str> = Vec::new();
        for form in self.forms(node) {
            for (key, inner) in form.members_of("properties") {
                if seen.contains(&key) || !has_meaning(inner) {
                    continue;
                }
                seen.push(key);
                let own = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                self.key(header, &own, &format!("{before}{key}"), inner, self.requires(node, key));
            }
        }
    }

    fn key(&mut self, header: &str, path: &str, name: &str, node: &'s OrderedValue, is_required: bool) {
        let followed = self.followed(node);
        self.keys.push(DocumentKey {
            table: header.to_owned(),
            name: name.to_owned(),
            kind: self.kind(node),
            is_required,
            // What stands beside a reference says more than what it leads to.
            default: node.get("default").or_else(|| followed.get("default")).map(in_toml),
            meaning: node
                .text_of("description")
                .or_else(|| followed.text_of("description"))
                .unwrap_or_default()
                .to_owned(),
            example: self.example(path, name, node),
        });
        let is_of_document = !path.contains('.');
        let forms = self.forms(node);
        for form in &forms {
            if !is_table(form) {
                continue;
            }
            if is_of_document || form.members_of("properties").count() > MOST_IN_A_LINE {
                self.add_table(path.to_owned(), form);
            } else {
                self.members(header, path, &format!("{name}."), form);
            }
        }
        let is_one_too = forms.iter().any(|form| is_table(form));
        for form in forms {
            let items = form.get("items").map(|items| self.followed(items));
            // One such table, or several of them: listed once.
            if let Some(items) = items.filter(|items| is_table(items) && !is_one_too) {
                self.add_table(format!("{path}[]"), items);
            }
            let named = form.get("additionalProperties").map(|inner| self.followed(inner));
            if let Some(inner) = named.filter(|inner| is_table(inner)) {
                self.add_table(format!("{path}.{CHOSEN}"), inner);
            }
        }
    }

    /// The first example of the schema, or the one that a fault would show.
    fn example(&self, path: &str, name: &str, node: &'s OrderedValue) -> Option<String> {
        let first = |node: &'s OrderedValue| node.items_of("examples").first();
        let of_schema = first(node).or_else(|| first(self.followed(node))).map(|value| {
            let last = name.rsplit('.').next().unwrap_or(name);
            format!("{last} = {}", in_toml(value))
        });
        of_schema.or_else(|| example(path, "a table")?.strip_prefix("write ").map(str::to_owned))
    }

    /// A table that is met again is not listed again, nor one whose keys are those of the
    /// table that it is in.
    fn add_table(&mut self, path: String, node: &'s OrderedValue) {
        const LIKE_ITS_TABLE: &str = ".also[]";
        if !path.ends_with(LIKE_ITS_TABLE) && !self.tables.iter().any(|(known, _)| *known == path) {
            self.tables.push((path, node));
        }
    }

    /// What belongs there, in words.
    fn kind(&self, node: &'s OrderedValue) -> String {
        let mut kinds: Vec<String> = Vec::new();
        for form in self.forms(node) {
            let words = form.items_of("enum");
            let kind = if let Some(word) = form.get("const") {
                in_toml(word)
            } else if !words.is_empty() {
                words.iter().map(in_toml).collect::<Vec<_>>().join(", ")
            } else {
                match form.text_of("type") {
                    Some("string") if form.text_of("format") == Some("date") => "a day".to_owned(),
                    Some("string") => "a text".to_owned(),
                    Some("integer") => whole_number(form),
                    Some("number") => "a number".to_owned(),
                    Some("boolean") => "true or false".to_owned(),
                    Some("array") => match form.get("items").map(|items| self.kind(items)) {
                        Some(items) if items == "a table" => "tables".to_owned(),
                        items => format!("a list: each {}", items.unwrap_or_default()),
                    },
                    Some("object") => "a table".to_owned(),
                    _ => continue,
                }
            };
            if !kind.is_empty() && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.join("; or ")
    }
}

/// More keys than these are not written on one line, and have a header.
const MOST_IN_A_LINE: usize = 6;

fn is_table(node: &OrderedValue) -> bool {
    node.get("properties").is_some()
}

/// A property that only a condition names says nothing of itself.
fn has_meaning(node: &OrderedValue) -> bool {
    ["description", "$ref", "type", "enum", "const", "oneOf"].iter().any(|word| node.get(word).is_some())
}

fn whole_number(form: &OrderedValue) -> String {
    match (form.number_of("minimum"), form.number_of("maximum")) {
        (Some(from), Some(to)) => format!("a whole number from {from} to {to}"),
        (Some(from), None) => format!("a whole number from {from}"),
        _ => "a whole number".to_owned(),
    }
}

/// A value as TOML writes it on one line.
fn in_toml(value: &OrderedValue) -> String {
    let is_bare =
        |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    match value {
        OrderedValue::List(items) => format!("[{}]", items.iter().map(in_toml).collect::<Vec<_>>().join(", ")),
        OrderedValue::Object(_) => {
            let member = |(key, value): (&str, &OrderedValue)| {
                let key = if is_bare(key) { key.to_owned() } else { Value::from(key).to_string() };
                format!("{key} = {}", in_toml(value))
            };
            format!("{{ {} }}", value.members().map(member).collect::<Vec<_>>().join(", "))
        }
        OrderedValue::Scalar(other) => other.to_string(),
    }
}
