//! The entries of a register by their id, and which ids it defines.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::document::TableReader;

/// The ids that the document defines, even if their entries have faults: an id is
/// not unknown because its entry has a fault.
pub(super) struct DefinedIds<'a> {
    pub(super) purposes: Vec<&'a str>,
    pub(super) parties: Vec<&'a str>,
    pub(super) sources: Vec<&'a str>,
}

impl<'a> DefinedIds<'a> {
    pub(super) fn of(root: &TableReader<'a>) -> Self {
        let keys = |key| match root.peek(key).map(|node| &node.value) {
            Some(crate::document::Value::Table(table)) => {
                table.entries.iter().map(|(name, ..)| name.as_str()).collect()
            }
            _ => Vec::new(),
        };
        Self { purposes: keys("purposes"), parties: keys("parties"), sources: keys("sources") }
    }
}

/// The tables of a table, by their id.
pub(super) fn named<Id: Ord, Entry, E: Display>(
    table: &TableReader<'_>,
    parse: impl Fn(&str) -> Result<Id, E>,
    read: impl Fn(&TableReader<'_>) -> Option<Entry>,
) -> BTreeMap<Id, Entry> {
    let mut entries = BTreeMap::new();
    for (name, table) in table.named_tables() {
        let id = parse(name).map_err(|fault| table.fault("", format!("the id {fault}"), None)).ok();
        let entry = read(&table);
        table.finish();
        if let (Some(id), Some(entry)) = (id, entry) {
            entries.insert(id, entry);
        }
    }
    entries
}
