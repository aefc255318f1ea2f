//! The texts that a consent is read from: cells of columns, and values inside the JSON
//! of others. A column of JSON is read once, whatever is wanted of it.

use super::{Reads, RuleCells};
use crate::consent::columns::evidence::{CellPlace, EvidenceText};
use crate::consent::columns::json_cell::{JsonValue, read_json};
use crate::model::json_pointer::JsonPointer;

/// What is read of each row, in the order in which it was asked for.
#[derive(Debug)]
pub(super) struct Texts {
    reads: Vec<Reads>,
    wanted: Vec<WantedText>,
    json: Vec<JsonColumn>,
    /// Words that stand for a missing date.
    nulls: Vec<String>,
}

/// Where one text is.
#[derive(Debug)]
enum WantedText {
    /// In the column at this position of those that are read.
    Cell(usize),
    /// Inside JSON: by the position of its column among those of JSON and of its
    /// pointer there.
    Json { column: usize, pointer: usize, is_date: bool },
}

/// A column of JSON, by its position among those that are read.
#[derive(Debug)]
struct JsonColumn {
    column: usize,
    pointers: Vec<JsonPointer>,
}

impl Texts {
    /// None yet.
    pub(super) fn new(nulls: &[String]) -> Self {
        Self { reads: Vec::new(), wanted: Vec::new(), json: Vec::new(), nulls: nulls.to_vec() }
    }

    /// Adds a word, and says its index. Words are matched before `null_values`: the
    /// policy may list an empty cell as a no.
    pub(super) fn word(&mut self, place: &CellPlace) -> usize {
        self.add(place, Reads::raw(place.column.clone()), false)
    }

    /// Adds a date, and says its index. Dates are read after `null_values`: a null value
    /// among them is a missing date, in JSON as well.
    pub(super) fn date(&mut self, place: &CellPlace) -> usize {
        self.add(place, Reads::value(place.column.clone()), true)
    }

    fn add(&mut self, place: &CellPlace, reads: Reads, is_date: bool) -> usize {
        let wanted = match &place.pointer {
            None => {
                self.reads.push(reads);
                WantedText::Cell(self.reads.len() - 1)
            }
            Some(pointer) => {
                let column = self.json_column(place);
                let pointers = self.json.get_mut(column).map(|json| &mut json.pointers);
                let pointer = pointers.map_or(0, |pointers| {
                    pointers.push(pointer.clone());
                    pointers.len() - 1
                });
                WantedText::Json { column, pointer, is_date }
            }
        };
        self.wanted.push(wanted);
        self.wanted.len() - 1
    }

    /// The position of a column of JSON. Its cells are read after `null_values`: one of
    /// these is a missing text, and no JSON that cannot be read.
    fn json_column(&mut self, place: &CellPlace) -> usize {
        let is_known =
            |json: &JsonColumn| self.reads.get(json.column).is_some_and(|known| known.column == place.column);
        if let Some(known) = self.json.iter().position(is_known) {
            return known;
        }
        self.reads.push(Reads::value(place.column.clone()));
        self.json.push(JsonColumn { column: self.reads.len() - 1, pointers: Vec::new() });
        self.json.len() - 1
    }

    /// The columns that are read.
    pub(super) fn reads(&self) -> &[Reads] {
        &self.reads
    }

    /// Whether any column is one of JSON.
    pub(super) fn has_json(&self) -> bool {
        !self.json.is_empty()
    }

    /// Hands over the texts of one row.
    pub(super) fn with<R>(
        &self,
        cells: &RuleCells<'_, '_>,
        row: usize,
        about: impl FnOnce(&[EvidenceText<'_>]) -> R,
    ) -> R {
        let values: Vec<Vec<JsonValue<'_>>> = self
            .json
            .iter()
            .map(|json| {
                let pointers: Vec<&JsonPointer> = json.pointers.iter().collect();
                read_json(cells[json.column][row].unwrap_or(""), &pointers)
            })
            .collect();
        let text = |wanted: &WantedText| match *wanted {
            WantedText::Cell(column) => cells[column][row].into(),
            WantedText::Json { column, pointer, is_date } => match values[column][pointer].as_text() {
                EvidenceText::Text(text) if is_date && self.nulls.iter().any(|null| null == text) => {
                    EvidenceText::MISSING
                }
                text => text,
            },
        };
        let texts: Vec<EvidenceText<'_>> = self.wanted.iter().map(text).collect();
        about(&texts)
    }
}
