//! A new column from several; one file a derivation.
//!
//! A derivation sees the cells of the columns it names, row by row, and nothing
//! else: no other rows, no clock, no key. It answers the one question the
//! purpose needs, so that the columns behind it can stay where they are.
//!
//! It speaks of cells as `transform/` does; nothing in `transform/` names a
//! derivation.
//!
//! To add one: write its file with `read`, `DerivationSpec`'s four answers and
//! `build`; add its `mod` line, its variant and its arms below.

pub(crate) mod any_age_below;

use std::fmt;

use jiff::civil::Date;

use crate::document::TableReader;
use crate::identifier::day_reader::DayReader;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::outcome::loss::Loss;
use crate::transform::{Inapplicable, Rewritten};

/// Makes the cells of one new column.
///
/// The laws: as many cells out as there are rows; each depends on its own row
/// alone; the cells have the type [`Derivation::output_type`] says; the tally
/// adds up to the rows.
pub trait Derivation: fmt::Debug + Send + Sync {
    /// The columns it reads, in the order [`Derivation::apply`] wants them.
    fn reads(&self) -> &[ColumnName];
    /// The type of the new column.
    fn output_type(&self) -> ColumnType;
    /// Says what of those columns the new one no longer tells.
    fn loss(&self) -> Loss;
    /// Makes one run of cells. `columns` are equally long and in the order of
    /// [`Derivation::reads`]. The tally counts rows: missing where every cell
    /// was, unreadable where there was a cell and none could be read.
    fn apply(&self, columns: &[&[Option<&str>]]) -> Rewritten;
}

/// The words a policy uses.
pub const DERIVATIONS: &[&str] = &["any_age_below"];

/// What a policy says a new column is made of.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DerivationSpec {
    /// `any_age_below`, see [`any_age_below`].
    AnyAgeBelow(any_age_below::AnyAgeBelow),
}

impl DerivationSpec {
    /// Reads the parameters of the derivation called `word`; faults go to the
    /// reader's collection, and then the result is `None`.
    #[must_use]
    pub fn read(word: &str, parameters: &TableReader<'_>) -> Option<Self> {
        match word {
            "any_age_below" => any_age_below::AnyAgeBelow::read(parameters).map(Self::AnyAgeBelow),
            _ => None,
        }
    }

    /// The word a policy uses.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::AnyAgeBelow(_) => "any_age_below",
        }
    }

    /// The columns it reads.
    #[must_use]
    pub fn reads(&self) -> &[ColumnName] {
        match self {
            Self::AnyAgeBelow(spec) => &spec.columns,
        }
    }

    /// The type of the new column.
    #[must_use]
    pub fn output_type(&self) -> ColumnType {
        match self {
            Self::AnyAgeBelow(_) => ColumnType::Boolean,
        }
    }

    /// Says what of the columns it reads the new one no longer tells.
    #[must_use]
    pub fn loss(&self) -> Loss {
        match self {
            Self::AnyAgeBelow(spec) => spec.loss(),
        }
    }

    /// Makes what runs. `dates` says how the dates of a column are read; it is
    /// asked once for each column, in order.
    ///
    /// # Errors
    /// What `dates` says against a column.
    pub fn build(
        &self,
        as_of: Date,
        dates: impl FnMut(&ColumnName) -> Result<DayReader, Inapplicable>,
    ) -> Result<Box<dyn Derivation>, Inapplicable> {
        match self {
            Self::AnyAgeBelow(spec) => spec.build(as_of, dates),
        }
    }
}
