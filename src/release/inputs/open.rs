//! Opens a file of records, as the policy says it is written, and knows which columns
//! the policy asks of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::engine::bind::BindFault;
use crate::engine::bind::fit::PlanFit;
use crate::engine::consent_log::LogBinding;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{Source, SourceColumn};
use crate::format::asked_columns::AskedColumns;
use crate::format::csv::BLOCK_BYTES;
use crate::format::open;
use crate::model::column_type::ColumnType;
use crate::model::dialect::Dialect;
use crate::model::name::ColumnName;
use crate::policy::plan::column_uses::ColumnUse;
use crate::policy::plan::lists::ListRule;
use crate::policy::plan::{LogRules, Plan, Unlisted};
use crate::release::error::ReleaseError;
use crate::suppression::SuppressionList;

/// How the files of one table of the policy are opened.
#[derive(Debug, Clone)]
pub(crate) struct FileReading {
    dialect: Dialect,
    asked: AskedColumns,
    block_bytes: Option<usize>,
}

impl FileReading {
    /// Of the extract.
    pub(crate) fn of_extract(plan: &Plan, lists: &[Arc<SuppressionList>], block_bytes: Option<usize>) -> Self {
        let bound = |columns: &[SourceColumn]| PlanFit::new(plan, columns, &"".into(), None, lists).err();
        let asked = AskedColumns {
            names: asked_names(plan.extract.subject.as_str(), &bound),
            known_if_first: Vec::new(),
            refuses_others: plan.extract.unlisted == Unlisted::Refuse,
            uses: plan.column_uses(),
        };
        Self { dialect: plan.extract.dialect.clone(), asked, block_bytes }
    }

    /// Of the consent logs.
    pub(crate) fn of_logs(rules: &LogRules, block_bytes: Option<usize>) -> Self {
        let evidence = &rules.evidence;
        let bound = |columns: &[SourceColumn]| LogBinding::new(evidence, columns, &"".into()).err();
        let optional = [&evidence.recipients, &evidence.validity].into_iter().filter(|column| !column.required);
        let asked = AskedColumns {
            names: asked_names(evidence.subject.as_str(), &bound),
            // A log without such a column says something else than one of which a
            // record lacks the key.
            known_if_first: optional.map(|column| column.column.to_string()).collect(),
            refuses_others: false,
            uses: rules.column_uses(),
        };
        Self { dialect: rules.dialect.clone(), asked, block_bytes }
    }

    /// Of a list of which these columns are read.
    pub(crate) fn of_list<'c>(
        rule: &ListRule,
        columns: impl Iterator<Item = &'c ColumnName>,
        block_bytes: Option<usize>,
    ) -> Self {
        let names = columns.map(ToString::to_string).collect();
        let asked = AskedColumns { names, uses: rule.column_uses(), ..AskedColumns::default() };
        Self { dialect: rule.file.dialect.clone(), asked, block_bytes }
    }

    /// Of a table of which these columns are read, whatever is done with them.
    pub(crate) fn of_columns(dialect: &Dialect, columns: &[ColumnUse]) -> Self {
        let names = columns.iter().map(|column| column.name.clone()).collect();
        let asked = AskedColumns { names, uses: columns.to_vec(), ..AskedColumns::default() };
        Self { dialect: dialect.clone(), asked, block_bytes: None }
    }

    /// Whether a file among several may have no record.
    pub(crate) fn may_be_empty(&self) -> bool {
        self.dialect.may_be_empty
    }

    /// Opens a file.
    pub(crate) fn open(&self, path: &Path, name: &Arc<str>) -> Result<Box<dyn Source>, EngineError> {
        open::open_for(path, name, &self.dialect, self.block_bytes.unwrap_or(BLOCK_BYTES), &self.asked)
    }
}

/// The columns that are asked for, of which one is `first`: those that are missing
/// where there are none, as whoever binds them says.
fn asked_names(first: &str, bound: &dyn Fn(&[SourceColumn]) -> Option<Vec<BindFault>>) -> Vec<String> {
    let mut columns = vec![column(first)];
    loop {
        let missing: Vec<String> = bound(&columns).iter().flatten().filter_map(missing_column).collect();
        // A rule may ask for its second column once it has the first.
        let known = columns.len();
        for name in missing {
            if columns.iter().all(|column| column.name != name) {
                columns.push(column(&name));
            }
        }
        if columns.len() == known {
            return columns.into_iter().map(|column| column.name).collect();
        }
    }
}

fn column(name: &str) -> SourceColumn {
    SourceColumn { name: name.to_owned(), column_type: ColumnType::Text, without_text: None }
}

fn missing_column(fault: &BindFault) -> Option<String> {
    let BindFault::Input(fault) = fault else { return None };
    (fault.kind == InputFaultKind::MissingColumn).then(|| fault.column_name.as_deref().map(str::to_owned))?
}

/// Columns that no record of any file had so far.
#[derive(Debug, Default)]
pub(crate) struct NeverSeen(Option<BTreeSet<String>>);

impl NeverSeen {
    /// Counts in a file that had records, and those that none of them had.
    pub(crate) fn add(&mut self, never_seen: Vec<String>) {
        let of_file: BTreeSet<String> = never_seen.into_iter().collect();
        self.0 = Some(match self.0.take() {
            Some(before) => before.intersection(&of_file).cloned().collect(),
            None => of_file,
        });
    }

    /// A fault for each, of a file or of several.
    ///
    /// # Errors
    /// [`ReleaseError::Bind`], where there is one.
    pub(crate) fn check(self, name: &Arc<str>) -> Result<(), ReleaseError> {
        let fault = |column: &String| InputFault::file(InputFaultKind::MissingColumn, name).about(column).into();
        let faults: Vec<BindFault> = self.0.iter().flatten().map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(ReleaseError::Bind { file: name.to_string(), faults }) }
    }
}
