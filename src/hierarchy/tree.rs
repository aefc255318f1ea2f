//! A hierarchy: every value, and what it is at each level. The values of a level have
//! dense codes, in the order in which the rows first name them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::fault::{HierarchyFault, HierarchyFaultKind};
use super::fields::{FieldReader, write_row};
use crate::model::number::counted::counted;

/// Of a file, in bytes: codes and lines are numbers of 32 bits.
const MAX_BYTES: usize = 64 << 20;
/// So many faults are listed; a file with more has them all for one reason or two.
const MOST_FAULTS: usize = 50;

/// Which values are generalised to which.
#[derive(Clone, PartialEq, Eq)]
pub struct Hierarchy {
    levels: Vec<Level>,
    /// The row of each value.
    rows: HashMap<Box<str>, u32>,
}

/// The different values of one level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Level {
    /// Of each row.
    codes: Vec<u32>,
    /// Of each code.
    labels: Vec<Box<str>>,
    /// How many rows have each code.
    leaves: Vec<u32>,
}

impl Hierarchy {
    /// Reads a file in the form of ARX.
    ///
    /// # Errors
    /// Every fault, in the order of the lines. A row whose number of fields is not that
    /// of most is not compared with others: its fields may be of other levels.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<HierarchyFault>> {
        let whole = |kind| Err(vec![HierarchyFault::whole(kind)]);
        if bytes.len() > MAX_BYTES {
            return whole(HierarchyFaultKind::TooLarge);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(fault) => {
                let line = bytes.iter().take(fault.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
                return Err(vec![HierarchyFault { line, level: None, kind: HierarchyFaultKind::NotUtf8 }]);
            }
        };
        let Some(most) = most_fields(text) else { return whole(HierarchyFaultKind::Empty) };
        let mut found = FoundFaults::default();
        let mut growing = Growing::new(most);
        let (mut reader, mut fields) = (FieldReader::new(text), Vec::new());
        let mut blank = Vec::new();
        while let Some(place) = reader.row(&mut fields, &mut found) {
            let line = place.line;
            if place.is_blank {
                // Only between rows: those at the end are passed over.
                blank.push(HierarchyFault { line, level: None, kind: HierarchyFaultKind::EmptyLine });
                continue;
            }
            found.extend(blank.drain(..));
            growing.row(line, &fields, &mut found);
        }
        if most == 1 {
            found.extend([HierarchyFault::whole(HierarchyFaultKind::OneField)]);
        }
        found.none().map(|()| growing.hierarchy)
    }

    /// A hierarchy of rows, each of the same number of fields.
    ///
    /// # Errors
    /// Every fault; a row is called by its number, as a line.
    pub fn from_rows<Row: AsRef<[String]>>(rows: &[Row]) -> Result<Self, Vec<HierarchyFault>> {
        let Some(first) = rows.first() else {
            return Err(vec![HierarchyFault::whole(HierarchyFaultKind::Empty)]);
        };
        let mut found = FoundFaults::default();
        let mut growing = Growing::new(first.as_ref().len());
        for (index, row) in rows.iter().enumerate() {
            let fields: Vec<Cow<'_, str>> = row.as_ref().iter().map(|field| Cow::Borrowed(field.as_str())).collect();
            growing.row(index + 1, &fields, &mut found);
        }
        found.none().map(|()| growing.hierarchy)
    }

    /// The file from which the same is read, its rows in this order.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        for row in (0..).take(self.len()) {
            write_row((0..self.height()).map(|level| self.value(row, level)), &mut out);
        }
        out
    }

    /// The number of levels. Level 0 is the value itself.
    #[must_use]
    pub fn height(&self) -> usize {
        self.levels.len()
    }

    /// The number of rows: the leaves, whether or not the data have their values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row. There is always one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a value, if there is one.
    #[must_use]
    pub fn find(&self, value: &str) -> Option<u32> {
        self.rows.get(value).copied()
    }

    /// What the value of a row is at a level; empty where there is no such row or level.
    #[must_use]
    pub fn value(&self, row: u32, level: usize) -> &str {
        let level = self.levels.get(level);
        let code = level.and_then(|level| level.codes.get(row as usize));
        let label = level.zip(code).and_then(|(level, code)| level.labels.get(*code as usize));
        label.map(Box::as_ref).unwrap_or_default()
    }

    /// The code of what the value of a row is at a level; the codes of a level are those
    /// below [`Self::codes_at`]. `u32::MAX`, which is none, where there is no such row or
    /// level.
    #[must_use]
    pub fn code(&self, row: u32, level: usize) -> u32 {
        self.levels.get(level).and_then(|level| level.codes.get(row as usize)).copied().unwrap_or(u32::MAX)
    }

    /// How many different values a level has.
    #[must_use]
    pub fn codes_at(&self, level: usize) -> usize {
        self.levels.get(level).map_or(0, |level| level.labels.len())
    }

    /// How many rows have a code at a level.
    #[must_use]
    pub fn leaves_under(&self, level: usize, code: u32) -> u32 {
        self.levels.get(level).and_then(|level| level.leaves.get(code as usize)).copied().unwrap_or(0)
    }
}

/// By its size: it holds values of the extract.
impl fmt::Debug for Hierarchy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (levels, rows) = (counted(self.height() as u64, "level"), counted(self.len() as u64, "row"));
        write!(f, "Hierarchy({levels}, {rows})")
    }
}

/// How many fields most rows have; the fewest, if two numbers are as frequent. `None`
/// without a row.
fn most_fields(text: &str) -> Option<usize> {
    let (mut reader, mut fields) = (FieldReader::new(text), Vec::new());
    let mut heights = BTreeMap::<usize, usize>::new();
    while let Some(place) = reader.row(&mut fields, &mut FoundFaults::default()) {
        if !place.is_blank {
            *heights.entry(fields.len()).or_default() += 1;
        }
    }
    heights.into_iter().rev().max_by_key(|(_, rows)| *rows).map(|(fields, _)| fields)
}

/// A hierarchy to which rows are added.
struct Growing {
    hierarchy: Hierarchy,
    /// The lines of its rows.
    lines: Vec<usize>,
    levels: Vec<GrowingLevel>,
}

#[derive(Default, Clone)]
struct GrowingLevel {
    codes: HashMap<Box<str>, u32>,
    /// Of each code, the code it has at the next level and the line that says so first.
    parents: Vec<(u32, usize)>,
}

impl Growing {
    fn new(height: usize) -> Self {
        let hierarchy = Hierarchy { levels: vec![Level::default(); height], rows: HashMap::new() };
        Self { hierarchy, lines: Vec::new(), levels: vec![GrowingLevel::default(); height] }
    }

    /// Adds a row, or what is wrong with it.
    fn row(&mut self, line: usize, fields: &[Cow<'_, str>], found: &mut FoundFaults) {
        let mut wrong = |level, kind| found.extend([HierarchyFault { line, level, kind }]);
        let most = self.levels.len();
        if fields.len() != most {
            wrong(None, HierarchyFaultKind::Uneven { fields: fields.len(), most });
        }
        let mut has_empty = false;
        for (level, _) in fields.iter().enumerate().filter(|(_, field)| field.is_empty()) {
            wrong(Some(level), HierarchyFaultKind::EmptyField);
            has_empty = true;
        }
        if has_empty || fields.len() != most {
            return;
        }
        if let Some(known) = fields.first().and_then(|value| self.hierarchy.find(value)) {
            let first = self.lines.get(known as usize).copied().unwrap_or_default();
            if (0..).zip(fields).all(|(level, field)| self.hierarchy.value(known, level) == field) {
                wrong(None, HierarchyFaultKind::SameRow { first });
                return;
            }
            wrong(Some(0), HierarchyFaultKind::SameValue { first });
            self.parents(line, fields, found);
            return;
        }
        let codes = self.parents(line, fields, found);
        // Fewer than bytes of a file, or than values that a caller holds.
        let row = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        self.lines.push(line);
        self.hierarchy.rows.extend(fields.first().map(|value| (value.as_ref().into(), row)));
        for (level, code) in self.hierarchy.levels.iter_mut().zip(codes) {
            level.codes.push(code);
            level.leaves.resize(level.labels.len(), 0);
            if let Some(leaves) = level.leaves.get_mut(code as usize) {
                *leaves += 1;
            }
        }
    }

    /// The codes of a row's fields. Adds a fault for each, the value itself apart, that
    /// another row generalises to something else.
    fn parents(&mut self, line: usize, fields: &[Cow<'_, str>], found: &mut FoundFaults) -> Vec<u32> {
        let mut codes = Vec::with_capacity(fields.len());
        for ((field, level), growing) in fields.iter().zip(&mut self.hierarchy.levels).zip(&mut self.levels) {
            let code = growing.codes.get(field.as_ref()).copied().unwrap_or_else(|| {
                let code = u32::try_from(level.labels.len()).unwrap_or(u32::MAX);
                level.labels.push(field.as_ref().into());
                growing.codes.insert(field.as_ref().into(), code);
                code
            });
            codes.push(code);
        }
        for (level, (pair, growing)) in codes.windows(2).zip(&mut self.levels).enumerate().skip(1) {
            let [code, parent] = *pair else { continue };
            match growing.parents.get(code as usize) {
                Some((known, _)) if *known == parent => {}
                Some((_, first)) => {
                    let kind = HierarchyFaultKind::TwoParents { first: *first };
                    found.extend([HierarchyFault { line, level: Some(level), kind }]);
                }
                // Codes are given in order, each with its parent at once.
                None => growing.parents.push((parent, line)),
            }
        }
        codes
    }
}

/// The first faults, and how many more there are.
#[derive(Default)]
struct FoundFaults {
    listed: Vec<HierarchyFault>,
    more: usize,
}

impl FoundFaults {
    fn none(mut self) -> Result<(), Vec<HierarchyFault>> {
        if self.more > 0 {
            self.listed.push(HierarchyFault::whole(HierarchyFaultKind::More { count: self.more }));
        }
        if self.listed.is_empty() { Ok(()) } else { Err(self.listed) }
    }
}

impl Extend<HierarchyFault> for FoundFaults {
    fn extend<Faults: IntoIterator<Item = HierarchyFault>>(&mut self, faults: Faults) {
        for fault in faults {
            if self.listed.len() < MOST_FAULTS {
                self.listed.push(fault);
            } else {
                self.more += 1;
            }
        }
    }
}

#[cfg(test)]
#[path = "tests/tree.rs"]
mod tests;
