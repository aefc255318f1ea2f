//! Reads `[rows]`: which records the purpose needs at all. Lists may be in a file
//! beside the policy; its text is a parameter.

use std::sync::Arc;

use super::attachments::{self, Attachments};
use super::date_formats::{DateFormats, PIVOT};
use crate::document::TableReader;
use crate::model::digest::Digest;
use crate::model::name::ColumnName;
use crate::model::number::counted::{are, counted};
use crate::model::outcome::reason::DropReason;
use crate::model::time::duration::Period;
use crate::policy::plan::{MinimumAgeRule, RetentionRule, RowRules, SelectionRule};
use crate::row_rule::selection::{Coarsening, Listed, in_both};
use crate::transform::identifiers::coarsen_postcode::{self, PostcodeUnit};

const COARSENINGS: [(&str, (&str, Coarsening)); 3] = [
    ("area", ("area", |text, out| coarsen_postcode::coarsen(text, PostcodeUnit::Area, out))),
    ("district", ("district", |text, out| coarsen_postcode::coarsen(text, PostcodeUnit::District, out))),
    ("sector", ("sector", |text, out| coarsen_postcode::coarsen(text, PostcodeUnit::Sector, out))),
];

/// Reads the table, which may be left out. Also returns the names of the policy's
/// own reasons, by index.
pub(crate) fn read_rows(
    root: &TableReader<'_>,
    attachments: &Attachments,
    formats: &DateFormats,
) -> (RowRules, Vec<Arc<str>>) {
    let mut rules = RowRules::default();
    let mut reasons = Vec::new();
    let Some(table) = root.table("rows") else { return (rules, reasons) };
    for entry in table.tables("only") {
        rules.selections.extend(selection(&entry, attachments, Some(Listed::AreKept)));
        entry.finish();
    }
    for entry in table.tables("drop") {
        let effect = own_reason(&entry, &mut reasons).map(Listed::AreDropped);
        let rule = selection(&entry, attachments, effect);
        let alike = rules.selections.iter().find(|known| Some(known.effect) == effect);
        if alike.is_some_and(|known| rule.as_ref().is_some_and(|rule| rule.whole_subject != known.whole_subject)) {
            let hint = "give one of the two another reason";
            entry.fault("whole_subject", "is said otherwise for the same reason above", Some(hint));
        }
        rules.selections.extend(rule);
        entry.allow(&["not_in"]);
        entry.finish();
    }
    rules.retention = table.table("retention").and_then(|entry| {
        let column = entry.required_parsed("column", ColumnName::parse);
        let max_age = entry.required_parsed("max_age", Period::parse);
        let format = column.as_ref().map(|column| formats.named_in(&entry, column));
        entry.allow(&["date_format", PIVOT]);
        entry.finish();
        Some(RetentionRule { format: format?, column: column?, max_age: max_age? })
    });
    rules.minimum_age = table.table("minimum_age").and_then(|entry| {
        let column = entry.required_parsed("column", ColumnName::parse);
        if !entry.has("years") {
            entry.missing("years", Some("the age that must have been reached, such as 18"));
        }
        let years = entry.integer("years", 1..=150).and_then(|years| u16::try_from(years).ok());
        let format = column.as_ref().map(|column| formats.named_in(&entry, column));
        entry.allow(&["date_format", PIVOT]);
        entry.finish();
        Some(MinimumAgeRule { format: format?, column: column?, years: years? })
    });
    table.finish();
    (rules, reasons)
}

/// The index of the entry's reason; a reason that is named twice has one index.
fn own_reason(entry: &TableReader<'_>, reasons: &mut Vec<Arc<str>>) -> Option<u8> {
    let name = entry.required_text("reason")?;
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !first || !rest || name.len() > 63 {
        entry.fault("reason", "must match [a-z][a-z0-9_]{0,62}", None);
        return None;
    }
    if DropReason::is_taken(name) {
        entry.fault("reason", "is the name of a reason scant gives itself", Some("choose another word"));
        return None;
    }
    let known = reasons.iter().position(|reason| **reason == *name);
    let Ok(position) = u8::try_from(known.unwrap_or(reasons.len())) else {
        entry.fault("reason", "is one reason too many: a policy has at most 256 of its own", None);
        return None;
    };
    if known.is_none() {
        reasons.push(name.into());
    }
    Some(position)
}

fn selection(entry: &TableReader<'_>, attachments: &Attachments, effect: Option<Listed>) -> Option<SelectionRule> {
    let column = entry.required_parsed("column", ColumnName::parse);
    let coarsen = entry.choice("coarsen", &COARSENINGS);
    let listed = listed(entry, attachments).and_then(|listed| match coarsen {
        Some((word, coarsening)) => coarsened(entry, &listed, word, coarsening),
        None => Some(listed),
    });
    let others = others(entry, listed.as_deref(), effect, coarsen.is_some());
    let is_drop = effect != Some(Listed::AreKept);
    let whole_subject = is_drop && entry.boolean("whole_subject").unwrap_or(true);
    Some(SelectionRule {
        column: column?,
        listed: listed?,
        others,
        file: attachments::path(entry, "in_file").and_then(|path| attachments.bytes(path).ok()).map(Digest::blake3),
        coarsening: coarsen.map(|(_, coarsening)| coarsening),
        coarsen_word: coarsen.map(|(word, _)| word),
        effect: effect?,
        whole_subject,
        place: entry.span(),
        path: entry.path().to_owned(),
    })
}

/// `not_in`: all other words of a column by which records are dropped.
fn others(
    entry: &TableReader<'_>,
    listed: Option<&[String]>,
    effect: Option<Listed>,
    is_coarsened: bool,
) -> Option<Vec<String>> {
    if effect == Some(Listed::AreKept) || !entry.has("not_in") {
        return None;
    }
    let others: Vec<String> = entry.texts("not_in")?.into_iter().map(str::to_owned).collect();
    if is_coarsened {
        entry.fault("not_in", "stands beside `coarsen`: what cannot be read is dropped by it anyway", None);
        return None;
    }
    if let Some(position) = listed.and_then(|listed| in_both(listed, &others)) {
        let what = format!("the word at position {} is listed too, in this or another writing", position + 1);
        entry.fault("not_in", what, Some("blanks, capitals and full-width letters make no other word"));
        return None;
    }
    Some(others)
}

/// The listed parts in the form of a coarsened cell. Refuses a part that no cell
/// can be, which would silently select no record, and a part finer than `coarsen`,
/// which would select more people than it names.
fn coarsened(entry: &TableReader<'_>, listed: &[String], word: &str, coarsening: Coarsening) -> Option<Vec<String>> {
    let mut coarse = Vec::with_capacity(listed.len());
    let mut wrong = Vec::new();
    for (position, value) in listed.iter().enumerate() {
        let mut written = String::new();
        let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).count();
        let is_read = coarsening(value, &mut written).is_ok();
        if !is_read || letters(&written) < letters(value) {
            wrong.push(position + 1);
        }
        coarse.push(written);
    }
    let Some(first) = wrong.first() else { return Some(coarse) };
    let key = if entry.has("in") { "in" } else { "in_file" };
    let count = wrong.len() as u64;
    let listed = counted(count, "value");
    let what = format!("lists {listed} that {} no postcode {word}, the first as number {first}", are(count));
    entry.fault(key, what, Some("list what `coarsen` makes of a cell: area AB, district AB10, sector \"AB10 1\""));
    None
}

fn listed(entry: &TableReader<'_>, attachments: &Attachments) -> Option<Vec<String>> {
    let inline = entry.texts("in");
    let path = attachments::path(entry, "in_file");
    let listed: Vec<String> = match (entry.has("in"), entry.has("in_file")) {
        (true, true) => {
            entry.fault("in_file", "stands beside `in`: give one of them", None);
            return None;
        }
        (false, false) => {
            entry.fault("", "must list its cells, by `in` or `in_file`", None);
            return None;
        }
        (true, false) => inline?.into_iter().map(str::to_owned).collect(),
        (false, true) => match attachments.text(path?) {
            Ok(text) => lines(text).map(str::to_owned).collect(),
            Err(fault) => {
                entry.fault("in_file", fault.to_string(), Some("one value a line, UTF-8"));
                return None;
            }
        },
    };
    if listed.is_empty() {
        let key = if entry.has("in") { "in" } else { "in_file" };
        entry.fault(key, "lists nothing", None);
        return None;
    }
    Some(listed)
}

/// One value a line; LF or CRLF; blank lines are ignored.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::toml::read_toml;
    use crate::document::{Fault, Faults};

    fn rows(text: &str, file: &[u8]) -> (RowRules, Vec<Arc<str>>, Vec<Fault>) {
        let (table, syntax) = read_toml(text);
        assert!(syntax.is_empty(), "{syntax:?}");
        let faults = Faults::default();
        let mut attachments = Attachments::new();
        attachments.insert("list.txt", Ok(file.to_vec()));
        let root = TableReader::new(&table, 0..0, "", &faults);
        let (rules, reasons) = read_rows(&root, &attachments, &DateFormats::of(&root));
        (rules, reasons, faults.into_sorted())
    }

    #[test]
    fn a_list_in_a_file_is_one_value_a_line() {
        let text = "[[rows.only]]\ncolumn = 'postcode'\ncoarsen = 'district'\nin_file = 'list.txt'";
        let (rules, _, faults) = rows(text, b"\xEF\xBB\xBFn1 \r\n\r\n  \nSW1A\n");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(rules.selections[0].listed, ["N1", "SW1A"]);
        let coarsen = rules.selections[0].coarsening.unwrap();
        let mut out = String::new();
        assert!(coarsen("sw1a1aa", &mut out).is_ok());
        assert_eq!(out, "SW1A");
        assert_eq!(rows(text, b"\n \n").2[0].what, "lists nothing");
        assert_eq!(rows(text, b"\xff").2[0].what, "the file is not UTF-8");
    }

    #[test]
    fn a_listed_part_is_one_that_a_cell_can_have() {
        let faults = |coarsen: &str, values: &str| {
            rows(&format!("[[rows.only]]\ncolumn = 'p'\ncoarsen = '{coarsen}'\nin = [{values}]"), b"").2
        };
        let what = &faults("district", "'N1', 'SO1O', 'SW1A 1AA', 'sw1a'")[0].what;
        assert_eq!(what, "lists 2 values that are no postcode district, the first as number 2");
        assert_eq!(faults("sector", "'N1'").len(), 1);
        assert_eq!(faults("area", "'QQ'").len(), 1);
        assert_eq!(faults("area", "'ZZ99'").len(), 1);
        for (coarsen, values) in [("area", "'n', 'BFPO'"), ("district", "' N1 ', 'GIR'"), ("sector", "'N1 2', 'ASCN'")]
        {
            assert!(faults(coarsen, values).is_empty(), "{coarsen} {values}");
        }
    }

    #[test]
    fn no_word_is_listed_and_not_listed() {
        let entry = |not_in: &str, more: &str| {
            rows(&format!("[[rows.drop]]\ncolumn = 'p'\nreason = 'gone'\nin = ['Y']\nnot_in = [{not_in}]\n{more}"), b"")
        };
        let (rules, _, faults) = entry("'N', ''", "");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(rules.selections[0].others.as_deref(), Some(&["N".to_owned(), String::new()][..]));
        let what = &entry("'N', ' y'", "").2[0].what;
        assert_eq!(what, "the word at position 2 is listed too, in this or another writing");
        assert_eq!(entry("'N'", "coarsen = 'area'").2.len(), 2);
        let only = rows("[[rows.only]]\ncolumn = 'p'\nin = ['Y']\nnot_in = ['N']", b"").2;
        assert_eq!(only[0].path, "rows.only[1].not_in");
    }

    #[test]
    fn a_reason_is_of_the_person_or_of_the_record() {
        let entry = |more: &str| format!("[[rows.drop]]\ncolumn = 'a'\nin = ['Y']\nreason = 'gone'\n{more}\n");
        let (rules, _, faults) = rows(&[entry(""), entry("whole_subject = true")].concat(), b"");
        assert!(faults.is_empty(), "{faults:?}");
        assert!(rules.selections.iter().all(|rule| rule.whole_subject));
        let faults = rows(&[entry(""), entry("whole_subject = false")].concat(), b"").2;
        assert_eq!(faults[0].path, "rows.drop[2].whole_subject");
        let only = rows("[[rows.only]]\ncolumn = 'a'\nin = ['Y']\nwhole_subject = true", b"").2;
        assert_eq!(only[0].path, "rows.only[1].whole_subject");
    }

    #[test]
    fn one_reason_has_one_position() {
        let entry = |reason| format!("[[rows.drop]]\ncolumn = 'a'\nin = ['Y']\nreason = '{reason}'\n");
        let (rules, reasons, faults) = rows(&[entry("dead"), entry("gone"), entry("dead")].concat(), b"");
        assert!(faults.is_empty(), "{faults:?}");
        let effects: Vec<Listed> = rules.selections.iter().map(|rule| rule.effect).collect();
        assert_eq!(effects, [Listed::AreDropped(0), Listed::AreDropped(1), Listed::AreDropped(0)]);
        assert_eq!(reasons.len(), 2);
    }

    #[test]
    fn a_policy_has_256_reasons_at_most() {
        let entries = |count: usize| -> String {
            (0..count).map(|n| format!("[[rows.drop]]\ncolumn = 'a'\nin = ['Y']\nreason = 'r{n}'\n")).collect()
        };
        assert!(rows(&entries(256), b"").2.is_empty());
        let faults = rows(&entries(257), b"").2;
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].path, "rows.drop[257].reason");
    }
}
