//! A new column from several; one file a derivation.
//!
//! A derivation sees the cells of the columns it names, row by row, and nothing
//! else: no other rows, no clock, no key. It answers the one question the
//! purpose needs, so that the columns behind it can stay where they are.
//!
//! It speaks of cells as `transform/` does; nothing in `transform/` names a
//! derivation.
//!
//! To add one, see the page of recipes in the manual.

pub(crate) mod any_age_below;

use std::fmt;

use jiff::civil::Date;

use crate::document::TableReader;
use crate::identifier::day_reader::DayReader;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::model::outcome::loss::Loss;
use crate::transform::{Inapplicable, ParameterSchema, Rewritten};

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

/// The one list of derivations: file, type, and the word a policy uses.
macro_rules! derivations {
    ($($module:ident :: $type:ident = $word:literal,)+) => {
        /// What a policy says a new column is made of.
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[non_exhaustive]
        pub enum DerivationSpec {
            $(
                #[doc = concat!("`", $word, "`, see [`", stringify!($module), "`].")]
                #[serde(rename = $word)]
                $type($module::$type),
            )+
        }

        /// The words a policy uses, in the order of the list.
        pub const DERIVATIONS: &[&str] = &[$($word),+];

        /// What the schemas say of every derivation, by its word, in the order of the
        /// list.
        pub const DERIVATION_SCHEMAS: &[(&str, ParameterSchema)] = &[$(($word, $module::SCHEMA)),+];

        impl DerivationSpec {
            /// Reads the parameters of the derivation called `word`; faults go to the
            /// reader's collection, and then the result is `None`.
            #[must_use]
            pub fn read(word: &str, parameters: &TableReader<'_>) -> Option<Self> {
                match word {
                    $($word => $module::$type::read(parameters).map(Self::$type),)+
                    _ => None,
                }
            }

            /// The word a policy uses.
            #[must_use]
            pub fn word(&self) -> &'static str {
                match self { $(Self::$type(_) => $word,)+ }
            }

            /// The columns it reads.
            #[must_use]
            pub fn reads(&self) -> &[ColumnName] {
                match self { $(Self::$type(spec) => spec.reads(),)+ }
            }

            /// The type of the new column.
            #[must_use]
            pub fn output_type(&self) -> ColumnType {
                match self { $(Self::$type(_) => $module::$type::OUTPUT_TYPE,)+ }
            }

            /// Says what of the columns it reads the new one no longer tells.
            #[must_use]
            pub fn loss(&self) -> Loss {
                match self { $(Self::$type(spec) => spec.loss(),)+ }
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
                match self { $(Self::$type(spec) => spec.build(as_of, dates),)+ }
            }
        }
    };
}

derivations! {
    any_age_below::AnyAgeBelow = "any_age_below",
}
