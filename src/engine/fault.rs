//! What can be wrong with an extract, and what else can stop a run.
//!
//! An [`InputFault`] says what, where (file, record, column by number) and what to
//! try; it has no field that could hold a cell.

use std::fmt;
use std::io;
use std::sync::Arc;

pub use super::fault_kind::InputFaultKind;
use crate::model::column_type::TextlessType;
use crate::model::number::counted::{are, counted, number};
use crate::model::outcome::structure_fault::StructureFault;

/// Something wrong with an extract: what, in which file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain facts, stated by whoever finds them")]
pub struct InputFault {
    /// What is wrong.
    pub kind: InputFaultKind,
    /// The file, as it was named on the command line.
    pub file: Arc<str>,
    /// The record, counted from 1 after the header.
    pub record: Option<u64>,
    /// The column, counted from 1.
    pub column: Option<u32>,
    /// The column's name, only where the policy itself names it.
    pub column_name: Option<Box<str>>,
    /// The name of the type of the file, if the type is wrong.
    pub type_name: Option<&'static str>,
    /// The type of the column, if it cannot be written as text.
    pub textless: Option<TextlessType>,
    /// What else is known of some kinds of fault.
    pub facts: Option<Box<FaultFacts>>,
    /// Which table of the policy says how the file is written.
    pub described_by: DescribedBy,
}

/// What is known of some kinds of fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaultFacts {
    /// The position of the first of two columns that have the same name.
    pub(crate) first_column: Option<u32>,
    /// The position of the last column.
    pub(crate) last_column: Option<u32>,
    /// How many lines there seem to be before the header.
    pub(crate) lines_before: Option<u32>,
    /// What is wrong with the record.
    pub(crate) malformed: Option<StructureFault>,
    /// Which of the columns that a command asks for it is about, from 1.
    pub(crate) asked_column: Option<u32>,
    /// The row of a sheet, counted from 1 as the sheet shows it.
    pub(crate) row: Option<u32>,
    /// How many records there should be, and how many there are, if the number is
    /// wrong.
    pub(crate) counts: Option<(u64, u64)>,
}

/// The table of a policy that says how a file is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DescribedBy {
    /// `[consent.events]`.
    Events,
    /// `[extract]`.
    #[default]
    Extract,
    /// The `[[consent.lists]]` of this name.
    List(Arc<str>),
    /// `[extract]` of a policy that is named for this alone, or could be.
    OptionalPolicy,
    /// `[privacy.population]`.
    Population,
}

impl DescribedBy {
    /// The name of a key of the table, as people would search for it.
    fn key(&self, key: &str) -> String {
        match self {
            Self::Events => format!("consent.events.{key}"),
            Self::Extract => format!("extract.{key}"),
            Self::List(name) => format!("`{key}` in the table of the list {name}"),
            Self::OptionalPolicy => format!("extract.{key} in a policy named by --policy"),
            Self::Population => format!("privacy.population.{key}"),
        }
    }
}

impl InputFault {
    /// A fault of a whole file.
    #[must_use]
    pub fn file(kind: InputFaultKind, file: &Arc<str>) -> Self {
        Self {
            kind,
            file: Arc::clone(file),
            record: None,
            column: None,
            column_name: None,
            type_name: None,
            textless: None,
            facts: None,
            described_by: DescribedBy::default(),
        }
    }

    /// A fault of a file with another number of records than it should have.
    #[must_use]
    pub fn count(file: &Arc<str>, declared: u64, found: u64) -> Self {
        let facts = FaultFacts { counts: Some((declared, found)), ..FaultFacts::default() };
        Self::file(InputFaultKind::CountMismatch, file).with_facts(facts)
    }

    /// What to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        use InputFaultKind as Kind;
        let key = |key| self.described_by.key(key);
        Some(match self.kind {
            Kind::BadMagic => format!(
                "look at what was delivered to you; give the file the name of its real format, or set {}; a spreadsheet (.xlsx) is read by a scant that was built with `--features xlsx`",
                key("format")
            ),
            Kind::FormatMismatch => format!(
                "look at what was delivered to you; give the file the name of its real format, or set {}",
                key("format")
            ),
            Kind::SheetNotSaid | Kind::MissingSheet | Kind::HiddenSheet => {
                format!("name a visible sheet with {}, exactly as its tab is labelled", key("sheet"))
            }
            Kind::HiddenSheets => format!(
                "have them deleted; or read the one sheet in spite of them with {} = \"ignore\"",
                key("hidden_sheets")
            ),
            Kind::DaysCountedOtherwise => {
                "excel_1904 is for workbooks that say so (their days begin in 1904), excel_1900 for all others"
                    .to_owned()
            }
            Kind::MissingColumn if self.column_name.as_ref().is_some_and(|name| name.starts_with('/')) => format!(
                "in NDJSON a name that begins with `/` is a JSON pointer into each record, and this one leads nowhere in all of them (a key `/x` is named `/~1x`); else compare the header with the policy, and see that {} is the file's",
                key("delimiter")
            ),
            Kind::HeaderMismatch | Kind::MissingColumn if self.facts().lines_before.is_some() => {
                let lines = self.facts().lines_before.unwrap_or_default();
                format!("its first lines do not read as a header; {} = {lines} passes over them", key("skip_lines"))
            }
            Kind::MissingColumn if self.column_name.as_ref().is_some_and(|name| name.contains('.')) => format!(
                "in NDJSON what is inside an object is named by a pointer, such as /user/id; else compare the header with the policy, and see that {} is the file's",
                key("delimiter")
            ),
            Kind::MissingColumn if self.described_by == DescribedBy::OptionalPolicy => format!(
                "names must match exactly, and {} must be the file's; a file without a header needs {}",
                key("delimiter"),
                key("header")
            ),
            Kind::HeaderMismatch | Kind::MissingColumn => format!(
                "compare the header with the policy: names must match exactly, and {} must be the file's; a file without a header needs {}",
                key("delimiter"),
                key("header")
            ),
            Kind::EmptyHeaderCell => self.empty_header_cell(),
            Kind::DuplicateColumn => format!(
                "have one of them named otherwise; or pass over the header with {} and name the columns with {}",
                key("skip_lines"),
                key("header")
            ),
            Kind::MalformedEntry if self.facts().malformed.and_then(StructureFault::described_by).is_some() => {
                let described = self.facts().malformed.and_then(StructureFault::described_by).unwrap_or_default();
                format!("{described}; or have the list mended by whoever keeps it")
            }
            Kind::UnknownFormat => format!("set {}", key("format")),
            Kind::UndatedList if self.described_by == DescribedBy::Events => {
                "write the day there, such as 2018-06-20, and nothing else".to_owned()
            }
            Kind::UnterminatedQuote => format!(
                "if free text really holds line breaks, set {} to true; if quotation marks are text, {} = \"\"; otherwise mend the quote",
                key("newline_in_fields"),
                key("quote")
            ),
            // A list has one file, and says by the same key that it may name nobody.
            Kind::EmptyInput if !matches!(self.described_by, DescribedBy::List(_)) => format!(
                "an empty file is more often a failed export than an empty table; {} = true allows one among others that have records",
                key("may_be_empty")
            ),
            Kind::UnsupportedType => format!(
                "export the column {}; or let the policy drop it, or not name it: what is not needed is not looked into",
                self.textless.unwrap_or(TextlessType::Later).way_out()
            ),
            kind => kind.hint()?.to_owned(),
        })
    }

    /// What else is known of it.
    pub(crate) fn facts(&self) -> FaultFacts {
        self.facts.as_deref().cloned().unwrap_or_default()
    }

    /// The same fault, of which more is known.
    #[must_use]
    pub fn with_facts(self, facts: FaultFacts) -> Self {
        Self { facts: Some(Box::new(facts)), ..self }
    }

    /// Whether no policy, but whoever gives the command, names the column.
    fn is_column_asked_for(&self) -> bool {
        self.described_by == DescribedBy::OptionalPolicy
    }

    /// The name of the column, where a policy names it: an argument may be anything.
    pub(crate) fn column_of_policy(&self) -> Option<&str> {
        self.column_name.as_deref().filter(|_| !self.is_column_asked_for())
    }

    /// What an empty cell of the header most likely is, by where it is.
    fn empty_header_cell(&self) -> String {
        let key = |key| self.described_by.key(key);
        let columns =
            format!("or pass over the header with {} and name every column with {}", key("skip_lines"), key("header"));
        match self.column {
            Some(1) => {
                format!("the first column has no name, as an index that was written along: have it named; {columns}")
            }
            column if column == self.facts().last_column => {
                format!(
                    "the last column has no name: each line ends with a delimiter; have the header named to its end; {columns}"
                )
            }
            _ => format!("every column needs a name; is {} of several characters? {columns}", key("delimiter")),
        }
    }

    /// The same fault, at a record.
    #[must_use]
    pub fn at_record(mut self, record: u64) -> Self {
        self.record = Some(record);
        self
    }

    /// The same fault, at a column by its number, counted from 1.
    #[must_use]
    pub fn at_column(mut self, column: u32) -> Self {
        self.column = Some(column);
        self
    }

    /// The same fault, about a column that the policy names.
    #[must_use]
    pub fn about(mut self, column: &str) -> Self {
        self.column_name = Some(column.into());
        self
    }

    /// The same fault, of a file with a type of this name.
    #[must_use]
    pub fn of_type(mut self, type_name: &'static str) -> Self {
        self.type_name = Some(type_name);
        self
    }

    /// The same fault, of a column with a type that cannot be written as text.
    #[must_use]
    pub fn without_text(mut self, textless: TextlessType) -> Self {
        self.textless = Some(textless);
        self
    }

    /// The fault for an error of the operating system while reading. Drops its
    /// text.
    #[must_use]
    pub fn from_io(error: &io::Error, file: &Arc<str>) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::PermissionDenied => InputFaultKind::Permission,
            io::ErrorKind::UnexpectedEof => InputFaultKind::Truncated,
            io::ErrorKind::IsADirectory => InputFaultKind::NotRegular,
            _ => InputFaultKind::Corrupt,
        };
        Self::file(kind, file)
    }
}

impl fmt::Display for InputFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(record) = self.record {
            write!(f, " record {record}")?;
        }
        if let Some(row) = self.facts().row {
            write!(f, ", row {row}")?;
        }
        if let Some(number) = self.facts().asked_column.filter(|_| self.is_column_asked_for()) {
            write!(f, ", number {number} of the columns asked for")?;
        }
        match (self.column_of_policy(), self.column) {
            (None, Some(column)) if let Some(first) = self.facts().first_column => {
                write!(f, ", columns {first} and {column}")?;
            }
            (Some(name), _) => write!(f, ", column `{name}`")?,
            (None, Some(column)) => write!(f, ", column {column}")?,
            (None, None) => {}
        }
        match self.facts().counts {
            Some((declared, found)) => {
                let declared = counted(declared, "record");
                write!(f, ": {declared} should be there, and {} {} there", number(found), are(found))?;
            }
            None if self.is_column_asked_for() && self.kind == InputFaultKind::MissingColumn => {
                f.write_str(": there is no such column")?;
            }
            None => write!(f, ": {}", self.kind.what())?,
        }
        if let Some(malformed) = self.facts().malformed {
            write!(f, ": {}", malformed.words())?;
        }
        let type_name = self.type_name.or(self.textless.map(TextlessType::as_str));
        type_name.map_or(Ok(()), |name| write!(f, ": {name}"))
    }
}

impl std::error::Error for InputFault {}

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The extract is at fault.
    #[error("{0}")]
    Input(InputFault),
    /// Reading the extract failed in the operating system.
    #[error("cannot read {file}")]
    Read {
        /// The file.
        file: Arc<str>,
        /// The operating system's error, which cannot hold a cell.
        source: io::Error,
    },
    /// Writing failed in the operating system.
    #[error("cannot write {what}")]
    Write {
        /// What was being written.
        what: &'static str,
        /// The operating system's error.
        source: io::Error,
    },
    /// The run was interrupted.
    #[error("interrupted")]
    Interrupted,
    /// Far more records are malformed than are allowed, so the rest is not read.
    #[error("more than {limit} records are malformed, and {allowed} are allowed; the rest was not read")]
    MalformedWithoutEnd {
        /// How many were read before that.
        limit: u64,
        /// How many are allowed.
        allowed: u64,
    },
    /// An invariant of the engine does not hold: a bug.
    #[error("a bug in scant, in step `{step}`; nothing was delivered; please report it")]
    Bug {
        /// In which step.
        step: &'static str,
    },
}

impl EngineError {
    /// For a fault whose record is counted within its block: the same, counted
    /// within the file, with `before` records in the blocks before.
    pub(super) fn after(self, before: u64) -> Self {
        match self {
            Self::Input(mut fault) => {
                fault.record = fault.record.map(|record| record + before);
                Self::Input(fault)
            }
            other => other,
        }
    }
}

impl From<InputFault> for EngineError {
    fn from(fault: InputFault) -> Self {
        Self::Input(fault)
    }
}
