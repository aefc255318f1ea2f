//! Actions written as a policy writes them, for tests. The real reader of policies
//! is on a higher floor and keeps positions; this one keeps none.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::{BuildContext, Rewritten, TransformSpec};
use crate::document::{Fault, Faults, Node, Table, TableReader, Value};
use crate::hierarchy::Hierarchy;
use crate::hierarchy::files::{FoundHierarchy, HierarchyFiles, ReadHierarchy};
use crate::identifier::key::MasterKey;
use crate::model::column_type::ColumnType;
use crate::model::digest::Digest;
use crate::model::name::PartyId;
use crate::model::time::date::DateFormat;

fn value(from: &DeValue<'_>) -> Value {
    match from {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Integer(number.as_str().parse().unwrap()),
        DeValue::Float(number) => Value::Decimal(number.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(list) => {
            Value::List(list.iter().map(|item| Node { span: 0..0, value: value(item.get_ref()) }).collect())
        }
        DeValue::Table(inner) => Value::Table(table(inner)),
    }
}

fn table(from: &DeTable<'_>) -> Table {
    let entry = |key: &str, item: &DeValue<'_>| (key.to_owned(), 0..0, Node { span: 0..0, value: value(item) });
    Table { entries: from.iter().map(|(key, item)| entry(key.get_ref(), item.get_ref())).collect() }
}

/// Reads `word = { parameters }` with `read`, and gives the faults too.
pub(crate) fn read_entry<T>(
    policy: &str,
    read: impl FnOnce(&str, &TableReader<'_>) -> Option<T>,
) -> (Option<T>, Vec<Fault>) {
    let table = table(DeTable::parse(policy).unwrap().get_ref());
    let [(word, _, Node { value: Value::Table(parameters), .. })] = table.entries.as_slice() else {
        panic!("one action: {policy}")
    };
    let faults = Faults::default();
    let read = read(word, &TableReader::new(parameters, 0..0, word.as_str(), &faults));
    (read, faults.into_sorted())
}

/// Reads an action of a policy that has the files of the sample beside it.
fn read_action(word: &str, parameters: &TableReader<'_>) -> Option<TransformSpec> {
    let file = include_bytes!("../../samples/actions/towns.csv");
    let hierarchy = Arc::new(Hierarchy::parse(file).unwrap());
    let mut files = HierarchyFiles::default();
    files.insert("towns.csv", FoundHierarchy::Read(ReadHierarchy { hierarchy, blake3: Digest::blake3(file) }));
    TransformSpec::read(word, parameters, &files)
}

/// The action a policy asks for.
#[track_caller]
pub(crate) fn spec(policy: &str) -> TransformSpec {
    let (spec, faults) = read_entry(policy, read_action);
    assert_eq!(faults, [], "{policy}");
    spec.unwrap()
}

/// The faults of an action, of which there is at least one if it cannot be read.
#[track_caller]
pub(crate) fn faults_of(policy: &str) -> Vec<Fault> {
    let (spec, faults) = read_entry(policy, read_action);
    assert!(spec.is_some() || !faults.is_empty(), "refused without a fault: {policy}");
    faults
}

/// Calls `use_context` with the facts that every example supposes: as of
/// 2026-11-01, ISO dates, the key of 32 sevens, the recipient `bigbroker`.
pub(crate) fn with_context<T>(input: ColumnType, use_context: impl FnOnce(&BuildContext<'_>) -> T) -> T {
    let format = DateFormat::iso();
    let key = MasterKey::new(&mut [7; 32]);
    let recipient = PartyId::parse("bigbroker").unwrap();
    use_context(&BuildContext::new(jiff::civil::date(2026, 11, 1), &format, input, Some(&key), &recipient))
}

/// Runs the action a policy asks for.
#[track_caller]
pub(crate) fn run(policy: &str, input: ColumnType, cells: &[Option<&str>]) -> Rewritten {
    with_context(input, |context| spec(policy).action().build(context).unwrap().apply(cells))
}
