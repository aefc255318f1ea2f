//! A new column from several; one file a derivation.
//!
//! A derivation sees only the cells of the columns it names, row by row: no other
//! rows, no clock, no key. It answers the one question that the purpose needs, so
//! that the columns it reads need not be delivered.
//!
//! It uses the types of `transform/` for cells; no action uses a derivation.
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
/// The laws: as many cells out as there are rows; each cell depends on its own row
/// alone; the cells have the type that [`Derivation::output_type`] returns; the
/// tally adds up to the rows.
pub trait Derivation: fmt::Debug + Send + Sync {
    /// The columns it reads, in the order [`Derivation::apply`] wants them.
    fn reads(&self) -> &[ColumnName];
    /// The type of the new column.
    fn output_type(&self) -> ColumnType;
    /// Says what the new column no longer tells of those columns.
    fn loss(&self) -> Loss;
    /// Makes the cells of some rows. `columns` are equally long and in the order of
    /// [`Derivation::reads`]. The tally counts rows: as missing where every cell
    /// was missing, as unreadable where there was a cell and none could be read.
    fn apply(&self, columns: &[&[Option<&str>]]) -> Rewritten;
}

/// The only list of derivations: file, type, and the word a policy uses.
macro_rules! derivations {
    ($($module:ident :: $type:ident = $word:literal,)+) => {
        /// How a policy says a new column is made.
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

        /// The schema of every derivation, by its word, in the order of the list.
        pub const DERIVATION_SCHEMAS: &[(&str, ParameterSchema)] = &[$(($word, $module::SCHEMA)),+];

        impl DerivationSpec {
            /// Reads the parameters of the derivation called `word`. Faults are
            /// added to those of the reader, and then the result is `None`.
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

            /// Says what the new column no longer tells of the columns it reads.
            #[must_use]
            pub fn loss(&self) -> Loss {
                match self { $(Self::$type(spec) => spec.loss(),)+ }
            }

            /// Builds the kernel. `dates` says how the dates of a column are read;
            /// it is called once for each column, in order.
            ///
            /// # Errors
            /// If `dates` refuses a column.
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
