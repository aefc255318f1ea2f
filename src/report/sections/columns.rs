//! The columns: what each was, what was done to it, what is lost, and what of it is
//! delivered; and those that stayed behind.

use serde_json::Value;

use crate::manifest::document::{CellsSection, ColumnSection, DecisionWord, DerivedSection};
use crate::model::number::counted::{counted, number};
use crate::report::documents::Documents;
use crate::report::text::{capital, foreign, foreign_list, spaced};
use crate::report::words::{parameters, role};

/// The columns of the delivery, and those that are not in it.
#[derive(Debug)]
pub(in crate::report) struct ColumnLists {
    pub(in crate::report) delivered: Vec<ColumnLine>,
    /// Dropped by name: the name, and the role.
    pub(in crate::report) dropped: Vec<(String, &'static str)>,
    /// How many are dropped because the policy does not name them, in words.
    pub(in crate::report) not_listed: String,
    /// Their names, where they are told.
    pub(in crate::report) not_listed_names: String,
    pub(in crate::report) is_exact: bool,
}

/// A delivered column.
#[derive(Debug)]
pub(in crate::report) struct ColumnLine {
    pub(in crate::report) output: String,
    /// What it was made from, where that has another name.
    pub(in crate::report) source: String,
    pub(in crate::report) role: &'static str,
    pub(in crate::report) is_identifier_released: bool,
    pub(in crate::report) technique: String,
    pub(in crate::report) action: String,
    pub(in crate::report) parameters: Vec<String>,
    pub(in crate::report) lost: String,
    pub(in crate::report) because: String,
    pub(in crate::report) cells: Vec<String>,
    pub(in crate::report) values: String,
}

impl ColumnLists {
    pub(in crate::report) fn of(documents: &Documents) -> Self {
        let told = &documents.told;
        let own = documents.sources_delivered().map(|column| line(documents, column));
        let derived = told.derived.iter().map(|column| derived_line(documents, column));
        let names = told.not_listed.names.iter().flatten().map(String::as_str);
        Self {
            delivered: own.chain(derived).collect(),
            dropped: documents.sources_dropped().map(|column| (foreign(&column.source), role(column.role))).collect(),
            not_listed: counted(told.not_listed.columns as u64, "column"),
            not_listed_names: foreign_list(names),
            is_exact: documents.is_exact,
        }
    }
}

fn line(documents: &Documents, column: &ColumnSection) -> ColumnLine {
    let output = column.output.as_deref().unwrap_or_default();
    let is_kept = column.decision == DecisionWord::Keep;
    ColumnLine {
        output: foreign(output),
        source: if column.source == output { String::new() } else { foreign(&column.source) },
        role: role(column.role),
        is_identifier_released: column.direct_identifier_released,
        technique: if is_kept { "None: kept as it is".to_owned() } else { capital(&foreign(&column.technique)) },
        action: column.action.as_deref().map(foreign).unwrap_or_default(),
        parameters: column.parameters.as_ref().map(parameters::lines).unwrap_or_default(),
        lost: capital(&foreign(&column.lost)),
        because: column.because.as_deref().map(foreign).unwrap_or_default(),
        cells: column.cells.as_ref().map(cells).unwrap_or_default(),
        values: values(documents, output),
    }
}

fn derived_line(documents: &Documents, column: &DerivedSection) -> ColumnLine {
    let parameters: Vec<String> = match &column.parameters {
        Value::Null => Vec::new(),
        own => parameters::lines(own),
    };
    ColumnLine {
        output: foreign(&column.output),
        source: "several columns".to_owned(),
        role: role(column.role),
        is_identifier_released: false,
        technique: "Generalisation (derivation)".to_owned(),
        action: foreign(&column.derivation),
        parameters,
        lost: capital(&foreign(&column.lost)),
        because: String::new(),
        cells: column.cells.as_ref().map(cells).unwrap_or_default(),
        values: values(documents, &column.output),
    }
}

/// What happened to the cells, a line each; what did not happen is not said, apart from
/// missing and unreadable cells, which are not to be taken for each other.
fn cells(cells: &CellsSection) -> Vec<String> {
    let unreadable: u64 = cells.unreadable.values().sum();
    let mut lines = vec![
        format!("{} of {} rewritten", number(cells.changed), number(cells.delivered)),
        format!("{} missing", number(cells.missing)),
        format!("{} unreadable{}", number(unreadable), reasons(cells)),
    ];
    if cells.suppressed > 0 {
        lines.push(format!("{} suppressed", number(cells.suppressed)));
    }
    lines.extend(cells.echoes.map(|echoes| format!("{} repeated a direct identifier", number(echoes))));
    lines
}

fn reasons(cells: &CellsSection) -> String {
    let reasons: Vec<String> = cells.unreadable.keys().map(|reason| spaced(reason)).collect();
    if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) }
}

/// The different values before and after.
fn values(documents: &Documents, output: &str) -> String {
    let privacy = documents.told.privacy.as_ref();
    let column = privacy.and_then(|privacy| privacy.utility.columns.iter().find(|column| column.column == output));
    let Some(column) = column else { return String::new() };
    match (column.values_read, column.values_delivered) {
        (Some(read), Some(delivered)) => format!("{} before, {} after", number(read), documents.count(delivered)),
        (None, Some(delivered)) => format!("{} after", documents.count(delivered)),
        _ => "too many to be measured".to_owned(),
    }
}
