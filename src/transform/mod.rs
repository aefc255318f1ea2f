//! Floor 3: what happens to the cells of one column, one file an action.
//!
//! An action sees one column, each cell on its own, and has no access to records,
//! files, clocks or other columns, but for the subject of the record where it says
//! that it reads it; so it may rewrite any range of cells on any thread. An [`Action`] holds the parameters as the policy gives them. It builds a
//! [`ColumnTransform`], which rewrites cells, once the type of the column, the
//! as-of date and the key are known.
//!
//! To add one, see the page of recipes in the manual. The laws and the tests of
//! documentation and schemas then include it without a change.

pub(crate) mod context;
pub(crate) mod dates;
pub(crate) mod derived;
pub(crate) mod echo;
pub(crate) mod identifiers;
pub(crate) mod keep;
#[cfg(test)]
mod laws;
pub(crate) mod numbers;
pub(crate) mod shared;
#[cfg(test)]
pub(crate) mod test_policy;
pub(crate) mod texts;

use std::fmt;

pub use self::context::BuildContext;
pub(crate) use self::context::Inapplicable;
use crate::document::TableReader;
use crate::hierarchy::files::HierarchyFiles;
use crate::model::cells::Cells;
use crate::model::column_type::ColumnType;
use crate::model::outcome::cell_state::{CellState, StateCounts};
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::{Tally, Unreadable};

/// The result of one action over a range of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rewritten {
    /// As many cells as were given.
    pub cells: Cells,
    /// How many were changed, unchanged, missing or unreadable.
    pub tally: Tally,
    /// Positions of the cells that could not be read, ascending.
    pub unreadable: Vec<u32>,
    /// What became of each cell.
    pub(crate) states: Vec<CellState>,
}

impl Rewritten {
    /// Runs `rewrite` over cells whose result is text. `rewrite` writes the new
    /// cell, or says why the old one is unreadable.
    pub fn text(cells: &[Option<&str>], mut rewrite: impl FnMut(&str, &mut String) -> Result<(), Unreadable>) -> Self {
        let mut scratch = String::new();
        let mut written = crate::model::cells::TextCells::with_capacity(cells.len(), cells.len() * 12);
        let mut counted = CellCounter::with_capacity(cells.len());
        for (row, cell) in cells.iter().enumerate() {
            let Some(text) = cell else {
                counted.missing();
                written.push(None);
                continue;
            };
            scratch.clear();
            match rewrite(text, &mut scratch) {
                Ok(()) => {
                    counted.rewritten(scratch != *text);
                    written.push(Some(&scratch));
                }
                Err(reason) => {
                    counted.unreadable(row, reason);
                    written.push(None);
                }
            }
        }
        counted.of(Cells::Text(written))
    }

    /// Runs `rewrite` over cells whose result is a whole number. A readable cell
    /// counts as changed unless it already holds that number.
    pub fn integer(cells: &[Option<&str>], rewrite: impl FnMut(&str) -> Result<i64, Unreadable>) -> Self {
        Self::typed(cells, Cells::Integer, rewrite)
    }

    /// The same for every type of cell that can be parsed from text.
    fn typed<T: std::str::FromStr + PartialEq>(
        cells: &[Option<&str>],
        kind: impl FnOnce(Vec<Option<T>>) -> Cells,
        mut rewrite: impl FnMut(&str) -> Result<T, Unreadable>,
    ) -> Self {
        let mut counted = CellCounter::with_capacity(cells.len());
        let written = cells
            .iter()
            .enumerate()
            .map(|(row, cell)| {
                let Some(text) = cell else {
                    counted.missing();
                    return None;
                };
                match rewrite(text) {
                    Ok(value) => {
                        counted.rewritten(text.parse().ok().as_ref() != Some(&value));
                        Some(value)
                    }
                    Err(reason) => {
                        counted.unreadable(row, reason);
                        None
                    }
                }
            })
            .collect();
        counted.of(kind(written))
    }
}

/// Counts cells, in their order, and keeps what became of each.
struct CellCounter {
    states: Vec<CellState>,
    counts: StateCounts,
    rows: Vec<u32>,
}

impl CellCounter {
    fn with_capacity(cells: usize) -> Self {
        Self { states: Vec::with_capacity(cells), counts: StateCounts::default(), rows: Vec::new() }
    }

    fn push(&mut self, state: CellState) {
        self.counts.add(state);
        self.states.push(state);
    }

    fn missing(&mut self) {
        self.push(CellState::MISSING);
    }

    fn rewritten(&mut self, changed: bool) {
        self.push(if changed { CellState::CHANGED } else { CellState::UNCHANGED });
    }

    fn unreadable(&mut self, row: usize, reason: Unreadable) {
        self.push(CellState::unreadable(reason));
        // Cannot overflow: the cells are of one block, so there are far fewer than
        // 2³².
        self.rows.push(u32::try_from(row).unwrap_or(u32::MAX));
    }

    /// The result, once every cell was counted.
    fn of(self, cells: Cells) -> Rewritten {
        Rewritten { cells, tally: self.counts.tally(), unreadable: self.rows, states: self.states }
    }
}

/// Rewrites the cells of one column, each on its own.
///
/// The laws every implementation keeps, tested over all [`examples`]: as many cells
/// out as in; a missing cell stays missing unless the documentation says otherwise;
/// the cells have the type that [`ColumnTransform::output_type`] returns; `apply(a
/// ++ b) = apply(a) ++ apply(b)`, so that cells may be divided into blocks and
/// threads; equal cells stay equal; the tally adds up to the cells.
pub trait ColumnTransform: fmt::Debug + Send + Sync {
    /// The type of the column afterwards.
    fn output_type(&self) -> ColumnType;
    /// Rewrites a range of cells.
    fn apply(&self, cells: &[Option<&str>]) -> Rewritten;
    /// Whether what a cell becomes depends on whose record it is in. Then `apply`
    /// alone reads no cell.
    fn reads_subject(&self) -> bool {
        false
    }
    /// The same for records of these subjects, one for each cell, each in its
    /// canonical form.
    fn apply_by_subject(&self, cells: &[Option<&str>], _subjects: &[&str]) -> Rewritten {
        self.apply(cells)
    }
}

/// What a policy asks for: the parameters of one action, parsed so that they cannot
/// be wrong.
pub trait Action: fmt::Debug + Send + Sync {
    /// Says what is lost, for the manifest and for `explain`.
    fn loss(&self) -> Loss;
    /// The name of the technique in the words of ISO/IEC 20889.
    fn technique(&self) -> &'static str;
    /// Whether it needs a key.
    fn needs_key(&self) -> bool {
        false
    }
    /// Whether its cells still hold text as it was written, or parts of it, so that
    /// they can repeat what is dropped beside them.
    fn holds_original_text(&self) -> bool {
        false
    }
    /// Builds the kernel, or says why the action does not fit the column.
    ///
    /// # Errors
    /// [`Inapplicable`].
    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable>;
}

/// An example of an action: part of its documentation, and the input of the tests
/// of laws and schemas.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The action as a policy writes it, such as `coarsen_date = { to = "year" }`.
    pub policy: &'static str,
    /// The type of the column before.
    pub input: ColumnType,
    /// Three or more cells before; as-of date 2026-11-01, ISO dates.
    pub before: &'static [Option<&'static str>],
    /// The cells after, as a CSV file shows them. Empty where they depend on a key;
    /// then the action's own tests check them.
    pub after: &'static [Option<&'static str>],
}

/// The schema of the parameters of an action or a derivation, as JSON Schema. The
/// files under `schemas/` are composed of these.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ParameterSchema {
    /// Of `policy.schema.json`: as a policy writes them.
    pub policy: &'static str,
    /// Of `manifest.schema.json` and `account.schema.json`: as they were used, with
    /// what the policy left to its default.
    pub documents: &'static str,
}

macro_rules! second {
    ($first:ident, $second:expr) => {
        $second
    };
}

/// The only list of actions: file, type, and the word a policy uses; `with files` for
/// one that reads files beside the policy.
macro_rules! actions {
    ($($group:ident :: $module:ident :: $type:ident = $word:literal $(with $files:ident)?,)+) => {
        /// How a policy says a column's cells are rewritten.
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[non_exhaustive]
        pub enum TransformSpec {
            $(
                #[doc = concat!("`", $word, "`, see [`", stringify!($group), "::", stringify!($module), "`].")]
                #[serde(rename = $word)]
                $type($group::$module::$type),
            )+
        }

        /// The words a policy uses, in the order of the list.
        pub const ACTIONS: &[&str] = &[$($word),+];

        impl TransformSpec {
            /// Reads the parameters of the action called `word`. Faults are added
            /// to those of the reader, and then the result is `None`. `files` are those
            /// that the policy names.
            #[must_use]
            pub(crate) fn read(word: &str, parameters: &TableReader<'_>, files: &HierarchyFiles) -> Option<Self> {
                match word {
                    $($word => $group::$module::$type::read(parameters $(, second!($files, files))?)
                        .map(Self::$type),)+
                    _ => None,
                }
            }

            /// The word a policy uses.
            #[must_use]
            pub fn word(&self) -> &'static str {
                match self { $(Self::$type(_) => $word,)+ }
            }

            /// The action itself.
            #[must_use]
            pub fn action(&self) -> &dyn Action {
                match self { $(Self::$type(action) => action,)+ }
            }
        }

        /// Every example of every action, with the action's word.
        pub fn examples() -> impl Iterator<Item = (&'static str, &'static Example)> {
            [$(($word, $group::$module::EXAMPLES)),+]
                .into_iter()
                .flat_map(|(word, examples)| examples.iter().map(move |example| (word, example)))
        }

        /// The schema of every action, by its word, in the order of the list.
        pub const ACTION_SCHEMAS: &[(&str, ParameterSchema)] = &[$(($word, $group::$module::SCHEMA)),+];
    };
}

actions! {
    dates::age_band::AgeBand = "age_band",
    numbers::band_number::BandNumber = "band_number",
    dates::bucket_time::BucketTime = "bucket_time",
    numbers::clamp_number::ClampNumber = "clamp_number",
    dates::coarsen_date::CoarsenDate = "coarsen_date",
    identifiers::coarsen_ip::CoarsenIp = "coarsen_ip",
    identifiers::coarsen_postcode::CoarsenPostcode = "coarsen_postcode",
    texts::map_hierarchy::MapHierarchy = "map_hierarchy" with files,
    texts::map_values::MapValues = "map_values",
    identifiers::mask_email::MaskEmail = "mask_email",
    texts::mask_text::MaskText = "mask_text",
    identifiers::pseudonymise::Pseudonymise = "pseudonymise",
    texts::redact_text::RedactText = "redact_text",
    texts::replace::Replace = "replace",
    numbers::round_number::RoundNumber = "round_number",
    dates::shift_date::ShiftDate = "shift_date",
    texts::top_values::TopValues = "top_values",
    texts::truncate_text::TruncateText = "truncate_text",
}
