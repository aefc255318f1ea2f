//! A list of people who are not delivered, as a policy declares it. The list itself
//! is read by `release`.
#![expect(clippy::exhaustive_enums, reason = "part of a plan: read field by field, and made in one place")]

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::consent::columns::evidence::{DateColumn, FlagColumn};
use crate::model::dialect::Dialect;
use crate::model::name::{ColumnName, PlainName};
use crate::model::outcome::reason::DropReason;
use crate::model::time::date::DateFormat;
use crate::model::time::duration::Period;
use crate::suppression::comparison::Comparison;

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// People whose data must be erased.
    Erasure,
    /// People registered with a preference service.
    Preference,
    /// People who must not be contacted.
    Suppression,
}

impl ListKind {
    /// Every kind, with the word a policy uses for it.
    pub const ALL: [(&'static str, Self); 3] =
        [("erasure", Self::Erasure), ("preference", Self::Preference), ("suppression", Self::Suppression)];

    /// The word a policy uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Erasure => "erasure",
            Self::Preference => "preference",
            Self::Suppression => "suppression",
        }
    }
}

/// Whether the name of a file is a pattern of several: `*` is any text in it, and `?`
/// one character.
pub(crate) fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// Where the files of a list are, and how they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFile {
    /// Where they are, relative to the policy's own file; the name of a file may be a
    /// pattern.
    pub paths: Vec<String>,
    /// How its entries are written.
    pub dialect: Dialect,
}

/// Where the day of a list is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListDay {
    /// In a column of the list: the latest day in it.
    Column(DateColumn),
    /// In the file `FILE.as_of` beside the list, where there is one.
    Companion,
    /// In the policy.
    Declared(Date),
}

/// One `[[consent.lists]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRule {
    /// Its name.
    pub name: PlainName,
    /// What it is for.
    pub kind: ListKind,
    /// Its file.
    pub file: ListFile,
    /// The columns of the extract that are compared.
    pub columns: Vec<ColumnName>,
    /// The columns of the list with which they are compared, in the same order; of
    /// a deletion list, its one column of hashes.
    pub list_columns: Vec<ColumnName>,
    /// How they are compared.
    pub comparison: Comparison,
    /// Of a deletion list: the column with the ids of its work items, each of which
    /// gets an answer.
    pub work_items: Option<ColumnName>,
    /// Where its day is found.
    pub day: ListDay,
    /// The column that says which entries were removed from it since, and its words.
    pub removed: Option<FlagColumn>,
    /// How old it may be at the as-of day.
    pub max_age: Option<Period>,
    /// How many of its entries may be unreadable.
    pub max_unreadable: u64,
    /// What happens to a record that cannot be compared with it.
    pub on_unreadable: OnNotComparable,
    /// Indices of the compared columns for which the policy says no form, so that
    /// they are compared exactly as written.
    pub exactly: Vec<usize>,
    /// The position of its table in the policy.
    pub place: Range<usize>,
}

/// What happens to a record that cannot be compared with a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnNotComparable {
    /// It is dropped: the person may be on the list.
    #[default]
    Drop,
    /// It passes, as if it were not on the list.
    Deliver,
}

impl OnNotComparable {
    /// Both choices, with the words a policy uses for them.
    pub const ALL: [(&'static str, Self); 2] = [("deliver", Self::Deliver), ("drop", Self::Drop)];
}

impl ListRule {
    /// Why a record that is on it is dropped; `position` is the index of the list
    /// in the policy.
    #[must_use]
    pub fn reason(&self, position: u8) -> DropReason {
        match self.kind {
            ListKind::Erasure => DropReason::Erased,
            ListKind::Preference | ListKind::Suppression => DropReason::Suppressed(position),
        }
    }

    /// The columns of the extract that are compared as dates of a declared format.
    pub fn dated_columns(&self) -> impl Iterator<Item = (&ColumnName, &DateFormat)> {
        self.comparison.declared_dates().filter_map(|(place, format)| Some((self.columns.get(place)?, format)))
    }

    /// The columns of the list that hold dates of a declared format, each with its place
    /// among those that are read: the compared ones, then that of the day.
    pub(crate) fn dated_entry_columns(&self) -> impl Iterator<Item = (usize, &ColumnName, &DateFormat)> {
        let compared = self.comparison.declared_entry_dates();
        let compared = compared.filter_map(|(place, format)| Some((place, self.list_columns.get(place)?, format)));
        let day = match &self.day {
            ListDay::Column(day) => Some((self.list_columns.len(), &day.column, &day.format)),
            ListDay::Companion | ListDay::Declared(_) => None,
        };
        compared.chain(day)
    }

    /// Why a record that cannot be compared with it is dropped; `None`: it passes.
    #[must_use]
    pub fn not_comparable(&self, position: u8) -> Option<DropReason> {
        match self.on_unreadable {
            OnNotComparable::Drop => Some(DropReason::NotComparable(position)),
            OnNotComparable::Deliver => None,
        }
    }
}
