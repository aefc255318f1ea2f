//! Reads `[[consent.lists]]`: people who are not delivered whatever else is
//! recorded. Opens no list.

use std::collections::BTreeSet;

use super::list_forms::{ListForm, compared, compares_days};
use crate::consent::columns::evidence::{CellPlace, DateColumn, FlagColumn};
use crate::document::TableReader;
use crate::identifier::phone::Region;
use crate::model::name::{ColumnName, PlainName};
use crate::model::time::date::DateFormat;
use crate::model::time::duration::Period;
use crate::policy::plan::ColumnRule;
use crate::policy::plan::lists::{ListDay, ListFile, ListKind, ListRule, OnNotComparable, is_pattern};
use crate::policy::read::attachments;
use crate::policy::read::date_formats::{DateFormats, declared_in};
use crate::policy::read::dialect::read_dialect;
use crate::suppression::comparison::Comparison;

/// The column of work item ids in the deletion lists of California's DROP.
const WORK_ITEM: &str = "ID";
/// The index of a list in a reason has eight bits.
const MOST_LISTS: usize = 256;

/// Reads the lists; one with a fault is left out. `columns` are those of the
/// policy: unless the list says otherwise, a column is compared in the form of its
/// pseudonym.
pub(super) fn read_lists(
    consent: &TableReader<'_>,
    formats: &DateFormats,
    columns: &[ColumnRule],
    region: Region,
) -> Vec<ListRule> {
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
    let own_format = declared_in(table);
    let compared = compared(table, (formats, own_format.as_ref()), columns, region);
    // Only a deletion list has work items; what has a fault is not asked for one.
    let work_items = match &compared {
        Some(ListForm { comparison: Comparison::Drop(_), .. }) if table.has("id") => {
            table.parsed("id", ColumnName::parse)
        }
        Some(ListForm { comparison: Comparison::Drop(_), .. }) => ColumnName::parse(WORK_ITEM).ok(),
        _ => None,
    };
    // Keys that are read only in some cases are known keys in all of them.
    table.allow(&["normalise", "standardise", "id"]);
    let max_age = table.parsed("max_list_age", Period::parse);
    let day = day(table, own_format);
    let removed = removed(table);
    if table.has("removed") && matches!(&compared, Some(ListForm { comparison: Comparison::Drop(_), .. })) {
        let hint = "every work item of such a list is answered; leave out of the file what was removed";
        table.fault("removed", "has no effect on a deletion list", Some(hint));
    }
    let max_unreadable = table.integer("max_unreadable", 0..=i64::MAX).and_then(|most| u64::try_from(most).ok());
    let on_unreadable = table.choice("on_unreadable", &OnNotComparable::ALL).unwrap_or_default();
    let ListForm { columns, list_columns, comparison, exactly } = compared?;
    Some(ListRule {
        name: name?,
        kind: kind?,
        file: file?,
        columns,
        list_columns,
        comparison,
        work_items,
        day: day?,
        removed,
        max_age,
        max_unreadable: max_unreadable.unwrap_or(0),
        on_unreadable,
        exactly,
        place: table.span(),
    })
}

fn file(table: &TableReader<'_>) -> Option<ListFile> {
    if !table.has("path") && !table.has("paths") {
        table.missing("path", Some("give the path of the list, relative to the policy's own file"));
    }
    let one = attachments::path(table, "path");
    let mut paths: Vec<String> = one.into_iter().map(str::to_owned).collect();
    let listed = table.placed_texts("paths");
    if table.has("path") && table.has("paths") {
        table.fault("paths", "stands beside `path`: give one of them", None);
    }
    if listed.as_ref().is_some_and(Vec::is_empty) {
        table.fault("paths", "lists nothing", Some("name the files of the list"));
    }
    for (path, span) in listed.unwrap_or_default() {
        let add = |what: &str, hint: Option<&str>| table.faults().at(span, &table.path_of("paths"), what, hint);
        if !attachments::is_relative(path) {
            add("must be relative paths", Some("paths are relative to the policy's own file"));
        } else if paths.iter().any(|known| known == path) {
            add("names a file twice", None);
        }
        paths.push(path.to_owned());
    }
    for key in ["path", "paths"] {
        let in_folder = |path: &String| path.rsplit_once('/').is_some_and(|(folder, _)| is_pattern(folder));
        if table.has(key) && paths.iter().any(in_folder) {
            table.fault(key, "has a pattern in a folder", Some("`*` and `?` may be in the name of a file"));
        }
    }
    let dialect = read_dialect(table);
    if paths.is_empty() { None } else { Some(ListFile { paths, dialect }) }
}

/// The column of the entries that were removed since. Nothing but a word of `yes` says so.
fn removed(table: &TableReader<'_>) -> Option<FlagColumn> {
    let table = table.table("removed")?;
    let column = table.required_parsed("column", ColumnName::parse);
    let words = |key| -> Vec<String> {
        table.texts(key).unwrap_or_default().into_iter().map(|word| word.trim().to_owned()).collect()
    };
    let (yes, no) = (words("yes"), words("no"));
    if yes.is_empty() {
        table.fault("yes", "must list the words that say that an entry was removed", None);
    }
    if yes.iter().any(String::is_empty) {
        table.fault("yes", "an empty cell cannot say that an entry was removed", None);
    }
    if yes.iter().any(|word| no.contains(word)) {
        table.fault("no", "a word of this list says yes too", None);
    }
    table.finish();
    Some(FlagColumn { place: CellPlace { column: column?, pointer: None }, yes, no })
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
    use crate::hierarchy::files::HierarchyFiles;
    use crate::identifier::canonical::Normalise;
    use crate::identifier::form::Form;
    use crate::model::outcome::read::Read;
    use crate::policy::read::columns::read_columns;
    use crate::policy::read::output_names::OutputNames;
    use crate::suppression::comparison::CellForm;

    fn lists(text: &str) -> Vec<ListRule> {
        let (table, syntax) = read_toml(text);
        assert!(syntax.is_empty(), "{syntax:?}");
        let faults = Faults::default();
        let root = TableReader::new(&table, 0..0, "", &faults);
        let formats = DateFormats::of(&root);
        let columns =
            read_columns(&root, &formats, &OutputNames::default(), &HierarchyFiles::default(), &Faults::default());
        let lists = read_lists(&root.table("consent").unwrap(), &formats, &columns, Region::default());
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
