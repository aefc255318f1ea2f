//! Reads `[columns.X]` and `[[columns.X.also]]`: what happens to each column. A
//! column has exactly one action, and cannot be kept without a reason.

use super::output_names::OutputNames;
use crate::document::{Faults, TableReader, Value};
use crate::hierarchy::files::HierarchyFiles;
use crate::model::name::{ColumnName, OutputName};
use crate::model::number::format::{DECIMAL_MARKS, NumberFormat, THOUSANDS_MARKS};
use crate::model::role::AttributeRole;
use crate::policy::plan::{ColumnDecision, ColumnRule, OnUnreadable};
use crate::policy::read::date_formats::{DateFormats, declared_in};
use crate::transform::numbers::reads_numbers;
use crate::transform::shared::pattern::Pattern;
use crate::transform::{ACTIONS, TransformSpec};

const ON_UNREADABLE: [(&str, OnUnreadable); 3] =
    [("drop_record", OnUnreadable::DropRecord), ("null", OnUnreadable::Null), ("refuse", OnUnreadable::Refuse)];

/// Reads all columns in the order of the policy; a column with a fault is left out.
/// Warnings are added to `warnings`.
pub(crate) fn read_columns(
    root: &TableReader<'_>,
    formats: &DateFormats,
    names: &OutputNames,
    files: &HierarchyFiles,
    warnings: &Faults,
) -> Vec<ColumnRule> {
    let mut rules = Vec::new();
    for (name, table) in root.table("columns").map(|table| table.named_tables()).unwrap_or_default() {
        let column = ColumnName::parse(name).map_err(|fault| table.fault("", format!("the name {fault}"), None)).ok();
        let _ = declared_in(&table);
        let numbers = number_format(&table);
        let before = rules.len();
        if !table.has("role") {
            table.missing("role", Some(ROLE_HINT));
        }
        let role = role(&table);
        let first = OutputEntry { table: &table, column: column.as_ref(), role, files, is_also: false };
        let decision = first.decision(warnings);
        let is_dropped = matches!(decision, Some(ColumnDecision::Drop));
        rules.extend(first.rule(decision, formats, names));
        for also in table.tables("also") {
            if is_dropped {
                also.fault(
                    "",
                    "makes a second output of a column that is dropped",
                    Some("give the column this action"),
                );
            }
            let entry = OutputEntry {
                table: &also,
                column: column.as_ref(),
                role: if also.has("role") { self::role(&also) } else { role },
                files,
                is_also: true,
            };
            also.allow(&["role"]);
            let decision = entry.decision(warnings);
            if matches!(decision, Some(ColumnDecision::Drop)) {
                also.fault("drop", "an output that is dropped is none", Some("remove this entry"));
            }
            also.refuse("drop");
            rules.extend(entry.rule(decision, formats, names));
            also.finish();
        }
        table.finish();
        let mut reads_a_number = false;
        for rule in rules.iter_mut().skip(before) {
            rule.numbers = numbers.unwrap_or_default();
            reads_a_number |= matches!(&rule.decision, ColumnDecision::Transform(spec) if reads_numbers(spec));
        }
        for key in ["decimal", "thousands"] {
            // A column with a fault may read numbers once that is mended.
            if table.has(key) && rules.len() > before && !reads_a_number {
                table.fault(key, "has no effect on a column of which no number is read", Some("remove it"));
            }
        }
    }
    rules
}

/// How the numbers of a column are written.
pub(crate) fn number_format(table: &TableReader<'_>) -> Option<NumberFormat> {
    let decimal = mark(table, "decimal", &DECIMAL_MARKS, "must be \".\" or \",\"");
    let thousands = mark(
        table,
        "thousands",
        &THOUSANDS_MARKS,
        "must be one of \".\", \",\", an apostrophe (' or \u{2019}) and a blank (also one that does not break, or a narrow one)",
    );
    if table.has("decimal") && decimal.is_none() || table.has("thousands") && thousands.is_none() {
        return None;
    }
    let format = NumberFormat::new(decimal.unwrap_or('.'), thousands);
    if format.is_none() {
        let hint =
            "where \".\" groups digits, say decimal = \",\"; where \",\" stands before the decimals, it groups none";
        table.fault("thousands", "is the mark before the decimals, too", Some(hint));
    }
    format
}

/// One mark, of those that a number may have.
fn mark(table: &TableReader<'_>, key: &'static str, marks: &[char], what: &str) -> Option<char> {
    let mut written = table.text(key)?.chars();
    let mark = written.next().filter(|mark| marks.contains(mark) && written.next().is_none());
    if mark.is_none() {
        table.fault(key, what, None);
    }
    mark
}

const ROLE_HINT: &str = "say direct_identifier, quasi_identifier, sensitive or insensitive";

fn role(table: &TableReader<'_>) -> Option<AttributeRole> {
    table.choice("role", &AttributeRole::ALL)
}

/// One output of one column, as written.
struct OutputEntry<'t, 'a> {
    table: &'t TableReader<'a>,
    column: Option<&'t ColumnName>,
    role: Option<AttributeRole>,
    files: &'t HierarchyFiles,
    is_also: bool,
}

impl OutputEntry<'_, '_> {
    /// What happens to the column. Also adds warnings.
    fn decision(&self, warnings: &Faults) -> Option<ColumnDecision> {
        let table = self.table;
        let words = ["drop", "keep"].into_iter().chain(ACTIONS.iter().copied());
        let mut found = Vec::new();
        for word in words {
            table.allow(&[word]);
            if table.has(word) && !found.contains(&word) {
                found.push(word);
            }
        }
        let word = match found.as_slice() {
            [word] => *word,
            [] => {
                let hint = format!("use drop = true, keep = {{ because = \"…\" }}, or one of {}", ACTIONS.join(", "));
                table.fault("", "has no action", Some(&hint));
                return None;
            }
            several => {
                let hint = "a column has one action; for a second output of it write [[columns.X.also]]";
                table.fault("", format!("has several actions: {}", several.join(", ")), Some(hint));
                return None;
            }
        };
        let decision = match word {
            "drop" => {
                if table.boolean("drop") == Some(false) {
                    table.fault("drop", "must be true", Some("to deliver the column give it an action"));
                }
                ColumnDecision::Drop
            }
            "keep" => ColumnDecision::Keep { because: self.because()? },
            word => ColumnDecision::Transform(TransformSpec::read(word, &table.table(word)?, self.files)?),
        };
        self.warn(&decision, warnings);
        Some(decision)
    }

    fn because(&self) -> Option<String> {
        let hint = "use `pseudonymise` or `drop`; to keep it anyway give `because`";
        let table = self.table;
        let node = table.node("keep")?;
        let reason = match &node.value {
            Value::Table(_) => {
                let keep = table.table("keep")?;
                let reason = keep.text("because");
                let is_text = reason.is_some() || !keep.has("because");
                keep.finish();
                if !is_text {
                    return None;
                }
                reason.map(str::trim).filter(|reason| !reason.is_empty())
            }
            _ => None,
        };
        if reason.is_none() {
            if self.role == Some(AttributeRole::DirectIdentifier) {
                table.fault("", "a direct identifier is kept unchanged", Some(hint));
            } else {
                table.fault("keep", "must say why", Some("write keep = { because = \"…\" }"));
            }
        }
        reason.map(str::to_owned)
    }

    fn warn(&self, decision: &ColumnDecision, warnings: &Faults) {
        let warn = |what: &str, hint: &str| warnings.at(&self.table.span(), self.table.path(), what, Some(hint));
        let Some(role) = self.role else { return };
        match decision {
            ColumnDecision::Keep { .. } if role == AttributeRole::DirectIdentifier => {
                warn("direct identifiers released", "whoever holds the delivery knows who each record is about");
            }
            ColumnDecision::Transform(TransformSpec::Pseudonymise(_))
                if matches!(role, AttributeRole::QuasiIdentifier | AttributeRole::Sensitive) =>
            {
                warn("tiny domains are guessed by frequency: coarsen or drop", "a pseudonym is for identifiers");
            }
            _ => {}
        }
    }

    fn rule(&self, decision: Option<ColumnDecision>, formats: &DateFormats, names: &OutputNames) -> Option<ColumnRule> {
        let table = self.table;
        let pattern = table.parsed("pattern", Pattern::parse);
        let on_unreadable = table.choice("unreadable", &ON_UNREADABLE);
        if matches!(decision, Some(ColumnDecision::Drop)) {
            for key in ["as", "pattern", "unreadable"] {
                table.allow(&[key]);
                if table.has(key) {
                    table.fault(key, "has no effect on a column that is dropped", Some("remove it"));
                }
            }
            return Some(ColumnRule { output: None, ..self.base(ColumnDecision::Drop, formats)? });
        }
        let output = self.output();
        if let Some(output) = &output {
            let key = if table.has("as") { "as" } else { "" };
            names.claim(output, table, key);
        }
        let on_unreadable = on_unreadable.unwrap_or(OnUnreadable::Null);
        Some(ColumnRule { output: Some(output?), pattern, on_unreadable, ..self.base(decision?, formats)? })
    }

    fn base(&self, decision: ColumnDecision, formats: &DateFormats) -> Option<ColumnRule> {
        let name = self.column?.clone();
        Some(ColumnRule {
            date_format: formats.of_column(&name),
            name,
            role: self.role?,
            decision,
            output: None,
            pattern: None,
            numbers: NumberFormat::default(),
            on_unreadable: OnUnreadable::Null,
            place: self.table.span(),
        })
    }

    /// The name in the delivery: what `as` says, else the column's own.
    fn output(&self) -> Option<OutputName> {
        if self.table.has("as") {
            return self.table.parsed("as", OutputName::parse);
        }
        self.table.allow(&["as"]);
        if self.is_also {
            self.table.missing("as", Some("a second output needs a name of its own"));
            return None;
        }
        let output = OutputName::parse(self.column?.as_str());
        if let Err(fault) = &output {
            self.table.missing("as", Some(&format!("as a name in the delivery the column's own {fault}")));
        }
        output.ok()
    }
}
