//! Looks through the XML of a sheet before its cells are read: formulas, merged cells,
//! hidden rows and columns, and everything that a reader of cells passes over in
//! silence or takes for something else. Holds no cell.

use quick_xml::events::{BytesStart, Event};

use super::archive::{Archive, MOST_BYTES, is_set, own_attribute};
use super::cell::{CellPosition, MOST_COLUMNS, MOST_ROWS, PositionSum};
use crate::engine::fault::InputFaultKind as Kind;

/// What is known of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SheetFacts {
    /// The last row with a value, from 1; 0 where there is none.
    pub(super) last_row: u32,
    /// Where its cells are.
    pub(super) positions: PositionSum,
    /// The first formula behind the rows that are skipped.
    formula: Option<CellPosition>,
    /// The first hidden row behind them.
    hidden_row: Option<u32>,
    /// The first hidden column.
    hidden_column: Option<u32>,
    /// Where merged cells begin that do not end in the rows that are skipped.
    merged: Option<CellPosition>,
}

/// What is wrong with a sheet, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SheetFault {
    pub(super) kind: Kind,
    pub(super) row: Option<u32>,
    pub(super) column: Option<u32>,
}

impl From<Kind> for SheetFault {
    fn from(kind: Kind) -> Self {
        Self { kind, row: None, column: None }
    }
}

impl SheetFacts {
    /// What is hidden, merged or calculated up to `last` in one of `width` columns.
    pub(super) fn check(&self, last: u32, width: usize) -> Result<(), SheetFault> {
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        let cell = |kind, at: CellPosition| SheetFault { kind, row: Some(at.row), column: Some(at.column) };
        if let Some(column) = self.hidden_column.filter(|column| *column <= width) {
            return Err(SheetFault { kind: Kind::HiddenCells, row: None, column: Some(column) });
        }
        if let Some(row) = self.hidden_row.filter(|row| *row <= last) {
            return Err(SheetFault { kind: Kind::HiddenCells, row: Some(row), column: None });
        }
        if let Some(at) = self.formula.filter(|at| at.row <= last) {
            return Err(cell(Kind::Formula, at));
        }
        match self.merged.filter(|at| at.row <= last) {
            Some(at) => Err(cell(Kind::MergedCells, at)),
            None => Ok(()),
        }
    }
}

/// Looks through a sheet of which the first `skipped` rows are no records.
///
/// # Errors
/// When something in it is not as ECMA-376 has it.
pub(super) fn scan(archive: &mut Archive<'_>, part: &str, skipped: u32) -> Result<SheetFacts, Kind> {
    let mut scan = SheetScan { skipped, ..SheetScan::default() };
    let is_there = archive.each_event(part, MOST_BYTES, &mut |event| scan.take(event))?;
    if !is_there || !scan.has_data || !scan.open.is_empty() {
        return Err(Kind::CorruptFile);
    }
    Ok(scan.facts)
}

/// What a value is, by the type of its cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ValueType {
    Boolean,
    Error,
    #[default]
    Number,
    /// In the cell itself.
    Inline,
    /// A number of one of the shared texts.
    Shared,
    /// Text: of formulas, or a date.
    Written,
}

/// An element that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Cell,
    Data,
    Formula,
    Inline,
    Other,
    Row,
    Value,
}

#[derive(Default)]
struct SheetScan {
    skipped: u32,
    facts: SheetFacts,
    open: Vec<Element>,
    has_data: bool,
    row: u32,
    column: u32,
    value_type: ValueType,
    /// Values of the open cell.
    values: u32,
    /// Texts of the open value.
    texts: u32,
}

impl SheetScan {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Kind> {
        match event {
            Event::Start(element) => {
                let found = self.start(element)?;
                self.open.push(found);
                Ok(())
            }
            Event::End(_) => match self.open.pop() {
                Some(Element::Value) if self.texts == 0 && self.value_type != ValueType::Written => {
                    self.values -= 1;
                    Ok(())
                }
                Some(_) => Ok(()),
                None => Err(Kind::CorruptFile),
            },
            Event::Text(text) if self.open.last() == Some(&Element::Value) => {
                self.texts += 1;
                self.value(text)
            }
            // An entity in a number, or something that is no text at all.
            Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::GeneralRef(_)
                if self.open.last() == Some(&Element::Value) =>
            {
                let is_text = matches!(event, Event::GeneralRef(_)) && self.value_type == ValueType::Written;
                self.texts += 1;
                self.note_value();
                if is_text { Ok(()) } else { Err(Kind::CorruptFile) }
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<Element, Kind> {
        let name = element.local_name();
        match (self.open.last(), name.as_ref()) {
            (Some(Element::Other), "sheetData") if self.open.len() == 1 => {
                if std::mem::replace(&mut self.has_data, true) {
                    return Err(Kind::CorruptFile);
                }
                Ok(Element::Data)
            }
            (Some(Element::Data), "row") => self.start_row(element),
            (Some(Element::Row), "c") => self.start_cell(element),
            (Some(Element::Cell), "f") => {
                let at = CellPosition { row: self.row, column: self.column };
                if at.row > self.skipped {
                    self.facts.formula.get_or_insert(at);
                }
                self.note_value();
                Ok(Element::Formula)
            }
            (Some(Element::Cell), "v") if self.value_type != ValueType::Inline => self.start_value(Element::Value),
            (Some(Element::Cell), "is") if self.value_type == ValueType::Inline => {
                self.note_value();
                self.start_value(Element::Inline)
            }
            // What is new in later versions stands in a list of extensions.
            (Some(Element::Cell | Element::Row), "extLst") => Ok(Element::Other),
            (Some(Element::Cell | Element::Data | Element::Row | Element::Value | Element::Formula), _) => {
                Err(Kind::CorruptFile)
            }
            // Nothing else may pass for a cell.
            (_, "row" | "c" | "sheetData") => Err(Kind::CorruptFile),
            (_, "col") => {
                let (first, width) = (own_attribute(element, "min")?, own_attribute(element, "width")?);
                if is_hidden(element)? || width.is_some_and(|width| is_nought(&width)) {
                    let first = first.and_then(|first| first.parse().ok()).ok_or(Kind::CorruptFile)?;
                    self.facts.hidden_column = Some(self.facts.hidden_column.map_or(first, |known| known.min(first)));
                }
                Ok(Element::Other)
            }
            (_, "mergeCell") => {
                let range = own_attribute(element, "ref")?.ok_or(Kind::CorruptFile)?;
                let (first, last) = range.split_once(':').unwrap_or((&range, &range));
                let at = CellPosition::parse(first).ok_or(Kind::CorruptFile)?;
                let last = CellPosition::parse(last).ok_or(Kind::CorruptFile)?;
                if last.row > self.skipped && self.facts.merged.is_none_or(|known| at < known) {
                    self.facts.merged = Some(at);
                }
                Ok(Element::Other)
            }
            _ => Ok(Element::Other),
        }
    }

    fn start_row(&mut self, element: &BytesStart<'_>) -> Result<Element, Kind> {
        let number = match own_attribute(element, "r")? {
            Some(number) => number.parse().map_err(|_| Kind::CorruptFile)?,
            None => self.row + 1,
        };
        if number <= self.row || number > MOST_ROWS {
            return Err(Kind::CorruptFile);
        }
        (self.row, self.column) = (number, 0);
        let height = own_attribute(element, "ht")?;
        if number > self.skipped && (is_hidden(element)? || height.is_some_and(|height| is_nought(&height))) {
            self.facts.hidden_row.get_or_insert(number);
        }
        Ok(Element::Row)
    }

    fn start_cell(&mut self, element: &BytesStart<'_>) -> Result<Element, Kind> {
        let at = match own_attribute(element, "r")? {
            Some(at) => CellPosition::parse(&at).ok_or(Kind::CorruptFile)?,
            None => CellPosition { row: self.row, column: self.column + 1 },
        };
        if at.row != self.row || at.column <= self.column || at.column > MOST_COLUMNS {
            return Err(Kind::CorruptFile);
        }
        if own_attribute(element, "s")?.is_some_and(|style| style.parse::<u32>().is_err()) {
            return Err(Kind::CorruptFile);
        }
        self.column = at.column;
        self.values = 0;
        self.value_type = match own_attribute(element, "t")?.as_deref() {
            None | Some("n") => ValueType::Number,
            Some("b") => ValueType::Boolean,
            Some("d" | "str") => ValueType::Written,
            Some("e") => ValueType::Error,
            Some("inlineStr") => ValueType::Inline,
            Some("s") => ValueType::Shared,
            Some(_) => return Err(Kind::CorruptFile),
        };
        self.facts.positions.add(at);
        Ok(Element::Cell)
    }

    fn start_value(&mut self, found: Element) -> Result<Element, Kind> {
        self.values += 1;
        self.texts = 0;
        if self.values > 1 { Err(Kind::CorruptFile) } else { Ok(found) }
    }

    /// A value must be one whole text of its type.
    fn value(&mut self, text: &str) -> Result<(), Kind> {
        self.note_value();
        let is_fit = match self.value_type {
            ValueType::Boolean => matches!(text, "0" | "1" | "false" | "true"),
            ValueType::Number => text.parse::<f64>().is_ok_and(f64::is_finite) && text.bytes().all(is_of_a_number),
            ValueType::Shared => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
            ValueType::Error | ValueType::Written => true,
            ValueType::Inline => false,
        };
        let is_whole = self.texts == 1 || self.value_type == ValueType::Written;
        if is_fit && is_whole { Ok(()) } else { Err(Kind::CorruptFile) }
    }

    fn note_value(&mut self) {
        self.facts.last_row = self.row;
    }
}

fn is_of_a_number(byte: u8) -> bool {
    byte.is_ascii_digit() || b"+-.eE".contains(&byte)
}

fn is_hidden(element: &BytesStart<'_>) -> Result<bool, Kind> {
    Ok(is_set(own_attribute(element, "hidden")?.as_deref()))
}

/// Whether a height or width is none.
fn is_nought(size: &str) -> bool {
    size.parse::<f64>().is_ok_and(|size| size <= 0.0)
}
