//! Reads how a list of people is compared with the extract: its columns, and the form
//! in which both sides are. Opens no list.

use crate::document::{Table, TableReader, Value, closest, path_to};
use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
use crate::identifier::phone::Region;
use crate::model::name::ColumnName;
use crate::model::time::date::DateFormat;
use crate::policy::plan::{ColumnDecision, ColumnRule};
use crate::policy::read::date_formats::DateFormats;
use crate::suppression::california_drop::{DropForm, Identifier};
use crate::suppression::comparison::{CellForm, Comparison};
use crate::suppression::digests::DigestFunction;
use crate::transform::TransformSpec;

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

fn only_for_hashes(table: &TableReader<'_>) {
    for key in ["standardise", "id"] {
        if table.has(key) {
            table.fault(key, "has no effect without digests = \"drop\"", Some("remove it, or say what the list holds"));
        }
    }
}

/// What a list is compared by.
pub(super) struct ListForm {
    pub(super) columns: Vec<ColumnName>,
    pub(super) list_columns: Vec<ColumnName>,
    pub(super) comparison: Comparison,
    /// Indices of the columns for which the list says no form, so that they are
    /// compared exactly as written.
    pub(super) exactly: Vec<usize>,
}

/// What the entries of a list are, where they are no values.
#[derive(Debug, Clone, Copy)]
enum Digests {
    Drop,
    Values(DigestFunction),
}

const DIGESTS: [(&str, Digests); 4] = [
    ("drop", Digests::Drop),
    ("md5", Digests::Values(DigestFunction::Md5)),
    ("sha1", Digests::Values(DigestFunction::Sha1)),
    ("sha256", Digests::Values(DigestFunction::Sha256)),
];

/// Reads `match`, `digests`, `normalise` and `standardise`. `of_list` is how the dates of
/// the list are written, if it says so.
pub(super) fn compared(
    table: &TableReader<'_>,
    (formats, of_list): (&DateFormats, Option<&DateFormat>),
    columns: &[ColumnRule],
    region: Region,
) -> Option<ListForm> {
    let iso = DateFormat::iso();
    let formats_of_both = (formats, of_list.unwrap_or(&iso));
    let pairs = pairs(table);
    let digests = table.choice("digests", &DIGESTS);
    match (digests, table.has("digests")) {
        (Some(Digests::Drop), _) => hashes(table, pairs?, formats),
        (Some(Digests::Values(function)), _) => {
            only_for_hashes(table);
            let ListForm { columns, list_columns, comparison, exactly } =
                values(table, pairs?, formats_of_both, columns, region)?;
            let (Comparison::Values { record, .. }, [_]) = (comparison, columns.as_slice()) else {
                let hint = "a digest is of one value; of an address or a number, declare two lists";
                table.fault("match", "must name one column of digests", Some(hint));
                return None;
            };
            let record = record.into_iter().next()?;
            Some(ListForm { columns, list_columns, comparison: Comparison::Digests { function, record }, exactly })
        }
        (None, true) => None,
        (None, false) => {
            only_for_hashes(table);
            values(table, pairs?, formats_of_both, columns, region)
        }
    }
}

/// How a column is compared, as a policy says it.
#[derive(Debug, Clone, Copy)]
enum ValueRule {
    Day,
    Domain,
    IpAddress,
    Name,
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
) -> Option<ListForm> {
    let texts = Normalise::ALL.into_iter().map(|(word, rule)| (word, ValueRule::Text(rule)));
    let others = [
        ("date", ValueRule::Day),
        ("domain", ValueRule::Domain),
        ("ip_address", ValueRule::IpAddress),
        ("name", ValueRule::Name),
        ("postcode", ValueRule::Postcode),
    ];
    let mut choices: Vec<_> = texts.chain(others).collect();
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
    let domains = own.iter().filter(|(_, rule)| matches!(rule, ValueRule::Domain)).count();
    if domains > 0 && table.has("digests") {
        let hint = "a digest of a domain does not tell what is below it; compare domains, or digests of addresses";
        table.fault("normalise", "cannot be domain beside `digests`", Some(hint));
        return None;
    }
    if domains > 1 {
        table.fault("normalise", "can be domain for one column", Some("declare a list for each of them"));
        return None;
    }
    let form = |rule: ValueRule, format: &DateFormat, of_domain: CellForm| match rule {
        ValueRule::Day => CellForm::day(format),
        ValueRule::Domain => of_domain,
        ValueRule::IpAddress => CellForm::IpAddress,
        ValueRule::Name => CellForm::Name,
        ValueRule::Postcode => CellForm::Postcode,
        ValueRule::Text(rule) => CellForm::Text(Form::new(rule).in_region(region)),
    };
    let of_record = |column: &ColumnName| form(rule_of(column), &formats.of_column(column), CellForm::DomainOfAddress);
    let record: Vec<CellForm> = pairs.iter().map(|(column, _)| of_record(column)).collect();
    let entry = pairs.iter().map(|(column, _)| form(rule_of(column), of_list, CellForm::Domain)).collect();
    let (columns, list_columns): (Vec<ColumnName>, Vec<ColumnName>) = pairs.into_iter().unzip();
    let is_said = |column: &ColumnName| own.iter().any(|(name, _)| name == column);
    let is_exact = |form: &CellForm| matches!(form, CellForm::Text(form) if form.rule() == Normalise::None);
    let unsaid = columns.iter().zip(&record).map(|(column, form)| is_exact(form) && !is_said(column));
    let exactly = (0..).zip(unsaid).filter(|(_, unsaid)| *unsaid).map(|(place, _)| place).collect();
    Some(ListForm { columns, list_columns, comparison: Comparison::Values { record, entry }, exactly })
}

/// Whether any column of the list holds dates that are compared. Digests of dates are
/// no dates.
pub(super) fn compares_days(table: &TableReader<'_>) -> bool {
    if table.has("digests") {
        return false;
    }
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

/// A list of hashes of California's DROP.
fn hashes(table: &TableReader<'_>, pairs: ColumnPairs, formats: &DateFormats) -> Option<ListForm> {
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
    let list_columns = vec![pairs[0].1.clone()];
    Some(ListForm { columns, list_columns, comparison: Comparison::Drop(form), exactly: Vec::new() })
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
