//! Floor 4: keep or drop a record, with a reason; one file a rule.
//!
//! A rule sees rows of borrowed cells and returns verdicts only. It runs over every
//! record before any column is rewritten, so it allocates nothing per record.

pub(crate) mod consent;
mod consent_texts;
mod listing;
pub(crate) mod minimum_age;
pub(crate) mod retention;
pub(crate) mod selection;

use std::fmt;

use crate::consent::finding::Finding;
use crate::model::name::ColumnName;
use crate::model::outcome::detail::Detail;
use crate::model::outcome::reason::DropReason;

/// How a rule wants to see a column's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a cell is seen before or after null_values")]
pub enum View {
    /// As written, before `null_values`: the words of a consent are matched so.
    Raw,
    /// With `null_values` taken as missing.
    Value,
}

/// A column a rule reads, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reads {
    /// The column of the extract.
    pub column: ColumnName,
    /// Whether `null_values` are taken as missing.
    pub view: View,
}

impl Reads {
    /// A column with `null_values` taken as missing.
    #[must_use]
    pub fn value(column: ColumnName) -> Self {
        Self { column, view: View::Value }
    }

    /// A column as written.
    #[must_use]
    pub fn raw(column: ColumnName) -> Self {
        Self { column, view: View::Raw }
    }
}

/// A range of rows: for each column the rule reads, in the order of
/// [`RowRule::reads`], the cells of all rows.
pub(crate) type RuleCells<'c, 'a> = [&'c [Option<&'a str>]];

/// Judges by its one cell every row that is not dropped yet: the loop that the
/// rules over one column share.
fn judge_each(
    cells: &[Option<&str>],
    verdicts: &mut [Option<DropReason>],
    judge: impl Fn(Option<&str>) -> Option<DropReason>,
) {
    for (verdict, cell) in verdicts.iter_mut().zip(cells) {
        if verdict.is_none() {
            *verdict = judge(*cell);
        }
    }
}

/// Decides, from one row alone, whether that row is dropped.
pub trait RowRule: fmt::Debug + Send + Sync {
    /// The columns it reads.
    fn reads(&self) -> &[Reads];
    /// Gives the verdict on each row: `verdicts[i]` is already `Some` where an
    /// earlier rule (in the order of judgement) dropped the row; leave it so.
    fn judge(&self, cells: &RuleCells<'_, '_>, verdicts: &mut [Option<DropReason>]);
    /// Which notice and which party, or which cell, the verdict on one of these
    /// rows is about. Called only for a row that the rule dropped for `reason`, and
    /// only if reasons of this kind have a detail.
    fn detail(&self, reason: DropReason, cells: &RuleCells<'_, '_>, row: usize) -> Detail {
        let _ = (reason, cells, row);
        Detail::NONE
    }
    /// What one of these rows says of the person, even if the record itself is
    /// dropped for something else: that they refused or withdrew, or are a child.
    fn restricts(&self, cells: &RuleCells<'_, '_>, row: usize) -> Option<DropReason> {
        let _ = (cells, row);
        None
    }
    /// Appends for each of some rows that it let pass the number of what their consent
    /// rests on, where it is the gate.
    fn relied_on(&self, cells: &RuleCells<'_, '_>, rows: &[usize], out: &mut Vec<u16>) {
        let _ = (cells, rows, out);
    }
    /// Whether it may drop a record for `reason`.
    fn drops_for(&self, reason: DropReason) -> bool {
        self.tests() == Some(reason)
    }
    /// The reason by which a trace names the rule, though it may have another;
    /// `None` for a gate, which has many.
    fn tests(&self) -> Option<DropReason> {
        None
    }
    /// Appends what it finds in one of these rows on its way to the verdict, where
    /// that tells more than the verdict.
    fn trace(&self, cells: &RuleCells<'_, '_>, row: usize, findings: &mut Vec<Finding<'static>>) {
        let _ = (cells, row, findings);
    }
}
