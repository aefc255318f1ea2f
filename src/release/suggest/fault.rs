//! Why no levels can be suggested. Names columns and files, which were given, and never
//! a value.

use std::path::PathBuf;

use crate::format::io::opening::shown;
use crate::hierarchy::HierarchyFault;
use crate::model::number::counted::counted;
use crate::privacy::search::classes::table::CountFault;

/// Why nothing is suggested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoSuggestion {
    /// A column is given more than once.
    #[error("a column {what}")]
    Twice {
        /// Of what.
        what: &'static str,
    },
    /// Levels are given to a column that is not searched.
    #[error("levels are given to a column that --quasi does not name")]
    NotQuasi,
    /// The subject cannot be generalised.
    #[error("--quasi names the column of --subject")]
    QuasiSubject,
    /// More different values, or records, than are counted.
    #[error("a column has more than 4,294,967,295 different values")]
    TooManyValues,
    /// The records cannot be counted by class.
    #[error("{0}")]
    Count(CountFault),
    /// Columns have no levels.
    #[error("{} no levels that can be searched{}", have(.0.len()), told(.0))]
    Levels(Vec<NotLevelled>),
    /// No choice of levels satisfies.
    #[error("no choice of levels has classes of {k} with at most {} suppressed", counted(*.max_suppressed, "record"))]
    NothingSatisfies {
        /// What was asked.
        k: u32,
        /// The most that may be suppressed.
        max_suppressed: u64,
    },
    /// The time was over before a choice was found.
    #[error("the time was over before a choice of levels was found")]
    NoTime,
}

/// A column without levels.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotLevelled {
    /// The column.
    pub column: String,
    /// Why.
    pub why: WithoutLevels,
}

/// Why a column has no levels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WithoutLevels {
    /// Nobody said where they come from, and the values do not say it.
    #[error("nothing says its levels, and its values are neither all dates nor all postcodes")]
    NotPlain,
    /// The file of levels cannot be used.
    #[error("{} {what}", shown(path))]
    NotRead {
        /// The file.
        path: PathBuf,
        /// Why.
        what: &'static str,
    },
    /// The file is no hierarchy.
    #[error("{} is no hierarchy: {}", shown(path), first(faults))]
    Faults {
        /// The file.
        path: PathBuf,
        /// Every fault.
        faults: Vec<HierarchyFault>,
    },
    /// Values of the extract have no row.
    #[error("{} has no row for {} of {}", shown(path), counted(*values, "value"), counted(*records, "record"))]
    NoRow {
        /// The file.
        path: PathBuf,
        /// How many values.
        values: u64,
        /// How many records have them.
        records: u64,
    },
    /// No cell is what its levels are made of.
    #[error("no cell of it can be read, so there is nothing to generalise")]
    NothingRead,
    /// Bands would be wider than exact numbers.
    #[error("so many levels of bands would be wider than 10^19")]
    TooWide,
    /// The longest text has too many characters.
    #[error("its longest value has too many characters, for a level each")]
    TooLong,
    /// A bug.
    #[error("its levels are not nested, which is a bug in scant: please report it")]
    NotNested,
}

fn have(columns: usize) -> String {
    format!("{} {}", counted(columns as u64, "column"), if columns == 1 { "has" } else { "have" })
}

fn told(columns: &[NotLevelled]) -> String {
    columns.iter().fold(String::new(), |told, NotLevelled { column, why }| format!("{told}\n  {column}: {why}"))
}

fn first(faults: &[HierarchyFault]) -> String {
    match faults {
        [] => String::new(),
        [one] => one.to_string(),
        [one, others @ ..] => format!("{one}; and {}", counted(others.len() as u64, "further fault")),
    }
}

impl NoSuggestion {
    /// What to try.
    pub(crate) fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Twice { .. } | Self::TooManyValues | Self::Count(CountFault::Empty | CountFault::Misfit) => {
                return None;
            }
            Self::NotQuasi => "name it there, or leave its levels out",
            Self::QuasiSubject => {
                "whoever a record is about is pseudonymised or dropped; a search coarsens what is left"
            }
            Self::Count(_) => {
                "leave out a column with nearly as many values as records: it identifies, and is dropped or pseudonymised; or coarsen it first"
            }
            Self::Levels(columns) => return columns.first().map(NotLevelled::hint),
            Self::NothingSatisfies { .. } => {
                "allow more to be suppressed, ask for a smaller k, or give every column a last level at which all its values are one: that one drops it"
            }
            Self::NoTime => "give it more with --time-limit",
        };
        Some(text.to_owned())
    }

    /// Whether the extract is at fault.
    pub(crate) fn is_of_extract(&self) -> bool {
        matches!(self, Self::Count(_) | Self::TooManyValues)
    }

    /// Whether what was asked cannot be had, or not in time.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::NothingSatisfies { .. } | Self::NoTime)
    }

    /// Whether it is a bug.
    pub(crate) fn is_bug(&self) -> bool {
        matches!(self, Self::Levels(columns) if columns.iter().any(|column| column.why == WithoutLevels::NotNested))
    }
}

impl NotLevelled {
    fn hint(&self) -> String {
        let Self { column, why } = self;
        match why {
            WithoutLevels::NotPlain => format!(
                "--hierarchy {column}=FILE names a file of levels, and `scant hierarchy` makes one; \
                --levels {column}=date makes them of dates though some cells are none, {column}=number:5 of numbers, \
                {column}=prefix of codes, and {column}=whole lets the column be kept or dropped whole"
            ),
            WithoutLevels::NoRow { .. } => {
                "a hierarchy must have a row for every value of the extract, its writing included".to_owned()
            }
            WithoutLevels::Faults { faults, .. } => {
                faults.iter().find_map(HierarchyFault::hint).unwrap_or("see `scant help hierarchy`").to_owned()
            }
            WithoutLevels::NothingRead => format!(
                "is it what --levels says? --policy names a policy whose [extract] and [columns.{column}] say how \
                it is written"
            ),
            WithoutLevels::TooWide => "give a smaller width".to_owned(),
            WithoutLevels::TooLong => {
                format!("--levels {column}=prefix:N says how many characters the levels begin with")
            }
            WithoutLevels::NotRead { .. } => "a path begins at the folder you are in".to_owned(),
            WithoutLevels::NotNested => format!("leave {column} out of --quasi"),
        }
    }
}
