//! Reads `[[consent.lists]]`: people who are not delivered whatever else is
//! recorded. Opens no list.

use std::collections::BTreeSet;

use crate::consent::columns::evidence::DateColumn;
use crate::document::{Table, TableReader, Value, closest, path_to};
use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
use crate::identifier::phone::Region;
use crate::model::name::{ColumnName, PlainName};
use crate::model::time::date::DateFormat;
use crate::model::time::duration::Period;
use crate::policy::plan::lists::{ListDay, ListFile, ListKind, ListRule, OnNotComparable};
use crate::policy::plan::{ColumnDecision, ColumnRule};
use crate::policy::read::attachments;
use crate::policy::read::date_formats::{DateFormats, declared_in};
use crate::policy::read::dialect::read_dialect;
use crate::suppression::california_drop::{DropForm, Identifier};
use crate::suppression::comparison::{CellForm, Comparison};
use crate::transform::TransformSpec;

/// The column of work item ids in the deletion lists of California's DROP.
const WORK_ITEM: &str = "ID";
/// The index of a list in a reason has eight bits.
const MOST_LISTS: usize = 256;

/// Reads the lists; one with a fault is left out. `columns` are those of the
/// policy: unless the list says otherwise, a column is compared in the form of its
/// pseudonym.
pub(crate) fn read_lists(
    root: &TableReader<'_>,
    formats: &DateFormats,
    columns: &[ColumnRule],
    region: Region,
) -> Vec<ListRule> {
    // If `consent` is not a table, `read_consent` reports it.
    let Some(Value::Table(consent)) = root.peek("consent").map(|node| &node.value) else { return Vec::new() };
    let consent = TableReader::new(consent, 0..0, "consent", root.faults());
    let mut names = BTreeSet::new();
    let mut lists = Vec::new();
    for (position, table) in consent.tables("lists").into_iter().enumerate() {
        if position >= MOST_LISTS {
            table.fault("", "is one list too many: a policy has at most 256", None);
            break;
        }
        let name = table.required_parsed("name", PlainName::parse);
        if name.as_ref().is_some_and(|name| !names.insert(name.clone())) {
            table.fault("name", "names two lists", Some("each list needs a name of its own"));
        }
        lists.extend(list(&table, name, formats, columns, region));
        table.finish();
    }
    lists
}

fn list(
    table: &TableReader<'_>,
    name: Option<PlainName>,
    formats: &DateFormats,
    columns: &[ColumnRule],
    region: Region,
) -> Option<ListRule> {
    let region = table.parsed("region", Region::parse).unwrap_or(region);
    if !table.has("kind") {
        table.missing("kind", Some("say suppression, erasure or preference"));
    }
    let kind = table.choice("kind", &ListKind::ALL);
    let file = file(table);
    let pairs = pairs(table);
    let own_format = declared_in(table);
    let is_drop = table.choice("digests", &[("drop", ())]).is_some();
    let compared = match (pairs, table.has("digests")) {
        (Some(pairs), false) => {
            only_for_digests(table);
            let of_list = own_format.clone().unwrap_or_else(DateFormat::iso);
            values(table, pairs, (formats, &of_list), columns, region)
        }
        (Some(pairs), true) if is_drop => digests(table, pairs, formats),
        (None, _) | (Some(_), true) => None,
    };
    // Keys that are read only in some cases are known keys in all of them.
    table.allow(&["normalise", "standardise", "id"]);
    let work_items = if !is_drop {
        None
    } else if table.has("id") {
        table.parsed("id", ColumnName::parse)
    } else {
        ColumnName::parse(WORK_ITEM).ok()
    };
    let max_age = table.parsed("max_list_age", Period::parse);
    let day = day(table, own_format);
    let max_unreadable = table.integer("max_unreadable", 0..=i64::MAX).and_then(|most| u64::try_from(most).ok());
    let on_unreadable = table.choice("on_unreadable", &OnNotComparable::ALL).unwrap_or_default();
    let (columns, list_columns, comparison) = compared?;
    let exactly = exactly(table, &columns, &comparison);
    Some(ListRule {
        name: name?,
        kind: kind?,
        file: file?,
        columns,
        list_columns,
        comparison,
        work_items,
        day: day?,
        max_age,
        max_unreadable: max_unreadable.unwrap_or(0),
        on_unreadable,
        exactly,
        place: table.span(),
    })
}

/// Indices of the columns for which the list says no form, so that they are
/// compared exactly as written.
fn exactly(table: &TableReader<'_>, columns: &[ColumnName], comparison: &Comparison) -> Vec<usize> {
    let Comparison::Values { record, .. } = comparison else { return Vec::new() };
    let is_said = |column: &ColumnName| match table.peek("normalise").map(|node| &node.value) {
        Some(Value::Table(said)) => said.entries.iter().any(|(name, ..)| name == column.as_str()),
        _ => false,
    };
    let is_exact = |form: &CellForm| matches!(form, CellForm::Text(form) if form.rule() == Normalise::None);
    let compared = columns.iter().zip(record).enumerate();
    compared.filter(|(_, (column, form))| is_exact(form) && !is_said(column)).map(|(place, _)| place).collect()
}

fn file(table: &TableReader<'_>) -> Option<ListFile> {
    if !table.has("path") {
        table.missing("path", Some("give the path of the list, relative to the policy's own file"));
    }
    let path = attachments::path(table, "path");
    let dialect = read_dialect(table);
    Some(ListFile { path: path?.to_owned(), dialect })
}

/// Columns of the extract, each with its column of the list.
type ColumnPairs = Vec<(ColumnName, ColumnName)>;

fn pairs(table: &TableReader<'_>) -> Option<ColumnPairs> {
    const HINT: &str = "write match = { column_of_the_extract = \"column_of_the_list\" }";
    if !table.has("match") {
        table.missing("match", Some(HINT));
    }
    let written = table.text_map("match")?;
    if written.is_empty() {
        table.fault("match", "must name a column", Some(HINT));
        return None;
    }
    let mut pairs = Vec::new();
    for (own, others) in &written {
        match (ColumnName::parse(own), ColumnName::parse(others)) {
            (Ok(own), Ok(others)) => pairs.push((own, others)),
            (Err(fault), _) | (_, Err(fault)) => table.fault("match", format!("a name {fault}"), None),
        }
    }
    (pairs.len() == written.len()).then_some(pairs)
}

fn only_for_digests(table: &TableReader<'_>) {
    for key in ["standardise", "id"] {
        if table.has(key) {
            table.fault(key, "has no effect without digests = \"drop\"", Some("remove it, or say what the list holds"));
        }
    }
}

type ComparedColumns = (Vec<ColumnName>, Vec<ColumnName>, Comparison);

/// How a column is compared, as a policy says it.
#[derive(Debug, Clone, Copy)]
enum ValueRule {
    Day,
    Postcode,
    Text(Normalise),
}

/// A list of values. Dates of a record are in the format of their column, dates of
/// an entry in the format of the list.
fn values(
    table: &TableReader<'_>,
    pairs: ColumnPairs,
    (formats, of_list): (&DateFormats, &DateFormat),
    columns: &[ColumnRule],
    region: Region,
) -> Option<ComparedColumns> {
    let texts = Normalise::ALL.into_iter().map(|(word, rule)| (word, ValueRule::Text(rule)));
    let mut choices: Vec<_> = texts.chain([("date", ValueRule::Day), ("postcode", ValueRule::Postcode)]).collect();
    choices.sort_by_key(|(word, _)| *word);
    let own = words(table, "normalise", &pairs, &choices);
    if table.has("normalise") && own.is_none() {
        return None;
    }
    let own = own.unwrap_or_default();
    let rule_of = |column: &ColumnName| {
        let said = own.iter().find(|(name, _)| name == column).map(|(_, rule)| *rule);
        said.unwrap_or_else(|| ValueRule::Text(normalised_as(column, columns)))
    };
    let form = |rule: ValueRule, format: &DateFormat| match rule {
        ValueRule::Day => CellForm::day(format),
        ValueRule::Postcode => CellForm::Postcode,
        ValueRule::Text(rule) => CellForm::Text(Form::new(rule).in_region(region)),
    };
    let record = pairs.iter().map(|(column, _)| form(rule_of(column), &formats.of_column(column))).collect();
    let entry = pairs.iter().map(|(column, _)| form(rule_of(column), of_list)).collect();
    let (columns, list_columns) = pairs.into_iter().unzip();
    Some((columns, list_columns, Comparison::Values { record, entry }))
}

/// Whether any column is compared as a date.
fn compares_days(table: &TableReader<'_>) -> bool {
    let Some(Value::Table(rules)) = table.peek("normalise").map(|node| &node.value) else { return false };
    rules.entries.iter().any(|(.., node)| matches!(&node.value, Value::Text(word) if word == "date"))
}

/// The form in which the column is pseudonymised; if it is not, as written.
fn normalised_as(column: &ColumnName, columns: &[ColumnRule]) -> Normalise {
    let mut of_column = columns.iter().filter(|rule| rule.name == *column);
    let normalise = |rule: &ColumnRule| match &rule.decision {
        ColumnDecision::Transform(TransformSpec::Pseudonymise(action)) => Some(action.normalise),
        _ => None,
    };
    of_column.find_map(normalise).unwrap_or_default()
}

/// A list of hashes.
fn digests(table: &TableReader<'_>, pairs: ColumnPairs, formats: &DateFormats) -> Option<ComparedColumns> {
    if table.has("normalise") {
        table.fault("normalise", "has no effect on hashes", Some("say `standardise`"));
    }
    if !table.has("standardise") {
        table.missing("standardise", Some("write standardise = { email = \"email\" }, and so for each matched column"));
    }
    if pairs.iter().any(|(_, other)| *other != pairs[0].1) {
        table.fault("match", "must name one column of hashes", Some("several identifiers are hashed together"));
        return None;
    }
    let mut said = words(table, "standardise", &pairs, &Identifier::ALL)?;
    said.sort_by_key(|(_, identifier)| *identifier);
    let identifiers: Vec<Identifier> = said.iter().map(|(_, identifier)| *identifier).collect();
    let dates = said.iter().find(|(_, identifier)| *identifier == Identifier::BirthDate);
    let dates = dates.map_or_else(DateFormat::iso, |(column, _)| formats.of_column(column));
    let form = DropForm::new(&identifiers, &dates).filter(|_| said.len() == pairs.len());
    let Some(form) = form else {
        let what = "must say email; or phone; or maid; or ctvid; or first_name, last_name, birth_date and zip; or first_name, last_name and vin; of every matched column";
        table.fault("standardise", what, None);
        return None;
    };
    let columns = said.into_iter().map(|(column, _)| column).collect();
    Some((columns, vec![pairs[0].1.clone()], Comparison::Drop(form)))
}

/// A table from matched columns to words; `None` if the key is missing or has a
/// fault.
fn words<T: Copy>(
    table: &TableReader<'_>,
    key: &'static str,
    pairs: &ColumnPairs,
    choices: &[(&'static str, T)],
) -> Option<Vec<(ColumnName, T)>> {
    let written = table.text_map(key)?;
    let path = table.path_of(key);
    let span = table.peek(key).map_or_else(|| table.span(), |node| node.span.clone());
    let mut found = Vec::new();
    for (column, word) in &written {
        let at = table.peek(key).and_then(|node| place(&node.value, column)).unwrap_or_else(|| span.clone());
        let add = |what: &str, hint: Option<&str>| table.faults().at(&at, &path_to(&path, column), what, hint);
        let known = pairs.iter().map(|(name, _)| name).find(|name| name.as_str() == *column);
        let choice = choices.iter().find(|(known, _)| known == word).map(|(_, value)| *value);
        if known.is_none() {
            let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
            let hint = closest(column, &names).map(|name| format!("did you mean `{name}`?"));
            add("is not a column of `match`", hint.as_deref());
        } else if choice.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let hint = closest(word, &words).map(|word| format!("did you mean `{word}`?"));
            add(&format!("must be one of {}", words.join(", ")), hint.as_deref());
        }
        found.extend(known.cloned().zip(choice));
    }
    (found.len() == written.len()).then_some(found)
}

fn place(table: &Value, key: &str) -> Option<std::ops::Range<usize>> {
    let Value::Table(Table { entries, .. }) = table else { return None };
    entries.iter().find(|(name, ..)| name == key).map(|(.., node)| node.span.clone())
}

fn day(table: &TableReader<'_>, format: Option<DateFormat>) -> Option<ListDay> {
    let declared = table.date_text("as_of");
    let column = table.parsed("as_of_column", ColumnName::parse);
    match (table.has("as_of"), table.has("as_of_column")) {
        (true, true) => table.fault("as_of_column", "stands beside `as_of`: give one of them", None),
        (_, false) if table.has("date_format") && !compares_days(table) => {
            let what = "has no effect without `as_of_column` or a column that is compared as a date";
            table.fault("date_format", what, Some("remove it"));
        }
        (true, false) => {
            let day = DateFormat::iso().date(declared?);
            if day.is_none() {
                table.fault("as_of", "must be a day, such as 2018-06-20", None);
            }
            return day.map(ListDay::Declared);
        }
        (false, true) => {
            let format = if table.has("date_format") { format? } else { DateFormat::iso() };
            return Some(ListDay::Column(DateColumn { column: column?, format }));
        }
        (false, false) => return Some(ListDay::Companion),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Faults;
    use crate::document::toml::read_toml;
    use crate::model::outcome::read::Read;
    use crate::policy::read::columns::read_columns;
    use crate::policy::read::output_names::OutputNames;

    fn lists(text: &str) -> Vec<ListRule> {
        let (table, syntax) = read_toml(text);
        assert!(syntax.is_empty(), "{syntax:?}");
        let faults = Faults::default();
        let root = TableReader::new(&table, 0..0, "", &faults);
        let formats = DateFormats::of(&root);
        let columns = read_columns(&root, &formats, &OutputNames::default(), &Faults::default());
        let lists = read_lists(&root, &formats, &columns, Region::default());
        let faults = faults.into_sorted();
        assert!(faults.is_empty(), "{faults:?}");
        lists
    }

    const LIST: &str = "[[consent.lists]]\nname = 'own'\nkind = 'suppression'\npath = 'list.csv'\n";

    #[test]
    fn a_column_is_compared_as_it_is_said_else_as_its_pseudonym_else_as_written() {
        let columns = "[columns.id]\nrole = 'direct_identifier'\npseudonymise = { domain = 'd', normalise = 'digits' }\n\
                       [columns.email]\nrole = 'direct_identifier'\npseudonymise = { domain = 'd', normalise = 'trim' }\n";
        let list = "match = { id = 'a', email = 'b', town = 'c' }\nnormalise = { email = 'email' }\n";
        let lists = lists(&format!("{columns}{LIST}{list}"));
        let forms = [Normalise::Digits, Normalise::Email, Normalise::None].map(|rule| CellForm::Text(Form::new(rule)));
        assert_eq!(lists[0].comparison, Comparison::Values { record: forms.to_vec(), entry: forms.to_vec() });
        assert_eq!(lists[0].day, ListDay::Companion);
        assert_eq!(lists[0].work_items, None);
    }

    #[test]
    fn several_identifiers_are_hashed_in_the_order_of_the_form_not_of_the_policy() {
        let list = "match = { zip = 'Hash', dob = 'Hash', last = 'Hash', first = 'Hash' }\ndigests = 'drop'\n\
                    standardise = { zip = 'zip', dob = 'birth_date', last = 'last_name', first = 'first_name' }\n\
                    [columns.dob]\nrole = 'insensitive'\ndrop = true\ndate_format = '%d/%m/%Y'\n";
        let lists = lists(&format!("{LIST}{list}"));
        let columns: Vec<&str> = lists[0].columns.iter().map(ColumnName::as_str).collect();
        assert_eq!(columns, ["first", "last", "dob", "zip"]);
        assert_eq!(lists[0].list_columns.len(), 1);
        assert_eq!(lists[0].work_items.as_ref().map(ColumnName::as_str), Some("ID"));
        let Comparison::Drop(form) = &lists[0].comparison else { panic!("it holds hashes") };
        let mut out = Vec::new();
        let cells = ["Danielle", "Johnson", "04/07/1985", "91790"];
        assert_eq!(form.hash(cells.into_iter().map(Some), &mut String::new(), &mut out), Ok(Read::Value(())));
        assert_eq!(out, b"PQOfn1RffEKmqMmNAzDKKaoZCwxWbQZkQzPWmQo9REA=");
    }

    #[test]
    fn a_policy_has_256_lists_at_most() {
        let many: String =
            (0..256).map(|n| LIST.replace("own", &format!("l{n}")) + "match = { id = 'id' }\n").collect();
        assert_eq!(lists(&many).len(), 256);
    }
}
