//! Reads one table of a document, and collects every fault instead of stopping at
//! the first. Looks at values, never at their text in the file.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use super::examples::example;
use super::{Faults, Node, Table, Value, closest, path_to};

/// Reads one table: every key is asked for by name, and [`TableReader::finish`]
/// reports those that were not asked for. A wrong value is a fault and reads as `None`.
#[derive(Debug)]
pub struct TableReader<'a> {
    table: &'a Table,
    span: Range<usize>,
    path: String,
    faults: &'a Faults,
    known: RefCell<BTreeSet<&'static str>>,
    /// Those of the known keys that are a fault wherever they are given.
    refused: RefCell<BTreeSet<&'static str>>,
}

impl<'a> TableReader<'a> {
    /// Reads `table`, which is at `span` and is called `path`.
    #[must_use]
    pub fn new(table: &'a Table, span: Range<usize>, path: impl Into<String>, faults: &'a Faults) -> Self {
        Self { table, span, path: path.into(), faults, known: RefCell::default(), refused: RefCell::default() }
    }

    /// The faults found so far, shared by every reader of the document.
    #[must_use]
    pub fn faults(&self) -> &'a Faults {
        self.faults
    }

    /// Where the table is.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What the table is called.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path of a key in this table.
    #[must_use]
    pub fn path_of(&self, key: &str) -> String {
        path_to(&self.path, key)
    }

    /// Every entry, for tables whose keys are the author's own names.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Range<usize>, &'a Node)> + use<'a> {
        self.table.entries.iter().map(|(key, span, node)| (key.as_str(), span, node))
    }

    /// The value of `key`, marked as asked for.
    pub fn node(&self, key: &'static str) -> Option<&'a Node> {
        self.known.borrow_mut().insert(key);
        self.peek(key)
    }

    /// The value of `key`, not marked.
    #[must_use]
    pub fn peek(&self, key: &str) -> Option<&'a Node> {
        self.table.entries.iter().find(|(name, ..)| name == key).map(|(.., node)| node)
    }

    /// Whether the table has `key`; not marked as asked for.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.peek(key).is_some()
    }

    /// Adds a fault about the value of `key`, or about the table without it.
    pub fn fault(&self, key: &str, what: impl Into<String>, hint: Option<&str>) {
        let span = self.peek(key).map_or_else(|| self.span.clone(), |node| node.span.clone());
        let path = if key.is_empty() { self.path.clone() } else { self.path_of(key) };
        self.faults.at(&span, &path, what, hint);
    }

    /// Adds a fault: `key` must be given.
    pub fn missing(&self, key: &str, hint: Option<&str>) {
        self.fault(key, "must be given", hint);
    }

    fn typed<T>(&self, key: &'static str, want: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let node = self.node(key)?;
        let value = read(&node.value);
        if value.is_none() {
            self.fault(key, format!("must be {want}, found {}", node.value.kind()), example(&self.path_of(key), want));
        }
        value
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        self.typed(key, "a text", |value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// A text that must be given.
    pub fn required_text(&self, key: &'static str) -> Option<&'a str> {
        if !self.has(key) {
            let _ = self.node(key);
            self.missing(key, None);
            return None;
        }
        self.text(key)
    }

    /// A text that `parse` turns into something better.
    pub fn parsed<T, E: std::fmt::Display>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.text(key)?) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(key, fault.to_string(), None);
                None
            }
        }
    }

    /// Like [`Self::parsed`], and the key must be given.
    pub fn required_parsed<T, E: std::fmt::Display>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.required_text(key)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(key, fault.to_string(), None);
                None
            }
        }
    }

    /// A boolean.
    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        self.typed(key, "true or false", |value| match value {
            Value::Boolean(value) => Some(*value),
            _ => None,
        })
    }

    /// A whole number within `range`.
    pub fn integer(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.typed(key, "a whole number", |value| match value {
            Value::Integer(value) => Some(*value),
            _ => None,
        })?;
        if range.contains(&value) {
            return Some(value);
        }
        let (low, high) = (range.start(), range.end());
        let what =
            if *high == i64::MAX { format!("must be at least {low}") } else { format!("must be from {low} to {high}") };
        self.fault(key, what, None);
        None
    }

    /// A number, whole or decimal, as written.
    pub fn number(&self, key: &'static str) -> Option<String> {
        self.typed(key, "a number", |value| match value {
            Value::Integer(value) => Some(value.to_string()),
            Value::Decimal(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// A date or time, as written; a text will do.
    pub fn date_text(&self, key: &'static str) -> Option<&'a str> {
        self.typed(key, "a date", |value| match value {
            Value::Date(text) | Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// A list of texts.
    pub fn texts(&self, key: &'static str) -> Option<Vec<&'a str>> {
        self.typed(key, "a list of texts", |value| match value {
            Value::List(nodes) => nodes
                .iter()
                .map(|node| match &node.value {
                    Value::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
    }

    /// A list of texts, each with where it is.
    pub fn placed_texts(&self, key: &'static str) -> Option<Vec<(&'a str, &'a Range<usize>)>> {
        let texts = self.texts(key)?;
        let Value::List(nodes) = &self.peek(key)?.value else { return None };
        Some(texts.into_iter().zip(nodes.iter().map(|node| &node.span)).collect())
    }

    /// Every entry as a table, for tables whose keys are the author's own names;
    /// what is not a table is a fault and left out.
    #[must_use]
    pub fn named_tables(&self) -> Vec<(&'a str, TableReader<'a>)> {
        let mut named = Vec::new();
        for (name, _, node) in self.entries() {
            let path = self.path_of(name);
            if let Value::Table(table) = &node.value {
                named.push((name, TableReader::new(table, node.span.clone(), path, self.faults)));
            } else {
                let what = format!("must be a table, found {}", node.value.kind());
                self.faults.at(&node.span, &path, what, None);
            }
        }
        named
    }

    /// A list of numbers, whole or decimal, as written.
    pub fn numbers(&self, key: &'static str) -> Option<Vec<String>> {
        self.typed(key, "a list of numbers", |value| match value {
            Value::List(nodes) => nodes
                .iter()
                .map(|node| match &node.value {
                    Value::Integer(value) => Some(value.to_string()),
                    Value::Decimal(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
    }

    /// A table of texts, in the order of the document.
    pub fn text_map(&self, key: &'static str) -> Option<Vec<(&'a str, &'a str)>> {
        self.typed(key, "a table of texts", |value| match value {
            Value::Table(table) => table
                .entries
                .iter()
                .map(|(key, _, node)| match &node.value {
                    Value::Text(text) => Some((key.as_str(), text.as_str())),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
    }

    /// A table inside this one.
    pub fn table(&self, key: &'static str) -> Option<TableReader<'a>> {
        let table = self.typed(key, "a table", |value| match value {
            Value::Table(table) => Some(table),
            _ => None,
        })?;
        let span = self.peek(key).map_or_else(|| self.span.clone(), |node| node.span.clone());
        Some(TableReader::new(table, span, self.path_of(key), self.faults))
    }

    /// A table inside this one that must be given.
    pub fn required_table(&self, key: &'static str) -> Option<TableReader<'a>> {
        if !self.has(key) {
            let _ = self.node(key);
            self.missing(key, None);
            return None;
        }
        self.table(key)
    }

    /// A list of tables, `[[key]]`; their paths are `key[1]`, `key[2]`, ….
    pub fn tables(&self, key: &'static str) -> Vec<TableReader<'a>> {
        let read = self.typed(key, "a list of tables", |value| match value {
            Value::List(nodes) => nodes
                .iter()
                .map(|node| match &node.value {
                    Value::Table(table) => Some((table, node.span.clone())),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        });
        read.unwrap_or_default()
            .into_iter()
            .enumerate()
            .map(|(index, (table, span))| {
                TableReader::new(table, span, format!("{}[{}]", self.path_of(key), index + 1), self.faults)
            })
            .collect()
    }

    /// One of a closed list of words.
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let hint = closest(text, &words).map(|word| format!("did you mean `{word}`?"));
            self.fault(key, format!("must be one of {}", words.join(", ")), hint.as_deref());
        }
        found
    }

    /// Marks keys as asked for that are only looked at where they mean something.
    pub fn allow(&self, keys: &[&'static str]) {
        self.known.borrow_mut().extend(keys);
    }

    /// Leaves `key`, which has a fault of its own wherever it is given, out of the keys
    /// that are offered.
    pub fn refuse(&self, key: &'static str) {
        self.refused.borrow_mut().insert(key);
    }

    /// Marks `key` as part of the format that this version does not honour, and
    /// reports it if it is there: a key is never ignored in silence.
    pub fn not_yet_honoured(&self, key: &'static str) {
        self.refuse(key);
        if let Some(node) = self.node(key) {
            self.faults.at(
                &node.span,
                &self.path_of(key),
                "is part of the format, but this version of scant does not honour it yet",
                Some("remove it: a rule that is not enforced must not look as if it were"),
            );
        }
    }

    /// Reports every key that was not asked for, with the known key that it resembles, or
    /// with all that the table has.
    pub fn finish(&self) {
        let known = self.known.borrow();
        for (key, span, _) in &self.table.entries {
            if !known.contains(key.as_str()) {
                let words: Vec<&str> = known.iter().copied().collect();
                let closest = closest(key, &words).map(|word| format!("did you mean `{word}`?"));
                let hint = closest.or_else(|| self.keys_in_words());
                self.faults.at(span, &self.path_of(key), "is not a known key", hint.as_deref());
            }
        }
    }

    /// The keys that may be in the table.
    fn keys_in_words(&self) -> Option<String> {
        let (known, refused) = (self.known.borrow(), self.refused.borrow());
        let keys: Vec<&str> = known.difference(&refused).copied().collect();
        (!keys.is_empty()).then(|| format!("the keys of this table are {}", keys.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(value: Value) -> Node {
        Node { span: 3..9, value }
    }

    #[test]
    fn every_unknown_key_is_reported_with_the_closest_known_one() {
        let table = Table {
            entries: vec![
                ("widht".into(), 0..5, node(Value::Integer(1))),
                ("nonsense".into(), 6..14, node(Value::Boolean(true))),
            ],
        };
        let faults = Faults::default();
        let reader = TableReader::new(&table, 0..20, "columns.age", &faults);
        assert_eq!(reader.integer("width", 1..=9), None);
        reader.finish();
        let found = faults.into_sorted();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].path, "columns.age.widht");
        assert_eq!(found[0].hint.as_deref(), Some("did you mean `width`?"));
        assert_eq!(found[1].hint.as_deref(), Some("the keys of this table are width"));
    }

    #[test]
    fn a_wrong_type_says_both_types() {
        let table = Table { entries: vec![("to".into(), 0..2, node(Value::Integer(1)))] };
        let faults = Faults::default();
        let reader = TableReader::new(&table, 0..20, "", &faults);
        assert_eq!(reader.text("to"), None);
        assert_eq!(faults.into_sorted()[0].what, "must be a text, found a whole number");
    }
}
