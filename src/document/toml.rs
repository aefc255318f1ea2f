//! TOML text as a tree that remembers where each value is. Every error of
//! syntax is a fault; nothing is known here of what a document should hold.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::document::{Fault, Faults, Node, Table, Value, path_to};

/// Reads a document. With faults the table holds what could be made out: good
/// for guesses, never for decisions.
#[must_use]
pub fn read_toml(text: &str) -> (Table, Vec<Fault>) {
    let faults = Faults::default();
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        // A message of the parser is made of its own words, never of the text.
        let place = error.span().unwrap_or(text.len()..text.len());
        faults.at(&place, "", format!("is not TOML: {}", error.message()), None);
    }
    let table = table_of(root.get_ref(), "", &faults);
    (table, faults.into_sorted())
}

fn table_of(table: &DeTable<'_>, path: &str, faults: &Faults) -> Table {
    let entry = |key: &str, span, value: &DeValue<'_>, place: Range<usize>| {
        let path = path_to(path, key);
        Some((key.to_owned(), span, node_of(value, place, &path, faults)?))
    };
    let entries = table
        .iter()
        .filter_map(|(key, value)| entry(key.get_ref(), key.span(), value.get_ref(), value.span()))
        .collect();
    Table { entries }
}

fn node_of(value: &DeValue<'_>, span: Range<usize>, path: &str, faults: &Faults) -> Option<Node> {
    let value = match value {
        DeValue::Array(array) => Value::List(
            array
                .iter()
                .enumerate()
                .filter_map(|(index, item)| {
                    node_of(item.get_ref(), item.span(), &format!("{path}[{}]", index + 1), faults)
                })
                .collect(),
        ),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(value) => Value::Date(value.to_string()),
        DeValue::Float(value) if value.as_str().parse().is_ok_and(f64::is_finite) => {
            Value::Decimal(value.as_str().to_owned())
        }
        DeValue::Float(_) => {
            faults.at(&span, path, "must be a finite number", None);
            return None;
        }
        DeValue::Integer(value) => {
            let Ok(value) = i64::from_str_radix(value.as_str(), value.radix()) else {
                faults.at(&span, path, "is outside the whole numbers of 64 bits", None);
                return None;
            };
            Value::Integer(value)
        }
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Table(table) => Value::Table(table_of(table, path, faults)),
    };
    Some(Node { span, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(table: &Table) -> Vec<&str> {
        table.entries.iter().map(|(key, ..)| key.as_str()).collect()
    }

    #[test]
    fn order_places_and_kinds_are_kept() {
        let text = "z = 1_000\na = 2016-05-01\nm = \"no\"\nk = 0.5\nl = [true, 0xff]\n[t.u]\nx = 1\n[[s]]\n[[s]]\n";
        let (table, faults) = read_toml(text);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(keys(&table), ["z", "a", "m", "k", "l", "t", "s"]);
        let value = |index: usize| &table.entries[index].2.value;
        assert_eq!(value(0), &Value::Integer(1000));
        assert_eq!(value(1), &Value::Date("2016-05-01".into()));
        assert_eq!(value(2), &Value::Text("no".into()));
        assert_eq!(value(3), &Value::Decimal("0.5".into()));
        let Value::List(items) = value(4) else { panic!() };
        assert_eq!(items[1].value, Value::Integer(255));
        let Value::Table(inner) = value(5) else { panic!() };
        assert_eq!(&text[inner.entries[0].2.span.clone()], "[t.u]");
        let Value::List(tables) = value(6) else { panic!() };
        assert_eq!(tables.len(), 2);
        assert_eq!(&text[table.entries[1].2.span.clone()], "2016-05-01");
    }

    #[test]
    fn every_error_of_syntax_is_a_fault_with_a_place() {
        let text = "a = \nb = 1\nc = = 2\nb = 3\n";
        let (table, faults) = read_toml(text);
        assert!(faults.len() >= 3, "{faults:?}");
        assert!(faults.iter().all(|fault| fault.what.starts_with("is not TOML: ")));
        assert!(faults.iter().any(|fault| fault.what.contains("duplicate key") && fault.start > 16));
        assert!(keys(&table).contains(&"b"));
    }

    #[test]
    fn numbers_that_do_not_fit_are_faults_not_neighbours() {
        let (table, faults) = read_toml("a = 9223372036854775808\nb = nan\n[c]\nd = [1, inf]\n");
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["a", "b", "c.d[2]"]);
        assert_eq!(keys(&table), ["c"]);
    }

    #[test]
    fn deep_nesting_is_a_fault() {
        let text = format!("a = {}", "[".repeat(100_000));
        assert!(!read_toml(&text).1.is_empty());
    }
}
