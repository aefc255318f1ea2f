//! Floor 0: a document (policy or register) as a tree that remembers where each value
//! is, and what is collected of its faults. Knows no TOML: `document/toml.rs` makes the tree.

mod examples;
mod lines;
pub(crate) mod position;
mod reader;
mod shown;
mod spelling;
pub(crate) mod toml;

use std::cell::RefCell;
use std::ops::Range;

pub(crate) use crate::document::examples::example;
pub(crate) use crate::document::reader::TableReader;
pub(crate) use crate::document::shown::{opens_with_format, path_to};
pub(crate) use crate::document::spelling::closest;

/// Something in a document its author must mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Bytes of the document it concerns; empty at 0 when it is about the whole.
    pub start: usize,
    /// End of those bytes.
    pub end: usize,
    /// The key it concerns, as `columns.dob.coarsen_date.to`; empty for the whole.
    pub path: String,
    /// What is wrong, a lower-case fragment.
    pub what: String,
    /// What to try, if there is something.
    pub hint: Option<String>,
}

/// A value of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the value kinds of TOML 1.0")]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A date or time, as written.
    Date(String),
    /// A number with a fraction or exponent, as written.
    Decimal(String),
    /// A whole number.
    Integer(i64),
    /// An array.
    List(Vec<Node>),
    /// A table.
    Table(Table),
    /// A string.
    Text(String),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::Decimal(_) => "a decimal number",
            Self::Integer(_) => "a whole number",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Text(_) => "a text",
        }
    }
}

/// A value and the bytes it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it is in the document.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// Keys and values in the order of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain facts, stated by whoever finds them")]
pub struct Table {
    /// Key, where the key is, value.
    pub entries: Vec<(String, Range<usize>, Node)>,
}

/// Where faults are collected.
#[derive(Debug, Default)]
pub struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    /// Adds a fault.
    pub fn add(&self, fault: Fault) {
        self.0.borrow_mut().push(fault);
    }

    /// Adds a fault at a place.
    pub fn at(&self, span: &Range<usize>, path: &str, what: impl Into<String>, hint: Option<&str>) {
        self.add(Fault {
            start: span.start,
            end: span.end,
            path: path.to_owned(),
            what: what.into(),
            hint: hint.map(str::to_owned),
        });
    }

    /// Whether none was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// How many were added so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Every fault, in the order of the document, none twice.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Fault> {
        let mut faults = self.0.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }
}
