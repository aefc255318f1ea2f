//! Which declared format the dates of a column are written in: the column's own,
//! else the extract's. Reports no fault: `extract_table` and `columns_table` do,
//! where the formats are written.

use std::collections::BTreeMap;

use crate::model::date::DateFormat;
use crate::model::document::{Node, Table, TableReader, Value};
use crate::model::name::ColumnName;

/// The formats a policy declares.
#[derive(Debug)]
pub(super) struct DateFormats {
    default: DateFormat,
    own: BTreeMap<String, DateFormat>,
}

impl DateFormats {
    /// Looks them up before the tables are read, since `[consent]` and `[rows]`
    /// name columns that `[columns]` declares further down.
    pub(super) fn of(root: &TableReader<'_>) -> Self {
        let default = root.peek("extract").and_then(declared).unwrap_or_else(DateFormat::iso);
        let mut own = BTreeMap::new();
        for (name, _, node) in root.peek("columns").and_then(as_table).iter().flat_map(|table| &table.entries) {
            if let Some(format) = declared(node) {
                own.insert(name.clone(), format);
            }
        }
        Self { default, own }
    }

    /// The format of a column.
    pub(super) fn of_column(&self, column: &ColumnName) -> DateFormat {
        self.own.get(column.as_str()).unwrap_or(&self.default).clone()
    }
}

fn as_table(node: &Node) -> Option<&Table> {
    match &node.value {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

fn declared(node: &Node) -> Option<DateFormat> {
    let (.., format) = as_table(node)?.entries.iter().find(|(key, ..)| key == "date_format")?;
    match &format.value {
        Value::Text(pattern) => DateFormat::parse(pattern).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::Faults;
    use crate::policy::toml_tree::read_toml;

    #[test]
    fn a_columns_own_format_comes_before_the_extracts() {
        let (table, _) = read_toml(
            "extract.date_format = '%d/%m/%Y'\n[columns.a]\ndate_format = '%Y%m%d'\n[columns.b]\ndate_format = '%y'",
        );
        let faults = Faults::default();
        let formats = DateFormats::of(&TableReader::new(&table, 0..0, "", &faults));
        let pattern = |name: &str| formats.of_column(&ColumnName::parse(name).unwrap()).pattern().to_owned();
        assert_eq!(pattern("a"), "%Y%m%d");
        assert_eq!(pattern("b"), "%d/%m/%Y");
        assert_eq!(pattern("c"), "%d/%m/%Y");
    }
}
