//! Which declared format the dates of a column have: the column's own, given in its
//! table or elsewhere in the policy, else that of the extract. Reports the faults
//! of formats that are given elsewhere; those in the tables of columns and of the
//! extract are reported where these are read.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::document::{Faults, Node, Table, TableReader, Value};
use crate::model::name::ColumnName;
use crate::model::time::date::{DateFormat, FormatFault};

/// The formats a policy declares.
#[derive(Debug)]
pub(crate) struct DateFormats {
    default: DateFormat,
    own: BTreeMap<String, DateFormat>,
}

impl DateFormats {
    /// Finds the formats before the tables are read, since `[consent]` and `[rows]`
    /// name columns that `[columns]` declares further down.
    pub(crate) fn of(root: &TableReader<'_>) -> Self {
        let default = root.peek("extract").and_then(declared_of).unwrap_or_else(DateFormat::iso);
        let mut own = BTreeMap::new();
        for (name, _, node) in root.peek("columns").and_then(as_table).iter().flat_map(|table| &table.entries) {
            if let Some(format) = declared_of(node) {
                own.insert(name.clone(), format);
            }
        }
        // A column has one format, wherever the policy gives it.
        for path in NAMED_ELSEWHERE {
            let mut node = root.peek(path[0]);
            for key in &path[1..] {
                node = node.and_then(|node| entry(node, key));
            }
            let Some(node) = node.filter(|node| entry(node, "pointer").is_none()) else { continue };
            if let (Some(Value::Text(column)), Some(format)) =
                (entry(node, "column").map(|column| &column.value), declared_of(node))
            {
                own.entry(column.clone()).or_insert(format);
            }
        }
        Self { default, own }
    }

    /// The format of a column that `table` names and may give a format for.
    pub(crate) fn named_in(&self, table: &TableReader<'_>, column: &ColumnName) -> DateFormat {
        let format = self.of_column(column);
        if let Some(said) = declared_in(table)
            && said != format
        {
            table.fault(
                "date_format",
                format!("is not {}, which the policy declares elsewhere for that column", format.pattern()),
                Some("a column has one format: say it once"),
            );
        }
        format
    }

    /// The format of a date inside the JSON of a column: its own, whatever the column's
    /// is.
    pub(crate) fn in_json(&self, table: &TableReader<'_>) -> DateFormat {
        declared_in(table).unwrap_or_else(|| self.default.clone())
    }

    /// The format of a column.
    pub(crate) fn of_column(&self, column: &ColumnName) -> DateFormat {
        self.own.get(column.as_str()).unwrap_or(&self.default).clone()
    }
}

/// Tables other than its own that name a column of dates and may give its format.
const NAMED_ELSEWHERE: [&[&str]; 4] = [
    &["consent", "columns", "given_at"],
    &["consent", "columns", "withdrawn_at"],
    &["rows", "minimum_age"],
    &["rows", "retention"],
];

fn entry<'a>(node: &'a Node, wanted: &str) -> Option<&'a Node> {
    as_table(node)?.entries.iter().find(|(key, ..)| key == wanted).map(|(.., node)| node)
}

fn as_table(node: &Node) -> Option<&Table> {
    match &node.value {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

/// What a table declares; its faults are told where it is read.
fn declared_of(node: &Node) -> Option<DateFormat> {
    let faults = Faults::default();
    declared_in(&TableReader::new(as_table(node)?, node.span.clone(), "", &faults))
}

/// The format that `date_format` of a table declares, one or several, with the
/// `date_pivot` beside it. Every fault of it is told.
pub(crate) fn declared_in(table: &TableReader<'_>) -> Option<DateFormat> {
    declared_under(table, "date_format")
}

/// The same of a key of another name.
pub(crate) fn declared_under(table: &TableReader<'_>, key: &'static str) -> Option<DateFormat> {
    let pivot = table.integer(PIVOT, 0..=100).and_then(|pivot| u8::try_from(pivot).ok());
    let format = read_formats(table, key, pivot);
    // Of a format with a fault nothing is known.
    if table.has(PIVOT) && (!table.has(key) || format.as_ref().is_some_and(|format| !format.has_pivot())) {
        table.fault(PIVOT, format!("has no effect without %y in `{key}`"), Some("remove it"));
    }
    format
}

/// The key beside a format of two-digit years.
pub(crate) const PIVOT: &str = "date_pivot";

fn read_formats(table: &TableReader<'_>, key: &'static str, pivot: Option<u8>) -> Option<DateFormat> {
    let node = table.node(key)?;
    let patterns: Vec<(&str, &Range<usize>)> = match &node.value {
        Value::List(_) => table.placed_texts(key)?,
        _ => vec![(table.text(key)?, &node.span)],
    };
    if patterns.is_empty() {
        table.fault(key, "lists nothing", Some("give one format, or several of which a cell fits one"));
        return None;
    }
    let path = table.path_of(key);
    let mut formats = Vec::new();
    for (pattern, span) in &patterns {
        match DateFormat::parse_with_pivot(pattern, pivot) {
            Ok(format) => formats.push(format),
            // A pivot that is no number is a fault of its own.
            Err(FormatFault::TwoDigitYear) if table.has(PIVOT) => {}
            Err(fault) => table.faults().at(span, &path, fault.to_string(), Some(fault.hint())),
        }
    }
    if formats.len() < patterns.len() {
        return None;
    }
    match DateFormat::several(formats) {
        Ok(format) => Some(format),
        Err(overlap) => {
            let (first, second) = (overlap.first + 1, overlap.second + 1);
            // Figures and marks alone are surely no text of the policy's author.
            let is_plain = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit() || b"-/.:, ".contains(&byte));
            let such = overlap.text.filter(is_plain).map_or_else(String::new, |text| format!(", such as {text}"));
            let what = format!("lists formats that could read one cell as two dates: {first} and {second}{such}");
            table.fault(key, what, Some("leave one of them out; nobody can tell which is meant"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::toml::read_toml;

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

    #[test]
    fn a_format_said_where_a_column_is_named_is_the_columns() {
        let (table, _) = read_toml(
            "[consent.columns]\ngiven_at = { column = 'a', date_format = '%Y%m%d' }\n\
            [rows]\nminimum_age = { column = 'b', date_format = '%d/%m/%Y' }\n\
            [columns.b]\ndate_format = '%m/%d/%Y'",
        );
        let faults = Faults::default();
        let root = TableReader::new(&table, 0..0, "", &faults);
        let formats = DateFormats::of(&root);
        let of = |name: &str| formats.of_column(&ColumnName::parse(name).unwrap()).pattern().to_owned();
        assert_eq!((of("a").as_str(), of("b").as_str()), ("%Y%m%d", "%m/%d/%Y"));
        let named = |table: Option<TableReader<'_>>, column: &str| {
            formats.named_in(&table.unwrap(), &ColumnName::parse(column).unwrap());
            faults.count()
        };
        let columns = root.table("consent").and_then(|consent| consent.table("columns"));
        assert_eq!(named(columns.and_then(|columns| columns.table("given_at")), "a"), 0);
        assert_eq!(named(root.table("rows").and_then(|rows| rows.table("minimum_age")), "b"), 1);
    }
}
