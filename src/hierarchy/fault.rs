//! What can be wrong with a hierarchy. Says where, and quotes nothing: the file holds
//! values of the extract.

use std::fmt;

use crate::model::number::counted::{counted, number};

/// What is wrong with a hierarchy, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HierarchyFault {
    /// The line of the file, from 1; 0 where the whole is meant.
    pub line: usize,
    /// The field of the line, from 0: the level it is of.
    pub level: Option<usize>,
    /// What is wrong there.
    pub kind: HierarchyFaultKind,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HierarchyFaultKind {
    /// There is no row.
    Empty,
    /// It is longer than the limit.
    TooLarge,
    /// It is not text in UTF-8.
    NotUtf8,
    /// There is nothing but values.
    OneField,
    /// The row has another number of fields than most.
    Uneven {
        /// Fields of this row.
        fields: usize,
        /// Fields of most rows.
        most: usize,
    },
    /// A line without a field, between others.
    EmptyLine,
    /// A field without a character.
    EmptyField,
    /// A row as another.
    SameRow {
        /// The line of the first.
        first: usize,
    },
    /// Another row for a value.
    SameValue {
        /// The line of the first.
        first: usize,
    },
    /// What has one parent in one row has another in this.
    TwoParents {
        /// The line where it first has one.
        first: usize,
    },
    /// A quoted field that does not end.
    OpenQuote,
    /// A quote within a field that is not quoted, or text behind the end of one that is.
    StrayQuote,
    /// A carriage return that ends no line.
    StrayReturn,
    /// So many more faults are not listed.
    More {
        /// How many.
        count: usize,
    },
}

impl HierarchyFault {
    /// A fault of the whole file.
    pub(super) fn whole(kind: HierarchyFaultKind) -> Self {
        Self { line: 0, level: None, kind }
    }

    /// What to try, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self.kind {
            HierarchyFaultKind::Empty => "one row a value: the value, then what it is at each level",
            HierarchyFaultKind::TooLarge => "generalise the values by another action first, such as coarsen_date",
            HierarchyFaultKind::NotUtf8 => "save it as CSV in UTF-8",
            HierarchyFaultKind::OneField => "fields are separated by `;`",
            HierarchyFaultKind::Uneven { .. } => "where a level changes nothing, repeat the value",
            HierarchyFaultKind::EmptyLine => "remove it",
            HierarchyFaultKind::EmptyField => "write * where a value may not be told at all",
            HierarchyFaultKind::SameRow { .. } | HierarchyFaultKind::SameValue { .. } => "a value has one row",
            HierarchyFaultKind::TwoParents { .. } => "what is equal at one level must be equal at the next",
            HierarchyFaultKind::OpenQuote | HierarchyFaultKind::StrayQuote => {
                "a field with a quote in it is written in quotes, and each quote in it twice"
            }
            HierarchyFaultKind::StrayReturn => "end lines with LF or CRLF",
            HierarchyFaultKind::More { .. } => return None,
        })
    }
}

impl fmt::Display for HierarchyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}", number(self.line as u64))?;
            if let Some(level) = self.level {
                write!(f, ", level {level}")?;
            }
            f.write_str(": ")?;
        }
        self.kind.fmt(f)
    }
}

impl fmt::Display for HierarchyFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |first: usize| number(first as u64);
        match *self {
            Self::Empty => f.write_str("the file has no row"),
            Self::TooLarge => f.write_str("the file is too large"),
            Self::NotUtf8 => f.write_str("is not UTF-8"),
            Self::OneField => f.write_str("each row has one field, so no value is generalised"),
            Self::Uneven { fields, most } => {
                let fields = counted(fields as u64, "field");
                write!(f, "has {fields}, where most rows have {}", number(most as u64))
            }
            Self::EmptyLine => f.write_str("is empty"),
            Self::EmptyField => f.write_str("the field is empty"),
            Self::SameRow { first } => write!(f, "is the row of line {} again", line(first)),
            Self::SameValue { first } => write!(f, "is a second row for the value of line {}", line(first)),
            Self::TwoParents { first } => {
                write!(f, "the value becomes something else at the next level than in line {}", line(first))
            }
            Self::OpenQuote => f.write_str("the quote before this field is not closed"),
            Self::StrayQuote => f.write_str("a quote stands where none may"),
            Self::StrayReturn => f.write_str("a carriage return stands within a field"),
            Self::More { count } => f.write_str(&counted(count as u64, "more fault")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_where_as_people_count_lines_and_the_file_counts_levels() {
        let fault = |line, level, kind| HierarchyFault { line, level, kind }.to_string();
        assert_eq!(fault(1200, Some(2), HierarchyFaultKind::EmptyField), "line 1,200, level 2: the field is empty");
        assert_eq!(fault(3, None, HierarchyFaultKind::SameRow { first: 1 }), "line 3: is the row of line 1 again");
        let uneven = HierarchyFaultKind::Uneven { fields: 1, most: 4 };
        assert_eq!(fault(3, None, uneven), "line 3: has 1 field, where most rows have 4");
        assert_eq!(HierarchyFault::whole(HierarchyFaultKind::More { count: 2 }).to_string(), "2 more faults");
    }
}
